"""Lengths of time as people type them: `90d`, `24h`, `30m` or `0`."""

import re
from datetime import timedelta

from bezant.kernel.errors import ConfigError

_FORM = re.compile(r"(\d{1,5}(?=[dhm])|0)([dhm]?)", re.ASCII)
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def duration(text: str) -> timedelta:
    """Return a length of time. Raises ConfigError."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise ConfigError(f"{text!r} is no length of time; one is like 90d, 24h, 30m or 0")
    return timedelta(**{_UNITS[form[2] or "m"]: int(form[1])})
