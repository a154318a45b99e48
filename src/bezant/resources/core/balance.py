"""The balance: what an account may spend, and what will become available, by currency."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.kernel.codec import encode_json
from bezant.kernel.money import Money
from bezant.ledger import balances
from bezant.ledger.chart import (
    available,
    connect_reserved,
    pending,
    prefunded,
    prefunding,
    reserved,
)
from bezant.resources.core.bank_accounts import all_in
from bezant.resources.core.instant_advances import ahead_of
from bezant.resources.core.instant_payouts import left_today, net_available
from bezant.resources.core.owners import Owner, acting_owner

_SHOWN = frozenset({"instant_available.net_available"})
"""What Stripe shows only to those who ask for it, and this balance shows to everybody."""
_PATHS = ("available", "pending", "connect_reserved", "reserved", "prefunded", "prefunding")
ACCOUNTS = (available, pending, connect_reserved, reserved, prefunded, prefunding)
"""The accounts of a book that its balance shows."""


class SourceTypes(Struct, frozen=True):
    """Where the money is from: everything counts as `card`."""

    card: int


class Sum(Struct, frozen=True):
    """An amount in one currency."""

    amount: int
    currency: str


class SourcedSum(Struct, frozen=True):
    """An amount in one currency, and where it is from."""

    amount: int
    currency: str
    source_types: SourceTypes


class NetAvailable(Struct, frozen=True):
    """What can arrive at a bank account at once, after what that costs."""

    amount: int
    destination: str
    source_types: SourceTypes


class InstantSum(Struct, frozen=True):
    """What can be paid out at once in one currency, and what of it can arrive where."""

    amount: int
    currency: str
    source_types: SourceTypes
    net_available: list[NetAvailable]


class Balance(Identified, tag="balance"):
    """Named for its permission only: the answer has no id and is built from the ledger."""


routes = Routes(Balance, "/v1/balance", listed=False, retrieved=False)


@routes.get("/v1/balance", returns=None, shown=_SHOWN)
async def retrieve(ctx: Context) -> str:
    """Retrieve the balance of the account that the request is for."""
    owner = await acting_owner(ctx)
    async with ctx.runtime.pool.connection() as conn:
        found = await balances.balances_in(conn, [ctx.book], *ACCOUNTS)
    body = shown(found, owner.default_currency, livemode=ctx.livemode)
    body["instant_available"] = [await _instant(ctx, owner, each) for each in body["available"]]
    return encode_json(body).decode()


def shown(
    found: Sequence[balances.Balance],
    default_currency: str,
    *,
    livemode: bool,
    matured: Mapping[str, int] = MappingProxyType({}),
    added: Mapping[str, int] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return a balance as events show it, of the accounts of a book.

    `matured` is what becomes available at this moment, in minor units by currency, and `added`
    what was never pending.
    """
    currencies = [default_currency, *(each.currency for each in found)]
    sums = {each: dict.fromkeys(currencies, 0) for each in _PATHS}
    for each in found:
        sums[each.path][each.currency] = each.available
    for currency, amount in matured.items():
        sums["available"][currency] += amount
        sums["pending"][currency] -= amount
    for currency, amount in added.items():
        sums["available"][currency] = sums["available"].get(currency, 0) + amount
    told = {
        path: [_sourced(amount, currency) for currency, amount in by_currency.items()]
        for path, by_currency in sums.items()
    }
    nothing = [_sourced(0, currency) for currency in dict.fromkeys(currencies)]
    return {
        "object": "balance",
        "available": told["available"],
        "connect_reserved": [Sum(each.amount, each.currency) for each in told["connect_reserved"]],
        "issuing": {"available": nothing},
        "livemode": livemode,
        "pending": told["pending"],
        "refund_and_dispute_prefunding": {
            "available": told["prefunded"],
            "pending": told["prefunding"],
        },
        "risk_reserved": {"available": told["reserved"], "pending": nothing},
    }


async def _instant(ctx: Context, owner: Owner, spendable: SourcedSum) -> InstantSum:
    """Return what could be at bank accounts at once, before and after what that costs.

    Card payments that are pending count, but not for an account that owes something.
    """
    currency = spendable.currency
    nothing = InstantSum(0, currency, SourceTypes(0), [])
    destinations = await all_in(ctx, currency)
    if spendable.amount < 0 or not destinations:
        return nothing
    ahead = await ahead_of(ctx, currency)
    gross = Money(spendable.amount + ahead.amount, currency)
    left = await left_today(ctx, currency)
    nets = [
        NetAvailable(net.amount, each.id, SourceTypes(net.amount))
        for each in destinations
        if (net := net_available(ctx, owner, gross, each, left)) is not None
    ]
    return InstantSum(gross.amount, currency, SourceTypes(gross.amount), nets) if nets else nothing


def _sourced(amount: int, currency: str) -> SourcedSum:
    return SourcedSum(amount, currency, SourceTypes(amount))
