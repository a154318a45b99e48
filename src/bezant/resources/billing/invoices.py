"""Invoices: drawn, changed while they are drafts, finalized, paid, voided."""

from msgspec.structs import replace

from bezant.api import search
from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.api.operation import Options
from bezant.api.pages import Page, page_of
from bezant.api.refusals import missing
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.billing.collecting import check_idle, collect, method_sent
from bezant.resources.billing.drawing import draw
from bezant.resources.billing.finalizing import finalize as finalized
from bezant.resources.billing.invoice import Invoice
from bezant.resources.billing.invoice_attaching import attached
from bezant.resources.billing.invoice_changes import changed, draft_of
from bezant.resources.billing.invoice_ending import (
    paid_elsewhere,
    uncollectible,
    undrawn,
    voided,
)
from bezant.resources.billing.invoice_items import check_draft
from bezant.resources.billing.invoice_outcome import COLLECTABLE
from bezant.resources.billing.invoice_params import (
    AttachPayment,
    CreateInvoice,
    FinalizeInvoice,
    ListInvoices,
    PayInvoice,
    UpdateInvoice,
)
from bezant.resources.billing.invoice_sending import sent
from bezant.resources.billing.preview_params import PreviewInvoice
from bezant.resources.billing.previewing import preview
from bezant.resources.billing.subscription_following import follow
from bezant.resources.core.account_customer import with_customer
from bezant.resources.core.sortable import bounds
from bezant.resources.payments.payment_intent import PaymentIntent

PATH = "/v1/invoices"
_SHOWN = frozenset({"confirmation_secret", "lines"})

routes = Routes(Invoice, PATH, prefix="in", listed=False, options=Options(shown=_SHOWN))
routes.search(
    {
        "created": search.number("created"),
        "currency": search.token("currency"),
        "customer": search.token("customer", column="source"),
        "last_finalization_error_code": search.text("last_finalization_error.code"),
        "last_finalization_error_type": search.text("last_finalization_error.type"),
        "metadata": search.metadata(),
        "number": search.text("number"),
        "receipt_number": search.text("receipt_number"),
        "status": search.token("status", column="status"),
        "subscription": search.token("parent.subscription_details.subscription",
                                     column="destination"),
        "total": search.number("total"),
    },
    sparse=True,
)  # fmt: skip


@routes.get(PATH, listing=True, shown=frozenset({f"data.{each}" for each in _SHOWN}))
async def list_all(ctx: Context, params: ListInvoices) -> Page:
    """List invoices, newest first."""
    params = await with_customer(ctx, params)
    asked = {
        "destination": params.subscription,
        "source": params.customer,
        "status": params.status,
        "type": params.collection_method,
    }
    filters = {name: value for name, value in asked.items() if value is not None}
    ranges = {} if params.due_date is None else {"reference": bounds(params.due_date)}
    return await page_of(ctx, Invoice, "in", params, filters, ranges)


@routes.create
async def create(ctx: Context, params: CreateInvoice) -> Invoice:
    """Draw an invoice, with what waits for it if that is wanted."""
    params = await with_customer(ctx, params)
    if params.customer is None:
        raise missing("customer")
    return await draw(ctx, await draft_of(ctx, params))


@routes.post(PATH + "/create_preview")
async def create_preview(ctx: Context, params: PreviewInvoice) -> Invoice:
    """Say what the next invoice would be; nothing is stored."""
    return await preview(ctx, await with_customer(ctx, params))


@routes.update
async def update(ctx: Context, invoice: Invoice, params: UpdateInvoice) -> Invoice:
    """Change a draft; of what is finalized, what is said of it."""
    return await changed(ctx, invoice, params)


@routes.delete
async def delete(ctx: Context, invoice: Invoice) -> None:
    """Delete a draft; its invoice items wait for another invoice."""
    await undrawn(ctx, invoice)


@routes.action
async def finalize(ctx: Context, invoice: Invoice, params: FinalizeInvoice) -> Invoice:
    """Let the customer owe what a draft says."""
    check_draft(invoice, None)
    if params.auto_advance is not None:
        invoice = replace(invoice, auto_advance=params.auto_advance)
    return await finalized(ctx, invoice)


@routes.action
async def pay(ctx: Context, invoice: Invoice, params: PayInvoice) -> Invoice | Failure:
    """Collect an invoice now, or say that it was paid with money that does not come here."""
    if invoice.status == "draft":
        invoice = await finalized(ctx, invoice)
        if invoice.status == "paid":
            return await _followed(ctx, invoice)
    if params.paid_out_of_band:
        return await _followed(ctx, await paid_elsewhere(ctx, invoice))
    if invoice.status not in COLLECTABLE:
        what = "paid already" if invoice.status == "paid" else invoice.status
        raise InvalidRequest(f"The invoice {invoice.id} is {what}.", code="invoice_not_editable")
    await check_idle(ctx, invoice)
    method = await method_sent(ctx, params)
    collected = await collect(ctx, invoice, off_session=params.off_session, method=method)
    return collected.failure or await _followed(ctx, collected.invoice)


@routes.action
async def attach_payment(ctx: Context, invoice: Invoice, params: AttachPayment) -> Invoice:
    """Let an invoice be paid by a payment that was made without it."""
    if params.payment_intent is None:
        raise missing("payment_intent")
    intent = await ctx.load(PaymentIntent, params.payment_intent, param="payment_intent")
    return await _followed(ctx, await attached(ctx, invoice, intent))


@routes.action
async def send(ctx: Context, invoice: Invoice) -> Invoice:
    """Write to the customer what is owed; a draft is finalized first."""
    return await sent(ctx, await finalized(ctx, invoice) if invoice.status == "draft" else invoice)


@routes.action
async def void(ctx: Context, invoice: Invoice) -> Invoice:
    """Let an invoice not be owed."""
    return await _followed(ctx, await voided(ctx, invoice))


@routes.action
async def mark_uncollectible(ctx: Context, invoice: Invoice) -> Invoice:
    """Let nobody expect the money of an invoice any more."""
    return await _followed(ctx, await uncollectible(ctx, invoice))


async def _followed(ctx: Context, invoice: Invoice) -> Invoice:
    """Let the subscription of an invoice stand as that does now."""
    await follow(ctx, invoice)
    return invoice
