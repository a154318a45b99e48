"""API objects: the base of every object that the API shows and the store keeps.

An object is a document. Its kind is the value of `object`, its id says when it was created, and
the fields that lists filter on are copied to columns beside it.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bezant.api.shape import Shape
from bezant.store.objects import Column

PLATFORM = "*"
"""Where a field would name the account in whose book something is: it is the platform's."""

Expands = Mapping[str, tuple[str, ...]]
"""Fields that hold an id and may be expanded, with the kinds of object it can belong to."""


class Identified(Shape, tag_field="object"):
    """An object that the API shows without `created` and `livemode`, such as a bank account."""

    id: str

    expands: ClassVar[Expands] = {}
    """A path with dots reaches into embedded hashes and lists: `reversals.data.transfer`."""

    elsewhere: ClassVar[Mapping[str, str]] = {}
    """Of those, what is in the book of another account, and the field that names the account.

    Instead of a field, `PLATFORM` says that it is in the platform's.
    """

    anyway: ClassVar[frozenset[str]] = frozenset()
    """Paths of what others show only to whoever expands it, and what is always there here."""

    included: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Lists of what has an object for its `parent`, which are shown only to whoever expands them:
    the kind of their objects, and their address, with the object's id in braces. A path with dots
    reaches into an embedded hash."""

    included_by: ClassVar[Mapping[str, Column]] = {}
    """Of those, whose objects name it in another column than `parent`."""

    named_by: ClassVar[str] = "id"
    """What errors call its id in a path."""

    filters: ClassVar[Mapping[str, str]] = {}
    """Fields by which lists are filtered, and their columns; `Routes` declares them."""

    @classmethod
    def kind(cls) -> str:
        """Return the value of `object`."""
        tag = cls.__struct_config__.tag
        assert isinstance(tag, str), "the tag of a resource is its kind"
        return tag

    @classmethod
    def title(cls) -> str:
        """Return what messages call such an object."""
        return cls.kind()

    def columns(self) -> dict[str, str | None]:
        """Return the values of the columns that lists filter on."""
        return {column: _text(getattr(self, name)) for name, column in self.filters.items()}


class Resource(Identified):
    """An object with the members that most objects have; `created` is in Unix seconds."""

    created: int
    livemode: bool


def _text(value: Any) -> str | None:
    """Return a field's value as a request would write it."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
