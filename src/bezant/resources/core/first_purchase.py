"""Whether a customer has bought something before: for what is given to new customers alone."""

import msgspec
from msgspec import Struct

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.store.objects import Page

_PAGE = 100


class _Charge(Identified, tag="charge"):
    """A charge, as far as it says that somebody has paid."""


class _Paid(Struct):
    id: str
    status: str


async def has_bought(ctx: Context, customer: str) -> bool:
    """Tell whether a customer has paid once; what was declined does not count."""
    after: str | None = None
    while True:
        ask = Page(limit=_PAGE, after=after, filters={"source": customer})
        bodies, more = await ctx.page(_Charge, ask)
        charges = [msgspec.json.decode(body, type=_Paid) for body in bodies]
        if any(charge.status == "succeeded" for charge in charges):
            return True
        if not more:
            return False
        after = charges[-1].id
