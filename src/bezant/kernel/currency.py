"""Currencies: the dated ISO 4217 table, and Stripe's special cases of it.

An amount of ours is in the minor units of the API, which are ISO's except where Stripe writes a
currency otherwise (MGA without decimals; ISK and UGX with two that are always zero).
"""

import csv
import difflib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from bezant.kernel.errors import MoneyError, UnknownCurrency

_TABLE = Path(__file__).with_name("currencies.csv")

# Stripe, "Supported currencies", sections "Zero-decimal", "Three-decimal" and "Special cases".
ZERO_DECIMAL = frozenset({
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf",
    "xof", "xpf",
})  # fmt: skip
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
_TWO_DECIMAL_BY_HISTORY = frozenset({"isk", "ugx"})
_ZERO_DECIMAL_FOR_PAYOUTS = frozenset({"huf", "twd"})

# Stripe, "Supported currencies", section "Minimum and maximum charge amounts"; in minor units.
MINIMUM_CHARGE = {
    "aed": 2_00, "ars": 50, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "cop": 50, "czk": 15_00,
    "dkk": 2_50, "eur": 50, "gbp": 30, "hkd": 4_00, "huf": 175_00, "idr": 50, "ils": 50,
    "inr": 50, "jpy": 50, "krw": 50, "mxn": 10_00, "myr": 2_00, "nok": 3_00, "nzd": 50,
    "php": 50, "pln": 2_00, "ron": 2_00, "rub": 50, "sek": 3_00, "sgd": 50, "thb": 10_00,
    "usd": 50, "zar": 50,
}  # fmt: skip


class Amount(Protocol):
    """What has minor units and a currency, as Money does."""

    @property
    def amount(self) -> int:
        """Return the minor units."""
        ...

    @property
    def currency(self) -> str:
        """Return the lower-case code."""
        ...


class Currency(Struct, frozen=True):
    """One line of ISO 4217 (lists one and three).

    `valid_to` is the last day on which it was legal tender, dual circulation included; the last
    day of the month where the standard names only the month. None: since before the standard, or
    until further notice. `exponent` is ISO's, 0 where it has none; `payable` is false for metals,
    units of account and the codes for tests and for no currency.
    """

    code: str
    number: str
    name: str
    exponent: int
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    payable: bool = True

    def valid(self, on: date) -> bool:
        """Tell whether it was a currency on that day."""
        since, until = self.valid_from or date.min, self.valid_to or date.max
        return since <= on <= until


def lookup(code: str, on: date | None = None) -> Currency:
    """Return the currency of a lower-case code on a day, or without one if it is in use now.

    In use now means: with no last day in this table. Raises UnknownCurrency otherwise.
    """
    currency = table().get(code)
    if currency is None:
        raise UnknownCurrency(_unknown(code))
    if (currency.valid_to is not None) if on is None else not currency.valid(on):
        raise UnknownCurrency(_out_of_date(currency))
    return currency


@cache
def table() -> dict[str, Currency]:
    """Return every code there is or was, read once."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: _currency(row) for row in csv.DictReader(lines)}


@cache
def by_number() -> dict[str, str]:
    """Return the codes of currencies by their numbers.

    A number may have been that of several: the one that is in use stands for it.
    """
    rows = sorted(table().items(), key=lambda row: row[1].valid_to or date.max)
    return {row.number: code for code, row in rows if row.number}


@cache
def minor_units(code: str) -> int:
    """Return how many decimals the API's amounts of a currency, past or present, have."""
    if code not in table():
        raise UnknownCurrency(_unknown(code))
    if code in ZERO_DECIMAL:
        return 0
    return 2 if code in _TWO_DECIMAL_BY_HISTORY else table()[code].exponent


def plain_amount(money: Amount) -> str:
    """Return the amount as digits and a point, `-1234.56`, as bank formats write it."""
    units = minor_units(money.currency)
    sign = "-" if money.amount < 0 else ""
    digits = str(abs(money.amount)).zfill(units + 1)
    return f"{sign}{digits[:-units]}.{digits[-units:]}" if units else f"{sign}{digits}"


def format_amount(money: Amount) -> str:
    """Return the amount for people: `1,234.56 USD`."""
    unit = 10 ** minor_units(money.currency)
    sign = "-" if money.amount < 0 else ""
    _, point, decimals = plain_amount(money).partition(".")
    return f"{sign}{abs(money.amount) // unit:,}{point}{decimals} {money.currency.upper()}"


def parse_amount(text: str, code: str) -> int:
    """Return the minor units of a plain amount, exactly.

    Further decimals are taken only if they are zeros. Raises MoneyError for anything but an
    optional minus sign, digits and at most one point with digits on both sides.
    """
    units = minor_units(code)
    digits = text.removeprefix("-")
    whole, point, decimals = digits.partition(".")
    plain = digits.isascii() and whole.isdigit() and (not point or decimals.isdigit())
    if not plain or decimals[units:].strip("0"):
        raise MoneyError(f"not an amount of {code.upper()}: {text[:64]!r}")
    amount = int(whole + decimals[:units].ljust(units, "0"))
    return -amount if text.startswith("-") else amount


def minimum_charge(code: str) -> int:
    """Return the least charge in minor units; one unit where Stripe publishes no minimum."""
    return max(MINIMUM_CHARGE.get(code, 1), charge_step(code))


def charge_step(code: str) -> int:
    """Return what a charge must be a multiple of, in minor units.

    Stripe, "Supported currencies": the last digit of a three-decimal amount is 0, and ISK and
    UGX are written with two decimals that are 00.
    """
    if code in THREE_DECIMAL:
        return 10
    return 100 if code in _TWO_DECIMAL_BY_HISTORY else 1


def payout_step(code: str) -> int:
    """Return what a payout must be a multiple of, in minor units.

    Stripe, "Supported currencies", "Special cases": HUF and TWD are charged to the hundredth and
    paid out in whole units.
    """
    return 100 if code in _ZERO_DECIMAL_FOR_PAYOUTS else charge_step(code)


def is_chargeable_amount(money: Amount) -> bool:
    """Tell whether a card or bank may be charged this: not below the minimum, and in its step."""
    code = money.currency
    return money.amount >= minimum_charge(code) and money.amount % charge_step(code) == 0


def is_payable_amount(money: Amount) -> bool:
    """Tell whether a payout may have this amount: something, and in its step."""
    return money.amount > 0 and money.amount % payout_step(money.currency) == 0


def _currency(row: dict[str, str]) -> Currency:
    return Currency(
        code=row["code"],
        number=row["number"],
        name=row["name"],
        exponent=int(row["exponent"] or 0),
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        successor=row["successor"] or None,
        payable=not row["kind"],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _unknown(code: str) -> str:
    current = [one.code for one in table().values() if one.payable and one.valid_to is None]
    near = difflib.get_close_matches(code.lower(), current, n=1)
    return f"no such currency: {code[:16]!r}" + (f"; nearest is {near[0]!r}" if near else "")


def _out_of_date(currency: Currency) -> str:
    since, until = currency.valid_from, currency.valid_to
    span = " ".join([f"from {since}" if since else "", f"until {until}" if until else ""]).strip()
    next_one = f"; its successor is {currency.successor!r}" if currency.successor else ""
    return f"{currency.name} ({currency.code!r}) was a currency {span}{next_one}"
