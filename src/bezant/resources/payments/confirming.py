"""Confirming a payment by card: authentication if it is wanted, the authorization, the charge.

An operation may run again, so each request has an id that stays the same: made of the intent (or
of the call, for one that is made and confirmed at once), the number of the attempt, and what is
asked for.
"""

from typing import Any, Protocol

from msgspec import UNSET, Struct
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.failure import Failure
from bezant.kernel.errors import CardError
from bezant.rail.cards import Authentication, CardAnswer, CardRequest, Stored
from bezant.resources.core.application import acting_application
from bezant.resources.core.card import declined
from bezant.resources.core.owners import Owner, acting_owner, represented
from bezant.resources.core.payment_method import PaymentMethod, attach
from bezant.resources.payments import card, screening
from bezant.resources.payments.ask_card import ask_later
from bezant.resources.payments.asking import about_intent, burnt, reversal_of_request
from bezant.resources.payments.capturing import EXPIRY_JOB, capture_charge
from bezant.resources.payments.charge import Charge, ChargeTransferData
from bezant.resources.payments.following import follow
from bezant.resources.payments.mandating import mandate_of
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.screening import Screened
from bezant.resources.payments.settling import check_settles
from bezant.resources.payments.statement_descriptor import card_descriptor

PREVIOUS = "network_transaction_id"
"""Where a card's hidden part has the transaction under which it was stored."""
PROVEN = "proven"
"""Where an intent's hidden part has for what its cardholder has been authenticated, while the
server has yet to confirm that."""
CREDENTIAL = "credential_usage"
"""Where a card's hidden part has for what kind of charges it was set up, if that was said."""
AUTHENTICATION_FAILED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or "
    "a new PaymentMethod to attempt to fulfill this PaymentIntent again."
)


class Secretive(Protocol):
    """An intent, of either kind."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def client_secret(self) -> str:
        """What a browser knows it by."""
        ...

    @property
    def status(self) -> str:
        """How far it is."""
        ...

    @property
    def next_action(self) -> dict[str, Any] | None:
        """What it waits for."""
        ...


class Attempt(Struct, frozen=True, kw_only=True):
    """How a payment is confirmed; `acceptance` is what was said about a mandate."""

    platform: str = ""
    off_session: bool = False
    recurring: bool = False
    moto: bool = False
    return_url: str | None = None
    use_stripe_sdk: bool = False
    three_d_secure: str = "automatic"
    mandate: str | None = None
    acceptance: dict[str, Any] | None = None
    error_on_requires_action: bool = False


async def confirm(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, attempt: Attempt
) -> PaymentIntent | Failure:
    """Try to pay; the intent has the method already."""
    hidden = dict(ctx.hidden(intent))
    proven = hidden.pop(PROVEN, None) == [method.id, intent.amount]
    number = hidden.get("attempts", 0) + (0 if proven else 1)
    kept: dict[str, Any] = {name: getattr(attempt, name) for name in attempt.__struct_fields__}
    intent = ctx.save(
        intent,
        hidden={**hidden, "attempts": number, "attempt": kept},
        last_payment_error=None,
        next_action=None,
    )
    request = await request_of(ctx, intent, method, attempt, _name(ctx, intent, method))
    if proven or (attempt.three_d_secure != "automatic" and not attempt.off_session):
        return await _authenticated(ctx, intent, method, request, attempt)
    ip = screening.ip_of(attempt.acceptance)
    screened = await screening.ask(ctx, intent, method, request, ip=ip)
    if screened.answer.needs_authentication and not attempt.off_session:
        return await _authenticated(ctx, intent, method, request, attempt)
    return await _answered(ctx, intent, method, request, screened)


async def resume(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, *, passed: bool
) -> PaymentIntent | Failure:
    """Go on after the cardholder has been asked, whatever came of it."""
    attempt = Attempt(**ctx.hidden(intent)["attempt"])
    request = await request_of(ctx, intent, method, attempt, _name(ctx, intent, method))
    acquirer = card.acquirer_of(ctx)
    authentication = await acquirer.authenticate(request)
    if authentication.state == "challenge":
        authentication = await acquirer.challenge(authentication.id, passed=passed)
    intent = ctx.save(intent, next_action=None)
    follow(ctx, intent)
    if authentication.state == "failed":
        return authentication_failed(ctx, intent, method)
    if intent.confirmation_method == "manual":
        hidden = ctx.hidden(intent) | {PROVEN: [method.id, intent.amount]}
        return ctx.save(intent, status="requires_confirmation", hidden=hidden)
    return await _authorized(ctx, intent, method, request, authentication)


def authentication_failed(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod
) -> PaymentIntent:
    """Say that the cardholder was not who they should be; another method may be tried."""
    error = {
        "code": "payment_intent_authentication_failure",
        "doc_url": doc_url(ctx, "payment_intent_authentication_failure"),
        "message": AUTHENTICATION_FAILED,
        "payment_method": method,
        "type": "invalid_request_error",
    }
    return ctx.save(
        intent,
        status="requires_payment_method",
        payment_method=None,
        last_payment_error=error,
        event="payment_intent.payment_failed",
    )


async def _authenticated(
    ctx: Context,
    intent: PaymentIntent,
    method: PaymentMethod,
    request: CardRequest,
    attempt: Attempt,
) -> PaymentIntent | Failure:
    """Ask the cardholder's bank who is there, and wait for the cardholder if it wants to know."""
    authentication = await card.acquirer_of(ctx).authenticate(request)
    if authentication.state == "failed":
        return authentication_failed(ctx, intent, method)
    if authentication.state != "challenge":
        return await _authorized(ctx, intent, method, request, authentication)
    if attempt.error_on_requires_action:
        error = card.must_authenticate(payment_method=method)
        return _failed(ctx, intent, method, error, None)
    return ctx.save(
        intent,
        status="requires_action",
        next_action=next_action(
            ctx, intent, return_url=attempt.return_url, sdk=attempt.use_stripe_sdk
        ),
        event="payment_intent.requires_action",
    )


