"""The backend: what the API asks of the process that serves it."""

from collections.abc import Callable

from bezant.api.backend import Key
from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.db.errors import Error
from bezant.kernel.clock import Clock
from bezant.kernel.ids import Ids
from bezant.ledger.book import book_of
from bezant.store.keys import KeyRing


class PlatformBackend:
    """Keys and connected accounts from the store, contexts over the runtime."""

    def __init__(self, runtime: Runtime, keys: KeyRing, stopping: Callable[[], bool]) -> None:
        """Serve over a runtime; `stopping` tells when no new work should come."""
        self._runtime = runtime
        self._keys = keys
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
        """Return the key with that secret, unless it is unknown or revoked."""
        found = await self._keys.find(secret)
        return None if found is None else Key(found.id, found.account, found.livemode)

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

    def context(self, caller: Caller) -> Context:
        """Return a context for one run of an operation."""
        return Context(self._runtime, caller)
