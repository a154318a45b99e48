"""The frames of the command line's WebSocket, as it reads and writes them."""

from msgspec import Struct

from bezant.api.error_codes import ERROR_CODES
from bezant.kernel.codec import encode_json, unix_seconds
from bezant.store.request_log import LoggedRequest

_MEANINGS = {each.code: each.meaning for each in ERROR_CODES}


class FromClient(Struct):
    """A frame of the command line: `event_ack` or `webhook_response`; others have other types."""

    type: str = ""
    webhook_conversation_id: str = ""
    status: int = 0


class Version(Struct, frozen=True):
    """The version of the API that an event is in, if it is not that of the account."""

    api_version: str | None = None


class WebhookEvent(Struct, tag_field="type", tag="webhook_event"):
    """An event to forward; what it carries is the text of what is signed."""

    event_payload: str
    http_headers: dict[str, str]
    webhook_id: str
    webhook_conversation_id: str
    endpoint: Version = Version()


class ThinEvent(Struct, tag_field="type", tag="v2_event"):
    """A thin event to forward; `payload` is the text of what is signed."""

    payload: str
    http_headers: dict[str, str]
    destination_id: str


class RequestLogEvent(Struct, tag_field="type", tag="request_log_event"):
    """A request to show."""

    event_payload: str
    request_log_id: str


class LoggedError(Struct):
    """What a request was refused with, without anything that it carried."""

    type: str = ""
    code: str = ""
    message: str = ""


class LoggedPayload(Struct):
    """A request as `logs tail` shows it."""

    created_at: int
    livemode: bool
    method: str
    request_id: str
    status: int
    url: str
    error: LoggedError


def request_log_event(row: LoggedRequest, *, livemode: bool) -> bytes:
    """Return the frame of a logged request."""
    payload = LoggedPayload(
        created_at=unix_seconds(row.created),
        livemode=livemode,
        method=row.method,
        request_id=row.id,
        status=row.status,
        url=row.path,
        error=_error(row),
    )
    text = encode_json(payload).decode()
    return encode_json(RequestLogEvent(text, row.id.replace("req_", "resp_", 1)))


def refusal(message: str) -> bytes:
    """Return the body that an opening handshake is refused with."""
    return encode_json({"error": {"type": "invalid_request_error", "message": message}})


def _error(row: LoggedRequest) -> LoggedError:
    if row.code is None:
        return LoggedError()
    kind = "api_error" if row.status >= 500 else "invalid_request_error"
    return LoggedError(kind, row.code, _MEANINGS.get(row.code, ""))
