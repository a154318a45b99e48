"""A simulated bank: it takes ACH files, settles them, sends returns back and writes statements."""

import hashlib
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from bezant.kernel.clock import Clock
from bezant.kernel.entropy import Entropy
from bezant.sim.bai2_writer import write_bai2
from bezant.sim.banking_days import is_banking_day, local_time, next_after
from bezant.sim.books import Books
from bezant.sim.camt_writer import write_camt053
from bezant.sim.courier import Courier
from bezant.sim.intake import Ack, take
from bezant.sim.schemes.ach.file import is_routing_number
from bezant.sim.settlement import Settlement, answer, execute, new_line, send_back
from bezant.sim.statement import Line, Statement

_INCOMING_WIRE = "195"
_LONGEST_REFERENCE = 35  # of an EndToEndId
_REFERENCE_SIGNS = frozenset("-_.:+()' ")

_UNSENT = "SELECT id, kind, name, content FROM outgoing WHERE sent = 0 ORDER BY id"

_EXECUTIONS = """
SELECT entry.account, entry.amount, execution.day, returned.code, returned.sent_on
FROM entry JOIN execution ON execution.entry = entry.id
LEFT JOIN returned ON returned.entry = entry.id
WHERE entry.trace = ? ORDER BY entry.id
"""

_TO_RETURN = """
SELECT entry.id, execution.day FROM entry LEFT JOIN execution ON execution.entry = entry.id
WHERE entry.trace = ? AND NOT EXISTS (SELECT 1 FROM returned WHERE returned.entry = entry.id)
ORDER BY entry.id DESC LIMIT 1
"""


class Execution(Struct, frozen=True):
    """An entry that was carried out, and how it came back if it did; amount in cents."""

    trace: str
    account: str
    amount: int
    day: date
    return_code: str | None
    returned_on: date | None


