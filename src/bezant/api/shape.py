"""How the API's structs are declared: by keyword, so that fields stand in any order."""

from typing import Any, TypeVar, dataclass_transform

import msgspec

M = TypeVar("M", bound="ShapeMeta")


@dataclass_transform(field_specifiers=(msgspec.field,), kw_only_default=True)
class ShapeMeta(msgspec.StructMeta):
    """Makes every field of a struct, and of those derived from it, a keyword."""

    def __new__(  # noqa: PYI019 -- `Self` has no meaning in a metaclass (PEP 673)
        cls: type[M], name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> M:
        """Make the class as msgspec does."""
        options.setdefault("kw_only", True)
        return super().__new__(cls, name, bases, namespace, **options)


class Shape(msgspec.Struct, metaclass=ShapeMeta):
    """The base of parameters and of objects."""
