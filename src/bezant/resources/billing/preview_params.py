"""What is sent about an invoice that is only previewed."""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.params import Currency, Emptyable, Metadata, Params, Timestamp
from bezant.resources.billing.invoice_params import AutomaticTaxParams, IssuerParams
from bezant.resources.billing.owed_params import (
    NO_TAXES,
    Description,
    ItemAmount,
    OwedPriceData,
    PeriodParams,
)
from bezant.resources.billing.subscription_params import (
    BillingModeParams,
    ItemChange,
    ProrationBehavior,
    moment_or,
)
from bezant.resources.core.discount import DiscountParams
from bezant.resources.core.refused import Hash, refused

_NO_SCHEDULES = refused("Subscriptions have no schedules here: send `subscription_details`.")
_NO_STRANGERS = refused("Previews are of a customer's invoices: make one, and send `customer`.")
_NO_CHANGES = refused("Waiting items are previewed as they are: leave `invoiceitem` out.")
_NO_PAUSES = refused("A pause is not previewed: leave it out.")
_NO_PARTS = refused("Quantities are whole numbers: send `quantity`.")
_NO_PAST = refused("Subscriptions begin when they are made: leave `start_date` out.")


class PreviewedItem(Params):
    """One thing that would be owed besides."""

    amount: ItemAmount | None = None
    currency: Currency | None = None
    description: Description | None = None
    discountable: bool | None = None
    discounts: Emptyable[list[DiscountParams]] | None = None
    invoiceitem: Annotated[str, _NO_CHANGES] | None = None
    metadata: Metadata | None = None
    period: PeriodParams | None = None
    price: str | None = None
    price_data: OwedPriceData | None = None
    quantity: Annotated[int, Meta(ge=0, le=999_999_999)] | None = None
    quantity_decimal: Annotated[str, _NO_PARTS] | None = None
    tax_behavior: Annotated[str, NO_TAXES] | None = None
    tax_code: Annotated[str, NO_TAXES] | None = None
    tax_rates: Annotated[Hash, NO_TAXES] | None = None
    unit_amount: ItemAmount | None = None
    unit_amount_decimal: Annotated[str, Meta(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,12})?$")] | None = (
        None
    )


class PreviewedAnchor(Params):
    """When the cycle would begin."""

    timestamp: Timestamp | None = None
    type: Literal["now", "timestamp", "unchanged"]


class PreviewedSubscription(Params):
    """How a subscription would be changed, or made."""

    billing_cycle_anchor: PreviewedAnchor | None = None
    billing_mode: BillingModeParams | None = None
    billing_schedules: Annotated[Hash, _NO_SCHEDULES] | None = None
    cancel_at: Emptyable[Annotated[str, moment_or("max_period_end", "min_period_end")]] | None = (
        None
    )
    cancel_at_period_end: bool | None = None
    cancel_now: bool = False
    default_tax_rates: Annotated[Hash, NO_TAXES] | None = None
    items: Annotated[list[ItemChange], Meta(max_length=20)] | None = None
    metadata: Metadata | None = None
    pause: Annotated[Hash, _NO_PAUSES] | None = None
    proration_behavior: ProrationBehavior = "create_prorations"
    proration_date: Timestamp | None = None
    resume_at: Annotated[str, _NO_PAUSES] | None = None
    start_date: Annotated[int, _NO_PAST] | None = None
    trial_end: Annotated[str, moment_or("now")] | None = None


class PreviewInvoice(Params):
    """Of whom, and of what, an invoice is previewed."""

    automatic_tax: AutomaticTaxParams | None = None
    currency: Currency | None = None
    customer: str | None = None
    customer_account: str | None = None
    customer_details: Annotated[Hash, _NO_STRANGERS] | None = None
    discounts: Emptyable[list[DiscountParams]] | None = None
    invoice_items: Annotated[list[PreviewedItem], Meta(max_length=250)] | None = None
    issuer: IssuerParams | None = None
    on_behalf_of: Emptyable[str] | None = None
    preview_mode: Literal["next", "recurring"] = "next"
    schedule: Annotated[str, _NO_SCHEDULES] | None = None
    schedule_details: Annotated[Hash, _NO_SCHEDULES] | None = None
    subscription: str | None = None
    subscription_details: PreviewedSubscription | None = None
