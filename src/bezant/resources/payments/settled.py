"""What a payment has brought: of all the captures that it was taken in."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Raw, Struct

from bezant.api.context import Context, Hidden
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.resources.core.balance_transactions import BalanceTransaction
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.transfer import until

SETTLED = "settled"
"""Where a payment's hidden part has the balance transactions of its captures, earliest first."""


class Settled(Struct, frozen=True, kw_only=True):
    """The balance transactions of a payment in one; `until` is when all of it is available.

    `parts` are those of its captures, the earliest first.
    """

    parts: Sequence[BalanceTransaction]
    total: Money
    status: Literal["available", "pending"]
    until: int | None
    exchange_rate: Raw


def settled_by(hidden: Hidden, transaction: BalanceTransaction) -> Hidden:
    """Return a payment's hidden part once another capture has brought something."""
    return hidden | {SETTLED: [*hidden.get(SETTLED, []), transaction.id]}


async def settled_of(ctx: Context, charge: Charge, *, book: Book | None = None) -> Settled:
    """Return what a payment has brought, which may come back out of what is available of it.

    It is one of the acting account's, or of another book.
    """
    assert charge.balance_transaction is not None, "what is captured changes a balance"
    names = ctx.hidden(charge).get(SETTLED) or [charge.balance_transaction]
    if len(names) == 1:
        found = {names[0]: await ctx.load(BalanceTransaction, names[0], book=book)}
    else:
        found = await ctx.load_many(BalanceTransaction, names, book=book)
    parts = [found[name] for name in names]
    times = [until(each) for each in parts]
    pending = [each for each in times if each is not None]
    return Settled(
        parts=parts,
        total=Money(sum(each.amount for each in parts), parts[0].currency),
        status="pending" if len(pending) == len(parts) else "available",
        until=max(pending) if pending else None,
        exchange_rate=parts[0].exchange_rate,
    )
