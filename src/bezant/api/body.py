"""The parameters of a request, from its query and body, as one tree."""

from typing import Any, NamedTuple

import falcon
import falcon.asgi

from bezant.api import forms, json_body, multipart
from bezant.api.operation import Options
from bezant.kernel.errors import InvalidRequest

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_MULTIPART = "multipart/form-data"
_DRAINED_BYTES = 16 << 20
_CHUNK_BYTES = 1 << 16


class Parameters(NamedTuple):
    """A tree, and whether it was JSON, where numbers are not texts."""

    tree: dict[str, Any]
    json: bool = False


async def read(request: falcon.asgi.Request, options: Options) -> Parameters:
    """Return the parameters of a request; InvalidRequest for what cannot be any."""
    query: bytes = request.scope["query_string"]
    body = await _read_bytes(request, options.body_limit)
    if not body:
        return Parameters(forms.decode(query) if query else {})
    content_type = request.get_header("Content-Type") or ""
    if options.files and content_type[: len(_MULTIPART)].lower() == _MULTIPART:
        if query:
            raise _mixed("a multipart body")
        return Parameters(multipart.decode(body, content_type))
    usual = _FORM if options.form else _JSON
    media_type = (content_type or usual).partition(";")[0].strip().lower()
    if media_type == _FORM and options.form:
        return Parameters(forms.decode(query + b"&" + body if query else body))
    if media_type != _JSON or not options.json:
        offered = (
            (_FORM, options.form),
            (_JSON, options.json),
            (_MULTIPART, options.files),
        )
        taken = " or ".join(name for name, is_taken in offered if is_taken)
        raise InvalidRequest(
            f"The request body is {media_type[:80]}; this operation takes {taken}.",
            code="content_type_unsupported",
        )
    if query:
        raise _mixed("JSON")
    return Parameters(json_body.decode(body), json=True)


def _mixed(form: str) -> InvalidRequest:
    return InvalidRequest(
        f"Pass parameters either as {form} or in the query, not in both.", code="parameter_invalid"
    )


async def _read_bytes(request: falcon.asgi.Request, limit: int) -> bytes:
    if request.get_header("Transfer-Encoding") is not None:
        # The end of a body in chunks looks the same as a client that went away in the middle.
        raise InvalidRequest(
            "Send a Content-Length: bodies in chunks are not taken.", code="request_body_invalid"
        )
    try:
        length = request.content_length or 0
    except falcon.HTTPInvalidHeader as error:
        raise InvalidRequest("Invalid Content-Length.", code="request_invalid") from error
    if not length:
        return b""
    if length > limit:
        await _drain(request)
        raise InvalidRequest(
            f"The request body is too large: at most {limit:,} bytes are taken here.",
            code="request_body_too_large",
        )
    body = await request.stream.read(length)
    if len(body) != length:
        raise InvalidRequest("The request body ended early.", code="request_body_invalid")
    return body


async def _drain(request: falcon.asgi.Request) -> None:
    """Read on for a while, since a client that is cut off does not read the answer."""
    left = _DRAINED_BYTES
    while left > 0 and (chunk := await request.stream.read(_CHUNK_BYTES)):
        left -= len(chunk)
