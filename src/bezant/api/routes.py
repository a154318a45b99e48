"""Routes: the operations of a resource, declared beside it.

List and retrieve come with it; `@routes.create`, `@routes.update`, `@routes.delete` and
`@routes.action` add the usual others, `@routes.get(path)` and `@routes.post(path)` any.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from msgspec.structs import replace

from bezant.api.operation import Function, Operation, Options, declared, placeholders_of
from bezant.api.places import Places
from bezant.api.resource import Identified
from bezant.api.search import Fields, search_operation
from bezant.api.standard import PARENT_COLUMN, list_operation, retrieve_operation
from bezant.api.v2 import PREFIX as V2

F = TypeVar("F", bound=Function)

Filters = tuple[str, ...] | dict[str, str]


class Routes:
    """The operations below one path.

    `prefix` is that of the ids. `filters` are fields by which lists may be filtered: names of
    columns, or a mapping from names to columns. A placeholder in `path` means that the objects
    belong to a `parent`, whose id they hold in the field of that name. `listed` and `retrieved`
    opt out of those two, and `options` apply to every operation that is declared here.
    """

    def __init__(
        self,
        resource: type[Identified],
        path: str,
        *,
        prefix: str | None = None,
        filters: Filters = (),
        parent: type[Identified] | None = None,
        listed: bool = True,
        retrieved: bool = True,
        options: Options | None = None,
    ) -> None:
        """Declare where the resource lives and by what it is listed."""
        self.resource = resource
        self.path = path
        self.operations: list[Operation] = []
        self._parent = parent
        self._options = options or Options()
        if path.startswith(V2):
            self._options = replace(self._options, json=True, form=False)
        columns = _columns(filters)
        self._declare_columns(columns)
        if listed:
            assert prefix, f"{path} lists ids, which have a prefix"
            self._add_list(prefix, columns)
        if retrieved:
            self._add_retrieve()

    @property
    def object_path(self) -> str:
        """The path of one object."""
        return self.path + "/{id}"

    def create(self, function: F) -> F:
        """Answer POST of the collection: `(ctx, [parent], params)`."""
        return self._declare("POST", self.path, function)

    def update(self, function: F) -> F:
        """Answer POST of an object: `(ctx, [parent], object, params)`."""
        return self._declare("POST", self.object_path, function)

    def delete(self, function: F) -> F:
        """Answer DELETE of an object: `(ctx, [parent], object)`, which may return None."""
        return self._declare("DELETE", self.object_path, function)

    def delete_at(self, path: str, **options: Any) -> Callable[[F], F]:
        """Answer DELETE of any path: `(ctx, an argument for each placeholder)`."""
        return lambda function: self._declare("DELETE", path, function, **options)

    def action(self, function: F) -> F:
        """Answer POST of an object and the function's name: `(ctx, [parent], object, params)`."""
        return self._declare("POST", f"{self.object_path}/{function.__name__}", function)

    def search(self, fields: Fields, *, sparse: bool = False) -> None:
        """Answer GET of the collection and `/search`.

        `sparse` says that the index of metadata leaves documents without any out, which it tells
        by their text: `body not like '%"metadata":{}%'`.
        """
        self._add(
            search_operation(
                f"{self.path}/search",
                self.resource,
                fields,
                sparse=sparse,
                permission=self._permission("read", self._options),
                options=self._optioned(listing=True, searching=True),
            )
        )

    def get(self, path: str, **options: Any) -> Callable[[F], F]:
        """Answer GET of any path: `(ctx, an argument for each placeholder, params)`."""
        return lambda function: self._declare("GET", path, function, **options)

    def post(self, path: str, **options: Any) -> Callable[[F], F]:
        """Answer POST of any path: `(ctx, an argument for each placeholder, params)`."""
        return lambda function: self._declare("POST", path, function, **options)

    def _declare(self, method: str, path: str, function: F, **changes: Any) -> F:
        options = self._optioned(**changes)
        permission = self._permission("read" if method == "GET" else "write", options)
        self._add(declared(method, path, function, permission=permission, options=options))
        return function

    def _add_list(self, prefix: str, filters: Mapping[str, str]) -> None:
        self._add(
            list_operation(
                self.path,
                self.resource,
                parent=self._parent,
                prefix=prefix,
                filters=filters,
                permission=self._permission("read", self._options),
                options=self._optioned(listing=True),
            )
        )

    def _add_retrieve(self) -> None:
        self._add(
            retrieve_operation(
                self.object_path,
                self.resource,
                parent=self._parent,
                permission=self._permission("read", self._options),
                options=self._optioned(),
            )
        )

    def _add(self, operation: Operation) -> None:
        known = {(each.method, each.path) for each in self.operations}
        assert (operation.method, operation.path) not in known, f"{operation.name} is there already"
        self.operations.append(operation)

    def _declare_columns(self, filters: Mapping[str, str]) -> None:
        """Let the resource fill the columns that its lists filter on."""
        columns = dict(filters)
        if self._parent is not None:
            (field,) = placeholders_of(self.path)
            columns[field] = PARENT_COLUMN
        if columns:
            self.resource.filters = columns

    def _permission(self, access: str, options: Options) -> str:
        return f"{options.permits or self.resource.kind()}:{access}"

    def _optioned(self, **changes: Any) -> Options:
        return replace(self._options, **{"returns": self.resource, **changes})


def _columns(filters: Filters) -> dict[str, str]:
    return filters if isinstance(filters, dict) else {name: name for name in filters}


def places_of(routes: Iterable[Routes]) -> Places:
    """Return where objects are read, by kind; what stands below another object comes last."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in routes:
        for operation in each.operations:
            alone = not operation.options.listing and operation.method == "GET"
            kind = (operation.options.returns or each.resource).kind()
            if alone and (operation.path.endswith("}") or "{" not in operation.path):
                found[kind].append(operation.path)
    return Places({kind: sorted(paths, key=_depth) for kind, paths in found.items()})


def _depth(path: str) -> tuple[bool, int]:
    """Order paths: of one object among many first, then of the only one, then of sub-objects."""
    return "{" not in path, path.count("{")
