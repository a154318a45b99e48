"""Value lists: lists that rules look into, the account's own and those that every account has."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bezant.api.context import Context, created_of
from bezant.api.pages import Bounds, ListParams, Page, bounds, check_cursors
from bezant.api.params import Check, Metadata, Params, merged
from bezant.api.refusals import invalid, no_such
from bezant.api.routes import Routes
from bezant.api.standard import missing
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.risk_rules import rules_of
from bezant.resources.core.value_list import (
    BY_ALIAS,
    DEFAULTS,
    PREFIX,
    ItemType,
    ValueList,
    default,
    find_list,
    holding,
    items_of,
)
from bezant.store.objects import Page as Ask

PATH = "/v1/radar/value_lists"
_MOST_HOLDING = 1_000
_ALIAS = 100


def _alias(text: str, param: str) -> str:
    if len(text) <= _ALIAS and text.isascii() and text.replace("_", "").isalnum():
        return text
    raise invalid(f"Invalid {param}: an alias has up to {_ALIAS} letters, digits and _.", param)


Alias = Annotated[str, Check(_alias)]
Name = Annotated[str, Meta(max_length=100)]


class CreateValueList(Params):
    """What a list is made of; its alias is what rules call it."""

    alias: Alias
    item_type: ItemType = "string"
    metadata: Metadata | None = None
    name: Name


class UpdateValueList(Params):
    """What of a list can be changed."""

    alias: Alias | None = None
    metadata: Metadata | None = None
    name: Name | None = None


class ListValueLists(ListParams):
    """By what lists are listed; `contains` is a value that is in them."""

    alias: str | None = None
    contains: str | None = None


routes = Routes(ValueList, PATH, prefix=PREFIX, listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListValueLists) -> Page:
    """List value lists, newest first; those that every account has are the oldest."""
    check_cursors(params)
    for param in ("starting_after", "ending_before"):
        cursor = getattr(params, param)
        if cursor is not None and await find_list(ctx, cursor) is None:
            raise no_such("radar.value_list", cursor, param)
    within = bounds(PREFIX, params.created)
    if within is None:
        return Page([])
    if params.contains is not None:
        found, more = await _holding(ctx, params, within)
    else:
        found, more = await _stored(ctx, params, within)
    names = sorted(found, reverse=True)
    more = more or len(names) > params.limit
    kept = names[-params.limit :] if params.ending_before else names[: params.limit]
    return Page([ctx.encoded(found[name]) for name in kept], more)


@routes.create
async def create(ctx: Context, params: CreateValueList) -> ValueList:
    """Begin a list."""
    await _check_free(ctx, params.alias)
    name = ctx.new_id(PREFIX)
    return ctx.create(
        ValueList(
            id=name,
            alias=params.alias,
            created=created_of(name),
            created_by=ctx.caller.key or ctx.account,
            item_type=params.item_type,
            list_items=items_of(name, []),
            livemode=ctx.livemode,
            metadata=merged({}, params.metadata),
            name=params.name,
        )
    )


@routes.get(PATH + "/{value_list}")
async def retrieve(ctx: Context, value_list: str) -> ValueList:
    """Retrieve a list."""
    found = await find_list(ctx, value_list)
    if found is None:
        raise missing(ValueList, value_list)
    return found


@routes.post(PATH + "/{value_list}")
async def update(ctx: Context, value_list: str, params: UpdateValueList) -> ValueList:
    """Change a list of the account's own."""
    found = await _own(ctx, value_list)
    if params.alias not in (None, found.alias):
        await _check_free(ctx, str(params.alias))
    return ctx.save(found, metadata=merged(found.metadata, params.metadata), **params.changes())


@routes.delete
async def delete(ctx: Context, value_list: str) -> None:
    """Delete a list of the account's own that no rule looks into."""
    found = await _own(ctx, value_list)
    for rule in (await rules_of(ctx)).rules:
        if any(each.value == found.id for each in rule.conditions):
            raise InvalidRequest(f"The rule {rule.id} looks into this list: change that first.")
    ctx.delete(found)


async def _own(ctx: Context, name: str) -> ValueList:
    if name in DEFAULTS:
        raise InvalidRequest(
            f"Every account has the list {DEFAULTS[name].alias}: only what is in it can be changed."
        )
    return await ctx.load(ValueList, name)


async def _check_free(ctx: Context, alias: str) -> None:
    if alias in BY_ALIAS or await ctx.newest(ValueList, {"reference": alias}) is not None:
        raise InvalidRequest(
            f"There is a list with the alias {alias} already.",
            code="resource_already_exists",
            param="alias",
        )


async def _stored(
    ctx: Context, params: ListValueLists, within: Bounds
) -> tuple[dict[str, ValueList], bool]:
    """Return a page of the lists that are stored, and those that every account has with them."""
    filters = {} if params.alias is None else {"reference": params.alias}
    ask = Ask(params.limit, params.starting_after, params.ending_before, *within, filters)
    bodies, more = await ctx.page(ValueList, ask)
    found = await ctx.load_many(ValueList, [*_ids(bodies), *DEFAULTS])
    whole = {name: found.get(name) or default(ctx, name) for name in [*_ids(bodies), *DEFAULTS]}
    fitting = {name: each for name, each in whole.items()
               if each is not None and _fits(each, params, within)}  # fmt: skip
    return fitting, more


async def _holding(
    ctx: Context, params: ListValueLists, within: Bounds
) -> tuple[dict[str, ValueList], bool]:
    names = await holding(ctx, params.contains or "", _MOST_HOLDING)
    found = await ctx.load_many(ValueList, names)
    return {name: each for name, each in found.items() if _fits(each, params, within)}, False


def _fits(each: ValueList, params: ListValueLists, within: Bounds) -> bool:
    return (
        params.alias in (None, each.alias)
        and (params.starting_after is None or each.id < params.starting_after)
        and (params.ending_before is None or each.id > params.ending_before)
        and (within.least is None or each.id >= within.least)
        and (within.most is None or each.id <= within.most)
    )


def _ids(bodies: list[str]) -> list[str]:
    return [msgspec.json.decode(body, type=_HasId).id for body in bodies]


class _HasId(Struct):
    id: str
