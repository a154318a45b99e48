"""What operations return, as the JSON that a client reads."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

import msgspec

from bezant.api.context import Context
from bezant.api.door_refusals import refusal
from bezant.api.pages import Page, envelope
from bezant.api.replies import error_body
from bezant.api.resource import Identified
from bezant.api.search import Found, search_envelope
from bezant.api.v2 import V2Page, v2_envelope
from bezant.commit.change_set import ChangeSet, Refused
from bezant.kernel.codec import encode_json
from bezant.kernel.errors import ApiError, InvalidRequest


class Itemised(NamedTuple):
    """The answer of a call whose items succeed or fail each on its own.

    `items` are, in order, the objects made by the change sets that the operation began with
    `ctx.item()`, one each; an error stands for an item that was refused before it got that far.
    """

    items: Sequence[Identified | ApiError]


class _List(msgspec.Struct):
    url: str
    data: list[msgspec.Raw]


_ENVELOPES: Mapping[type, Callable[[Any, str], str]] = {
    Page: envelope,
    V2Page: v2_envelope,
    Found: search_envelope,
}


def rendered(ctx: Context, result: Any, *, path: str, public_url: str) -> str:
    """Return the JSON of what an operation returned."""
    if isinstance(result, str):
        return result
    if isinstance(result, Identified):
        return ctx.encoded(result)
    wrap = _ENVELOPES.get(cast("type[Any]", type(result)))
    if wrap is not None:
        return wrap(result, path)
    if isinstance(result, Itemised):
        return _itemised(ctx, result, path, public_url)
    assert isinstance(result, dict), f"an operation cannot return {type(result)}"
    return encode_json(cast("dict[str, Any]", result)).decode()


def deleted(kind: str, name: str, *, v2: bool = False) -> str:
    """Return the JSON of an object that is gone; v2 does not say so."""
    shown: dict[str, Any] = {"id": name, "object": kind}
    return encode_json(shown if v2 else {**shown, "deleted": True}).decode()


def _itemised(ctx: Context, result: Itemised, path: str, public_url: str) -> str:
    assert len(result.items) == len(ctx.units) - 1, "each item has a change set of its own"
    bodies: list[str] = []
    for at, item in enumerate(result.items, 1):
        if isinstance(item, ApiError):
            ctx.units[at] = ChangeSet()  # What was collected before the refusal must not happen.
            bodies.append(error_body(item, ctx.caller.logged_as, public_url))
        else:
            bodies.append(ctx.encoded(item))
    return envelope(Page(bodies), path)


def with_faults(body: str, faults: Mapping[int, Refused], place: str, public_url: str) -> str:
    """Return an itemised answer with the errors of the change sets that the door refused.

    Nothing but its arguments goes into it, so a replay says the same to the byte.
    """
    if not faults:
        return body
    whole = msgspec.json.decode(body, type=_List)
    data = [bytes(item).decode() for item in whole.data]
    for unit, refused in faults.items():
        assert unit > 0, "only items can be refused apart"
        data[unit - 1] = error_body(item_error(refused), place, public_url)
    return envelope(Page(data), whole.url)


def item_error(refused: Refused) -> ApiError:
    """Return the error of one item of a call."""
    if refused.code == "stale":
        return InvalidRequest(
            "Something that this item depends on was changed at the same moment. Send it again.",
            code="lock_timeout",
        )
    return refusal(refused)
