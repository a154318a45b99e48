"""Lists of objects that are asked for by name: a few, read in one statement."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, bounds, check_cursors
from bezant.api.resource import Resource

R = TypeVar("R", bound=Resource)


async def picked(
    ctx: Context,
    kind: type[R],
    prefix: str,
    names: Sequence[str],
    params: ListParams,
    filters: Mapping[str, str],
) -> Page:
    """Return a page of those of some objects that have these columns, newest first."""
    check_cursors(params)
    within = bounds(prefix, params.created)
    if within is None:
        return Page([])
    least, most = within
    found = await ctx.load_many(kind, list(dict.fromkeys(names)))
    rows = [
        found[name]
        for name in sorted(found, reverse=True)
        if (least is None or name >= least)
        and (most is None or name <= most)
        and filters.items() <= found[name].columns().items()
    ]
    if params.starting_after is not None:
        rows = [row for row in rows if row.id < params.starting_after]
    if params.ending_before is not None:
        rows = [row for row in rows if row.id > params.ending_before]
    more = len(rows) > params.limit
    shown = rows[-params.limit :] if params.ending_before is not None else rows[: params.limit]
    return Page([ctx.encoded(row) for row in shown], more)
