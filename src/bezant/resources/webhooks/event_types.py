"""Event types: the names that an endpoint can ask for.

The files beside this one have Stripe's, of API version 2026-10-28.endive: those of snapshot events
and those of thin ones. OWN are those that only this platform has; each of them has a thin form,
too. A name that is in none is refused, since nothing would ever be sent for it.
"""

from collections.abc import Sequence
from importlib.resources import files

from bezant.api.event_body import V2_PREFIX

_HERE = files("bezant.resources.webhooks")
STRIPE = frozenset((_HERE / "event_types.txt").read_text("utf-8").split())
OWN = frozenset(
    {
        "api.error_spike",
        "ledger.account.closed",
        "ledger.account.created",
        "ledger.account.updated",
        "movement.recall_answered",
        "movement.recall_requested",
        "webhook_endpoint.disabled",
    }
)
KNOWN = STRIPE | OWN
ALL = "*"
MIRROR = "v1."
"""What the type of a thin event begins with that tells the same as a snapshot event."""
THIN = frozenset((_HERE / "thin_event_types.txt").read_text("utf-8").split()) | {
    MIRROR + name for name in OWN
}
PING = "v2.core.event_destination.ping"
SNAPSHOT_ONLY = frozenset(name for name in KNOWN if MIRROR + name not in THIN)
"""Types of snapshot events that are told in no thin form."""


def matching(pattern: str) -> Sequence[str]:
    """Return the types that a name, or a group such as `payout.*`, stands for."""
    if pattern != ALL and not pattern.endswith(".*"):
        return [pattern]
    return sorted(name for name in KNOWN if name.startswith(pattern[:-1]))


def thin_name(stored: str) -> str | None:
    """Return the type of the thin form of a stored event, or None if it has none."""
    if stored.startswith(V2_PREFIX):
        return stored
    return None if stored in SNAPSHOT_ONLY else MIRROR + stored


def stored_name(thin: str) -> str:
    """Return under which type the event of a thin form is stored."""
    return thin.removeprefix(MIRROR)
