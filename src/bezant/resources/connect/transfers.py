"""Transfers: money from an account's balance to that of another account on the platform."""

from typing import Literal

from bezant.api.context import Context
from bezant.api.params import Amount, Currency, Metadata, Params, merged
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.destination import arrives, destination_of, move_on
from bezant.resources.payments.transfer import Transfer, Words, move


class CreateTransfer(Params):
    """What a transfer is made of."""

    amount: Amount
    currency: Currency
    destination: str
    description: str | None = None
    metadata: Metadata | None = None
    source_transaction: str | None = None
    source_type: Literal["card", "bank_account", "fpx"] | None = None
    transfer_group: str | None = None


class UpdateTransfer(Params):
    """What of a transfer can be changed."""

    description: str | None = None
    metadata: Metadata | None = None


routes = Routes(
    Transfer,
    "/v1/transfers",
    prefix="tr",
    filters={"destination": "destination", "transfer_group": "group"},
)


@routes.create
async def create(ctx: Context, params: CreateTransfer) -> Transfer:
    """Move available money; it is available on the other side at once.

    An account that can't be paid out in its currency has what it is worth in its own.
    """
    if params.source_type not in (None, "card"):
        raise InvalidRequest(
            "The whole balance is of the source type `card`; leave `source_type` out.",
            param="source_type",
        )
    book = await destination_of(ctx, params.destination)
    amount = Money(params.amount, params.currency)
    words = Words(
        description=params.description,
        metadata=merged({}, params.metadata),
        group=params.transfer_group,
    )
    if params.source_transaction is None:
        there = await arrives(ctx, amount, book)
        transfer, _ = await move(ctx, (amount, there), book, words)
        return transfer
    charge = await ctx.load(Charge, params.source_transaction, param="source_transaction")
    return await move_on(ctx, charge, amount, book, words)


@routes.update
async def update(ctx: Context, transfer: Transfer, params: UpdateTransfer) -> Transfer:
    """Change the description and the metadata."""
    metadata = merged(transfer.metadata, params.metadata)
    return ctx.save(transfer, metadata=metadata, event="transfer.updated", **params.changes())
