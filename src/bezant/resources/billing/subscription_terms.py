"""The terms of a subscription: what is sent about it besides its items and its times."""

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.params import merged
from bezant.kernel.errors import InvalidRequest
from bezant.resources.billing.subscription import (
    CancellationDetails,
    EndBehavior,
    InvoiceSettings,
    PaymentSettings,
    Subscription,
    TransferData,
    TrialSettings,
)
from bezant.resources.billing.subscription_params import (
    CancellationParams,
    CreateSubscription,
    InvoiceSettingsParams,
    PaymentSettingsParams,
    UpdateSubscription,
)
from bezant.resources.core.customer import Customer, CustomField
from bezant.resources.core.customer_source import source_of
from bezant.resources.core.owners import represented
from bezant.resources.core.payment_method import PaymentMethod, payment_method_of
from bezant.resources.payments import method_types
from bezant.resources.payments.destination import destination_of

_FEES = (
    "Only a platform that acts for a connected account, or sends the money on with "
    "`transfer_data`, keeps a part of it."
)


async def terms_of(
    ctx: Context, subscription: Subscription, params: CreateSubscription | UpdateSubscription
) -> dict[str, Any]:
    """Return the fields of a subscription that parameters change."""
    told = params.changes(without=())
    changes = {
        name: told[name]
        for name in ("collection_method", "days_until_due", "default_payment_method",
                     "default_source", "description", "on_behalf_of")
        if name in told
    }  # fmt: skip
    changes["metadata"] = merged(subscription.metadata, params.metadata)
    if params.collection_method == "charge_automatically":
        changes.setdefault("days_until_due", None)
    if params.invoice_settings is not None:
        changes["invoice_settings"] = _said(subscription.invoice_settings, params.invoice_settings)
    if params.payment_settings is not None:
        changes["payment_settings"] = _payment(subscription, params.payment_settings)
    if params.trial_settings is not None:
        missing = params.trial_settings.end_behavior.missing_payment_method
        changes["trial_settings"] = TrialSettings(EndBehavior(missing_payment_method=missing))
    if params.transfer_data is not None:
        sent = params.transfer_data or None
        changes["transfer_data"] = TransferData(sent.destination) if sent else None
    if params.application_fee_percent is not None:
        percent = params.application_fee_percent
        changes["application_fee_percent"] = Decimal(percent) if percent else None
    await _check(ctx, replace(subscription, **changes), params)
    return changes


def cancellation(before: CancellationDetails, sent: CancellationParams | None) -> dict[str, Any]:
    """Return what is said about why a subscription ends, if something is."""
    if sent is None:
        return {}
    told = sent.changes(without=("feedback_option",))
    return {"cancellation_details": replace(before, **told)}


async def has_method(ctx: Context, customer: Customer, subscription: Subscription) -> bool:
    """Tell whether there is something to pay a subscription by, without anybody's doing."""
    if subscription.collection_method == "send_invoice":
        return True
    name = subscription.default_payment_method
    if name is not None:
        own = ctx.made(PaymentMethod, name) or await payment_method_of(
            ctx, name, "default_payment_method"
        )
        if own.customer == customer.id:  # One that was detached does not pay any more.
            return True
    current = ctx.current(customer)
    common = current.invoice_settings.default_payment_method or current.default_source
    return bool(subscription.default_source or common)


async def _check(
    ctx: Context, after: Subscription, params: CreateSubscription | UpdateSubscription
) -> None:
    """Refuse who or what is not there to pay, or to be paid."""
    if params.default_payment_method:
        name, param = params.default_payment_method, "default_payment_method"
        method = ctx.made(PaymentMethod, name) or await payment_method_of(ctx, name, param)
        if method.customer != after.customer:
            raise InvalidRequest(
                f"The payment method {method.id} is not attached to {after.customer}: attach it "
                "first.",
                param="default_payment_method",
            )
    if params.default_source:
        customer = await ctx.load(Customer, after.customer)
        await source_of(ctx, customer, params.default_source, "default_source")
    if params.transfer_data:
        await destination_of(ctx, params.transfer_data.destination, "transfer_data[destination]")
    if params.on_behalf_of:
        await represented(ctx, params.on_behalf_of)
    types = after.payment_settings.payment_method_types
    if types:
        method_types.checked(types, after.currency)
    fee = after.application_fee_percent is not None
    if fee and after.transfer_data is None and not ctx.caller.connected:
        raise InvalidRequest(_FEES, param="application_fee_percent")


def _said(before: InvoiceSettings, sent: InvoiceSettingsParams) -> InvoiceSettings:
    told = sent.changes(without=("account_tax_ids", "issuer"))
    if "custom_fields" in told:
        fields = tuple(CustomField(each.name, each.value) for each in sent.custom_fields or ())
        told["custom_fields"] = fields or None
    return replace(before, **told)


def _payment(subscription: Subscription, sent: PaymentSettingsParams) -> PaymentSettings:
    told = sent.changes(without=("payment_method_options",))
    if "payment_method_types" in told:
        types = told["payment_method_types"]
        told["payment_method_types"] = tuple(types) if types else None
    return replace(subscription.payment_settings, **told)
