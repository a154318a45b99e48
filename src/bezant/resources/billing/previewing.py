"""Previews: what the next invoice of a customer would be, if this or that were changed.

Everything is done as it would be, in a context that is never written; no bank is asked.
"""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.refusals import missing
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.billing.drawing import Draft, draw, pend, with_lines
from bezant.resources.billing.invoice import Invoice, LineList, lines_of
from bezant.resources.billing.invoice_discounts import discounts_for, own_discounts
from bezant.resources.billing.owed_params import PricingParams, UnitParams, line_sent
from bezant.resources.billing.preview_params import (
    PreviewedItem,
    PreviewedSubscription,
    PreviewInvoice,
)
from bezant.resources.billing.reckoning import due
from bezant.resources.billing.renewing import go_on, up_to_date
from bezant.resources.billing.subscribing import subscribe
from bezant.resources.billing.subscription import Subscription
from bezant.resources.billing.subscription_billing import DRAWN, Way, draw_for, lines_for
from bezant.resources.billing.subscription_changes import updated
from bezant.resources.billing.subscription_params import (
    AnchorParams,
    CreateSubscription,
    UpdateSubscription,
)
from bezant.resources.billing.subscription_prorating import credit_rest, prorated_at
from bezant.resources.core.customer import Customer
from bezant.resources.core.owners import acting_owner

_CHANGES = ("cancel_at", "cancel_at_period_end", "items", "metadata", "proration_date", "trial_end")
_UPCOMING = Way("upcoming", DRAWN)


async def preview(ctx: Context, params: PreviewInvoice) -> Invoice:
    """Return the next invoice of a customer, or of a subscription; nothing is stored.

    Raises InvalidRequest for what could not be done, as doing it would.
    """
    scratch = ctx.fresh()
    subscription = None
    if params.subscription is not None:
        subscription = await scratch.load(Subscription, params.subscription, param="subscription")
    name = params.customer or (subscription.customer if subscription else None)
    if name is None:
        raise missing("customer")
    if subscription is not None and name != subscription.customer:
        raise InvalidRequest(
            f"The subscription {subscription.id} is that of {subscription.customer}.",
            param="customer",
        )
    customer = await scratch.load(Customer, name, param="customer")
    invoice = await _drawn(scratch, customer, subscription, params)
    if params.discounts is not None:
        given = await discounts_for(scratch, invoice, params.discounts or (), invoice.subtotal)
        invoice = replace(invoice, discounts=tuple(each.id for each in given))
        invoice = await with_lines(scratch, invoice, await lines_of(scratch, invoice))
    return await _upcoming(scratch, invoice, scratch.current(customer).balance)


async def _upcoming(ctx: Context, invoice: Invoice, balance: int) -> Invoice:
    """Return an invoice with what would be due, and all its lines, of which no list is stored."""
    name = f"upcoming_{invoice.id}"
    lines = tuple(replace(line, invoice=name) for line in await lines_of(ctx, invoice))
    amount = due(Money(invoice.total, invoice.currency), balance).amount
    return replace(
        invoice,
        amount_due=amount,
        amount_remaining=amount,
        billing_reason="upcoming",
        ending_balance=None,
        id=name,
        lines=LineList(data=lines, url=f"/v1/invoices/{name}/lines"),
        starting_balance=balance,
    )


async def _drawn(
    ctx: Context, customer: Customer, subscription: Subscription | None, params: PreviewInvoice
) -> Invoice:
    details = params.subscription_details
    if subscription is None and (details is None or not details.items):
        return await _of_customer(ctx, customer, params)
    if subscription is None:
        assert details is not None, "it has items"
        return await _begun(ctx, customer, params, details)
    if subscription.ended:
        raise InvalidRequest(
            f"The subscription {subscription.id} is {subscription.status}: nothing more is "
            "invoiced for it.",
            code="subscription_not_changeable",
        )
    await _besides(ctx, customer, subscription, params.invoice_items or ())
    if details is None or params.preview_mode == "recurring":
        return await _renewed(ctx, customer, subscription)
    subscription = await up_to_date(ctx, subscription)
    customer = ctx.current(customer)
    if details.cancel_now:
        at = prorated_at(ctx, subscription, details.proration_date, ahead=True)
        if details.proration_behavior != "none" and subscription.status != "trialing":
            await credit_rest(ctx, customer, subscription, at)
        billed = await draw_for(ctx, customer, subscription, [], _UPCOMING, advances=False)
        return billed.invoice
    before = subscription.latest_invoice
    after = await updated(ctx, subscription, _changed(details))
    if after.latest_invoice != before and after.latest_invoice is not None:
        found = ctx.made(Invoice, after.latest_invoice)
        assert found is not None, "it was drawn just now"
        return found
    return await _renewed(ctx, customer, after)


