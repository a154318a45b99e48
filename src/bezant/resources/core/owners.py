"""Owners: what of an account decides whether its money may move.

The documents of connected accounts are in the book of their platform; a platform's own is in the
operator's.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.kernel.errors import InvalidRequest
from bezant.ledger.book import Book
from bezant.rail import Address

DEFAULT_CURRENCY = "usd"
STANDARD_DELAY_DAYS = 2


class Place(Struct, frozen=True):
    """A postal address, as the API writes it."""

    city: str | None = None
    country: str | None = None
    line1: str | None = None
    postal_code: str | None = None
    state: str | None = None


class Located(Struct, frozen=True):
    """A company or a person, as far as where they are is concerned."""

    address: Place | UnsetType | None = UNSET


class Owner(Identified, tag="account"):
    """An account, as far as money is concerned."""

    business_profile: dict[str, Any] = field(default_factory=dict[str, Any])
    capabilities: dict[str, str] = field(default_factory=dict[str, str])
    controller: dict[str, Any] = field(default_factory=dict[str, Any])
    country: str = "US"
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    default_currency: str = DEFAULT_CURRENCY
    payouts_enabled: bool = True

    @property
    def shown_name(self) -> str:
        """What payers know the account by; nothing if it has no name."""
        dashboard: dict[str, Any] = self.settings.get("dashboard") or {}
        return self.business_profile.get("name") or dashboard.get("display_name") or ""

    @property
    def platform_pays_fees(self) -> bool:
        """Whether the platform is charged what the account's own payments cost."""
        return self.controller.get("fees", {}).get("payer") == "application"

    @property
    def platform_pays_instant(self) -> bool:
        """Whether the platform is charged what the account's instant payouts cost.

        Stripe, "Fee behavior on connected accounts": all but those that pay their fees themselves.
        """
        return self.controller.get("fees", {}).get("payer", "account") != "account"

    @property
    def delay_days(self) -> int:
        """After how many days the money of card payments is available."""
        schedule = self.settings.get("payouts", {}).get("schedule", {})
        return schedule.get("delay_days") or STANDARD_DELAY_DAYS


class Payee(Owner, tag="account"):
    """An account, as far as banks are told about it when it is paid out."""

    company: Located = Located()
    individual: Located = Located()

    @property
    def address(self) -> Address | None:
        """Where its company or its person is; None unless town and country are known."""
        for each in (self.company.address, self.individual.address):
            country = (each.country or self.country) if isinstance(each, Place) else None
            if isinstance(each, Place) and country and each.city:
                return Address(
                    country=country,
                    town=each.city,
                    postal_code=each.postal_code or "",
                    street=each.line1 or "",
                    state=each.state or "",
                )
        return None


def shelf(ctx: Context, account: str) -> Book:
    """Return the book in which an account's own document is."""
    return ctx.house if account == ctx.caller.platform else ctx.platform_book


async def acting_owner(ctx: Context) -> Owner:
    """Return the account that the operation acts for; a platform need not have a document."""
    found = await ctx.find(Owner, ctx.account, book=shelf(ctx, ctx.account))
    return found or Owner(id=ctx.account)


async def represented(ctx: Context, account: str, param: str = "on_behalf_of") -> Owner:
    """Return the account on whose behalf something is done: one of the acting platform's."""
    if ctx.caller.connected and account != ctx.account:
        raise InvalidRequest(
            "Only a platform can act on behalf of its accounts: leave `on_behalf_of` out, or the "
            "Stripe-Account header.",
            param=param,
        )
    return await ctx.load(Owner, account, param=param, book=ctx.platform_book)


async def is_gone(ctx: Context, account: str) -> bool:
    """Tell whether a connected account has been deleted, and nobody can act for it any more."""
    if account == ctx.caller.platform:
        return False
    return await ctx.find(Owner, account, book=ctx.platform_book) is None


async def payee(ctx: Context) -> Payee:
    """Return the account that is to be paid out; refused if that is disabled.

    A platform's own account may always be.
    """
    found = await ctx.find(Payee, ctx.account, book=shelf(ctx, ctx.account))
    owner = found or Payee(id=ctx.account)
    if ctx.caller.connected and not owner.payouts_enabled:
        raise InvalidRequest(
            "Payouts are disabled for this account. Its `requirements` say what is missing.",
            code="payouts_not_allowed",
        )
    return owner
