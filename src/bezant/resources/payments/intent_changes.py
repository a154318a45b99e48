"""What parameters make of a payment intent, and what they must not."""

from typing import Any, Literal, Protocol

from msgspec import UNSET
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.params import Params, merged
from bezant.api.resource import Identified
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.resources.core.account_customer import account_of_customer
from bezant.resources.core.application import acting_application
from bezant.resources.core.customer import Customer
from bezant.resources.core.customer_params import ShippingParams
from bezant.resources.core.owners import Owner, represented, shelf
from bezant.resources.core.payment_method import PaymentMethod, payment_method_of
from bezant.resources.core.risk_rules import NAME as RULES
from bezant.resources.core.risk_rules import RiskRules
from bezant.resources.payments import method_options, payment_methods
from bezant.resources.payments.confirming import Attempt
from bezant.resources.payments.destination import destination_of
from bezant.resources.payments.intent_amounts import check_amount, check_most
from bezant.resources.payments.intent_details import payment_details
from bezant.resources.payments.intent_types import (
    automatic_of,
    types_of_changed,
    types_of_new,
)
from bezant.resources.payments.mandating import acceptance_of
from bezant.resources.payments.parcel import Parcel, parcel_of
from bezant.resources.payments.payment_intent import (
    IntentTransferData,
    PaymentIntent,
)
from bezant.resources.payments.payment_intent_params import (
    ConfirmPaymentIntent,
    CreatePaymentIntent,
    TransferAmount,
    UpdatePaymentIntent,
)
from bezant.resources.payments.payment_method_details import CreatePaymentMethod, preferred_of
from bezant.resources.payments.shares import check_shares
from bezant.resources.payments.statement_descriptor import check_of_card


class Authenticate(Params):
    """What the cardholder does."""

    outcome: Literal["succeeded", "failed"] = "succeeded"


async def intent_of(
    ctx: Context, params: CreatePaymentIntent, method: PaymentMethod | None
) -> PaymentIntent:
    """Return a new intent as it is asked for."""
    amount = Money(params.amount, params.currency)
    named = params.allowed_payment_method_types or params.payment_method_types
    automatic = automatic_of(params.automatic_payment_methods, named)
    capture_method = params.capture_method or "automatic_async"
    types = await types_of_new(ctx, params, capture_method, automatic)
    check_amount(amount, types)
    account = await check_parties(ctx, params)
    name = ctx.new_id("pi")
    secret = ctx.new_id("secret").rpartition("_")[2]
    data = params.transfer_data
    return PaymentIntent(
        id=name,
        allowed_payment_method_types=params.allowed_payment_method_types,
        amount=params.amount,
        application=acting_application(ctx),
        application_fee_amount=params.application_fee_amount or None,
        automatic_payment_methods=automatic,
        capture_method=capture_method,
        client_secret=f"{name}_secret_{secret}",
        confirmation_method=params.confirmation_method,
        created=created_of(name),
        currency=params.currency,
        customer=params.customer,
        customer_account=account,
        description=params.description,
        excluded_payment_method_types=params.excluded_payment_method_types or None,
        livemode=ctx.livemode,
        metadata=merged({}, params.metadata),
        on_behalf_of=params.on_behalf_of,
        payment_details=payment_details(params.payment_details) or UNSET,
        payment_method=None if method is None else method.id,
        payment_method_options=_options(None, params, types),
        payment_method_types=types,
        receipt_email=params.receipt_email or None,
        setup_future_usage=params.setup_future_usage or None,
        shipping=shipping_of(params.shipping),
        statement_descriptor=params.statement_descriptor,
        statement_descriptor_suffix=params.statement_descriptor_suffix,
        status="requires_payment_method" if method is None else "requires_confirmation",
        transfer_data=(
            IntentTransferData(amount=data.amount or UNSET, destination=data.destination)
            if data
            else None
        ),
        transfer_group=params.transfer_group,
    )


async def check_parties(ctx: Context, params: CreatePaymentIntent) -> str | None:
    """Refuse who is not there, and sums that no account would get.

    Returns the account that the customer is, if it is one.
    """
    account = await account_of_customer(ctx, params.customer)
    if params.on_behalf_of is not None:
        await represented(ctx, params.on_behalf_of)
    data = params.transfer_data
    if data is not None:
        await _receiver(ctx, data.destination)
    check_shares(
        ctx,
        params.amount,
        fee=params.application_fee_amount or None,
        goes_on=data is not None,
        part=None if data is None else data.amount,
    )
    return account


async def _receiver(ctx: Context, account: str) -> Book:
    return await destination_of(ctx, account, "transfer_data[destination]")


