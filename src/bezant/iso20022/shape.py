"""A message's structure, said once: a struct whose fields name their elements by `At`.

The reader and the writer both follow the tree of `Spec` that is made of it: what may stand where,
in which order, how often, and into which field its value goes.
"""

import types
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct, structs

from bezant.iso20022.leaves import LEAVES, Leaf, text_leaf


class At(Struct, frozen=True):
    """Where a field stands: a path of element names below its struct's own element.

    A name that ends with `!` must stand wherever its parent does; `choice` says that the last
    name's parent holds exactly one element. `old` is the path in the versions before 2013. `max`,
    `pattern` and `codes` limit a text, `most` counts a repeated element.
    """

    path: str
    max: int = 0
    pattern: str = ""
    codes: tuple[str, ...] = ()
    old: str = ""
    most: int = 0
    choice: bool = False


class Spec(Struct):
    """One element: which value it holds, or which elements, and where it stands among others."""

    tag: str
    order: int
    field: str = ""
    leaf: Leaf | None = None
    shape: "Shape | None" = None
    many: bool = False
    most: int = 1
    choice: bool = False
    era: str = ""
    children: dict[str, "Spec"] = msgspec.field(default_factory=dict[str, "Spec"])
    required: list[str] = msgspec.field(default_factory=list[str])


class Shape(Struct):
    """A struct as elements: its class, the tree of its fields, and the fields that must be."""

    cls: type[Struct]
    root: Spec
    required: dict[str, str]
    keeps_line: bool


@cache
def shape_of(cls: type[Struct]) -> Shape:
    """Return the structure that a struct declares, made once."""
    shape = Shape(cls, Spec("", 0), {}, keeps_line=False)
    hints = get_type_hints(cls, include_extras=True)
    for field in structs.fields(cls):
        found = _placed(hints[field.name])
        if found is None:
            assert field.name == "line", f"{cls.__name__}.{field.name} does not say where it stands"
            shape.keeps_line = True
            continue
        kind, place = found
        if field.required:
            shape.required[field.name] = place.path.replace("!", "")
        _plant(shape, field.name, kind, place, place.path, "new" if place.old else "")
        if place.old:
            _plant(shape, field.name, kind, place, place.old, "old")
    return shape


def _placed(hint: Any) -> tuple[Any, At] | None:
    if get_origin(hint) is not Annotated:
        return None
    kind, *extras = get_args(hint)
    return kind, next(extra for extra in extras if isinstance(extra, At))


def _plant(shape: Shape, name: str, kind: Any, place: At, path: str, era: str) -> None:
    """Grow the elements of a path, and put the field's value into the last."""
    parent = shape.root
    tags = path.split("/")
    for at, part in enumerate(tags):
        tag = part.removesuffix("!")
        if tag not in parent.children:
            parent.children[tag] = Spec(tag, len(parent.children))
        spec = parent.children[tag]
        if part.endswith("!") and tag not in parent.required:
            parent.required.append(tag)
        if at == len(tags) - 1:
            parent.choice = parent.choice or (place.choice and era != "old")
            _fill(spec, name, kind, place, era)
        parent = spec


def _fill(spec: Spec, name: str, kind: Any, place: At, era: str) -> None:
    spec.field = name
    spec.era = era
    kind = _without_none(kind)
    if get_origin(kind) in {tuple, Iterable}:
        spec.many = True
        spec.most = place.most
        kind = get_args(kind)[0]
    assert isinstance(kind, type), f"{name} is one type, or none"
    if kind in LEAVES:
        spec.leaf = LEAVES[kind]
    elif issubclass(kind, Struct):
        spec.shape = shape_of(kind)
        root = spec.shape.root
        spec.children, spec.required, spec.choice = root.children, root.required, root.choice
    else:
        assert kind is str, f"{name}: {kind} has no simple type"
        spec.leaf = text_leaf(place.max, place.pattern, place.codes)


def _without_none(kind: Any) -> Any:
    if get_origin(kind) not in {Union, types.UnionType}:
        return kind
    kinds = [one for one in get_args(kind) if one is not type(None)]
    assert len(kinds) == 1, "a field is one type, or none"
    return kinds[0]
