"""Times in parameters are whole Unix seconds, and a second counts to its end."""

from datetime import datetime, timedelta

from bezant.kernel.codec import from_microseconds

_MICROSECONDS = 1_000_000
_TO_ITS_END = timedelta(seconds=1) - timedelta(microseconds=1)


def first_moment(second: int) -> datetime:
    """Return the first moment of a Unix second."""
    return from_microseconds(second * _MICROSECONDS)


def last_moment(second: int) -> datetime:
    """Return the last moment of a Unix second."""
    return first_moment(second) + _TO_ITS_END
