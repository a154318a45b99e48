"""The price object: what one of a product costs, in one currency."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from bezant.api.context import Context, created_of
from bezant.api.params import Check, Currency, Params, merged
from bezant.api.refusals import invalid, missing
from bezant.api.resource import Expands, Resource
from bezant.kernel.errors import InvalidRequest
from bezant.resources.catalogue.product import Product
from bezant.resources.core.customer import MOST_BALANCE
from bezant.resources.core.refused import refused

_NO_METERS = refused("Usage is not metered here.")
_MOST = 999_999_999_999
_DIGITS, _PLACES = 15, 12

Interval = Literal["day", "month", "week", "year"]
TaxBehavior = Literal["exclusive", "inclusive", "unspecified"]


def _decimal(text: str, param: str) -> str:
    whole, _, places = text.partition(".")
    digits = f"{whole}{places}"
    plain = digits.isascii() and digits.isdigit() and whole
    if plain and len(whole) <= _DIGITS and len(places) <= _PLACES and not text.endswith("."):
        return text
    raise invalid(
        f"Invalid decimal: {text[:40]}. Send minor units with at most {_PLACES} places.", param
    )


class Recurring(Struct, frozen=True):
    """How often it is charged."""

    interval: Interval
    interval_count: int = 1
    meter: None = None
    trial_period_days: int | None = None
    usage_type: Literal["licensed"] = "licensed"


class Price(Resource, tag="price"):
    """What one costs; amounts are never changed, a new price takes its place."""

    expands: ClassVar[Expands] = {"product": ("product",)}
    filters: ClassVar[Mapping[str, str]] = {
        "active": "status",
        "currency": "currency",
        "interval": "group",
        "product": "source",
        "type": "type",
    }

    active: bool = True
    billing_scheme: Literal["per_unit"] = "per_unit"
    currency: str
    custom_unit_amount: None = None
    lookup_key: str | None = None
    metadata: dict[str, str]
    nickname: str | None = None
    product: str
    recurring: Recurring | None = None
    tax_behavior: TaxBehavior = "unspecified"
    tiers_mode: None = None
    transform_quantity: None = None
    type: Literal["one_time", "recurring"]
    unit_amount: int | None
    unit_amount_decimal: str

    @property
    def interval(self) -> str | None:
        """How often it is charged, if it is charged again and again."""
        return self.recurring.interval if self.recurring else None

    def of(self, quantity: int) -> int:
        """Return what so many cost, in minor units; InvalidRequest for too many."""
        return times(self.unit_amount_decimal, quantity)


def times(unit: str, quantity: int) -> int:
    """Return what so many of a unit amount come to, in minor units; halves away from zero.

    Raises InvalidRequest for more than anybody can owe.
    """
    whole = int((Decimal(unit) * quantity).to_integral_value(ROUND_HALF_UP))
    if abs(whole) > MOST_BALANCE:
        raise InvalidRequest(
            f"{quantity} at {unit} come to more than can be charged: send a smaller quantity.",
            param="quantity",
        )
    return whole


class RecurringData(Params):
    """How often a price is charged."""

    interval: Interval
    interval_count: Annotated[int, Meta(ge=1, le=1_095)] = 1


class RecurringParams(RecurringData):
    """How often a price is charged, and from when on."""

    meter: Annotated[str, _NO_METERS] | None = None
    trial_period_days: Annotated[int, Meta(ge=1, le=730)] | None = None
    usage_type: Literal["licensed"] = "licensed"


class PriceAmount(Params):
    """An amount, and in which currency."""

    currency: Currency
    tax_behavior: TaxBehavior = "unspecified"
    unit_amount: Annotated[int, Meta(ge=0, le=_MOST)] | None = None
    unit_amount_decimal: Annotated[str, Check(_decimal)] | None = None


class PriceData(PriceAmount):
    """A price that is made together with something else."""

    recurring: RecurringData | None = None


def made_price(
    ctx: Context,
    product: Product,
    sent: PriceAmount,
    given: RecurringData | None = None,
    *,
    param: str = "",
    **others: Any,
) -> Price:
    """Store a new price of a product, which may be charged again and again."""
    name = ctx.new_id("price")
    amount, exact = _amount(sent, param)
    recurring = Recurring(**given.changes(without=("meter",))) if given else None
    price = Price(
        id=name,
        created=created_of(name),
        currency=sent.currency,
        livemode=ctx.livemode,
        metadata=merged({}, others.pop("metadata", None)),
        product=product.id,
        recurring=recurring,
        tax_behavior=sent.tax_behavior,
        type="recurring" if recurring else "one_time",
        unit_amount=amount,
        unit_amount_decimal=exact,
        **others,
    )
    return ctx.create(price, event="price.created")


def _amount(sent: PriceAmount, param: str) -> tuple[int | None, str]:
    """Return what one costs in whole minor units, if it is whole, and exactly."""
    name = f"{param}[unit_amount]" if param else "unit_amount"
    if sent.unit_amount is not None and sent.unit_amount_decimal is not None:
        raise InvalidRequest(
            "Send either unit_amount or unit_amount_decimal, not both.", param=name
        )
    if sent.unit_amount is not None:
        return sent.unit_amount, str(sent.unit_amount)
    if sent.unit_amount_decimal is None:
        raise missing(name)
    exact = Decimal(sent.unit_amount_decimal).normalize()
    whole = exact == exact.to_integral_value()
    return (int(exact) if whole else None), f"{exact:f}"
