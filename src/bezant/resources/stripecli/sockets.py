"""The command line's WebSocket: the ASGI application around the API's own."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import msgspec
from msgspec import Struct

from bezant.api.runtime import Runtime
from bezant.db.errors import ConnectionLost
from bezant.kernel.codec import decode_json, encode_json, from_base62
from bezant.kernel.errors import MalformedId
from bezant.kernel.log import get_logger
from bezant.kernel.secret import Secret
from bezant.ledger.book import book_of
from bezant.resources.stripecli import frames, log_filters
from bezant.resources.stripecli.following import (
    Books,
    NewEvents,
    NewRequests,
    moment_of,
    place_of,
)
from bezant.resources.stripecli.forwarding import Forwarding, Signing
from bezant.resources.stripecli.sessions import PREFIX, SOCKET_PATH, Session
from bezant.resources.webhooks.signature import HEADER, signed
from bezant.resources.webhooks.thin import has_thin_form, is_thin, notification
from bezant.store import feed
from bezant.store.feed import FedEvent, Told

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_SLOT = 0xFFFF
GOOD_FOR = timedelta(hours=24)
POLL_SECONDS = 0.2
PAUSE_AFTER_FAILURE_S = 2.0
UNKNOWN = "Unknown WebSocket ID."
"""The words that make the command line ask for another session."""

log = get_logger(__name__)


class Hidden(Struct):
    """What is stored with a session and never shown."""

    account: str
    connected: bool
    filters: str | None
    forwards: bool
    secret: str


class Opened(Struct):
    """A session that somebody has dialled for."""

    session: Session
    hidden: Hidden
    feature: str


class Sockets:
    """Serves the command line's WebSocket, and everything else by another application."""

    def __init__(self, app: App, runtime: Runtime) -> None:
        """Stand before an application."""
        self._app = app
        self._runtime = runtime

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve a connection."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        await receive()  # The opening handshake.
        opened = await self._opened(scope)
        if opened is None:
            await _refuse(send)
            return
        await send({"type": "websocket.accept"})
        await self._serve(opened, receive, send)

    async def _opened(self, scope: Message) -> Opened | None:
        """Return the session that a handshake names, if it is known and not too old."""
        headers = dict(scope["headers"])
        name, _, digits = headers.get(b"websocket-id", b"").decode("latin-1").partition(".")
        if scope["path"] != SOCKET_PATH or not name.startswith(f"{PREFIX}_"):
            return None
        try:
            book, at = from_base62(digits), moment_of(name)
        except (ValueError, IndexError, MalformedId):
            return None
        if at < self._runtime.clock.now() - GOOD_FOR or book >= 1 << 63:
            return None
        row = await self._runtime.reader.get(book, Session.kind(), name)
        if row is None or row.hidden is None:
            return None
        session = decode_json(row.body, Session)
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("websocket_feature")
        feature = asked[0] if asked else session.websocket_authorized_feature
        if feature != session.websocket_authorized_feature:
            return None
        return Opened(session, decode_json(row.hidden, Hidden), feature)

    async def _serve(self, opened: Opened, receive: Receive, send: Send) -> None:
        """Feed an open socket until the command line goes away or the server stops."""
        books = Books(
            self._runtime,
            book_of(opened.hidden.account, opened.session.livemode),
            connected=opened.hidden.connected,
        )
        fed = _FEEDS[opened.feature](self._runtime, books, opened)
        pump = asyncio.create_task(_pump(fed, self._runtime, send))
        try:
            while (message := await receive())["type"] == "websocket.receive":
                await fed.hear(message.get("text") or "")
        finally:
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)


