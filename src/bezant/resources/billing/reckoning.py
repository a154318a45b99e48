"""What an invoice comes to: pure arithmetic on whole minor units.

The total is the sum of the lines less what discounts take off. What a customer has to its credit
pays for it, and what it owes is added; what is too little to be charged is owed the next time.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from bezant.kernel.currency import charge_step, minimum_charge
from bezant.kernel.money import Money
from bezant.resources.core.coupon import Coupon
from bezant.resources.core.discounting import Reducible, reduced

Given = tuple[str, Coupon]
"""A discount by its id, with its coupon."""


class Owed(NamedTuple):
    """What lines come to, and what each discount takes off each of them."""

    subtotal: int
    taken: list[list[tuple[str, int]]]

    @property
    def total(self) -> int:
        """What is left."""
        return self.subtotal - sum(amount for line in self.taken for _, amount in line)

    @property
    def by_discount(self) -> dict[str, int]:
        """What each discount takes off all lines."""
        sums: dict[str, int] = defaultdict(int)
        for line in self.taken:
            for name, amount in line:
                sums[name] += amount
        return dict(sums)


def owed(
    lines: Sequence[Reducible], own: Sequence[Sequence[Given]], common: Sequence[Given]
) -> Owed:
    """Return what lines come to: their own discounts go first, then those of the whole."""
    taken: list[list[tuple[str, int]]] = []
    left: list[Reducible] = []
    for line, discounts in zip(lines, own, strict=True):
        (amounts,) = reduced([line], [coupon for _, coupon in discounts])
        names = [name for name, _ in discounts]
        taken.append(list(zip(names, amounts, strict=True)))
        left.append(line._replace(amount=line.amount - sum(amounts)))
    names = [name for name, _ in common]
    shares = reduced(left, [coupon for _, coupon in common])
    for mine, amounts in zip(taken, shares, strict=True):
        mine.extend(zip(names, amounts, strict=True))
    return Owed(sum(line.amount for line in lines), taken)


class Due(NamedTuple):
    """What is to be paid of a total, and the customer's balance after it."""

    amount: int
    balance: int

    @property
    def too_small(self) -> bool:
        """Whether the customer goes on owing what cannot be charged."""
        return self.balance > 0


def due(total: Money, balance: int) -> Due:
    """Return what is due of a total, with what the customer owes or has to its credit (below 0).

    Nothing is lost of the sum of both: below zero it is a credit, and what is too little to be
    charged, or is no whole step of the currency's charges, is owed the next time.
    """
    left = total.amount + balance
    rest = left % charge_step(total.currency)
    if left < minimum_charge(total.currency):
        return Due(0, left)
    return Due(left - rest, rest)


def fee_of(amount: int, percent: Decimal | None, fixed: int | None) -> int | None:
    """Return what the platform keeps of an amount; halves are rounded up."""
    if fixed is not None or percent is None:
        return fixed or None
    return int((amount * percent / 100).to_integral_value(ROUND_HALF_UP)) or None
