"""Prorating: what changes in the middle of a period gives back, and what it costs besides.

Both are reckoned after discounts, as the customer has paid, so that no discount is on them again.
"""

from collections.abc import Mapping, Sequence

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.billing.charged import (
    Charge,
    Charges,
    charges_of,
    invoices_behind,
    like,
    rest_of,
)
from bezant.resources.billing.cycle import Span
from bezant.resources.billing.drawing import DraftLine, moment, pend, take, with_lines
from bezant.resources.billing.invoice import Invoice, Period, lines_of
from bezant.resources.billing.invoice_item import InvoiceItem
from bezant.resources.billing.subscription import Subscription
from bezant.resources.billing.subscription_billing import names_of, net_amounts, part
from bezant.resources.billing.subscription_item import SubscriptionItem
from bezant.resources.core.customer import Customer

CHANGED = "changed_at"
"""Where a subscription's hidden part has when it was changed in the middle of a period."""


def prorated_at(
    ctx: Context, subscription: Subscription, sent: int | None, *, ahead: bool = False
) -> int:
    """Return from when a change counts, in Unix seconds; InvalidRequest for what was billed so.

    What has been prorated once is not prorated again. Only what is merely shown can be `ahead`.
    """
    now = unix_seconds(ctx.now())
    if sent is None:
        return now
    first = max(subscription.period.start, ctx.hidden(subscription).get(CHANGED, 0))
    last = subscription.period.end - 1
    last = last if ahead else min(now, last)
    if not first <= sent <= last:
        raise InvalidRequest(
            "A change counts from a moment within the running period, not before an earlier "
            f"change and not after now: from {first} to {last}.",
            param="proration_date",
        )
    return sent


async def credit_rest(
    ctx: Context, customer: Customer, subscription: Subscription, at: int, *, ends: bool = False
) -> None:
    """Give back what is left of the running period, by items of the next invoice.

    If the subscription ends, drafts no longer advance by themselves.
    """
    charges = await charges_of(ctx, subscription)
    items = subscription.items.data
    await _give_back(ctx, customer, subscription, items, charges, at, ends=ends)


async def prorate(
    ctx: Context, customer: Customer, before: Subscription, after: Subscription, at: int
) -> Charges:
    """Give back what is left of items that change, and charge for what they change to.

    Returns what is charged for the running period then.
    """
    charges = await charges_of(ctx, before)
    span = Span(at, before.period.end)
    if span.seconds <= 0:
        return charges
    had = {item.id: item for item in before.items.data}
    has = {item.id: item for item in after.items.data}
    gone = [item for name, item in had.items() if not _alike(item, has.get(name))]
    new = [item for name, item in has.items() if not _alike(item, had.get(name))]
    await _give_back(ctx, customer, before, gone, charges, at)
    whole = await net_amounts(ctx, customer, after)
    names = await names_of(ctx, [item.price for item in new])
    for item in new:
        known = rest_of(charges, item, at)
        amount = part(whole[item.id], before, span) if known is None else known
        what = f"Remaining time on {_told(item, names)}"
        owed = pend(ctx, ctx.current(customer), _line(item, amount, what, span))
        if known is None:
            charges[like(item)] = Charge(amount, span.start, span.end, owed.id)
    return charges


async def _give_back(
    ctx: Context,
    customer: Customer,
    subscription: Subscription,
    items: Sequence[SubscriptionItem],
    charges: Charges,
    at: int,
    *,
    ends: bool = False,
) -> None:
    """Give back what was charged for items from a moment on.

    What only a draft says that stays one is taken off that: nobody may ever owe it.
    """
    span = Span(at, subscription.period.end)
    if span.seconds <= 0:
        return
    names = await names_of(ctx, [item.price for item in items])
    behind = await invoices_behind(ctx, charges.values())
    for item in items:
        charge = charges.get(like(item))
        if charge is None or not charge.rest(at):
            continue
        what = f"Unused time on {_told(item, names)}"
        given = pend(ctx, ctx.current(customer), _line(item, -charge.rest(at), what, span))
        invoice = behind.get(charge.source)
        if invoice is None:
            continue
        if invoice.status == "draft" and (ends or not invoice.auto_advance):
            await _take_off(ctx, ctx.current(invoice), given)
        elif invoice.status == "open":
            ctx.save(ctx.current(invoice))  # So that nobody voids it at the same moment.


async def _take_off(ctx: Context, invoice: Invoice, given: InvoiceItem) -> None:
    lines = await lines_of(ctx, invoice)
    await with_lines(ctx, invoice, [*take(ctx, invoice, [given]), *lines], event="invoice.updated")


def _line(item: SubscriptionItem, amount: int, what: str, span: Span) -> DraftLine:
    return DraftLine(
        amount=amount,
        currency=item.price.currency,
        description=f"{what} after {moment(span.start):%d %b %Y}",
        discountable=False,
        period=Period(span.end, span.start),
        price=item.price,
        proration=True,
        quantity=item.quantity,
        subscription=item.subscription,
        subscription_item=item.id,
    )


def _told(item: SubscriptionItem, names: Mapping[str, str]) -> str:
    count = "" if item.quantity == 1 else f"{item.quantity} x "
    return f"{count}{names[item.price.product]}"


def _alike(item: SubscriptionItem, other: SubscriptionItem | None) -> bool:
    return other is not None and like(item) == like(other)
