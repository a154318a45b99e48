"""Payment intents: a payment from the wish to have it to the money on the balance."""

from msgspec.structs import replace

from bezant.api import search
from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.api.pages import Page, page_of
from bezant.api.params import merged
from bezant.api.routes import Routes
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.core.account_customer import with_customer
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments import intent_changes as changes
from bezant.resources.payments import microdeposit, paying, verifying
from bezant.resources.payments.amount_details import detailed
from bezant.resources.payments.calling_back import call_back
from bezant.resources.payments.capturing import cancel_held, capture_charge, release
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.client_access import (
    as_seen,
    check_client_confirms,
    check_secret,
    for_caller,
)
from bezant.resources.payments.confirmation_token import note_used
from bezant.resources.payments.confirming import merchant, resume
from bezant.resources.payments.confirming_by_token import by_token
from bezant.resources.payments.destination import check_goes_on
from bezant.resources.payments.following import (
    check_as_invoiced,
    check_free,
    follow,
    is_invoiced,
)
from bezant.resources.payments.incrementing import increment
from bezant.resources.payments.intent_amounts import check_amount, check_step
from bezant.resources.payments.intent_changes import intent_of, unexpected
from bezant.resources.payments.intent_details import detail, told_of
from bezant.resources.payments.mandating import check_mandate
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.payment_intent_params import (
    ApplyCustomerBalance,
    CancelPaymentIntent,
    CapturePaymentIntent,
    ConfirmPaymentIntent,
    CreatePaymentIntent,
    IncrementAuthorization,
    ListPaymentIntents,
    RetrievePaymentIntent,
    UpdatePaymentIntent,
    VerifyMicrodeposits,
)
from bezant.resources.payments.shares import shares_of_capture
from bezant.resources.payments.statement_descriptor import check_of_card, described

PATH = "/v1/payment_intents"
CONFIRMABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
_OF_SERVERS = ("allowed_payment_method_types", "amount_to_confirm", "capture_method",
               "error_on_requires_action", "mandate", "off_session")  # fmt: skip
"""What only a server may say when it confirms."""

routes = Routes(PaymentIntent, PATH, prefix="pi", listed=False, retrieved=False)
routes.search(
    {
        "amount": search.number("amount"),
        "created": search.number("created"),
        "currency": search.token("currency"),
        "customer": search.token("customer", column="source"),
        "metadata": search.metadata(),
        "status": search.token("status"),
    },
    sparse=True,
)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListPaymentIntents) -> Page:
    """List payment intents, newest first."""
    params = await with_customer(ctx, params)
    filters = {} if params.customer is None else {"source": params.customer}
    return await page_of(ctx, PaymentIntent, "pi", params, filters)


@routes.create
async def create(ctx: Context, params: CreatePaymentIntent) -> PaymentIntent | Failure:
    """Say what is to be paid; with `confirm`, try to get it at once."""
    params = await with_customer(ctx, params)
    if params.confirm:
        await ctx.foresee(changes.needed(ctx, params))
    else:
        changes.check_unconfirmed(params)
    params, used = await by_token(ctx, params)
    method = await changes.method_sent(ctx, params)
    intent = await intent_of(ctx, params, method)
    if "card" in intent.payment_method_types:
        check_of_card(params.statement_descriptor)
    hidden = {"base": changes.base(ctx, params)}
    if params.amount_details is not None:
        shown, kept = detailed(ctx, intent.id, intent.amount, params.amount_details)
        intent, hidden = replace(intent, amount_details=shown), hidden | kept
    ctx.create(intent, event="payment_intent.created", hidden=hidden)
    if method is not None:
        changes.check_method(ctx, intent, method)
    if not params.confirm:
        return intent
    if used is not None:
        note_used(ctx, used, "payment_intent", intent.id)
    if method is None:
        raise changes.no_method()
    return await _confirm(ctx, intent, method, params)


@routes.get(PATH + "/{intent}", publishable=True)
async def retrieve(
    ctx: Context, intent: PaymentIntent, params: RetrievePaymentIntent
) -> PaymentIntent:
    """Retrieve a payment intent; a secret that is sent has to be its own."""
    check_secret(ctx, intent, params.client_secret)
    return as_seen(ctx, intent)


