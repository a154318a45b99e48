"""Refunds: a payment, or a part of it, goes back to who paid."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from bezant.api.context import Context, created_of
from bezant.api.params import Amount, Currency, Metadata, Params, merged
from bezant.api.refusals import missing
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.core.cash_transaction import held_for
from bezant.resources.core.contact import Email
from bezant.resources.core.customer import Customer
from bezant.resources.payments import cash_paying, pushing
from bezant.resources.payments.bank_methods import BANK_METHODS
from bezant.resources.payments.capturing import EXPIRED, release
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.dispute import taken
from bezant.resources.payments.intent_amounts import check_step
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.refund import Refund, announced
from bezant.resources.payments.refund_by_bank import refund_by_bank
from bezant.resources.payments.refund_cash import end, refund_transfer, return_cash
from bezant.resources.payments.refund_promised import promised_of
from bezant.resources.payments.refunding import Wish, check_shared, disown, refund_charge
from bezant.resources.payments.return_page import page_of


class CreateRefund(Params):
    """What a refund is made of; without an amount, all that is left goes back.

    With `origin`, it is of what the `customer` has on its cash balance in the `currency`.
    """

    amount: Amount | None = None
    charge: str | None = None
    currency: Currency | None = None
    customer: str | None = None
    instructions_email: Email | None = None
    metadata: Metadata | None = None
    origin: Literal["customer_balance"] | None = None
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
    """Give back what was captured, also in parts, or what is on a customer's cash balance."""
    if params.origin is not None:
        return await _of_cash(ctx, params)
    _check_of_payment(params)
    charge = await _charge(ctx, params)
    if charge.source_transfer is not None:
        raise InvalidRequest(
            "This payment came with a transfer: reverse that transfer instead.", param="charge"
        )
    if EXPIRED in ctx.hidden(charge):
        raise InvalidRequest(
            f"{charge.id} was not captured in time, and holds nothing any more.",
            code="charge_not_refundable",
            param="charge",
        )
    if not charge.captured and charge.payment_intent is None and not charge.refunded:
        return _let_go(ctx, charge, params)
    _check(charge)
    left = charge.left - promised_of(ctx, charge)
    if not left:
        raise InvalidRequest(
            f"Charge {charge.id} has already been refunded.", code="charge_already_refunded"
        )
    gone = taken(ctx, charge)
    asked = left if params.amount is None else Money(params.amount, charge.currency)
    left = left - gone
    amount = left if params.amount is None else asked
    if gone and (amount > left or not left):
        disown(ctx, charge, min(asked, charge.left))
        raise InvalidRequest(
            f"{charge.id} is disputed, so its money can't be given back"
            + (f": at most {left} of it." if left else "."),
            code="charge_disputed",
            param="charge",
        )
    if amount > left:
        raise InvalidRequest(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).",
            code="amount_too_large",
            param="amount",
        )
    if params.amount is not None:
        check_step(amount, "amount")
    wish = _wish(params, amount)
    if charge.status != "pending":  # What is shared out is not, yet.
        await check_shared(ctx, charge, wish)
    return await _by_type(charge)(ctx, charge, wish)


@routes.update
async def update(ctx: Context, refund: Refund, params: UpdateRefund) -> Refund:
    """Change the metadata."""
    metadata = merged(refund.metadata, params.metadata)
    return announced(ctx, refund, metadata=metadata)


@routes.action
async def cancel(ctx: Context, refund: Refund) -> Refund:
    """Cancel a refund whose customer has not said yet where it may go."""
    if refund.status == "requires_action":
        return await end(ctx, refund, canceled=True)
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
    return await end(ctx, refund, canceled=False)


@routes.get("/v1/refunds/{refund}/instructions", returns=None)
async def instructions(ctx: Context, refund: Refund) -> dict[str, Any]:
    """Say where the customer tells to which account a refund may go, and until when."""
    if refund.status != "requires_action" or not refund.next_action:
        raise InvalidRequest(
            f"Refund {refund.id} waits for no account: its status is {refund.status}.",
        )
    details = refund.next_action["display_details"]
    return {
        "object": "refund_instructions",
        "email": refund.instructions_email or None,
        "expires_at": details["expires_at"],
        "livemode": ctx.livemode,
        "refund": refund.id,
        "url": page_of(ctx, refund),
    }


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


def _check(charge: Charge) -> None:
    """Refuse to give back what nobody has, or what the payer has again."""
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


async def _of_cash(ctx: Context, params: CreateRefund) -> Refund:
    for name in ("charge", "payment_intent", "refund_application_fee", "reverse_transfer"):
        if getattr(params, name):
            raise InvalidRequest(
                f"With `origin`, the refund is of a cash balance and of no payment: leave `{name}` "
                "out.",
                param=name,
            )
    if params.customer is None:
        raise missing("customer")
    if params.currency is None:
        raise missing("currency")
    customer = await ctx.load(Customer, params.customer, param="customer")
    if params.amount is None:
        held = await held_for(ctx, customer.id)
        amount = Money(held.get(params.currency, 0), params.currency)
    else:
        amount = Money(params.amount, params.currency)
    if not amount:
        raise InvalidRequest(
            f"{customer.id} has no {params.currency} on its cash balance.",
            code="balance_insufficient",
            param="currency",
        )
    return await return_cash(ctx, customer, _wish(params, amount))


def _check_of_payment(params: CreateRefund) -> None:
    for name in ("customer", "currency"):
        if getattr(params, name) is not None:
            raise InvalidRequest(
                f"A payment says itself whose it is and in what: leave `{name}` out, or send "
                "`origin=customer_balance` to send a cash balance back.",
                param=name,
            )


def _wish(params: CreateRefund, amount: Money) -> Wish:
    return Wish(
        amount=amount,
        reason=params.reason,
        metadata=merged({}, params.metadata),
        reverse_transfer=params.reverse_transfer,
        refund_application_fee=params.refund_application_fee,
        instructions_email=params.instructions_email,
    )


def _by_type(charge: Charge) -> Callable[[Context, Charge, Wish], Awaitable[Refund]]:
    kind = (charge.payment_method_details or {}).get("type")
    if kind == cash_paying.KIND:
        return refund_transfer
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
