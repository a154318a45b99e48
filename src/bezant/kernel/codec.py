"""Bytes and back: JSON, base62, moments as integers, and the canonical bytes of digests."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TypeVar, cast

import msgspec

T = TypeVar("T")

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Two digits at a time halve the divisions of long integers.
_PAIRS = tuple(high + low for high in BASE62 for low in BASE62)
_PAIR_VALUES = {pair: value for value, pair in enumerate(_PAIRS)}
_PAIR_BASE = len(_PAIRS)
_DIGIT_VALUES = {digit: value for value, digit in enumerate(BASE62)}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)

_json = msgspec.json.Encoder(decimal_format="number")

Scalar = None | bool | int | str | bytes | datetime
Canonical = Scalar | Sequence["Canonical"]


def encode_json(value: object) -> bytes:
    """Return compact JSON; structs, moments (RFC 3339) and plain values; decimals are numbers."""
    return _json.encode(value)


def decode_json(data: bytes | str, into: type[T]) -> T:
    """Return the JSON as the type; raises msgspec.DecodeError, or its ValidationError."""
    return msgspec.json.decode(data, type=into)


def base62(number: int, width: int) -> str:
    """Return a number as exactly `width` digits, so that text order is number order."""
    pairs: list[str] = []
    for _ in range(width >> 1):
        number, pair = divmod(number, _PAIR_BASE)
        pairs.append(_PAIRS[pair])
    if width & 1:
        number, digit = divmod(number, len(BASE62))
        pairs.append(BASE62[digit])
    assert number == 0, "the number is negative or does not fit the width"
    pairs.reverse()
    return "".join(pairs)


def from_base62(text: str) -> int:
    """Return the number that the digits write; raises ValueError for any other character."""
    odd = len(text) & 1
    try:
        number = _DIGIT_VALUES[text[0]] if odd else 0
        for at in range(odd, len(text), 2):
            number = number * _PAIR_BASE + _PAIR_VALUES[text[at : at + 2]]
    except KeyError:
        raise ValueError(f"not base62: {text!r}") from None
    return number


def microseconds(moment: datetime) -> int:
    """Return whole microseconds from 1970-01-01T00:00Z to an aware moment, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def unix_seconds(moment: datetime) -> int:
    """Return whole seconds from 1970-01-01T00:00Z to an aware moment, rounded down."""
    return (moment - _EPOCH) // _SECOND


def from_microseconds(count: int) -> datetime:
    """Return the UTC moment that many microseconds after 1970-01-01T00:00Z."""
    return _EPOCH + timedelta(microseconds=count)


def canonical_bytes(*values: Canonical) -> bytes:
    """Return bytes that no other values have, for digests.

    Each value is a letter of its type, its length as four bytes, most significant first, and its
    content: integers and moments (microseconds) in decimal digits, text in UTF-8, sequences as
    their members in the same form.
    """
    return b"".join(map(_canonical, values))


def sha256(*values: Canonical) -> bytes:
    """Return the SHA-256 digest, 32 bytes, of the values' canonical bytes."""
    return hashlib.sha256(canonical_bytes(*values)).digest()


def _canonical(value: Canonical) -> bytes:
    match value:
        case None:
            letter, content = b"n", b""
        case bool():
            letter, content = b"b", b"%d" % value
        case int():
            letter, content = b"i", b"%d" % value
        case str():
            letter, content = b"s", value.encode()
        case bytes():
            letter, content = b"y", value
        case datetime():
            letter, content = b"t", b"%d" % microseconds(value)
        case _:
            letter, content = b"l", canonical_bytes(*cast("Sequence[Canonical]", value))
    return letter + len(content).to_bytes(4) + content


def rfc3339(moment: datetime) -> str:
    """Return an aware UTC moment in milliseconds, as in `2026-03-02T09:00:00.000Z`."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def joined(pieces: Iterable[bytes]) -> bytes:
    """Return pieces as one, holding no piece beside the whole."""
    whole = BytesIO()
    whole.writelines(pieces)
    return whole.getvalue()
