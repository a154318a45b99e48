"""The promotion code object: what a customer types in to redeem a coupon, and who may."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType

from bezant.api.context import Context
from bezant.api.resource import Expands, Identified, Resource
from bezant.kernel.codec import unix_seconds

EXPIRE_JOB = "promotion_codes.expire"
"""Lets a promotion code be inactive when its time is over."""


class Promotion(Struct, frozen=True):
    """What it promises."""

    coupon: str
    type: Literal["coupon"] = "coupon"


class MinimumOption(Struct, frozen=True):
    """How much a purchase has to be in one more currency, in minor units."""

    minimum_amount: int


class Restrictions(Struct, frozen=True):
    """For which purchases it is."""

    currency_options: Mapping[str, MinimumOption] | UnsetType = UNSET
    first_time_transaction: bool = False
    minimum_amount: int | None = None
    minimum_amount_currency: str | None = None

    def least(self, currency: str) -> int | None:
        """Return how much a purchase in a currency has to be; None if it says nothing there."""
        if currency == self.minimum_amount_currency:
            return self.minimum_amount
        options = self.currency_options or {}
        return options[currency].minimum_amount if currency in options else None


class PromotionCode(Resource, tag="promotion_code"):
    """A text that redeems a coupon; the case of its letters does not matter."""

    anyway: ClassVar[frozenset[str]] = frozenset({"restrictions.currency_options"})
    expands: ClassVar[Expands] = {"customer": ("customer",), "promotion.coupon": ("coupon",)}
    filters: ClassVar[Mapping[str, str]] = {
        "active": "status",
        "code": "reference",
        "coupon": "source",
        "customer": "parent",
    }

    active: bool = True
    code: str
    customer: str | None = None
    customer_account: str | None = None
    expires_at: int | None = None
    max_redemptions: int | None = None
    metadata: dict[str, str]
    promotion: Promotion
    restrictions: Restrictions = Restrictions()
    times_redeemed: int = 0

    @classmethod
    def title(cls) -> str:
        """Return what messages call it."""
        return "promotion code"

    @property
    def coupon(self) -> str:
        """The coupon that it redeems."""
        return self.promotion.coupon

    def columns(self) -> dict[str, str | None]:
        """Return the values of the columns that lists filter on."""
        return super().columns() | {"reference": self.code.lower()}

    def redeemable(self, at: int) -> bool:
        """Tell whether it can be redeemed at a moment (Unix seconds), if its coupon can."""
        in_time = self.expires_at is None or at < self.expires_at
        return self.active and in_time and not self.used_up

    @property
    def used_up(self) -> bool:
        """Whether it has been redeemed as often as it may be."""
        return self.max_redemptions is not None and self.times_redeemed >= self.max_redemptions


class CodeHolder(Identified, tag="promotion_code_text"):
    """Which promotion code a text redeems, so that no two active ones have it."""

    promotion_code: str


def holder_of(code: str, customer: str | None) -> str:
    """Return the id of what says which promotion code a text is, for everybody or a customer."""
    told = f"{code.lower()}\n{customer or ''}".encode()
    return f"promotext_{blake2b(told, digest_size=16).hexdigest()}"


async def code_typed(ctx: Context, text: str, customer: str | None) -> PromotionCode | None:
    """Return the promotion code that somebody has typed in, if it can be redeemed."""
    names = [holder_of(text, each) for each in dict.fromkeys((customer, None))]
    holders = await ctx.load_many(CodeHolder, names)
    now = unix_seconds(ctx.now())
    for name in names:
        holder = holders.get(name)
        if holder is None:
            continue
        code = await ctx.load(PromotionCode, holder.promotion_code)
        if code.redeemable(now):
            return code
    return None
