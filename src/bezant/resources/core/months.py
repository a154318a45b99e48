"""Months on the calendar: the same day so many months later, or the last day of a shorter month."""

from calendar import monthrange
from datetime import datetime


def months_later(moment: datetime, count: int, day: int | None = None) -> datetime:
    """Return the same time of the same day, or of another `day`, `count` months later."""
    years, month = divmod(moment.month - 1 + count, 12)
    year = moment.year + years
    last = monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(day or moment.day, last))