@routes.update
async def update(ctx: Context, intent: PaymentIntent, params: UpdatePaymentIntent) -> PaymentIntent:
    """Change what is to be paid, as long as nobody has tried to."""
    asked = set(params.changes(without=())) - _ONLY_SAID
    if intent.status not in CONFIRMABLE and asked:
        raise unexpected(intent, f"{min(asked)} can't be changed any more")
    if params.amount is not None or params.currency is not None:
        check_free(ctx, intent)
    told = await changes.updated(ctx, intent, await with_customer(ctx, params))
    if "payment_method" in told:
        method = await changes.method_named(ctx, told["payment_method"])
        changes.check_method(ctx, replace(intent, **told), method)
    check_as_invoiced(ctx, intent, told)
    status = intent.status
    if status in CONFIRMABLE and (asked or status != "requires_action"):
        intent = await paying.abandon(ctx, intent)
        known = told.get("payment_method", intent.payment_method)
        status = "requires_confirmation" if known else "requires_payment_method"
        told["next_action"] = None
    return await detail(ctx, ctx.save(intent, status=status, **told), params)


_ONLY_SAID = {"metadata", "description", "receipt_email", "shipping", "transfer_group"}
"""What is said about an intent, and changes nothing about how it is paid."""


@routes.post(PATH + "/{intent}/confirm", publishable=True)
async def confirm(
    ctx: Context, intent: PaymentIntent, params: ConfirmPaymentIntent
) -> PaymentIntent | Failure:
    """Try to get the money; a browser has to know the secret."""
    check_secret(ctx, intent, params.client_secret)
    options = params.payment_method_options
    check_client_confirms(ctx, params, options and options.card, *_OF_SERVERS)
    if ctx.caller.publishable and intent.confirmation_method == "manual":
        seen = as_seen(ctx, intent)
        raise unexpected(seen, "is confirmed by a server, as its confirmation_method says")
    if not is_invoiced(ctx, intent):
        check_free(ctx, intent)
    if intent.status not in CONFIRMABLE:
        raise unexpected(as_seen(ctx, intent), "can't be confirmed")
    if params.amount_to_confirm not in (None, intent.amount):
        raise InvalidRequest(
            f"The amount to confirm is not that of the PaymentIntent, which is {intent.amount}.",
            param="amount_to_confirm",
        )
    params, used = await by_token(ctx, params)
    if used is not None:
        note_used(ctx, used, "payment_intent", intent.id)
    told = await changes.updated(ctx, intent, params)
    check_as_invoiced(ctx, intent, told)
    follow(ctx, intent)
    intent = await detail(ctx, ctx.save(intent, **told), params)
    if intent.payment_method is None:
        raise changes.no_method()
    method = await changes.method_named(ctx, intent.payment_method)
    changes.check_method(ctx, intent, method)
    return for_caller(ctx, await _confirm(ctx, intent, method, params))


