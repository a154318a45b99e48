"""Book transfers: money from one account of the platform to another, over no bank at all."""

from typing import Annotated

from msgspec import Meta

from bezant.api.context import Context
from bezant.api.params import Amount, Currency, Params
from bezant.api.routes import Routes
from bezant.kernel.money import Money
from bezant.movement.book_transfer import Words, transfer
from bezant.movement.movement import Movement
from bezant.resources.core.balance_transactions import record
from bezant.resources.payments.destination import destination_of

PATH = "/v1/movements/book_transfers"


class CreateBookTransfer(Params):
    """How much goes to which account, and the payer's words."""

    amount: Amount
    currency: Currency
    destination: str
    description: Annotated[str, Meta(max_length=140)] | None = None
    reference: Annotated[str, Meta(max_length=35)] | None = None


routes = Routes(Movement, PATH, prefix="mv", listed=False, retrieved=False)


@routes.create
async def create(ctx: Context, params: CreateBookTransfer) -> Movement:
    """Move available money at once and for good; returns the payer's movement, settled."""
    book = await destination_of(ctx, params.destination)
    amount = Money(params.amount, params.currency)
    words = Words(params.reference or "", params.description or "")
    made = transfer(ctx, amount, book, words)
    text = params.description
    record(ctx, "adjustment", -amount, source=made.sent.id, description=text)
    record(ctx, "adjustment", amount, source=made.received.id, book=book, description=text)
    return made.sent
