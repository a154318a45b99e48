"""Value list items: what is in a list, each value once."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Params
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.list_items import PREFIX, put
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


class CreateValueListItem(Params):
    """What is put into which list, by the list's id or its alias."""

    value: Annotated[str, Meta(max_length=800)]
    value_list: str


class ListValueListItems(ListParams):
    """Of which list items are listed."""

    value: str | None = None
    value_list: str


routes = Routes(ValueListItem, PATH, prefix=PREFIX, listed=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListValueListItems) -> Page:
    """List what is in a list, newest first."""
    within = await named(ctx, params.value_list, "value_list")
    filters = {"parent": within.id}
    if params.value is not None:
        filters["reference"] = compared(within.item_type, params.value)
    return await page_of(ctx, ValueListItem, PREFIX, params, filters)


@routes.create
async def create(ctx: Context, params: CreateValueListItem) -> ValueListItem:
    """Put a value into a list."""
    into = await named(ctx, params.value_list, "value_list")
    check_value(into.item_type, params.value)
    item = await put(ctx, into, params.value)
    if item is None:
        raise InvalidRequest(
            "The value is in the list already.", code="resource_already_exists", param="value"
        )
    return item


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
