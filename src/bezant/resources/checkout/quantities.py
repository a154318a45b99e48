"""What whoever pays has chosen on the page: it is where its form goes to, until it is paid.

What is chosen anew is shown with its total before anybody is asked for money.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from msgspec.structs import replace

from bezant.resources.checkout.line_item import LineItem

AGAIN = "again"
"""What the form has when it asks for the total alone."""
CODE = "promotion_code"
SHOWN = "shown"
"""Where the form has what could be chosen, as it was shown."""
_MARK = "quantity_"
_DIGITS = 7
_LONGEST = 500


class Chosen(NamedTuple):
    """Quantities by the number of their line, of which the first is one, and a promotion code.

    An empty code is none; None says nothing, so that what the session has stays.
    """

    quantities: Mapping[int, int] = {}
    code: str | None = None


NOTHING_CHOSEN = Chosen()


def chosen_of(asked: Mapping[str, Any]) -> Chosen:
    """Return what an address asks for; a quantity that is no number is none."""
    quantities = {
        int(name.removeprefix(_MARK)): int(value)
        for name, value in asked.items()
        if name.startswith(_MARK) and _is_number(name.removeprefix(_MARK)) and _is_number(value)
    }
    code = asked.get(CODE)
    return Chosen(quantities, code.strip()[:_LONGEST] if isinstance(code, str) else None)


def query_of(chosen: Chosen) -> dict[str, str]:
    """Return what was chosen as an address asks for it."""
    quantities = {name_of(number): str(many) for number, many in chosen.quantities.items()}
    return quantities | ({} if chosen.code is None else {CODE: chosen.code})


def name_of(number: int) -> str:
    """Return the name under which the quantity of a line is asked for."""
    return f"{_MARK}{number}"


def asked_again(typed: Mapping[str, str], asked: Mapping[str, Any]) -> Chosen | None:
    """Return what a form has chosen anew, at an address; None if it is as it was shown."""
    shown = parse_qsl(typed.get(SHOWN, ""), keep_blank_values=True)
    new = {name: typed.get(name, "") for name, _ in shown}
    if AGAIN in typed or new != dict(shown):
        return chosen_of({**asked, **new})
    return None


def adjusted(items: Sequence[LineItem], chosen: Chosen, *, tried: bool = False) -> list[LineItem]:
    """Return lines with the quantities that were chosen, within their limits; never nothing.

    What is charged again and again costs nothing yet if it is `tried`.
    """
    changed = [
        _adjusted(item, chosen.quantities.get(at), tried=tried) for at, item in enumerate(items, 1)
    ]
    needed = [item for item in changed if item.price.recurring] or changed
    return changed if any(item.quantity for item in needed) else list(items)


def _adjusted(item: LineItem, quantity: int | None, *, tried: bool) -> LineItem:
    if quantity is None or item.adjustable_quantity is None:
        return item
    quantity = item.adjustable_quantity.within(quantity)
    amount = 0 if tried and item.price.recurring else item.price.of(quantity)
    return replace(item, quantity=quantity, amount_subtotal=amount, amount_total=amount)


def _is_number(text: Any) -> bool:
    return isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < _DIGITS
