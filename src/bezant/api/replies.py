"""Replies: what goes back over HTTP, and errors in the shape that clients know."""

from typing import Any, NamedTuple

from bezant.api.download import Download
from bezant.kernel.codec import encode_json
from bezant.kernel.errors import ApiError, KeyInUse, RateLimited, Unavailable
from bezant.kernel.log import without_cards

JSON = "application/json"


class Reply(NamedTuple):
    """A status, a body and headers; `code` is that of the error, for the log."""

    status: int
    body: str
    headers: dict[str, str]
    code: str | None = None
    media_type: str = JSON
    download: Download | None = None


_V2_TYPES = {"rate_limit": "rate_limit", "balance_insufficient": "insufficient_funds"}
"""The codes whose errors have a type of their own in v2."""


def error_body(error: ApiError, place: str, public_url: str, *, v2: bool = False) -> str:
    """Return the JSON of an error; `place` is where the request log has it.

    Absent members are left out, and the number of a card that stands in the wrong place.
    """
    kind = _V2_TYPES.get(error.code or "", error.type) if v2 else error.type
    told: dict[str, Any] = {"type": kind}
    if error.code is not None:
        told["code"] = error.code
        told["doc_url"] = f"{public_url}/docs/errors#{error.code}"
    told["message"] = without_cards(error.message)
    if error.param is not None:
        told["param"] = without_cards(error.param)
    told["request_log_url"] = f"{public_url}/v1/request_logs/{place}"
    told.update(error.extra)
    return encode_json({"error": told}).decode()


def error_reply(
    error: ApiError, place: str, public_url: str, *, safe: bool = False, v2: bool = False
) -> Reply:
    """Return the reply of an error after which nothing has changed.

    `safe` says that sending the same request again cannot do twice what may have been done: the
    outcome is unknown when the database went away.
    """
    headers: dict[str, str] = {}
    if isinstance(error, RateLimited):
        headers["Stripe-Should-Retry"] = "true"
        if error.reason is not None:
            headers["Stripe-Rate-Limited-Reason"] = error.reason
    elif isinstance(error, Unavailable):
        headers["Stripe-Should-Retry"] = "true" if safe else "false"
    elif isinstance(error, KeyInUse):
        headers["Stripe-Should-Retry"] = "true"
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="Bezant"'
    body = error_body(error, place, public_url, v2=v2)
    return Reply(error.status, body, headers, error.code)
