"""HTTPS to a bank: files by name, with a client certificate or signed requests or both.

What is not known to have happened is an OSError; asking again under the same name is the same
file, never a second one.
"""

import base64
import hashlib
import os
import re
import ssl
from collections.abc import Iterator, Mapping
from tempfile import NamedTemporaryFile
from typing import BinaryIO, NamedTuple
from urllib.parse import quote

import httpx
import msgspec

from bezant.banks.settings import HttpsSettings, secret
from bezant.banks.signature import Sign, signed_headers, signer
from bezant.kernel.clock import Clock
from bezant.kernel.errors import ConfigError
from bezant.movement.contents import PIECE, measured, spooled
from bezant.movement.transport import Arrival, Fetched

MOST_BYTES = 1 << 29
"""Bytes of a file that are read; no bank file is larger."""

MOST_WORDS = 1 << 22
"""Bytes of any other answer that are read."""

_NOTHING = hashlib.sha256(b"").hexdigest()

_SHA_256 = re.compile(r"\bsha-256=:([^:]*):")
_OK, _NOT_FOUND, _CONFLICT = range(200, 300), 404, 409


class _Body(NamedTuple):
    """What is sent, in pieces, and its digest in hex."""

    pieces: Iterator[bytes]
    sha256: str


class _Answer(NamedTuple):
    """A bank's answer; `sha256` is the digest of the file that it says it has, in hex."""

    status: int
    body: bytes
    sha256: str


class Https:
    """The way to a bank by HTTPS."""

    def __init__(
        self, settings: HttpsSettings, clock: Clock, environ: Mapping[str, str] = os.environ
    ) -> None:
        """Read the keys; raises ConfigError when one is not there or is none."""
        self._settings = settings
        self._clock = clock
        self._sign: Sign | None = None
        if settings.algorithm is not None and settings.signing_key is not None:
            key = secret(settings.signing_key, environ)
            self._sign = signer(settings.algorithm, key)
        self._context = _context(settings, environ)
        self._fetched = Fetched()

    def put(self, name: str, source: BinaryIO) -> None:
        """Send a file under its name, which is its idempotency key, too."""
        settings = self._settings
        size, digest = measured(source)
        headers = {
            "Content-Length": str(size),
            "Content-Type": "application/octet-stream",
            "Idempotency-Key": f"{name}-{digest[:16]}",
        }
        if settings.method == "PUT":
            url = self._url(settings.files, name)
        else:
            url = self._url(settings.files)
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        body = _Body(_pieces(source), digest)
        status = self._ask(settings.method, url, headers, body).status
        if status == _CONFLICT and self.took(name, digest):
            return
        _expect(status, settings.method, url)

    def took(self, name: str, sha256: str = "") -> bool:
        """Ask whether the bank has a file of this name, and if a digest is given, that content.

        Raises OSError when the name is there with other content, or with content that the bank
        lets nobody compare: then nobody knows what became of ours.
        """
        url = self._url(self._settings.files, name)
        answer = self._ask("HEAD", url, {"Want-Repr-Digest": "sha-256=10"})
        if answer.status == _NOT_FOUND:
            return False
        _expect(answer.status, "HEAD", url)
        if sha256 and (answer.sha256 or self._content_of(url)) != sha256:
            raise OSError(f"HEAD {url}: the bank has another file under this name")
        return True

    def _content_of(self, url: str) -> str:
        """Return the digest of a file's content at a bank that sends no digest of it."""
        with spooled() as kept:
            if self._ask("GET", url, into=kept).status not in _OK:
                raise OSError(f"HEAD {url}: the name is there, its content cannot be compared")
            return measured(kept).sha256

    def arrivals(self) -> list[Arrival]:
        """Return the files on the bank's list, which is a JSON array of names; they are fetched."""
        url = self._url(self._settings.arrivals)
        answer = self._ask("GET", url)
        _expect(answer.status, "GET", url)
        try:
            names = msgspec.json.decode(answer.body, type=list[str])
        except msgspec.DecodeError as error:
            raise OSError(f"GET {url}: no list of names: {error}") from error
        found: list[Arrival] = []
        self._fetched.clear()
        for name in sorted(names):
            place = self._url(self._settings.arrivals, name)
            found.append(Arrival(name, self._fetched.place(len(found))))
            with found[-1].path.open("wb") as file:
                status = self._ask("GET", place, into=file).status
            _expect(status, "GET", place)
        return found

    def done(self, name: str) -> None:
        """Take a file off the bank's list; one that is off it already is done."""
        url = self._url(self._settings.arrivals, name)
        status = self._ask("DELETE", url).status
        if status != _NOT_FOUND:
            _expect(status, "DELETE", url)

    def _url(self, folder: str, name: str = "") -> str:
        place = f"{self._settings.url}/{folder.strip('/')}"
        return f"{place}/{quote(name, safe='')}" if name else place

    def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: _Body | None = None,
        into: BinaryIO | None = None,
    ) -> _Answer:
        """Return what the bank answers; raises OSError where no answer came, or too much.

        The body of the answer goes `into` a file, if one is given.
        """
        sent = dict(headers or {})
        if self._sign is not None:
            key_id, now = self._settings.key_id, self._clock.now()
            digest = body.sha256 if body else _NOTHING
            sent |= signed_headers(method, url, digest, sign=self._sign, key_id=key_id, at=now)
        timeout = self._settings.timeout_seconds
        try:
            with (
                httpx.Client(verify=self._context, timeout=timeout, trust_env=False) as client,
                client.stream(
                    method, url, content=body.pieces if body else None, headers=sent
                ) as answer,
            ):
                said = _body(answer, url, into)
                return _Answer(answer.status_code, said, _digest(answer.headers))
        except httpx.HTTPError as error:
            raise OSError(f"{method} {url}: {error or type(error).__name__}") from error


def _digest(headers: httpx.Headers) -> str:
    """Return the digest of a representation (RFC 9530) in hex; empty where there is none."""
    found = _SHA_256.search(headers.get("Repr-Digest", ""))
    if found is None:
        return ""
    try:
        return base64.b64decode(found[1], validate=True).hex()
    except ValueError as error:
        raise OSError(f"Repr-Digest is no digest: {error}") from error


def _body(answer: httpx.Response, url: str, into: BinaryIO | None) -> bytes:
    """Return what is said, or nothing when it goes into a file."""
    pieces: list[bytes] = []
    take = pieces.append if into is None else into.write
    most = MOST_BYTES if into is not None else MOST_WORDS
    size = 0
    for piece in answer.iter_bytes():
        size += len(piece)
        if size > most:
            raise OSError(f"{url}: more than {most} bytes")
        take(piece)
    return b"".join(pieces)


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    source.seek(0)
    while piece := source.read(PIECE):
        yield piece


def _expect(status: int, method: str, url: str) -> None:
    if status not in _OK:
        raise OSError(f"{method} {url}: the bank answers {status}")


def _context(settings: HttpsSettings, environ: Mapping[str, str]) -> ssl.SSLContext:
    """Return how the connection is made sure of, on both sides."""
    try:
        context = ssl.create_default_context(cafile=settings.ca)
        if settings.certificate is not None and settings.certificate_key is not None:
            # The library takes keys from files alone; this one is gone when it has been read.
            with NamedTemporaryFile() as file:
                file.write(secret(settings.certificate_key, environ))
                file.flush()
                context.load_cert_chain(settings.certificate, file.name)
    except (ssl.SSLError, OSError) as error:
        raise ConfigError(
            f"The certificates for {settings.url} cannot be used: {error}."
        ) from error
    return context
