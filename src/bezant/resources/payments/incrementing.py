"""Incrementing an authorization: the cardholder's bank is asked for the difference."""

from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.api.params import merged
from bezant.kernel.errors import CardError
from bezant.kernel.money import Money
from bezant.rail.cards import CardRequest
from bezant.resources.core.card import declined
from bezant.resources.payments.amount_details import check_details
from bezant.resources.payments.ask_card import ask_later
from bezant.resources.payments.asking import (
    INCREMENTS,
    about_intent,
    ask_now,
    burn,
    burnt,
    reversal_of_request,
)
from bezant.resources.payments.capturing import authorization_of
from bezant.resources.payments.charge import Charge, ChargeTransferData
from bezant.resources.payments.confirming import merchant
from bezant.resources.payments.intent_changes import with_part
from bezant.resources.payments.intent_details import detail, told_of
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.payment_intent_params import IncrementAuthorization
from bezant.resources.payments.shares import check_shares
from bezant.resources.payments.statement_descriptor import described


async def increment(
    ctx: Context, intent: PaymentIntent, params: IncrementAuthorization
) -> PaymentIntent | Failure:
    """Hold more; the request's id is made of what is held already and what is to be."""
    check_details(params.amount, params.amount_details)
    assert intent.latest_charge is not None, "money is held under a charge"
    charge = await ctx.load(Charge, intent.latest_charge)
    shared = _shared(ctx, intent, params)
    more = params.amount - intent.amount
    authorization = authorization_of(ctx, charge)
    hidden = ctx.hidden(intent)
    request = CardRequest(
        id=f"{authorization.id}/{intent.amount}+{more}{burnt(hidden)}",
        act="increment",
        amount=Money(more, intent.currency),
        card=authorization.card,
        merchant=authorization.merchant,
        livemode=ctx.livemode,
        original=authorization.id,
        about=about_intent(ctx, intent),
    )
    answer = await ask_now(ctx, request, intent.id)
    if not answer.approved:
        if answer.outcome == "unknown":
            ask_later(ctx, reversal_of_request(request), charge.id)
            ctx.save(intent, hidden=burn(hidden))
        error = declined(answer, charge=charge.id)
        extra = {**error.extra, "payment_intent": intent}
        return Failure(CardError(error.message, code=error.code, param=error.param, extra=extra))
    intent = await detail(ctx, intent, params, captured=params.amount)
    changes = told_of(params, "metadata", "transfer_data") | shared
    if params.statement_descriptor is not None:
        said = replace(
            intent,
            statement_descriptor=params.statement_descriptor,
            statement_descriptor_suffix=None,
        )
        charge = described(ctx, charge, await merchant(ctx, intent.on_behalf_of), said)
    data = changes["transfer_data"]
    known = ctx.hidden(charge)
    ctx.save(
        charge,
        hidden=known | {INCREMENTS: [*known.get(INCREMENTS, ()), request.id]},
        amount=params.amount,
        application_fee_amount=changes["application_fee_amount"],
        payment_method_details=_raised(charge, params.amount),
        transfer_data=data and ChargeTransferData(data.amount or None, data.destination),
    )
    return ctx.save(
        intent,
        amount_capturable=intent.amount_capturable + more,
        metadata=merged(intent.metadata, params.metadata),
        event="payment_intent.amount_capturable_updated",
        **changes,
    )


def _shared(ctx: Context, intent: PaymentIntent, params: IncrementAuthorization) -> dict[str, Any]:
    """Return to whom how much of it goes, which has to fit the amount."""
    fee = params.application_fee_amount
    fee = intent.application_fee_amount if fee is None else fee or None
    data = with_part(intent, params.transfer_data)
    sent = None if params.transfer_data is None else params.transfer_data.amount
    part = sent if data is None else data.amount or None
    check_shares(ctx, params.amount, fee=fee, goes_on=data is not None, part=part)
    return {"application_fee_amount": fee, "transfer_data": data}


def _raised(charge: Charge, amount: int) -> dict[str, Any]:
    details = dict(charge.payment_method_details or {})
    return {**details, "card": {**details["card"], "amount_authorized": amount}}
