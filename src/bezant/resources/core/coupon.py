"""The coupon object: what is taken off what somebody buys, and how often that is done."""

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType

from bezant.api.resource import Resource

CLOSE_JOB = "coupons.close"
"""Lets the promotion codes of a coupon be inactive that nobody can redeem any more."""

Duration = Literal["forever", "once", "repeating"]


class AppliesTo(Struct, frozen=True):
    """The only products that it makes cheaper."""

    products: tuple[str, ...]


class CurrencyOption(Struct, frozen=True):
    """What it takes off in one more currency, in minor units."""

    amount_off: int


class Coupon(Resource, tag="coupon"):
    """A percentage or an amount off; whoever redeems it has a discount."""

    anyway: ClassVar[frozenset[str]] = frozenset({"applies_to", "currency_options"})
    named_by: ClassVar[str] = "coupon"

    amount_off: int | None = None
    applies_to: AppliesTo | UnsetType = UNSET
    currency: str | None = None
    currency_options: Mapping[str, CurrencyOption] | UnsetType = UNSET
    duration: Duration
    duration_in_months: int | None = None
    max_redemptions: int | None = None
    metadata: dict[str, str]
    name: str | None = None
    percent_off: Decimal | None = None
    redeem_by: int | None = None
    times_redeemed: int = 0
    valid: bool = True

    def amount_in(self, currency: str) -> int | None:
        """Return what it takes off in a currency, in minor units; None if it says nothing there."""
        if currency == self.currency:
            return self.amount_off
        options = self.currency_options or {}
        return options[currency].amount_off if currency in options else None

    def takes_off(self, currency: str) -> bool:
        """Tell whether it makes anything cheaper in a currency."""
        return self.percent_off is not None or self.amount_in(currency) is not None

    def covers(self, product: str | None) -> bool:
        """Tell whether it makes a product cheaper; None is what is no product."""
        return not self.applies_to or product in self.applies_to.products

    def redeemable(self, at: int) -> bool:
        """Tell whether it can be redeemed at a moment (Unix seconds)."""
        in_time = self.redeem_by is None or at <= self.redeem_by
        return in_time and not self.used_up

    @property
    def used_up(self) -> bool:
        """Whether it has been redeemed as often as it may be."""
        return self.max_redemptions is not None and self.times_redeemed >= self.max_redemptions
