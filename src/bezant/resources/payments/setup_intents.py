"""Setup intents: payment methods are set up now, to be charged later."""

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.api.pages import Page, page_of
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.account_customer import with_customer
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments import intent_changes, microdeposit, setting_up_banks
from bezant.resources.payments import setup_changes as changes
from bezant.resources.payments.client_access import (
    as_seen,
    check_client_confirms,
    check_secret,
    for_caller,
)
from bezant.resources.payments.confirmation_token import note_used
from bezant.resources.payments.confirming import asks_cardholder
from bezant.resources.payments.confirming_by_token import by_token
from bezant.resources.payments.entitled import check_entitled
from bezant.resources.payments.following import check_free
from bezant.resources.payments.payment_intent_params import VerifyMicrodeposits
from bezant.resources.payments.setting_up import abandon, resume
from bezant.resources.payments.setting_up import confirm as confirmed
from bezant.resources.payments.setup_changes import unexpected
from bezant.resources.payments.setup_intent import SetupIntent
from bezant.resources.payments.setup_intent_params import (
    CancelSetupIntent,
    ConfirmSetupIntent,
    CreateSetupIntent,
    ListSetupIntents,
    RetrieveSetupIntent,
    UpdateSetupIntent,
)

PATH = "/v1/setup_intents"
CONFIRMABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})

routes = Routes(SetupIntent, PATH, listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListSetupIntents) -> Page:
    """List setup intents, newest first."""
    params = await with_customer(ctx, params)
    chosen = {"source": params.customer, "parent": params.payment_method}
    filters = {name: value for name, value in chosen.items() if value is not None}
    return await page_of(ctx, SetupIntent, "seti", params, filters)


@routes.create
async def create(ctx: Context, params: CreateSetupIntent) -> SetupIntent | Failure:
    """Say that a payment method is to be set up; with `confirm`, try it at once."""
    if not params.confirm:
        changes.check_unconfirmed(params)
    params = await with_customer(ctx, params)
    params, used = await by_token(ctx, params)
    method = await intent_changes.method_sent(ctx, params)
    intent = await changes.intent_of(ctx, params, method)
    if not params.confirm:
        if method is not None:
            changes.check_method(ctx, intent, method)
        return intent
    if used is not None:
        note_used(ctx, used, "setup_intent", intent.id)
    return await _confirm(ctx, intent, method, params)


@routes.get(PATH + "/{intent}", publishable=True)
async def retrieve(ctx: Context, intent: SetupIntent, params: RetrieveSetupIntent) -> SetupIntent:
    """Retrieve a setup intent; a secret that is sent has to be its own."""
    check_secret(ctx, intent, params.client_secret)
    return as_seen(ctx, intent)


@routes.update
async def update(ctx: Context, intent: SetupIntent, params: UpdateSetupIntent) -> SetupIntent:
    """Change what is to be set up, as long as it is not."""
    asked = set(params.changes(without=())) - {"description", "metadata"}
    if intent.status not in CONFIRMABLE and asked:
        raise unexpected(intent, f"{min(asked)} can't be changed any more")
    params = await with_customer(ctx, params)
    method = await intent_changes.method_sent(ctx, params)
    told = await changes.updated(ctx, intent, params, method)
    if method is not None:
        changes.check_method(ctx, replace(intent, **told), method)
    status = intent.status
    if status in CONFIRMABLE and (asked or status != "requires_action"):
        await abandon(ctx, intent)
        known = told.get("payment_method", intent.payment_method)
        status = "requires_confirmation" if known else "requires_payment_method"
        told["next_action"] = None
    return ctx.save(intent, status=status, **told)


@routes.post(PATH + "/{intent}/confirm", publishable=True)
async def confirm(
    ctx: Context, intent: SetupIntent, params: ConfirmSetupIntent
) -> SetupIntent | Failure:
    """Try to set the payment method up."""
    check_secret(ctx, intent, params.client_secret)
    options = params.payment_method_options
    check_client_confirms(ctx, params, options and options.card, "allowed_payment_method_types")
    check_free(ctx, intent)
    if intent.status not in CONFIRMABLE:
        raise unexpected(as_seen(ctx, intent), "can't be confirmed")
    params, used = await by_token(ctx, params)
    if used is not None:
        note_used(ctx, used, "setup_intent", intent.id)
    method = await intent_changes.method_sent(ctx, params)
    told = await changes.updated(ctx, intent, params, method)
    await abandon(ctx, intent)
    intent = ctx.save(intent, **told, status="requires_confirmation")
    if method is None and intent.payment_method is not None:
        method = await intent_changes.method_named(ctx, intent.payment_method)
    return for_caller(ctx, await _confirm(ctx, intent, method, params))


@routes.action
async def cancel(ctx: Context, intent: SetupIntent, params: CancelSetupIntent) -> SetupIntent:
    """End it; what was not set up stays so."""
    check_free(ctx, intent, to_cancel=True)
    if intent.status not in CONFIRMABLE:
        raise unexpected(intent, "can't be canceled")
    await abandon(ctx, intent)
    return ctx.save(
        intent,
        cancellation_reason=params.cancellation_reason,
        next_action=None,
        status="canceled",
        event="setup_intent.canceled",
    )


@routes.post(PATH + "/{intent}/verify_microdeposits", publishable=True)
async def verify_microdeposits(
    ctx: Context, intent: SetupIntent, params: VerifyMicrodeposits
) -> SetupIntent | Failure:
    """Say what stands on the bank account's statement, which proves that one can see it."""
    check_secret(ctx, intent, params.client_secret)
    action = (intent.next_action or {}).get("type")
    if action != "verify_with_microdeposits" or intent.payment_method is None:
        raise unexpected(as_seen(ctx, intent), "waits for no bank account to be verified")
    said = microdeposit.said_of(ctx, params.descriptor_code, params.amounts)
    method = await intent_changes.method_named(ctx, intent.payment_method)
    return for_caller(ctx, await setting_up_banks.verify(ctx, intent, method, said))


@routes.post("/v1/test_helpers/setup_intents/{intent}/authenticate", permits="setup_intent")
async def authenticate(
    ctx: Context, intent: SetupIntent, params: intent_changes.Authenticate
) -> SetupIntent | Failure:
    """Say for the cardholder, in test mode, whether they were who they should be."""
    if ctx.livemode:
        raise InvalidRequest("Cardholders authenticate themselves in live mode.")
    return await authenticated(ctx, intent, passed=params.outcome == "succeeded")


async def authenticated(
    ctx: Context, intent: SetupIntent, *, passed: bool
) -> SetupIntent | Failure:
    """Go on with an intent whose cardholder has been asked."""
    if not asks_cardholder(intent) or intent.payment_method is None:
        raise unexpected(intent, "waits for no authentication")
    method = await intent_changes.method_named(ctx, intent.payment_method)
    return await resume(ctx, intent, method, passed=passed)


async def _confirm(
    ctx: Context,
    intent: SetupIntent,
    method: PaymentMethod | None,
    params: CreateSetupIntent | ConfirmSetupIntent,
) -> SetupIntent | Failure:
    if method is None:
        raise changes.no_method()
    changes.check_method(ctx, intent, method)
    await check_entitled(ctx, method.type, "", intent.on_behalf_of)
    terms = changes.terms_of(ctx, intent, params)
    if method.type == "card":
        return await confirmed(ctx, intent, method, terms)
    return await setting_up_banks.confirm(ctx, intent, method, terms)
