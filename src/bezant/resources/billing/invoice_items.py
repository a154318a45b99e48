"""Invoice items: what customers owe, until an invoice takes it, and as long as that is a draft."""

from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import merged
from bezant.api.refusals import missing
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.billing.drawing import (
    DraftLine,
    in_currency,
    line_of,
    pend,
    pricing_of,
    take,
    with_lines,
)
from bezant.resources.billing.invoice import Invoice, InvoiceLine, lines_of
from bezant.resources.billing.invoice_item import INVOICED, PENDING, InvoiceItem
from bezant.resources.billing.owed_params import (
    CreateInvoiceItem,
    OwedParams,
    UpdateInvoiceItem,
    line_sent,
)
from bezant.resources.billing.subscription import Subscription
from bezant.resources.catalogue.price import times
from bezant.resources.core.account_customer import customer_named, with_customer
from bezant.resources.core.customer import Customer
from bezant.resources.core.discount import discounts_of
from bezant.resources.core.owners import acting_owner

PATH = "/v1/invoiceitems"
_PRICES = ("amount", "price_data", "pricing", "unit_amount_decimal")


class ListInvoiceItems(ListParams):
    """By what invoice items are listed."""

    customer: str | None = None
    customer_account: str | None = None
    invoice: str | None = None
    pending: bool | None = None


routes = Routes(InvoiceItem, PATH, prefix="ii", listed=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListInvoiceItems) -> Page:
    """List invoice items, newest first."""
    params = await with_customer(ctx, params)
    filters: dict[str, str] = {}
    if params.customer is not None:
        filters["source"] = params.customer
    if params.invoice is not None:
        filters["parent"] = params.invoice
    if params.pending is not None:
        filters["status"] = PENDING if params.pending else INVOICED
    return await page_of(ctx, InvoiceItem, "ii", params, filters)


@routes.create
async def create(ctx: Context, params: CreateInvoiceItem) -> InvoiceItem:
    """Let a customer owe something, on a draft or on the next invoice that is drawn."""
    params = await with_customer(ctx, params)
    invoice = None
    if params.invoice is not None:
        invoice = await ctx.load(Invoice, params.invoice, param="invoice")
        check_draft(invoice, "invoice")
        if params.customer not in (None, invoice.customer):
            raise InvalidRequest(
                f"The invoice is that of {invoice.customer}: send that customer, or none.",
                param="customer",
            )
    name = params.customer or (invoice.customer if invoice else None)
    if name is None:
        raise missing("customer")
    customer = await customer_named(ctx, name)
    if params.subscription is not None:
        found = await ctx.load(Subscription, params.subscription, param="subscription")
        if found.customer != customer.id:
            raise InvalidRequest(
                f"The subscription {found.id} is that of {found.customer}.", param="subscription"
            )
    known = invoice.currency if invoice else customer.currency
    currency = params.currency or known or (await acting_owner(ctx)).default_currency
    line = await line_sent(
        ctx, params, customer, currency=currency, subscription=params.subscription
    )
    _check_currency(params, line, invoice)
    customer = in_currency(ctx, customer, line.currency)
    item = pend(ctx, customer, line)
    if invoice is None:
        return item
    lines = [*take(ctx, invoice, [item]), *await lines_of(ctx, invoice)]
    await with_lines(ctx, invoice, lines, event="invoice.updated")
    return ctx.current(item)


@routes.update
async def update(ctx: Context, item: InvoiceItem, params: UpdateInvoiceItem) -> InvoiceItem:
    """Change what is owed, as long as no invoice that says it is finalized."""
    invoice = await invoice_of(ctx, item)
    item = await changed(ctx, item, params)
    if invoice is not None:
        lines = [line_again(ctx, line, item) for line in await lines_of(ctx, invoice)]
        await with_lines(ctx, invoice, lines, event="invoice.updated")
    return item


