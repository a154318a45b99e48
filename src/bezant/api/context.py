"""The context of one operation: what it may read, and the change set that it collects.

An operation sees no connection and writes nothing. It loads, decides, and says what is to change;
`commit` hands everything to the door at once. A context is used for one run only: when something
it read has changed meanwhile, the operation runs `again` in a new one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from bezant.api.door_refusals import refusal
from bezant.api.event_body import (
    V2_PREFIX,
    Cause,
    changes_between,
    event_body,
    related_to,
    replaced,
    tells_previous,
    thin_event,
)
from bezant.api.outside import Outside
from bezant.api.resource import Identified
from bezant.api.runtime import Runtime
from bezant.commit.change_set import (
    Accepted,
    Answer,
    ChangeSet,
    Closing,
    Content,
    Document,
    Event,
    HoldChange,
    Job,
    Outcome,
    Posting,
    Refused,
    Replayed,
)
from bezant.kernel.codec import encode_json, unix_seconds
from bezant.kernel.errors import InvalidRequest, NotFound, RateLimited, Unavailable
from bezant.kernel.ids import parse
from bezant.kernel.log import get_logger
from bezant.ledger.book import HOUSE, Book, book_of
from bezant.ledger.chart import Account, house
from bezant.ledger.entry import Entry
from bezant.store.objects import Column, Key, Page, Row, children, page

log = get_logger(__name__)

R = TypeVar("R", bound=Identified)
Hidden = dict[str, Any]


COLUMNS = "columns"
"""Where in a hidden part are columns of an object that its document does not show."""


class Caller(NamedTuple):
    """Who asks: the platform whose key it is, the account it acts for, and the request.

    `connected` says that the account is one of the platform's connected accounts. A `publishable`
    key is known to everybody; an ephemeral one is of a `customer`. `version` is the one that the
    request itself names, and `address` the one that it came from.
    """

    platform: str
    account: str
    livemode: bool
    request: str | None = None
    idempotency_key: str | None = None
    key: str | None = None
    publishable: bool = False
    customer: str | None = None
    version: str | None = None
    address: str | None = None

    @property
    def connected(self) -> bool:
        """Tell whether a platform acts for a connected account."""
        return self.platform != self.account

    @property
    def logged_as(self) -> str:
        """Where the request log has this request."""
        return self.log_place(self.request or "")

    def log_place(self, request: str) -> str:
        """Return where the log has a request for the same account: its id, and a connected one."""
        return f"{request}?account={self.account}" if self.connected else request


class Loaded(NamedTuple):
    """A document as this context knows it: its book, stored version, hidden part and past."""

    book: Book
    version: int
    hidden: Hidden
    was: Identified | None


class Context:
    """One run of one operation for one caller."""

    def __init__(self, runtime: Runtime, caller: Caller, outside: Outside | None = None) -> None:
        """Begin with nothing read and nothing to change; `outside` is what earlier runs did."""
        self.runtime = runtime
        self.caller = caller
        self.outside = Outside() if outside is None else outside
        self.book = book_of(caller.account, caller.livemode)
        self.platform_book = book_of(caller.platform, caller.livemode)
        self.house = house(caller.livemode)
        self.units: list[ChangeSet] = [ChangeSet()]
        self._loaded: dict[str, Loaded] = {}
        self._latest: dict[str, Identified] = {}
        self._bodies: dict[int, tuple[Identified, str]] = {}
        self._foreseen: dict[Key, Row | None] = {}

    # What it is asked for whom.

    @property
    def account(self) -> str:
        """The account that the operation acts for."""
        return self.caller.account

    @property
    def livemode(self) -> bool:
        """Whether money is real."""
        return self.caller.livemode

    def now(self) -> datetime:
        """Return the moment."""
        return self.runtime.clock.now()

    def fresh(self) -> "Context":
        """Return a context for something else that the same caller does."""
        return Context(self.runtime, self.caller)

    def again(self) -> "Context":
        """Return a context for another run of the same operation."""
        return Context(self.runtime, self.caller, self.outside.another_run())

    # Reading.

    async def find(self, kind: type[R], name: str, *, book: Book | None = None) -> R | None:
        """Return an object of the acting account (or of a book), or None; deleted ones are gone."""
        book = book or self.book
        key = (book.id, kind.kind(), name)
        known = key in self._foreseen
        row = self._foreseen[key] if known else await self.runtime.reader.get(*key)
        return None if row is None or row.deleted else self.loaded(kind, row, book)

    async def foresee(self, wanted: Sequence[tuple[type[Identified], str, Book]]) -> None:
        """Read at once what will be looked for one after another; what is not there, too."""
        keys = [(book.id, kind.kind(), name) for kind, name, book in wanted]
        rows = await asyncio.gather(*(self.runtime.reader.get(*key) for key in keys))
        self._foreseen |= dict(zip(keys, rows, strict=True))

    async def load(
        self, kind: type[R], name: str, *, param: str | None = None, book: Book | None = None
    ) -> R:
        """Return an object; NotFound for one in the path, InvalidRequest for one in `param`."""
        found = await self.find(kind, name, book=book)
        if found is not None:
            return found
        message = f"No such {kind.title()}: '{name[:64]}'"
        if param is None:
            raise NotFound(message, code="resource_missing", param=kind.named_by)
        raise InvalidRequest(message, code="resource_missing", param=param)

    async def load_many(
        self, kind: type[R], names: Sequence[str], *, book: Book | None = None
    ) -> dict[str, R]:
        """Return those that exist of several objects, by id, in one statement."""
        book = book or self.book
        rows = await self.runtime.reader.many([(book.id, kind.kind(), name) for name in names])
        return {
            key[2]: self.loaded(kind, row, book) for key, row in rows.items() if not row.deleted
        }

    async def load_all(self, kind: type[R], names: Sequence[tuple[Book, str]]) -> dict[str, R]:
        """Return those that exist of several objects in several books, in one statement."""
        books = {book.id: book for book, _ in names}
        rows = await self.runtime.reader.many(
            [(book.id, kind.kind(), name) for book, name in names]
        )
        return {
            key[2]: self.loaded(kind, row, books[key[0]])
            for key, row in rows.items()
            if not row.deleted
        }

    def loaded(self, kind: type[R], row: Row, book: Book) -> R:
        """Take note of a stored document and return it as an object."""
        return self.adopt(msgspec.json.decode(row.body, type=kind), row, book)

    def adopt(self, resource: R, row: Row, book: Book) -> R:
        """Take note of an object that was decoded from a stored document."""
        hidden: Hidden = msgspec.json.decode(row.hidden) if row.hidden else {}
        self._loaded[row.id] = Loaded(book, row.version, hidden, resource)
        return resource

    def current(self, resource: R) -> R:
        """Return an object as it was last saved here."""
        latest = self._latest.get(resource.id, resource)
        assert isinstance(latest, type(resource)), "ids are unique"
        return latest

    def seen(self, resource: R) -> R:
        """Let events compare with an object as it was shown, which may be more than is stored."""
        self._loaded[resource.id] = self._loaded[resource.id]._replace(was=resource)
        return resource

    def made(self, kind: type[R], name: str) -> R | None:
        """Return an object that was saved here, or None."""
        found = self._latest.get(name)
        return found if isinstance(found, kind) else None

    def all_made(self, kind: type[R]) -> list[R]:
        """Return what of a kind was saved here, as it was last saved."""
        return [found for found in self._latest.values() if isinstance(found, kind)]

    def hidden(self, resource: Identified) -> Hidden:
        """Return what is stored with an object and never shown."""
        return self._loaded[resource.id].hidden

    def is_stored(self, resource: Identified) -> bool:
        """Tell whether an object was there before this run."""
        return self._loaded[resource.id].version > 0

    def known_hidden(self, name: str) -> Hidden | None:
        """Return what is stored with an object beside what it shows, if it was loaded here."""
        known = self._loaded.get(name)
        return None if known is None else known.hidden

    async def raw_many(self, keys: Sequence[Key]) -> dict[str, str]:
        """Return stored bodies by id."""
        rows = await self.runtime.reader.many(keys)
        return {key[2]: row.body for key, row in rows.items() if not row.deleted}

    async def children(
        self, book: Book, kind: str, parents: Sequence[str], limit: int, column: Column = "parent"
    ) -> dict[str, list[str]]:
        """Return stored bodies of what names each of several parents, newest first."""
        async with self.runtime.pool.connection() as conn:
            return await children(conn, book.id, kind, parents, limit, column)

    async def page(
        self, kind: type[Identified], ask: Page, *, book: Book | None = None
    ) -> tuple[list[str], bool]:
        """Return stored bodies of a page and whether more follow."""
        async with self.runtime.pool.connection() as conn:
            return await page(conn, (book or self.book).id, kind.kind(), ask)

    async def newest(
        self, kind: type[R], filters: Mapping[str, str], *, book: Book | None = None
    ) -> R | None:
        """Return the newest object with these columns, of the acting account or a book, or None."""
        bodies, _ = await self.page(kind, Page(limit=1, filters=filters), book=book)
        if not bodies:
            return None
        return await self.find(kind, msgspec.json.decode(bodies[0], type=_HasId).id, book=book)

    # Changing.

    def new_id(self, prefix: str, book: Book | None = None) -> str:
        """Return a new id that carries the book's slot."""
        return self.runtime.ids.new(prefix, (book or self.book).slot)

    def item(self) -> ChangeSet:
        """Begin a change set that is accepted or refused apart from what was collected so far."""
        self.units.append(ChangeSet())
        return self.units[-1]

    def post(
        self,
        entry: Entry,
        *,
        source: str,
        expires_at: datetime | None = None,
        reverses: str | None = None,
        reversal_no: int | None = None,
        resolves: str | None = None,
        description: str | None = None,
        metadata: str | None = None,
    ) -> str:
        """Write an entry for the object `source` and return the entry's id."""
        posting = Posting(
            id=self.new_id("le", entry.book),
            entry=entry,
            source=source,
            request=self.caller.request,
            expires_at=expires_at,
            reverses=reverses,
            reversal_no=reversal_no,
            resolves=resolves,
            description=description,
            metadata=metadata,
        )
        self.units[-1].postings.append(posting)
        return posting.id

    def create(
        self,
        resource: R,
        *,
        event: str | None = None,
        book: Book | None = None,
        hidden: Hidden | None = None,
    ) -> R:
        """Store a new object, whose id must be new, in the acting account's book or another."""
        self._loaded[resource.id] = Loaded(book or self.book, 0, hidden or {}, None)
        return self._store(resource, event)

    def save(
        self, resource: R, *, event: str | None = None, hidden: Hidden | None = None, **changes: Any
    ) -> R:
        """Store a new version of an object that was loaded or created here."""
        changed = replace(resource, **changes) if changes else resource
        if hidden is not None:
            self._loaded[resource.id] = self._loaded[resource.id]._replace(hidden=hidden)
        return self._store(changed, event)

    def delete(self, resource: R, *, event: str | None = None) -> R:
        """Mark an object as deleted; its events and entries stay."""
        self._store(resource, event, deleted=True)
        return resource

    def emit(
        self,
        name: str,
        resource: Identified,
        *,
        book: Book | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Log an event about an object as it is now; `data` is what a thin event says besides."""
        book = book or self._loaded[resource.id].book
        number = self.new_id("evt", book)
        body = self._told(number, name, resource, self._cause(book), data)
        event = Event(book, number, name, resource.id, body, self.caller.request)
        self.units[-1].events.append(event)

    def emit_shown(self, name: str, subject: str, shown: Mapping[str, Any]) -> None:
        """Log an event about what has no document, such as a balance, as it is shown.

        `subject` is the object that it belongs to.
        """
        number = self.new_id("evt")
        told = encode_json(shown).decode()
        body = event_body(number, name, told, self._cause(self.book), None)
        event = Event(self.book, number, name, subject, body, self.caller.request)
        self.units[-1].events.append(event)

    def _cause(self, book: Book) -> Cause:
        own = book.owner == self.caller.platform or HOUSE in (book.owner, self.caller.platform)
        return Cause(
            self.livemode,
            self.caller.request,
            self.caller.idempotency_key,
            None if own else book.owner,
        )

    def _told(
        self,
        number: str,
        name: str,
        resource: Identified,
        cause: Cause,
        data: Mapping[str, Any] | None,
    ) -> str:
        """Return the JSON of an event; those of v2 are thin."""
        previous = self._previous(name, resource)
        if not name.startswith(V2_PREFIX):
            assert data is None, "snapshots have the object, and nothing besides"
            return event_body(number, name, self.encoded(resource), cause, previous)
        shown: dict[str, Any] = msgspec.json.decode(self.encoded(resource))
        changes = None if previous is None else changes_between(previous, shown)
        related = related_to(shown, self.runtime.places)
        event = thin_event(number, name, cause, related, changes, data=data)
        return encode_json(event).decode()

    def close_account(self, account: Account, currency: str) -> None:
        """Close an empty ledger account."""
        self.units[-1].closings.append(Closing(account, currency))

    def change_hold(self, change: HoldChange) -> None:
        """Lower a hold."""
        self.units[-1].holds.append(change)

    def keep(self, name: str, data: bytes, book: Book | None = None) -> None:
        """Keep the bytes of a bank file."""
        self.units[-1].contents.append(Content(book or self.book, name, data))

    def enqueue(self, kind: str, payload: Mapping[str, Any], *, at: datetime | None = None) -> None:
        """Ask for work to be done later, at least once."""
        name = self.new_id("job")
        body = encode_json(payload).decode()
        self.units[-1].jobs.append(Job(self.book, name, kind, body, at or self.now()))

    def encoded(self, resource: Identified) -> str:
        """Return an object's JSON, made once."""
        known = self._bodies.get(id(resource))
        if known is None or known[0] is not resource:
            known = (resource, encode_json(resource).decode())
            self._bodies[id(resource)] = known
        return known[1]

    # Committing.

    async def commit(self, answer: Answer | None = None) -> list[Outcome]:
        """Hand everything to the door; an outcome for each change set, in their order.

        What an earlier run has done outside and this one has not is undone with it.
        """
        for undoing in self.outside.left_over():
            self.enqueue(undoing.kind, undoing.payload)
        outcomes = await self.runtime.door.commit(self.units, answer)
        if isinstance(outcomes[0], Accepted):
            self.outside.clear()
        return outcomes

    async def undo(self) -> None:
        """Have undone what was done outside, when no run is going to be committed.

        If that can't be written now, it stays until the other side's reports tell of it.
        """
        if not self.outside:
            return
        try:
            await self.again().commit()
        except (RateLimited, Unavailable) as problem:
            log.warning("undoing_put_off", problem=problem.message)

    async def write(self) -> None:
        """Commit from a worker: raises Stale to be run `again`, ApiError when refused."""
        for outcome in await self.commit():
            match outcome:
                case Accepted():
                    pass
                case Refused(code="stale" | "exists"):
                    raise Stale(outcome)
                case Refused():
                    await self.undo()
                    raise refusal(outcome)
                case Replayed():
                    raise AssertionError("only an answer can be replayed")

    def _store(self, resource: R, event: str | None, *, deleted: bool = False) -> R:
        known = self._loaded[resource.id]
        self._latest[resource.id] = resource
        document = Document(
            book=known.book,
            kind=resource.kind(),
            id=resource.id,
            expected=known.version,
            created=self.now(),
            body=self.encoded(resource),
            columns=resource.columns() | known.hidden.get(COLUMNS, {}),
            hidden=encode_json(known.hidden).decode() if known.hidden else None,
            deleted=deleted,
        )
        documents = self.units[-1].documents
        for at, earlier in enumerate(documents):
            if earlier.id == document.id and earlier.kind == document.kind:
                documents[at] = document
                break
        else:
            documents.append(document)
        if event:
            self.emit(event, resource)
        return resource

    def _previous(self, name: str, resource: Identified) -> dict[str, Any] | None:
        was = self._loaded[resource.id].was if tells_previous(name) else None
        if was is None or was.kind() != resource.kind():
            return None
        before: dict[str, Any] = msgspec.to_builtins(was)
        return replaced(before, msgspec.to_builtins(resource))


class _HasId(msgspec.Struct):
    id: str


class Stale(Exception):
    """Something that was read has changed meanwhile."""


def created_of(name: str) -> int:
    """Return the Unix second that an id carries: the `created` of its object."""
    return unix_seconds(parse(name).time)
