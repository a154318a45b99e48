"""The lines of invoices: listed, and changed while the invoice is a draft.

A line is that of an invoice item, and changes with it; those of a subscription's items are changed
with the subscription.
"""

from collections.abc import Mapping, Sequence

from bezant.api.context import Context, Stale
from bezant.api.operation import Options
from bezant.api.params import Unset, merged
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.billing.drawing import pend, take, with_lines
from bezant.resources.billing.invoice import Invoice, InvoiceLine, lines_of
from bezant.resources.billing.invoice_item import InvoiceItem
from bezant.resources.billing.invoice_items import changed, check_draft, line_again
from bezant.resources.billing.invoice_params import (
    AddedLine,
    AddLines,
    RemoveLines,
    UpdateLines,
)
from bezant.resources.billing.owed_params import LineParams, line_sent
from bezant.resources.core.customer import Customer

PATH = "/v1/invoices/{invoice}/lines"
_ADDED = "Send either `invoice_item` or what the line says, not both."

routes = Routes(
    InvoiceLine,
    PATH,
    prefix="il",
    parent=Invoice,
    retrieved=False,
    options=Options(permits=Invoice.kind()),
)


@routes.post(PATH + "/{line_item_id}")
async def update(
    ctx: Context, invoice: Invoice, line: InvoiceLine, params: LineParams
) -> InvoiceLine:
    """Change a line of a draft, and the invoice item that it is of."""
    check_draft(invoice, None)
    await _change(ctx, invoice, {line.id: params})
    return ctx.current(line)


@routes.post("/v1/invoices/{invoice}/add_lines", returns=Invoice)
async def add_lines(ctx: Context, invoice: Invoice, params: AddLines) -> Invoice:
    """Add lines to a draft: new ones, and those of invoice items that wait."""
    check_draft(invoice, None)
    customer = await ctx.load(Customer, invoice.customer)
    items = [
        await _item(ctx, invoice, customer, each, f"lines[{at}]")
        for at, each in enumerate(params.lines)
    ]
    lines = [*take(ctx, invoice, items), *await lines_of(ctx, invoice)]
    return await _stored(ctx, invoice, lines, params.invoice_metadata)


@routes.post("/v1/invoices/{invoice}/update_lines", returns=Invoice)
async def update_lines(ctx: Context, invoice: Invoice, params: UpdateLines) -> Invoice:
    """Change lines of a draft."""
    check_draft(invoice, None)
    sent = {each.id: each for each in params.lines}
    return await _change(ctx, invoice, sent, params.invoice_metadata)


@routes.post("/v1/invoices/{invoice}/remove_lines", returns=Invoice)
async def remove_lines(ctx: Context, invoice: Invoice, params: RemoveLines) -> Invoice:
    """Take lines off a draft: their items are deleted, or wait for another invoice."""
    check_draft(invoice, None)
    known = {line.id: line for line in await lines_of(ctx, invoice)}
    ways = {each.id: each.behavior for each in params.lines}
    items = await _items(ctx, known, list(ways))
    for name, item in items.items():
        if ways[name] == "delete":
            ctx.delete(item, event="invoiceitem.deleted")
        else:
            ctx.save(item, invoice=None)
        ctx.delete(known[name])
    lines = [line for name, line in known.items() if name not in ways]
    return await _stored(ctx, invoice, lines, params.invoice_metadata)


async def _change(
    ctx: Context,
    invoice: Invoice,
    sent: Mapping[str, LineParams],
    metadata: dict[str, str] | Unset | None = None,
) -> Invoice:
    known = {line.id: line for line in await lines_of(ctx, invoice)}
    items = await _items(ctx, known, list(sent))
    for name, item in items.items():
        known[name] = line_again(ctx, known[name], await changed(ctx, item, sent[name]))
    return await _stored(ctx, invoice, list(known.values()), metadata)


async def _items(
    ctx: Context, known: Mapping[str, InvoiceLine], names: Sequence[str]
) -> dict[str, InvoiceItem]:
    """Return the invoice items of lines, by the lines' ids."""
    for at, name in enumerate(names):
        if name not in known:
            raise InvalidRequest(
                f"No such line_item: '{name[:64]}'",
                code="resource_missing",
                param=f"lines[{at}][id]",
            )
        if known[name].item is None:
            raise InvalidRequest(
                f"The line {name} is that of a subscription's item: change the subscription.",
                param=f"lines[{at}][id]",
            )
    wanted = {name: known[name].item or "" for name in names}
    found = await ctx.load_many(InvoiceItem, list(wanted.values()))
    if len(found) < len(set(wanted.values())):
        raise Stale(wanted)
    return {name: found[item] for name, item in wanted.items()}


async def _item(
    ctx: Context, invoice: Invoice, customer: Customer, sent: AddedLine, place: str
) -> InvoiceItem:
    """Return the item of a line to add."""
    if sent.invoice_item is None:
        line = await line_sent(ctx, sent, customer, currency=invoice.currency, place=place)
        if line.currency != invoice.currency:
            raise InvalidRequest(
                f"The invoice is in {invoice.currency}, and this in {line.currency}.",
                param=f"{place}[pricing]",
            )
        return pend(ctx, customer, line)
    param = f"{place}[invoice_item]"
    if sent.changes(without=("invoice_item",)):
        raise InvalidRequest(_ADDED, param=param)
    item = await ctx.load(InvoiceItem, sent.invoice_item, param=param)
    if item.customer != invoice.customer:
        raise InvalidRequest(f"The item is that of {item.customer}.", param=param)
    if ctx.current(item).invoice is not None:
        raise InvalidRequest(f"The item is on the invoice {item.invoice} already.", param=param)
    return item


async def _stored(
    ctx: Context,
    invoice: Invoice,
    lines: Sequence[InvoiceLine],
    metadata: dict[str, str] | Unset | None,
) -> Invoice:
    if metadata is not None:
        invoice = ctx.save(invoice, metadata=merged(invoice.metadata, metadata))
    return await with_lines(ctx, invoice, lines, event="invoice.updated")
