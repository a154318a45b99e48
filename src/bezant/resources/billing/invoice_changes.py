"""What parameters make of an invoice, and what they change of one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.params import merged
from bezant.api.refusals import missing
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.billing.drawing import (
    DRAFT_LASTS,
    FINALIZE_JOB,
    Draft,
    moment,
    with_lines,
)
from bezant.resources.billing.invoice import (
    CollectionMethod,
    Invoice,
    PaymentSettings,
    keep,
    kept_of,
    lines_of,
)
from bezant.resources.billing.invoice_discounts import (
    discounts_for,
    own_discounts,
    spend,
    unspend,
)
from bezant.resources.billing.invoice_outcome import collect_later, retries
from bezant.resources.billing.invoice_params import CreateInvoice, UpdateInvoice
from bezant.resources.billing.subscription import Subscription
from bezant.resources.core.account_customer import customer_named
from bezant.resources.core.customer import Customer, CustomField
from bezant.resources.core.customer_source import source_of
from bezant.resources.core.discount import DiscountParams
from bezant.resources.core.later import later
from bezant.resources.core.owners import acting_owner, represented
from bezant.resources.payments import method_types
from bezant.resources.payments.destination import destination_of
from bezant.resources.payments.intent_changes import method_named

_LATEST = timedelta(days=5)
"""How long a draft can wait before it finalizes itself."""
_SAID = ("description", "footer", "statement_descriptor")
_AFTER = frozenset({"auto_advance", "default_payment_method", "default_source", "effective_at",
                    "metadata", *_SAID})  # fmt: skip
"""What can be changed when a draft has been finalized."""


async def draft_of(ctx: Context, params: CreateInvoice) -> Draft:
    """Return the draft that is asked for; InvalidRequest for what does not go together."""
    assert params.customer is not None, "it was checked"
    customer = await customer_named(ctx, params.customer)
    currency = params.currency or customer.currency
    currency = currency or (await acting_owner(ctx)).default_currency
    subscription = await _subscription(ctx, params, customer)
    await check_payers(ctx, customer.id, currency, params)
    transfer = params.transfer_data or None
    return Draft(
        application_fee_amount=params.application_fee_amount,
        auto_advance=bool(params.auto_advance),
        collection_method=params.collection_method or "charge_automatically",
        currency=currency,
        customer=customer,
        days_until_due=params.days_until_due,
        default_payment_method=params.default_payment_method or None,
        default_source=params.default_source or None,
        description=params.description or None,
        discounts=await own_discounts(ctx, customer) if params.discounts is None else (),
        finalizes_at=_finalizes_at(ctx, params, advances=bool(params.auto_advance)),
        footer=params.footer or None,
        metadata=subscription.metadata if subscription else None,
        on_behalf_of=params.on_behalf_of or None,
        payment_settings=_settings(params),
        redeemed=None if params.discounts is None else params.discounts or (),
        reason="manual",
        shown=_shown(ctx, params),
        statement_descriptor=params.statement_descriptor or None,
        subscription=params.subscription,
        take_pending=params.pending_invoice_items_behavior == "include",
        transfer_amount=transfer.amount if transfer else None,
        transfer_destination=transfer.destination if transfer else None,
    )


async def changed(ctx: Context, invoice: Invoice, params: UpdateInvoice) -> Invoice:
    """Store an invoice with what is sent about it; of one that is finalized, a little changes."""
    told = params.changes()
    late = sorted(set(told) - _AFTER)
    if invoice.status != "draft" and late:
        raise InvalidRequest(
            f"The invoice {invoice.id} is {invoice.status}: {late[0]} can be changed in drafts "
            "alone. Void it and draw another one.",
            code="invoice_not_editable",
            param=late[0],
        )
    await check_payers(ctx, invoice.customer, invoice.currency, params)
    changes: dict[str, Any] = {name: told[name] for name in _AFTER & told.keys()}
    changes |= _shown_later(ctx, params)
    changes["metadata"] = merged(invoice.metadata, params.metadata)
    if params.collection_method is not None:
        changes["collection_method"] = params.collection_method
    if params.collection_method == "charge_automatically":
        changes.setdefault("due_date", None)
    if params.payment_settings is not None:
        changes["payment_settings"] = _settings(params)
    if "on_behalf_of" in told:
        changes["on_behalf_of"] = told["on_behalf_of"]
    invoice = _advancing(ctx, _kept(ctx, invoice, params), params, changes)
    if params.discounts is None:
        return ctx.save(invoice, event="invoice.updated")
    return await _discounted(ctx, invoice, params.discounts or ())


async def _discounted(ctx: Context, invoice: Invoice, sent: Sequence[DiscountParams]) -> Invoice:
    """Store a draft with other discounts; the customer's own is used up, or not any more."""
    given = await discounts_for(ctx, invoice, sent, invoice.subtotal)
    names = tuple(each.id for each in given)
    if invoice.billing_reason == "manual":
        await unspend(ctx, invoice, set(invoice.discounts) - set(names))
        customer = await ctx.find(Customer, invoice.customer)
        if customer is not None:
            spend(ctx, customer, given)
    invoice = replace(invoice, discounts=names)
    return await with_lines(ctx, invoice, await lines_of(ctx, invoice), event="invoice.updated")


def _kept(ctx: Context, invoice: Invoice, params: UpdateInvoice) -> Invoice:
    """Keep what is not shown: to whom the money goes, and what the platform has of it."""
    kept = kept_of(ctx, invoice)
    if params.application_fee_amount is not None:
        kept = replace(kept, application_fee_amount=params.application_fee_amount)
    if params.transfer_data is not None:
        sent = params.transfer_data or None
        kept = replace(kept, destination=sent.destination if sent else None,
                       part=sent.amount if sent else None)  # fmt: skip
    if params.days_until_due is not None:
        kept = replace(kept, days_until_due=params.days_until_due)
    if params.due_date is not None or params.collection_method == "charge_automatically":
        kept = replace(kept, days_until_due=None)
    return keep(ctx, invoice, kept)


