"""Putting values into lists, each once."""

from bezant.api.context import COLUMNS, Context, created_of
from bezant.resources.core.risk_rules import mind_lists
from bezant.resources.core.value_list import (
    SHOWN,
    ValueList,
    ValueListItem,
    compared,
    items_of,
)

PREFIX = "rsli"


async def put(ctx: Context, into: ValueList, value: str) -> ValueListItem | None:
    """Put a value into a list; None if it is in it already."""
    form = compared(into.item_type, value)
    if await ctx.newest(ValueListItem, {"parent": into.id, "reference": form}) is not None:
        return None
    name = ctx.new_id(PREFIX)
    item = ValueListItem(
        id=name,
        created=created_of(name),
        created_by=ctx.caller.key or ctx.account,
        livemode=ctx.livemode,
        value=value,
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
