"""The special return mechanism (MED): who must do what by when after a payment is contested."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from bezant.rail import in_force
from bezant.rails.pix import rules
from bezant.rails.pix.calendar import brazilian_day

State = Literal["open", "agreed", "disagreed", "requested", "returned", "refused", "lapsed"]

NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        "open": frozenset[State](("agreed", "disagreed", "lapsed")),
        "agreed": frozenset[State](("requested", "lapsed")),
        "requested": frozenset[State](("returned", "refused")),
        "disagreed": frozenset[State](),
        "returned": frozenset[State](),
        "refused": frozenset[State](),
        "lapsed": frozenset[State](),
    }
)
"""What may follow: a contestation is decided, then the money is asked for, then it comes or not."""


def contest_by(paid_at: datetime) -> datetime:
    """Return the instant after which a payment can no longer be contested."""
    days = in_force(rules.CONTEST_DAYS, brazilian_day(paid_at))
    return paid_at + timedelta(days=days)


def decide_by(contested_at: datetime) -> datetime:
    """Return the instant by which the receiver's bank must decide."""
    days = in_force(rules.ANALYSIS_DAYS, brazilian_day(contested_at))
    return contested_at + timedelta(days=days)


def request_by(decided_at: datetime) -> datetime:
    """Return the instant by which the sender's bank must ask for the return."""
    hours = in_force(rules.REQUEST_HOURS, brazilian_day(decided_at))
    return decided_at + timedelta(hours=hours)


def pay_by(requested_at: datetime) -> datetime:
    """Return the instant by which the receiver's bank must have returned what is there."""
    hours = in_force(rules.PAY_HOURS, brazilian_day(requested_at))
    return requested_at + timedelta(hours=hours)
