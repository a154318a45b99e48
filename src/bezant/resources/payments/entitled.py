"""Entitled: what types of payment an account may take, as its capabilities say.

A platform's own account takes whatever its banks take. A connected account, and one that a payment
is made on behalf of, takes that for which it has asked and which is active.
"""

from collections.abc import Mapping, Sequence

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.owners import Owner
from bezant.resources.payments.confirming import merchant

_CAPABILITIES: Mapping[str, Sequence[str]] = {
    "card": ("card_payments", "legacy_payments"),
    "us_bank_account": ("us_bank_account_ach_payments",),
}
_OF_TRANSFERS: Mapping[str, str] = {
    "eur": "sepa_bank_transfer_payments",
    "gbp": "gb_bank_transfer_payments",
    "usd": "us_bank_transfer_payments",
}


def capabilities_for(kind: str, currency: str) -> Sequence[str]:
    """Return the capabilities of which one must be active; the first is the one to ask for."""
    if kind == "customer_balance":
        special = _OF_TRANSFERS.get(currency)
        return (*([special] if special else ()), "bank_transfer_payments")
    return _CAPABILITIES.get(kind, (f"{kind}_payments",))


def may_take(owner: Owner | None, kind: str, currency: str) -> bool:
    """Tell whether an account may take a type of payment; without one, it is the platform's."""
    if owner is None:
        return True
    wanted = capabilities_for(kind, currency)
    return any(owner.capabilities.get(name) == "active" for name in wanted)


async def receiver(ctx: Context, on_behalf_of: str | None) -> Owner | None:
    """Return the account whose capabilities count; None for the platform's own."""
    if on_behalf_of is None and not ctx.caller.connected:
        return None
    owner = await merchant(ctx, on_behalf_of)
    return None if owner.id == ctx.caller.platform else owner


async def check_entitled(ctx: Context, kind: str, currency: str, on_behalf_of: str | None) -> None:
    """Refuse a type of payment that the account has not asked for, or that is not active."""
    param = "payment_method" if on_behalf_of is None else "on_behalf_of"
    await check_all(ctx, [kind], currency, on_behalf_of, param)


async def check_all(
    ctx: Context, kinds: Sequence[str], currency: str, on_behalf_of: str | None, param: str
) -> None:
    """Refuse types of payment of which the account may not take one."""
    owner = await receiver(ctx, on_behalf_of)
    kind = next((each for each in kinds if not may_take(owner, each, currency)), None)
    if owner is None or kind is None:
        return
    name = capabilities_for(kind, currency)[0]
    status = owner.capabilities.get(name)
    path = f"/v1/accounts/{owner.id}/capabilities/{name}"
    advice = (
        f"request it with POST {path} and requested=true"
        if status is None
        else f"it is {status}, and GET {path} says what is still required"
    )
    raise InvalidRequest(
        f"The account {owner.id} can't take payments of the type {kind} without the {name} "
        f"capability: {advice}.",
        code="payment_method_unactivated",
        param=param,
    )


async def fitting(
    ctx: Context, kinds: Sequence[str], currency: str, on_behalf_of: str | None
) -> list[str]:
    """Return those of some types that an account may take; InvalidRequest if it may take none."""
    owner = await receiver(ctx, on_behalf_of)
    found = [kind for kind in kinds if may_take(owner, kind, currency)]
    if found or owner is None:
        return found
    names = sorted({capabilities_for(kind, currency)[0] for kind in kinds})
    asked = [
        f"{name} is {owner.capabilities[name]}" for name in names if name in owner.capabilities
    ]
    path = f"/v1/accounts/{owner.id}/capabilities"
    advice = (
        f"{', '.join(asked)}, and GET {path} says what is still required"
        if asked
        else f"request one of {', '.join(names)} at {path}"
    )
    raise InvalidRequest(
        f"The account {owner.id} can take no type of payment"
        f"{f' in {currency}' if currency else ''}: {advice}.",
        code="payment_method_unactivated",
        param=None if on_behalf_of is None else "on_behalf_of",
    )