async def updated(
    ctx: Context, intent: PaymentIntent, params: UpdatePaymentIntent | ConfirmPaymentIntent
) -> dict[str, Any]:
    """Return what parameters change of an intent."""
    changes = params.changes(without=_SPECIAL)
    if isinstance(params, UpdatePaymentIntent):
        changes |= await _amounts(ctx, intent, params)
        if "card" in intent.payment_method_types:
            check_of_card(params.statement_descriptor)
    method = await method_sent(ctx, params)
    if method is not None:
        changes["payment_method"] = method.id
    if params.shipping is not None:
        changes["shipping"] = shipping_of(params.shipping)
    if params.payment_details is not None:
        changes["payment_details"] = payment_details(params.payment_details) or UNSET
    types = await types_of_changed(ctx, intent, params, changes)
    if types is not None:
        changes["payment_method_types"] = types
    if types is not None or params.payment_method_options is not None:
        known = types or intent.payment_method_types
        changes["payment_method_options"] = _options(intent, params, known)
    return changes


_SPECIAL = (
    "amount_details", "amount_to_confirm", "client_secret", "confirmation_token",
    "error_on_requires_action", "mandate", "mandate_data", "metadata", "off_session",
    "payment_details", "payment_method", "payment_method_data", "payment_method_options",
    "payment_method_types", "radar_options", "return_url", "shipping", "transfer_data",
    "use_stripe_sdk",
)  # fmt: skip


async def _amounts(
    ctx: Context, intent: PaymentIntent, params: UpdatePaymentIntent
) -> dict[str, Any]:
    changes: dict[str, Any] = {"metadata": merged(intent.metadata, params.metadata)}
    if params.amount is not None or params.currency is not None:
        wanted = Money(params.amount or intent.amount, params.currency or intent.currency)
        check_amount(wanted, intent.payment_method_types)
    if params.customer is not None:
        changes["customer_account"] = await account_of_customer(ctx, params.customer)
    amount = params.amount or intent.amount
    fee = params.application_fee_amount
    fee = intent.application_fee_amount if fee is None else fee or None
    data = with_part(intent, params.transfer_data)
    sent = None if params.transfer_data is None else params.transfer_data.amount
    part = sent if data is None else data.amount or None
    check_shares(ctx, amount, fee=fee, goes_on=data is not None, part=part)
    return changes | {"transfer_data": data}


def with_part(intent: PaymentIntent, sent: TransferAmount | None) -> IntentTransferData | None:
    """Return where an intent's money goes on to, and how much of it once an amount was sent."""
    data = intent.transfer_data
    return data if data is None or sent is None else replace(data, amount=sent.amount)


class Paying(Protocol):
    """Parameters that name a method or bring one along."""

    payment_method: str | None
    payment_method_data: CreatePaymentMethod | None


def needed(ctx: Context, params: CreatePaymentIntent) -> list[tuple[type[Identified], str, Book]]:
    """Return what a payment that is made and confirmed at once is going to look for."""
    found: list[tuple[type[Identified], str, Book]] = [
        (Owner, ctx.account, shelf(ctx, ctx.account)),
        (RiskRules, RULES, ctx.book),
    ]
    if params.payment_method is not None:
        found.append((PaymentMethod, params.payment_method, ctx.book))
    if params.customer is not None:
        found.append((Customer, params.customer, ctx.book))
    others = (params.on_behalf_of, params.transfer_data and params.transfer_data.destination)
    return [*found, *((Owner, each, ctx.platform_book) for each in others if each)]


async def method_sent(ctx: Context, params: Paying) -> PaymentMethod | None:
    """Return the method that parameters name or bring along."""
    if params.payment_method is not None and params.payment_method_data is not None:
        raise InvalidRequest(
            "Send either payment_method or payment_method_data, not both.",
            param="payment_method_data",
        )
    if params.payment_method_data is not None:
        return await payment_methods.create(ctx, params.payment_method_data)
    if params.payment_method is None:
        return None
    return await method_named(ctx, params.payment_method)


async def method_named(ctx: Context, name: str) -> PaymentMethod:
    """Return a method by its id, also one that was made a moment ago."""
    made = ctx.made(PaymentMethod, name)
    return made or await payment_method_of(ctx, name, "payment_method")


def check_method(ctx: Context, intent: PaymentIntent, method: PaymentMethod) -> None:
    """Refuse a method of another type, of another customer, or one that was let go."""
    excluded = intent.excluded_payment_method_types or ()
    if method.type not in intent.payment_method_types or method.type in excluded:
        raise InvalidRequest(
            f"The PaymentMethod provided ({method.type}) is not allowed for this PaymentIntent: "
            f"it takes {', '.join(intent.payment_method_types)}.",
            code="payment_intent_invalid_parameter",
            param="payment_method",
        )
    belongs(ctx, method, intent.customer, "PaymentIntent")
    check_most(intent.money, method)
    network = (intent.payment_method_options or {}).get("card", {}).get("network")
    if network is not None and isinstance(method.card, dict):
        preferred_of(method.card["brand"], network, "payment_method_options[card][network]")


