"""Money: an amount in minor units and its currency, which never mix."""

from collections.abc import Sequence

from msgspec import Struct

from bezant.kernel.currency import format_amount, lookup
from bezant.kernel.errors import AmountOverflow, CurrencyMismatch, MoneyError

MAX_AMOUNT = 2**63 - 1
"""The greatest amount, and with a minus sign the least, so that a sign can always be turned."""


class Money(Struct, frozen=True):
    """An integer amount in minor units of a currency (lower-case ISO 4217 code).

    Raises AmountOverflow beyond a signed 64-bit integer and TypeError for a bool or a float.
    Construction does not look the currency up; `Money.of` does.
    """

    amount: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is not an amount; a bool is an int to Python, and not to us."""
        if type(self.amount) is not int or type(self.currency) is not str:
            raise TypeError(f"money is an int and a str, not {self.amount!r} {self.currency!r}")
        if not -MAX_AMOUNT <= self.amount <= MAX_AMOUNT:
            raise AmountOverflow(f"amount {self.amount} does not fit 64 bits")

    @classmethod
    def of(cls, amount: int, currency: str) -> "Money":
        """Return money in a currency that exists; raises UnknownCurrency for any other."""
        return cls(amount, lookup(currency).code)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Return no money, of a currency."""
        return cls(0, currency)

    def __add__(self, other: "Money") -> "Money":
        """Add money of the same currency."""
        return Money(self.amount + self._of_same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Take money of the same currency away."""
        return Money(self.amount - self._of_same(other), self.currency)

    def __neg__(self) -> "Money":
        """Turn the sign."""
        return Money(-self.amount, self.currency)

    def __abs__(self) -> "Money":
        """Drop the sign."""
        return Money(abs(self.amount), self.currency)

    def __mul__(self, times: int) -> "Money":
        """Multiply by a whole number, which loses nothing; a share is `split`."""
        if type(times) is not int:
            raise TypeError(f"money is multiplied by an int, not by {times!r}")
        return Money(self.amount * times, self.currency)

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return self.amount != 0

    def __lt__(self, other: "Money") -> bool:
        """Compare within a currency."""
        return self.amount < self._of_same(other)

    def __le__(self, other: "Money") -> bool:
        """Compare within a currency."""
        return self.amount <= self._of_same(other)

    def __gt__(self, other: "Money") -> bool:
        """Compare within a currency."""
        return self.amount > self._of_same(other)

    def __ge__(self, other: "Money") -> bool:
        """Compare within a currency."""
        return self.amount >= self._of_same(other)

    def __str__(self) -> str:
        """Read as `1,234.56 USD`."""
        return format_amount(self)

    def split(self, weights: Sequence[int]) -> "list[Money]":
        """Share the money out by weights, to the last minor unit.

        Each share is its exact quota rounded down or up; the units left over go to the largest
        remainders, the earlier weight first among equals. The shares add up to the whole, and
        a greater weight never gets the smaller share. Raises MoneyError unless the weights are
        whole, none is negative and one is positive.
        """
        total = _total(weights)
        sign = -1 if self.amount < 0 else 1
        quotas = [divmod(abs(self.amount) * weight, total) for weight in weights]
        shares = [share for share, _ in quotas]
        left = abs(self.amount) - sum(shares)
        by_remainder = sorted(range(len(quotas)), key=lambda at: -quotas[at][1])
        for at in by_remainder[:left]:
            shares[at] += 1
        return [Money(sign * share, self.currency) for share in shares]

    def _of_same(self, other: "Money") -> int:
        # Callers without types pass numbers, and a number has no currency.
        if not isinstance(other, Money):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"money meets money only, not {other!r}")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not mix")
        return other.amount


def _total(weights: Sequence[int]) -> int:
    if any(type(weight) is not int or weight < 0 for weight in weights):
        raise MoneyError(f"weights are whole and not negative: {list(weights)!r}")
    total = sum(weights)
    if total == 0:
        raise MoneyError("some weight must be positive")
    return total
