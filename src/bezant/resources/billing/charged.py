"""What is charged for the running period of a subscription, by what its items are like.

What is left of a period is given back as it was charged: after the discounts of its invoice, and
nothing for what was free, which is also what nobody owes any more because its invoice was voided
or written off. Whoever changes back at the same moment pays what was given back.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple, TypeVar

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.resources.billing.cycle import Span
from bezant.resources.billing.invoice import Invoice, lines_of
from bezant.resources.billing.invoice_item import InvoiceItem
from bezant.resources.billing.proration import unused
from bezant.resources.billing.subscription import Subscription
from bezant.resources.billing.subscription_item import SubscriptionItem

R = TypeVar("R", bound=Identified)

CHARGED = "charged"
"""Where a subscription's hidden part has it."""

_OWED_BY_NOBODY = frozenset({"uncollectible", "void"})


class Charge(NamedTuple):
    """An amount in minor units, the time that it is for (Unix seconds), and what says so.

    That is an invoice, or the invoice item of a change.
    """

    amount: int
    start: int
    end: int
    source: str = ""

    def rest(self, at: int) -> int:
        """Return which part of it is for the time from a moment on."""
        return unused(self.amount, Span(self.start, self.end), at)


Charges = dict[str, Charge]
"""Charges by what an item is like."""


async def charges_of(ctx: Context, subscription: Subscription) -> Charges:
    """Return what is charged for the running period, as far as somebody owes or has paid it."""
    told = ctx.hidden(subscription).get(CHARGED, {})
    known = {name: Charge(*each) for name, each in told.items()}
    said = await invoices_behind(ctx, known.values())
    free = {source for source, invoice in said.items()
            if invoice is not None and invoice.status in _OWED_BY_NOBODY}  # fmt: skip
    gone = {each.source for each in known.values()} - said.keys() - {""}
    return {name: _owed(known, name, free | gone) for name in known}


def _owed(known: Mapping[str, Charge], name: str, free: AbstractSet[str]) -> Charge:
    """Return a charge, or if nobody owes it, what the same item was charged before."""
    charge = known[name]
    if charge.source not in free:
        return charge
    item = name.partition("/")[0]
    earlier = [each for other, each in known.items() if other.partition("/")[0] == item
               and each.source not in free and each.start <= charge.start]  # fmt: skip
    return max(earlier, key=lambda each: each.start, default=charge._replace(amount=0))


async def invoices_behind(ctx: Context, charges: Iterable[Charge]) -> dict[str, Invoice | None]:
    """Return the invoices of charges by what says so, None for an item that waits for one.

    What was deleted is not there.
    """
    sources = sorted({each.source for each in charges})
    items = await _known(ctx, InvoiceItem, [name for name in sources if name.startswith("ii_")])
    names = {item.invoice for item in items.values() if item.invoice is not None}
    names |= {name for name in sources if name.startswith("in_")}
    invoices = await _known(ctx, Invoice, sorted(names))
    waiting = {name: invoices.get(item.invoice or "") for name, item in items.items()}
    return {**waiting, **invoices}


def with_charges(ctx: Context, subscription: Subscription, charges: Charges) -> Subscription:
    """Keep with a subscription what is charged for the running period."""
    return ctx.save(subscription, hidden={**ctx.hidden(subscription), CHARGED: charges})


async def invoiced(ctx: Context, subscription: Subscription, invoice: Invoice) -> Charges:
    """Return what an invoice charges for the period of each item, after its discounts."""
    net: dict[str, int] = {}
    for line in await lines_of(ctx, invoice):
        details = line.parent.subscription_item_details if line.parent else None
        if details is not None and details.invoice_item is None:
            off = sum(each.amount for each in line.discount_amounts)
            net[details.subscription_item] = line.amount - off
    start, end = subscription.period
    return {
        like(item): Charge(net[item.id], start, end, invoice.id)
        for item in subscription.items.data
        if item.id in net
    }


def rest_of(charges: Charges, item: SubscriptionItem, at: int) -> int | None:
    """Return what is charged for such an item from a moment on; None if nothing ever was."""
    known = charges.get(like(item))
    return None if known is None else known.rest(at)


def carried_on(
    charges: Charges, before: Sequence[SubscriptionItem], after: Sequence[SubscriptionItem]
) -> Charges:
    """Return what is charged when items change without any proration: what was."""
    had = {item.id: like(item) for item in before}
    known = dict(charges)
    for item in after:
        paid = charges.get(had.get(item.id, ""))
        if paid is not None:
            known[like(item)] = paid
    return known


def cut(charges: Charges, at: int) -> Charges:
    """Return what is charged for a period that ends sooner."""
    return {
        name: each._replace(amount=each.amount - each.rest(at), end=at)
        for name, each in charges.items()
    }


def like(item: SubscriptionItem) -> str:
    """Return what an item is like: which price it has, how often, and with which discounts."""
    return "/".join((item.id, item.price.id, str(item.quantity), *item.discounts))


async def _known(ctx: Context, kind: type[R], names: Sequence[str]) -> dict[str, R]:
    made = {name: found for name in names if (found := ctx.made(kind, name)) is not None}
    missing = [name for name in names if name not in made]
    return made | (await ctx.load_many(kind, missing) if missing else {})
