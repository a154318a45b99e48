"""Setting a card up: its holder is authenticated if the issuer wants that, and no money moves.

What the issuer agrees to is remembered with the card, so that it can be charged later without its
holder. As in payments, a request's id is made of the intent's base, the number of the try and the
card.
"""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.failure import Failure
from bezant.kernel.errors import CardError
from bezant.kernel.money import Money
from bezant.rail.cards import Authentication, CardAnswer, CardRequest
from bezant.resources.core.card import declined
from bezant.resources.core.mandate import Mandate
from bezant.resources.core.payment_method import PaymentMethod, attach
from bezant.resources.payments import card
from bezant.resources.payments.confirming import (
    CREDENTIAL,
    PREVIOUS,
    doc_url,
    merchant,
    next_action,
)
from bezant.resources.payments.following import follow
from bezant.resources.payments.mandating import mandate_of
from bezant.resources.payments.setup_attempt import SetupAttempt
from bezant.resources.payments.setup_intent import SetupIntent

ONCE = "single_use"
"""Where an intent's hidden part has the one payment that its mandate is to be for."""
AUTHENTICATION_FAILED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or "
    "a new PaymentMethod to attempt to fulfill this SetupIntent again."
)


class Terms(Struct, frozen=True, kw_only=True):
    """How a payment method is set up; `acceptance` is what was said about a mandate."""

    platform: str
    moto: bool = False
    return_url: str | None = None
    use_stripe_sdk: bool = False
    three_d_secure: str = "automatic"
    credential_usage: str | None = None
    acceptance: dict[str, Any] | None = None


async def confirm(
    ctx: Context, intent: SetupIntent, method: PaymentMethod, terms: Terms
) -> SetupIntent | Failure:
    """Try to set a card up; the intent has it already."""
    intent = await begun(ctx, intent, method, terms)
    request = await _request(ctx, intent, method, terms)
    if terms.three_d_secure != "automatic" and not terms.moto:
        return await _authenticated(ctx, intent, method, request, terms)
    answer = await card.acquirer_of(ctx).ask(request)
    if answer.needs_authentication:
        return await _authenticated(ctx, intent, method, request, terms)
    return await _answered(ctx, intent, method, request, answer)


async def begun(
    ctx: Context, intent: SetupIntent, method: PaymentMethod, terms: Terms
) -> SetupIntent:
    """Begin a try, and give the one before up."""
    await abandon(ctx, intent)
    hidden = ctx.hidden(intent)
    attempt = _attempt(ctx, intent, method)
    kept: dict[str, Any] = {name: getattr(terms, name) for name in terms.__struct_fields__}
    return ctx.save(
        intent,
        hidden={**hidden, "attempts": hidden.get("attempts", 0) + 1, "terms": kept},
        last_setup_error=None,
        latest_attempt=attempt.id,
        next_action=None,
    )


async def resume(
    ctx: Context, intent: SetupIntent, method: PaymentMethod, *, passed: bool
) -> SetupIntent | Failure:
    """Go on after the cardholder has been asked, whatever came of it."""
    request = await _request(ctx, intent, method, terms_of(ctx, intent))
    acquirer = card.acquirer_of(ctx)
    authentication = await acquirer.authenticate(request)
    if authentication.state == "challenge":
        authentication = await acquirer.challenge(authentication.id, passed=passed)
    intent = ctx.save(intent, next_action=None)
    follow(ctx, intent)
    if authentication.state == "failed":
        return await _not_authenticated(ctx, intent, method, authentication)
    return await _verified(ctx, intent, method, request, authentication)


async def abandon(ctx: Context, intent: SetupIntent) -> None:
    """Give up a try that still waits for somebody."""
    if intent.latest_attempt is not None and intent.status == "requires_action":
        attempt = await ctx.load(SetupAttempt, intent.latest_attempt)
        ctx.save(attempt, status="abandoned")


