"""How much may be paid, at least and at most, by which methods."""

from collections.abc import Collection

from bezant.kernel.currency import (
    charge_step,
    format_amount,
    is_chargeable_amount,
    minimum_charge,
)
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.core.payment_method import PaymentMethod

_MOST_BY_CARD, _MOST_BY_AMEX = 999_999_999_999, 999_999_999
_MOST = 99_999_999
_MOST_OF = {"inr": 999_999_999, "cop": 9_999_999_999, "idr": 999_999_999_999}
"""Stripe, "Supported currencies", section "Minimum and maximum charge amounts"."""


def check_amount(amount: Money, types: Collection[str] = ("card",)) -> None:
    """Refuse what can't be paid by any of some types of payment method."""
    if is_chargeable_amount(amount):
        most = _MOST_OF.get(amount.currency, _MOST)
        return _check_most(amount, _MOST_BY_CARD if "card" in types else most)
    least = minimum_charge(amount.currency)
    wanted = "at least" if amount.amount < least else "a multiple of"
    step = least if amount.amount < least else charge_step(amount.currency)
    raise InvalidRequest(
        f"Amount must be {wanted} {format_amount(Money(step, amount.currency))}.",
        code="parameter_invalid_integer",
        param="amount",
    )


def check_step(amount: Money, param: str) -> None:
    """Refuse a part of a payment that has more decimals than its currency really has."""
    step = charge_step(amount.currency)
    if amount.amount % step:
        raise InvalidRequest(
            f"Amount must be a multiple of {format_amount(Money(step, amount.currency))}.",
            code="parameter_invalid_integer",
            param=param,
        )


def check_worth(amount: Money, worth: Money) -> None:
    """Refuse what would come to less than the least in the currency that it is converted to."""
    least = minimum_charge(worth.currency)
    if worth.amount < least:
        raise InvalidRequest(
            f"Amount must convert to at least {format_amount(Money(least, worth.currency))}. "
            f"{format_amount(amount)} converts to approximately {format_amount(worth)}.",
            code="amount_too_small",
            param="amount",
        )


def check_most(amount: Money, method: PaymentMethod) -> None:
    """Refuse more than can be paid by a method."""
    most = _MOST_OF.get(amount.currency, _MOST)
    if isinstance(method.card, dict):
        most = _MOST_BY_AMEX if method.card["brand"] == "amex" else _MOST_BY_CARD
    _check_most(amount, most)


def _check_most(amount: Money, most: int) -> None:
    if amount.amount > most:
        raise InvalidRequest(
            f"Amount must be no more than {format_amount(Money(most, amount.currency))}.",
            code="amount_too_large",
            param="amount",
        )
