"""Lists by what no column holds: pages are read one after the other until enough objects fit."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import RangeQuery
from bezant.api.resource import Identified

R = TypeVar("R", bound=Identified)

_PAGE = 100


def within(value: int, asked: int | RangeQuery | None) -> bool:
    """Tell whether a number is the one asked for, or in the range."""
    bounds = RangeQuery.of(asked)
    if bounds is None:
        return True
    return (
        (bounds.gt is None or value > bounds.gt)
        and (bounds.gte is None or value >= bounds.gte)
        and (bounds.lt is None or value < bounds.lt)
        and (bounds.lte is None or value <= bounds.lte)
    )


async def selected(
    ctx: Context,
    resource: type[R],
    prefix: str,
    params: ListParams,
    filters: Mapping[str, str],
    fits: Callable[[R], bool],
) -> Page:
    """Return a page of those objects that fit, out of those that the filters leave."""
    backwards = params.ending_before is not None
    kept: list[str] = []
    ask = replace(params, limit=_PAGE)
    while True:
        page = await page_of(ctx, resource, prefix, ask, filters)
        objects = [(msgspec.json.decode(body, type=resource), body) for body in page.data]
        found = [body for each, body in objects if fits(each)]
        kept = found + kept if backwards else kept + found
        if len(kept) > params.limit or not page.has_more:
            return _cut(kept, params.limit, backwards=backwards)
        if backwards:
            ask = replace(ask, ending_before=objects[0][0].id)
        else:
            ask = replace(ask, starting_after=objects[-1][0].id)


def _cut(kept: list[str], limit: int, *, backwards: bool) -> Page:
    within_limit = kept[-limit:] if backwards else kept[:limit]
    return Page(within_limit, has_more=len(kept) > limit)
