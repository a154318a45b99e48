"""What somebody types in of a card, checked as far as it can be without asking anybody."""

import re
from datetime import datetime
from typing import Any

from msgspec import Struct

from bezant.api.refusals import missing
from bezant.kernel.errors import CardError
from bezant.kernel.secret import Secret
from bezant.rail.card_numbers import is_card_number, range_of

_SEPARATORS = re.compile(r"[ -]")
_DIGITS = re.compile(r"[0-9]{1,30}", re.ASCII)
_MONTHS, _CENTURY, _MOST_YEARS = 12, 100, 50
_SHORTEST, _LONGEST = 8, 19


class Typed(Struct, frozen=True, kw_only=True):
    """A card whose number proves itself and whose dates are possible."""

    number: Secret
    exp_month: int
    exp_year: int
    cvc: Secret | None


def typed(
    number: str | None,
    exp_month: str | int | None,
    exp_year: str | int | None,
    cvc: str | None,
    *,
    now: datetime,
    param: str,
) -> Typed:
    """Return a card as it was typed; CardError names what is wrong, never showing it."""
    for name, value in (("number", number), ("exp_month", exp_month), ("exp_year", exp_year)):
        if value is None:
            raise missing(f"{param}[{name}]")
    digits = _number(number or "")
    month, year = expiry(exp_month or 0, exp_year or 0, now)
    code = cvc.strip() if cvc is not None else None
    if code is not None and not _is_code(code, digits):
        raise wrong("invalid_cvc", "Your card's security code is invalid.", "cvc")
    return Typed(
        number=Secret(digits),
        exp_month=month,
        exp_year=year,
        cvc=Secret(code) if code else None,
    )


def expiry(exp_month: str | int, exp_year: str | int, now: datetime) -> tuple[int, int]:
    """Return a month and a year that are not past; a year of two digits is of this century."""
    month, year = _whole(exp_month), _whole(exp_year)
    if not 1 <= month <= _MONTHS:
        raise wrong("invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month")
    if 0 <= year < _CENTURY:
        year += now.year // _CENTURY * _CENTURY
    if not now.year <= year <= now.year + _MOST_YEARS:
        raise wrong("invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year")
    if year == now.year and month < now.month:
        raise wrong("invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month")
    return month, year


def wrong(code: str, message: str, param: str | None = None, **extra: Any) -> CardError:
    """Return the error of a card."""
    return CardError(message, code=code, param=param, extra=extra)


def _number(text: str) -> str:
    digits = _SEPARATORS.sub("", text)
    if not (_DIGITS.fullmatch(digits) and _SHORTEST <= len(digits) <= _LONGEST):
        raise wrong(
            "invalid_number", "The card number is not a valid credit card number.", "number"
        )
    if not is_card_number(digits):
        raise wrong("incorrect_number", "Your card number is incorrect.", "number")
    return digits


def _is_code(code: str, digits: str) -> bool:
    """Tell whether a text can be the security code of a number; no code at all can."""
    return code == "" or (bool(_DIGITS.fullmatch(code)) and len(code) == range_of(digits).code)


def _whole(value: str | int) -> int:
    if isinstance(value, int):
        return value
    return int(value) if _DIGITS.fullmatch(value.strip()) else -1
