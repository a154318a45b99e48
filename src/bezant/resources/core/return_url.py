"""Addresses to which a browser or an app goes back when somebody is done on another page."""

import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode, urlsplit, urlunsplit

from msgspec import Meta

from bezant.api.params import Check
from bezant.api.refusals import cut
from bezant.kernel.errors import InvalidRequest

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.ASCII)
_FORBIDDEN = frozenset({"about", "blob", "data", "file", "javascript", "vbscript"})
_BAD = frozenset(" \t\r\n\"'<>;\\")


def _return_url(text: str, param: str) -> str:
    try:
        parts = urlsplit(text)
        scheme = parts.scheme.lower()
        good = bool(_SCHEME.fullmatch(scheme)) and scheme not in _FORBIDDEN
        good = good and (scheme not in ("http", "https") or bool(parts.hostname))
    except ValueError:
        good = False
    if good and "://" in text and text.isascii() and _BAD.isdisjoint(text):
        return text
    raise InvalidRequest(
        f"Invalid URL: {cut(text)}. Send a whole address, as in https://example.com/return.",
        code="url_invalid",
        param=param,
    )


ReturnUrl = Annotated[str, Meta(max_length=2048), Check(_return_url)]
"""A whole address; apps may have a scheme of their own."""


def with_query(url: str, told: Mapping[str, str]) -> str:
    """Return an address with more in its query."""
    parts = urlsplit(url)
    query = "&".join(each for each in (parts.query, urlencode(told)) if each)
    return urlunsplit(parts._replace(query=query))


def origin_of(url: str) -> str:
    """Return the scheme of an address and, on the web, its host: what a page may send forms to."""
    parts = urlsplit(url)
    web = parts.scheme in ("http", "https")
    return f"{parts.scheme}://{parts.netloc}" if web else f"{parts.scheme}:"
