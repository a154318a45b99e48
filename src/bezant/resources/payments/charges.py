"""Charges: made at once out of a token, captured, changed, read and searched.

Whoever begins today asks for a payment intent; what an intent has charged is captured by it.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from bezant.api import search
from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.api.params import Amount, Currency, Emptyable, Metadata, Params, merged
from bezant.api.refusals import missing
from bezant.api.routes import Routes
from bezant.kernel.errors import CardError, InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.core.address import Text
from bezant.resources.core.card import declined
from bezant.resources.core.card_number import wrong
from bezant.resources.core.contact import Email
from bezant.resources.core.customer import Customer
from bezant.resources.core.customer_source import source_of, source_shown
from bezant.resources.core.payment_method import PaymentMethod, payment_method_of
from bezant.resources.core.refused import refused
from bezant.resources.payments import payment_methods, screening
from bezant.resources.payments.account_debit import debit
from bezant.resources.payments.capturing import EXPIRED, capture_charge, expire_later, release
from bezant.resources.payments.charge import Charge, FraudDetails
from bezant.resources.payments.confirming import Attempt, charge_of, merchant, request_of
from bezant.resources.payments.destination import check_goes_on
from bezant.resources.payments.entitled import check_entitled
from bezant.resources.payments.intent_amounts import check_most, check_step
from bezant.resources.payments.intent_changes import base, intent_of
from bezant.resources.payments.parcel import ParcelParams, parcel_of
from bezant.resources.payments.payment_intent_params import (
    CreatePaymentIntent,
    TransferAmount,
    TransferDataParams,
)
from bezant.resources.payments.payment_method_details import CreatePaymentMethod
from bezant.resources.payments.payment_method_params import Card as CardParams
from bezant.resources.payments.shares import shares_of_capture
from bezant.resources.payments.statement_descriptor import Descriptor, Suffix, described
from bezant.resources.payments.transfer import Words

_OLD_NAMES = refused("Send `application_fee_amount`, or `transfer_data`, instead.")


class CreateCharge(Params):
    """What a charge is made of.

    `source` is a token of a card, a source of the customer's, or an account with a balance.
    """

    amount: Amount
    application_fee: Annotated[str, _OLD_NAMES] | None = None
    application_fee_amount: Annotated[int, Meta(ge=0)] | None = None
    capture: bool = True
    currency: Currency
    customer: str | None = None
    description: Text | None = None
    destination: Annotated[str, _OLD_NAMES] | None = None
    metadata: Metadata | None = None
    on_behalf_of: str | None = None
    receipt_email: Email | None = None
    shipping: ParcelParams | None = None
    source: str | None = None
    statement_descriptor: Descriptor | None = None
    statement_descriptor_suffix: Suffix | None = None
    transfer_data: TransferDataParams | None = None
    transfer_group: Text | None = None


class FraudDetailsParams(Params):
    """What the seller thinks of it."""

    user_report: Emptyable[Literal["fraudulent", "safe"]]


class UpdateCharge(Params):
    """What of a charge can be changed."""

    customer: str | None = None
    description: Text | None = None
    fraud_details: FraudDetailsParams | None = None
    metadata: Metadata | None = None
    receipt_email: Email | None = None
    shipping: ParcelParams | None = None
    transfer_group: Text | None = None


class CaptureCharge(Params):
    """How much is taken of what is held; the rest goes back."""

    amount: Amount | None = None
    application_fee: Annotated[str, _OLD_NAMES] | None = None
    application_fee_amount: Annotated[int, Meta(ge=0)] | None = None
    receipt_email: Email | None = None
    statement_descriptor: Descriptor | None = None
    statement_descriptor_suffix: Suffix | None = None
    transfer_data: TransferAmount | None = None
    transfer_group: Text | None = None


routes = Routes(
    Charge,
    "/v1/charges",
    prefix="ch",
    filters={"transfer_group": "group", "customer": "source", "payment_intent": "parent"},
)
routes.search(
    {
        "amount": search.number("amount"),
        "billing_details.address.postal_code": search.token("billing_details.address.postal_code"),
        "created": search.number("created"),
        "currency": search.token("currency"),
        "customer": search.token("customer", column="source"),
        "disputed": search.token("disputed"),
        "metadata": search.metadata(),
        "payment_method_details.card.brand": search.token("payment_method_details.card.brand"),
        "payment_method_details.card.exp_month": search.number(
            "payment_method_details.card.exp_month"
        ),
        "payment_method_details.card.exp_year": search.number(
            "payment_method_details.card.exp_year"
        ),
        "payment_method_details.card.fingerprint": search.token(
            "payment_method_details.card.fingerprint"
        ),
        "payment_method_details.card.last4": search.token("payment_method_details.card.last4"),
        "refunded": search.token("refunded"),
        "status": search.token("status"),
    },
    sparse=True,
)
Charge.filters = {**Charge.filters, "fingerprint": "reference", "payer": "destination"}


@routes.create
async def create(ctx: Context, params: CreateCharge) -> Charge | Failure:
    """Charge a card at once, or hold the money if it is not to be captured yet."""
    if params.source is not None and params.source.startswith("acct_"):
        return await _debited(ctx, params, params.source)
    wish = CreatePaymentIntent(
        amount=params.amount,
        application_fee_amount=params.application_fee_amount,
        capture_method="automatic" if params.capture else "manual",
        currency=params.currency,
        customer=params.customer,
        description=params.description,
        metadata=params.metadata,
        on_behalf_of=params.on_behalf_of,
        receipt_email=params.receipt_email,
        shipping=params.shipping,
        statement_descriptor=params.statement_descriptor,
        statement_descriptor_suffix=params.statement_descriptor_suffix,
        transfer_data=params.transfer_data,
        transfer_group=params.transfer_group,
    )
    method = await _method(ctx, params)
    await check_entitled(ctx, method.type, params.currency, params.on_behalf_of)
    intent = replace(await intent_of(ctx, wish, method), id="")
    check_most(intent.money, method)
    name = f"{base(ctx, wish)}/charge"
    request = await request_of(ctx, intent, method, Attempt(), name)
    screened = await screening.ask(ctx, intent, method, request)
    answer = screened.answer
    charge = charge_of(ctx, intent, method, request, answer)
    charge = screening.noted(ctx, charge, request, screened)
    card = source_shown(method, f"card_{method.id.rpartition('_')[2]}")
    charge = ctx.save(charge, source=msgspec.to_builtins(card))
    if not answer.approved:
        return _declined(ctx, charge, declined(answer, charge=charge.id))
    if params.capture:
        charge = await capture_charge(ctx, charge, charge.money, params.application_fee_amount)
    else:
        expire_later(ctx, charge, answer.expires_at)
    return ctx.save(charge, event="charge.succeeded")


@routes.update
async def update(ctx: Context, charge: Charge, params: UpdateCharge) -> Charge:
    """Change what is said about a charge."""
    changes: dict[str, Any] = params.changes(without=("metadata", "shipping", "fraud_details"))
    if params.customer is not None:
        if charge.customer not in (None, params.customer):
            raise InvalidRequest(
                f"{charge.id} is of the customer {charge.customer} already.", param="customer"
            )
        await ctx.load(Customer, params.customer, param="customer")
    if params.shipping is not None:
        changes["shipping"] = parcel_of(params.shipping)
    if params.fraud_details is not None:
        report = params.fraud_details.user_report
        changes["fraud_details"] = FraudDetails(user_report=report) if report else FraudDetails()
    metadata = merged(charge.metadata, params.metadata)
    return ctx.save(charge, metadata=metadata, event="charge.updated", **changes)


@routes.action
async def capture(ctx: Context, charge: Charge, params: CaptureCharge) -> Charge:
    """Take what a charge holds, once."""
    if charge.payment_intent is not None:
        raise InvalidRequest(
            f"{charge.id} was made by the PaymentIntent {charge.payment_intent}: capture that.",
            code="payment_intent_unexpected_state",
        )
    if charge.captured:
        raise InvalidRequest(
            f"Charge {charge.id} has already been captured.", code="charge_already_captured"
        )
    if charge.refunded or EXPIRED in ctx.hidden(charge):
        raise InvalidRequest(
            f"Charge {charge.id} was held for as long as the cardholder's bank allows, or let go "
            "before: charge the customer again.",
            code="charge_expired_for_capture",
        )
    if charge.status != "succeeded":
        raise InvalidRequest(f"{charge.id} holds nothing: its status is {charge.status}.")
    amount = charge.amount if params.amount is None else params.amount
    if amount > charge.amount:
        raise InvalidRequest(
            f"The amount to capture ({amount}) is more than what is held ({charge.amount}).",
            code="amount_too_large",
            param="amount",
        )
    await check_goes_on(ctx, charge)
    check_step(Money(amount, charge.currency), "amount")
    known = charge.application_fee_amount
    changes: dict[str, Any] = params.changes(without=_NOT_KEPT)
    charge, fee = shares_of_capture(ctx, ctx.save(charge, **changes), amount, params, known)
    if params.statement_descriptor or params.statement_descriptor_suffix:
        charge = described(ctx, charge, await merchant(ctx, charge.on_behalf_of), params)
    charge = await capture_charge(ctx, charge, Money(amount, charge.currency), fee)
    if left := charge.amount - amount:
        release(ctx, charge, Money(left, charge.currency))
    return ctx.save(charge, event="charge.captured")


_NOT_KEPT = ("amount", "application_fee_amount", "statement_descriptor",
             "statement_descriptor_suffix", "transfer_data")  # fmt: skip


async def _method(ctx: Context, params: CreateCharge) -> PaymentMethod:
    """Return the card to charge: a source of the customer's, its default, or that of a token."""
    name = params.source
    if params.customer is not None and (name is None or name.startswith("card_")):
        customer = await ctx.load(Customer, params.customer, param="customer")
        name = name or customer.default_source
        if name is None:
            raise wrong("missing", "Cannot charge a customer that has no active card", "card")
        card = await source_of(ctx, customer, name, "source")
        return await payment_method_of(ctx, card.id, "source")
    if name is None:
        raise missing("source")
    if name.startswith("pm_"):
        raise InvalidRequest(
            "Charges are made of tokens (tok_…): pay with a payment method by a PaymentIntent.",
            param="source",
        )
    token = CreatePaymentMethod(type="card", card=CardParams(token=name))
    try:
        return await payment_methods.create(ctx, token)
    except InvalidRequest as error:
        raise InvalidRequest(error.message, code=error.code, param="source") from None


_NOT_OF_DEBITS = (
    "application_fee_amount",
    "customer",
    "on_behalf_of",
    "receipt_email",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
)


async def _debited(ctx: Context, params: CreateCharge, account: str) -> Charge:
    """Charge the balance of one of the platform's accounts."""
    wrong = [name for name in _NOT_OF_DEBITS if getattr(params, name) is not None]
    if wrong or not params.capture:
        param = wrong[0] if wrong else "capture"
        raise InvalidRequest(
            f"A charge of an account's balance has no `{param}`: leave it out.", param=param
        )
    metadata = merged({}, params.metadata)
    words = Words(description=params.description, metadata=metadata, group=params.transfer_group)
    payment = await debit(ctx, account, Money(params.amount, params.currency), words)
    said: dict[str, Any] = {
        "description": params.description,
        "metadata": metadata,
        "transfer_group": params.transfer_group,
    }
    return ctx.save(payment, event="charge.succeeded", **said)


def _declined(ctx: Context, charge: Charge, error: CardError) -> Failure:
    failure: dict[str, Any] = {"failure_code": error.code, "failure_message": error.message}
    ctx.save(charge, event="charge.failed", **failure)
    return Failure(error)
