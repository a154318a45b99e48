"""Bank mandates: the agreement under which a bank account is debited, as the rail is told it.

One that was given before is used again. Whoever confirms without saying how the payer agreed says
that they did, now and not on a page. Banks are told of mandates of Bacs before they are used.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bezant.api.context import Context
from bezant.api.refusals import missing
from bezant.kernel.codec import unix_seconds
from bezant.kernel.money import Money
from bezant.movement.order import Order
from bezant.rail import Mandate as Authority
from bezant.resources.core import lodging
from bezant.resources.core.mandate import MANDATES, Mandate, MandateStatus
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments.bank_methods import BANK_METHODS, mandate_reference, party_of
from bezant.resources.payments.confirming import Attempt
from bezant.resources.payments.mandating import mandate_of
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.setting_up import once_of
from bezant.resources.payments.setup_intent import SetupIntent


async def authority(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, attempt: Attempt, *, once: bool
) -> tuple[Mandate, Authority]:
    """Return the mandate under which a payment is collected; for one payment alone if `once`."""
    mandate = await _given(ctx, method, attempt)
    if mandate is None:
        agreed = attempt.acceptance or offline(ctx)
        mandate = made(
            ctx,
            method,
            agreed,
            intent,
            once=intent.money if once else None,
            on_behalf_of=intent.on_behalf_of,
            status="inactive" if once else "active",
        )
    elif method.type == lodging.TYPE and lodging.LODGED not in ctx.hidden(mandate):
        mandate = _lodged(ctx, mandate, method)  # Given before mandates were lodged.
    return mandate, _entitling(mandate, method)


async def agreed(
    ctx: Context, method: PaymentMethod, acceptance: dict[str, Any], intent: SetupIntent
) -> Mandate:
    """Return the mandate that somebody gives by setting an account up; for one payment if so."""
    once = once_of(ctx, intent)
    standing = None if once is not None else await standing_of(ctx, method)
    lasts = standing is not None and standing.type == "multi_use"
    if standing is not None and lasts and method.type == lodging.TYPE:
        return standing
    return made(ctx, method, acceptance, intent, once=once, on_behalf_of=intent.on_behalf_of)


def made(
    ctx: Context,
    method: PaymentMethod,
    acceptance: dict[str, Any],
    intent: PaymentIntent | SetupIntent,
    *,
    once: Money | None,
    on_behalf_of: str | None,
    status: MandateStatus = "active",
) -> Mandate:
    """Make a mandate, and lodge it where its bank is to know of it first."""
    mandate = mandate_of(
        ctx,
        method,
        acceptance,
        once=once,
        on_behalf_of=on_behalf_of,
        status=status,
        details=details_for(ctx, intent, method),
    )
    return _lodged(ctx, mandate, method) if method.type == lodging.TYPE else mandate


def _lodged(ctx: Context, mandate: Mandate, method: PaymentMethod) -> Mandate:
    order = Order(to=party_of(ctx, method), mandate=_entitling(mandate, method))
    return lodging.lodge(ctx, mandate, order, BANK_METHODS[method.type].rail)


def _entitling(mandate: Mandate, method: PaymentMethod) -> Authority:
    agreed_at = mandate.customer_acceptance.accepted_at or method.created
    return Authority(
        reference=mandate_reference(method),
        signed_on=datetime.fromtimestamp(agreed_at, UTC).date(),
        sequence="one_off" if mandate.type == "single_use" else "recurring",
    )


async def check_terms(
    ctx: Context, intent: PaymentIntent, method: PaymentMethod, attempt: Attempt
) -> None:
    """Refuse what no mandate can be made of, if one is to be made."""
    if await _given(ctx, method, attempt) is None:
        details_for(ctx, intent, method)


def offline(ctx: Context) -> dict[str, Any]:
    """Return that somebody has agreed, now and not on a page."""
    return {"accepted_at": unix_seconds(ctx.now()), "offline": {}, "type": "offline"}


async def _given(ctx: Context, method: PaymentMethod, attempt: Attempt) -> Mandate | None:
    """Return the mandate that was named, or the last one that still holds."""
    if attempt.mandate is not None:
        return await ctx.load(Mandate, attempt.mandate, param="mandate")
    if attempt.acceptance is not None and method.type != lodging.TYPE:
        return None
    return await standing_of(ctx, method)


async def standing_of(ctx: Context, method: PaymentMethod) -> Mandate | None:
    """Return the last mandate that was given for an account, if more may be collected under it."""
    names: list[str] = ctx.hidden(method).get(MANDATES, [])
    if not names:
        return None
    found = ctx.made(Mandate, names[-1]) or await ctx.find(Mandate, names[-1])
    if found is None or (found.status == "pending" and found.type == "single_use"):
        return None
    return None if found.status == "inactive" else found


def details_for(
    ctx: Context, intent: PaymentIntent | SetupIntent, method: PaymentMethod
) -> dict[str, Any]:
    """Return what a mandate shows of its type; its page is known by the intent's secret.

    Raises InvalidRequest for a mandate in Canada that does not say what it is for.
    """
    page = f"{ctx.runtime.config.public_url}/pay/{ctx.account}/{intent.client_secret}"
    told: dict[str, Any] = {"reference": mandate_reference(method), "url": page}
    match method.type:
        case "acss_debit":
            options: dict[str, Any] = (intent.payment_method_options or {}).get(method.type, {})
            return agreement_of(options.get("mandate_options", {}))
        case "bacs_debit":
            lodged = {"display_name": None, "network_status": "pending",
                      "revocation_reason": None, "service_user_number": None}  # fmt: skip
            return told | lodged
        case "sepa_debit":
            return told
        case _:
            return {}


def agreement_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a mandate in Canada shows of its options; InvalidRequest if they say too little.

    How often it debits, and whom, has to be said, and when, unless that is open.
    """
    needed = ["payment_schedule", "transaction_type"]
    if said.get("payment_schedule") in ("combined", "interval"):
        needed.append("interval_description")
    for name in needed:
        if said.get(name) is None:
            raise missing(f"payment_method_options[acss_debit][mandate_options][{name}]")
    shown = {name: each for name, each in said.items() if name != "custom_mandate_url"}
    return {"interval_description": None, **shown}
