"""JSON Schema of what operations take: the same types that decoders.py compiles to decoders."""

import inspect
import types
from collections.abc import Collection
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from bezant.api import scalars
from bezant.api.multipart import Upload
from bezant.api.params import (
    MAX_METADATA_KEY_LENGTH,
    MAX_METADATA_KEYS,
    MAX_METADATA_VALUE_LENGTH,
    ApartRule,
    MetadataRule,
    Params,
)
from bezant.api.scalars import Rules

Schema = dict[str, Any]

EXPAND: Schema = {
    "type": "array",
    "items": {"type": "string", "minLength": 1},
    "description": "Fields whose ids are replaced by the objects, up to four levels deep.",
}
_EMPTY: Schema = {"const": "", "description": "An empty text unsets what is stored."}
_METADATA: Schema = {
    "type": "object",
    "maxProperties": MAX_METADATA_KEYS,
    "propertyNames": {"maxLength": MAX_METADATA_KEY_LENGTH, "pattern": r"^[^\[\]]+$"},
    "additionalProperties": {"type": "string", "maxLength": MAX_METADATA_VALUE_LENGTH},
}


class ParamSchemas:
    """Makes schemas of parameters, and collects those of hashes under their names."""

    def __init__(self, reserved: Collection[str] = ()) -> None:
        """Begin with nothing collected; some names belong to others."""
        self._reserved = set(reserved)
        self.components: dict[str, Schema] = {}
        self._names: dict[type[Params], str] = {}

    def body(self, params: type[Params]) -> Schema:
        """Return the schema of all parameters of an operation that takes them in its body."""
        schema = self._struct(params)
        return schema | {"properties": {**schema["properties"], "expand": EXPAND}}

    def of_type(self, kind: Any, rules: Rules = ()) -> Schema:
        """Return the schema of one parameter; None among its types means that it is left out."""
        members = get_args(kind)
        origin = get_origin(kind)
        if origin is Annotated:
            return self.of_type(members[0], (*rules, *members[1:]))
        if any(isinstance(rule, MetadataRule) for rule in rules):
            return {"anyOf": [_METADATA, _EMPTY]}
        if origin in (Union, types.UnionType):
            return self._union(members, rules)
        if origin is Literal:
            return {"type": "string", "enum": list(members)}
        return self._container(kind, rules) if members else self._plain(kind, rules)

    def _container(self, kind: Any, rules: Rules) -> Schema:
        members = get_args(kind)
        if get_origin(kind) is list:
            return self._list(members[0], rules)
        values = {"type": "object", "additionalProperties": self.of_type(members[1])}
        return values | _bounds(rules, maxProperties="max_length")

    def _plain(self, kind: Any, rules: Rules) -> Schema:
        if kind is bool:
            return {"type": "boolean"}
        if kind is int:
            return _integer(rules)
        if kind is str:
            text = {"type": "string", "minLength": 1}
            return text | _bounds(
                rules, minLength="min_length", maxLength="max_length", pattern="pattern"
            )
        if kind is Upload:
            return {"type": "string", "format": "binary"}
        assert issubclass(kind, Params), f"{kind!r} cannot be the type of a parameter"
        return {"$ref": f"#/components/schemas/{self._named(kind)}"}

    def _union(self, members: tuple[Any, ...], rules: Rules) -> Schema:
        schemas = [
            _EMPTY if member == Literal[""] else self.of_type(member, rules)
            for member in members
            if member is not types.NoneType
        ]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    def _list(self, item: Any, rules: Rules) -> Schema:
        if any(isinstance(rule, ApartRule) for rule in rules):
            item = get_args(item)[0]  # The other member stands for an item that is wrong.
        items = {"type": "array", "items": self.of_type(item)}
        return items | _bounds(rules, minItems="min_length", maxItems="max_length")

    def _named(self, params: type[Params]) -> str:
        """Return the name of a hash; two of one name are told apart by their modules."""
        name = self._names.get(params)
        if name is None:
            name = params.__name__
            if name in self._reserved:
                name = f"{params.__module__.rpartition('.')[2]}.{name}Params"
            assert name not in self._reserved, f"two hashes are called {name}"
            self._reserved.add(name)
            self._names[params] = name
            self.components[name] = self._struct(params)
        return name

    def _struct(self, params: type[Params]) -> Schema:
        fields = msgspec.structs.fields(params)
        schema: Schema = {
            "type": "object",
            "additionalProperties": False,
            "properties": {field.encode_name: self.of_type(field.type) for field in fields},
        }
        if "__doc__" in vars(params) and params.__doc__:
            schema["description"] = inspect.cleandoc(params.__doc__)
        required = [field.encode_name for field in fields if field.required]
        return schema | ({"required": required} if required else {})


def _integer(rules: Rules) -> Schema:
    over, under = scalars.rule(rules, "gt"), scalars.rule(rules, "lt")
    least, most = scalars.rule(rules, "ge"), scalars.rule(rules, "le")
    return {
        "type": "integer",
        "format": "int64",
        "minimum": _first(least, None if over is None else over + 1, scalars.MIN_INTEGER),
        "maximum": _first(most, None if under is None else under - 1, scalars.MAX_INTEGER),
    }


def _first(*values: int | None) -> int:
    return next(value for value in values if value is not None)


def _bounds(rules: Rules, **words: str) -> Schema:
    """Return those words of JSON Schema for which the rules have a value."""
    found = {word: scalars.rule(rules, name) for word, name in words.items()}
    return {word: value for word, value in found.items() if value is not None}
