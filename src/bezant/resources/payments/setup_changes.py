"""What parameters make of a setup intent, and what they must not."""

from typing import Any

from bezant.api.context import Context, created_of
from bezant.api.params import merged
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.account_customer import account_of_customer
from bezant.resources.core.application import acting_application
from bezant.resources.core.owners import represented
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments.bank_methods import BANK_METHODS
from bezant.resources.payments.entitled import fitting
from bezant.resources.payments.intent_changes import belongs
from bezant.resources.payments.intent_types import automatic_of, check_either
from bezant.resources.payments.mandating import acceptance_of
from bezant.resources.payments.method_options import agreement
from bezant.resources.payments.microdeposit import KINDS
from bezant.resources.payments.payment_intent import AutomaticPaymentMethods
from bezant.resources.payments.payment_method_details import preferred_of
from bezant.resources.payments.setting_up import ONCE, Terms
from bezant.resources.payments.setup_intent import SetupIntent
from bezant.resources.payments.setup_intent_params import (
    ConfirmSetupIntent,
    CreateSetupIntent,
    SetupAcssDebit,
    SetupMethodOptions,
    SetupUsBankAccount,
    UpdateSetupIntent,
)

TAKEN = ("card", *BANK_METHODS)
"""The types of payment method that can be set up."""


async def intent_of(
    ctx: Context, params: CreateSetupIntent, method: PaymentMethod | None
) -> SetupIntent:
    """Store a new intent as it is asked for."""
    account = await _check_parties(ctx, params)
    if params.on_behalf_of is not None:
        await represented(ctx, params.on_behalf_of)
    name = ctx.new_id("seti")
    secret = ctx.new_id("secret").rpartition("_")[2]
    named = params.allowed_payment_method_types or params.payment_method_types
    automatic = automatic_of(params.automatic_payment_methods, named)
    if not named and automatic:
        named = await _all(ctx, automatic, params.on_behalf_of)
    check_either(params.automatic_payment_methods, params.payment_method_types)
    types = types_of(named, params.excluded_payment_method_types)
    hidden: dict[str, Any] = {"base": _base(ctx)}
    if params.single_use is not None:
        hidden[ONCE] = [params.single_use.amount, params.single_use.currency]
    return ctx.create(
        SetupIntent(
            id=name,
            allowed_payment_method_types=params.allowed_payment_method_types,
            application=acting_application(ctx),
            automatic_payment_methods=automatic,
            client_secret=f"{name}_secret_{secret}",
            created=created_of(name),
            customer=params.customer,
            customer_account=account,
            description=params.description,
            excluded_payment_method_types=params.excluded_payment_method_types or None,
            livemode=ctx.livemode,
            metadata=merged({}, params.metadata),
            on_behalf_of=params.on_behalf_of,
            payment_method=None if method is None else method.id,
            payment_method_options=_options({}, params.payment_method_options, types),
            payment_method_types=types,
            status="requires_payment_method" if method is None else "requires_confirmation",
            usage=params.usage,
        ),
        event="setup_intent.created",
        hidden=hidden,
    )


async def updated(
    ctx: Context,
    intent: SetupIntent,
    params: UpdateSetupIntent | ConfirmSetupIntent,
    method: PaymentMethod | None,
) -> dict[str, Any]:
    """Return what parameters change of an intent."""
    changes: dict[str, Any] = {}
    types, excluded = params.allowed_payment_method_types, None
    if isinstance(params, UpdateSetupIntent):
        account = await _check_parties(ctx, params)
        kept = ("customer", "description", "excluded_payment_method_types")
        every = params.changes(without=())
        changes = {name: every[name] for name in kept if name in every}
        if params.customer is not None:
            changes["customer_account"] = account
        changes["metadata"] = merged(intent.metadata, params.metadata)
        excluded = params.excluded_payment_method_types
        types = types if types is not None else params.payment_method_types
    if types is not None:
        changes["allowed_payment_method_types"] = types or None
    if types is not None or excluded is not None:
        out = intent.excluded_payment_method_types if excluded is None else excluded
        named = intent.allowed_payment_method_types if types is None else types
        if not named and intent.automatic_payment_methods:
            named = await _all(ctx, intent.automatic_payment_methods, intent.on_behalf_of)
        changes["payment_method_types"] = types_of(named, out)
    if method is not None:
        changes["payment_method"] = method.id
    if params.payment_method_options is not None:
        changes["payment_method_options"] = _options(
            intent.payment_method_options or {},
            params.payment_method_options,
            changes.get("payment_method_types", intent.payment_method_types),
        )
    return changes


async def _all(
    ctx: Context, automatic: AutomaticPaymentMethods, on_behalf_of: str | None
) -> list[str]:
    """Return all types that may be set up, or cards alone if somebody does not want all."""
    if not automatic.enabled:
        return ["card"]
    return await fitting(ctx, TAKEN, "", on_behalf_of)


def types_of(named: list[str] | str | None, excluded: list[str] | str | None) -> list[str]:
    """Return the types that may be set up: those that are named, or cards.

    Raises InvalidRequest for a type that can't be set up, and if all are excluded.
    """
    unknown = [each for each in named or () if each not in TAKEN]
    if unknown:
        raise InvalidRequest(
            f"Payment methods of the type {unknown[0]} can't be set up: {', '.join(TAKEN)} can.",
            code="payment_method_unsupported_type",
            param="allowed_payment_method_types",
        )
    left = [each for each in dict.fromkeys(named or TAKEN[:1]) if each not in (excluded or ())]
    if not left:
        raise InvalidRequest(
            "All types of payment method that could be set up are excluded.",
            code="payment_method_unsupported_type",
            param="excluded_payment_method_types",
        )
    return left


