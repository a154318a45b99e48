"""Value dates of cross-border payments: weekdays, for no one calendar holds in all countries."""

from datetime import UTC, date, datetime, time, timedelta

from bezant.rail import Service, in_force
from bezant.rails.swift import rules

_DAY = timedelta(days=1)
_SATURDAY = 5
_CLOSE = time(17, 0)


def weekday(day: date) -> date:
    """Return the day itself, or the Monday after it."""
    while day.weekday() >= _SATURDAY:
        day += _DAY
    return day


def add_weekdays(day: date, count: int) -> date:
    """Return the weekday that comes `count` (not negative) weekdays after a day."""
    assert count >= 0, "weekdays are counted forward"
    for _ in range(count):
        day = weekday(day + _DAY)
    return day


def value_date(now: datetime, service: Service, cut_off: time | None = None) -> date:
    """Return the day on which a payment given now is usually credited; `cut_off` is in UTC."""
    today = now.astimezone(UTC).date()
    terms = in_force(rules.VALUE_DATES, today)[service]
    day = weekday(today)
    late = day == today and now.astimezone(UTC).time() >= (cut_off or terms.until)
    return add_weekdays(day, terms.weekdays + late)


def end_of(day: date) -> datetime:
    """Return the instant by which a day's payments are credited, at the latest."""
    return datetime.combine(day, _CLOSE, UTC)
