"""Array literals: columns of a batch as PostgreSQL's own text, without a driver's detour."""

from collections.abc import Iterable, Sequence
from datetime import datetime


def integers(values: Iterable[int | None]) -> str:
    """Return a literal for int[] or bigint[]."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def booleans(values: Iterable[bool]) -> str:
    """Return a literal for boolean[]."""
    return "{" + ",".join(["t" if value else "f" for value in values]) + "}"


def moments(values: Iterable[datetime | None]) -> str:
    """Return a literal for timestamptz[], to the microsecond."""
    return (
        "{"
        + ",".join(["NULL" if value is None else f'"{value.isoformat()}"' for value in values])
        + "}"
    )


def texts(values: Sequence[str | None]) -> str:
    """Return a literal for text[]; a NUL, which PostgreSQL cannot hold, is its caller's error."""
    return "{" + ",".join(["NULL" if value is None else _quoted(value) for value in values]) + "}"


def _quoted(value: str) -> str:
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if '"' in value:
        value = value.replace('"', '\\"')
    return f'"{value}"'