async def _authenticated(
    ctx: Context,
    intent: SetupIntent,
    method: PaymentMethod,
    request: CardRequest,
    terms: Terms,
) -> SetupIntent | Failure:
    """Ask the cardholder's bank who is there, and wait for the cardholder if it wants to know."""
    authentication = await card.acquirer_of(ctx).authenticate(request)
    if authentication.state == "failed":
        return await _not_authenticated(ctx, intent, method, authentication)
    if authentication.state != "challenge":
        return await _verified(ctx, intent, method, request, authentication)
    await tell_attempt(ctx, intent, "requires_action")
    return ctx.save(
        intent,
        status="requires_action",
        next_action=next_action(ctx, intent, return_url=terms.return_url, sdk=terms.use_stripe_sdk),
        event="setup_intent.requires_action",
    )


async def _verified(
    ctx: Context,
    intent: SetupIntent,
    method: PaymentMethod,
    request: CardRequest,
    authentication: Authentication,
) -> SetupIntent | Failure:
    """Ask the issuer again, with what is known of the cardholder's authentication."""
    request = replace(request, id=f"{request.id}/3ds", authentication=authentication)
    answer = await card.acquirer_of(ctx).ask(request)
    return await _answered(ctx, intent, method, request, answer)


async def _answered(
    ctx: Context,
    intent: SetupIntent,
    method: PaymentMethod,
    request: CardRequest,
    answer: CardAnswer,
) -> SetupIntent | Failure:
    shown = _details(method, answer, request.authentication)
    if not answer.approved:
        return await _failed(ctx, intent, method, declined(answer), shown)
    terms = terms_of(ctx, intent)
    method = _remember(ctx, intent, method, answer, terms)
    mandate = None
    if terms.acceptance is not None:
        mandate = mandate_of(
            ctx,
            method,
            terms.acceptance,
            once=once_of(ctx, intent),
            on_behalf_of=intent.on_behalf_of,
        )
    return await done(ctx, intent, mandate, payment_method_details=shown)


async def done(
    ctx: Context, intent: SetupIntent, mandate: Mandate | None, **attempt: Any
) -> SetupIntent:
    """Let an intent succeed, with a mandate if somebody has agreed to one."""
    changes: dict[str, Any] = {}
    if mandate is not None:
        lasts = mandate.type == "multi_use"
        changes["mandate" if lasts else "single_use_mandate"] = mandate.id
    await tell_attempt(ctx, intent, "succeeded", **attempt)
    return ctx.save(
        intent, status="succeeded", next_action=None, event="setup_intent.succeeded", **changes
    )


def once_of(ctx: Context, intent: SetupIntent) -> Money | None:
    """Return the one payment that an intent's mandate is to be for; None for all to come."""
    once = ctx.hidden(intent).get(ONCE)
    return None if once is None else Money(*once)


def _remember(
    ctx: Context,
    intent: SetupIntent,
    method: PaymentMethod,
    answer: CardAnswer,
    terms: Terms,
) -> PaymentMethod:
    """Keep the card for later payments, and let the customer have it."""
    hidden = ctx.hidden(method) | {PREVIOUS: answer.network_transaction_id}
    if terms.credential_usage is not None:
        hidden[CREDENTIAL] = terms.credential_usage
    method = ctx.save(method, hidden=hidden)
    return (
        method
        if intent.customer is None
        else attach(ctx, method, intent.customer, intent.customer_account)
    )


async def _not_authenticated(
    ctx: Context, intent: SetupIntent, method: PaymentMethod, authentication: Authentication
) -> SetupIntent:
    """Say that the cardholder was not who they should be; another method may be tried."""
    error = {
        "code": "setup_intent_authentication_failure",
        "doc_url": doc_url(ctx, "setup_intent_authentication_failure"),
        "message": AUTHENTICATION_FAILED,
        "payment_method": method,
        "type": "invalid_request_error",
    }
    shown = _details(method, None, authentication)
    return await given_up(ctx, intent, error, payment_method_details=shown)


