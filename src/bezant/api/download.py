"""Downloads: bytes in place of JSON, which no browser takes for anything that it would run."""

from collections.abc import AsyncIterator
from typing import NamedTuple
from urllib.parse import quote

import falcon.asgi

_SHOWN = frozenset({"application/pdf", "image/gif", "image/jpeg", "image/png"})
"""What a browser may show by itself; all else it saves."""


class Download(NamedTuple):
    """A file: `size` bytes that come piece by piece, its type and its name."""

    pieces: AsyncIterator[bytes]
    size: int
    media_type: str
    name: str


def deliver(response: falcon.asgi.Response, download: Download) -> None:
    """Put a file into falcon's response, so that it is shown or saved and never run."""
    how = "inline" if download.media_type in _SHOWN else "attachment"
    response.content_type = download.media_type
    response.content_length = download.size
    response.stream = download.pieces
    response.set_headers(
        {
            "Content-Disposition": f"{how}; filename*=UTF-8''{quote(download.name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
    )
