"""Drawing: an invoice made of what is owed, as a draft that can still be changed.

Items of subscriptions are drawn as lines; everything else is an invoice item, and a line for it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct, field, to_builtins
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.kernel.codec import from_microseconds, unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.billing.invoice import (
    MOST_LINES,
    BillingReason,
    CollectionMethod,
    DiscountAmount,
    Invoice,
    InvoiceLine,
    InvoiceParent,
    InvoiceSubscription,
    ItemDetails,
    Kept,
    LineParent,
    PaymentSettings,
    Period,
    PriceDetails,
    Pricing,
    SubscriptionItemDetails,
    keep,
    kept_of,
    lines_shown,
)
from bezant.resources.billing.invoice_discounts import discounts_for, spend
from bezant.resources.billing.invoice_item import (
    PENDING,
    InvoiceItem,
    ItemParent,
    ItemSubscription,
)
from bezant.resources.billing.reckoning import Given, owed
from bezant.resources.catalogue.price import Price
from bezant.resources.core.application import acting_application
from bezant.resources.core.customer import Customer
from bezant.resources.core.discount import (
    Discount,
    DiscountParams,
    coupon_of,
    discounts_named,
)
from bezant.resources.core.discounting import Reducible
from bezant.resources.core.later import later
from bezant.resources.core.owners import Owner, acting_owner
from bezant.store.objects import Page

FINALIZE_JOB = "billing.finalize_invoice"
_DAY = 24 * 3_600
_PLACES = Decimal("1e-12")
DRAFT_LASTS = timedelta(hours=1)
"""How long an invoice that finalizes itself can be changed."""


class DraftLine(Struct, frozen=True, kw_only=True):
    """One thing that is owed; `amount` is in minor units, and below zero it is a credit."""

    amount: int
    currency: str
    description: str | None = None
    discountable: bool = True
    discounts: Sequence[Discount] = ()
    invoice_item: str | None = None
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    period: Period
    price: Price | None = None
    proration: bool = False
    quantity: int = 1
    subscription: str | None = None
    subscription_item: str | None = None
    unit_amount: str | None = None


class Draft(Struct, frozen=True, kw_only=True):
    """What an invoice is made of.

    `lines` are those of a subscription's items; `take_pending` adds the customer's waiting invoice
    items, those of the subscription and those that were made a moment ago too.
    `discounts` are on the whole, or else those that are `redeemed` for it. `metadata` is the
    subscription's, and `once` a name for this drawing that is the same whenever it is run again:
    it is needed where no request asks for it and the invoice is collected together with it.
    `shown` is what the invoice shows besides, by the names of its fields.
    """

    application_fee_amount: int | None = None
    application_fee_percent: Decimal | None = None
    auto_advance: bool = False
    collection_method: CollectionMethod = "charge_automatically"
    currency: str
    customer: Customer
    days_until_due: int | None = None
    default_payment_method: str | None = None
    default_source: str | None = None
    description: str | None = None
    discounts: Sequence[Discount] = ()
    finalizes_at: datetime | None = None
    footer: str | None = None
    lines: Sequence[DraftLine] = ()
    metadata: dict[str, str] | None = None
    on_behalf_of: str | None = None
    once: str | None = None
    payment_settings: PaymentSettings = PaymentSettings()
    period: Period | None = None
    proration_date: int | None = None
    redeemed: Sequence[DiscountParams] | None = None
    reason: BillingReason
    shown: Mapping[str, Any] = field(default_factory=dict[str, Any])
    statement_descriptor: str | None = None
    subscription: str | None = None
    take_pending: bool = True
    transfer_amount: int | None = None
    transfer_destination: str | None = None


async def draw(ctx: Context, draft: Draft) -> Invoice:
    """Store an invoice as a draft, with its lines; it finalizes itself if it advances by itself.

    Raises InvalidRequest for another currency than that of what the customer owes.
    """
    customer = in_currency(ctx, draft.customer, draft.currency)
    finalizes = draft.finalizes_at or (ctx.now() + DRAFT_LASTS if draft.auto_advance else None)
    invoice = _blank(ctx, draft, customer, await acting_owner(ctx), finalizes)
    invoice = replace(invoice, **draft.shown)
    kept = Kept(
        application_fee_amount=draft.application_fee_amount,
        application_fee_percent=draft.application_fee_percent,
        base=_base(ctx, draft, invoice.id),
        days_until_due=draft.days_until_due,
        destination=draft.transfer_destination,
        part=draft.transfer_amount,
    )
    ctx.create(invoice, hidden=to_builtins(kept))
    if finalizes is not None:
        later(ctx, FINALIZE_JOB, invoice.id, ctx.book, ctx.caller.platform, at=finalizes)
    waiting = await pending(ctx, draft) if draft.take_pending else []
    lines = [*take(ctx, invoice, waiting), *_drawn(invoice, draft.lines)]
    discounts = draft.discounts
    if draft.redeemed is not None:
        subtotal = sum(line.amount for line in lines)
        discounts = await discounts_for(ctx, invoice, draft.redeemed, subtotal)
        invoice = replace(invoice, discounts=tuple(each.id for each in discounts))
    invoice = await with_lines(ctx, invoice, lines)
    ctx.emit("invoice.created", invoice)
    cheaper = {each.discount for each in invoice.total_discount_amounts if each.amount}
    by_hand = draft.reason == "manual"
    spend(ctx, customer, [one for one in discounts if by_hand or one.id in cheaper])
    return invoice


def _blank(
    ctx: Context, draft: Draft, customer: Customer, owner: Owner, finalizes: datetime | None
) -> Invoice:
    """Return an invoice without lines."""
    name = ctx.new_id("in")
    now = unix_seconds(ctx.now())
    period = draft.period or Period(now, now)
    return Invoice(
        id=name,
        account_country=owner.country,
        account_name=owner.shown_name or None,
        application=acting_application(ctx),
        auto_advance=draft.auto_advance,
        automatically_finalizes_at=unix_seconds(finalizes) if finalizes else None,
        billing_reason=draft.reason,
        collection_method=draft.collection_method,
        created=created_of(name),
        currency=draft.currency,
        custom_fields=customer.invoice_settings.custom_fields,
        customer=customer.id,
        default_payment_method=draft.default_payment_method,
        default_source=draft.default_source,
        description=draft.description,
        discounts=tuple(each.id for each in draft.discounts),
        due_date=None if draft.days_until_due is None else now + draft.days_until_due * _DAY,
        footer=draft.footer or customer.invoice_settings.footer,
        lines=lines_shown(name, ()),
        livemode=ctx.livemode,
        metadata={},
        next_payment_attempt=_first_attempt(draft, finalizes),
        on_behalf_of=draft.on_behalf_of,
        parent=_parent(draft),
        payment_settings=draft.payment_settings,
        period_end=period.end,
        period_start=period.start,
        statement_descriptor=draft.statement_descriptor,
        **of_customer(customer),
    )


def in_currency(ctx: Context, customer: Customer, currency: str) -> Customer:
    """Let a customer owe in a currency; InvalidRequest if it owes in another one already."""
    if customer.currency is None:
        return ctx.save(ctx.current(customer), currency=currency)
    if customer.currency != currency:
        raise InvalidRequest(
            f"All that {customer.id} owes is in one currency, which is {customer.currency}: send "
            "that, or make another customer.",
            param="currency",
        )
    return customer


def of_customer(customer: Customer) -> dict[str, Any]:
    """Return what an invoice shows of its customer."""
    return {
        "customer_account": customer.customer_account,
        "customer_address": customer.address,
        "customer_email": customer.email,
        "customer_name": customer.name,
        "customer_phone": customer.phone,
        "customer_shipping": customer.shipping,
        "customer_tax_exempt": customer.tax_exempt,
        "starting_balance": customer.balance,
    }


async def pending(ctx: Context, draft: Draft) -> list[InvoiceItem]:
    """Return the invoice items that wait for such an invoice, the newest first."""
    made = {item.id: item for item in reversed(ctx.all_made(InvoiceItem))}
    waiting = [item for item in made.values() if _waits(item, draft)]
    filters, after = {"source": draft.customer.id, "status": PENDING}, None
    most, more = MOST_LINES - len(draft.lines), True
    while more and len(waiting) < most:  # Those of other subscriptions may be in between.
        ask = Page(limit=MOST_LINES, after=after, filters=filters)
        bodies, more = await ctx.page(InvoiceItem, ask)
        items = [msgspec.json.decode(body, type=InvoiceItem) for body in bodies]
        names = [item.id for item in items if item.id not in made and _waits(item, draft)]
        known = await ctx.load_many(InvoiceItem, names)
        waiting += [known[name] for name in names if name in known and _waits(known[name], draft)]
        after = items[-1].id if items else None
    return waiting[:most]


def _waits(item: InvoiceItem, draft: Draft) -> bool:
    own = item.customer == draft.customer.id and item.subscription in (None, draft.subscription)
    return own and item.invoice is None


def take(ctx: Context, invoice: Invoice, items: Sequence[InvoiceItem]) -> list[InvoiceLine]:
    """Put invoice items on an invoice, and return a line for each, in their order."""
    lines: list[InvoiceLine] = []
    for item in items:
        taken = ctx.save(ctx.current(item), invoice=invoice.id)
        lines.append(line_of(taken))
    return lines


def pend(ctx: Context, customer: Customer, line: DraftLine) -> InvoiceItem:
    """Store what a customer owes, for an invoice that is drawn later."""
    name = line.invoice_item or ctx.new_id("ii")
    parent = None
    if line.subscription is not None:
        details = ItemSubscription(
            subscription=line.subscription, subscription_item=line.subscription_item
        )
        parent = ItemParent(details)
    item = InvoiceItem(
        id=name,
        amount=line.amount,
        currency=line.currency,
        customer=customer.id,
        customer_account=customer.customer_account,
        date=created_of(name),
        description=line.description,
        discountable=line.discountable,
        discounts=tuple(each.id for each in line.discounts),
        livemode=ctx.livemode,
        metadata=line.metadata,
        net_amount=line.amount,
        parent=parent,
        period=line.period,
        pricing=pricing_of(line),
        proration=line.proration,
        quantity=line.quantity,
        quantity_decimal=str(line.quantity),
    )
    return ctx.create(item, event="invoiceitem.created")


def pricing_of(line: DraftLine) -> Pricing:
    """Return what one of a line costs, and by which price."""
    if line.price is None:
        if line.unit_amount is not None:
            return Pricing(unit_amount_decimal=line.unit_amount)
        each = (Decimal(line.amount) / (line.quantity or 1)).quantize(_PLACES)
        return Pricing(unit_amount_decimal=f"{each.normalize():f}")
    return Pricing(
        price_details=PriceDetails(line.price.id, line.price.product),
        unit_amount_decimal=line.price.unit_amount_decimal,
    )


def line_of(item: InvoiceItem) -> InvoiceLine:
    """Return the line of an invoice item, which is not stored yet."""
    details = item.parent.subscription_details if item.parent else None
    subscription = details.subscription if details else None
    part = details.subscription_item if details else None
    if part is not None:
        of_item = SubscriptionItemDetails(invoice_item=item.id, proration=item.proration,
                                          subscription=subscription,
                                          subscription_item=part)  # fmt: skip
        parent = LineParent(subscription_item_details=of_item, type="subscription_item_details")
    else:
        details = ItemDetails(invoice_item=item.id, proration=item.proration,
                              subscription=subscription)  # fmt: skip
        parent = LineParent(invoice_item_details=details, type="invoice_item_details")
    return InvoiceLine(
        id="",
        amount=item.amount,
        currency=item.currency,
        description=item.description,
        discountable=item.discountable,
        discounts=item.discounts,
        invoice=item.invoice,
        livemode=item.livemode,
        metadata=item.metadata,
        parent=parent,
        period=item.period,
        pricing=item.pricing,
        quantity=item.quantity,
        quantity_decimal=item.quantity_decimal,
        subscription=subscription,
        subtotal=item.amount,
    )


async def with_lines(
    ctx: Context, invoice: Invoice, lines: Sequence[InvoiceLine], *, event: str | None = None
) -> Invoice:
    """Store an invoice with these lines, new ones and those it had, and reckon it up."""
    if len(lines) > MOST_LINES:
        raise InvalidRequest(f"An invoice has at most {MOST_LINES} lines: draw another one.")
    discounts = await _discounts(ctx, invoice, lines)
    common = [discounts[name] for name in invoice.discounts]
    own = [[discounts[name] for name in line.discounts] for line in lines]
    sums = owed([_reducible(line) for line in lines], own, common)
    had = set(kept_of(ctx, invoice).lines)
    stored: list[InvoiceLine] = []
    for line, taken in zip(reversed(lines), reversed(sums.taken), strict=True):
        amounts = tuple(DiscountAmount(amount, name) for name, amount in taken)
        now = replace(line, discount_amounts=amounts)
        if line.id not in had:
            stored.append(ctx.create(replace(now, id=ctx.new_id("il"))))
        else:
            stored.append(now if now == line else ctx.save(now))
    stored.reverse()
    kept = replace(kept_of(ctx, invoice), lines=[line.id for line in stored])
    by_discount = sums.by_discount
    total = sums.total
    return keep(
        ctx,
        invoice,
        kept,
        event=event,
        amount_due=max(0, total),
        amount_remaining=max(0, total),
        lines=lines_shown(invoice.id, stored),
        subtotal=sums.subtotal,
        subtotal_excluding_tax=sums.subtotal,
        total=total,
        total_discount_amounts=tuple(
            DiscountAmount(by_discount.get(name, 0), name) for name in discounts
        ),
        total_excluding_tax=total,
    )


async def _discounts(
    ctx: Context, invoice: Invoice, lines: Sequence[InvoiceLine]
) -> dict[str, Given]:
    names = list(dict.fromkeys([*(name for line in lines for name in line.discounts),
                                *invoice.discounts]))  # fmt: skip
    found = await discounts_named(ctx, names) if names else []
    return {each.id: (each.id, coupon_of(ctx, each)) for each in found}


def _reducible(line: InvoiceLine) -> Reducible:
    details = line.pricing.price_details
    product = details.product if details else None
    return Reducible(line.amount, line.currency, product, line.discountable)


def _drawn(invoice: Invoice, lines: Sequence[DraftLine]) -> list[InvoiceLine]:
    """Return the lines of a subscription's items, which are not stored yet."""
    found: list[InvoiceLine] = []
    for line in lines:
        assert line.subscription_item is not None, "anything else is an invoice item"
        details = SubscriptionItemDetails(
            proration=line.proration,
            subscription=line.subscription,
            subscription_item=line.subscription_item,
        )
        found.append(
            InvoiceLine(
                id="",
                amount=line.amount,
                currency=line.currency,
                description=line.description,
                discountable=line.discountable,
                discounts=tuple(each.id for each in line.discounts),
                invoice=invoice.id,
                livemode=invoice.livemode,
                metadata=line.metadata,
                parent=LineParent(
                    subscription_item_details=details, type="subscription_item_details"
                ),
                period=line.period,
                pricing=pricing_of(line),
                quantity=line.quantity,
                quantity_decimal=str(line.quantity),
                subscription=line.subscription,
                subtotal=line.amount,
            )
        )
    return found


def _first_attempt(draft: Draft, finalizes: datetime | None) -> int | None:
    if finalizes is None or draft.collection_method == "send_invoice":
        return None
    return unix_seconds(finalizes)


def _parent(draft: Draft) -> InvoiceParent | None:
    if draft.subscription is None:
        return None
    details = InvoiceSubscription(metadata=draft.metadata, subscription=draft.subscription)
    if draft.proration_date is not None:
        details = replace(details, subscription_proration_date=draft.proration_date)
    return InvoiceParent(details)


def _base(ctx: Context, draft: Draft, name: str) -> str:
    """Return what requests to the acquirer begin with: the same whenever the call runs again.

    The id will not do for an invoice that is paid in the call that makes it.
    """
    call = draft.once or ctx.caller.idempotency_key or ctx.caller.request
    if call is None:
        return f"{ctx.account}/{name}"
    day = ctx.now().date()
    return f"{ctx.account}/{call}/{day}/{draft.customer.id}/{draft.reason}"


def moment(seconds: int) -> datetime:
    """Return the moment of a Unix second."""
    return from_microseconds(seconds * 1_000_000)
