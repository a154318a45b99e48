"""Thin events: what is stored of an event, told as v2 tells it.

An event of v2 is stored as it is. A snapshot event has a thin form as well, which is made of it
whenever it is read or sent, under an id of its own: `evt_thin_` for `evt_`.
"""

from typing import Any

from msgspec import Raw, Struct, field

from bezant.api.event_body import THIN, Cause, changes_between, related_to, thin_event
from bezant.api.places import Places
from bezant.kernel.codec import decode_json, encode_json
from bezant.resources.webhooks.event_types import thin_name

STORED, SHOWN = "evt_", "evt_thin_"
_NOT_SENT = ("changes", "data", "snapshot_event")
"""What only an event that is retrieved has."""


class _Head(Struct):
    object: str
    type: str


class _Data(Struct):
    object: dict[str, Any]
    previous_attributes: dict[str, Any] | None = None


class _Request(Struct):
    id: str | None = None
    idempotency_key: str | None = None


class _Snapshot(Struct):
    id: str
    type: str
    livemode: bool
    data: _Data
    account: str | None = None
    request: _Request = field(default_factory=_Request)


def is_thin(body: str) -> bool:
    """Tell whether a stored event is one of v2."""
    return decode_json(body, _Head).object == THIN


def has_thin_form(body: str) -> bool:
    """Tell whether a stored event can be told as a thin one."""
    return thin_name(decode_json(body, _Head).type) is not None


def told(body: str, places: Places) -> str:
    """Return the thin form of a stored event, whose type must have one, as it is retrieved."""
    return body if is_thin(body) else encode_json(_mirrored(body, places)).decode()


def notification(body: str, places: Places) -> str:
    """Return what a destination of thin events is sent of a stored event."""
    event = decode_json(body, dict[str, Raw]) if is_thin(body) else _mirrored(body, places)
    sent = {name: value for name, value in event.items() if name not in _NOT_SENT}
    return encode_json(sent).decode()


def shown_id(stored: str, kind: str) -> str:
    """Return the id of a stored event's thin form; of a v2 event, its own."""
    return stored if thin_name(kind) == kind else SHOWN + stored.removeprefix(STORED)


def stored_id(shown: str) -> str:
    """Return under which id a thin event is stored."""
    return STORED + shown.removeprefix(STORED).removeprefix("thin_")


def _mirrored(body: str, places: Places) -> dict[str, Any]:
    event = decode_json(body, _Snapshot)
    name = thin_name(event.type)
    assert name is not None, f"{event.type} has no thin form"
    cause = Cause(event.livemode, event.request.id, event.request.idempotency_key, event.account)
    before = event.data.previous_attributes
    changes = None if before is None else changes_between(before, event.data.object)
    related = related_to(event.data.object, places)
    number = shown_id(event.id, event.type)
    return thin_event(number, name, cause, related, changes, snapshot=event.id)
