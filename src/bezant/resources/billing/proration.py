"""Proration: what a part of a period costs, to the second and to the whole minor unit.

What was used and what was not always come to the whole, so that a change back and forth at one
moment costs nothing.
"""

from decimal import ROUND_HALF_UP, Decimal

from bezant.resources.billing.cycle import Span


def unused(amount: int, period: Span, at: int) -> int:
    """Return which part of an amount, in minor units, is for the time from `at` on.

    Halves are rounded up. Before its period an amount is unused, after it there is nothing left.
    """
    left = min(max(period.end - at, 0), period.seconds)
    if not period.seconds:
        return 0
    return int((Decimal(amount) * left / period.seconds).to_integral_value(ROUND_HALF_UP))