@routes.delete
async def delete(ctx: Context, item: InvoiceItem) -> None:
    """Let something not be owed, as long as no invoice that says it is finalized."""
    invoice = await invoice_of(ctx, item)
    if invoice is not None:
        known = await lines_of(ctx, invoice)
        for line in known:
            if line.item == item.id:
                ctx.delete(line)
        lines = [line for line in known if line.item != item.id]
        await with_lines(ctx, invoice, lines, event="invoice.updated")
    ctx.delete(item, event="invoiceitem.deleted")


async def invoice_of(ctx: Context, item: InvoiceItem) -> Invoice | None:
    """Return the draft that an item is on, if it is on one.

    Raises InvalidRequest if that invoice is no draft any more.
    """
    if item.invoice is None:
        return None
    invoice = await ctx.load(Invoice, item.invoice)
    check_draft(invoice, None)
    return invoice


def check_draft(invoice: Invoice, param: str | None) -> None:
    """Refuse to change what a customer has been told to owe."""
    if invoice.status != "draft":
        raise InvalidRequest(
            f"The invoice {invoice.id} is {invoice.status}, and only drafts can be changed: void "
            "it and draw another one.",
            code="invoice_not_editable",
            param=param,
        )


def line_again(ctx: Context, line: InvoiceLine, item: InvoiceItem) -> InvoiceLine:
    """Store a line as its item says it now, if it is the line of that."""
    if line.item != item.id:
        return line
    return ctx.save(replace(line_of(item), id=line.id))


async def changed(ctx: Context, item: InvoiceItem, sent: OwedParams) -> InvoiceItem:
    """Store an item with what is sent about it."""
    told: dict[str, Any] = {"metadata": merged(item.metadata, sent.metadata)}
    if any(getattr(sent, name, None) is not None for name in (*_PRICES, "quantity")):
        told |= await _costs(ctx, item, sent)
    if sent.description is not None:
        told["description"] = sent.description
    if sent.discountable is not None:
        told["discountable"] = sent.discountable
    if sent.period is not None:
        told["period"] = replace(item.period, end=sent.period.end, start=sent.period.start)
    if sent.discounts is not None:
        given = await discounts_of(
            ctx,
            sent.discounts or (),
            customer=item.customer,
            had=item.discounts,
            invoice_item=item.id,
            purchase=Money(max(told.get("amount", item.amount), 0), item.currency),
        )
        told["discounts"] = tuple(each.id for each in given)
    return ctx.save(item, **told)


async def _costs(ctx: Context, item: InvoiceItem, sent: OwedParams) -> dict[str, Any]:
    """Return what an item costs by what is sent; a quantity alone is of the price that it has."""
    quantity = item.quantity if sent.quantity is None else sent.quantity
    told: dict[str, Any] = {"quantity": quantity, "quantity_decimal": str(quantity)}
    if not any(getattr(sent, name, None) is not None for name in _PRICES):
        amount = times(item.pricing.unit_amount_decimal, quantity)
        return {**told, "amount": amount, "net_amount": amount}
    if sent.amount is not None:
        quantity = sent.quantity
    customer = await ctx.load(Customer, item.customer)
    asked = replace(sent, discounts=None, quantity=quantity)
    line = await line_sent(ctx, asked, customer, currency=item.currency)
    if line.currency != item.currency:
        raise InvalidRequest(
            f"The item is in {item.currency}, and the price in {line.currency}.", param="pricing"
        )
    return {
        "amount": line.amount,
        "net_amount": line.amount,
        "pricing": pricing_of(line),
        "quantity": line.quantity,
        "quantity_decimal": str(line.quantity),
    }


def _check_currency(params: CreateInvoiceItem, line: DraftLine, invoice: Invoice | None) -> None:
    if params.currency not in (None, line.currency):
        raise InvalidRequest(f"The price is in {line.currency}.", param="currency")
    if invoice is not None and invoice.currency != line.currency:
        raise InvalidRequest(
            f"The invoice is in {invoice.currency}, and this in {line.currency}.", param="currency"
        )
