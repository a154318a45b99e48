"""The two operations that come with every resource: list and retrieve."""

from collections.abc import Mapping
from typing import Any

from bezant.api.context import Context
from bezant.api.operation import Operation, Options, made
from bezant.api.pages import ListParams, Page, filtered_params, page_of
from bezant.api.params import NoParams, Params
from bezant.api.resource import Identified
from bezant.api.v2 import PREFIX as V2
from bezant.api.v2 import V2ListParams, V2Page, v2_page_of
from bezant.kernel.errors import NotFound

PARENT_COLUMN = "parent"


def list_operation(
    path: str,
    resource: type[Identified],
    *,
    parent: type[Identified] | None,
    prefix: str,
    filters: Mapping[str, str],
    permission: str,
    options: Options,
) -> Operation:
    """Return the operation that lists a resource; `filters` maps parameters to columns."""
    second = path.startswith(V2)

    async def list_all(ctx: Context, *place: Any) -> Page | V2Page:
        *parents, params = place
        chosen: dict[str, str] = {}
        if parents:
            chosen[PARENT_COLUMN] = parents[0].id
        for name, column in filters.items():
            value = getattr(params, name)
            if value is not None:
                chosen[column] = value
        if second:
            return await v2_page_of(ctx, resource, params, chosen)
        return await page_of(ctx, resource, prefix, params, chosen)

    list_all.__name__ = "list"
    list_all.__doc__ = f"List the objects of kind {resource.kind()}, newest first."
    base: type[Params] = V2ListParams if second else ListParams
    params = filtered_params(base, resource, tuple(filters))
    arguments = () if parent is None else (parent,)
    return made("GET", path, list_all, arguments, params, permission=permission, options=options)


def retrieve_operation(
    path: str,
    resource: type[Identified],
    *,
    parent: type[Identified] | None,
    permission: str,
    options: Options,
) -> Operation:
    """Return the operation that retrieves one object, as it is stored."""

    async def retrieve(ctx: Context, *place: Any) -> str:
        *parents, name, _params = place
        if parents:
            child = await ctx.load(resource, name)
            check_parent(child, parents[0])
            return ctx.encoded(child)
        row = await ctx.runtime.reader.get(ctx.book.id, resource.kind(), name)
        if row is None or row.deleted:
            raise missing(resource, name)
        return row.body

    retrieve.__doc__ = f"Retrieve the object of kind {resource.kind()} that has this id."
    arguments = (None,) if parent is None else (None, None)
    return made("GET", path, retrieve, arguments, NoParams, permission=permission, options=options)


def check_parent(child: Identified, parent: str) -> None:
    """Refuse, as missing, an object that belongs to another parent than the path says."""
    if child.columns().get(PARENT_COLUMN, parent) != parent:
        raise missing(type(child), child.id)


def missing(resource: type[Identified], name: str) -> NotFound:
    """Return the error of an id in the path that is no such object."""
    return NotFound(f"No such {resource.title()}: '{name[:64]}'", param="id")
