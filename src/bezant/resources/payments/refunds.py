"""Refunds: a payment, or a part of it, goes back to who paid."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from bezant.api.context import Context, created_of
from bezant.api.params import Amount, Metadata, Params, merged
from bezant.api.refusals import missing
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.core.contact import Email
from bezant.resources.core.refused import refused
from bezant.resources.payments import cash_paying, pushing
from bezant.resources.payments.bank_methods import BANK_METHODS
from bezant.resources.payments.capturing import release
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.dispute import taken
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.refund import Refund, told
from bezant.resources.payments.refund_by_bank import refund_by_bank
from bezant.resources.payments.refund_cash import refund_to_cash
from bezant.resources.payments.refund_told import refund_failed
from bezant.resources.payments.refunding import Wish, call_back, check_shared, refund_charge

_NO_CASH = refused(
    "Refunds are of payments: what was paid out of a cash balance goes back there. What a customer "
    "has on its cash balance can't be sent to a bank from here."
)


class CreateRefund(Params):
    """What a refund is made of; without an amount, all that is left goes back."""

    amount: Amount | None = None
    charge: str | None = None
    currency: Annotated[str, _NO_CASH] | None = None
    customer: Annotated[str, _NO_CASH] | None = None
    instructions_email: Email | None = None
    metadata: Metadata | None = None
    origin: Annotated[str, _NO_CASH] | None = None
    payment_intent: str | None = None
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None
    refund_application_fee: bool = False
    reverse_transfer: bool = False


class UpdateRefund(Params):
    """What of a refund can be changed."""

    metadata: Metadata | None = None


routes = Routes(
    Refund,
    "/v1/refunds",
    prefix="re",
    filters={"charge": "source", "payment_intent": "parent"},
)


@routes.create
async def create(ctx: Context, params: CreateRefund) -> Refund:
    """Give back what was captured, also in parts."""
    charge = await _charge(ctx, params)
    if charge.source_transfer is not None:
        raise InvalidRequest(
            "This payment came with a transfer: reverse that transfer instead.", param="charge"
        )
    if not charge.captured and charge.payment_intent is None and not charge.refunded:
        return _let_go(ctx, charge, params)
    if not charge.amount_captured:
        raise InvalidRequest(
            f"{charge.id} has not been captured: cancel its PaymentIntent instead.", param="charge"
        )
    if charge.status == "failed":
        raise InvalidRequest(
            f"{charge.id} has failed, so there is nothing to give back.",
            code="charge_not_refundable",
            param="charge",
        )
    if charge.disputed and _by_type(charge) is not refund_charge:
        raise InvalidRequest(
            f"{charge.id} is disputed: the payer's bank has taken its money back.",
            code="charge_disputed",
            param="charge",
        )
    left = charge.left
    if not left:
        raise InvalidRequest(
            f"Charge {charge.id} has already been refunded.", code="charge_already_refunded"
        )
    gone = taken(ctx, charge)
    asked = left if params.amount is None else Money(params.amount, charge.currency)
    left = left - gone
    amount = left if params.amount is None else asked
    if gone and (amount > left or not left):
        await call_back(ctx, charge, min(asked, charge.left))
        raise InvalidRequest(
            f"{charge.id} is disputed, so its money can't be given back: at most {left} of it.",
            code="charge_disputed",
            param="charge",
        )
    if amount > left:
        raise InvalidRequest(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).",
            code="amount_too_large",
            param="amount",
        )
    wish = Wish(
        amount=amount,
        reason=params.reason,
        metadata=merged({}, params.metadata),
        reverse_transfer=params.reverse_transfer,
        refund_application_fee=params.refund_application_fee,
        instructions_email=params.instructions_email,
    )
    await check_shared(ctx, charge, wish)
    return await _by_type(charge)(ctx, charge, wish)


@routes.update
async def update(ctx: Context, refund: Refund, params: UpdateRefund) -> Refund:
    """Change the metadata."""
    metadata = merged(refund.metadata, params.metadata)
    return told(ctx, refund, "refund.updated", metadata=metadata)


@routes.action
async def cancel(_ctx: Context, refund: Refund) -> Refund:
    """Refuse: what a card's network was told can't be called back."""
    raise InvalidRequest(
        f"Refund {refund.id} can't be canceled: only refunds that wait for the customer can, and "
        f"its status is {refund.status}.",
        code="refund_not_cancelable",
    )


@routes.post("/v1/test_helpers/refunds/{refund}/expire", permits="refund")
async def expire(ctx: Context, refund: Refund) -> Refund:
    """Let a refund end, in test mode, for which the customer has not said where it may go."""
    if ctx.livemode:
        raise InvalidRequest("Refunds expire by themselves in live mode.")
    if refund.status != "requires_action":
        raise InvalidRequest(
            f"Refund {refund.id} can't expire: only refunds that wait for the customer can, and "
            f"its status is {refund.status}."
        )
    return await refund_failed(ctx, await ctx.load(Charge, refund.charge), refund)


def _let_go(ctx: Context, charge: Charge, params: CreateRefund) -> Refund:
    """Give back what a charge without an intent only holds, which is all of it or nothing."""
    if charge.status != "succeeded":
        raise InvalidRequest(f"{charge.id} holds nothing: it has failed.", param="charge")
    if params.amount not in (None, charge.amount):
        raise InvalidRequest(
            f"{charge.id} is not captured, so only all of it can be given back: leave the amount "
            "out, or capture less.",
            param="amount",
        )
    release(ctx, charge, charge.money)
    ctx.save(charge, amount_refunded=charge.amount, refunded=True, event="charge.refunded")
    name = ctx.new_id("re")
    made = Refund(
        id=name,
        amount=charge.amount,
        balance_transaction=None,
        charge=charge.id,
        created=created_of(name),
        currency=charge.currency,
        customer=charge.customer,
        metadata=merged({}, params.metadata),
        payment_method=charge.payment_method,
        reason=params.reason,
    )
    return ctx.create(made, event="refund.created")


def _by_type(charge: Charge) -> Callable[[Context, Charge, Wish], Awaitable[Refund]]:
    kind = (charge.payment_method_details or {}).get("type")
    if kind == cash_paying.KIND:
        return refund_to_cash
    return refund_by_bank if kind in (*BANK_METHODS, *pushing.KINDS) else refund_charge


async def _charge(ctx: Context, params: CreateRefund) -> Charge:
    if params.charge is not None:
        charge = await ctx.load(Charge, params.charge, param="charge")
        if params.payment_intent not in (None, charge.payment_intent):
            raise InvalidRequest(
                f"{charge.id} is not of that PaymentIntent: send one of both.",
                param="payment_intent",
            )
        return charge
    if params.payment_intent is None:
        raise missing("charge")
    intent = await ctx.load(PaymentIntent, params.payment_intent, param="payment_intent")
    if intent.latest_charge is None:
        raise InvalidRequest(
            f"{intent.id} has no charge that could be given back.", param="payment_intent"
        )
    return await ctx.load(Charge, intent.latest_charge)
