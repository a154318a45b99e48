"""The rules of ACH as dated data: limits, windows, hours, fees, descriptions, returns, retries."""

from collections.abc import Mapping
from datetime import date, time
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from bezant.rail import Rule, RuleBook

MAX_AMOUNT = 10**10 - 1
"""Cents that the ten digits of an entry's amount can say."""
MAX_FILE_COUNT = 10**6 - 1
"""Entries that the six digits of a batch's count can say."""
MAX_FILE_TOTAL = 10**12 - 1
"""Cents that the twelve digits of a control record can say."""
MAX_ADDENDA = 9_999
"""Addenda that one CTX entry can have."""

STANDARD_CUT_OFF = time(17, 0)
"""Eastern time at which a bank that names no other hour closes its next-day file."""
OPENING = time(8, 30)
"""Eastern time at which next-day items settle and a banking day opens."""

_RULES = "Nacha Operating Rules"
_SAME_DAY = "Nacha Operating Rules, Same Day ACH"
_RETURNS = "Nacha Operating Rules, returns"
_GENERAL = "general knowledge, unconfirmed"
_EVER = date(1974, 1, 1)


class Window(Struct, frozen=True):
    """One same-day settlement: when files must be in and when they settle, Eastern time."""

    deadline: time
    settlement: time


class Span(Struct, frozen=True):
    """How long something may take: banking days, or calendar days where there are any."""

    banking_days: int = 0
    calendar_days: int = 0


class Retries(Struct, frozen=True):
    """How often a returned debit may be tried again, for which reasons, within how many days."""

    times: int
    days: int
    codes: tuple[str, ...]


_MORNING = Window(time(10, 30), time(13, 0))
_AFTERNOON = Window(time(14, 45), time(17, 0))
_EVENING = Window(time(16, 45), time(18, 0))

SAME_DAY_LIMIT = (
    Rule(2_500_000, date(2016, 9, 23), date(2020, 3, 19), _SAME_DAY),
    Rule(10_000_000, date(2020, 3, 20), date(2022, 3, 17), _SAME_DAY),
    Rule(100_000_000, date(2022, 3, 18), None, _SAME_DAY),
)
"""Cents per same-day entry."""

SAME_DAY_WINDOWS: tuple[Rule[tuple[Window, ...]], ...] = (
    Rule((_MORNING, _AFTERNOON), date(2016, 9, 23), date(2021, 3, 18), _SAME_DAY),
    Rule((_MORNING, _AFTERNOON, _EVENING), date(2021, 3, 19), None, _SAME_DAY),
)

SAME_DAY_EXCLUDED: tuple[Rule[tuple[str, ...]], ...] = (
    Rule(("IAT", "ENR"), date(2016, 9, 23), None, _SAME_DAY),
)
"""Entry classes that do not settle on the same day."""

SAME_DAY_FEE = (Rule(52, date(2016, 9, 23), None, _GENERAL),)
"""Thousandths of a dollar that an originating bank pays for each same-day entry."""

_SAME_DAY_HOURS = (
    (time(13, 0), time(13, 30)),
    (time(17, 0), time(17, 0)),
    (time(18, 0), time(23, 59)),
)
AVAILABILITY: tuple[Rule[tuple[tuple[time, time], ...]], ...] = (
    Rule(
        ((OPENING, time(17, 0)), *_SAME_DAY_HOURS),
        _EVER,
        date(2026, 9, 17),
        f"{_GENERAL}: 9:00 holds only for what the receiver's bank has by 17:00 of the day before",
    ),
    Rule(
        ((OPENING, time(9, 0)), *_SAME_DAY_HOURS),
        date(2026, 9, 18),
        None,
        f"{_GENERAL}: the funds availability rule of 2026, taken as Eastern time",
    ),
)
"""What settled by the first hour can be used by its receiver from the second."""

Deadline = Literal["two banking days", "sixty days", "file", "dishonored", "contested", "agreed"]

