"""Payout schedule: on which days an account's balance goes to its owner's bank by itself.

A day begins at the account's own hour in its own time zone. `daily` is Monday to Friday; `monthly`
names days of the month, of which 29 to 31 are the last day of a month that is shorter.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

Interval = Literal["daily", "manual", "monthly", "weekly"]
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SATURDAY = 5
_LONGEST_GAP_DAYS = 62
"""More than from any day of a month to the same day of the next."""


class Schedule(Struct, frozen=True, kw_only=True):
    """When an account is paid out, and when its day begins."""

    interval: Interval = "manual"
    weekly_payout_days: tuple[str, ...] = ()
    monthly_payout_days: tuple[int, ...] = ()
    hour: int = 0
    minutes: int = 0
    timezone: str = "Etc/UTC"

    def pays_on(self, day: date) -> bool:
        """Tell whether a day of the account's is one of payouts."""
        match self.interval:
            case "daily":
                return day.weekday() < _SATURDAY
            case "weekly":
                return WEEK[day.weekday()] in self.weekly_payout_days
            case "monthly":
                last = monthrange(day.year, day.month)[1]
                return day.day in {min(each, last) for each in self.monthly_payout_days}
            case "manual":
                return False

    def begins(self, day: date) -> datetime:
        """Return when a day of the account's begins."""
        zone = ZoneInfo(self.timezone)
        return datetime.combine(day, time(self.hour, self.minutes), zone).astimezone(UTC)

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first payout that is later than a moment; None when there is none."""
        first = moment.astimezone(ZoneInfo(self.timezone)).date() - timedelta(days=1)
        days = (first + timedelta(days=ahead) for ahead in range(_LONGEST_GAP_DAYS))
        begun = (self.begins(day) for day in days if self.pays_on(day))
        return next((each for each in begun if each > moment), None)
