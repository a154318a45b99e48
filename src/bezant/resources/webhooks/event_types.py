"""Event types: the names that an endpoint can ask for.

The file beside this one has Stripe's, of API version 2026-10-28.endive; OWN are those that only
this platform has. A name that is in neither is refused, since nothing would ever be sent for it.
"""

from collections.abc import Sequence
from importlib.resources import files

STRIPE = frozenset(
    (files("bezant.resources.webhooks") / "event_types.txt").read_text("utf-8").split()
)
OWN = frozenset(
    {
        "api.error_spike",
        "ledger.account.closed",
        "ledger.account.created",
        "ledger.account.updated",
    }
)
KNOWN = STRIPE | OWN
ALL = "*"


def matching(pattern: str) -> Sequence[str]:
    """Return the types that a name, or a group such as `payout.*`, stands for."""
    if pattern != ALL and not pattern.endswith(".*"):
        return [pattern]
    return sorted(name for name in KNOWN if name.startswith(pattern[:-1]))
