"""Event objects: what happened, with the object as it was, and what an update changed."""

from typing import Any, cast

import msgspec

from bezant.api.runtime import API_VERSION
from bezant.kernel.codec import encode_json, unix_seconds
from bezant.kernel.ids import parse


def event_body(
    number: str,
    name: str,
    body: str,
    *,
    livemode: bool,
    request: str | None,
    idempotency_key: str | None,
    account: str | None,
    previous: dict[str, Any] | None,
) -> str:
    """Return the JSON of an event about an object whose JSON is `body`.

    `account` is given for a connected account's event, `previous` for an update. The deliveries
    that wait are not in it: they are counted when it is read or sent.
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
        "livemode": livemode,
        "request": {"id": request, "idempotency_key": idempotency_key},
        "type": name,
    }
    if account is not None:
        event["account"] = account
    return encode_json(event).decode()


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
