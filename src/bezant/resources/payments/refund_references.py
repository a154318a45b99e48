"""By what a refund is known at the acquirer: its references, and those of our requests for it."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from bezant.api.context import Context
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.refund import Refund
from bezant.store.objects import Page

PARTS = "parts"
"""Where a refund's hidden part has, by what the acquirer calls it, which capture it is of and how
much of it, in minor units; what did not arrive is taken out."""
GONE = "gone"
"""Where a refund's hidden part has what the acquirer calls those parts that did not arrive."""
REFERENCES = "references"
"""Where a refund's hidden part has what `reference_of` makes of the requests for it."""
_MOST = 100


async def refund_under(
    ctx: Context, charge: Charge, references: Collection[str], *, arrived: bool = False
) -> Refund | None:
    """Return the refund of a charge that is known by one of several references.

    One that has `arrived` has not failed. One of several captures has references of its own.
    """
    bodies, _ = await ctx.page(Refund, Page(limit=_MOST, filters={"source": charge.id}))
    names = [msgspec.json.decode(body, type=Refund).id for body in bodies]
    found = await ctx.load_many(Refund, names)
    for refund in found.values():
        hidden = ctx.hidden(refund)
        if not set(references).isdisjoint(hidden.get(PARTS, ()) if arrived else known_by(hidden)):
            return refund
    return None


def known_by(hidden: Mapping[str, Any]) -> list[str]:
    """Return all references that a refund's hidden part has."""
    return [name for where in (REFERENCES, PARTS, GONE) for name in hidden.get(where, ())]
