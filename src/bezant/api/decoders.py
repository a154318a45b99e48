"""A tree of a form or of JSON to a typed `Params`, by decoders compiled once per type."""

import types
from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, cast, get_args, get_origin

import msgspec

from bezant.api import refusals, scalars
from bezant.api.multipart import Upload
from bezant.api.params import (
    MAX_METADATA_KEY_LENGTH,
    MAX_METADATA_KEYS,
    MAX_METADATA_VALUE_LENGTH,
    ApartRule,
    MetadataRule,
    Params,
    Refusal,
)
from bezant.api.scalars import Decoder, Rules
from bezant.kernel.errors import InvalidRequest

P = TypeVar("P", bound=Params)

_MAX_INDEX_DIGITS = 6
_SHAPE_NAMES = {str: "string", dict: "hash", list: "array"}


def decoder(params: type[P], *, json: bool = False) -> Callable[[Any], P]:
    """Compile what makes the params of a tree; that raises InvalidRequest naming the parameter.

    Raises TypeError for a type that cannot be a parameter: our own mistake, found at start.
    """
    decode = _struct(params, json=json)
    return lambda tree: decode(tree, "")


def _compile(kind: Any, rules: Rules = (), *, json: bool) -> Decoder:
    members = get_args(kind)
    if get_origin(kind) is Annotated:
        rules = (*rules, *members[1:])
        refusal = next((rule for rule in rules if isinstance(rule, Refusal)), None)
        return _compile(members[0], rules, json=json) if refusal is None else _refuse(refusal)
    if any(isinstance(rule, MetadataRule) for rule in rules):
        return _metadata
    if members:
        return _generic(kind, rules, json=json)
    return _plain(kind, rules, json=json)


def _refuse(refusal: Refusal) -> Decoder:
    """Return a decoder that takes nothing, of whatever shape it is."""

    def decode(_node: Any, path: str) -> NoReturn:
        raise InvalidRequest(refusal.why, param=path)

    return decode


def _generic(kind: Any, rules: Rules, *, json: bool) -> Decoder:
    origin, members = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _union(members, rules, json=json)
    if origin is Literal:
        return scalars.literal(members)
    if origin is list:
        return _list(_item(members[0], rules, json=json), rules, json=json)
    if origin is dict:
        return _map(_compile(members[1], json=json), rules)
    raise TypeError(f"{kind!r} cannot be the type of a parameter")


def _plain(kind: Any, rules: Rules, *, json: bool) -> Decoder:
    if kind is bool:
        return scalars.boolean(json=json)
    if kind is int:
        return scalars.integer(rules, json=json)
    if kind is str:
        return scalars.string(rules)
    if kind is Upload:
        return _upload
    if isinstance(kind, type) and issubclass(kind, Params):
        return _struct(kind, json=json)
    raise TypeError(f"{kind!r} cannot be the type of a parameter")


def _upload(node: Any, path: str) -> Upload:
    if isinstance(node, Upload):
        return node
    raise refusals.wrong_shape(node, path, "file: send multipart/form-data, and in it a file")


@cache
def _struct(params: type[Params], *, json: bool) -> Decoder:
    fields = msgspec.structs.fields(params)
    decoders = {
        field.encode_name: (field.name, _compile(field.type, json=json)) for field in fields
    }
    known = decoders.keys()
    required = tuple((field.name, field.encode_name) for field in fields if field.required)
    unsettable = {field.encode_name for field in fields if _takes_empty(field.type)}

    def decode(node: Any, path: str) -> Params:
        if type(node) is not dict:
            raise refusals.wrong_shape(node, path, "hash")
        tree = cast("dict[str, Any]", node)
        if not tree.keys() <= known:
            raise refusals.unknown([_join(path, name) for name in tree if name not in known])
        values: dict[str, Any] = {}
        for key, value in tree.items():
            if value is None and key not in unsettable:
                continue  # In JSON, null is the same as leaving it out.
            name, into = decoders[key]
            values[name] = into(value, f"{path}[{key}]" if path else key)
        for name, key in required:
            if name not in values:
                raise refusals.missing(_join(path, key))
        return params(**values)

    return decode


def _takes_empty(kind: Any) -> bool:
    """Tell whether a parameter of the type can be unset by an empty value."""
    origin, members = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _takes_empty(members[0])
    if origin in (Union, types.UnionType):
        return any(_takes_empty(member) for member in members)
    return origin is Literal and "" in members


