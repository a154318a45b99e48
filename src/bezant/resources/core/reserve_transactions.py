"""Reserve transactions: what is set aside of a platform's balance, and given back or used up."""

from typing import ClassVar

from bezant.api.context import Context
from bezant.api.resource import Expands, Identified
from bezant.flows import reserve as flow
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.resources.core.balance_transactions import record


class ReserveTransaction(Identified, tag="reserve_transaction"):
    """A change of what is set aside, in minor units: below zero it has been raised."""

    amount: int
    currency: str
    description: str | None = None


class ConnectCollectionTransfer(Identified, tag="connect_collection_transfer"):
    """What was paid for good of what an account has owed, in minor units."""

    expands: ClassVar[Expands] = {"destination": ("account",)}

    amount: int
    currency: str
    destination: str
    livemode: bool


def change_reserve(ctx: Context, by: Money) -> ReserveTransaction:
    """Set so much more aside of the acting account's balance, or less when it is below zero."""
    name = ctx.new_id("rtx")
    entry = (
        flow.connect_raised(by, book=ctx.book)
        if by.amount > 0
        else flow.connect_lowered(-by, book=ctx.book)
    )
    ctx.post(entry, source=name)
    return _noted(ctx, name, -by)


def use_reserve(ctx: Context, amount: Money, destination: Book) -> ConnectCollectionTransfer:
    """Pay what an account owes out of what the acting account has set aside for it."""
    name = ctx.new_id("cct")
    for entry in flow.collected(amount, source=ctx.book, destination=destination):
        ctx.post(entry, source=name)
    _noted(ctx, ctx.new_id("rtx"), amount)
    kind, text = "connect_collection_transfer", f"Covers what {destination.owner} has owed"
    record(ctx, kind, -amount, source=name, description=text)
    record(ctx, kind, amount, source=name, book=destination, description=text)
    return ctx.create(
        ConnectCollectionTransfer(
            id=name,
            amount=amount.amount,
            currency=amount.currency,
            destination=destination.owner,
            livemode=ctx.livemode,
        )
    )


def _noted(ctx: Context, name: str, amount: Money) -> ReserveTransaction:
    text = "Reserve for connected accounts with negative balances"
    made = ReserveTransaction(
        id=name, amount=amount.amount, currency=amount.currency, description=text
    )
    record(ctx, "reserve_transaction", amount, source=name, description=text)
    return ctx.create(made)