def belongs(
    ctx: Context,
    method: PaymentMethod,
    customer: str | None,
    title: Literal["PaymentIntent", "SetupIntent"],
) -> None:
    """Refuse the method of another customer than that of an intent, and one that was let go."""
    code = _INVALID[title]
    if method.customer is not None and method.customer != customer:
        raise InvalidRequest(
            f"The provided PaymentMethod belongs to the customer {method.customer}: send that as "
            f"the `customer` of the {title}.",
            code=code,
            param="payment_method",
        )
    if ctx.hidden(method).get("detached"):
        raise InvalidRequest(
            "This payment method was detached from a customer and can't be used again: create a "
            "new one.",
            code=code,
            param="payment_method",
        )


_INVALID = {
    "PaymentIntent": "payment_intent_invalid_parameter",
    "SetupIntent": "setup_intent_invalid_parameter",
}


def moto_of(params: CreatePaymentIntent | ConfirmPaymentIntent) -> bool:
    """Return whether the card was told by mail or telephone."""
    options = params.payment_method_options
    return bool(options and options.card and options.card.moto)


def attempt_of(
    ctx: Context, intent: PaymentIntent, params: CreatePaymentIntent | ConfirmPaymentIntent
) -> Attempt:
    """Return how a payment is to be confirmed."""
    options = (intent.payment_method_options or {}).get("card", {})
    off_session = params.off_session not in (None, "false")
    if off_session and intent.setup_future_usage is not None:
        raise InvalidRequest(
            "The customer is not there (off_session), so the card can't be set up for later: "
            "leave `setup_future_usage` out.",
            param="off_session",
        )
    return Attempt(
        platform=ctx.caller.platform,
        off_session=off_session,
        recurring=params.off_session == "recurring",
        moto=moto_of(params),
        return_url=params.return_url,
        use_stripe_sdk=bool(params.use_stripe_sdk),
        mandate=params.mandate,
        acceptance=acceptance_of(ctx, params.mandate_data),
        three_d_secure=options.get("request_three_d_secure") or "automatic",
        error_on_requires_action=bool(params.error_on_requires_action),
    )


def base(ctx: Context, params: CreatePaymentIntent) -> str:
    """Return what the ids of requests to the acquirer begin with, the same in every run.

    A call that is sent again under its key asks the same; on another day it is another call.
    """
    call = ctx.caller.idempotency_key or ctx.caller.request
    day = ctx.now().date()
    return f"{ctx.account}/{call}/{day}/{params.amount}{params.currency}"


def check_unconfirmed(params: CreatePaymentIntent) -> None:
    """Refuse what only makes sense when a payment is confirmed."""
    if moto_of(params):
        raise InvalidRequest(
            "You can only send moto with confirm=true.", param="payment_method_options[card][moto]"
        )
    for name in (
        "off_session",
        "return_url",
        "confirmation_token",
        "error_on_requires_action",
        "mandate",
        "mandate_data",
    ):
        if getattr(params, name) is not None:
            raise InvalidRequest(f"You can only send {name} with confirm=true.", param=name)


def no_method() -> InvalidRequest:
    """Return the error of a payment that nobody has said how to make."""
    return InvalidRequest(
        "You cannot confirm this PaymentIntent because it's missing a payment method. Update the "
        "PaymentIntent with a payment method, or confirm it with one.",
        code="payment_intent_unexpected_state",
    )


def unexpected(intent: PaymentIntent, why: str) -> InvalidRequest:
    """Return the error of an intent that is in another state than it should be."""
    return InvalidRequest(
        f"This PaymentIntent {why}: its status is {intent.status}.",
        code="payment_intent_unexpected_state",
        extra={"payment_intent": intent},
    )


def _options(
    intent: PaymentIntent | None,
    params: CreatePaymentIntent | UpdatePaymentIntent | ConfirmPaymentIntent,
    types: list[str],
) -> dict[str, Any]:
    """Return the options by type, as they are shown."""
    known: dict[str, Any] = (intent and intent.payment_method_options) or {}
    shown = {kind: each for kind, each in known.items() if kind in types}
    if "card" in types:
        blank = {
            "installments": None,
            "mandate_options": None,
            "network": None,
            "request_three_d_secure": "automatic",
        }
        card: dict[str, Any] = {**blank, **shown.get("card", {})}
        options = params.payment_method_options
        if options is not None and options.card:
            card |= options.card.changes(without=("moto",))
        shown["card"] = {k: v for k, v in card.items() if v is not None or k in blank}
    options = params.payment_method_options
    for kind in types:
        if kind != "card":
            sent = None if options is None else getattr(options, kind)
            shown[kind] = method_options.shown(kind, shown.get(kind, {}), sent)
    return shown


def shipping_of(sent: ShippingParams | str | None) -> Parcel | None:
    """Return where goods are sent, as it is kept."""
    return None if sent is None or isinstance(sent, str) else parcel_of(sent)
