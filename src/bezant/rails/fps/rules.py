"""The rules of Faster Payments as dated data: limits, times, and net settlement."""

from datetime import date, time

from bezant.rail import Rule, RuleBook

_SCHEME = "Pay.UK, Faster Payments scheme"
_GENERAL = "general knowledge, unconfirmed"
_BEGIN = date(2008, 5, 27)

LIMIT = (
    Rule(1_000_000, _BEGIN, date(2010, 9, 5), _GENERAL),
    Rule(10_000_000, date(2010, 9, 6), date(2015, 11, 1), _GENERAL),
    Rule(25_000_000, date(2015, 11, 2), date(2022, 2, 7), _GENERAL),
    Rule(100_000_000, date(2022, 2, 8), None, _SCHEME),
)
"""Pence of a payment; banks may keep lower limits of their own."""

ANSWER_SECONDS = (Rule(15, _BEGIN, None, _SCHEME),)
"""Seconds from order to answer; after them the outcome is unknown."""

FUNDS_HOURS = (Rule(2, _BEGIN, None, _SCHEME),)
"""Hours in which an accepted payment stands on the receiver's account."""

SETTLEMENTS = (Rule((time(7, 15), time(13, 0), time(15, 45)), _BEGIN, None, _GENERAL),)
"""London hours of working days at which the members settle what they owe each other."""

BOOK: RuleBook = {
    "pence of a payment": LIMIT,
    "seconds to answer": ANSWER_SECONDS,
    "hours until funds are there": FUNDS_HOURS,
    "net settlements of a working day, London": SETTLEMENTS,
}
"""Every dated row, by what it rules."""
