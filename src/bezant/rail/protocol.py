"""What a rail is: capabilities to route by, a timetable, and two directions of bytes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Literal, NamedTuple, Protocol, Self, runtime_checkable

from msgspec import Struct

from bezant.rail.facts import Fact, ReadFile, Totals
from bezant.rail.orders import Act, Direction, Instruction, Originator, Service
from bezant.rail.rules import Rule

Mode = Literal["batch", "instant"]

RuleBook = Mapping[str, Sequence[Rule[Any]]]
"""A rail's dated rows by what they rule: limits, cut-offs, windows, fees, reach, returns."""


class Retry(Struct, frozen=True):
    """How often what came back may be tried again: for which codes, within which days, marked how.

    Days count from the first attempt.
    """

    codes: tuple[str, ...]
    times: int
    within_days: int
    description: str


class Capabilities(Struct, frozen=True):
    """What a rail can do, for the router; amounts are in minor units.

    An instant rail carries one instruction a message and answers within `answers_in_seconds`, or
    the outcome is unknown. `accounts` are the tags of the accounts that it reaches, `suffix` the
    ending of its files' names, `traced_by` the name by which the receiver's bank finds a payment.
    `gives_back` is how money goes whose recall was granted: by a `return`, by a new payment
    (`pay`), or with the answer itself (`answer_recall`). With `one_act` a file holds one act only;
    with `deducts`, what comes back may be less the charges of the banks in between. With
    `micro_entries` a `verify` is a payment of less than a dollar, and no question.
    """

    name: str
    title: str
    mode: Mode
    currencies: tuple[str, ...]
    directions: tuple[Direction, ...]
    services: tuple[Service, ...]
    max_amount: int
    max_file_count: int
    max_file_total: int
    acts: tuple[Act, ...] = ("pay",)
    accounts: tuple[str, ...] = ("us",)
    answers_in_seconds: int | None = None
    format: str = ""
    suffix: str = ""
    retry: Retry | None = None
    traced_by: Literal["trace", "end_to_end_id"] = "trace"
    gives_back: Literal["return", "pay", "answer_recall"] = "return"
    one_act: bool = False
    deducts: bool = False
    micro_entries: bool = False


class Timetable(Struct, frozen=True):
    """When an instruction given now goes out, settles, and can no longer come back.

    `return_by` ends ordinary returns, `final_at` every way back that the rail's rules know;
    what an instant rail has accepted is final at once.
    """

    cut_off: datetime
    effective_date: date
    expected_settlement_at: datetime
    available_at: datetime
    return_by: datetime
    final_at: datetime

    @classmethod
    def final(cls, sent: datetime, day: date, settles: datetime) -> Self:
        """Return the dates of what is final when it settles: nothing of it comes back."""
        return cls(sent, day, settles, settles, settles, settles)


