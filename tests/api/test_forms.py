"""The form decoder: what the SDK writes comes back, and everything else is refused by name."""

import random
import re
import string
import time
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode

from bezant.api import forms
from bezant.kernel.errors import InvalidRequest


def as_tree(value: Any) -> forms.Node:
    """What a value of the SDK's user looks like once decoded: lists are indexed hashes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return {str(index): as_item(item) for index, item in enumerate(value)}
    if isinstance(value, dict):
        return {key: as_tree(item) for key, item in value.items()}
    return str(value)


def as_item(value: Any) -> forms.Node:
    """The same inside a list, where the SDK writes Python's words for true and false."""
    if isinstance(value, list):  # A list in a list is written as a hash.
        return as_tree({str(index): item for index, item in enumerate(value)})
    return str(value) if isinstance(value, bool) else as_tree(value)


keys = st.text(st.characters(exclude_characters="[]\0", codec="utf-8"), min_size=1, max_size=12)
leaves = (
    st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20)
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4)
        | st.dictionaries(keys, inner, min_size=1, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(keys, values, max_size=6))
def test_what_the_official_client_writes_comes_back(params: dict[str, Any]) -> None:
    body = urlencode(list(_api_encode(params))).encode()
    assert forms.decode(body) == as_tree(params)


@given(st.dictionaries(keys, values, max_size=6), st.randoms())
def test_the_order_of_parameters_does_not_matter(params: dict[str, Any], rng: Any) -> None:
    pairs = list(_api_encode(params))
    rng.shuffle(pairs)
    assert forms.decode(urlencode(pairs).encode()) == as_tree(params)


@pytest.mark.parametrize(
    ("body", "tree"),
    [
        (b"", {}),
        (b"a=1", {"a": "1"}),
        (b"a", {"a": ""}),
        (b"a=", {"a": ""}),
        (b"a=b=c", {"a": "b=c"}),
        (b"&a=1&&b=2&", {"a": "1", "b": "2"}),
        (b"a=1+2%2B3", {"a": "1 2+3"}),
        (b"a=\xc3\xa9", {"a": "é"}),
        (b"a=%C3%A9", {"a": "é"}),
        (b"a=%5B%5D", {"a": "[]"}),
        (b"a[b]=1", {"a": {"b": "1"}}),
        (b"a%5Bb%5D=1", {"a": {"b": "1"}}),
        (b"a[b][c]=1&a[b][d]=2&a[e]=3", {"a": {"b": {"c": "1", "d": "2"}, "e": "3"}}),
        (b"a[0]=x&a[1]=y", {"a": {"0": "x", "1": "y"}}),
        (b"a[]=x&a[]=y", {"a": ["x", "y"]}),
        (b"a[]=", {"a": [""]}),
        (b"a[b][]=x&a[b][]=y", {"a": {"b": ["x", "y"]}}),
        (b"a[][b]=1&a[][c]=2&a[][b]=3", {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}),
        (
            b"a[][b][c]=1&a[][b][d]=2&a[][b][c]=3",
            {"a": [{"b": {"c": "1", "d": "2"}}, {"b": {"c": "3"}}]},
        ),
        (b"a[b c]=1", {"a": {"b c": "1"}}),
        (b"a[" + b"][".join([b"x"] * 63) + b"]=1", None),
    ],
)
def test_shapes(body: bytes, tree: forms.Tree | None) -> None:
    decoded = forms.decode(body)
    assert tree is None or decoded == tree


