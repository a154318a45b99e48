"""Event objects: what happened, with the object as it was, and what an update changed."""

from typing import TYPE_CHECKING, Any

import msgspec

from bezant.api.resource import Resource
from bezant.api.runtime import API_VERSION
from bezant.kernel.codec import encode_json, unix_seconds
from bezant.kernel.ids import parse
from bezant.ledger.book import Book

if TYPE_CHECKING:
    from bezant.api.context import Context


def event_body(
    ctx: "Context",
    number: str,
    name: str,
    resource: Resource,
    body: str,
    was: Resource | None,
    book: Book,
) -> str:
    """Return the JSON of an event; `was` is the object before an update.

    The deliveries that wait are not in it: they are counted when it is read or sent.
    """
    data: dict[str, Any] = {"object": msgspec.Raw(body.encode())}
    if was is not None:
        data["previous_attributes"] = previous_attributes(was, resource)
    event: dict[str, Any] = {
        "id": number,
        "object": "event",
        "api_version": API_VERSION,
        "created": unix_seconds(parse(number).time),
        "data": data,
        "livemode": ctx.livemode,
        "request": {"id": ctx.caller.request, "idempotency_key": ctx.caller.idempotency_key},
        "type": name,
    }
    if book.owner not in (ctx.caller.platform, "house"):
        event["account"] = book.owner
    return encode_json(event).decode()


def previous_attributes(was: Resource, now: Resource) -> dict[str, Any]:
    """Return the values that an update has replaced; of a map, the keys it touched."""
    before: dict[str, Any] = msgspec.to_builtins(was)
    after: dict[str, Any] = msgspec.to_builtins(now)
    return _replaced(before, after)


def _replaced(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name in before | after:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        both_maps = isinstance(old, dict) and isinstance(new, dict)
        changed[name] = _replaced(old, new) if both_maps else old  # pyright: ignore[reportUnknownArgumentType]
    return changed
