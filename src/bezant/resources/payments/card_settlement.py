"""Card settlements: what an acquirer says a day comes to, until a line of the bank proves it.

Amounts are in minor units; `net` is what reaches the bank, less than nothing when it is owed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from bezant.api.context import Context, created_of
from bezant.api.resource import Resource
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.flows import card_settlement as flow
from bezant.kernel.money import Money
from bezant.ledger.book import Book, book_of
from bezant.rail.cards import Cleared, Settled

QUERIES = load("bezant.resources.payments", "card_settlement.sql")
_ACCOUNT = "acct_"


class CardSettlement(Resource, tag="card_settlement"):
    """A day's total in a currency; `reference` is what the bank's statement calls it."""

    filters: ClassVar[Mapping[str, str]] = {"reference": "reference"}

    captured: int
    charged_back: int
    count: int
    currency: str
    fees: int
    file: str
    net: int
    on: str
    pays_on: str
    reference: str
    refunded: int


def settle(ctx: Context, file: str, cleared: Sequence[Cleared], total: Settled) -> CardSettlement:
    """Collect what a settlement changes in every book that it is about, and keep it."""
    name = ctx.new_id("cset", ctx.house)
    sums: defaultdict[str, int] = defaultdict(int)
    for one in cleared:
        sums[one.about.account] += one.amount.amount
    currency, known, strange = total.net.currency, 0, 0
    for account, amount in sorted(sums.items()):
        if not account.startswith(_ACCOUNT):
            strange += amount
        elif amount:
            known += amount
            book = book_of(account, ctx.livemode)
            money, credit = Money(abs(amount), currency), amount > 0
            ctx.post(flow.cleared(money, credit=credit, book=book), source=name)
    for amount, make in (
        (known, flow.owed),
        (strange, flow.unexplained),
        (-total.fees.amount, flow.priced),
    ):
        if amount:
            posted = make(Money(abs(amount), currency), credit=amount > 0, house=ctx.house)
            ctx.post(posted, source=name)
    return ctx.create(
        CardSettlement(
            id=name,
            captured=total.captured.amount,
            charged_back=total.charged_back.amount,
            count=total.count,
            created=created_of(name),
            currency=currency,
            fees=total.fees.amount,
            file=file,
            livemode=ctx.livemode,
            net=total.net.amount,
            on=total.on.isoformat(),
            pays_on=total.pays_on.isoformat(),
            reference=total.reference,
            refunded=total.refunded.amount,
        ),
        book=ctx.house,
    )


async def settlements(
    conn: Connection, book: Book, references: Sequence[str]
) -> dict[str, CardSettlement]:
    """Return the settlements that a bank's statement may call by these references."""
    cursor = await conn.execute(QUERIES.by_reference, [book.id, list(references)])
    rows = await cursor.fetchall()
    found = [msgspec.json.decode(row[0], type=CardSettlement) for row in rows]
    return {one.reference: one for one in found}
