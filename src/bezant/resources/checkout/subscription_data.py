"""What is sent about the subscriptions that begin on a page, and what links keep of it."""

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from bezant.api.params import Emptyable, Metadata, Params, Timestamp, merged
from bezant.resources.billing.subscription import InvoiceSettings, MissingMethod
from bezant.resources.billing.subscription_params import (
    BillingModeParams,
    InvoiceSettingsParams,
    Percent,
    TransferParams,
)
from bezant.resources.core.customer import CustomField
from bezant.resources.core.refused import Hash, refused

_NO_ANCHORS = refused("Subscriptions of pages begin when they are paid for: leave it out.")
_NO_TAXES = refused("Taxes are not calculated here: put them into the prices.")
_NO_OWN_INVOICES = refused("Waiting invoice items go onto the next invoice of the subscription.")
Words = Annotated[str, Meta(max_length=500)]
TrialDays = Annotated[int, Meta(ge=1, le=730)]


class EndBehaviorParams(Params):
    """What happens when a trial ends and there is nothing to pay by."""

    missing_payment_method: MissingMethod


class TrialSettingsParams(Params):
    """How trials end."""

    end_behavior: EndBehaviorParams


class SubscriptionData(Params):
    """What the subscription of a session is to be like."""

    application_fee_percent: Percent | None = None
    billing_cycle_anchor: Annotated[int, _NO_ANCHORS] | None = None
    billing_cycle_anchor_config: Annotated[Hash, _NO_ANCHORS] | None = None
    billing_mode: BillingModeParams | None = None
    default_tax_rates: Annotated[Hash, _NO_TAXES] | None = None
    description: Words | None = None
    invoice_settings: InvoiceSettingsParams | None = None
    metadata: Metadata | None = None
    on_behalf_of: str | None = None
    pending_invoice_item_interval: Annotated[Hash, _NO_OWN_INVOICES] | None = None
    proration_behavior: Annotated[str, _NO_ANCHORS] | None = None
    transfer_data: TransferParams | None = None
    trial_end: Timestamp | None = None
    trial_period_days: TrialDays | None = None
    trial_settings: TrialSettingsParams | None = None

    @property
    def tried(self) -> bool:
        """Whether it begins with a trial."""
        return self.trial_end is not None or self.trial_period_days is not None


class LinkSubscriptionData(Params):
    """What the subscriptions are to be like that a link leads to."""

    description: Words | None = None
    invoice_settings: InvoiceSettingsParams | None = None
    metadata: Metadata | None = None
    trial_period_days: TrialDays | None = None
    trial_settings: TrialSettingsParams | None = None


class UpdatedSubscriptionData(Params):
    """What of the subscriptions to come is changed."""

    invoice_settings: InvoiceSettingsParams | None = None
    metadata: Metadata | None = None
    trial_period_days: Emptyable[TrialDays] | None = None
    trial_settings: Emptyable[TrialSettingsParams] | None = None


class LinkEndBehavior(Struct, frozen=True):
    """What happens when a trial ends and there is nothing to pay by."""

    missing_payment_method: MissingMethod


class LinkTrialSettings(Struct, frozen=True):
    """How trials end."""

    end_behavior: LinkEndBehavior


class LinkSubscription(Struct, frozen=True, kw_only=True):
    """What the subscriptions of a link are like."""

    description: str | None = None
    invoice_settings: InvoiceSettings = InvoiceSettings()
    metadata: dict[str, str] = {}
    trial_period_days: int | None = None
    trial_settings: LinkTrialSettings | None = None


def subscription_of(
    before: LinkSubscription, sent: LinkSubscriptionData | UpdatedSubscriptionData | None
) -> LinkSubscription | None:
    """Return what subscriptions are like after what was sent about them; None if nothing was."""
    if sent is None:
        return None
    told = sent.changes(without=("metadata", "invoice_settings", "trial_settings"))
    if sent.invoice_settings is not None:
        said = sent.invoice_settings.changes(without=("account_tax_ids", "issuer"))
        if "custom_fields" in said:
            fields = sent.invoice_settings.custom_fields or ()
            said["custom_fields"] = tuple(CustomField(each.name, each.value) for each in fields)
        told["invoice_settings"] = replace(before.invoice_settings, **said)
    if sent.trial_settings is not None:
        ends = sent.trial_settings.end_behavior if sent.trial_settings else None
        told["trial_settings"] = (
            LinkTrialSettings(LinkEndBehavior(ends.missing_payment_method)) if ends else None
        )
    return replace(before, metadata=merged(before.metadata, sent.metadata), **told)
