"""What the page says of a subscription: how often it costs how much, from when on, until when."""

from collections.abc import Mapping, Sequence
from typing import Any

from bezant.kernel.money import Money
from bezant.resources.catalogue.price import Price
from bezant.resources.checkout.line_item import LineItem
from bezant.resources.checkout.page_ended import day_of
from bezant.resources.checkout.pricing import worth_of


def often_of(price: Price, terms: Mapping[str, Any]) -> str:
    """Return how often something is charged, and from when on; nothing if it is charged once."""
    if price.recurring is None:
        return ""
    count, interval = price.recurring.interval_count, price.recurring.interval
    often = f"per {interval}" if count == 1 else f"every {count} {interval}s"
    days, end = terms.get("trial_period_days"), terms.get("trial_end")
    if days is not None:
        return f"{often} after {days} free day{'' if days == 1 else 's'}"
    return often if end is None else f"{often} from {day_of(end)} on"


def goes_on(items: Sequence[LineItem], terms: Mapping[str, Any], *, reduced: bool) -> str:
    """Return what whoever subscribes pays until they cancel, in a sentence."""
    first = next(item.price for item in items if item.price.recurring)
    amount = Money(worth_of(items), first.currency)
    besides = ", before discounts," if reduced else ""
    return (
        f"What you subscribe to costs {amount} {often_of(first, terms)}{besides} until you cancel."
    )
