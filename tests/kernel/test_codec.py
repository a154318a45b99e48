"""Encodings read back, sort as they should, and canonical bytes belong to one value."""

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel.codec import (
    BASE62,
    base62,
    canonical_bytes,
    decode_json,
    encode_json,
    from_base62,
    from_microseconds,
    microseconds,
    sha256,
    unix_seconds,
)

moments = st.datetimes(timezones=st.just(UTC))
scalars = st.none() | st.booleans() | st.integers() | st.text() | st.binary() | moments
values = st.recursive(scalars, lambda members: st.lists(members, max_size=4), max_leaves=8)


def identity(value):
    """Return what Python's equality forgets: 1 is not True."""
    if isinstance(value, list):
        return [identity(member) for member in value]
    return (type(value).__name__, value)


@given(st.integers(0, 62**11 - 1), st.sampled_from([11, 12, 24]))
def test_base62_reads_back(number, width):
    text = base62(number, width)
    assert len(text) == width
    assert from_base62(text) == number


@given(st.integers(0, 62**8 - 1), st.integers(0, 62**8 - 1))
def test_base62_sorts_as_numbers_do(one, other):
    assert (base62(one, 8) < base62(other, 8)) is (one < other)


def test_base62_by_example():
    assert list(BASE62) == sorted(BASE62)
    assert base62(0, 3) == "000"
    assert base62(61, 1) == "z"
    assert base62(62, 2) == "10"
    assert base62(0, 0) == ""
    assert from_base62("") == 0


@pytest.mark.parametrize("number", [62**4, -1])
def test_base62_of_what_does_not_fit_is_our_own_mistake(number):
    with pytest.raises(AssertionError):
        base62(number, 4)


@pytest.mark.parametrize("text", ["-", "a-", "_ab", "ab ", "é0"])
def test_other_characters_are_refused(text):
    with pytest.raises(ValueError, match="not base62"):
        from_base62(text)


@given(moments)
def test_moments_read_back_to_the_microsecond(moment):
    assert from_microseconds(microseconds(moment)) == moment
    assert (
        timedelta(0)
        <= moment - datetime.fromtimestamp(0, UTC) - timedelta(seconds=unix_seconds(moment))
        < timedelta(seconds=1)
    )


@given(values, values)
def test_two_values_never_share_their_canonical_bytes(one, other):
    same = identity(one) == identity(other)
    assert (canonical_bytes(one) == canonical_bytes(other)) is same


@given(st.lists(values, max_size=4), st.lists(values, max_size=4))
def test_two_lists_of_values_never_share_their_canonical_bytes(one, other):
    same = identity(one) == identity(other)
    assert (canonical_bytes(*one) == canonical_bytes(*other)) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [(["ab", "c"], ["a", "bc"]), ([[1], 2], [1, [2]]), ([1], [True]), (["1"], [1]), ([""], [None])],
)
def test_neighbours_do_not_run_together(one, other):
    assert canonical_bytes(*one) != canonical_bytes(*other)


def test_canonical_bytes_by_example():
    """These bytes are under seals: they never change."""
    moment = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert canonical_bytes(-12, "é", None, True, b"x", moment, ["a"]) == (
        b"i\0\0\0\x03-12s\0\0\0\x02\xc3\xa9n\0\0\0\0b\0\0\0\x011y\0\0\0\x01x"
        b"t\0\0\0\x071000000l\0\0\0\x06s\0\0\0\x01a"
    )  # fmt: skip
    assert sha256("a") == hashlib.sha256(b"s\0\0\0\x01a").digest()


class Line(msgspec.Struct):
    amount: int
    note: str | None = None


def test_json_keeps_order_and_reads_into_a_type():
    assert encode_json({"b": 1, "a": [None, True]}) == b'{"b":1,"a":[null,true]}'
    assert decode_json(encode_json(Line(5, "x")), Line) == Line(5, "x")
    with pytest.raises(msgspec.ValidationError):
        decode_json(b'{"amount":"5"}', Line)
    with pytest.raises(msgspec.DecodeError):
        decode_json(b"{", Line)