RETURN_DEADLINES: Mapping[Deadline, tuple[Rule[Span | None], ...]] = MappingProxyType(
    {
        "two banking days": (Rule(Span(banking_days=2), _EVER, None, _RETURNS),),
        "sixty days": (Rule(Span(calendar_days=60), _EVER, None, _RETURNS),),
        "file": (Rule(Span(banking_days=1), _EVER, None, f"{_RETURNS}: the operator's next file"),),
        "dishonored": (Rule(Span(banking_days=5), _EVER, None, _GENERAL),),
        "contested": (Rule(Span(banking_days=2), _EVER, None, _GENERAL),),
        "agreed": (Rule(None, _EVER, None, _RETURNS),),
    }
)
"""How long each kind of return may take: until the opening of the banking day at its end."""

RETRIES = (Rule(Retries(2, 180, ("R01", "R09")), _EVER, None, _GENERAL),)
"""How often a debit that came back may be tried again."""

REVERSAL_BANKING_DAYS = (Rule(5, _EVER, None, _GENERAL),)
"""Banking days after settlement within which an originator may reverse its own mistake."""

CHANGE_BANKING_DAYS = (Rule(6, _EVER, None, _GENERAL),)
"""Banking days within which a notice of change is applied, or before the next entry."""

PRENOTE_BANKING_DAYS = (Rule(3, _EVER, None, _GENERAL),)
"""Banking days after a prenote's settlement before the first live entry."""

MICRO_ENTRY_LIMIT = (
    Rule(99, _EVER, date(2022, 9, 15), _GENERAL),
    Rule(99, date(2022, 9, 16), None, "Nacha Operating Rules, micro-entries"),
)
"""Cents of a micro-entry, which is less than a dollar."""

PURPOSES: tuple[Rule[Mapping[tuple[str, str, str], str]], ...] = (
    Rule(MappingProxyType({}), _EVER, date(2026, 3, 19), _RULES),
    Rule(
        MappingProxyType(
            {
                ("PPD", "credit", "SALA"): "PAYROLL",
                ("PPD", "credit", "PAYR"): "PAYROLL",
                ("WEB", "debit", "GDDS"): "PURCHASE",
                ("WEB", "debit", "GDSV"): "PURCHASE",
            }
        ),
        date(2026, 3, 20),
        None,
        "Nacha Operating Rules, company entry descriptions of 2026",
    ),
)
"""Descriptions that the rules prescribe, by entry class, direction and ISO 20022 purpose."""

RETURN_RATES: tuple[Rule[Mapping[str, tuple[int, tuple[str, ...]]]], ...] = (
    Rule(
        MappingProxyType(
            {
                "unauthorized": (50, ("R05", "R07", "R10", "R11", "R29")),
                "administrative": (300, ("R02", "R03", "R04")),
                "overall": (1500, ()),
            }
        ),
        date(2015, 9, 18),
        None,
        "Nacha Operating Rules, return rate levels",
    ),
)
"""Hundredths of a percent of debits that may come back over sixty days, and for which reasons."""

BOOK: RuleBook = {
    "cents per same-day entry": SAME_DAY_LIMIT,
    "same-day windows": SAME_DAY_WINDOWS,
    "entry classes without same day": SAME_DAY_EXCLUDED,
    "thousandths of a dollar per same-day entry": SAME_DAY_FEE,
    "hours of availability": AVAILABILITY,
    **{f"deadline of returns: {name}": rows for name, rows in RETURN_DEADLINES.items()},
    "retries of a returned debit": RETRIES,
    "banking days for a reversal": REVERSAL_BANKING_DAYS,
    "banking days to apply a change": CHANGE_BANKING_DAYS,
    "banking days after a prenote": PRENOTE_BANKING_DAYS,
    "cents of a micro-entry": MICRO_ENTRY_LIMIT,
    "prescribed descriptions": PURPOSES,
    "return rate levels": RETURN_RATES,
}
"""Every dated row, by what it rules."""
