"""Application fees: what a platform earns of its accounts' payments, and gives back."""

from bezant.api.context import Context
from bezant.api.params import Amount, Metadata, Params, merged
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.core.application_fee import (
    ApplicationFee,
    ApplicationFeeRefund,
    shown_again,
)
from bezant.resources.payments.fee_refund import give_back_fee

REFUNDS = "/v1/application_fees/{fee}/refunds"


class CreateFeeRefund(Params):
    """How much is given back; without an amount, all that is left."""

    amount: Amount | None = None
    metadata: Metadata | None = None


class UpdateFeeRefund(Params):
    """What of a refund can be changed."""

    metadata: Metadata | None = None


routes = Routes(ApplicationFee, "/v1/application_fees", prefix="fee", filters={"charge": "source"})
refunds = Routes(ApplicationFeeRefund, REFUNDS, prefix="fr", parent=ApplicationFee)


@refunds.create
async def create(
    ctx: Context, fee: ApplicationFee, params: CreateFeeRefund
) -> ApplicationFeeRefund:
    """Give the account back what was taken, out of what the platform has."""
    if not fee.left:
        raise InvalidRequest(
            f"Application fee {fee.id} has already been refunded.", code="charge_already_refunded"
        )
    amount = fee.left if params.amount is None else Money(params.amount, fee.currency)
    if amount > fee.left:
        raise InvalidRequest(
            f"The amount {amount} is more than the {fee.left} of the fee that are left.",
            code="amount_too_large",
            param="amount",
        )
    return await give_back_fee(ctx, fee, amount, merged({}, params.metadata))


@refunds.update
async def update(
    ctx: Context, fee: ApplicationFee, refund: ApplicationFeeRefund, params: UpdateFeeRefund
) -> ApplicationFeeRefund:
    """Change the metadata, also where the fee shows it."""
    metadata = merged(refund.metadata, params.metadata)
    changed = ctx.save(refund, metadata=metadata, event="application_fee.refund.updated")
    shown_again(ctx, fee, changed)
    return changed