async def _authorized(
    ctx: Context,
    intent: PaymentIntent,
    method: PaymentMethod,
    request: CardRequest,
    authentication: Authentication,
) -> PaymentIntent | Failure:
    """Ask for the money, with what is known of the cardholder's authentication."""
    request = replace(request, id=f"{request.id}/3ds", authentication=authentication)
    attempt = Attempt(**ctx.hidden(intent)["attempt"])
    ip = screening.ip_of(attempt.acceptance)
    screened = await screening.ask(ctx, intent, method, request, ip=ip)
    return await _answered(ctx, intent, method, request, screened)


def asks_cardholder(intent: Secretive) -> bool:
    """Tell whether an intent waits for its cardholder to be authenticated."""
    action = (intent.next_action or {}).get("type")
    return intent.status == "requires_action" and action in ("redirect_to_url", "use_stripe_sdk")


def next_action(
    ctx: Context, intent: Secretive, *, return_url: str | None, sdk: bool
) -> dict[str, Any]:
    """Return where the cardholder goes on: to the page, by themselves or led by a library."""
    url = f"{ctx.runtime.config.public_url}/authenticate/{ctx.account}/{intent.client_secret}"
    if return_url is not None and not sdk:
        place = {"return_url": return_url, "url": url}
        return {"redirect_to_url": place, "type": "redirect_to_url"}
    led = {"type": "three_d_secure_redirect", "stripe_js": url, "source": intent.id}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": led}


def _name(ctx: Context, intent: PaymentIntent, method: PaymentMethod) -> str:
    """Return under what name an attempt asks: another one if it asks for anything else."""
    hidden, mark = ctx.hidden(intent), card.card_of(method).get("fingerprint")
    what = f"{intent.amount}{intent.currency}/{mark}"
    return f"{hidden['base']}/{hidden['attempts']}{burnt(hidden)}/{what}"


