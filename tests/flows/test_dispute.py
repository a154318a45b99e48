"""Disputes in the books: entries balance, and a win undoes what a dispute has taken."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.flows import dispute as flow
from bezant.flows.fee_plan import Plan, dispute_parts
from bezant.kernel.money import Money
from bezant.ledger.book import book_of
from bezant.ledger.chart import CLEARING, house

OWNER, OWN = book_of("acct_1", livemode=False), house(livemode=False)
AMOUNTS = st.integers(1, 10**12)


def balances(*entries) -> Counter:
    """Return what accounts come to, debits less credits, by book, path and currency."""
    found: Counter = Counter()
    for entry in entries:
        for move in entry.moves:
            assert move.debit.book == move.credit.book == entry.book
            for account, sign in ((move.debit, 1), (move.credit, -1)):
                key = (account.book.owner, account.path, move.amount.currency)
                found[key] += sign * move.amount.amount
    return Counter({key: amount for key, amount in found.items() if amount})


@given(amount=AMOUNTS, converted=AMOUNTS, fee=st.integers(0, 5_000), back=st.booleans())
def test_a_win_undoes_what_was_taken_but_for_the_fee(amount, converted, fee, back):
    usd, eur, cost = Money(amount, "usd"), Money(converted, "eur"), Money(fee, "usd")
    nothing, plain = Money(0, "usd"), {"book": OWNER, "rail": "cards"}
    both = {**plain, "house": OWN}
    taken = [flow.withdrawn(usd, cost, **plain)]
    exchanged = flow.withdrawn_converted(eur, usd, cost, **both)
    for lost in (taken, exchanged):
        assert balances(*lost)["acct_1", "available", "usd"] == amount + fee
        forced = {move.force for entry in lost for move in entry.moves
                  if move.debit.path == "available"}  # fmt: skip
        assert forced == {"dispute"}
    returned = cost if back else nothing
    won = [flow.reinstated(usd, returned, **plain)]
    again = flow.reinstated_converted(eur, usd, returned, **both)
    for history in ([*taken, *won], [*exchanged, *again]):
        left = balances(*history)
        assert not [key for key in left if key[1].startswith((*CLEARING, "position"))]
        owed = 0 if back else fee
        assert left["acct_1", "available", "usd"] == owed == -left["acct_1", "fees_payable", "usd"]


@given(amount=AMOUNTS, converted=AMOUNTS)
def test_what_stands_between_books_is_zero_at_once(amount, converted):
    entries = flow.withdrawn_converted(
        Money(converted, "eur"), Money(amount, "usd"), Money(0, "usd"), book=OWNER, rail="cards",
        house=OWN,
    )  # fmt: skip
    total: Counter = Counter()
    for (_, path, currency), sum_ in balances(*entries).items():
        if path == "due":
            total[currency] += sum_
    assert not any(total.values())


@pytest.mark.parametrize(
    ("plan", "currency", "parts"),
    [
        (Plan(rules=()), "usd", []),
        (Plan(rules=(), dispute_fee={"usd": 1_500, "*": 900}), "usd", [(1_500, "stripe_fee")]),
        (Plan(rules=(), dispute_fee={"usd": 1_500, "*": 900}), "chf", [(900, "stripe_fee")]),
        (Plan(rules=(), dispute_fee={"usd": 1_500}, tax_percent=Decimal(19)), "usd",
         [(1_500, "stripe_fee"), (285, "tax")]),
    ],
)  # fmt: skip
def test_a_dispute_costs_what_the_plan_says(plan, currency, parts):
    assert [(each.amount, each.type) for each in dispute_parts(plan, currency)] == parts


def test_every_status_that_may_follow_has_followers_of_its_own():
    assert {name for each in flow.NEXT.values() for name in each} <= flow.NEXT.keys()
    assert flow.NEXT["won"] == flow.NEXT["warning_closed"] == set()
