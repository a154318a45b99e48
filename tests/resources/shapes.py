"""Holds an answer against the API's surface: names, types and what may be null or missing.

The surface has for each field its type and flags: `n` may be null, `?` may be missing. A type
is a plain one, `#Name` of a shape, or a hash; tools/surface.py, which writes it, lists them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.surface import read

WHOLE: dict[str, Any] = read()
SURFACE: dict[str, Any] = WHOLE["resources"]
PLAIN = {
    "str": str,
    "int": int,
    "bool": bool,
    "float": int | float,
    "decimal": str,
    "any": object,
}
_SESSION = SURFACE["checkout.Session"]["nested"]
for _holder in (SURFACE["LineItem"], _SESSION["TotalDetails"]["nested"]["Breakdown"]):
    _holder["nested"]["Discount"]["fields"]["discount"][0] = "#discount"
SURFACE["discount"] = SURFACE["Discount"]
"""The discount in a hash that is called Discount itself."""
PAGE_OF_V2 = {"data", "next_page_url", "previous_page_url"}
Shapes = Mapping[str, Any]


def faults(value: Any, kind: str) -> list[str]:
    """Return everything in which an object differs from the shape of its kind."""
    return list(_object(value, SURFACE[kind], SURFACE, kind))


def value_faults(value: Any, kind: Any, path: str) -> Iterator[str]:
    """Yield in what a value differs from a type, which may be a list of shapes, say."""
    yield from _value(value, kind, SURFACE, path)


def _object(value: Any, shape: Any, known: Shapes, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is {value!r}, not a hash"
        return
    known = {**known, **shape.get("nested", {})}
    for name in value.keys() - shape["fields"].keys():
        yield f"{path}.{name} is not in the surface"
    for name, (kind, flags) in shape["fields"].items():
        where = f"{path}.{name}"
        if name not in value:
            if "?" not in flags:
                yield f"{where} is missing"
        elif value[name] is None:
            if "n" not in flags:
                yield f"{where} is null"
        else:
            yield from _value(value[name], kind, known, where)


def _value(value: Any, kind: Any, known: Shapes, path: str) -> Iterator[str]:
    if isinstance(kind, dict):
        ((word, inner),) = kind.items()
        yield from COMPOUND[word](value, inner, known, path)
    elif not kind.startswith("#"):
        wrong = isinstance(value, bool) and kind not in ("bool", "any")
        if wrong or not isinstance(value, PLAIN[kind]):
            yield f"{path} is {value!r}, not {kind}"
    elif isinstance(value, dict) and is_gone(value):
        yield from deleted_faults(value, path)
    else:
        yield from _object(value, known[kind[1:]], known, path)


def is_gone(value: Mapping[str, Any]) -> bool:
    """Tell whether an object shows no more than that it is gone; a discount shows what it was."""
    return value.get("deleted") is True and value.get("object") != "discount"


def deleted_faults(value: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield in what an object that is gone shows more or less than that."""
    if set(value) - {"object"} != {"id", "deleted"}:
        yield f"{path} is gone and shows {sorted(value)}"


def _enum(value: Any, inner: Any, _known: Shapes, path: str) -> Iterator[str]:
    if value not in inner:
        yield f"{path} is {value!r}, none of {len(inner)}: {inner[:9]}"


def _expandable(value: Any, inner: Any, known: Shapes, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield from _value(value, inner, known, path)


def _union(value: Any, inner: Any, known: Shapes, path: str) -> Iterator[str]:
    if all(list(_value(value, each, known, path)) for each in inner):
        yield f"{path} is none of {inner}"


def _map(value: Any, inner: Any, known: Shapes, path: str) -> Iterator[str]:
    for name, each in value.items():
        yield from _value(each, inner, known, f"{path}.{name}")


def _list(value: Any, inner: Any, known: Shapes, path: str) -> Iterator[str]:
    for at, each in enumerate(value):
        yield from _value(each, inner, known, f"{path}[{at}]")


def _page(value: Any, inner: Any, known: Shapes, path: str) -> Iterator[str]:
    second = isinstance(inner, str) and inner.startswith("#v2.")
    if set(value) != (PAGE_OF_V2 if second else {"object", "data", "has_more", "url"}):
        yield f"{path} is not a list object: {sorted(value)}"
    yield from _list(value["data"], inner, known, path)


def _search(value: Any, inner: Any, known: Shapes, path: str) -> Iterator[str]:
    members = {"object", "data", "has_more", "next_page", "url"}
    if value.keys() - {"total_count"} != members or value["object"] != "search_result":
        yield f"{path} is not a search result: {sorted(value)}"
    yield from _list(value["data"], inner, known, path)


COMPOUND = {
    "enum": _enum,
    "exp": _expandable,
    "list": _list,
    "map": _map,
    "page": _page,
    "search": _search,
    "union": _union,
}
