"""The rules of SWIFT payments (CBPR+) as dated data: formats, addresses, value dates, answers."""

from datetime import date, time

from msgspec import Struct

from bezant.rail import Rule, RuleBook

MAX_AMOUNT = 10**14 - 1
"""Minor units that the fifteen signs of an amount can say, its decimal sign among them."""

_CBPR = "SWIFT, CBPR+ Usage Guidelines"
_UNCONFIRMED = "general knowledge, unconfirmed"

FORMAT = (
    Rule("MT103 and pacs.008", date(2023, 3, 20), date(2025, 11, 21), _CBPR),
    Rule("pacs.008", date(2025, 11, 22), None, _CBPR),
)
"""What banks send each other; MT103 is read and never written."""

ADDRESS = (
    Rule("lines or structured", date(2023, 3, 20), date(2026, 11, 13), _CBPR),
    Rule("town and country", date(2026, 11, 14), None, f"{_CBPR}; the day is unconfirmed"),
)
"""What an address must say, at least: bare lines are refused from the second row on."""


class ValueDate(Struct, frozen=True):
    """Weekdays until a payment is credited, and the hour in UTC after which they count later."""

    weekdays: int
    until: time


VALUE_DATES = (
    Rule(
        {"standard": ValueDate(2, time(15, 0)), "urgent": ValueDate(0, time(13, 0))},
        date(2023, 3, 20),
        None,
        f"{_UNCONFIRMED}: a correspondent's usual terms",
    ),
)
"""When money usually arrives, by service; currencies and correspondents have days of their own."""

RETURN_WEEKDAYS = (Rule(10, date(2023, 3, 20), None, _UNCONFIRMED),)
"""Weekdays within which a bank that cannot credit usually sends money back."""

ANSWER_SECONDS = (Rule(86_400, date(2023, 3, 20), None, "SWIFT, universal confirmations"),)
"""Seconds after which a payment without any status is enquired after."""

BOOK: RuleBook = {
    "message format": FORMAT,
    "addresses": ADDRESS,
    "value dates": VALUE_DATES,
    "weekdays for a return": RETURN_WEEKDAYS,
    "seconds until an answer": ANSWER_SECONDS,
}
"""Every dated row, by what it rules."""
