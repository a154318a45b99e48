"""Idempotency: a key makes a request happen once, however often it is sent."""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from bezant.api.context import Context
from bezant.commit.change_set import Refused, Replayed
from bezant.kernel.codec import canonical_bytes
from bezant.kernel.errors import IdempotencyMismatch, InvalidRequest
from bezant.store import idempotency as stored

MAX_KEY_LENGTH = 255

_OF_CARDS = (b'"number":', b'"cvc":')
# The hook is for numbers that no parameter takes, which a JSON tree holds as marked texts, and for
# files, which say their digest.
_sorted_json = msgspec.json.Encoder(order="sorted", enc_hook=str)


class Replay(NamedTuple):
    """What a key was answered: `faults` are the refused items of a call whose items stand alone."""

    status: int
    body: str
    request: str
    faults: dict[int, Refused]


def checked_key(header: str | None) -> str | None:
    """Return the idempotency key of a request, or None; InvalidRequest for one that cannot be."""
    if header is None:
        return None
    if not header or len(header) > MAX_KEY_LENGTH:
        raise InvalidRequest(
            f"An idempotency key has 1 to {MAX_KEY_LENGTH} characters; this one has {len(header)}.",
            code="idempotency_key_invalid",
        )
    if not header.isprintable():
        raise InvalidRequest(
            "An idempotency key consists of printable characters.", code="idempotency_key_invalid"
        )
    return header


def digest(method: str, path: str, tree: dict[str, Any], disguised: Callable[[str], str]) -> bytes:
    """Return what tells two requests under one key apart: method, path and parameters.

    A card that is among them is `disguised`: its number could be found by trying all otherwise.
    """
    parameters = _sorted_json.encode(tree)
    if any(mark in parameters for mark in _OF_CARDS):
        parameters = disguised(parameters.decode()).encode()
    return hashlib.sha256(canonical_bytes(method, path, parameters)).digest()


async def find(ctx: Context, key: str) -> Replayed | None:
    """Return what a key of the acting account was answered, or None."""
    async with ctx.runtime.pool.connection() as conn:
        row = await stored.find(conn, ctx.book.id, key)
    return None if row is None else Replayed(*row)


def replay(found: Replayed, key: str, wanted: bytes) -> Replay:
    """Return a stored answer; IdempotencyMismatch if the request was another one then."""
    if found.digest != wanted:
        raise IdempotencyMismatch(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request."
        )
    return Replay(found.status, found.body, found.request, _faults(found.outcomes))


def _faults(outcomes: str | None) -> dict[int, Refused]:
    if outcomes is None:
        return {}
    rows = msgspec.json.decode(outcomes, type=list[tuple[int, str, str | None]])
    return {
        unit: Refused(code, msgspec.json.decode(detail or "{}", type=dict[str, int | str | None]))
        for unit, code, detail in rows
    }
