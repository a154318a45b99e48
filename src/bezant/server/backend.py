"""The backend: what the API asks of the process that serves it."""

import re
from collections.abc import Callable

from msgspec import Struct

from bezant.api.backend import Key, Record
from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.db.errors import Error
from bezant.kernel.clock import Clock
from bezant.kernel.codec import decode_json
from bezant.kernel.ids import Ids
from bezant.kernel.log import cleaned, without_cards
from bezant.ledger.book import HOUSE, book_of
from bezant.resources.connect.account_sessions import BEGINS, key_of_session
from bezant.resources.core.ephemeral_key import key_of_secret
from bezant.store.error_groups import Problem
from bezant.store.keys import KeyRing
from bezant.store.request_log import (
    LoggedRequest,
    RequestLog,
    answer_without_secrets,
    without_secrets,
)
from bezant.vault.vault import Vault

_REFUSED = 400
METHODS = ("GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS")
_GIVEN = re.compile(r"\S*\*{4}\S*")
"""What is shown of a key that was given, in the message of an error."""


class _Error(Struct):
    type: str
    message: str


class _Refusal(Struct):
    error: _Error


class PlatformBackend:
    """Keys and connected accounts from the store, contexts over the runtime."""

    def __init__(
        self,
        runtime: Runtime,
        keys: KeyRing,
        request_log: RequestLog,
        stopping: Callable[[], bool],
    ) -> None:
        """Serve over a runtime; `stopping` tells when no new work should come."""
        self._runtime = runtime
        self._keys = keys
        self._request_log = request_log
        self._stopping = stopping

    @property
    def clock(self) -> Clock:
        """The platform's clock."""
        return self._runtime.clock

    @property
    def ids(self) -> Ids:
        """What makes ids."""
        return self._runtime.ids

    @property
    def public_url(self) -> str:
        """Where clients reach the server."""
        return self._runtime.config.public_url

    async def authenticate(self, secret: str) -> Key | None:
        """Return the key with that secret, unless it is unknown, revoked or expired."""
        if secret.startswith("ek_"):
            return await key_of_secret(self._runtime.reader, secret, self.clock.now())
        if secret.startswith(BEGINS):
            return await key_of_session(self._runtime, secret)
        found = await self._keys.find(secret)
        if found is None:
            return None
        terms = found.terms
        return Key(
            found.id, found.account, found.livemode, terms.kind, terms.permissions, terms.version
        )

    async def connected(self, key: Key, account: str) -> bool:
        """Tell whether an account belongs to the platform whose key it is."""
        if account == key.account:
            return True
        book = book_of(key.account, key.livemode)
        row = await self._runtime.reader.get(book.id, "account", account)
        return row is not None and not row.deleted

    async def ready(self) -> str | None:
        """Return why requests cannot be served now, or None when they can."""
        if self._stopping():
            return "the server is shutting down"
        try:
            async with self._runtime.pool.connection() as conn:
                await conn.execute(b"select 1 from schema_migration limit 1")
        except Error as error:
            return f"the database does not answer: {error}"
        return None

    def disguised(self, text: str) -> str:
        """Return what stands for a text with a card's number, and can't be turned back."""
        return self._runtime.port(Vault).disguised(text)

    def record(self, record: Record) -> None:
        """Keep a request for the request log."""
        caller = record.caller
        assert caller.request is not None, "an API request has an id"
        error = _Error("", "")
        if record.status >= _REFUSED and record.answer is not None:
            error = decode_json(record.answer, _Refusal).error
        if caller.key is None:
            self._request_log.count(self._strangers(record, error))
            return
        self._request_log.record(
            LoggedRequest(
                book_id=book_of(caller.account, caller.livemode).id,
                id=caller.request,
                created=self._runtime.clock.now(),
                method=record.method,
                path=without_cards(record.path),
                status=record.status,
                account=caller.account,
                key=caller.key,
                idempotency_key=caller.idempotency_key and without_cards(caller.idempotency_key),
                code=record.code,
                micros=record.micros,
                parameters=without_secrets(record.parameters or {}),
                operation=record.operation,
                object=record.object and without_cards(record.object),
                objects=tuple(map(without_cards, record.objects)),
                answer=record.answer and answer_without_secrets(record.answer),
                kind=error.type,
                message=cleaned(error.message),
                platform=caller.platform,
                livemode=caller.livemode,
            )
        )

    def _strangers(self, record: Record, error: _Error) -> Problem:
        """Return the error of a request without a known key; nothing that a stranger chose."""
        assert record.caller.request is not None, "an API request has an id"
        method = record.method if record.method in METHODS else "other method"
        return Problem(
            book_of(HOUSE, livemode=False).id,
            record.caller.request,
            HOUSE,
            HOUSE,
            livemode=False,
            code=record.code or error.type,
            operation=record.operation or f"{method} unknown URL",
            status=record.status,
            created=self._runtime.clock.now(),
            message=_GIVEN.sub("…", error.message) if record.operation else "",
        )

    def context(self, caller: Caller) -> Context:
        """Return a context for one run of an operation."""
        return Context(self._runtime, caller)