class _Events:
    """Sends events, and writes down what becomes of them."""

    def __init__(self, runtime: Runtime, books: Books, opened: Opened) -> None:
        self._runtime = runtime
        self._books = books
        self._session = opened.session.id
        self._book = book_of(opened.hidden.account, opened.session.livemode).id
        signing = Signing(
            self._book, self._session, Secret(opened.hidden.secret), opened.hidden.forwards
        )
        self._forwarding = Forwarding(signing, runtime.clock, runtime.ids)
        self._new: NewEvents | None = None
        self._woken = asyncio.Event()

    async def frames(self) -> list[bytes]:
        """Return what can be sent now."""
        self._forwarding.take([row for row in await self._read() if not is_thin(row.body)])
        return self._forwarding.due()

    async def _read(self) -> list[FedEvent]:
        """Return what is new; where the session left off, if it was open before."""
        if self._new is None:
            async with self._runtime.pool.connection() as conn:
                told = await feed.told(conn, self._book, self._session)
            start = place_of(self._session, "evt")
            if len(told) == feed.MOST_TOLD:
                start = min(told)  # A long session goes on from the oldest of the newest.
            self._new = NewEvents(self._runtime, self._books, start, told)
        return await self._new.read()

    async def hear(self, text: str) -> None:
        """Write down what the command line says of an event."""
        try:
            told = self._forwarding.heard(text)
        except (msgspec.DecodeError, msgspec.ValidationError) as problem:
            log.info("stripecli_frame_unreadable", session=self._session, problem=str(problem))
            return
        if told is not None:
            async with self._runtime.pool.connection() as conn:
                await feed.tell(conn, told)


class _ThinEvents(_Events):
    """Sends thin events, each once; the command line does not say what became of them."""

    def __init__(self, runtime: Runtime, books: Books, opened: Opened) -> None:
        super().__init__(runtime, books, opened)
        self._secret = Secret(opened.hidden.secret)

    async def frames(self) -> list[bytes]:
        """Return what can be sent now, and note that it is."""
        rows = [row for row in await self._read() if has_thin_form(row.body)]
        for row in rows:
            async with self._runtime.pool.connection() as conn:
                await feed.tell(conn, self._told(row))
        return [self._frame(row) for row in rows]

    def _frame(self, row: FedEvent) -> bytes:
        body = notification(row.body, self._runtime.places)
        mark = signed(body.encode(), [self._secret], self._runtime.clock.now())
        headers = {"Content-Type": "application/json; charset=utf-8", HEADER: mark}
        return encode_json(frames.ThinEvent(body, headers, self._session))

    def _told(self, row: FedEvent) -> Told:
        return Told(
            book_id=self._book,
            id=self._runtime.ids.new("dlv", self._book & _SLOT),
            event_book=row.book_id,
            event=row.id,
            session=self._session,
            status="delivered",
            answer="sent to the command line",
            at=self._runtime.clock.now(),
        )


class _Requests:
    """Sends what the filters let through of the request log."""

    def __init__(self, runtime: Runtime, books: Books, opened: Opened) -> None:
        self._account = opened.hidden.account
        self._livemode = opened.session.livemode
        self._filters = log_filters.read(opened.hidden.filters)
        self._new = NewRequests(runtime, books, moment_of(opened.session.id))

    async def frames(self) -> list[bytes]:
        """Return what can be sent now."""
        return [
            frames.request_log_event(row, livemode=self._livemode)
            for row in await self._new.read()
            if self._filters.pass_(row, self._account)
        ]

    async def hear(self, text: str) -> None:
        """Nothing that the command line says matters here."""


_FEEDS = {"webhooks": _Events, "v2_events": _ThinEvents, "request_logs": _Requests}


async def _pump(fed: _Events | _Requests, runtime: Runtime, send: Send) -> None:
    """Send what is new, again and again, until cancelled."""
    while True:
        pause = POLL_SECONDS
        try:
            for frame in await fed.frames():
                await send({"type": "websocket.send", "text": frame.decode()})
        except ConnectionLost as problem:
            log.warning("stripecli_socket_waits", problem=str(problem))
            pause = PAUSE_AFTER_FAILURE_S
        await runtime.clock.sleep(pause)


async def _refuse(send: Send) -> None:
    """Answer a handshake with words, which a closed WebSocket could not carry."""
    head = {"status": 404, "headers": [(b"content-type", b"application/json")]}
    await send({"type": "websocket.http.response.start", **head})
    body = frames.refusal(UNKNOWN)
    await send({"type": "websocket.http.response.body", "body": body, "more_body": False})
