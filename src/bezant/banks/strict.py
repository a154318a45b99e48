"""Strict tables: every key must be known, and a wrong one is told with the nearest that is."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from msgspec import inspect


def unknown_keys(table: object, shape: inspect.Type, where: str = "") -> Iterator[str]:
    """Yield a sentence for each key of a table, at any depth, that its shape does not have."""
    if isinstance(table, dict):
        mapping = cast("dict[str, object]", table)
        match shape:
            case inspect.StructType():
                yield from _of_struct(mapping, (shape,), where)
            case inspect.UnionType(types):
                structs = tuple(each for each in types if isinstance(each, inspect.StructType))
                if structs:
                    yield from _of_struct(mapping, structs, where)
            case inspect.DictType(value_type=inner):
                for key, value in mapping.items():
                    yield from unknown_keys(value, inner, _at(where, key))
            case _:
                return
    elif isinstance(table, list):
        yield from _of_list(cast("list[object]", table), shape, where)


def nearest(name: str, known: Sequence[str]) -> str:
    """Return the known name that is most like one."""
    return difflib.get_close_matches(name, known, n=1, cutoff=0)[0]


def _of_list(rows: Sequence[object], shape: inspect.Type, where: str) -> Iterator[str]:
    shapes = shape.types if isinstance(shape, inspect.UnionType) else (shape,)
    for each in shapes:
        if isinstance(each, inspect.VarTupleType | inspect.ListType):
            for number, row in enumerate(rows, 1):
                yield from unknown_keys(row, each.item_type, f"{where}[{number}]")


def _of_struct(
    table: Mapping[str, object], shapes: Sequence[inspect.StructType], where: str
) -> Iterator[str]:
    tag = table.get("type")
    fitting = [each for each in shapes if each.tag == tag] if len(shapes) > 1 else shapes
    if not fitting:
        tags = [str(each.tag) for each in shapes]
        said = f"; the nearest is {nearest(str(tag), tags)}" if tag is not None else ""
        yield f"{_at(where, 'type')} must be one of {', '.join(tags)}{said}"
        return
    shape = fitting[0]
    known: dict[str, Any] = {each.encode_name: each.type for each in shape.fields}
    if shape.tag is not None:
        known["type"] = inspect.StrType()
    for key, value in table.items():
        if key in known:
            yield from unknown_keys(value, known[key], _at(where, key))
        else:
            yield f"{_at(where, key)} is not known; the nearest is {nearest(key, [*known])}"


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