@routes.action
async def capture(
    ctx: Context, intent: PaymentIntent, params: CapturePaymentIntent
) -> PaymentIntent:
    """Take what is held, or a part of it; unless more captures follow, the rest goes back."""
    if intent.status != "requires_capture":
        raise unexpected(intent, "can't be captured")
    assert intent.latest_charge is not None, "money is held under a charge"
    charge = await ctx.load(Charge, intent.latest_charge)
    amount = params.amount_to_capture or intent.amount_capturable
    if amount > intent.amount_capturable:
        raise InvalidRequest(
            f"The amount to capture ({amount}) is more than what is held "
            f"({intent.amount_capturable}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    check_step(Money(amount, intent.currency), "amount_to_capture")
    check_of_card(params.statement_descriptor)
    if params.statement_descriptor_suffix is not None:
        charge = described(ctx, charge, await merchant(ctx, intent.on_behalf_of), params)
    await check_goes_on(ctx, charge)
    final = params.final_capture or amount == intent.amount_capturable
    known = intent.application_fee_amount
    charge, fee = shares_of_capture(ctx, charge, amount, params, known, final=final)
    charge = await capture_charge(ctx, charge, Money(amount, intent.currency), fee, final=final)
    left = intent.amount_capturable - amount
    if final and left:
        release(ctx, charge, Money(left, intent.currency))
    repeated = charge.amount_captured > amount
    if repeated or not final:
        ctx.emit("charge.updated", charge)
    if final:
        ctx.save(charge, event="charge.captured")
    follow(ctx, intent)
    intent = await detail(ctx, intent, params, captured=amount)
    return ctx.save(
        intent,
        amount_capturable=0 if final else left,
        amount_received=intent.amount_received + amount,
        metadata=merged(intent.metadata, params.metadata),
        status="succeeded" if final else "requires_capture",
        event="payment_intent.succeeded" if final else "payment_intent.amount_capturable_updated",
        **told_of(params, *_NOT_KEPT),
    )


_NOT_KEPT = ("amount_to_capture", "final_capture", "metadata", "transfer_data")


@routes.action
async def cancel(ctx: Context, intent: PaymentIntent, params: CancelPaymentIntent) -> PaymentIntent:
    """End it; what is held goes back, and a collection that has not left is called back."""
    if intent.status == "requires_capture":
        return await cancel_held(ctx, intent, params.cancellation_reason)
    check_free(ctx, intent, to_cancel=True)
    if intent.status == "processing":
        await call_back(ctx, intent)
    elif intent.status not in CONFIRMABLE:
        raise unexpected(intent, "can't be canceled")
    intent = await paying.abandon(ctx, intent)
    follow(ctx, intent)
    return ctx.save(
        intent,
        canceled_at=unix_seconds(ctx.now()),
        cancellation_reason=params.cancellation_reason,
        next_action=None,
        status="canceled",
        event="payment_intent.canceled",
    )


@routes.action
async def apply_customer_balance(
    ctx: Context, intent: PaymentIntent, params: ApplyCustomerBalance
) -> PaymentIntent:
    """Pay with what the customer has sent ahead, all that is left or an amount of it."""
    if intent.status not in ("requires_payment_method", "requires_action"):
        raise unexpected(intent, "takes no money of its customer's cash balance")
    return await paying.apply_cash(ctx, intent, params.amount, params.currency)


@routes.post(PATH + "/{intent}/verify_microdeposits", publishable=True)
async def verify_microdeposits(
    ctx: Context, intent: PaymentIntent, params: VerifyMicrodeposits
) -> PaymentIntent | Failure:
    """Say what stands on the bank account's statement, which proves that one can see it."""
    check_secret(ctx, intent, params.client_secret)
    action = (intent.next_action or {}).get("type")
    if action != "verify_with_microdeposits" or intent.payment_method is None:
        raise unexpected(intent, "waits for no bank account to be verified")
    said = microdeposit.said_of(ctx, params.descriptor_code, params.amounts)
    method = await changes.method_named(ctx, intent.payment_method)
    return for_caller(ctx, await verifying.verify(ctx, intent, method, said))


@routes.action
async def increment_authorization(
    ctx: Context, intent: PaymentIntent, params: IncrementAuthorization
) -> PaymentIntent | Failure:
    """Hold more than before; when the bank refuses, what was held stays held."""
    if intent.status != "requires_capture":
        raise unexpected(intent, "has nothing held that could be raised")
    if params.amount <= intent.amount:
        raise InvalidRequest(
            f"The amount must be more than the {intent.amount} that are held.", param="amount"
        )
    check_amount(Money(params.amount, intent.currency), intent.payment_method_types)
    return await increment(ctx, intent, params)


@routes.post("/v1/test_helpers/payment_intents/{intent}/authenticate", permits="payment_intent")
async def authenticate(
    ctx: Context, intent: PaymentIntent, params: changes.Authenticate
) -> PaymentIntent | Failure:
    """Say for the cardholder, in test mode, whether they were who they should be."""
    if ctx.livemode:
        raise InvalidRequest("Cardholders authenticate themselves in live mode.")
    return await authenticated(ctx, intent, passed=params.outcome == "succeeded")


async def authenticated(
    ctx: Context, intent: PaymentIntent, *, passed: bool
) -> PaymentIntent | Failure:
    """Go on with an intent whose cardholder has been asked."""
    asked = (intent.next_action or {}).get("type")
    if asked not in ("redirect_to_url", "use_stripe_sdk") or intent.payment_method is None:
        raise unexpected(intent, "waits for no authentication")
    method = await changes.method_named(ctx, intent.payment_method)
    return await resume(ctx, intent, method, passed=passed)


async def _confirm(
    ctx: Context,
    intent: PaymentIntent,
    method: PaymentMethod,
    params: CreatePaymentIntent | ConfirmPaymentIntent,
) -> PaymentIntent | Failure:
    if params.mandate is not None:
        await check_mandate(ctx, params.mandate, method)
    attempt = changes.attempt_of(ctx, intent, params)
    return await paying.confirm(ctx, intent, method, attempt)