def _union(members: tuple[Any, ...], rules: Rules, *, json: bool) -> Decoder:
    """Tell members apart by shape: one hash, one array and one single value at most."""
    empty = any(_takes_empty(member) for member in members)
    by_shape: dict[type, Decoder] = {}
    for member in members:
        if member is type(None) or member == Literal[""]:
            continue
        shape = _shape(member)
        if shape in by_shape:
            raise TypeError(f"two members of {members!r} look the same in a request")
        by_shape[shape] = _compile(member, rules, json=json)
    if len(by_shape) == 1 and not empty:
        return next(iter(by_shape.values()))
    single = by_shape.get(str)
    named = " or ".join(_SHAPE_NAMES[shape] for shape in by_shape)
    if list in by_shape and not json:
        by_shape.setdefault(dict, by_shape[list])  # In a form, `a[0]` arrives as a hash.

    def decode(node: Any, path: str) -> Any:
        if empty and (node is None or node == ""):
            return ""
        into = by_shape.get(cast("type[Any]", type(node)), single)
        if into is None:
            raise refusals.empty(path) if node == "" else refusals.wrong_shape(node, path, named)
        return into(node, path)

    return decode


def _shape(kind: Any) -> type:
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    origin = get_origin(bare)
    if origin in (list, dict):
        return cast("type", origin)
    return dict if isinstance(bare, type) and issubclass(bare, Params) else str


def _list(item: Decoder, rules: Rules, *, json: bool) -> Decoder:
    longest = scalars.rule(rules, "max_length")
    shortest = scalars.rule(rules, "min_length")

    def decode(node: Any, path: str) -> list[Any]:
        if type(node) is list:
            items: Iterable[tuple[int, Any]] = enumerate(cast("list[Any]", node))
        elif type(node) is dict and not json:
            items = _indexed(cast("dict[str, Any]", node), path)
        elif node == "":
            raise refusals.empty(path)
        else:
            raise refusals.wrong_shape(node, path, "array")
        values = [item(value, f"{path}[{index}]") for index, value in items]
        if longest is not None and len(values) > longest:
            raise refusals.invalid(f"Invalid {path}: must have at most {longest:,} items", path)
        if shortest is not None and len(values) < shortest:
            raise refusals.invalid(f"Invalid {path}: must have at least {shortest:,} items", path)
        return values

    return decode


def _item(kind: Any, rules: Rules, *, json: bool) -> Decoder:
    if any(isinstance(rule, ApartRule) for rule in rules):
        return _apart(_compile(get_args(kind)[0], json=json))
    return _compile(kind, json=json)


def _apart(decode: Decoder) -> Decoder:
    """Return a decoder that takes an error for the value, so that the next item is read too."""

    def attempt(node: Any, path: str) -> Any:
        try:
            return decode(node, path)
        except InvalidRequest as error:
            return error

    return attempt


def _indexed(node: dict[str, Any], path: str) -> list[tuple[int, Any]]:
    """`{"1": b, "0": a}` to [(0, a), (1, b)]; gaps stay in the numbers, not in the list."""
    for key in node:
        canonical = key == "0" or (key.isascii() and key.isdigit() and key[0] != "0")
        if not canonical or len(key) > _MAX_INDEX_DIGITS:
            raise refusals.invalid(
                f"Invalid array: {refusals.cut(key)} is not an index of {path}", path
            )
    return sorted(((int(key), value) for key, value in node.items()), key=lambda pair: pair[0])


def _map(item: Decoder, rules: Rules) -> Decoder:
    longest = scalars.rule(rules, "max_length")

    def decode(node: Any, path: str) -> dict[str, Any]:
        if node == "":
            raise refusals.empty(path)
        if type(node) is not dict:
            raise refusals.wrong_shape(node, path, "hash")
        tree = cast("dict[str, Any]", node)
        if longest is not None and len(tree) > longest:
            raise refusals.invalid(f"Invalid {path}: must have at most {longest:,} keys", path)
        return {key: item(value, f"{path}[{key}]") for key, value in tree.items()}

    return decode


def _metadata(node: Any, path: str) -> Any:
    if node == "" or node is None:
        return ""
    if type(node) is not dict:
        raise refusals.wrong_shape(node, path, "hash")
    tree = cast("dict[str, Any]", node)
    if len(tree) > MAX_METADATA_KEYS:
        raise refusals.invalid(f"Metadata can have at most {MAX_METADATA_KEYS} keys.", path)
    return {key: _metadata_value(key, value, path) for key, value in tree.items()}


def _metadata_value(key: str, value: Any, path: str) -> str:
    where = f"{path}[{key}]"
    if not key or len(key) > MAX_METADATA_KEY_LENGTH:
        raise refusals.invalid(
            f"Metadata keys have 1 to {MAX_METADATA_KEY_LENGTH} characters: {refusals.cut(key)}",
            path,
        )
    if "[" in key or "]" in key:
        raise refusals.invalid(f"Metadata keys cannot contain square brackets: {key}", path)
    if value is None:
        return ""
    if type(value) is not str:
        raise refusals.wrong_shape(value, where, "string")
    if len(value) > MAX_METADATA_VALUE_LENGTH:
        raise refusals.invalid(
            f"Metadata values can have at most {MAX_METADATA_VALUE_LENGTH} characters; "
            f"the value of {key} has {len(value)}.",
            where,
        )
    return value


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
