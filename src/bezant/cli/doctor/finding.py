"""What a look at one thing found, and what to do about it."""

from datetime import timedelta
from typing import Literal, NamedTuple

State = Literal["ok", "warn", "bad"]


class Finding(NamedTuple):
    """One thing that was looked at: `next` is the step to take when it is not `ok`."""

    name: str
    state: State
    said: str
    next: str | None = None


def ok(name: str, said: str) -> Finding:
    """Return that a thing is as it should be."""
    return Finding(name, "ok", said)


def warn(name: str, said: str, then: str) -> Finding:
    """Return that somebody should look at a thing."""
    return Finding(name, "warn", said, then)


def bad(name: str, said: str, then: str) -> Finding:
    """Return that a thing is wrong: money waits, or may be lost."""
    return Finding(name, "bad", said, then)


def lasting(span: timedelta) -> str:
    """Return how long something has lasted, in the unit that says it best."""
    seconds = max(int(span.total_seconds()), 0)
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= length:
            number = seconds // length
            return f"{number:,} {unit}{'s' if number > 1 else ''}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