class SimulatedBank:
    """A bank with one client, its folders and its own books.

    `returns_per_mille` of the entries come back by chance; the magic account numbers always do.
    The account may be overdrawn: this bank lends without a limit.
    """

    def __init__(
        self,
        root: Path,
        clock: Clock,
        *,
        account_number: str,
        routing_number: str,
        entropy: Entropy,
        opening_balance: int = 0,
        name: str = "sandbox",
    ) -> None:
        """Open the bank below `root`; `opening_balance` in cents counts only the first time."""
        assert is_routing_number(routing_number), f"{routing_number} is no routing number"
        self.name = name
        self.account_number = account_number
        self.routing_number = routing_number
        self.returns_per_mille = 0
        self.courier = Courier(root)
        self._clock = clock
        self._entropy = entropy
        self._books = Books(root / "books.sqlite3", account_number, routing_number, opening_balance)

    def run(self, today: date, *, at_once: bool = False) -> Settlement:
        """Do a day's work: receive, settle, and report what there is to report."""
        self.receive()
        settlement = self.settle(today, at_once=at_once)
        self.report(today)
        return settlement

    def receive(self) -> list[Ack]:
        """Take every waiting file and answer each; what was taken before is not taken again."""
        acks = [self._receive(path) for path in self.courier.arrivals()]
        return [ack for ack in acks if ack]

    def settle(self, today: date, *, at_once: bool = False) -> Settlement:
        """Execute the entries due and send back the returns due.

        By the calendar nothing happens on a day when banks are closed, an entry settles on its
        effective date and returns leave on the next banking day. `at_once` does it all now.
        """
        if not (at_once or is_banking_day(today)):
            return Settlement()
        with self._books.transaction():
            done = execute(self._books, today, at_once)
            answer(self._books, today, at_once, self.returns_per_mille, self._entropy)
            returned = send_back(self._books, today, at_once, local_time(self._clock))
        self._deliver()
        return msgspec.structs.replace(done, returned=returned)

    def return_entry(self, trace: str, code: str) -> None:
        """Let the receiver's bank send an entry back with a code, such as R03.

        It leaves with the first settlement at once, or after the banking day of its execution.
        Raises LookupError if no entry with this trace number can come back.
        """
        with self._books.transaction():
            found = self._books.rows(_TO_RETURN, (trace,))
            if not found:
                raise LookupError(f"no entry with trace number {trace} that could come back")
            entry, day = found[0]
            if day is None:
                self._books.change("UPDATE entry SET planned = ? WHERE id = ?", (code, entry))
                return
            due = next_after(date.fromisoformat(day)).isoformat()
            self._books.change(
                "INSERT INTO returned (entry, code, due_on) VALUES (?, ?, ?)", (entry, code, due)
            )

    def wire_in(
        self, reference: str, amount_minor: int, currency: str = "usd", *, day: date | None = None
    ) -> Line:
        """Book an incoming wire in cents, on a day or today; returns its line."""
        assert amount_minor > 0, "a wire brings money"
        assert currency.lower() == "usd", "the account is in dollars"
        day = day or local_time(self._clock).date()
        reference = as_reference(reference)
        with self._books.transaction():
            number = self._books.next_line()
            text = f"INCOMING WIRE {reference}"
            line = new_line(number, day, _INCOMING_WIRE, amount_minor, reference, text)
            self._books.add_lines([line])
        return line

    def close_day(self, day: date) -> Statement:
        """Write the statement of what was booked up to a day since the last one, if anything."""
        with self._books.transaction():
            statement = self._state(day)
            stem = f"statement-{day:%Y%m%d}-{statement.number:06d}"
            self._books.put_out("bai2", f"{stem}.bai2", write_bai2(statement))
            self._books.put_out("camt", f"{stem}.xml", write_camt053(statement))
        self._deliver()
        return statement

    def report(self, day: date | None = None) -> Statement | None:
        """Write a statement if anything was booked since the last one, else return None."""
        day = day or local_time(self._clock).date()
        return self.close_day(day) if self._books.unreported(day) else None

    def resend(self, name: str) -> None:
        """Send a file to the client again, whole, as one asks a bank on the telephone.

        Raises LookupError if the bank never wrote a file of that name.
        """
        found = self._books.rows("SELECT max(id) FROM outgoing WHERE name = ?", (name,))[0][0]
        if found is None:
            raise LookupError(f"no file {name}")
        self._books.change("UPDATE outgoing SET sent = 0 WHERE id = ?", (found,))
        self._deliver()

    def balance(self) -> int:
        """Return what the client's account holds, in cents."""
        return self._books.balance()

    def lines(self) -> list[Line]:
        """Return every line of the client's account."""
        return self._books.lines()

    def executions(self, trace: str) -> list[Execution]:
        """Return how often and when an entry of this trace number was carried out."""
        return [
            Execution(trace, account, amount, date.fromisoformat(day), code, _as_date(sent_on))
            for account, amount, day, code, sent_on in self._books.rows(_EXECUTIONS, (trace,))
        ]

    def deliveries(self) -> dict[str, int]:
        """Return how many files were accepted, rejected, and duplicates of accepted ones."""
        sql = "SELECT verdict, count(*) FROM delivery GROUP BY verdict"
        return {"accepted": 0, "rejected": 0, "duplicate": 0} | dict(self._books.rows(sql))

    def paid_out(self) -> int:
        """Return what receivers hold by this bank's books, in cents: executed less sent back."""
        sql = (
            "SELECT coalesce(sum(CASE is_credit WHEN 1 THEN amount ELSE -amount END), 0)"
            " FROM execution JOIN entry ON entry.id = execution.entry"
            " WHERE NOT EXISTS"
            " (SELECT 1 FROM returned WHERE returned.entry = entry.id AND sent_on IS NOT NULL)"
        )
        return self._books.rows(sql)[0][0]

    def close(self) -> None:
        """Let go of the books."""
        self._books.close()

    def _receive(self, path: Path) -> Ack | None:
        """Take one file, unless another process has just done so.

        It is put aside last: after a crash before that it is a duplicate, which does no harm.
        """
        with self._books.transaction():
            content = self.courier.fetch(path)
            if content is None:
                return None
            digest = hashlib.sha256(content).hexdigest()
            now = local_time(self._clock)
            ack = take(self._books, self.routing_number, path.name, content, digest, now)
            answer = msgspec.json.format(msgspec.json.encode(ack))
            self._books.put_out("ack", f"{path.name}.ack", answer)
        self._deliver()
        self.courier.keep(path, digest)
        return ack

    def _state(self, day: date) -> Statement:
        opening, lines = self._books.last_closing(), self._books.unreported(day)
        number = self._books.last_statement() + 1
        statement = Statement(
            number,
            day,
            local_time(self._clock),
            self.account_number,
            self.routing_number,
            opening,
            lines,
        )
        self._books.change(
            "INSERT INTO statement (id, day, opening, closing) VALUES (?, ?, ?, ?)",
            (number, day.isoformat(), opening, statement.closing),
        )
        self._books.change(
            "UPDATE line SET statement = ? WHERE statement IS NULL AND day <= ?",
            (number, day.isoformat()),
        )
        return statement

    def _deliver(self) -> None:
        """Send what was put out and committed; after a crash the rest goes with the next call.

        It is a database transaction of its own, so that two processes do not send one file.
        """
        with self._books.transaction():
            for id, kind, name, content in self._books.rows(_UNSENT):
                self.courier.send(kind, name, content)
                self._books.change("UPDATE outgoing SET sent = 1 WHERE id = ?", (id,))


def as_reference(text: str) -> str:
    """Return what survives of a payer's reference: 35 plain signs, no comma and no slash."""
    plain = (sign if _survives(sign) else "-" for sign in text.strip())
    return "".join(plain)[:_LONGEST_REFERENCE]


def _survives(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign in _REFERENCE_SIGNS)


def _as_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
