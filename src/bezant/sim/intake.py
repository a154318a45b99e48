"""The simulated bank's counter: it judges a client's file or message and queues what it asks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bezant.kernel.entropy import Entropy
from bezant.kernel.errors import FileRefused, Problem
from bezant.sim.books import Books
from bezant.sim.scheme import Client, Order, Outcome, Received, Scheme

MOVES = frozenset({"pay", "collect", "return", "reverse", "prenote"})
"""The acts that are booked; a prenote is booked as nothing, and comes back like the others."""

_UNKNOWN = "line 1: no scheme of this bank knows such a file"
_KNOWN = "SELECT reference, entries, debit, credit FROM file WHERE sha256 = ?"
_SAME_IDENTITY = "SELECT 1 FROM file WHERE scheme = ? AND identity = ?"
_ADD_DELIVERY = "INSERT INTO delivery (name, sha256, verdict, at) VALUES (?, ?, ?, ?)"

_ADD_FILE = """
INSERT INTO file (scheme, sha256, identity, reference, entries, debit, credit)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""

_ADD_ORDER = """
INSERT INTO ordered (file, scheme, key, act, amount, currency, is_credit, bank, account, name,
                     due_on, original, fields, outcome, code, moves, state)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued')
"""

RATES: Mapping[str, Outcome] = {
    "refusals_per_mille": "rejected",
    "returns_per_mille": "returned",
    "corrections_per_mille": "corrected",
}
"""Habits: of how many payments in a thousand chance decides what, one after another."""


class Ack(Struct, frozen=True):
    """The bank's answer to a file, as it stands in the `.ack` file; amounts in minor units.

    A duplicate is accepted, and executed only the first time.
    """

    file: str
    status: str
    sha256: str
    duplicate: bool
    received_at: str
    reference: str = ""
    entries: int = 0
    debit: int = 0
    credit: int = 0
    reasons: list[str] = []


class Judged(Struct, frozen=True):
    """What the counter says of a file, and what it read if it is new and right."""

    ack: Ack
    received: Received | None = None


class Counter:
    """Takes files of one client for its schemes."""

    def __init__(
        self,
        books: Books,
        schemes: Sequence[Scheme],
        client_in: Callable[[str], Client],
        entropy: Entropy,
    ) -> None:
        """Take the books to write in, who the client is in a scheme, and what chance decides by."""
        self._books = books
        self._schemes = schemes
        self._client_in = client_in
        self._entropy = entropy

    def scheme_of(self, content: bytes) -> Scheme | None:
        """Return the scheme that a file is for."""
        return next((scheme for scheme in self._schemes if scheme.recognize(content)), None)

    def take(
        self, scheme: Scheme | None, name: str, content: bytes, digest: str, now: datetime
    ) -> Judged:
        """Judge a file inside a database transaction; a rejected one may come again."""
        blank = Ack(name, "accepted", digest, duplicate=False, received_at=now.isoformat())
        if known := self._books.rows(_KNOWN, (digest,)):
            reference, entries, debit, credit = known[0]
            ack = replace(
                blank,
                duplicate=True,
                reference=reference,
                entries=entries,
                debit=debit,
                credit=credit,
            )
            judged = Judged(ack)
        else:
            judged = self._judge(scheme, blank, content, now.date())
        verdict = "duplicate" if judged.ack.duplicate else judged.ack.status
        self._books.change(_ADD_DELIVERY, (name, digest, verdict, blank.received_at))
        return judged

    def _judge(self, scheme: Scheme | None, blank: Ack, content: bytes, today: date) -> Judged:
        if scheme is None:
            return Judged(replace(blank, status="rejected", reasons=[_UNKNOWN]))
        try:
            received = scheme.read(content, self._client_in(scheme.name))
            self._refuse_reused(scheme, received)
        except FileRefused as refused:
            reasons = [str(problem) for problem in refused.problems]
            return Judged(replace(blank, status="rejected", reasons=reasons))
        orders = received.orders
        ack = replace(
            blank,
            reference=received.reference,
            entries=len(orders),
            debit=sum(order.amount for order in orders if not order.is_credit),
            credit=sum(order.amount for order in orders if order.is_credit),
        )
        self._queue(scheme, received, ack, today)
        return Judged(ack, received)

    def _refuse_reused(self, scheme: Scheme, received: Received) -> None:
        if self._books.rows(_SAME_IDENTITY, (scheme.name, received.identity)):
            reason = "another file under this identity was taken before"
            raise FileRefused([Problem(1, None, reason)])

    def _queue(self, scheme: Scheme, received: Received, ack: Ack, today: date) -> None:
        sums = (ack.entries, ack.debit, ack.credit)
        head = (scheme.name, ack.sha256, received.identity, received.reference)
        file = self._books.change(_ADD_FILE, (*head, *sums))
        self._books.change_many(_ADD_ORDER, self._rows(scheme, file, received.orders, today))

    def _rows(
        self, scheme: Scheme, file: int, orders: Iterable[Order], today: date
    ) -> Iterable[tuple[object, ...]]:
        for order in orders:
            outcome, code = self.decide(scheme, order)
            due = scheme.settles_on(order, today).isoformat()
            yield (
                file,
                scheme.name,
                order.key,
                order.act,
                order.amount,
                order.currency,
                order.is_credit,
                order.bank,
                order.account,
                order.name,
                due,
                order.original,
                msgspec.json.encode(order.fields).decode(),
                outcome,
                code,
                order.act in MOVES or order.settles,
            )

    def decide(self, scheme: Scheme, order: Order) -> tuple[Outcome | None, str]:
        """Return what the other side will say of an order, and nothing when it just takes it."""
        magic = scheme.magic.get(order.account)
        if magic and not (magic[0] == "disputed" and order.is_credit):
            return magic
        if not (scheme.by_chance and order.amount):
            return None, ""
        for habit, outcome in RATES.items():
            rate = int(self._books.habit(habit) or 0)
            if rate and self._entropy.per_mille() < rate:
                chosen = [it for it in scheme.by_chance if it[0] == outcome]
                if chosen:
                    return chosen[self._entropy.bits(16) % len(chosen)]
        return None, ""