async def _failed(
    ctx: Context,
    intent: SetupIntent,
    method: PaymentMethod,
    error: CardError,
    shown: dict[str, Any],
) -> Failure:
    """Let the try stand, and say what went wrong in the intent and in the answer."""
    told: dict[str, Any] = {"code": error.code, "message": error.message, "type": error.type}
    told |= {"doc_url": doc_url(ctx, error.code or ""), **error.extra, "payment_method": method}
    if error.param is not None:
        told["param"] = error.param
    failed = await given_up(ctx, intent, told, payment_method_details=shown)
    extra = {**error.extra, "payment_method": method, "setup_intent": failed}
    return Failure(CardError(error.message, code=error.code, param=error.param, extra=extra))


async def given_up(
    ctx: Context, intent: SetupIntent, error: dict[str, Any], **attempt: Any
) -> SetupIntent:
    """Let a try fail with an error; another method may be tried."""
    await tell_attempt(ctx, intent, "failed", setup_error=error, **attempt)
    return ctx.save(
        intent,
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_setup_error=error,
        event="setup_intent.setup_failed",
    )


def _attempt(ctx: Context, intent: SetupIntent, method: PaymentMethod) -> SetupAttempt:
    name = ctx.new_id("setatt")
    return ctx.create(
        SetupAttempt(
            id=name,
            application=intent.application,
            created=created_of(name),
            customer=intent.customer,
            customer_account=intent.customer_account,
            livemode=ctx.livemode,
            on_behalf_of=intent.on_behalf_of,
            payment_method=method.id,
            payment_method_details=_details(method, None, None),
            setup_intent=intent.id,
            usage=intent.usage,
        )
    )


async def tell_attempt(ctx: Context, intent: SetupIntent, status: str, **changes: Any) -> None:
    """Note how far the latest try is."""
    assert intent.latest_attempt is not None, "an intent that is confirmed has a try"
    made = ctx.made(SetupAttempt, intent.latest_attempt)
    attempt = made or await ctx.load(SetupAttempt, intent.latest_attempt)
    ctx.save(attempt, status=status, **changes)


def _details(
    method: PaymentMethod, answer: CardAnswer | None, authentication: Authentication | None
) -> dict[str, Any]:
    """Return what a try shows of its method, before there is an answer as well."""
    if method.type != "card":
        return {method.type: {}, "type": method.type}
    shown = card.card_of(method)
    return {
        "card": {
            "brand": shown["brand"],
            "checks": shown.get("checks") if answer is None else card.checks_of(answer),
            "country": shown.get("country"),
            "exp_month": shown["exp_month"],
            "exp_year": shown["exp_year"],
            "fingerprint": shown.get("fingerprint"),
            "funding": shown.get("funding"),
            "last4": shown.get("last4"),
            "network": card.network_of(method),
            "three_d_secure": _three_d_secure(authentication),
            "wallet": None,
        },
        "type": "card",
    }


def _three_d_secure(authentication: Authentication | None) -> dict[str, Any] | None:
    told = card.three_d_secure(authentication)
    return told and {name: it for name, it in told.items() if name != "exemption_indicator"}


def terms_of(ctx: Context, intent: SetupIntent) -> Terms:
    """Return how the latest try was confirmed."""
    return Terms(**ctx.hidden(intent)["terms"])


async def _request(
    ctx: Context, intent: SetupIntent, method: PaymentMethod, terms: Terms
) -> CardRequest:
    owner = await merchant(ctx, intent.on_behalf_of)
    hidden = ctx.hidden(intent)
    return CardRequest(
        id=f"{hidden['base']}/{hidden['attempts']}/{card.card_of(method).get('fingerprint')}",
        act="verify",
        amount=Money.zero(owner.default_currency),
        card=card.presented(ctx, method),
        merchant=card.merchant_of(owner),
        livemode=ctx.livemode,
        stored="first",
        channel="mail_or_telephone" if terms.moto else "internet",
    )
