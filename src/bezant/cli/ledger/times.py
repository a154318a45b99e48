"""Times as people type them: a day, or a moment; without a zone it is UTC."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, NamedTuple

import typer

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
"""The least time between two moments that the ledger tells apart."""


def since(text: str) -> datetime:
    """Return a moment, or the first of a day. Raises BadParameter for any other text."""
    return _moment(text, end=False)


def until(text: str) -> datetime:
    """Return a moment, or the last of a day. Raises BadParameter for any other text."""
    return _moment(text, end=True)


def _moment(text: str, *, end: bool) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass  # No day; the lines below take a moment.
    else:
        start = datetime.combine(day, time(), UTC)
        return start + _DAY - _INSTANT if end else start
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no time: write a day, 2026-03-31, or a moment, 2026-03-31T17:00Z"
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


AtOption = Annotated[
    datetime | None,
    typer.Option(
        "--at",
        parser=until,
        metavar="TIME",
        help="As it was known then: 2026-03-31, which means its end, or 2026-03-31T17:00Z.",
    ),
]
EffectiveAtOption = Annotated[
    datetime | None,
    typer.Option(
        "--effective-at",
        parser=until,
        metavar="TIME",
        help="Of what takes effect until then, whenever it was recorded.",
    ),
]


class Times(NamedTuple):
    """As of when: what was known at a moment, what took effect until one, or both."""

    known: datetime | None
    effective: datetime | None
