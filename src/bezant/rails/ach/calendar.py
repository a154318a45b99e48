"""ACH's days: Federal Reserve holidays, banking days, cut-offs, settlement and return dates.

Hours are Eastern time with its summer time; instants go in aware and come out in UTC.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bezant.rail import in_force
from bezant.rail.banking_days import BankingDays, fed_holidays
from bezant.rails.ach import rules

EASTERN = ZoneInfo("America/New_York")

_DAYS = BankingDays(fed_holidays, EASTERN)
is_banking_day = _DAYS.is_open
banking_day = _DAYS.on_or_after
add_banking_days = _DAYS.add


def submission_for(
    now: datetime, *, same_day: bool = False, cut_off: time | None = None
) -> datetime:
    """Return the first cut-off after an instant; at the cut-off itself the file has gone.

    `cut_off` is the bank's own hour for next-day files, and its last for same-day files; a
    window that the network closes earlier closes then.
    """
    if same_day:
        return _DAYS.next_hour(now, lambda day: _deadlines(day, cut_off))
    return _DAYS.next_hour(now, lambda _day: (cut_off or rules.STANDARD_CUT_OFF,))


def settlement_date(cut_off: datetime, *, same_day: bool = False) -> date:
    """Return the banking day on which what goes out at a cut-off settles."""
    day = _DAYS.day_of(cut_off)
    return banking_day(day) if same_day else add_banking_days(day, 1)


def available_at(settles: datetime) -> datetime:
    """Return when the receiver of a credit can use it, by the rules for a settlement."""
    local = settles.astimezone(EASTERN)
    hours = in_force(rules.AVAILABILITY, local.date())
    hour = next((hour for settled, hour in hours if local.time() <= settled), hours[-1][1])
    return max(settles, _DAYS.at(local.date(), hour))


def settles_at(cut_off: datetime, *, same_day: bool = False) -> datetime:
    """Return the instant at which what goes out at a cut-off settles."""
    day = settlement_date(cut_off, same_day=same_day)
    if not same_day:
        return _DAYS.at(day, rules.OPENING)
    hour = cut_off.astimezone(EASTERN).time()
    windows = in_force(rules.SAME_DAY_WINDOWS, day)
    settlement = next((w.settlement for w in windows if hour <= w.deadline), windows[-1].settlement)
    return _DAYS.at(day, settlement)


def return_by(settled_on: date, *, extended: bool = False) -> datetime:
    """Return the instant after which a settled entry can no longer come back.

    Ordinary returns are back by the opening of the second banking day after settlement; a debit
    that a consumer disowns by the opening of the banking day after the 60th calendar day.
    """
    rows = rules.RETURN_DEADLINES["sixty days" if extended else "two banking days"]
    span = in_force(rows, settled_on)
    assert span is not None, "these returns have a deadline"
    return opening_after(settled_on, span)


def opening_after(day: date, span: rules.Span) -> datetime:
    """Return the opening of the banking day that ends a span, or follows its calendar days."""
    if span.calendar_days:
        return _DAYS.at(banking_day(day + timedelta(days=span.calendar_days + 1)), rules.OPENING)
    return _DAYS.at(add_banking_days(day, span.banking_days), rules.OPENING)


def end_of_banking_day(day: date, count: int) -> date:
    """Return the last day of a span of banking days, such as five for a reversal."""
    return add_banking_days(banking_day(day), count)


def _deadlines(day: date, cut_off: time | None) -> tuple[time, ...]:
    hours = [window.deadline for window in in_force(rules.SAME_DAY_WINDOWS, day)]
    return tuple(hour for hour in hours if cut_off is None or hour <= cut_off) or (hours[0],)
