"""Transfer reversals: all or a part of a transfer goes back to where it came from."""

from bezant.api.context import Context, created_of
from bezant.api.params import Amount, Metadata, Params, merged
from bezant.api.routes import Routes
from bezant.flows import transfer as flow
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import book_of
from bezant.resources.connect.transfers import SHOWN, Reversals, Transfer, TransferReversal
from bezant.resources.core.balance_transactions import record
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.refund import give_back


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
    """Take money back that the destination still has."""
    amount = _amount(transfer, params)
    book = book_of(transfer.destination, ctx.livemode)
    charge = await ctx.load(Charge, transfer.destination_payment, book=book)
    name = ctx.new_id("trr")
    for entry in flow.reversed_(amount, source=ctx.book, destination=book):
        ctx.post(entry, source=name)
    words = params.description
    refund = give_back(ctx, charge, amount, reversal=name, book=book, description=words)
    transaction = record(ctx, "transfer_refund", amount, source=name, description=words)
    reversal = ctx.create(
        TransferReversal(
            id=name,
            amount=amount.amount,
            balance_transaction=transaction.id,
            created=created_of(name),
            currency=amount.currency,
            destination_payment_refund=refund.id,
            metadata=merged({}, params.metadata),
            transfer=transfer.id,
        )
    )
    _show(ctx, transfer, reversal)
    return reversal


@routes.update
async def update(
    ctx: Context, transfer: Transfer, reversal: TransferReversal, params: UpdateReversal
) -> TransferReversal:
    """Change the metadata, also where the transfer shows it."""
    changed = ctx.save(reversal, metadata=merged(reversal.metadata, params.metadata))
    data = [changed if each.id == changed.id else each for each in transfer.reversals.data]
    ctx.save(transfer, reversals=_listed(transfer, data, more=transfer.reversals.has_more))
    return changed


def _show(ctx: Context, transfer: Transfer, reversal: TransferReversal) -> None:
    data = [reversal, *transfer.reversals.data]
    more = transfer.reversals.has_more or len(data) > SHOWN
    amount_reversed = transfer.amount_reversed + reversal.amount
    ctx.save(
        transfer,
        amount_reversed=amount_reversed,
        reversals=_listed(transfer, data[:SHOWN], more=more),
        reversed=amount_reversed == transfer.amount,
        event="transfer.reversed",
    )


def _listed(transfer: Transfer, data: list[TransferReversal], *, more: bool) -> Reversals:
    return Reversals(data=data, has_more=more, url=transfer.reversals.url)


def _amount(transfer: Transfer, params: CreateReversal) -> Money:
    left = transfer.left
    if params.refund_application_fee:
        raise InvalidRequest(
            "The transfer's payment has no application fee that could be refunded.",
            param="refund_application_fee",
        )
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
