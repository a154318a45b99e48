"""The rules of UPI as dated data: limits by what is paid, times, and who may still collect."""

from datetime import date

from msgspec import Struct

from bezant.rail import Rule, RuleBook

_NPCI = "NPCI circulars on UPI"
_GENERAL = "general knowledge, unconfirmed"
_BEGIN = date(2016, 8, 25)


class Limits(Struct, frozen=True):
    """Paise of a payment: between people and to most merchants, and to those of raised limits."""

    ordinary: int
    raised: int


LIMITS = (
    Rule(Limits(10_000_000, 20_000_000), _BEGIN, date(2024, 9, 15), _GENERAL),
    Rule(Limits(10_000_000, 50_000_000), date(2024, 9, 16), None, _GENERAL),
)

RAISED_CATEGORIES = (
    Rule(frozenset({"6012", "6211", "6300"}), _BEGIN, date(2024, 9, 15), _GENERAL),
    Rule(
        frozenset({"6012", "6211", "6300", "8062", "8211", "8220", "9311"}),
        date(2024, 9, 16),
        None,
        _GENERAL,
    ),
)
"""Merchant categories with raised limits: markets, insurance, hospitals, schools, taxes."""

COLLECT_BETWEEN_PEOPLE = (
    Rule(value=200_000, valid_from=_BEGIN, valid_to=date(2025, 9, 30), source=_GENERAL),
    Rule(value=0, valid_from=date(2025, 10, 1), valid_to=None, source=_NPCI + " (withdrawal)"),
)
"""Paise that one person may ask another for; nothing since it was withdrawn against fraud."""

ANSWERS_IN = (
    Rule(30, _BEGIN, date(2025, 6, 15), _GENERAL),
    Rule(10, date(2025, 6, 16), None, _GENERAL),
)
"""Seconds from order to answer; after them the outcome is unknown."""

COLLECT_MINUTES = (Rule(64_800, _BEGIN, None, _GENERAL),)
"""Minutes that a collect request may wait at most: 45 days."""

BOOK: RuleBook = {
    "paise of a payment": LIMITS,
    "merchant categories with raised limits": RAISED_CATEGORIES,
    "paise of a collect request between people": COLLECT_BETWEEN_PEOPLE,
    "seconds to answer": ANSWERS_IN,
    "minutes of a collect request at most": COLLECT_MINUTES,
}
"""Every dated row, by what it rules."""
