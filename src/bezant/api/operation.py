"""Operations: one method of one path, with everything that can be said about it before a call."""

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from bezant.api.params import NoParams, Params
from bezant.api.resource import Identified

MAX_BODY_BYTES = 1 << 20

Function = Callable[..., Awaitable[Any]]
"""Takes the context, an argument for each placeholder of the path, and `params` if it has any.

An argument annotated with a resource arrives as that object, loaded; any other as text. It
returns an object, a dict, a Page, Itemised, a stored body as text, or None after a deletion.
"""

Arguments = tuple[type[Identified] | None, ...]
"""For each placeholder of the path, the resource to load, or None for plain text."""

PERMISSION = re.compile(r"[a-z0-9_.]+:(?:read|write)", re.ASCII)
"""The form of a permission: a resource and what is done with it."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Options(Struct, frozen=True, kw_only=True):
    """What a declaration may say about an operation beside its path and function.

    It answers with the resource `returns`, or with a list of it if `listing`, which is a search
    result if `searching`. `json` bodies are taken beside forms, or alone without `form`; with
    `files`, multipart bodies are, too, whose files are parameters of the type `Upload`. A body has
    at most `body_limit` bytes. `publishable` keys may call it, and `ephemeral` ones, for
    their customer alone, which is for the function to see to. Restricted keys need the permission
    `permits` and `:read` or `:write`; without it, it is named for the kind. Whoever wants HTML gets
    what `page` makes of the answer. `unlogged` ones are in the request log only when they fail.
    The paths in `shown` may be asked for in `expand`, and are in the answer anyway.
    """

    returns: type[Identified] | None = None
    listing: bool = False
    searching: bool = False
    json: bool = False
    form: bool = True
    files: bool = False
    body_limit: int = MAX_BODY_BYTES
    publishable: bool = False
    ephemeral: bool = False
    permits: str | None = None
    page: Callable[[str], str] | None = None
    shown: frozenset[str] = frozenset()
    unlogged: bool = False
    tells_secret: bool = False

    @property
    def keys(self) -> frozenset[str]:
        """The kinds of key that may call it."""
        also = {"publishable": self.publishable, "ephemeral": self.ephemeral}
        return frozenset({"secret", "restricted", *(kind for kind, may in also.items() if may)})


class Operation(Struct, frozen=True, eq=False, kw_only=True):
    """One operation of the API; `name` is that of its collection and its function."""

    method: str
    path: str
    name: str
    function: Function
    arguments: Arguments
    params: type[Params]
    takes_params: bool
    permission: str
    options: Options
    doc: str

    @property
    def writes(self) -> bool:
        """Tell whether it may change anything."""
        return self.method != "GET"

    @property
    def second(self) -> bool:
        """Tell whether it follows the conventions of v2."""
        return self.path.startswith("/v2/")

    @property
    def keyed(self) -> bool:
        """Tell whether it minds idempotency keys."""
        if self.options.tells_secret:
            return False
        return self.method == "POST" or (self.second and self.method == "DELETE")


def declared(
    method: str, path: str, function: Function, *, permission: str, options: Options
) -> Operation:
    """Return the operation that a function's signature describes.

    A signature that does not fit the path is a mistake of ours and found at start.
    """
    annotations = inspect.get_annotations(function, eval_str=True)
    names = list(inspect.signature(function).parameters)
    takes_params = names[-1] == "params"
    arguments = tuple(
        _loaded(annotations.get(name)) for name in (names[1:-1] if takes_params else names[1:])
    )
    params = annotations["params"] if takes_params else NoParams
    assert issubclass(params, Params), f"the params of {function.__name__} are Params"
    return made(
        method,
        path,
        function,
        arguments,
        params,
        takes_params=takes_params,
        permission=permission,
        options=options,
    )


def made(
    method: str,
    path: str,
    function: Function,
    arguments: Arguments,
    params: type[Params],
    *,
    takes_params: bool = True,
    permission: str,
    options: Options,
) -> Operation:
    """Return an operation of its parts."""
    placeholders = placeholders_of(path)
    assert len(arguments) == len(placeholders), f"{method} {path} needs {placeholders}"
    access = "read" if method == "GET" else "write"
    assert PERMISSION.fullmatch(permission), f"{method} {path} declares no permission"
    assert permission.endswith(access), f"{method} {path} needs a permission to {access}"
    words = [word for word in path.strip("/").split("/")[1:] if "{" not in word]
    if words[-1] == function.__name__:
        words.pop()  # The last word of an action's path is its function.
    return Operation(
        method=method,
        path=path,
        name=".".join([*words, function.__name__]),
        function=function,
        arguments=arguments,
        params=params,
        takes_params=takes_params,
        permission=permission,
        options=options,
        doc=inspect.getdoc(function) or "",
    )


def placeholders_of(path: str) -> list[str]:
    """Return the names between braces, in order."""
    return _PLACEHOLDER.findall(path)


def template(path: str) -> str:
    """Return the path for the router, where one place has one name in all paths."""
    numbers = iter(range(len(placeholders_of(path))))
    return _PLACEHOLDER.sub(lambda _: f"{{p{next(numbers)}}}", path)


def _loaded(annotation: Any) -> type[Identified] | None:
    if isinstance(annotation, type) and issubclass(annotation, Identified):
        return annotation
    return None
