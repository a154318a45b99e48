"""The subscription item: so many of a recurring price, and the period that is running."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from msgspec import Struct, field

from bezant.api.resource import Expands, Identified
from bezant.resources.billing.cycle import Every, Span
from bezant.resources.catalogue.price import Interval, Price


class Plan(Struct, frozen=True, kw_only=True):
    """A recurring price as it was called before there were prices."""

    active: bool
    amount: int | None
    amount_decimal: str
    billing_scheme: Literal["per_unit"] = "per_unit"
    created: int
    currency: str
    id: str
    interval: Interval
    interval_count: int
    livemode: bool
    metadata: dict[str, str]
    meter: None = None
    nickname: str | None
    object: Literal["plan"] = "plan"
    product: str
    tiers_mode: None = None
    transform_usage: None = None
    trial_period_days: int | None
    usage_type: Literal["licensed"] = "licensed"


class SubscriptionItem(Identified, tag="subscription_item"):
    """One thing that is subscribed to; times are in Unix seconds."""

    expands: ClassVar[Expands] = {
        "discounts": ("discount",),
        "plan.product": ("product",),
        "price.product": ("product",),
    }
    filters: ClassVar[Mapping[str, str]] = {"subscription": "parent"}

    billing_thresholds: None = None
    created: int
    current_period_end: int
    current_period_start: int
    current_trial: None = None
    discounts: tuple[str, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    plan: Plan
    price: Price
    quantity: int
    subscription: str
    tax_rates: tuple[()] = ()

    @property
    def amount(self) -> int:
        """What a whole period of it costs, in minor units, before discounts."""
        return self.price.of(self.quantity)

    @property
    def every(self) -> Every:
        """How long its periods are."""
        return every_of(self.price)

    @property
    def period(self) -> Span:
        """The period that is running."""
        return Span(self.current_period_start, self.current_period_end)


def every_of(price: Price) -> Every:
    """Return how long a period of a recurring price is."""
    assert price.recurring is not None, "only recurring prices are subscribed to"
    return Every(price.recurring.interval, price.recurring.interval_count)


def plan_of(price: Price) -> Plan:
    """Return a recurring price as a plan."""
    recurring = price.recurring
    assert recurring is not None, "only recurring prices are plans"
    return Plan(
        active=price.active,
        amount=price.unit_amount,
        amount_decimal=price.unit_amount_decimal,
        created=price.created,
        currency=price.currency,
        id=price.id,
        interval=recurring.interval,
        interval_count=recurring.interval_count,
        livemode=price.livemode,
        metadata=price.metadata,
        nickname=price.nickname,
        product=price.product,
        trial_period_days=recurring.trial_period_days,
    )
