"""Owners: what of an account decides whether its money may move.

The documents of connected accounts are in the book of their platform; a platform's own is in the
operator's.
"""

from msgspec import field

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.kernel.errors import InvalidRequest
from bezant.ledger.book import Book

DEFAULT_CURRENCY = "usd"


class Owner(Identified, tag="account"):
    """An account, as far as money is concerned."""

    capabilities: dict[str, str] = field(default_factory=dict[str, str])
    default_currency: str = DEFAULT_CURRENCY
    payouts_enabled: bool = True


def shelf(ctx: Context, account: str) -> Book:
    """Return the book in which an account's own document is."""
    return ctx.house if account == ctx.caller.platform else ctx.platform_book


async def acting_owner(ctx: Context) -> Owner:
    """Return the account that the operation acts for; a platform need not have a document."""
    found = await ctx.find(Owner, ctx.account, book=shelf(ctx, ctx.account))
    return found or Owner(id=ctx.account)


async def check_payouts(ctx: Context) -> None:
    """Refuse payouts of a connected account for which they are disabled."""
    if not ctx.caller.connected:
        return
    owner = await acting_owner(ctx)
    if not owner.payouts_enabled:
        raise InvalidRequest(
            "Payouts are disabled for this account. Its `requirements` say what is missing.",
            code="payouts_not_allowed",
        )
