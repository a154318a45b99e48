"""All of it together: what a process talks to, and what happens when time passes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bezant.kernel.clock import Clock
from bezant.sim.banking_days import local_time
from bezant.sim.cards import clearing, files, holds, matters
from bezant.sim.cards.books import NetworkBooks
from bezant.sim.cards.directory import Directory
from bezant.sim.cards.network import CardNetwork
from bezant.sim.courier import Courier

Pay = Callable[[str, str, int, date], bool]
"""Books a settlement's net amount at a bank (reference, currency's number, amount, day); says
whether there is a bank for the currency."""

_PUT_OUT = "INSERT INTO outgoing (kind, name, content) VALUES ('clearing', ?, ?)"
_COUNT = "SELECT count(*) FROM outgoing"
_UNSENT = "SELECT id, kind, name, content FROM outgoing WHERE sent = 0 ORDER BY id"
_SENT = "UPDATE outgoing SET sent = 1, content = x'' WHERE id = ?"
_OWED = """
SELECT reference, currency, net, pays_on FROM settlement
WHERE paid = 0 AND pays_on <= ? ORDER BY reference
"""
_PAID = "UPDATE settlement SET paid = 1 WHERE reference = ?"


class CardWorld:
    """The simulated acquirer with its network, issuers and directory, in a folder of its own."""

    def __init__(self, root: Path, clock: Clock) -> None:
        """Open the books below `root`, or begin them."""
        self.books = NetworkBooks(root / "cards.sqlite3")
        self.network = CardNetwork(self.books, clock)
        self.directory = Directory(self.books)
        self.courier = Courier(root)
        self._clock = clock

    def work(self, pay: Pay, *, at_once: bool) -> int:
        """Clear, settle and pay what is due by now, bring matters up; returns how much it was.

        By the calendar a day is cleared once it has ended, in Eastern Time, and is paid on the
        next banking day; `at_once` does it all now, except to tell what is held.
        """
        now = self._clock.now().astimezone(UTC)
        today = local_time(self._clock).date()
        until = today if at_once else today - timedelta(days=1)
        self.network.expire(now)
        done = 0
        with self.books.transaction():
            for currency in clearing.currencies(self.books, until):
                cleared, moved, total = clearing.clear(
                    self.books, currency, until, today, at_once=at_once
                )
                self._put_out(files.write(self._name(today), now, cleared, moved, total))
                done += max(len(cleared), 1)
            told = matters.tell(self.books, today, at_once=at_once)
            held = holds.tell(self.books, self._midnight())
            if told or held:
                self._put_out(files.tell(self._name(today), now, told, held))
        self._deliver()
        return done + len(told) + len(held) + self._pay(pay, today)

    def close(self) -> None:
        """Let go of the books."""
        self.books.close()

    def _midnight(self) -> datetime:
        """Return when the day has begun, which is when it is said what is held from before."""
        began = local_time(self._clock).replace(hour=0, minute=0, second=0, microsecond=0)
        return began.astimezone(UTC)

    def _name(self, today: date) -> str:
        number = self.books.rows(_COUNT)[0][0] + 1
        return f"cards-{today:%Y%m%d}-{number:06d}.ipm"

    def _put_out(self, content: bytes) -> None:
        today = local_time(self._clock).date()
        self.books.change(_PUT_OUT, (self._name(today), content))

    def _deliver(self) -> None:
        for place, kind, name, content in self.books.rows(_UNSENT):
            self.courier.send(kind, name, content)
            self.books.change(_SENT, (place,))

    def _pay(self, pay: Pay, today: date) -> int:
        """Pay what is due where there is a bank for its currency; what is not, stays owed."""
        paid = 0
        for reference, currency, net, pays_on in self.books.rows(_OWED, (today.isoformat(),)):
            if net == 0 or pay(reference, currency, net, date.fromisoformat(pays_on)):
                self.books.change(_PAID, (reference,))
                paid += 1
        return paid