def _advancing(
    ctx: Context, invoice: Invoice, params: UpdateInvoice, changes: Mapping[str, Any]
) -> Invoice:
    """Return an invoice with changes, which finalizes itself when it is to advance by itself."""
    changed = replace(invoice, **changes)
    _check_due(changed.collection_method, changed.due_date, params)
    if invoice.status != "draft":
        return _collected(ctx, invoice, changed)
    if not changed.auto_advance:
        return replace(changed, automatically_finalizes_at=None, next_payment_attempt=None)
    at = _finalizes_at(ctx, params, advances=True)
    if at is None and invoice.automatically_finalizes_at is not None:
        at = moment(invoice.automatically_finalizes_at)
    at = at or ctx.now() + DRAFT_LASTS
    later(ctx, FINALIZE_JOB, invoice.id, ctx.book, ctx.caller.platform, at=at)
    charged = changed.collection_method == "charge_automatically"
    seconds = unix_seconds(at)
    return replace(changed, automatically_finalizes_at=seconds,
                   next_payment_attempt=seconds if charged else None)  # fmt: skip


def _collected(ctx: Context, invoice: Invoice, changed: Invoice) -> Invoice:
    """Return a finalized invoice that is collected by itself from now on, or not any more."""
    if changed.auto_advance == invoice.auto_advance:
        return changed
    now = invoice.status == "open" and retries(ctx, changed)
    at = collect_later(ctx, changed, ctx.now()) if now else None
    return replace(changed, next_payment_attempt=at)


async def check_payers(
    ctx: Context, customer: str, currency: str, params: CreateInvoice | UpdateInvoice
) -> None:
    """Refuse who or what is not there to pay, or to be paid."""
    if params.default_payment_method:
        method = await method_named(ctx, params.default_payment_method)
        if method.customer != customer:
            raise InvalidRequest(
                f"The payment method {method.id} is not attached to {customer}: attach it first.",
                param="default_payment_method",
            )
    if params.default_source:
        payer = await ctx.load(Customer, customer)
        await source_of(ctx, payer, params.default_source, "default_source")
    if params.on_behalf_of:
        await represented(ctx, params.on_behalf_of)
    if params.transfer_data:
        await destination_of(ctx, params.transfer_data.destination, "transfer_data[destination]")
    settings = params.payment_settings
    if settings and settings.payment_method_types:
        method_types.checked(
            settings.payment_method_types, currency, "payment_settings[payment_method_types]"
        )


def _check_due(
    collection: CollectionMethod | None, due: int | None, params: CreateInvoice | UpdateInvoice
) -> None:
    if collection == "send_invoice":
        if due is None:
            raise missing("days_until_due")
    elif params.days_until_due is not None or params.due_date is not None:
        raise InvalidRequest(
            "Only what is sent has a date until which it is to be paid: send "
            "collection_method=send_invoice.",
            param="days_until_due" if params.days_until_due is not None else "due_date",
        )


def _settings(params: CreateInvoice | UpdateInvoice) -> PaymentSettings:
    sent = params.payment_settings
    types = (sent.payment_method_types or None) if sent else None
    return PaymentSettings(payment_method_types=tuple(types) if types else None)


def _finalizes_at(
    ctx: Context, params: CreateInvoice | UpdateInvoice, *, advances: bool
) -> datetime | None:
    if params.automatically_finalizes_at is None:
        return None
    if not advances:
        raise InvalidRequest(
            "Only what advances by itself is finalized at a time: send auto_advance=true.",
            param="automatically_finalizes_at",
        )
    at = moment(params.automatically_finalizes_at)
    if not ctx.now() < at <= ctx.now() + _LATEST:
        raise InvalidRequest(
            f"An invoice can finalize itself within {_LATEST.days} days.",
            param="automatically_finalizes_at",
        )
    return at


def _shown(ctx: Context, params: CreateInvoice) -> dict[str, Any]:
    shown = _shown_later(ctx, params)
    _check_due(params.collection_method, shown.get("due_date"), params)
    return {**shown, "metadata": merged({}, params.metadata)}


def _shown_later(ctx: Context, params: CreateInvoice | UpdateInvoice) -> dict[str, Any]:
    """Return what an invoice shows of what is sent, by the names of its fields."""
    shown: dict[str, Any] = {}
    if params.custom_fields is not None:
        fields = tuple(CustomField(each.name, each.value) for each in params.custom_fields or ())
        shown["custom_fields"] = fields or None
    if params.days_until_due is not None and params.due_date is not None:
        raise InvalidRequest("Send either days_until_due or due_date, not both.", param="due_date")
    if params.days_until_due is not None:
        shown["due_date"] = unix_seconds(ctx.now() + timedelta(days=params.days_until_due))
    if params.due_date is not None:
        if params.due_date < unix_seconds(ctx.now()):
            raise InvalidRequest("The due date is over: send one that is to come.",
                                 param="due_date")  # fmt: skip
        shown["due_date"] = params.due_date
    for name in ("effective_at", "number"):
        value = getattr(params, name)
        if value is not None:
            shown[name] = value or None
    return shown


async def _subscription(
    ctx: Context, params: CreateInvoice, customer: Customer
) -> Subscription | None:
    if params.subscription is None:
        return None
    found = await ctx.load(Subscription, params.subscription, param="subscription")
    if found.customer != customer.id:
        raise InvalidRequest(
            f"The subscription {found.id} is that of {found.customer}.", param="subscription"
        )
    return found
