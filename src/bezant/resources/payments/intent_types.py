"""Intent types: by which types of payment an intent may be paid.

Whoever names none gets all that the account may take, and that can do what the intent asks for.
"""

from typing import Any

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.resources.payments import method_types
from bezant.resources.payments.entitled import fitting
from bezant.resources.payments.payment_intent import AutomaticPaymentMethods, PaymentIntent
from bezant.resources.payments.payment_intent_params import (
    AutomaticMethods,
    ConfirmPaymentIntent,
    CreatePaymentIntent,
    UpdatePaymentIntent,
)

_DECIDES = frozenset(
    {"capture_method", "currency", "excluded_payment_method_types", "setup_future_usage"}
)
"""Of what it depends which types an intent takes that names none."""


def automatic_of(
    sent: AutomaticMethods | None, named: list[str] | str | None
) -> AutomaticPaymentMethods | None:
    """Return whether all types may be used: as was sent, and if nothing was sent at all."""
    if sent is not None:
        return AutomaticPaymentMethods(sent.enabled, sent.allow_redirects)
    return None if named else AutomaticPaymentMethods(enabled=True)


def check_either(sent: AutomaticMethods | None, types: list[str] | str | None) -> None:
    """Refuse to be told that all types may be used, and which of them."""
    if sent is not None and sent.enabled and types:
        raise InvalidRequest(
            "You may only specify one of these parameters: automatic_payment_methods, "
            "payment_method_types.",
            param="payment_method_types",
        )


async def types_of_new(
    ctx: Context,
    params: CreatePaymentIntent,
    capture_method: str,
    automatic: AutomaticPaymentMethods | None,
) -> list[str]:
    """Return the types that are named, or all, or cards alone if somebody wants neither.

    Raises InvalidRequest for types that are not offered, or do not pay in the currency.
    """
    all_taken = automatic is not None and automatic.enabled
    check_either(params.automatic_payment_methods, params.payment_method_types)
    named = _named(params, params.currency)
    if named or not all_taken:
        return named or ["card"]
    asked = {
        "capture_method": capture_method,
        "currency": params.currency,
        "excluded_payment_method_types": params.excluded_payment_method_types,
        "setup_future_usage": params.setup_future_usage,
    }
    return await _all(ctx, asked, params.on_behalf_of)


async def types_of_changed(
    ctx: Context,
    intent: PaymentIntent,
    params: UpdatePaymentIntent | ConfirmPaymentIntent,
    changes: dict[str, Any],
) -> list[str] | None:
    """Return the types that an intent takes from now on, None if they stay as they are.

    Those that were named have to pay in another currency, too.
    """
    currency = changes.get("currency", intent.currency)
    if named := _named(params, currency):
        return named
    automatic = intent.automatic_payment_methods
    if automatic is None or not automatic.enabled or intent.allowed_payment_method_types:
        if currency == intent.currency:
            return None
        return method_types.checked(intent.payment_method_types, currency, "currency")
    if not _DECIDES & changes.keys():
        return None
    asked = {name: changes.get(name, getattr(intent, name)) for name in _DECIDES}
    return await _all(ctx, asked, intent.on_behalf_of)


def _named(
    params: CreatePaymentIntent | UpdatePaymentIntent | ConfirmPaymentIntent, currency: str
) -> list[str]:
    for name in ("allowed_payment_method_types", "payment_method_types"):
        types: list[str] | None = getattr(params, name)
        if types:
            return method_types.checked(types, currency, name)
    return []


async def _all(ctx: Context, asked: dict[str, Any], on_behalf_of: str | None) -> list[str]:
    currency = asked["currency"]
    kinds = method_types.automatic(
        currency,
        waits=asked["capture_method"] == "manual",
        used_again=bool(asked["setup_future_usage"]),
    )
    excluded = asked["excluded_payment_method_types"] or ()
    left = [each for each in kinds if each not in excluded]
    return await fitting(ctx, left, currency, on_behalf_of)
