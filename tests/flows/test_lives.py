"""Laws of all flows: what each event writes, and that everything is even at the end of a life.

A life is a story of events from the flows, on books that start with nothing. Whatever the amounts,
entries balance within their book, no account falls below its floor without a named cause, and
accounts that clear are at zero once everything has happened that was to come.
"""

import inspect
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.kernel.money import Money
from bezant.ledger.book import book_of
from bezant.ledger.chart import CLEARING, Account, house
from bezant.ledger.entry import Entry
from tests.flows.lives import LIVES
from tools.postings import events, modules

EVENTS = {
    f"{flow.__name__.rpartition('.')[2]}.{function.__name__}": function
    for flow in modules()
    for function in events(flow)
}
EVEN = (*CLEARING, "minimum", "pending", "position", "prefunding", "returnable", "suspense")
"""Paths, or their beginnings, of what is at zero at the end of a life, over all books."""
WORDS: dict[str, Any] = {"yes": True, "no": False, "none": None}


class Books:
    """Every account of every book, as entries leave it."""

    def __init__(self) -> None:
        self.amounts: Counter[tuple[Account, str]] = Counter()

    def post(self, entry: Entry) -> None:
        assert entry.moves, entry.kind
        changed: Counter[tuple[Account, str]] = Counter()
        forced = {each for move in entry.moves if move.force for each in (move.debit, move.credit)}
        for move in entry.moves:
            assert move.debit.book == move.credit.book == entry.book, entry.kind
            assert move.amount.amount > 0, entry.kind
            for account, sign in ((move.debit, -1), (move.credit, 1)):
                way = sign if account.credit_normal else -sign
                changed[account, move.amount.currency] += way * move.amount.amount
        for (account, currency), amount in changed.items():
            now = self.amounts[account, currency] = self.amounts[account, currency] + amount
            below = account.floor is not None and now < account.floor
            assert not below or amount >= 0 or account in forced, f"{entry.kind}: {account.path}"

    def uneven(self) -> dict[str, int]:
        sums: Counter[str] = Counter()
        for (account, currency), amount in self.amounts.items():
            if account.path.startswith(EVEN):
                sums[f"{account.path} {currency}"] += amount
        return {path: amount for path, amount in sums.items() if amount}


def entries_of(line: str, known: dict[str, Any]) -> tuple[Entry, ...]:
    """Return what a line of a life writes; what it does not say is as usual."""
    name, *told = line.split()
    said = dict(word.split("=") for word in told)
    given = {}
    for parameter in inspect.signature(EVENTS[name]).parameters:
        word = said.pop(parameter, parameter)
        given[parameter] = WORDS[word] if word in WORDS else known.get(word, word)
    assert not said, f"{line}: what is {said}?"
    made = EVENTS[name](**given)
    return made if isinstance(made, tuple) else (made,)


def play(life: str, whole: int, price: int, worth: int) -> Books:
    owner, other = (book_of(f"acct_{name}", livemode=False) for name in ("owner", "other"))
    known = {
        "amount": Money(whole, "usd"),
        "total": Money(whole, "usd"),
        "fee": Money(price, "usd"),
        "net": Money(whole - price, "usd"),
        "nothing": Money(0, "usd"),
        "converted": Money(worth, "eur"),
        "unpriced": Money(0, "eur"),
        "house": house(livemode=False),
        **dict.fromkeys(("book", "source", "owner"), owner),
        **dict.fromkeys(("destination", "other"), other),
        "force": None,
        "name": "NAME",
        "purse": "available",
        "purse_there": "available",
    }
    books = Books()
    for line in life.split("\n"):
        if line.strip():
            for entry in entries_of(line, known):
                books.post(entry)
    return books


@pytest.mark.parametrize("name", LIVES)
@settings(max_examples=12)
@given(data=st.data())
def test_everything_is_even_at_the_end_of_a_life(name: str, data: st.DataObject):
    whole = data.draw(st.integers(2, 10**12))
    price = data.draw(st.integers(1, whole - 1))
    books = play(LIVES[name], whole, price, data.draw(st.integers(1, 10**12)))
    assert books.uneven() == {}


def test_every_event_of_every_flow_is_a_part_of_a_life():
    told = {line.split()[0] for life in LIVES.values() for line in life.split("\n") if line.strip()}
    assert sorted(EVENTS.keys() - told) == []
    assert sorted(told - EVENTS.keys()) == []


def test_a_life_that_is_not_over_leaves_something():
    """The law can fail: a payout that no bank has paid is on its way still."""
    life = "top_up.created rail=wire\ntop_up.succeeded rail=wire\npayout.created rail=ach"
    assert play(life, 100, 1, 1).uneven() == {"in_transit:ach usd": 100, "due usd": -100}
    with pytest.raises(AssertionError, match=r"payout\.created: available"):
        play("payout.created rail=ach", 100, 1, 1)
