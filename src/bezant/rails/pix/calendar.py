"""Pix's hours: it never closes; days and nights are those of Brasília."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bezant.rail import in_force
from bezant.rails.pix import rules

BRASILIA = ZoneInfo("America/Sao_Paulo")


def brazilian_day(instant: datetime) -> date:
    """Return the day that an instant falls on in Brasília."""
    return instant.astimezone(BRASILIA).date()


def night_limit(instant: datetime) -> int | None:
    """Return the centavos that an individual may send at an instant; nothing during the day."""
    local = instant.astimezone(BRASILIA)
    try:
        limit = in_force(rules.NIGHT_LIMIT, local.date())
    except LookupError:
        return None
    hour = local.time()
    return limit.amount if hour >= limit.begins or hour < limit.ends else None
