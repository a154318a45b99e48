"""What an operation accepts: the base of every parameter struct and the types of its fields.

A field that may be left out is `T | None = None`, where None means that it was not sent. A field
that may be unset is `Emptyable`: there `""` means that the stored value goes.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias, TypeVar

from msgspec import Meta

from bezant.api import refusals
from bezant.api.shape import Shape
from bezant.kernel import currency
from bezant.kernel.errors import InvalidRequest, UnknownCurrency

T = TypeVar("T")

MAX_METADATA_KEYS = 50
MAX_METADATA_KEY_LENGTH = 40
MAX_METADATA_VALUE_LENGTH = 500
LAST_TIMESTAMP = 253_402_300_799  # The last second of the year 9999.


class Params(Shape, forbid_unknown_fields=True):
    """The parameters of one operation, or of a hash inside them; an unknown name is refused."""

    def changes(self, *, without: tuple[str, ...] = ("metadata",)) -> dict[str, Any]:
        """Return what was sent, by name, with None for what is to be unset; no metadata."""
        return {
            name: None if value == "" else value
            for name in self.__struct_fields__
            if name not in without and (value := getattr(self, name)) is not None
        }


class NoParams(Params):
    """What an operation takes that takes nothing."""


class Check(NamedTuple):
    """A rule for a text, put into `Annotated`: returns the text to use or raises InvalidRequest.

    `function` gets the text and the parameter's name.
    """

    function: Callable[[str, str], str]


class Refusal(NamedTuple):
    """A rule for a parameter that is known and not offered: whatever is sent is refused.

    `why` is a whole sentence that says so, and what to do instead.
    """

    why: str


class MetadataRule:
    """Marks the type `Metadata`, which has rules of its own."""


class ApartRule:
    """Marks the type `Apart`, whose items are decoded each on its own."""


Apart: TypeAlias = Annotated[list[T | InvalidRequest], ApartRule()]
"""A list in which an item that is wrong stands as its error and does not refuse the others."""

Unset: TypeAlias = Literal[""]
Emptyable: TypeAlias = T | Unset
"""A value that can be unset by sending an empty one."""

Metadata: TypeAlias = Annotated[dict[str, str] | Unset, MetadataRule()]
"""Up to 50 texts by key; an empty text unsets its key, an empty whole unsets all."""

Timestamp: TypeAlias = Annotated[int, Meta(ge=0, le=LAST_TIMESTAMP)]
"""Whole seconds since 1970-01-01T00:00Z."""

Amount: TypeAlias = Annotated[int, Meta(ge=1)]
"""A positive number of minor units."""


class RangeQuery(Params):
    """Bounds of a moment in Unix seconds, as in `created[gte]=…`."""

    gt: Timestamp | None = None
    gte: Timestamp | None = None
    lt: Timestamp | None = None
    lte: Timestamp | None = None

    @classmethod
    def of(cls, value: "int | RangeQuery | None") -> "RangeQuery | None":
        """Return the range that a plain moment means: that second alone."""
        return cls(gte=value, lte=value) if isinstance(value, int) else value


@lru_cache(maxsize=512)
def payable_currency(code: str, param: str) -> str:
    """Return the code of a currency in lower case; InvalidRequest if nobody can pay in it."""
    lower = code.lower()
    try:
        payable = currency.lookup(lower).payable
        reason = "It is not a currency that can be paid in."
    except UnknownCurrency as error:
        payable, reason = False, f"{error}"
    if not payable:
        raise InvalidRequest(
            f"Invalid currency: {refusals.cut(code)}. {reason}",
            code="currency_not_supported",
            param=param,
        )
    return lower


Currency: TypeAlias = Annotated[str, Check(payable_currency)]
"""A current ISO 4217 code; any case is taken, lower case is kept."""


def merged(stored: Mapping[str, str], update: dict[str, str] | Unset | None) -> dict[str, str]:
    """Return an object's metadata after an update; InvalidRequest beyond 50 keys."""
    if update is None:
        return dict(stored)
    if update == "":
        return {}
    result = {key: value for key, value in {**stored, **update}.items() if value}
    if len(result) > MAX_METADATA_KEYS:
        raise InvalidRequest(
            f"An object can have at most {MAX_METADATA_KEYS} metadata keys; with this update it "
            f"would have {len(result)}.",
            code="parameter_invalid",
            param="metadata",
        )
    return result
