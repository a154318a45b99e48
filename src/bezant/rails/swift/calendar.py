"""Value dates of cross-border payments: weekdays, for no one calendar holds in all countries."""

from datetime import UTC, date, datetime, time

from bezant.rail import Service, in_force
from bezant.rail.banking_days import BankingDays
from bezant.rails.swift import rules

_CLOSE = time(17, 0)
_DAYS = BankingDays(lambda _year: frozenset(), UTC)
add_weekdays = _DAYS.add


def value_date(now: datetime, service: Service, cut_off: time | None = None) -> date:
    """Return the day on which a payment given now is usually credited; `cut_off` is in UTC."""
    terms = in_force(rules.VALUE_DATES, _DAYS.day_of(now))[service]
    taken = _DAYS.day_of(_DAYS.next_hour(now, lambda _day: (cut_off or terms.until,)))
    return add_weekdays(taken, terms.weekdays)


def end_of(day: date) -> datetime:
    """Return the instant by which a day's payments are credited, at the latest."""
    return _DAYS.at(day, _CLOSE)