async def _of_customer(ctx: Context, customer: Customer, params: PreviewInvoice) -> Invoice:
    """Return an invoice of what waits for one."""
    currency = params.currency or customer.currency
    currency = currency or (await acting_owner(ctx)).default_currency
    for at, each in enumerate(params.invoice_items or ()):
        await _pended(ctx, customer, each, currency, f"invoice_items[{at}]")
    draft = Draft(
        currency=currency,
        customer=ctx.current(customer),
        discounts=await own_discounts(ctx, customer),
        on_behalf_of=params.on_behalf_of or None,
        reason="upcoming",
    )
    invoice = await draw(ctx, draft)
    if not invoice.lines.data:
        raise InvalidRequest(
            f"Nothing waits to be invoiced to {customer.id}.",
            code="invoice_upcoming_none",
            param="customer",
        )
    return invoice


async def _begun(
    ctx: Context, customer: Customer, params: PreviewInvoice, details: PreviewedSubscription
) -> Invoice:
    """Return the first invoice of a subscription that would be made."""
    items = details.items or []
    for at, each in enumerate(items):
        if each.id is not None or each.deleted:
            raise InvalidRequest(
                "A new subscription has new items: send `subscription` to change one.",
                param=f"subscription_details[items][{at}][id]",
            )
    anchor = details.billing_cycle_anchor
    asked: dict[str, Any] = {"currency": params.currency} if params.currency else {}
    if params.on_behalf_of:
        asked["on_behalf_of"] = params.on_behalf_of
    made = await subscribe(
        ctx,
        customer,
        CreateSubscription(
            billing_cycle_anchor=anchor.timestamp if anchor else None,
            billing_mode=details.billing_mode,
            cancel_at=details.cancel_at,
            cancel_at_period_end=details.cancel_at_period_end,
            items=[*items],
            payment_behavior=DRAWN,
            proration_behavior=details.proration_behavior,
            trial_end=details.trial_end,
            **asked,
        ),
    )
    assert isinstance(made, Subscription), "nobody was asked for money"
    invoice = ctx.made(Invoice, made.latest_invoice or "")
    assert invoice is not None, "it was drawn just now"
    return invoice


async def _renewed(ctx: Context, customer: Customer, subscription: Subscription) -> Invoice:
    """Return the invoice of the next period."""
    if subscription.cancel_at is not None and subscription.cancel_at <= subscription.period.end:
        raise InvalidRequest(
            f"The subscription {subscription.id} ends with its running period: nothing more is "
            "invoiced for it.",
            code="invoice_upcoming_none",
            param="subscription",
        )
    after = await go_on(ctx, subscription)
    lines = await lines_for(ctx, after, after.period)
    way = _UPCOMING._replace(ran=subscription.period)
    return (await draw_for(ctx, customer, after, lines, way, advances=False)).invoice


def _changed(details: PreviewedSubscription) -> UpdateSubscription:
    kind = details.billing_cycle_anchor.type if details.billing_cycle_anchor else None
    if kind == "timestamp":
        raise InvalidRequest(
            "The cycle of a subscription begins anew now, or not: send `now` or `unchanged`.",
            param="subscription_details[billing_cycle_anchor][type]",
        )
    told = {name: getattr(details, name) for name in _CHANGES}
    return UpdateSubscription(
        billing_cycle_anchor=AnchorParams(type=kind) if kind else None,
        payment_behavior=DRAWN,
        proration_behavior=details.proration_behavior,
        **told,
    )


async def _besides(
    ctx: Context, customer: Customer, subscription: Subscription, sent: Sequence[PreviewedItem]
) -> None:
    for at, each in enumerate(sent):
        place = f"invoice_items[{at}]"
        await _pended(ctx, customer, each, subscription.currency, place, subscription.id)


async def _pended(
    ctx: Context,
    customer: Customer,
    sent: PreviewedItem,
    currency: str,
    place: str,
    subscription: str | None = None,
) -> None:
    """Let something be owed besides."""
    unit = sent.unit_amount_decimal
    if sent.unit_amount is not None:
        unit = str(sent.unit_amount)
    owed = UnitParams(
        amount=sent.amount,
        description=sent.description,
        discountable=sent.discountable,
        discounts=sent.discounts,
        metadata=sent.metadata,
        period=sent.period,
        price_data=sent.price_data,
        pricing=PricingParams(price=sent.price) if sent.price else None,
        quantity=sent.quantity,
        unit_amount_decimal=unit,
    )
    line = await line_sent(ctx, owed, customer, currency=sent.currency or currency,
                           subscription=subscription, place=place)  # fmt: skip
    if line.currency != currency:
        raise InvalidRequest(
            f"The invoice is in {currency}, and this in {line.currency}.",
            param=f"{place}[currency]",
        )
    pend(ctx, customer, line)