async def request_of(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, attempt: Attempt, name: str
) -> CardRequest:
    """Return what the acquirer is asked for an intent, under a name."""
    owner = await check_money(ctx, intent)
    return CardRequest(
        id=name,
        act="authorize",
        amount=intent.money,
        card=card.presented(ctx, method),
        merchant=replace(card.merchant_of(owner), name=card_descriptor(owner, intent)),
        livemode=ctx.livemode,
        about=about_intent(ctx, intent),
        initiator="merchant" if attempt.off_session else "cardholder",
        stored=_stored(ctx, intent, method, attempt),
        previous=ctx.hidden(method).get(PREVIOUS, ""),
        channel="mail_or_telephone" if attempt.moto else "internet",
        final=not intent.captured_later,
        extended=_option(intent, "request_extended_authorization") == "if_available",
    )


def _stored(ctx: Context, intent: PaymentIntent, method: PaymentMethod, attempt: Attempt) -> Stored:
    if attempt.off_session:
        if attempt.recurring:
            return "recurring"
        usage: Stored | None = _option(intent, "stored_credential_usage")
        if usage is not None:
            return usage
        return ctx.hidden(method).get(CREDENTIAL, "unscheduled")
    if PREVIOUS in ctx.hidden(method):
        return "cardholder"
    return "first" if future_usage(intent) else ""


def future_usage(intent: PaymentIntent) -> str | None:
    """Return whether, and how, a card is to be used again; what is said of cards goes first."""
    usage = _option(intent, "setup_future_usage") or intent.setup_future_usage
    return None if usage == "none" else usage


def _option(intent: PaymentIntent, name: str) -> Any:
    options: dict[str, Any] = (intent.payment_method_options or {}).get("card", {})
    return options.get(name)


async def check_money(ctx: Context, intent: PaymentIntent) -> Owner:
    """Refuse what could not be settled, nor go on; returns the account that the payer pays."""
    owner, data = await merchant(ctx, intent.on_behalf_of), intent.transfer_data
    await check_settles(
        ctx,
        owner,
        intent.money,
        fee=bool(intent.application_fee_amount),
        destination=None if data is None else data.destination,
    )
    return owner


async def merchant(ctx: Context, on_behalf_of: str | None) -> Owner:
    """Return the account that the cardholder pays."""
    if on_behalf_of is None:
        return await acting_owner(ctx)
    return await represented(ctx, on_behalf_of)


async def _answered(
    ctx: Context,
    intent: PaymentIntent,
    method: PaymentMethod,
    request: CardRequest,
    screened: Screened,
) -> PaymentIntent | Failure:
    answer = screened.answer
    mandate = _mandate(ctx, intent, method) if answer.approved else None
    charge = charge_of(ctx, intent, method, request, answer, mandate=mandate)
    charge = screening.noted(ctx, charge, request, screened)
    if not answer.approved:
        if answer.outcome == "unknown":
            ask_later(ctx, reversal_of_request(request), charge.id)
        error = declined(answer, charge=charge.id, payment_method=method)
        ctx.save(
            charge,
            failure_code=error.code,
            failure_message=error.message,
            event="charge.failed",
        )
        return _failed(ctx, intent, method, error, charge)
    _remember(ctx, intent, method, answer)
    intent = ctx.save(intent, latest_charge=charge.id, next_action=None, review=charge.review)
    if intent.captured_later:
        return _held(ctx, intent, charge, answer)
    charge = await capture_charge(ctx, charge, intent.money, intent.application_fee_amount)
    ctx.save(charge, event="charge.succeeded")
    return ctx.save(
        intent,
        amount_received=intent.amount,
        status="succeeded",
        transfer_group=charge.transfer_group,
        event="payment_intent.succeeded",
    )


def _mandate(ctx: Context, intent: PaymentIntent, method: PaymentMethod) -> str | None:
    """Return under which mandate a card is charged; one for this payment alone is used up by it."""
    attempt = Attempt(**ctx.hidden(intent)["attempt"])
    if attempt.acceptance is None:
        return attempt.mandate
    lasting = future_usage(intent) is not None
    return mandate_of(
        ctx,
        method,
        attempt.acceptance,
        once=None if lasting else intent.money,
        on_behalf_of=intent.on_behalf_of,
        status="active" if lasting else "inactive",
    ).id


