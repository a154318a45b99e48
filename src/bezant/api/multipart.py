"""Multipart bodies (RFC 7578), as bytes that are in memory already, to a tree of texts and files.

How large a body may be is declared by the operation and checked before any of it is read.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from bezant.api import forms, refusals
from bezant.kernel.errors import InvalidRequest

_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))', re.IGNORECASE)
_DISPOSITION = re.compile(rb"content-disposition:[ \t]*form-data[ \t]*;(.*)", re.IGNORECASE)
_TYPE = re.compile(rb"content-type:[ \t]*([\x21-\x7e]{1,127})", re.IGNORECASE)
_PAIR = re.compile(rb'(?<![^;\s])(name|filename)="((?:[^"\\]|\\.)*+)"', re.IGNORECASE)
_LONGEST_HEAD = 4_096
_END = b"\r\n\r\n"


class Upload:
    """A file that came with a request; as a text it says no more than its length and digest."""

    __slots__ = ("data", "media_type", "name")

    def __init__(self, name: str, media_type: str, data: bytes) -> None:
        """Hold its bytes, and what the client called it."""
        self.name = name
        self.media_type = media_type
        self.data = data

    def __str__(self) -> str:
        digest = hashlib.sha256(self.data).hexdigest()
        return f"{len(self.data)} bytes of {self.media_type}, SHA-256 {digest}"


def decode(raw: bytes, content_type: str) -> dict[str, Any]:
    """Return the tree of a body; InvalidRequest says what is wrong. The time taken is linear."""
    texts: forms.Tree = {}
    files: dict[str, Upload] = {}
    for name, value in pieces(raw, content_type):
        if isinstance(value, str):
            forms.add(texts, name, value)
        elif name in files or name in texts or not name or "[" in name:
            raise _misplaced(name)
        else:
            files[name] = value
    for name in files.keys() & texts.keys():
        raise _misplaced(name)
    return {**texts, **files}


def pieces(raw: bytes, content_type: str) -> Iterator[tuple[str, str | Upload]]:
    """Yield the parts of a body with their names, as they come. Raises InvalidRequest."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        raise _refused("its Content-Type names no boundary")
    delimiter = b"\r\n--" + (boundary[1] or boundary[2]).encode()
    whole = b"\r\n" + raw
    if whole.count(delimiter) > forms.MAX_PARAMETERS + 1:
        raise refusals.invalid(
            f"Too many parameters: a request may have at most {forms.MAX_PARAMETERS:,}.", None
        )
    _, *parts = whole.split(delimiter)
    if not parts or parts[-1][:2] != b"--":
        raise _refused("it does not end with its boundary")
    yield from (_piece(part) for part in parts[:-1])


def _piece(part: bytes) -> tuple[str, str | Upload]:
    """Return the name of a part, and its text or its file."""
    at = part.find(_END, 0, _LONGEST_HEAD)
    if at < 0:
        raise _refused("a part has no head, or one that is too long")
    head, content = part[:at].split(b"\r\n"), part[at + len(_END) :]
    named = _named(head)
    name = forms.text(named.get(b"name", b""), "file", escaped=False)
    if b"filename" not in named:
        return name, forms.text(content, name, escaped=False)
    called = forms.text(named[b"filename"], name, escaped=False)
    found = [match[1].decode() for line in head if (match := _TYPE.fullmatch(line.strip()))]
    return name, Upload(called, found[0] if found else "application/octet-stream", content)


def _named(head: list[bytes]) -> dict[bytes, bytes]:
    for line in head:
        disposition = _DISPOSITION.fullmatch(line.strip())
        if disposition:
            pairs = _PAIR.findall(disposition[1])
            return {key.lower(): re.sub(rb"\\(.)", rb"\1", value) for key, value in pairs}
    raise _refused("a part has no Content-Disposition")


def _misplaced(name: str) -> InvalidRequest:
    return refusals.invalid(f"A file cannot be sent as the parameter: {refusals.cut(name)}", name)


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest(f"Invalid multipart body: {why}.", code="request_body_invalid")
