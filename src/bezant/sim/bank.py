"""A simulated bank: it takes files and messages, settles, answers, and writes statements.

What each rail looks like is for its scheme to know; the bank keeps the books, the time and the
accidents. Nothing here is shared with the client's own code for the same formats.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from bezant.kernel.clock import Clock
from bezant.kernel.entropy import Entropy
from bezant.sim import outside, settlement
from bezant.sim.bai2_writer import write_bai2
from bezant.sim.books import Books
from bezant.sim.camt_writer import write_camt053
from bezant.sim.courier import Courier
from bezant.sim.intake import Ack, Counter
from bezant.sim.mt940_writer import write_mt940
from bezant.sim.orders import Reply, add_replies, order_by_key
from bezant.sim.questions import Question, answer_questions
from bezant.sim.scheme import Client, Incoming, Outcome, Scheme
from bezant.sim.settlement import Settlement
from bezant.sim.statement import Line, Statement

OUTAGE, DELAY = "outage_until", "delay_seconds"
_LONGEST_REFERENCE = 35  # of an EndToEndId
_REFERENCE_SIGNS = frozenset("-_.:+()' ")

StatementWriter = Callable[[Statement], bytes]

WRITERS: Mapping[str, tuple[str, StatementWriter]] = {
    "bai2": (".bai2", write_bai2),
    "camt": (".xml", write_camt053),
    "mt940": (".mt940", write_mt940),
}
"""Endings and writers of the statements that a bank can send."""

_DATE = "UPDATE outgoing SET not_before = ? WHERE sent = 0 AND not_before = ''"
_ANY_UNSENT = "SELECT 1 FROM outgoing WHERE sent = 0 LIMIT 1"
_UNSENT = """
SELECT id, kind, name, content FROM outgoing WHERE sent = 0 AND not_before <= ? ORDER BY id
"""

_EXECUTIONS = """
SELECT ordered.account, ordered.amount, execution.day, answer.code, answer.sent_on
FROM ordered JOIN execution ON execution.ordered = ordered.id
LEFT JOIN answer ON answer.ordered = ordered.id AND answer.outcome = 'returned'
WHERE ordered.key = ? ORDER BY ordered.id
"""

_PLAN = "UPDATE ordered SET outcome = ?, code = ? WHERE id = ?"
_CAME_BACK = "SELECT 1 FROM answer WHERE ordered = ? AND outcome = 'returned'"

_PAID_OUT = """
SELECT coalesce(sum(CASE is_credit WHEN 1 THEN amount ELSE -amount END), 0)
FROM execution JOIN ordered ON ordered.id = execution.ordered
WHERE NOT EXISTS (
    SELECT 1 FROM answer
    WHERE answer.ordered = ordered.id AND outcome = 'returned' AND sent_on IS NOT NULL
)
"""


class Execution(Struct, frozen=True):
    """An order that was carried out, and how it came back if it did; amount in minor units."""

    key: str
    account: str
    amount: int
    day: date
    return_code: str | None
    returned_on: date | None


class BankAccount(Struct, frozen=True):
    """The client's account at the bank; `statements` are the formats in which it is reported.

    With `receipts` the schemes' own receipts for files are sent as well, where they have them.
    `clients` are for the schemes in which the client goes by other numbers.
    """

    client: Client
    currency: str = "usd"
    zone: str = "America/New_York"
    statements: tuple[str, ...] = ("bai2", "camt")
    opening_balance: int = 0
    receipts: bool = False
    clients: Mapping[str, Client] = msgspec.field(default_factory=dict[str, Client])


class SimulatedBank:
    """A bank with one client, its folders and its own books.

    The account may be overdrawn: this bank lends without a limit.
    """

    def __init__(
        self,
        root: Path,
        clock: Clock,
        account: BankAccount,
        schemes: Sequence[Scheme],
        *,
        entropy: Entropy,
        name: str = "sandbox",
    ) -> None:
        """Open the bank below `root`; its opening balance counts only the first time."""
        self.name = name
        self.account = account
        self.client = account.client
        self.schemes = {scheme.name: scheme for scheme in schemes}
        self.courier = Courier(root)
        self._clock = clock
        self._zone = ZoneInfo(account.zone)
        self.books = Books(
            root / "books.sqlite3",
            self.client.account,
            self.client.bank,
            account.currency,
            account.opening_balance,
        )
        self._counter = Counter(self.books, schemes, self.client_in, entropy)

    def client_in(self, scheme: str) -> Client:
        """Return the client as a scheme knows it."""
        return self.account.clients.get(scheme, self.client)

    def now(self) -> datetime:
        """Return the moment on the platform's clock."""
        return self._clock.now()

    def local_time(self) -> datetime:
        """Return the moment as the bank's own clocks show it."""
        return self._clock.now().astimezone(self._zone)

    def run(self, today: date, *, at_once: bool = False) -> Settlement:
        """Do a day's work: receive, settle, and report what there is to report."""
        self.receive()
        done = self.settle(today, at_once=at_once)
        self.report(today)
        return done

    def receive(self) -> list[Ack]:
        """Take every waiting file and answer each; what was taken before is not taken again."""
        if self.is_out():
            return []
        acks = [self._receive(path) for path in self.courier.arrivals()]
        return [ack for ack in acks if ack]

    def is_out(self) -> bool:
        """Tell whether the bank is out of order just now."""
        until = self.books.habit(OUTAGE)
        return bool(until) and self._clock.now() < datetime.fromisoformat(until)

    def settle(self, today: date, *, at_once: bool = False) -> Settlement:
        """Carry out the orders due and give the answers due.

        By the calendar an order settles on its scheme's day, and answers leave on the scheme's
        days. `at_once` does it all now.
        """
        done = Settlement()
        if self.is_out():
            return done
        at_work = self.books.at_work()
        for scheme in self.schemes.values():
            if scheme.name not in at_work:
                continue
            with self.books.transaction():
                settlement.release(self.books, scheme)
                done = done.plus(self._settle(scheme, today, at_once=at_once))
            at_work = self.books.at_work()  # An enquiry asks about an order of another scheme.
        self._deliver()
        return done

    def plan(self, key: str, outcome: Outcome, code: str = "", amount: int | None = None) -> None:
        """Decide what the other side says of an order; of one carried out, when it may still.

        `settled` takes a decision back that was made before, `recall_refused` is for when it is
        asked for. `amount` is what of a payment comes back, when that is not all.
        Raises LookupError if no order under this key can be answered so any more.
        """
        with self.books.transaction():
            kept = order_by_key(self.books, key)
            if kept is None or kept.state == "refused":
                raise LookupError(f"the bank has no order {key} that could still be {outcome}")
            waits = kept.state in {"queued", "pending"}
            if amount is not None and (waits or not 0 < amount <= kept.order.amount):
                raise LookupError(f"order {key} can't come back with {amount}: it is {kept.state}")
            if waits or outcome == "recall_refused":
                plan = None if outcome == "settled" else outcome
                self.books.change(_PLAN, (plan, code, kept.id))
                return
            if outcome not in {"returned", "corrected"}:
                raise LookupError(f"order {key} is {kept.state}: it can't be {outcome} any more")
            if self.books.rows(_CAME_BACK, (kept.id,)):
                raise LookupError(f"order {key} has come back already")
            today = self.local_time().date()
            scheme = self.schemes[self._scheme_of(kept.id)]
            back = 0 if outcome == "corrected" else amount or kept.order.amount
            due = scheme.answers_on(outcome, today)
            add_replies(self.books, [Reply(kept.id, outcome, code, back, due)])

    def bring(self, scheme: str, coming: Incoming) -> None:
        """Let something begin outside: a payment in, a collection, a request, a recall."""
        with self.books.transaction():
            number = outside.next_incoming(self.books)
            one = msgspec.structs.replace(coming, number=number)
            client = self.client_in(scheme)
            outside.bring(self.books, self.schemes[scheme], [one], client, self.local_time())
        self._deliver()

    def delay(self, seconds: int) -> None:
        """Let everything that is written from now on leave so much later."""
        self.books.adopt(DELAY, str(seconds))

    def wire_in(
        self, reference: str, amount_minor: int, currency: str = "", *, day: date | None = None
    ) -> Line:
        """Book an incoming wire, on a day or today; returns its line."""
        assert amount_minor > 0, "a wire brings money"
        assert currency.lower() in {"", self.account.currency}, "the account has one currency"
        day = day or self.local_time().date()
        with self.books.transaction():
            return outside.wire(self.books, as_reference(reference), amount_minor, day)

    def settle_cards(self, reference: str, amount_minor: int, day: date) -> None:
        """Book an acquirer's settlement, in or out, once under its reference."""
        with self.books.transaction():
            outside.card_settlement(self.books, reference, amount_minor, day)

    def charge(self, kind: str, amount_minor: int, text: str) -> Line:
        """Book a fee, interest or an adjustment of the bank's own."""
        with self.books.transaction():
            day = self.local_time().date()
            return outside.charge(self.books, kind, amount_minor, day, text)

    def close_day(self, day: date) -> Statement:
        """Write the statement of what was booked up to a day since the last one, if anything."""
        with self.books.transaction():
            statement = self._state(day)
            stem = f"statement-{day:%Y%m%d}-{statement.number:06d}"
            for kind in self.account.statements:
                suffix, write = WRITERS[kind]
                self.books.put_out(kind, stem + suffix, write(statement))
        self._deliver()
        return statement

    def report(self, day: date | None = None) -> Statement | None:
        """Write a statement if anything was booked since the last one, else return None."""
        day = day or self.local_time().date()
        return self.close_day(day) if self.books.unreported(day) else None

    def resend(self, name: str) -> None:
        """Send a file to the client again, whole, as one asks a bank on the telephone.

        Raises LookupError if the bank never wrote a file of that name.
        """
        found = self.books.rows("SELECT max(id) FROM outgoing WHERE name = ?", (name,))[0][0]
        if found is None:
            raise LookupError(f"no file {name}")
        self.books.change("UPDATE outgoing SET sent = 0 WHERE id = ?", (found,))
        self._deliver()

    def balance(self) -> int:
        """Return what the client's account holds, in minor units."""
        return self.books.balance()

    def lines(self) -> list[Line]:
        """Return every line of the client's account."""
        return self.books.lines()

    def executions(self, key: str) -> list[Execution]:
        """Return how often and when an order under this key was carried out."""
        return [
            Execution(key, account, amount, date.fromisoformat(day), code, _as_date(sent_on))
            for account, amount, day, code, sent_on in self.books.rows(_EXECUTIONS, (key,))
        ]

    def deliveries(self) -> dict[str, int]:
        """Return how many files were accepted, rejected, and duplicates of accepted ones."""
        sql = "SELECT verdict, count(*) FROM delivery GROUP BY verdict"
        return {"accepted": 0, "rejected": 0, "duplicate": 0} | dict(self.books.rows(sql))

    def paid_out(self) -> int:
        """Return what others hold by this bank's books: executed less what came back."""
        return self.books.rows(_PAID_OUT)[0][0]

    def close(self) -> None:
        """Let go of the books."""
        self.books.close()

    def _scheme_of(self, ordered: int) -> str:
        return self.books.rows("SELECT scheme FROM ordered WHERE id = ?", (ordered,))[0][0]

    def _settle(self, scheme: Scheme, today: date, *, at_once: bool) -> Settlement:
        now = at_once or scheme.mode == "instant"
        settlement.refuse(self.books, scheme, today)
        asked = answer_questions(self.books, scheme.name, today)
        done = settlement.execute(self.books, scheme, today, self.now(), at_once=now)
        returned = settlement.give_answers(
            self.books,
            scheme,
            self.client_in(scheme.name),
            today,
            self.local_time(),
            at_once=at_once,
        )
        if asked:
            self._pay_requests(scheme, asked, today)
        return msgspec.structs.replace(done, returned=returned)

    def _pay_requests(self, scheme: Scheme, asked: Sequence[Question], today: date) -> None:
        """Let those who were asked to pay do so."""
        first = outside.next_incoming(self.books)
        coming = [
            Incoming(
                kind="credit",
                amount=one.amount,
                currency=self.account.currency,
                name="REQUESTED PAYER",
                account="",
                bank="",
                reference=one.key,
                remittance="",
                day=today,
                number=number,
                original=one.key,
            )
            for number, one in enumerate(asked, first)
        ]
        client = self.client_in(scheme.name)
        outside.bring(self.books, scheme, coming, client, self.local_time())

    def _receive(self, path: Path) -> Ack | None:
        """Take one file, unless another process has just done so.

        It is put aside last: after a crash before that it is a duplicate, which does no harm.
        """
        content = self.courier.fetch(path)
        if content is None:
            return None
        digest = hashlib.sha256(content).hexdigest()
        with self.books.transaction():
            ack = self._judge(path.name, content, digest)
        self._deliver()
        self.courier.keep(path, digest)
        return ack

    def _judge(self, name: str, content: bytes, digest: str) -> Ack:
        now, scheme = self.local_time(), self._counter.scheme_of(content)
        judged = self._counter.take(scheme, name, content, digest, now)
        ack = judged.ack
        if scheme is None or scheme.mode == "batch" or ack.status == "rejected":
            answer = msgspec.json.format(msgspec.json.encode(ack))
            self.books.put_out("ack", f"{name}.ack", answer)
        if scheme is None or ack.duplicate:
            return ack
        number = self.books.rows("SELECT count(*) FROM delivery")[0][0]
        client = self.client_in(scheme.name)
        letter = scheme.acknowledge(judged.received, ack.reasons, client, now, number)
        if letter and (self.account.receipts or scheme.mode == "instant"):
            self.books.put_out_numbered(letter.kind, now.date(), letter.suffix, letter.content)
        if scheme.mode == "instant" and judged.received:
            self._settle(scheme, now.date(), at_once=False)
        return ack

    def _state(self, day: date) -> Statement:
        opening, lines = self.books.last_closing(), self.books.unreported(day)
        number = self.books.last_statement() + 1
        statement = Statement(
            number,
            day,
            self.local_time(),
            self.client.account,
            self.client.bank,
            opening,
            lines,
            currency=self.account.currency,
        )
        self.books.change(
            "INSERT INTO statement (id, day, opening, closing) VALUES (?, ?, ?, ?)",
            (number, day.isoformat(), opening, statement.closing),
        )
        self.books.change(
            "UPDATE line SET statement = ? WHERE statement IS NULL AND day <= ?",
            (number, day.isoformat()),
        )
        return statement

    def _deliver(self) -> None:
        """Send what was put out and committed; after a crash the rest goes with the next call.

        It is a database transaction of its own, so that two processes do not send one file.
        """
        if not self.books.rows(_ANY_UNSENT) or self.is_out():
            return
        now = self._clock.now()
        leaves = now + timedelta(seconds=int(self.books.habit(DELAY) or 0))
        with self.books.transaction():
            self.books.change(_DATE, (leaves.isoformat(),))
            for id, kind, name, content in self.books.rows(_UNSENT, (now.isoformat(),)):
                self.courier.send(kind, name, content)
                self.books.change("UPDATE outgoing SET sent = 1 WHERE id = ?", (id,))


def as_reference(text: str) -> str:
    """Return what survives of a payer's reference: 35 plain signs, no comma and no slash."""
    plain = (sign if _survives(sign) else "-" for sign in text.strip())
    return "".join(plain)[:_LONGEST_REFERENCE]


def _survives(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign in _REFERENCE_SIGNS)


def _as_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
