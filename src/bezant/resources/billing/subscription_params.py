"""What is sent about subscriptions and their items."""

import re
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.pages import ListParams
from bezant.api.params import (
    LAST_TIMESTAMP,
    Check,
    Currency,
    Emptyable,
    Metadata,
    Params,
    Timestamp,
)
from bezant.api.refusals import invalid
from bezant.resources.billing.invoice import CollectionMethod
from bezant.resources.billing.invoice_params import (
    AutomaticTaxParams,
    CustomFieldParams,
    IssuerParams,
)
from bezant.resources.billing.owed_params import NO_TAXES, OwedPriceData
from bezant.resources.billing.subscription import (
    MOST_ITEMS,
    Feedback,
    MissingMethod,
    PauseBehavior,
)
from bezant.resources.catalogue.price import PriceAmount, RecurringData
from bezant.resources.core.discount import DiscountParams
from bezant.resources.core.refused import Hash, off, only, refused
from bezant.resources.payments.payment_intent_params import Types

_NO_BACKDATING = refused(
    "Subscriptions begin when they are made: add what is owed for earlier with `add_invoice_items`."
)
_NO_CLOCKS = refused("Subscriptions follow the one clock of test mode.")
_OWED_NOW = refused("What is owed once is owed now: leave `period` out.")
_NO_OFFERS = refused("Trials are of whole subscriptions: send `trial_period_days`.")
_NO_PARTS = refused(
    "The whole goes on to the destination: keep a part with `application_fee_percent`."
)
_NO_PENDING = (
    "Changes happen at once or not at all: send allow_incomplete, default_incomplete or "
    "error_if_incomplete."
)
_NO_RESUMING = refused("Collection is resumed by hand: send an empty `pause_collection` then.")
_NO_PRICES = refused("Subscriptions are not listed by price: list all, and look at `items`.")
_NO_SCHEDULES = refused("Prices are not billed apart: leave `billing_schedules` out.")
_NO_OWN_INVOICES = refused("Waiting invoice items go onto the next invoice of the subscription.")
_NO_THRESHOLDS = refused("Usage is not metered here, so nothing has a threshold.")
_NO_OPTIONS = refused("Invoices are paid by each method as it is set up here.")
_NO_TAX_IDS = refused("Tax ids of the account are not shown on invoices: put them into `footer`.")
_NOT_METERED = off("Usage is not metered here, so there is none to clear.")
_FEEDBACKS = refused("Feedback has no options of your own here: send `feedback`.")
_UNCHANGED = only("now", why="The cycle begins anew when a trial or a pause ends: send `now`.")
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")


def _percent(text: str, param: str) -> str:
    if _PERCENT.fullmatch(text) and Decimal(text) <= 100:
        return text
    raise invalid(f"Invalid {param}: must be 0 to 100, with at most two decimals.", param)


def moment_or(*words: str) -> Check:
    """Return a rule for a moment in Unix seconds, or one of some words."""

    def check(text: str, param: str) -> str:
        if text in words or (text.isascii() and text.isdigit() and int(text) <= LAST_TIMESTAMP):
            return text
        raise invalid(
            f"Invalid {param}: must be a moment in Unix seconds, or {' or '.join(words)}.", param
        )

    return Check(check)


_END = moment_or("max_period_end", "min_period_end")
Percent = Annotated[str, Check(_percent)]
PaymentBehavior = Annotated[
    str,
    only("allow_incomplete", "default_incomplete", "error_if_incomplete", why=_NO_PENDING),
]
ListedStatus = Literal[
    "active", "all", "canceled", "ended", "incomplete", "incomplete_expired", "past_due", "paused",
    "trialing", "unpaid",
]  # fmt: skip
ProrationBehavior = Literal["always_invoice", "create_prorations", "none"]
Quantity = Annotated[int, Meta(ge=0, le=999_999_999)]
Discounts = Emptyable[list[DiscountParams]]


class ItemPriceData(PriceAmount):
    """A recurring price that is made for this item alone."""

    product: str
    recurring: RecurringData


class ItemParams(Params):
    """One thing that is subscribed to."""

    billing_thresholds: Annotated[Hash, _NO_THRESHOLDS] | None = None
    current_trial: Annotated[Hash, _NO_OFFERS] | None = None
    discounts: Discounts | None = None
    metadata: Metadata | None = None
    plan: str | None = None
    price: str | None = None
    price_data: ItemPriceData | None = None
    quantity: Quantity | None = None
    tax_rates: Annotated[Hash, NO_TAXES] | None = None


