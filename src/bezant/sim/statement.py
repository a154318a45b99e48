"""What a bank statement says, before it is written in a format; amounts in minor units."""

from datetime import date, datetime

from msgspec import Struct


class Line(Struct, frozen=True):
    """One booking on the client's account: positive is money in, negative is money out."""

    number: int
    day: date
    type_code: str
    amount: int
    items: int
    bank_reference: str
    customer_reference: str
    text: str
    reason: str = ""


class Statement(Struct, frozen=True):
    """The lines since the last statement, between two balances that they explain.

    `routing` is the bank's number in its country, or its BIC.
    """

    number: int
    day: date
    made_at: datetime
    account: str
    routing: str
    opening: int
    lines: list[Line]
    client: str = "CLIENT"
    currency: str = "usd"

    @property
    def credits(self) -> list[int]:
        """The amounts that came in."""
        return [line.amount for line in self.lines if line.amount > 0]

    @property
    def debits(self) -> list[int]:
        """The amounts that went out, as positive numbers."""
        return [-line.amount for line in self.lines if line.amount < 0]

    @property
    def closing(self) -> int:
        """The balance after the last line."""
        return self.opening + sum(line.amount for line in self.lines)
