"""Payee checks: who is taken for whom, as a table, and what must hold for any two names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.rail.names import MOST_LETTERS, compare


@pytest.mark.parametrize(
    ("given_name", "known", "verdict"),
    [
        ("John Smith", "JOHN SMITH", "match"),
        ("Mr John Smith", "Smith, John", "match"),
        ("Zoë O'Brien", "ZOE OBRIEN", "match"),
        ("Acme Limited", "ACME LTD", "match"),
        ("Muller and Sohn", "Müller & Sohn", "match"),
        ("J Smith", "John Smith", "close_match"),
        ("Jon Smith", "John Smith", "close_match"),
        ("Smith Jon", "John Smith", "close_match"),
        ("Zoe Ann Brown", "Zoe Brown", "close_match"),
        ("María da Silva", "Maria Silva", "close_match"),
        ("Jane Smith", "John Smith", "no_match"),
        ("Peter Jones", "Petra Jonas", "no_match"),
        ("Acme Bakery Ltd", "Acme Holdings Ltd", "no_match"),
        ("Smith", "Jones", "no_match"),
        ("", "John Smith", "no_match"),
        ("???", "???", "no_match"),
    ],
)
def test_who_is_taken_for_whom(given_name, known, verdict):
    assert compare(given_name, known).verdict == verdict


@given(one=st.text(max_size=60), other=st.text(max_size=60))
def test_comparing_is_the_same_from_both_sides_and_only_equals_match(one, other):
    result = compare(one, other)
    assert result == compare(other, one)
    assert (result.likeness == 100) == (result.verdict == "match")


@given(name=st.text("abcdefghij ", min_size=1, max_size=60).filter(str.strip))
def test_a_name_matches_itself_in_any_case_and_order(name):
    turned = " ".join(reversed(name.upper().split()))
    assert compare(name, turned).verdict == "match"


def test_a_book_instead_of_a_name_is_compared_as_far_as_names_go():
    assert compare("a" * 10**6, "a" * MOST_LETTERS).verdict == "match"
