"""Instant advances: what instant payouts take of card payments that are still pending.

The payments of each day pay back what was taken of them, by balance transactions of the type
`advance_funding` that come due with them; `advance` is what the account can spend for it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from msgspec import convert

from bezant.api.context import Context, Hidden
from bezant.db.arrays import moments
from bezant.flows import advance as flow
from bezant.flows.advance import Part, takeable, taken_of
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InsufficientFunds
from bezant.kernel.money import Money
from bezant.ledger.balances import balances_in
from bezant.ledger.book import Book
from bezant.ledger.chart import available
from bezant.resources.core.balance_transactions import CARD, record
from bezant.resources.core.instant_payouts import QUERIES, plan_of, take_turn

KEPT = "advanced"
"""Where a payout's hidden part has what was taken of which days."""
_FURTHEST = timedelta(days=50)
"""Further ahead than any payment comes due: 31 business days."""


class Ahead(NamedTuple):
    """What is to come, in the order of time, and how much of it can be paid out now."""

    coming: Sequence[Part] = ()
    amount: int = 0


class Taken(NamedTuple):
    """What is taken of which days, or, if there is not enough to come, the most that there is."""

    parts: Sequence[Part] = ()
    most: Money | None = None


async def ahead_of(ctx: Context, currency: str) -> Ahead:
    """Return what the acting account can be paid out ahead, as far as its plan lets it."""
    limit = plan_of(ctx).advances(currency)
    if not limit:
        return Ahead()
    values = {
        "book": ctx.book.id,
        "card": CARD,
        "currency": currency,
        "days": moments(_days(ctx.now())),
    }
    async with ctx.runtime.pool.connection() as conn:
        rows = await (await conn.execute(QUERIES.coming, values)).fetchall()
    coming = [Part(until, amount) for until, amount, _ in rows]
    outstanding = sum(funded for _, _, funded in rows)
    return Ahead(coming, max(min(takeable(coming), limit - outstanding), 0))


async def taken_ahead(ctx: Context, wanted: Money) -> Taken:
    """Return what has to be taken of which days, so that so much can be spent.

    What is below zero is not made good by it.
    """
    if not plan_of(ctx).advances(wanted.currency):
        return Taken()
    async with ctx.runtime.pool.connection() as conn:
        found = await balances_in(conn, [ctx.book], available)
    mine = sum(each.available for each in found if each.currency == wanted.currency)
    short = wanted.amount - mine
    if short <= 0 or mine < 0:
        return Taken()
    await take_turn(ctx, wanted.currency, ctx.book)
    ahead = await ahead_of(ctx, wanted.currency)
    if short > ahead.amount:
        return Taken(most=Money(mine + ahead.amount, wanted.currency))
    return Taken(taken_of(ahead.coming, short))


def check_enough(taken: Taken) -> None:
    """Refuse what cannot be paid out now, once it is known that a rail would carry it."""
    if taken.most is not None:
        raise InsufficientFunds(
            f"No more than {taken.most} can be paid out instantly now, its price included: "
            "`instant_available` in the balance has what can arrive. Lower the amount."
        )


def book_ahead(ctx: Context, parts: Sequence[Part], currency: str, payout: str) -> Hidden:
    """Let the acting account spend what is taken ahead for a payout; returns what is kept."""
    if not parts:
        return {}
    whole = Money(sum(part.amount for part in parts), currency)
    ctx.post(flow.funded(whole, book=ctx.book), source=payout)
    record(ctx, "advance", whole, source=payout)
    for part in parts:
        amount = Money(part.amount, currency)
        record(ctx, "advance_funding", -amount, source=payout, pending_until=part.until)
    return {KEPT: [list(part) for part in parts]}


def undo_ahead(
    ctx: Context, hidden: Hidden, currency: str, payout: str, book: Book, *, short: int = 0
) -> None:
    """Let what was taken ahead for a payout be pending again, unless it has come due meanwhile.

    What the account is `short` of stays, to be undone later: it is kept in the hidden part.
    """
    now = unix_seconds(ctx.now())
    parts = [part for part in convert(hidden.get(KEPT, []), list[Part]) if part.until > now]
    left = sum(part.amount for part in parts) - short
    hidden[KEPT] = []
    undone: list[Part] = []
    for part in parts:
        amount = max(min(part.amount, left), 0)
        left -= amount
        if amount:
            undone.append(Part(part.until, amount))
        if amount < part.amount:
            hidden[KEPT].append([part.until, part.amount - amount])
    if not undone:
        return
    whole = Money(sum(part.amount for part in undone), currency)
    ctx.post(flow.undone(whole, book=book), source=payout)
    record(ctx, "advance", -whole, source=payout, book=book)
    for until, each in undone:
        amount = Money(each, currency)
        record(ctx, "advance_funding", amount, source=payout, book=book, pending_until=until)


def _days(now: datetime) -> list[datetime]:
    """Return the beginnings (UTC) of the days on which something may come due."""
    first = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    return [first + timedelta(days=ahead) for ahead in range(_FURTHEST.days)]
