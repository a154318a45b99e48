"""The simple types of ISO 20022: text, code, amount, sum, date, instant, flag, each both ways.

An amount is a decimal text in the currency's own digits (ISO 4217), never a float.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from bezant.kernel.currency import minor_units, table
from bezant.kernel.errors import MoneyError
from bezant.kernel.money import Money

_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.([0-9]{1,5}))?")
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,17})?")
_DIGITS = re.compile(r"[0-9]{1,15}")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:(\.[0-9]{1,6})[0-9]*)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_MOST_DIGITS = 18


class BadValue(ValueError):
    """A text that its element cannot hold; the message says why."""


class Leaf(Struct, frozen=True):
    """One simple type: from text (and attributes) to a value, and from a value to text."""

    read: Callable[[str, Mapping[str, str]], object]
    write: Callable[[object], str]


def text_leaf(longest: int, pattern: str, codes: tuple[str, ...]) -> Leaf:
    """Return the leaf of a text: its most characters, its pattern, or the codes that it may be."""
    matches = re.compile(pattern).fullmatch if pattern else None

    def check(text: str) -> str:
        if longest and len(text) > longest:
            raise BadValue(f"longer than {longest} characters")
        if codes and text not in codes:
            raise BadValue(f"{text[:40]!r} is not one of {', '.join(codes)}")
        if matches is not None and not matches(text):
            raise BadValue(f"{text[:40]!r} has not the form of this element")
        return text

    return Leaf(lambda text, _: check(text), lambda value: check(str(value)))


def read_money(text: str, attributes: Mapping[str, str]) -> Money:
    """Return an amount exactly; raises BadValue for decimals that its currency does not have."""
    code = attributes.get("Ccy", "")
    currency = table().get(code.lower())
    match = _AMOUNT.fullmatch(text)
    if currency is None or not code.isupper():
        raise BadValue(f"{code[:8]!r} is no currency (Ccy)")
    if match is None or len(text) - ("." in text) > _MOST_DIGITS:
        raise BadValue(f"{text[:40]!r} is not an amount")
    decimals = match[1] or ""
    if len(decimals) > currency.exponent:
        raise BadValue(f"{text} has more decimals than {code} ({currency.exponent})")
    return _in_our_units(text, len(decimals), code.lower())


def _in_our_units(text: str, decimals: int, code: str) -> Money:
    shift = minor_units(code) - decimals
    units = int(text.replace(".", ""))
    try:
        if shift >= 0:
            return Money(units * 10**shift, code)
        amount, finer = divmod(units, 10**-shift)
    except MoneyError as error:
        raise BadValue(str(error)) from error
    if finer:
        raise BadValue(f"{text} is finer than amounts of {code.upper()} are kept here")
    return Money(amount, code)


def decimal_text(money: Money) -> str:
    """Return an amount as ISO 4217 writes it; raises BadValue below nothing or its last digit."""
    exponent = table()[money.currency].exponent
    finer = 10 ** max(minor_units(money.currency) - exponent, 0)
    if money.amount < 0:
        raise BadValue("an amount has no sign")
    if money.amount % finer:
        raise BadValue(f"{money.currency.upper()} has {exponent} decimals at a bank")
    units = minor_units(money.currency)
    digits = min(units, exponent)
    plain = str(money.amount // finer).zfill(digits + 1)
    return f"{plain[:-digits]}.{plain[-digits:]}" if digits else plain


def _write_money(value: object) -> str:
    assert isinstance(value, Money), "an amount is Money"
    return decimal_text(value)


def _read_sum(text: str, _: Mapping[str, str]) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise BadValue(f"{text[:40]!r} is not a decimal number")
    return Decimal(text)


def _read_count(text: str, _: Mapping[str, str]) -> int:
    if not _DIGITS.fullmatch(text):
        raise BadValue(f"{text[:40]!r} is not a number of at most 15 digits")
    return int(text)


def _read_date(text: str, _: Mapping[str, str]) -> date:
    match = _DATE.fullmatch(text)
    try:
        return date.fromisoformat(match[1] if match else "")
    except ValueError as error:
        raise BadValue(f"{text[:40]!r} is no date") from error


def _read_instant(text: str, _: Mapping[str, str]) -> datetime:
    """Return an instant; without a zone where the message gives none."""
    match = _INSTANT.fullmatch(text)
    try:
        parts = match.groups("") if match else ("",)
        return datetime.fromisoformat("".join(parts))
    except ValueError as error:
        raise BadValue(f"{text[:40]!r} is no date and time") from error


def _write_instant(value: object) -> str:
    assert isinstance(value, datetime), "an instant is a datetime"
    precision = "milliseconds" if value.microsecond else "seconds"
    return value.isoformat(timespec=precision).replace("+00:00", "Z")


def _read_flag(text: str, _: Mapping[str, str]) -> bool:
    if text not in _FLAGS:
        raise BadValue(f"{text[:40]!r} is neither true nor false")
    return _FLAGS[text]


LEAVES: Mapping[type, Leaf] = {
    Money: Leaf(read_money, _write_money),
    Decimal: Leaf(_read_sum, lambda value: f"{value:f}"),
    int: Leaf(_read_count, str),
    date: Leaf(_read_date, str),
    datetime: Leaf(_read_instant, _write_instant),
    bool: Leaf(_read_flag, lambda value: "true" if value else "false"),
}
"""The types that need no more than their name; a text has its length, pattern or codes."""