def _held(ctx: Context, intent: PaymentIntent, charge: Charge, answer: CardAnswer) -> PaymentIntent:
    """Leave the money at the cardholder's bank, until it is captured or the time is over."""
    ctx.save(charge, event="charge.succeeded")
    if answer.expires_at is not None:
        payload = {"account": ctx.account, "intent": intent.id, "livemode": ctx.livemode,
                   "platform": ctx.caller.platform}  # fmt: skip
        ctx.enqueue(EXPIRY_JOB, payload, at=answer.expires_at)
    return ctx.save(
        intent,
        amount_capturable=intent.amount,
        status="requires_capture",
        event="payment_intent.amount_capturable_updated",
    )


def _failed(
    ctx: Context,
    intent: PaymentIntent,
    method: PaymentMethod,
    error: CardError,
    charge: Charge | None,
) -> Failure:
    """Let the attempt stand, and say what went wrong in the intent and in the answer."""
    told: dict[str, Any] = {"code": error.code, "message": error.message, "type": error.type}
    told |= {"doc_url": doc_url(ctx, error.code or ""), **error.extra, "payment_method": method}
    if error.param is not None:
        told["param"] = error.param
    failed = ctx.save(
        intent,
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        latest_charge=intent.latest_charge if charge is None else charge.id,
        last_payment_error=told,
        event="payment_intent.payment_failed",
    )
    extra = {**error.extra, "payment_intent": failed}
    return Failure(CardError(error.message, code=error.code, param=error.param, extra=extra))


def charge_of(
    ctx: Context,
    intent: PaymentIntent,
    method: PaymentMethod,
    request: CardRequest,
    answer: CardAnswer,
    *,
    mandate: str | None = None,
) -> Charge:
    """Store what the acquirer was asked and has said, as a charge."""
    name = ctx.new_id("ch")
    amount = intent.money
    charge = Charge(
        id=name,
        amount=amount.amount,
        amount_captured=0,
        application=acting_application(ctx),
        application_fee_amount=intent.application_fee_amount,
        authorization_code=answer.authorization_code or UNSET,
        balance_transaction=None,
        billing_details=method.billing_details,
        calculated_statement_descriptor=request.merchant.name,
        captured=False,
        created=created_of(name),
        currency=amount.currency,
        customer=intent.customer,
        description=intent.description,
        livemode=ctx.livemode,
        metadata=dict(intent.metadata),
        on_behalf_of=intent.on_behalf_of,
        outcome=card.outcome_of(answer),
        paid=answer.approved,
        payment_intent=intent.id or None,
        payment_method=method.id,
        payment_method_details=card.details_of(method, answer, request, mandate=mandate),
        receipt_email=intent.receipt_email,
        shipping=intent.shipping,
        statement_descriptor=intent.statement_descriptor,
        statement_descriptor_suffix=intent.statement_descriptor_suffix,
        status="succeeded" if answer.approved else "failed",
        transfer_data=_transfer_data(intent),
        transfer_group=intent.transfer_group,
    )
    hidden = {"at_once": answer.available_at_once, "authorization": _kept(request)}
    return ctx.create(charge, hidden=hidden)


def _kept(request: CardRequest) -> dict[str, Any]:
    from_card = request.card
    return {
        "id": request.id,
        "merchant": request.merchant,
        "card": replace(from_card, cvc=None),
    }


def _transfer_data(intent: PaymentIntent) -> ChargeTransferData | None:
    data = intent.transfer_data
    if data is None:
        return None
    return ChargeTransferData(data.amount or None, data.destination)


def _remember(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, answer: CardAnswer
) -> None:
    """Keep a card for later payments, if it is to be used again."""
    if future_usage(intent) is None:
        return
    hidden = ctx.hidden(method)
    if answer.network_transaction_id and PREVIOUS not in hidden:
        hidden = hidden | {PREVIOUS: answer.network_transaction_id}
    usage = _option(intent, "setup_credential_usage")
    if usage is not None:
        hidden = hidden | {CREDENTIAL: usage}
    if hidden != ctx.hidden(method):
        method = ctx.save(method, hidden=hidden)
    if intent.customer is not None and method.customer is None:
        attach(ctx, method, intent.customer, intent.customer_account)


def doc_url(ctx: Context, code: str) -> str:
    """Return where an error's code is explained."""
    return f"{ctx.runtime.config.public_url}/docs/errors#{code}"
