"""JSON Schema of what operations return: every field is always there, expanded or not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast, get_args

import msgspec
from msgspec import UNSET, Struct

from bezant.api.openapi_params import Schema
from bezant.api.resource import Identified
from bezant.kernel.codec import encode_json

_PREFIX = "#/components/schemas/"
_DECIMAL, _NUMBER = '{"type":"string","format":"decimal"}', '{"type":"number"}'


def result_schemas(kinds: Iterable[type[Identified]]) -> dict[str, Schema]:
    """Return the schemas of objects, and of what is embedded in them, by their names."""
    wanted = list(dict.fromkeys(kinds))
    _, components = msgspec.json.schema_components(wanted, ref_template=_PREFIX + "{name}")
    made = _shortened(components)
    for struct in dict.fromkeys(each for kind in wanted for each in _structs(kind)):
        module = struct.__module__.rpartition(".")[2]
        name = struct.__name__ if struct.__name__ in made else f"{module}.{struct.__name__}"
        _close(made[name], struct)
    served = {kind.kind(): kind.__name__ for kind in wanted}
    for kind in wanted:
        for path, holds in kind.expands.items():
            objects = [{"$ref": _PREFIX + served[each]} for each in holds if each in served]
            _expand(made, made[kind.__name__], path.split("."), objects or [{"type": "object"}])
    return made


def reference(kind: type[Identified]) -> Schema:
    """Return the reference to an object's schema."""
    return {"$ref": _PREFIX + kind.__name__}


def _shortened(components: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return schemas of which two of one name are told apart by the last word of their modules."""
    text = encode_json(components).decode().replace(_DECIMAL, _NUMBER)  # As they are encoded.
    names = {name: ".".join(name.split(".")[-2:]) for name in components}
    for name, short in names.items():
        text = text.replace(f'"{name}"', f'"{short}"').replace(
            f'"{_PREFIX}{name}"', f'"{_PREFIX}{short}"'
        )
    assert len(set(names.values())) == len(names), f"two schemas have one name: {sorted(names)}"
    return msgspec.json.decode(text)


def _structs(kind: Any) -> Iterator[type[Struct]]:
    """Yield a struct and those in its fields."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        yield kind
        for field in msgspec.structs.fields(kind):
            yield from _structs(field.type)
    for member in get_args(kind):
        yield from _structs(member)


def _close(schema: Schema, struct: type[Struct]) -> None:
    """Say that an answer has every field, and no other."""
    omits = struct.__struct_config__.omit_defaults
    absent = {
        field.encode_name
        for field in msgspec.structs.fields(struct)
        if field.default is UNSET or (omits and not field.required)
    }
    properties = cast("Mapping[str, Schema]", schema["properties"])
    for each in properties.values():
        each.pop("default", None)  # What has a default is shown all the same.
    schema["required"] = [name for name in properties if name not in absent]
    schema["additionalProperties"] = False


def _expand(
    made: Mapping[str, Schema], schema: Schema, way: Sequence[str], objects: list[Schema]
) -> None:
    """Let a field at the end of a way hold an object in place of its id."""
    for holder in _holders(made, schema):
        properties = holder["properties"]
        if way[0] not in properties:
            continue
        if len(way) > 1:
            _expand(made, properties[way[0]], way[1:], objects)
            continue
        plain = properties[way[0]]
        choices = plain["anyOf"] if set(plain) == {"anyOf"} else [plain]
        properties[way[0]] = {"anyOf": choices + [it for it in objects if it not in choices]}


def _holders(made: Mapping[str, Schema], schema: Schema) -> Iterator[Schema]:
    """Yield the schemas with fields that a schema is, refers to or lists."""
    if "$ref" in schema:
        yield from _holders(made, made[schema["$ref"].removeprefix(_PREFIX)])
    for each in schema.get("anyOf", ()):
        yield from _holders(made, each)
    if "items" in schema:
        yield from _holders(made, schema["items"])
    if "properties" in schema:
        yield schema
