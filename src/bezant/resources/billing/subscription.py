"""The subscription object: what a customer pays for again and again, and how far that is."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType

from bezant.api.context import Context
from bezant.api.resource import Expands, Resource
from bezant.resources.billing.cycle import Anchor, Every, Span
from bezant.resources.billing.invoice import CollectionMethod
from bezant.resources.billing.subscription_item import SubscriptionItem
from bezant.resources.core.customer import CustomField

Status = Literal[
    "active", "canceled", "incomplete", "incomplete_expired", "past_due", "paused", "trialing",
]  # fmt: skip
Feedback = Literal[
    "customer_service", "low_quality", "missing_features", "other", "switched_service",
    "too_complex", "too_expensive", "unused",
]  # fmt: skip
CancelReason = Literal["cancellation_requested", "payment_failed"]
MissingMethod = Literal["cancel", "create_invoice", "pause"]
PauseBehavior = Literal["keep_as_draft", "mark_uncollectible", "void"]
ENDED = frozenset({"canceled", "incomplete_expired"})
RUNNING = frozenset({"active", "past_due", "trialing"})
"""In which states one period follows another."""
MOST_ITEMS = 20
"""How many items a subscription can have."""


class AutomaticTax(Struct, frozen=True):
    """That no taxes are reckoned."""

    disabled_reason: None = None
    enabled: Literal[False] = False
    liability: None = None


class AnchorConfig(Struct, frozen=True):
    """On which day, and at which time of it, periods begin."""

    day_of_month: int
    hour: int | None = None
    minute: int | None = None
    month: int | None = None
    second: int | None = None


class Flexible(Struct, frozen=True):
    """How discounts are part of prorations."""

    proration_discounts: Literal["included"] = "included"


class BillingMode(Struct, frozen=True):
    """The name of the rules by which it is billed, which are the same for both here."""

    flexible: Flexible | None = Flexible()
    type: Literal["classic", "flexible"] = "flexible"


class CancellationDetails(Struct, frozen=True):
    """Why it ends, and what the customer says about that."""

    comment: str | None = None
    feedback: Feedback | None = None
    feedback_option: None = None
    reason: CancelReason | None = None


class Issuer(Struct, frozen=True):
    """Who issues its invoices: the account itself."""

    type: Literal["self"] = "self"


class InvoiceSettings(Struct, frozen=True):
    """What its invoices say."""

    account_tax_ids: None = None
    custom_fields: tuple[CustomField, ...] | None = None
    description: str | None = None
    footer: str | None = None
    issuer: Issuer = Issuer()


class PauseCollection(Struct, frozen=True):
    """What happens to invoices while nobody is asked for money."""

    behavior: PauseBehavior
    resumes_at: int | None = None


class PaymentSettings(Struct, frozen=True):
    """By what its invoices can be paid."""

    payment_method_options: None = None
    payment_method_types: tuple[str, ...] | None = None
    save_default_payment_method: Literal["off", "on_subscription"] = "off"


class TransferData(Struct, frozen=True):
    """The account to which the money goes on."""

    destination: str
    amount_percent: None = None


class EndBehavior(Struct, frozen=True):
    """What happens when a trial ends and there is nothing to pay by."""

    billing_cycle_anchor: None = None
    missing_payment_method: MissingMethod = "create_invoice"


class TrialSettings(Struct, frozen=True):
    """How trials end."""

    end_behavior: EndBehavior = EndBehavior()


class PausedWhy(Struct, frozen=True):
    """What a subscription was paused by."""

    type: Literal["trial_end_without_payment_method"] = "trial_end_without_payment_method"


class PausedDetails(Struct, frozen=True):
    """Since when it is paused, and why."""

    transitioned_at: int
    subscription: PausedWhy = PausedWhy()
    type: Literal["subscription"] = "subscription"


class StatusDetails(Struct, frozen=True):
    """Why it has its status."""

    paused: PausedDetails


class ItemList(Struct, frozen=True, kw_only=True):
    """All that is subscribed to."""

    data: tuple[SubscriptionItem, ...]
    has_more: Literal[False] = False
    object: Literal["list"] = "list"
    url: str


class Subscription(Resource, tag="subscription"):
    """What a customer pays for again and again; times are in Unix seconds."""

    expands: ClassVar[Expands] = {
        "application": ("application",),
        "customer": ("customer",),
        "default_payment_method": ("payment_method",),
        "default_source": ("bank_account", "card", "source"),
        "discounts": ("discount",),
        "items.data.discounts": ("discount",),
        "items.data.price.product": ("product",),
        "latest_invoice": ("invoice",),
        "on_behalf_of": ("account",),
        "pending_setup_intent": ("setup_intent",),
        "schedule": ("subscription_schedule",),
        "test_clock": ("test_helpers.test_clock",),
        "transfer_data.destination": ("account",),
    }
    named_by: ClassVar[str] = "id"

    application: str | None = None
    application_fee_percent: Decimal | None = None
    automatic_tax: AutomaticTax = AutomaticTax()
    billing_cycle_anchor: int
    billing_cycle_anchor_config: AnchorConfig | None = None
    billing_mode: BillingMode = BillingMode()
    billing_schedules: tuple[()] = ()
    billing_thresholds: None = None
    cancel_at: int | None = None
    cancel_at_period_end: bool = False
    canceled_at: int | None = None
    cancellation_details: CancellationDetails = CancellationDetails()
    collection_method: CollectionMethod = "charge_automatically"
    currency: str
    customer: str
    customer_account: str | None = None
    days_until_due: int | None = None
    default_payment_method: str | None = None
    default_source: str | None = None
    default_tax_rates: tuple[()] = ()
    description: str | None = None
    discounts: tuple[str, ...] = ()
    ended_at: int | None = None
    invoice_settings: InvoiceSettings = InvoiceSettings()
    items: ItemList
    latest_invoice: str | None = None
    managed_payments: None = None
    metadata: dict[str, str]
    next_pending_invoice_item_invoice: None = None
    on_behalf_of: str | None = None
    pause_collection: PauseCollection | None = None
    payment_settings: PaymentSettings = PaymentSettings()
    pending_invoice_item_interval: None = None
    pending_setup_intent: None = None
    pending_update: None = None
    schedule: None = None
    start_date: int
    status: Status
    status_details: StatusDetails | UnsetType = UNSET
    test_clock: None = None
    transfer_data: TransferData | None = None
    trial_end: int | None = None
    trial_settings: TrialSettings = TrialSettings()
    trial_start: int | None = None

    @property
    def anchor(self) -> Anchor:
        """From when its periods are counted."""
        config = self.billing_cycle_anchor_config
        return Anchor(self.billing_cycle_anchor, config.day_of_month if config else None)

    @property
    def every(self) -> Every:
        """How long its periods are: the same for all its items."""
        return self.items.data[0].every

    @property
    def period(self) -> Span:
        """The period that is running: the same for all its items."""
        return self.items.data[0].period

    @property
    def ended(self) -> bool:
        """Whether it is over for good."""
        return self.status in ENDED

    def columns(self) -> dict[str, str | None]:
        """Return the values of the columns that lists filter on."""
        return {
            "destination": "ended" if self.ended else None,
            "reference": "canceled" if self.status == "canceled" else "kept",
            "source": self.customer,
            "status": self.status,
            "type": self.collection_method,
        }


def item_list(name: str, items: Sequence[SubscriptionItem]) -> ItemList:
    """Return what a subscription shows of its items."""
    return ItemList(
        data=tuple(items),
        url=f"/v1/subscription_items?subscription={name}",
    )


async def with_items(
    ctx: Context, subscription: Subscription, items: Sequence[SubscriptionItem]
) -> Subscription:
    """Store a subscription with these items: new ones, those it had, and without the others."""
    had: Mapping[str, SubscriptionItem] = {each.id: each for each in subscription.items.data}
    unknown = [name for name in had if ctx.made(SubscriptionItem, name) is None]
    if unknown:
        await ctx.load_many(SubscriptionItem, unknown)
    for item in items:
        if item.id not in had:
            ctx.create(item)
        elif item != had[item.id]:
            ctx.save(item)
    for name in had.keys() - {each.id for each in items}:
        ctx.delete(had[name])
    return ctx.save(subscription, items=item_list(subscription.id, items))
