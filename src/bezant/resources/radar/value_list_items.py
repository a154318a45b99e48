"""Value list items: what is in a list, each value once."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bezant.api.context import COLUMNS, Context, created_of
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Params
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.risk_rules import mind_lists
from bezant.resources.core.value_list import (
    SHOWN,
    ValueList,
    ValueListItem,
    check_value,
    compared,
    items_of,
    named,
)
from bezant.store.objects import Page as Ask

PATH = "/v1/radar/value_list_items"
_PREFIX = "rsli"


class CreateValueListItem(Params):
    """What is put into which list, by the list's id or its alias."""

    value: Annotated[str, Meta(max_length=800)]
    value_list: str


class ListValueListItems(ListParams):
    """Of which list items are listed."""

    value: str | None = None
    value_list: str


routes = Routes(ValueListItem, PATH, prefix=_PREFIX, listed=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListValueListItems) -> Page:
    """List what is in a list, newest first."""
    within = await named(ctx, params.value_list, "value_list")
    filters = {"parent": within.id}
    if params.value is not None:
        filters["reference"] = compared(within.item_type, params.value)
    return await page_of(ctx, ValueListItem, _PREFIX, params, filters)


@routes.create
async def create(ctx: Context, params: CreateValueListItem) -> ValueListItem:
    """Put a value into a list."""
    into = await named(ctx, params.value_list, "value_list")
    check_value(into.item_type, params.value)
    form = compared(into.item_type, params.value)
    if await ctx.newest(ValueListItem, {"parent": into.id, "reference": form}) is not None:
        raise InvalidRequest(
            "The value is in the list already.", code="resource_already_exists", param="value"
        )
    name = ctx.new_id(_PREFIX)
    item = ValueListItem(
        id=name,
        created=created_of(name),
        created_by=ctx.caller.key or ctx.account,
        livemode=ctx.livemode,
        value=params.value,
        value_list=into.id,
    )
    shown = [item, *into.list_items.data]
    more = into.list_items.has_more or len(shown) > SHOWN
    changed = items_of(into.id, shown[:SHOWN], more=more)
    if into.ours and await ctx.find(ValueList, into.id) is None:
        into.list_items = changed
        ctx.create(into)
        await mind_lists(ctx)
    else:
        ctx.save(into, list_items=changed)
    return ctx.create(item, hidden={COLUMNS: {"reference": form}})


@routes.delete
async def delete(ctx: Context, item: ValueListItem) -> None:
    """Take a value out of its list."""
    ctx.delete(item)
    into = await ctx.find(ValueList, item.value_list)
    if into is None:
        return
    bodies, more = await ctx.page(ValueListItem, Ask(SHOWN + 1, filters={"parent": into.id}))
    left = [each for each in _read(bodies) if each.id != item.id]
    ctx.save(into, list_items=items_of(into.id, left[:SHOWN], more=more or len(left) > SHOWN))


def _read(bodies: list[str]) -> list[ValueListItem]:
    return [msgspec.json.decode(body, type=ValueListItem) for body in bodies]
