"""What coupons take off lines: pure arithmetic on whole minor units, exact to the last one.

Coupons follow one another, each on what those before it have left. What one takes off is reckoned
on the sum of the lines that it covers and shared out over them, so that half of three times 3.33
is 5.00 and not 5.01.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from bezant.kernel.currency import charge_step
from bezant.kernel.money import Money
from bezant.resources.core.coupon import Coupon


class Reducible(NamedTuple):
    """A line that coupons may make cheaper: what it costs, in minor units, and for what."""

    amount: int
    currency: str
    product: str | None = None
    discountable: bool = True


def reduced(lines: Sequence[Reducible], coupons: Sequence[Coupon]) -> list[list[int]]:
    """Return for each line what each coupon takes off it, in minor units, never below zero.

    The lines are in one currency; a coupon that says nothing in it takes nothing off.
    """
    assert len({line.currency for line in lines}) <= 1, "amounts of one currency add up"
    left = [line.amount for line in lines]
    taken: list[list[int]] = [[] for _ in lines]
    for coupon in coupons:
        weights = [
            max(rest, 0) if line.discountable and coupon.covers(line.product) else 0
            for rest, line in zip(left, lines, strict=True)
        ]
        for at, share in enumerate(_shares(coupon, lines, weights)):
            left[at] -= share
            taken[at].append(share)
    return taken


def _shares(coupon: Coupon, lines: Sequence[Reducible], weights: list[int]) -> list[int]:
    whole = sum(weights)
    if not whole:
        return weights
    currency = lines[0].currency
    total = min(whole, _taken_off(coupon, whole, currency))
    return [share.amount for share in Money(total, currency).split(weights)]


def _taken_off(coupon: Coupon, whole: int, currency: str) -> int:
    """Return what a coupon takes off a sum; what is left can be charged if the sum could be."""
    if coupon.percent_off is None:
        return coupon.amount_in(currency) or 0
    step = charge_step(currency)
    steps = Decimal(whole) * coupon.percent_off / (100 * step)
    return int(steps.to_integral_value(ROUND_HALF_UP)) * step