class ItemChange(ItemParams):
    """One thing that is changed, added, or, if it is `deleted`, no longer subscribed to."""

    clear_usage: Annotated[str, _NOT_METERED] | None = None
    deleted: bool = False
    id: str | None = None


class AddedItem(Params):
    """What is on the next invoice besides, once."""

    discountable: bool | None = None
    discounts: Annotated[list[DiscountParams], Meta(max_length=20)] | None = None
    metadata: Metadata | None = None
    period: Annotated[Hash, _OWED_NOW] | None = None
    price: str | None = None
    price_data: OwedPriceData | None = None
    quantity: Quantity | None = None
    tax_rates: Annotated[Hash, NO_TAXES] | None = None


class AnchorConfigParams(Params):
    """On which day, and at which time of it (UTC), periods begin."""

    day_of_month: Annotated[int, Meta(ge=1, le=31)]
    hour: Annotated[int, Meta(ge=0, le=23)] | None = None
    minute: Annotated[int, Meta(ge=0, le=59)] | None = None
    month: Annotated[int, Meta(ge=1, le=12)] | None = None
    second: Annotated[int, Meta(ge=0, le=59)] | None = None


class FlexibleParams(Params):
    """How discounts are part of prorations."""

    proration_discounts: Annotated[
        str, only("included", why="Discounts are part of the amounts that are prorated here.")
    ] = "included"


class BillingModeParams(Params):
    """By the name of which rules it is billed."""

    flexible: FlexibleParams | None = None
    type: Literal["classic", "flexible"]


class CancellationParams(Params):
    """Why it ends."""

    comment: Emptyable[Annotated[str, Meta(max_length=5_000)]] | None = None
    feedback: Emptyable[Feedback] | None = None
    feedback_option: Annotated[str, _FEEDBACKS] | None = None


class InvoiceSettingsParams(Params):
    """What invoices are to say."""

    account_tax_ids: Annotated[Hash, _NO_TAX_IDS] | None = None
    custom_fields: Emptyable[Annotated[list[CustomFieldParams], Meta(max_length=4)]] | None = None
    description: Emptyable[Annotated[str, Meta(max_length=1_500)]] | None = None
    footer: Emptyable[Annotated[str, Meta(max_length=5_000)]] | None = None
    issuer: IssuerParams | None = None


class PaymentSettingsParams(Params):
    """By what invoices can be paid, and whether that is kept."""

    payment_method_options: Annotated[Hash, _NO_OPTIONS] | None = None
    payment_method_types: Emptyable[Types] | None = None
    save_default_payment_method: Literal["off", "on_subscription"] | None = None


class TransferParams(Params):
    """The account to which the money goes on."""

    amount_percent: Annotated[str, _NO_PARTS] | None = None
    destination: str


class EndBehaviorParams(Params):
    """What happens when a trial ends and there is nothing to pay by."""

    billing_cycle_anchor: Annotated[str, _UNCHANGED] | None = None
    missing_payment_method: MissingMethod = "create_invoice"


class TrialSettingsParams(Params):
    """How trials end."""

    end_behavior: EndBehaviorParams


class PauseCollectionParams(Params):
    """What happens to invoices while nobody is asked for money."""

    behavior: PauseBehavior
    resumes_at: Annotated[int, _NO_RESUMING] | None = None


class AnchorParams(Params):
    """Whether the cycle begins anew."""

    type: Literal["now", "unchanged"]


class ResumedAnchor(Params):
    """That the cycle begins anew."""

    type: Annotated[str, _UNCHANGED]