def check_method(ctx: Context, intent: SetupIntent, method: PaymentMethod) -> None:
    """Refuse a method of another type, of another customer, or one that was let go."""
    if method.type not in intent.payment_method_types:
        raise InvalidRequest(
            f"The PaymentMethod provided ({method.type}) is not allowed for this SetupIntent: it "
            f"takes {', '.join(intent.payment_method_types)}.",
            code="setup_intent_invalid_parameter",
            param="payment_method",
        )
    belongs(ctx, method, intent.customer, "SetupIntent")
    network = _card(intent).get("network")
    if network is not None and isinstance(method.card, dict):
        preferred_of(method.card["brand"], network, "payment_method_options[card][network]")


def terms_of(
    ctx: Context, intent: SetupIntent, params: CreateSetupIntent | ConfirmSetupIntent
) -> Terms:
    """Return how a method is to be set up."""
    options = _card(intent)
    acceptance = acceptance_of(ctx, params.mandate_data)
    if acceptance is None and ONCE in ctx.hidden(intent):
        raise InvalidRequest(
            "A mandate for a single payment says how the customer has agreed to it: send "
            "`mandate_data`.",
            code="parameter_missing",
            param="mandate_data",
        )
    return Terms(
        platform=ctx.caller.platform,
        moto=moto_of(params),
        return_url=params.return_url,
        use_stripe_sdk=bool(params.use_stripe_sdk),
        three_d_secure=options.get("request_three_d_secure") or "automatic",
        credential_usage=options.get("setup_credential_usage"),
        acceptance=acceptance,
    )


def moto_of(params: CreateSetupIntent | ConfirmSetupIntent) -> bool:
    """Return whether the card was told by mail or telephone."""
    options = params.payment_method_options
    return bool(options and options.card and options.card.moto)


def check_unconfirmed(params: CreateSetupIntent) -> None:
    """Refuse what only makes sense when a method is set up at once."""
    if moto_of(params):
        raise InvalidRequest(
            "You can only send moto with confirm=true.", param="payment_method_options[card][moto]"
        )
    for name in ("confirmation_token", "mandate_data", "return_url"):
        if getattr(params, name) is not None:
            raise InvalidRequest(f"You can only send {name} with confirm=true.", param=name)


def no_method() -> InvalidRequest:
    """Return the error of an intent of which nobody has said what is to be set up."""
    return InvalidRequest(
        "You cannot confirm this SetupIntent because it's missing a payment method. Update the "
        "SetupIntent with a payment method, or confirm it with one.",
        code="setup_intent_unexpected_state",
    )


def unexpected(intent: SetupIntent, why: str) -> InvalidRequest:
    """Return the error of an intent that is in another state than it should be."""
    return InvalidRequest(
        f"This SetupIntent {why}: its status is {intent.status}.",
        code="setup_intent_unexpected_state",
        extra={"setup_intent": intent},
    )


async def _check_parties(ctx: Context, params: CreateSetupIntent | UpdateSetupIntent) -> str | None:
    """Refuse who is not there; returns the account that the customer is, if it is one."""
    if params.flow_directions:
        raise InvalidRequest(
            "Flow directions are of accounts' own payment methods, which are not offered.",
            param="flow_directions",
        )
    return await account_of_customer(ctx, params.customer)


def _base(ctx: Context) -> str:
    """Return what the ids of requests to the acquirer begin with, the same in every run."""
    call = ctx.caller.idempotency_key or ctx.caller.request
    return f"{ctx.account}/{call}/{ctx.now().date()}/setup"


def _card(intent: SetupIntent) -> dict[str, Any]:
    return (intent.payment_method_options or {}).get("card", {})


def _options(
    before: dict[str, Any], sent: SetupMethodOptions | None, types: list[str]
) -> dict[str, Any]:
    """Return the options by type, as they are shown."""
    shown = dict(before)
    if "card" in types:
        blank = {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
        told = {} if sent is None or sent.card is None else sent.card.changes(without=("moto",))
        shown["card"] = {**blank, **shown.get("card", {}), **told}
    for kind in KINDS:
        if kind in types:
            bank: SetupAcssDebit | SetupUsBankAccount | None = sent and getattr(sent, kind)
            blank = {"currency": None} if kind == "acss_debit" else {}
            shown[kind] = _of_bank(blank | shown.get(kind, {}), bank)
    return shown


def _of_bank(
    before: dict[str, Any], sent: SetupAcssDebit | SetupUsBankAccount | None
) -> dict[str, Any]:
    """Return the options of bank accounts that are verified before they are debited."""
    shown = {"verification_method": "automatic", **before}
    if sent is not None and sent.verification_method is not None:
        shown["verification_method"] = sent.verification_method
    if isinstance(sent, SetupAcssDebit):
        shown["currency"] = sent.currency or before["currency"]
        if sent.mandate_options is not None:
            shown["mandate_options"] = agreement(before, sent.mandate_options)
    return shown
