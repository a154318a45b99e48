"""A bank statement, whatever format it came in: two balances and the lines between them."""

from collections import Counter
from datetime import date

from msgspec import Struct

from bezant.kernel.codec import sha256
from bezant.kernel.currency import minor_units
from bezant.kernel.errors import MoneyError
from bezant.kernel.money import Money

MAX_DIGITS = 18
"""Digits that an amount of a bank file may have, as ISO 20022 has it."""

_NO_REFERENCE = frozenset({"NONREF", "NOTPROVIDED", "NOREF"})


class Line(Struct, frozen=True):
    """One booking: money in when `credit`, out otherwise; the amount itself has no sign.

    `code` is the bank's (a BAI type code, ISO domain.family.sub-family, a SWIFT type), `reason`
    why something came back; `line_no` is where the file says it, from 1.
    """

    amount: Money
    credit: bool
    booking_date: date
    value_date: date | None
    bank_reference: str
    customer_reference: str
    description: str
    code: str
    line_no: int
    reversal: bool = False
    end_to_end_id: str = ""
    uetr: str = ""
    reason: str = ""
    counterparty: str = ""

    @property
    def signed(self) -> Money:
        """The amount, negative when it went out."""
        return self.amount if self.credit else -self.amount

    @property
    def names(self) -> list[str]:
        """The names that it carries and others may have given it, each once."""
        said = (self.customer_reference, self.end_to_end_id, self.uetr)
        return list(dict.fromkeys(name for name in said if name))


class Balance(Struct, frozen=True):
    """A balance that the bank states, under the format's code: OPBD, 62F, 015."""

    code: str
    amount: Money
    on: date | None


class Statement(Struct, frozen=True):
    """One account in one currency over some days; pending lines are not booked yet.

    Opening and closing are booked balances, and missing where the bank leaves them out; `balances`
    are all that it states, in any currency. `message` is the format and version.
    """

    account: str
    currency: str
    id: str
    sequence: str
    from_date: date
    to_date: date
    opening: Money | None
    closing: Money | None
    lines: tuple[Line, ...]
    pending: tuple[Line, ...] = ()
    warnings: tuple[str, ...] = ()
    balances: tuple[Balance, ...] = ()
    message: str = ""


def ties_out(statement: Statement) -> Money | None:
    """Return opening and booked lines less closing: zero when the statement explains itself.

    Nothing when the bank left a balance out, because then there is nothing to prove.
    """
    if statement.opening is None or statement.closing is None:
        return None
    booked = sum((line.signed for line in statement.lines), Money.zero(statement.currency))
    return statement.opening + booked - statement.closing


def fingerprint(account: str, line: Line, occurrence: int = 0) -> str:
    """Return 64 hex digits that name a line in every format and file that carries it.

    `occurrence` counts equal lines of one statement from 0. The bank's reference counts, or
    the customer's where the bank gives none; texts and value dates, which formats tell
    differently, do not.
    """
    return sha256(*_identity(account, line), occurrence).hex()


def fingerprints(statement: Statement) -> tuple[str, ...]:
    """Return the fingerprint of each booked line, in order; equal lines are told apart."""
    seen: Counter[tuple[str | int, ...]] = Counter()
    names: list[str] = []
    for line in statement.lines:
        identity = _identity(statement.account, line)
        names.append(sha256(*identity, seen[identity]).hex())
        seen[identity] += 1
    return tuple(names)


def reference(text: str) -> str:
    """Return a reference as the bank gives it; nothing where it says that there is none."""
    text = text.strip()
    return "" if text.upper() in _NO_REFERENCE else text


def exact_money(units: int, decimals: int, currency: str) -> Money:
    """Return `units` of 10^-decimals as money; raises MoneyError for what is finer than we count.

    Raises UnknownCurrency for a currency that is none, AmountOverflow beyond 64 bits.
    """
    shift = minor_units(currency) - decimals
    if shift >= 0:
        return Money(units * 10**shift, currency)
    amount, finer = divmod(units, 10**-shift)
    if finer:
        raise MoneyError(f"finer than the {minor_units(currency)} decimals of {currency}")
    return Money(amount, currency)


def _identity(account: str, line: Line) -> tuple[str | int, ...]:
    signed = line.signed
    name = line.bank_reference or line.customer_reference
    return account, line.booking_date.isoformat(), signed.amount, signed.currency, name
