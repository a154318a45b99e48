"""A scheme: one rail seen from the other side, as a simulated bank reads and answers it.

It is written from the standard alone and shares no code with our own readers and writers, so that
a misunderstanding of ours shows. It is pure: the bank around it keeps books, time and accidents.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal, Protocol, runtime_checkable

import msgspec
from msgspec import Struct

Outcome = Literal[
    "accepted",
    "pending",
    "rejected",
    "settled",
    "returned",
    "corrected",
    "disputed",
    "recalled",
    "recall_refused",
    "verified",
]
"""What a bank answers to an order. `recalled` and `recall_refused` answer a recall of the client's,
`corrected` tells better details, `pending` will be settled or rejected later, what is
`disputed` is settled and `returned` when it has long counted as paid. An enquiry is
answered by the answer to the order that it is about, once more, with the enquiry's key among the
details as `enquiry`; one about an unknown order is `rejected` with no code. A `verified` without
a code is a match."""


class Order(Struct, frozen=True):
    """One thing that a client's file or message asks for; amount in minor units.

    `key` is the name under which the client waits for answers. `act` is a word of the scheme's own
    for what is asked: `pay`, `collect`, `return` and `reverse` move money (a recall that the
    client grants is a `return`); `prenote`, `recall`, `enquire`, `request`, `verify`, `refuse`,
    `grant` (a yes to a recall, whose money follows as a `return`), `dishonor` and `contest` move
    none, unless the order `settles` as ACH's arguments about returns do. `original` is the key of
    the order that it is about. `account` is the counterparty's account as the scheme writes it, by
    which magic numbers are known. `fields` keeps whatever an answer must repeat.
    """

    key: str
    act: str
    amount: int
    currency: str
    is_credit: bool
    bank: str
    account: str
    name: str
    due_on: date | None = None
    original: str = ""
    settles: bool = False
    fields: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])


class Received(Struct, frozen=True):
    """A client's file, read whole.

    `identity` is what no two different files may share, `reference` what the bank's statement
    calls its total.
    """

    identity: str
    reference: str
    orders: tuple[Order, ...]
    fields: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])


class Answer(Struct, frozen=True):
    """What the bank says of an order, with the scheme's code and text; amount in minor units.

    `number` is the bank's own running number, unique for ever; `details` are what a correction
    or an answer tells beyond a code.
    """

    order: Order
    outcome: Outcome
    code: str
    amount: int
    day: date
    number: int
    text: str = ""
    details: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])


class Incoming(Struct, frozen=True):
    """Something that begins outside: a payment in, a collection, a request, a recall of theirs."""

    kind: Literal["credit", "debit", "request", "recall"]
    amount: int
    currency: str
    name: str
    account: str
    bank: str
    reference: str
    remittance: str
    day: date
    number: int
    original: str = ""
    code: str = ""
    fields: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])


class Letter(Struct, frozen=True):
    """A file or message on its way to the client; `kind` is what accidents choose by."""

    kind: str
    suffix: str
    content: bytes


class Client(Struct, frozen=True):
    """The client as the bank knows it in a scheme: its account, its name, its numbers."""

    name: str
    account: str
    bank: str
    company: str = ""


class Scheme(Protocol):
    """One rail from the bank's side."""

    @property
    def name(self) -> str:
        """The rail's name."""
        ...

    @property
    def mode(self) -> Literal["batch", "instant"]:
        """Whether files settle on days or each message is answered within seconds."""
        ...

    @property
    def currency(self) -> str:
        """What its accounts are kept in."""
        ...

    @property
    def magic(self) -> Mapping[str, tuple[Outcome, str]]:
        """The counterparty accounts that always answer in one way, with the code."""
        ...

    @property
    def by_chance(self) -> Sequence[tuple[Outcome, str]]:
        """What is answered when chance decides against a payment, each as often as it stands."""
        ...

    def recognize(self, content: bytes) -> bool:
        """Tell whether some bytes look like a file or message of this scheme."""
        ...

    def read(self, content: bytes, client: Client) -> Received:
        """Return what a client's file asks for; raises FileRefused with every problem."""
        ...

    def settles_on(self, order: Order, today: date) -> date:
        """Return the day on which an order that came today is settled."""
        ...

    def answers_on(self, outcome: Outcome, settled_on: date) -> date:
        """Return the day on which an answer to a settled order leaves the other side."""
        ...

    def acknowledge(
        self,
        received: Received | None,
        problems: Sequence[str],
        client: Client,
        at: datetime,
        number: int,
    ) -> Letter | None:
        """Return the scheme's own receipt for a file, where it has one; none otherwise.

        Without `received` the file could not be read, and `problems` say why.
        """
        ...

    def write(
        self, answers: Sequence[Answer], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return the files or messages that carry answers to the client."""
        ...

    def bring(
        self, incoming: Sequence[Incoming], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return the files or messages that bring what begins outside."""
        ...


@runtime_checkable
class ShowsIncoming(Protocol):
    """A scheme whose payments from outside stand on statements under names of its own."""

    def shown(self, incoming: Incoming, at: datetime) -> str:
        """Return the reference of a payment's statement line."""
        ...
