"""Event objects: what happened, with the object as it was, and what an update changed.

Events of v2 are thin: they only say which object it was, and where that can be read.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import msgspec

from bezant.api.places import Places
from bezant.api.runtime import API_VERSION
from bezant.kernel.codec import encode_json, rfc3339, unix_seconds
from bezant.kernel.ids import parse

THIN = "v2.core.event"
V2_PREFIX = "v2."
"""What the types of events begin with that are thin and have no other form."""
_SUMS = frozenset(
    {"application_fee.refunded", "charge.captured", "charge.refunded", "transfer.reversed"}
)
"""Events, besides updates, that say what was before: by how much a sum has grown."""


class Cause(NamedTuple):
    """Where an event comes from: its mode, the request, and the connected account it is about."""

    livemode: bool
    request: str | None
    idempotency_key: str | None
    account: str | None


def tells_previous(name: str) -> bool:
    """Return whether an event says what its object was like before."""
    return name.endswith(".updated") or name in _SUMS


def event_body(
    number: str,
    name: str,
    body: str,
    cause: Cause,
    previous: dict[str, Any] | None,
) -> str:
    """Return the JSON of an event about an object whose JSON is `body`.

    `previous` is given where the type tells it. The deliveries that wait are not in it: they are
    counted when it is read or sent.
    """
    data: dict[str, Any] = {"object": msgspec.Raw(body.encode())}
    if previous is not None:
        data["previous_attributes"] = previous
    event: dict[str, Any] = {
        "id": number,
        "object": "event",
        "api_version": API_VERSION,
        "created": unix_seconds(parse(number).time),
        "data": data,
        "livemode": cause.livemode,
        "request": {"id": cause.request, "idempotency_key": cause.idempotency_key},
        "type": name,
    }
    if cause.account is not None:
        event["account"] = cause.account
    return encode_json(event).decode()


def thin_event(
    number: str,
    name: str,
    cause: Cause,
    related: Mapping[str, Any] | None,
    changes: Mapping[str, Any] | None,
    *,
    snapshot: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a thin event; `snapshot` is the event that has the object as it was."""
    reason = None
    if cause.request is not None:
        request = {"id": cause.request, "idempotency_key": cause.idempotency_key or ""}
        reason = {"type": "request", "request": request}
    event: dict[str, Any] = {
        "id": number,
        "object": THIN,
        "type": name,
        "created": rfc3339(parse(number).time),
        "livemode": cause.livemode,
        "context": cause.account,
        "reason": reason,
        "changes": changes,
        "snapshot_event": snapshot,
    }
    if related is not None:
        event["related_object"] = related
    if data is not None:
        event["data"] = data
    return event


def related_to(shown: Mapping[str, Any], places: Places) -> dict[str, Any] | None:
    """Return how an event names an object, which is given as its JSON; None without a place."""
    url = places.url(shown)
    if url is None:
        return None
    named = {"type": shown["object"], "url": url}
    return {"id": shown["id"], **named} if "id" in shown else named


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return an update as thin events tell it: what was, and what there is now."""
    now: dict[str, Any] = {name: after.get(name) for name in before}
    return {"before": before, "after": now}


def replaced(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the values that an update has replaced; of a map, the keys it touched."""
    changed: dict[str, Any] = {}
    for name in before | after:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            changed[name] = replaced(cast("dict[str, Any]", old), cast("dict[str, Any]", new))
        else:
            changed[name] = old
    return changed
