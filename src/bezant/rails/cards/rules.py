"""The rules of cards as dated data: how long holds last, how long disputes can be opened."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from bezant.rail.rules import Rule, in_force

_GENERAL = "general knowledge, unconfirmed"
_STRIPE = "Stripe, place a hold on a payment method"
_BEGIN = date(2010, 1, 1)


class Hold(Struct, frozen=True):
    """Days for which an authorization holds: one of the cardholder, of a merchant, and extended."""

    ordinary: int
    by_merchant: int
    extended: int


HOLDS: Mapping[str, tuple[Rule[Hold], ...]] = {
    "visa": (
        Rule(Hold(7, 7, 30), _BEGIN, date(2024, 4, 12), _GENERAL),
        Rule(Hold(7, 5, 30), date(2024, 4, 13), None, _STRIPE),
    ),
    "mastercard": (Rule(Hold(7, 7, 30), _BEGIN, None, _STRIPE),),
    "amex": (Rule(Hold(7, 7, 30), _BEGIN, None, _STRIPE),),
    "discover": (Rule(Hold(7, 7, 30), _BEGIN, None, _STRIPE),),
}
_OTHERS = (Rule(Hold(7, 7, 7), _BEGIN, None, _GENERAL),)

DISPUTE_DAYS: tuple[Rule[int], ...] = (Rule(120, _BEGIN, None, _GENERAL),)
"""Within how many days of a payment a cardholder's bank can dispute it."""


def hold_of(brand: str, on: date) -> Hold:
    """Return how long an authorization of a network holds."""
    return in_force(HOLDS.get(brand, _OTHERS), on)
