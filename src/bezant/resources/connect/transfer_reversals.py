"""Transfer reversals: all or a part of a transfer goes back to where it came from."""

from bezant.api.context import Context
from bezant.api.params import Amount, Metadata, Params, merged
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import book_of
from bezant.resources.core.application_fee import ApplicationFee
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.fee_refund import give_back_fee, share_of_fee
from bezant.resources.payments.settling import TRANSFERS
from bezant.resources.payments.transfer import Transfer, TransferReversal, listed, take_back


class CreateReversal(Params):
    """What a reversal is made of; without an amount, all that is left goes back."""

    amount: Amount | None = None
    description: str | None = None
    metadata: Metadata | None = None
    refund_application_fee: bool | None = None


class UpdateReversal(Params):
    """What of a reversal can be changed."""

    metadata: Metadata | None = None


routes = Routes(
    TransferReversal, "/v1/transfers/{transfer}/reversals", prefix="trr", parent=Transfer
)


@routes.create
async def create(ctx: Context, transfer: Transfer, params: CreateReversal) -> TransferReversal:
    """Take money back, and give the platform's fee of it to whom it was taken of, if asked to.

    What was moved by hand has to be there still.
    """
    amount = _amount(transfer, params)
    fee = await _fee(ctx, transfer) if params.refund_application_fee else None
    reversal = await take_back(
        ctx,
        transfer,
        amount,
        description=params.description,
        metadata=params.metadata,
        force="reversal" if await _by_itself(ctx, transfer) else None,
    )
    if fee is not None:
        share = share_of_fee(fee, transfer.amount, transfer.amount_reversed, amount.amount)
        if share:
            await give_back_fee(ctx, fee, share, {}, force="refund")
    return reversal


@routes.update
async def update(
    ctx: Context, transfer: Transfer, reversal: TransferReversal, params: UpdateReversal
) -> TransferReversal:
    """Change the metadata, also where the transfer shows it."""
    changed = ctx.save(reversal, metadata=merged(reversal.metadata, params.metadata))
    data = [changed if each.id == changed.id else each for each in transfer.reversals.data]
    ctx.save(transfer, reversals=listed(transfer, data, more=transfer.reversals.has_more))
    return changed


async def _by_itself(ctx: Context, transfer: Transfer) -> bool:
    """Tell whether a payment has gone on by itself: its destination may come to owe it."""
    if transfer.source_transaction is None:
        return False
    charge = await ctx.load(Charge, transfer.source_transaction)
    return transfer.id in ctx.hidden(charge).get(TRANSFERS, ())


async def _fee(ctx: Context, transfer: Transfer) -> ApplicationFee:
    """Return the fee that the platform has taken of what was transferred."""
    book = book_of(transfer.destination, ctx.livemode)
    payment = await ctx.load(Charge, transfer.destination_payment, book=book)
    if payment.application_fee is None:
        raise InvalidRequest(
            "The transfer's payment has no application fee that could be refunded: leave "
            "`refund_application_fee` out.",
            param="refund_application_fee",
        )
    return await ctx.load(ApplicationFee, payment.application_fee, book=ctx.platform_book)


def _amount(transfer: Transfer, params: CreateReversal) -> Money:
    left = transfer.left
    if not left:
        raise InvalidRequest(
            f"Transfer {transfer.id} has already been reversed in full.",
            code="transfer_already_reversed",
        )
    amount = left if params.amount is None else Money(params.amount, transfer.currency)
    if amount > left:
        raise InvalidRequest(
            f"The amount {amount} is more than the {left} of the transfer that are left to "
            "reverse.",
            code="amount_too_large",
            param="amount",
        )
    return amount
