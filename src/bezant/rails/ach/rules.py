"""The rules of ACH as dated data: same-day limits and windows, hours, and what a file can hold."""

from datetime import date, time

from msgspec import Struct

from bezant.rail import Rule, RuleBook

MAX_AMOUNT = 10**10 - 1
"""Cents that the ten digits of an entry's amount can say."""
MAX_FILE_COUNT = 10**6 - 1
"""Entries that the six digits of a batch's count can say."""
MAX_FILE_TOTAL = 10**12 - 1
"""Cents that the twelve digits of a control record can say."""

STANDARD_CUT_OFF = time(17, 0)
"""Eastern time at which a bank that names no other hour closes its next-day file."""
OPENING = time(8, 30)
"""Eastern time at which next-day items settle and a banking day opens."""


class Window(Struct, frozen=True):
    """One same-day settlement: when files must be in and when they settle, Eastern time."""

    deadline: time
    settlement: time


_MORNING = Window(time(10, 30), time(13, 0))
_AFTERNOON = Window(time(14, 45), time(17, 0))
_EVENING = Window(time(16, 45), time(18, 0))
_RULES = "Nacha Operating Rules, Same Day ACH"

SAME_DAY_LIMIT = (
    Rule(2_500_000, date(2016, 9, 23), date(2020, 3, 19), _RULES),
    Rule(10_000_000, date(2020, 3, 20), date(2022, 3, 17), _RULES),
    Rule(100_000_000, date(2022, 3, 18), None, _RULES),
)
"""Cents per same-day entry."""

SAME_DAY_WINDOWS: tuple[Rule[tuple[Window, ...]], ...] = (
    Rule((_MORNING, _AFTERNOON), date(2016, 9, 23), date(2021, 3, 18), _RULES),
    Rule((_MORNING, _AFTERNOON, _EVENING), date(2021, 3, 19), None, _RULES),
)

RETURN_BANKING_DAYS = (Rule(2, date(1974, 1, 1), None, "Nacha Operating Rules, returns"),)
"""Banking days after settlement by whose opening an ordinary return is back."""

EXTENDED_RETURN_DAYS = (Rule(60, date(1974, 1, 1), None, "Nacha Operating Rules, returns"),)
"""Calendar days after settlement in which a consumer may disown a debit."""

BOOK: RuleBook = {
    "cents per same-day entry": SAME_DAY_LIMIT,
    "same-day windows": SAME_DAY_WINDOWS,
    "banking days for a return": RETURN_BANKING_DAYS,
    "calendar days to disown a debit": EXTENDED_RETURN_DAYS,
}
"""Every dated row, by what it rules."""
