"""Transfer reversals: all or a part of a transfer goes back to where it came from."""

from bezant.api.context import Context
from bezant.api.params import Amount, Metadata, Params, merged
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
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
    """Take money back that the destination still has."""
    amount = _amount(transfer, params)
    return await take_back(
        ctx, transfer, amount, description=params.description, metadata=params.metadata
    )


@routes.update
async def update(
    ctx: Context, transfer: Transfer, reversal: TransferReversal, params: UpdateReversal
) -> TransferReversal:
    """Change the metadata, also where the transfer shows it."""
    changed = ctx.save(reversal, metadata=merged(reversal.metadata, params.metadata))
    data = [changed if each.id == changed.id else each for each in transfer.reversals.data]
    ctx.save(transfer, reversals=listed(transfer, data, more=transfer.reversals.has_more))
    return changed


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
