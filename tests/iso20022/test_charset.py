"""Texts in the characters that every bank carries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.iso20022.charset import is_latin, is_reference, to_latin


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("Müller & Söhne", "Muller + Sohne"),
        ("Straße Łódź", "Strasse Lodz"),
        ("  two   spaces\n", "two spaces"),
        ("Ærø Þór", "AEro THor"),
        ("ΑΘΗΝΑ", "ATHINA"),
        ("Борис", "Boris"),
        ("ﬁ ½ №5", "fi 1.2 No5"),
        ("日本", ".."),
        ("a@b.example #1", "a(at)b.example .1"),
    ],
)
def test_other_characters_are_spelled(text, latin):
    assert to_latin(text) == latin


@given(st.text(max_size=60), st.integers(1, 70))
def test_any_text_becomes_latin_and_stays_so(text, longest):
    latin = to_latin(text, longest)
    assert is_latin(latin)
    assert len(latin) <= longest
    assert to_latin(latin) == latin


@pytest.mark.parametrize(
    ("text", "good"),
    [("E-1/2", True), ("", False), ("/E", False), ("E/", False), ("a//b", False), ("é", False)],
)
def test_references_keep_slashes_inside(text, good):
    assert is_reference(text) is good
