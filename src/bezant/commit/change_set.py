"""Change sets: everything that one event wants to change, collected before anything is written.

A change set is accepted whole or refused whole. It holds no connection and no promise, so it can
be thrown away and made again.
"""

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct, field

from bezant.ledger.book import Book
from bezant.ledger.chart import Account
from bezant.ledger.entry import Entry


class Posting(Struct, frozen=True):
    """An entry with its id and with what it belongs to.

    `source` is the object it moves money for, `reverses` the entry it undoes as that entry's
    `reversal_no`-th reversal (from 1), `resolves` the pending entry whose holds it captures or
    releases; `expires_at` is when its own holds lapse.
    """

    id: str
    entry: Entry
    source: str
    request: str | None = None
    expires_at: datetime | None = None
    reverses: str | None = None
    reversal_no: int | None = None
    resolves: str | None = None
    description: str | None = None
    metadata: str | None = None


class HoldChange(Struct, frozen=True):
    """A hold that goes from one remainder (minor units) to a smaller one.

    `expiring` holds must have lapsed, the others must not.
    """

    book: Book
    entry: str
    n: int
    expected: int
    remaining: int
    expiring: bool = False

    def __post_init__(self) -> None:
        """Refuse a change that gives nothing back, or more than is there."""
        assert 0 <= self.remaining < self.expected, "a hold only gets smaller"


class Document(Struct, frozen=True):
    """A version of an object: `expected` is the version it replaces, 0 for a new object.

    `columns` are the declared values that lists filter on; `hidden` is JSON no answer shows.
    """

    book: Book
    kind: str
    id: str
    expected: int
    created: datetime
    body: str
    columns: dict[str, str | None] = field(default_factory=dict[str, str | None])
    hidden: str | None = None
    deleted: bool = False


class Event(Struct, frozen=True):
    """A line of the append-only event log; `body` is the API's event object."""

    book: Book
    id: str
    type: str
    object: str
    body: str
    request: str | None = None


class Job(Struct, frozen=True):
    """Work for later; `payload` is JSON."""

    book: Book
    id: str
    kind: str
    payload: str
    run_at: datetime


class Content(Struct, frozen=True):
    """The bytes of a bank file."""

    book: Book
    id: str
    data: bytes


class Closing(Struct, frozen=True):
    """An empty account that takes no more moves."""

    account: Account
    currency: str


class Answer(Struct, frozen=True):
    """What an idempotent request will be told again: it commits with its effect.

    `digest` is over method, path and parameters. An itemised answer stands although some of its
    change sets are refused; the refusals are stored beside it.
    """

    book: Book
    key: str
    digest: bytes
    status: int
    body: str
    request: str
    itemised: bool = False


class ChangeSet(Struct):
    """Everything that one event wants to change, in the order in which it was asked for."""

    postings: list[Posting] = field(default_factory=list[Posting])
    holds: list[HoldChange] = field(default_factory=list[HoldChange])
    documents: list[Document] = field(default_factory=list[Document])
    events: list[Event] = field(default_factory=list[Event])
    jobs: list[Job] = field(default_factory=list[Job])
    contents: list[Content] = field(default_factory=list[Content])
    closings: list[Closing] = field(default_factory=list[Closing])

    @property
    def weight(self) -> int:
        """About how many rows it writes."""
        moves = sum(len(posting.entry.moves) for posting in self.postings)
        return 1 + moves + len(self.documents) + len(self.events)

    @property
    def gives_back_what_it_releases(self) -> bool:
        """Whether released moves add up to what the holds they resolve give back."""
        released: dict[str | None, int] = {}
        for posting in self.postings:
            for move in posting.entry.moves:
                if move.phase == "released":
                    before = released.get(posting.resolves, 0)
                    released[posting.resolves] = before + move.amount.amount
        given: dict[str | None, int] = {}
        for hold in self.holds:
            given[hold.entry] = given.get(hold.entry, 0) + hold.expected - hold.remaining
        return released == given


class Accepted(NamedTuple):
    """The change set is written and durable."""


class Refused(NamedTuple):
    """The change set changed nothing.

    Codes: `floor`, `closed`, `overflow`, `nothing_pending`, `not_empty` (of an account, which
    `detail` names), `stale` and `exists` (of a document, hold or reversal: read again and retry),
    `hold_expired`, `hold_alive`.
    """

    code: str
    detail: dict[str, int | str | None]


class Replayed(NamedTuple):
    """The idempotency key was used before; nothing was written."""

    digest: bytes
    status: int
    body: str
    request: str
    outcomes: str | None


Outcome = Accepted | Refused | Replayed