class Rail(Protocol):
    """A way to move money; one folder in `rails`, without I/O."""

    @property
    def capabilities(self) -> Capabilities:
        """What the rail can do."""
        ...

    @property
    def rule_book(self) -> RuleBook:
        """The dated rows that it follows, for the router, the timetable and its page."""
        ...

    def trace(self, originator: Originator, sequence: int) -> str:
        """Return the bank's name for the originator's nth instruction, counted from 1 for ever."""
        ...

    def timetable(
        self,
        now: datetime,
        service: Service = "standard",
        direction: Direction = "credit",
        cut_off: time | None = None,
    ) -> Timetable:
        """Return the dates of an instruction given at an instant.

        `cut_off` is a bank's own local hour, where it closes earlier than the rail.
        """
        ...

    def objections(self, instruction: Instruction) -> tuple[str, ...]:
        """Say why the rail cannot carry an instruction; nothing when it can."""
        ...

    def pack(
        self,
        instructions: Sequence[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        file_modifier: str,
        reference: str,
    ) -> bytes:
        """Return the file that orders the instructions, the same bytes for the same input.

        Raises FileRefused, naming each movement that the rail cannot carry.
        """
        ...

    def recognize(self, data: bytes) -> str | None:
        """Return the format of what looks like a file of this rail (`nacha`, `pacs.002`)."""
        ...

    def read(self, data: bytes) -> ReadFile:
        """Return what any file of this rail says; raises FileRefused with every problem."""
        ...


@runtime_checkable
class ReadsByBank(Protocol):
    """A rail whose files some banks write otherwise than others."""

    def reading_for(self, originator: Originator) -> Rail:
        """Return the rail as it reads the files of the bank that an originator sends to."""
        ...


@runtime_checkable
class ShowsTraces(Protocol):
    """A rail whose payments statements show under longer names that hold their traces."""

    def trace_in(self, name: str) -> str:
        """Return the trace in a name; empty for a name that is none of this rail's."""
        ...


class Meaning(NamedTuple):
    """What a network's code says, and the API's failure code for it."""

    meaning: str
    failure_code: str


@runtime_checkable
class KnowsReasons(Protocol):
    """A rail that knows what a code says by which a payment came back."""

    def reason(self, code: str) -> Meaning | None:
        """Return what a code says; nothing for one that the rail's table does not have."""
        ...


class Lodging(Struct, frozen=True):
    """How a rail's banks are told of mandates, and by which codes they say what becomes of them.

    `new` and `ended` are the reasons of orders; after a code that `ends` a mandate nothing may be
    collected, and after one that `reinstates` it again. What comes back as `unfounded` has been
    collected under a mandate that there is no more.
    """

    new: str
    ended: str
    ends: frozenset[str]
    reinstates: frozenset[str]
    unfounded: frozenset[str]


@runtime_checkable
class LodgesMandates(Protocol):
    """A rail over which payers' banks are told of mandates before anything is collected."""

    @property
    def lodging(self) -> Lodging:
        """How they are told, and how they answer."""
        ...

    def lodged_by(self, effective_date: date) -> datetime:
        """Return the instant by which a mandate stands that no bank has refused."""
        ...


class Source(Protocol):
    """Anything that bytes can be read from, such as an open file."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, none at the end."""
        ...


class Reading(Protocol):
    """The facts of a file one by one; they count when the last one has come."""

    def __iter__(self) -> Iterator[Fact]:
        """Yield the facts, once only; raises FileRefused at the end for anything wrong."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """Oddities that change nothing."""
        ...

    @property
    def totals(self) -> Totals:
        """What the file adds up to, when all of it has been read."""
        ...


def whole(reading: Reading) -> ReadFile:
    """Return a file as it is when all of it has been read; raises FileRefused as the reading."""
    facts = tuple(reading)
    return ReadFile(facts, reading.warnings, reading.totals)


@runtime_checkable
class ReadsStreams(Protocol):
    """A rail that reads a file without having it in memory."""

    def streams(self, kind: str) -> bool:
        """Tell whether files of a kind that it recognizes are read as streams."""
        ...

    def read_stream(self, source: bytes | Source) -> Reading:
        """Return the facts of a file one by one."""
        ...


class RecallReply(Struct, frozen=True):
    """How a recall is answered in the network's words, and the reason of the money's return."""

    reason: str
    details: Mapping[str, str] = {}
    returns_as: str = ""


@runtime_checkable
class AnswersRecalls(Protocol):
    """A rail over which others ask for their money back."""

    def answer_by(self, asked_on: date) -> date | None:
        """Return the last day for an answer to what was asked on a day; None without a rule."""
        ...

    def recall_reply(
        self, code: str, details: Mapping[str, str], *, granted: bool, reason: str
    ) -> RecallReply:
        """Return how to answer what was asked for a reason (`code`), with the asker's details.

        `reason` is why it is refused; raises ValueError for one that the network has not.
        """
        ...


@runtime_checkable
class PacksStreams(Protocol):
    """A rail that packs a file without having it in memory."""

    def pack_stream(
        self,
        instructions: Iterable[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        file_modifier: str,
        reference: str,
    ) -> Iterator[bytes]:
        """Yield the file that `pack` returns, in pieces; instructions can be gone through again.

        Raises FileRefused before the first piece, naming each movement in the way.
        """
        ...


class Batch(Struct, frozen=True):
    """Orders of one file that its bank may book as one: what statements call them, which, when."""

    name: str
    on: date
    traces: tuple[str, ...]


@runtime_checkable
class BooksBatches(Protocol):
    """A rail whose files hold batches, which banks may book one by one."""

    def batches(
        self,
        instructions: Sequence[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        reference: str,
    ) -> Iterator[Batch]:
        """Yield the batches of the file that `pack` makes of the same, in their order."""
        ...


@runtime_checkable
class NamesPayments(Protocol):
    """A rail whose payments get an end-to-end id of the network's own form when they are sent."""

    def end_to_end(self, originator: Originator, trace: str, created_at: datetime) -> str:
        """Return the end-to-end id of the payment under a trace in a message made at an instant."""
        ...