class _SubscriptionParams(Params):
    """What creating and updating a subscription have in common."""

    add_invoice_items: Annotated[list[AddedItem], Meta(max_length=20)] | None = None
    application_fee_percent: Emptyable[Percent] | None = None
    automatic_tax: AutomaticTaxParams | None = None
    billing_schedules: Annotated[Hash, _NO_SCHEDULES] | None = None
    billing_thresholds: Annotated[Hash, _NO_THRESHOLDS] | None = None
    cancel_at: Emptyable[Annotated[str, moment_or("max_period_end", "min_period_end")]] | None = (
        None
    )
    cancel_at_period_end: bool | None = None
    collection_method: CollectionMethod | None = None
    days_until_due: Annotated[int, Meta(ge=0, le=3_650)] | None = None
    default_payment_method: Emptyable[str] | None = None
    default_source: Emptyable[str] | None = None
    default_tax_rates: Annotated[Hash, NO_TAXES] | None = None
    description: Emptyable[Annotated[str, Meta(max_length=500)]] | None = None
    discounts: Discounts | None = None
    invoice_settings: InvoiceSettingsParams | None = None
    metadata: Metadata | None = None
    off_session: bool | None = None
    on_behalf_of: Emptyable[str] | None = None
    payment_behavior: PaymentBehavior = "allow_incomplete"
    payment_settings: PaymentSettingsParams | None = None
    pending_invoice_item_interval: Annotated[Hash, _NO_OWN_INVOICES] | None = None
    proration_behavior: ProrationBehavior = "create_prorations"
    transfer_data: Emptyable[TransferParams] | None = None
    trial_end: Annotated[str, moment_or("now")] | None = None
    trial_from_plan: bool | None = None
    trial_settings: TrialSettingsParams | None = None


class CreateSubscription(_SubscriptionParams):
    """What a subscription is made of."""

    backdate_start_date: Annotated[int, _NO_BACKDATING] | None = None
    billing_cycle_anchor: Timestamp | None = None
    billing_cycle_anchor_config: AnchorConfigParams | None = None
    billing_mode: BillingModeParams | None = None
    currency: Currency | None = None
    customer: str | None = None
    customer_account: str | None = None
    items: Annotated[list[ItemParams], Meta(min_length=1, max_length=MOST_ITEMS)]
    trial_period_days: Annotated[int, Meta(ge=0, le=1_095)] | None = None


class UpdateSubscription(_SubscriptionParams):
    """What of a subscription can be changed."""

    billing_cycle_anchor: AnchorParams | None = None
    cancellation_details: CancellationParams | None = None
    items: Annotated[list[ItemChange], Meta(max_length=MOST_ITEMS)] | None = None
    pause_collection: Emptyable[PauseCollectionParams] | None = None
    proration_date: Timestamp | None = None


class CancelSubscription(Params):
    """How a subscription ends at once."""

    cancellation_details: CancellationParams | None = None
    invoice_now: bool = False
    prorate: bool = False


class ResumeSubscription(Params):
    """How a paused subscription goes on."""

    billing_cycle_anchor: ResumedAnchor | None = None
    payment_behavior: (
        Annotated[
            str,
            only("resume_on_payment_success", why="A subscription goes on when it is paid."),
        ]
        | None
    ) = None
    proration_behavior: ProrationBehavior | None = None
    proration_date: Annotated[int, refused("It goes on from now: leave it out.")] | None = None


class ListSubscriptions(ListParams):
    """By what subscriptions are listed; those that are canceled only if that is said."""

    automatic_tax: Annotated[Hash, NO_TAXES] | None = None
    collection_method: CollectionMethod | None = None
    current_period_end: Annotated[Hash, refused("List by `created` and `status`.")] | None = None
    current_period_start: Annotated[Hash, refused("List by `created` and `status`.")] | None = None
    customer: str | None = None
    customer_account: str | None = None
    plan: Annotated[str, _NO_PRICES] | None = None
    price: Annotated[str, _NO_PRICES] | None = None
    status: ListedStatus | None = None
    test_clock: Annotated[str, _NO_CLOCKS] | None = None


class _BilledItem(ItemParams):
    """An item, and how its change is billed."""

    payment_behavior: PaymentBehavior = "allow_incomplete"
    proration_behavior: ProrationBehavior = "create_prorations"
    proration_date: Timestamp | None = None


class CreateItem(_BilledItem):
    """What is subscribed to besides."""

    subscription: str


class UpdateItem(_BilledItem):
    """What of an item changes."""

    off_session: bool | None = None


class DeleteItem(Params):
    """How the end of an item is billed."""

    clear_usage: Annotated[str, _NOT_METERED] | None = None
    payment_behavior: PaymentBehavior = "allow_incomplete"
    proration_behavior: ProrationBehavior = "create_prorations"
    proration_date: Timestamp | None = None


class ListItems(ListParams):
    """The subscription whose items are listed."""

    subscription: str
