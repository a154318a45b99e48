"""Lists: their parameters, a page of stored bodies untouched, and the envelope around it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, TypeVar, cast

from msgspec import Meta

from bezant.api.context import Context
from bezant.api.params import Params, RangeQuery
from bezant.api.refusals import no_such
from bezant.api.resource import Identified
from bezant.api.shape import ShapeMeta
from bezant.kernel import ids
from bezant.kernel.codec import base62, encode_json
from bezant.kernel.errors import InvalidRequest
from bezant.store.objects import Page as Ask

_NO_RANGES: Mapping[str, tuple[str, str]] = MappingProxyType({})
_MICROSECONDS = 1_000_000
_BITS_AFTER_TIME = ids.SLOT_BITS + ids.RANDOM_BITS
_LAST_NUMBER = (1 << ids.TIME_BITS + _BITS_AFTER_TIME) - 1


P = TypeVar("P", bound=Params)


class ListParams(Params):
    """What every list takes; a list adds its filters."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 10
    starting_after: str | None = None
    ending_before: str | None = None
    created: int | RangeQuery | None = None


class Page(NamedTuple):
    """A slice of a list: JSON bodies, newest first, and whether there are more beyond it."""

    data: Sequence[str]
    has_more: bool = False


class Bounds(NamedTuple):
    """The first and the last id, both inclusive, that a range of creation times allows."""

    least: str | None = None
    most: str | None = None


ANYTIME = Bounds()
"""No bounds at all."""


def envelope(page: Page, url: str) -> str:
    """Return the JSON of a list object."""
    more = "true" if page.has_more else "false"
    head = f'{{"object":"list","url":{encode_json(url).decode()},"has_more":{more},"data":['
    return f"{head}{','.join(page.data)}]}}"


def filtered_params(base: type[P], resource: type[Identified], filters: Sequence[str]) -> type[P]:
    """Return parameters of a list with filters that are compared for equality."""
    members: dict[str, Any] = dict.fromkeys(filters)
    members["__annotations__"] = dict.fromkeys(filters, str | None)
    members["__module__"] = __name__
    made = ShapeMeta(f"List_{resource.kind()}", (base,), members)
    return cast("type[P]", made)


async def page_of(
    ctx: Context,
    resource: type[Identified],
    prefix: str,
    params: ListParams,
    filters: Mapping[str, str],
    ranges: Mapping[str, tuple[str, str]] = _NO_RANGES,
) -> Page:
    """Return a page of stored objects; InvalidRequest for a cursor that is no such object."""
    check_cursors(params)
    for name in ("starting_after", "ending_before"):
        cursor = getattr(params, name)
        if cursor is not None:
            await _check_cursor(ctx, resource, cursor, name)
    within = bounds(prefix, params.created)
    if within is None:
        return Page([])
    ask = Ask(params.limit, params.starting_after, params.ending_before, *within, filters, ranges)
    return Page(*await ctx.page(resource, ask))


def check_cursors(params: ListParams) -> None:
    """Refuse a page that is to begin at one place and to end at another."""
    if params.starting_after is not None and params.ending_before is not None:
        raise InvalidRequest(
            "Received both starting_after and ending_before parameters. Please pass in only one."
        )


async def _check_cursor(ctx: Context, resource: type[Identified], cursor: str, param: str) -> None:
    """Accept a deleted object too, so that whoever deletes while paging can go on."""
    row = await ctx.runtime.reader.get(ctx.book.id, resource.kind(), cursor)
    if row is None:
        raise no_such(resource.title(), cursor, param)


def bounds(prefix: str, created: int | RangeQuery | None) -> Bounds | None:
    """Return what a range of creation times (Unix seconds) means for ids; None: nothing at all."""
    asked = RangeQuery.of(created)
    if asked is None:
        return ANYTIME
    first = max(_over(asked.gte, 0) or 0, _over(asked.gt, 1) or 0)
    lasts = [last for last in (asked.lte, _over(asked.lt, -1)) if last is not None]
    end = (min(lasts) + 1) * _MICROSECONDS - 1 if lasts else None
    return bounds_between(prefix, first * _MICROSECONDS, end)


def bounds_between(prefix: str, first: int, last: int | None) -> Bounds | None:
    """Return the ids made within microseconds since 1970, both inclusive; None: there are none."""
    least = _id(prefix, max(first, 0) << _BITS_AFTER_TIME)
    if last is None:
        return Bounds(least)
    if last < max(first, 0):
        return None
    return Bounds(least, _id(prefix, (last + 1 << _BITS_AFTER_TIME) - 1))


def _over(second: int | None, by: int) -> int | None:
    return None if second is None else second + by


def _id(prefix: str, number: int) -> str:
    return f"{prefix}_{base62(min(number, _LAST_NUMBER), ids.WIDTH)}"
