"""Quantities that whoever pays has changed: they are in the page's address, until it is paid.

So what a page shows is what is asked for when its form is sent, and nothing is kept of looking.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.money import Money
from bezant.resources.checkout.line_item import LineItem, items_under
from bezant.resources.checkout.outcome import keep, kept_of
from bezant.resources.checkout.session import CheckoutSession
from bezant.resources.payments.intent_amounts import check_amount

Chosen = Mapping[int, int]
"""Quantities by the number of their line, of which the first is one."""
_MARK = "quantity_"
_DIGITS = 7
NOTHING_CHOSEN: Chosen = {}


def chosen_of(asked: Mapping[str, Any]) -> Chosen:
    """Return the quantities that an address asks for; what is no number is none."""
    return {
        int(name.removeprefix(_MARK)): int(value)
        for name, value in asked.items()
        if name.startswith(_MARK) and _is_number(name.removeprefix(_MARK)) and _is_number(value)
    }


def query_of(chosen: Chosen) -> dict[str, str]:
    """Return quantities as an address asks for them."""
    return {name_of(number): str(quantity) for number, quantity in chosen.items()}


def name_of(number: int) -> str:
    """Return the name under which the quantity of a line is asked for."""
    return f"{_MARK}{number}"


def adjusted(items: Sequence[LineItem], chosen: Chosen) -> list[LineItem]:
    """Return lines with the quantities that were chosen, within their limits; never nothing."""
    changed = [_adjusted(item, chosen.get(at)) for at, item in enumerate(items, 1)]
    return changed if any(item.quantity for item in changed) else list(items)


def _adjusted(item: LineItem, quantity: int | None) -> LineItem:
    if quantity is None or item.adjustable_quantity is None:
        return item
    quantity = item.adjustable_quantity.within(quantity)
    amount = item.price.of(quantity)
    return replace(item, quantity=quantity, amount_subtotal=amount, amount_total=amount)


def as_chosen(session: CheckoutSession, items: Sequence[LineItem]) -> CheckoutSession:
    """Return a session as it is with these lines, to be shown."""
    if session.amount_total is None:
        return session
    total = sum(item.amount_total for item in items)
    return replace(session, amount_subtotal=total, amount_total=total)


async def choose(ctx: Context, session: CheckoutSession, chosen: Chosen) -> CheckoutSession:
    """Store the quantities of a session that is paid now; InvalidRequest for a sum nobody takes."""
    if not chosen or session.mode != "payment":
        return session
    items = await items_under(ctx, session.id)
    changed = [new for old, new in zip(items, adjusted(items, chosen), strict=True) if new != old]
    if not changed:
        return session
    known = await ctx.load_many(LineItem, [item.id for item in changed])
    for item in changed:
        sums: dict[str, Any] = {"amount_subtotal": item.amount_subtotal,
                                "amount_total": item.amount_total}  # fmt: skip
        ctx.save(known[item.id], quantity=item.quantity, **sums)
    now = as_chosen(session, adjusted(items, chosen))
    total = now.amount_total or 0
    check_amount(Money(total, session.currency or ""), session.payment_method_types)
    kept = kept_of(ctx, session)
    return keep(
        ctx,
        session,
        replace(kept, wanted=kept.wanted | {"amount": total}),
        amount_subtotal=total,
        amount_total=total,
    )


def _is_number(text: Any) -> bool:
    return isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < _DIGITS
