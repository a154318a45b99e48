"""A random world: owners with books, who pay, hold, capture, reverse, correct and make mistakes.

Everything that it asks for is a list of requests, each a list of change sets with perhaps an
answer; what it knows of the past comes from the oracle, so that most requests make sense.
"""

import random
from datetime import timedelta

from bezant.commit.change_set import (
    Answer,
    ChangeSet,
    Closing,
    Document,
    Event,
    HoldChange,
    Job,
    Posting,
)
from bezant.kernel.money import Money
from bezant.ledger import chart
from bezant.ledger.book import book_of
from bezant.ledger.entry import Move, entry, mirrored
from tests.laws.oracle import TOP, Oracle

CURRENCIES = ("usd", "usd", "usd", "eur", "jpy")
WORDS = 'A "line"\n\\ with\ttabs, é, 漢 and \U0001f600'
KINDS = ("payout", "transfer", "topup")


class World:
    """Makes requests from a seed; `now` moves only when it is told to."""

    def __init__(self, seed, clock, owners=4, name=""):
        self.name = name
        self.random = random.Random(seed)
        self.clock = clock
        self.oracle = Oracle()
        self.house = chart.house(False)
        self.books = [book_of(f"acct_{n}", False) for n in range(owners)]
        self._number = 0
        self._keys = []
        self._reversing = {}
        self._way = [
            *[self.fund, self.transfer, self.payout, self.hold, self.capture] * 4,
            *[self.reverse, self.write, self.force, self.inner, self.expire] * 2,
            *[self.huge, self.minimum, self.close],
            *[self.strange_hold, self.strange_release, self.strange_reversal],
        ]

    def now(self):
        return self.clock.now()

    def id(self, prefix):
        """A new id, in rising order."""
        self._number += 1
        return f"{prefix}_{self.name}{self._number:08d}"

    def requests(self, count):
        """Some requests, to be made at one moment in this order."""
        made = []
        for _ in range(count):
            if made and self.random.random() < 0.05:  # The same again, as a client retries.
                units, answer = self.random.choice(made)
                again = answer and Answer(
                    answer.book, answer.key, b"e" * 32, 200, '"again"', self.id("req"),
                    answer.itemised,
                )  # fmt: skip
                made.append((self._renamed(units), again))
            else:
                made.append(self.request())
        return made

    def request(self):
        """One request: mostly one change set, sometimes many that stand alone."""
        itemised = self.random.random() < 0.1
        count = self.random.randint(1, 8) if itemised else 1
        units = [self.unit() for _ in range(count)]
        if not itemised and self.random.random() < 0.5:
            return units, None
        return units, self._answer(itemised)

    def unit(self):
        """One change set; what asks for something that is not there yet moves money instead."""
        return self.random.choice(self._way)() or self.fund()

    def wait(self):
        """Let some time pass."""
        self.clock.advance(timedelta(seconds=self.random.choice((0, 1, 61, 3_601, 86_400))))

    # What people do.

    def fund(self):
        """A bank pays in for an owner: two books, two entries."""
        book, money = self._book(), self._money(50_000)
        bank = chart.bank(self.house, self.random.choice(("main", "other")))
        return self._unit(
            entry("topup.settled", Move(money, debit=bank, credit=chart.due(self.house))),
            entry("topup.received", Move(money, debit=chart.due(book), credit=_available(book)),
                  effective_at=self._effective()),
        )  # fmt: skip

    def transfer(self):
        """One owner pays another, and a little to nobody but himself."""
        payer, payee = self.random.sample(self.books, 2)
        money = self._money(4_000)
        return self._unit(
            entry("transfer.created", Move(money, _available(payer), chart.due(payer))),
            entry("transfer.received", Move(money, chart.due(payee), _available(payee))),
        )

    def payout(self):
        """An owner's money leaves, with a fee."""
        book, money = self._book(), self._money(4_000)
        fee = Money(self.random.randint(0, 50), money.currency)
        return self._unit(
            entry(
                "payout.created",
                Move(money, debit=_available(book), credit=chart.in_transit(book, "ach")),
                Move(fee, debit=_available(book), credit=chart.fees_payable(book)),
                effective_at=self._effective(),
            )
        )

    def hold(self):
        """An owner's money is set aside, in one or two moves, some until a moment."""
        book, money = self._book(), self._money(3_000)
        moves = [Move(money, _available(book), chart.in_transit(book, "card"), "pending")]
        if self.random.random() < 0.3:
            fee = Money(self.random.randint(1, 99), money.currency)
            moves.append(Move(fee, _available(book), chart.fees_payable(book), "pending"))
        until = self.random.choice((None, None, 60, 3_600, 86_400))
        expires = None if until is None else self.now() + timedelta(seconds=until)
        return self._unit(entry("hold.created", *moves), expires_at=expires)

    def capture(self, *, expiring=False):
        """A hold is captured or given back, in whole or in part."""
        found = self._open_hold()
        if found is None:
            return None
        posting, n, held = found
        move = posting.entry.moves[n]
        part = self.random.choice((held.remaining, self.random.randint(1, held.remaining)))
        money = Money(part, move.amount.currency)
        moves = [Move(money, move.debit, move.credit, "released")]
        if not expiring and self.random.random() < 0.7:
            moves.append(Move(money, move.debit, move.credit))
        change = HoldChange(
            posting.entry.book, posting.id, n, held.remaining, held.remaining - part, expiring
        )
        kind = "hold.expired" if expiring else "hold.captured"
        return self._unit(entry(kind, *moves), resolves=posting.id, holds=[change])

    def expire(self):
        """A sweeper gives a lapsed hold back, or tries it with one that is alive."""
        return self.capture(expiring=True)

    def strange_hold(self):
        """A capture that believes more is held than is."""
        unit = self.capture()
        if unit is None or unit.holds[0].expected == TOP:
            return None
        change = unit.holds[0]
        more = HoldChange(
            change.book, change.entry, change.n, change.expected + 1, change.remaining + 1
        )
        unit.holds[0] = more
        return unit

    def strange_release(self):
        """A hold given back to an account that nothing was set aside on."""
        unit = self.capture()
        if unit is None:
            return None
        change = unit.holds[0]
        debit, credit = self.random.sample(_customs(change.book), 2)
        money = Money(change.expected - change.remaining, "usd")
        wrong = entry("hold.captured", Move(money, debit, credit, "released"))
        return self._unit(wrong, resolves=change.entry, holds=[change])

    def reverse(self):
        """An entry within one book is undone, at once or in two halves."""
        posting = self._reversible()
        if posting is None:
            return None
        earlier = self.oracle.reversals.get((posting.entry.book.id, posting.id), 0)
        moves = mirrored(posting.entry.moves, force="return")
        halves = all(move.amount.amount > 1 for move in moves) and self.random.random() < 0.6
        asked = self._reversing.get(posting.id)
        if asked is None:
            self._reversing[posting.id] = "half" if halves else "whole"
        elif asked == "half" and earlier == 1:
            self._reversing[posting.id] = "whole"
            halves = True
        else:
            return None
        if halves:
            moves = [_halved(move) for move in moves]
        return self._unit(entry("reversed", *moves), reverses=posting.id, reversal_no=earlier + 1)

    def strange_reversal(self):
        """A reversal that skips a number, or of an entry that was never there."""
        posting = self._reversible()
        if posting is None:
            return None
        if self.random.random() < 0.3:
            undone = entry("reversed", *mirrored(posting.entry.moves))
            return self._unit(undone, reverses=f"{posting.id}x", reversal_no=1)
        earlier = self.oracle.reversals.get((posting.entry.book.id, posting.id), 0)
        undone = entry("reversed", *mirrored(posting.entry.moves))
        return self._unit(undone, reverses=posting.id, reversal_no=earlier + 9)

    def force(self):
        """A bank takes back what it had paid, whatever the owner has."""
        book, money = self._book(), self._money(20_000)
        return self._unit(
            entry(
                "topup.returned",
                Move(money, debit=_available(book), credit=chart.due(book), force="return"),
            ),
            entry(
                "topup.return_settled",
                Move(money, debit=chart.due(self.house), credit=chart.bank(self.house, "main")),
            ),
        )

    def inner(self):
        """An owner moves money between accounts of his own making."""
        book = self._book()
        debit, credit = self.random.sample(_customs(book), 2)
        return self._unit(
            entry("inner", Move(self._money(900), debit, credit), effective_at=self._effective())
        )

    def huge(self):
        """Amounts at the end of what 64 bits hold."""
        book = self._book()
        accounts = [
            chart.custom(book, name, credit_normal=name < "huge2", floor=None)
            for name in ("huge1", "huge2", "huge3")
        ]
        debit, credit = self.random.sample(accounts, 2)
        amount = self.random.choice((TOP, TOP // 2, TOP // 2 + 1, TOP - 1, 1))
        phase = self.random.choice(("posted", "posted", "pending"))
        return self._unit(entry("huge", Move(Money(amount, "jpy"), debit, credit, phase)))

    def minimum(self):
        """An account that must hold something, and one that a debtor may fill so far."""
        book = self._book()
        kept = chart.custom(book, "kept", credit_normal=True, floor=500)
        owed = chart.custom(book, "owed", credit_normal=False, floor=-300)
        pair = self.random.choice(((kept, owed), (owed, kept)))
        force = self.random.choice((None, None, "fee"))
        return self._unit(entry("minimum", Move(self._money(400), *pair, force=force)))

    def close(self):
        """An owner closes an account of his own, empty or not."""
        account = self.random.choice(_customs(self._book()))
        unit = self._unit()
        unit.closings.append(Closing(account, self.random.choice(CURRENCIES)))
        return unit

    def write(self):
        """Only a document changes, or a new one comes; sometimes on stale knowledge."""
        book, kind = self._book(), self.random.choice(KINDS)
        name = f"{kind}_{self.random.randint(1, 12)}"
        version = self.oracle.documents.get((book.id, kind, name), 0)
        expected = max(0, version + self.random.choice((0, 0, 0, 0, -1, 1)))
        body = f'{{"id":"{name}","was":{expected}}}'
        unit = self._unit()
        unit.documents.append(
            Document(book, kind, name, expected, self.now(), body, {"status": "open"})
        )
        return unit

    # What it is made of.

    def _unit(self, *entries, holds=(), **about):
        source = self.id("po")
        unit = ChangeSet(
            postings=[
                Posting(
                    self.id("le"), one, source, self.random.choice((None, "req_1")),
                    description=self.random.choice((None, WORDS)),
                    metadata=self.random.choice((None, '{"order":"6735"}')), **about,
                )
                for one in entries
            ],
            holds=list(holds),
        )  # fmt: skip
        book = entries[0].book if entries else self.house
        if self.random.random() < 0.3:
            unit.events.append(Event(book, self.id("evt"), "payout.created", source, "{}"))
        if self.random.random() < 0.1:
            unit.jobs.append(Job(book, self.id("job"), "deliver", "{}", self.now()))
        return unit

    def _renamed(self, units):
        """The same change sets with ids of their own, as an operation that runs again has them."""
        again = []
        for unit in units:
            postings = [_with_id(posting, self.id("le")) for posting in unit.postings]
            events = [
                Event(one.book, self.id("evt"), one.type, one.object, one.body)
                for one in unit.events
            ]
            again.append(
                ChangeSet(postings, unit.holds, unit.documents, events, [], [], unit.closings)
            )
        return again

    def _answer(self, itemised):
        book = self._book()
        if self._keys and self.random.random() < 0.2:
            book, key = self.random.choice(self._keys)
        else:
            key = self.id("key")
            self._keys.append((book, key))
        body = f'{{"told":"{key}"}}'
        return Answer(book, key, b"d" * 32, 200, body, self.id("req"), itemised)

    def _reversible(self):
        done = [
            posting
            for posting in self.oracle.entries.values()
            if posting.entry.kind in {"payout.created", "inner"}
        ]
        return self.random.choice(done) if done else None

    def _open_hold(self):
        standing = [(key, held) for key, held in self.oracle.holds.items() if held.remaining]
        if not standing:
            return None
        (book, name, n), held = self.random.choice(standing)
        return self.oracle.entries[book, name], n, held

    def _book(self):
        return self.random.choice(self.books)

    def _money(self, most):
        return Money(self.random.randint(1, most), self.random.choice(CURRENCIES))

    def _effective(self):
        days = self.random.choice((None, None, None, -40, -3, -1, 0, 2, 30))
        if days is None:
            return None
        return self.now() + timedelta(days=days, seconds=self.random.randint(-40_000, 40_000))


def _available(book):
    return chart.available(book)


def _customs(book):
    return [
        chart.custom(book, name, credit_normal=name != "till", floor=None)
        for name in ("till", "savings", "taxes")
    ]


def _halved(move):
    half = Money(max(1, move.amount.amount // 2), move.amount.currency)
    return Move(half, move.debit, move.credit, move.phase, move.force)


def _with_id(posting, name):
    return Posting(
        name, posting.entry, posting.source, posting.request, posting.expires_at,
        posting.reverses, posting.reversal_no, posting.resolves, posting.description,
        posting.metadata,
    )  # fmt: skip