@pytest.mark.parametrize(
    ("body", "message", "param"),
    [
        (b"a=1&a=2", "Received the parameter more than once: a", "a"),
        (b"a[b]=1&a[b]=2", "Received the parameter more than once: a[b]", "a[b]"),
        (b"a=1&a[b]=2", "Parameter cannot be a hash and a single value at once: a[b]", "a[b]"),
        (b"a[b]=2&a=1", "Parameter cannot be a single value and a hash at once: a", "a"),
        (b"a[]=1&a[b]=2", "Parameter cannot be a hash and an array at once: a[b]", "a[b]"),
        (b"a[0]=1&a[]=2", "Parameter cannot be an array and a hash at once: a[]", "a[]"),
        (b"a=1&a[]=2", "Parameter cannot be an array and a single value at once: a[]", "a[]"),
        (b"a[]=1&a[][b]=2", "Parameter cannot be a hash and a single value at once", "a[][b]"),
        (b"a[][b]=1&a[]=2", "Parameter cannot be a single value and a hash at once", "a[]"),
        (b"a[][]=1", "Lists of lists need an index", "a[][]"),
        (b"=1", "Invalid parameter name: ''", ""),
        (b"[a]=1", "Invalid parameter name: '[a]'", "[a]"),
        (b"a]=1", "Invalid parameter name: 'a]'", "a]"),
        (b"a[b=1", "Invalid parameter name: 'a[b'", "a[b"),
        (b"a[b]c=1", "Invalid parameter name: 'a[b]c'", "a[b]c"),
        (b"a[b]c[d]=1", "Invalid parameter name", "a[b]c[d]"),
        (b"a[[b]]=1", "Invalid parameter name", "a[[b]]"),
        (b"metadata[a[b]]=1", "Invalid parameter name", "metadata[a[b]]"),
        (b"a=%zz", "Invalid percent escape '%zz' in parameter: a", "a"),
        (b"a=1%", "Invalid percent escape '%' in parameter: a", "a"),
        (b"a%4=1", "Invalid percent escape '%4' in parameter: a%4", "a%4"),
        (b"a=\xff", "Invalid UTF-8 in parameter: a", "a"),
        (b"a=%C3", "Invalid UTF-8 in parameter: a", "a"),
        (b"a=%ED%A0%80", "Invalid UTF-8 in parameter: a", "a"),
        (b"\xff=1", "Invalid UTF-8 in parameter: \\xff", "\\xff"),
        (b"a=%00", "Invalid null character in parameter: a", "a"),
        (b"a=\x00", "Invalid null character in parameter: a", "a"),
        (b"x" * 1_025 + b"=1", "may have at most 1,024 characters", None),
        (b"x" * 4_000 + b"=1", "may have at most 1,024 characters", None),
        (b"a[" + b"][".join([b"x"] * 64) + b"]=1", "at most 64 levels deep", None),
        (b"&".join([b"a%d=1" % n for n in range(1_001)]), "at most 1,000", None),
        (b"&".join([b"a[]=1"] * 10_000), "at most 1,000", None),
    ],
)
def test_refusals_say_what_and_where(body: bytes, message: str, param: str | None) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(message)) as refused:
        forms.decode(body)
    assert refused.value.code == "parameter_invalid"
    assert param is None or (refused.value.param or "") == param


def test_a_thousand_parameters_are_taken() -> None:
    body = b"&".join(b"a[%d]=1" % n for n in range(1_000))
    assert len(forms.decode(body)["a"]) == 1_000


@given(st.binary(max_size=200) | st.text("a[]=&%0+é", max_size=60).map(str.encode))
def test_any_bytes_are_a_tree_or_a_refusal(body: bytes) -> None:
    try:
        tree = forms.decode(body)
    except InvalidRequest as refused:
        assert refused.message  # noqa: PT017 - both outcomes are right, neither is expected
    else:
        assert all(isinstance(key, str) for key in tree)


def test_random_edits_of_a_real_body_never_break_the_decoder() -> None:
    rng = random.Random(4242)
    body = urlencode(list(_api_encode({"a": {"b": [{"c": 1}, {"d": [2, 3]}]}, "e": "é&="})))
    alphabet = (string.ascii_letters + "[]=&%+\0\xff").encode("latin-1")
    outcomes = set[bool]()
    for _ in range(20_000):
        edited = bytearray(body.encode())
        for _ in range(rng.randrange(1, 4)):
            edited[rng.randrange(len(edited))] = rng.choice(alphabet)
        try:
            forms.decode(bytes(edited))
            outcomes.add(True)
        except InvalidRequest:
            outcomes.add(False)
    assert outcomes == {True, False}


@pytest.mark.parametrize(
    "body",
    [
        b"a=" + b"%41" * 340_000,
        b"a=" + b"%4" * 500_000,
        b"a=" + b"\xff" * 1_000_000,
        b"a" * 1_000_000,
        b"[" * 1_000_000,
        b"&" * 1_000_000,
        b"&".join(b"a[" + b"][".join([b"x"] * 60) + b"][%d]=1" % n for n in range(1_000)),
        b"&".join(b"a[][" + b"][".join([b"x"] * 60) + b"][%d]=1" % n for n in range(1_000)),
    ],
    ids=range(8),
)
def test_a_hostile_mebibyte_takes_no_time(body: bytes) -> None:
    started = time.process_time()
    try:
        forms.decode(body)
    except InvalidRequest as refused:
        assert len(refused.message) < 300  # noqa: PT017 - some of these are taken
    assert time.process_time() - started < 0.25


def test_names_are_quoted_as_the_client_quotes_them() -> None:
    name = "metadata[50% + more & less]"
    assert forms.decode(f"{quote_plus(name)}=1".encode()) == {
        "metadata": {"50% + more & less": "1"}
    }
