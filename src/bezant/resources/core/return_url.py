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
_WEB = ("http", "https")
_BAD = frozenset(" \t\r\n\"'<>;\\")


def _return_url(text: str, param: str) -> str:
    scheme = _scheme_of(text)
    if scheme is not None and scheme not in _FORBIDDEN:
        return text
    raise _not_whole(text, param)


def _web_address(text: str, param: str) -> str:
    if _scheme_of(text) in _WEB:
        return text
    raise _not_whole(text, param)


def _scheme_of(text: str) -> str | None:
    """Return the scheme of a whole address; None for anything else."""
    try:
        parts = urlsplit(text)
        scheme = parts.scheme.lower()
        named = scheme not in _WEB or bool(parts.hostname)
    except ValueError:
        return None
    whole = named and "://" in text and text.isascii() and _BAD.isdisjoint(text)
    return scheme if whole and _SCHEME.fullmatch(scheme) else None


def _not_whole(text: str, param: str) -> InvalidRequest:
    return InvalidRequest(
        f"Invalid URL: {cut(text)}. Send a whole address, as in https://example.com/return.",
        code="url_invalid",
        param=param,
    )


ReturnUrl = Annotated[str, Meta(max_length=2048), Check(_return_url)]
"""A whole address; apps may have a scheme of their own."""
WebAddress = Annotated[str, Meta(max_length=2048), Check(_web_address)]
"""A whole address on the web."""


def with_query(url: str, told: Mapping[str, str]) -> str:
    """Return an address with more in its query."""
    parts = urlsplit(url)
    query = "&".join(each for each in (parts.query, urlencode(told)) if each)
    return urlunsplit(parts._replace(query=query))


def origin_of(url: str) -> str:
    """Return the scheme of an address and, on the web, its host: what a page may send forms to."""
    parts = urlsplit(url)
    web = parts.scheme in _WEB
    return f"{parts.scheme}://{parts.netloc}" if web else f"{parts.scheme}:"
