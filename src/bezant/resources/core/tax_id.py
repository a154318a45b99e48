"""The tax id object, and what a tax id looks like by its type.

The file beside this one has the types of API version 2026-10-28.endive; the formats are those of
the registers (of the European Union's, those that VIES publishes), without spaces and marks. Where
it has none, any text is taken. Whether an id is registered to anybody is not looked up.
"""

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, ClassVar, Literal, NamedTuple

from msgspec import UNSET, Meta, Struct, UnsetType

from bezant.api.context import Context, created_of
from bezant.api.params import Check, Params
from bezant.api.refusals import cut, invalid
from bezant.api.resource import Expands, Resource
from bezant.kernel.errors import InvalidRequest

SELF = "self"
"""What stands for the account itself where tax ids are looked up by whom they belong to."""

_FILE = files("bezant.resources.core") / "tax_id_types.csv"
_MARKS = re.compile(r"[\s./-]")


class Format(NamedTuple):
    """One country's format of a type."""

    country: str | None
    pattern: re.Pattern[str]


@cache
def formats() -> Mapping[str, list[Format]]:
    """Return the formats of each type."""
    known: dict[str, list[Format]] = {}
    for row in csv.DictReader(_FILE.read_text("utf-8").splitlines()):
        pattern = re.compile(row["pattern"] or ".*")
        known.setdefault(row["type"], []).append(Format(row["country"] or None, pattern))
    return known


def _known(kind: str, param: str) -> str:
    if kind in formats():
        return kind
    raise invalid(f"Invalid {param}: {cut(kind)} is not a type of tax ids.", param)


class TaxIdData(Params):
    """A tax id and its type."""

    type: Annotated[str, Check(_known)]
    value: Annotated[str, Meta(max_length=100)]


class Owner(Struct, frozen=True):
    """Whose tax id it is."""

    type: Literal["self", "customer"]
    customer: str | UnsetType = UNSET
    customer_account: None = None


class Verification(Struct, frozen=True):
    """What a register says about it: nobody is asked."""

    status: Literal["unavailable"] = "unavailable"
    verified_address: None = None
    verified_name: None = None


class TaxId(Resource, tag="tax_id"):
    """A tax id of a customer or of the account."""

    expands: ClassVar[Expands] = {
        "customer": ("customer",),
        "owner.account": ("account",),
        "owner.application": ("application",),
        "owner.customer": ("customer",),
    }
    filters: ClassVar[Mapping[str, str]] = {"held_by": "parent"}

    country: str | None
    customer: str | None = None
    customer_account: None = None
    owner: Owner
    type: str
    value: str
    verification: Verification = Verification()

    @property
    def held_by(self) -> str:
        """The customer whose it is, or the account itself."""
        return self.customer or SELF


def tax_id_of(ctx: Context, sent: TaxIdData, customer: str | None, *, param: str = "") -> TaxId:
    """Store a tax id of a customer, or of the account; InvalidRequest for one of another form.

    `param` is the name of the hash that it was sent in.
    """
    compact = _MARKS.sub("", sent.value).upper()
    fitting = [each for each in formats()[sent.type] if each.pattern.fullmatch(compact)]
    if not fitting:
        raise InvalidRequest(
            f"Invalid value for {sent.type}: ids of this type have another form.",
            code="tax_id_invalid",
            param=f"{param}[value]" if param else "value",
        )
    name = ctx.new_id("txi")
    tax_id = TaxId(
        id=name,
        country=fitting[0].country,
        created=created_of(name),
        customer=customer,
        livemode=ctx.livemode,
        owner=Owner("customer", customer) if customer else Owner("self"),
        type=sent.type,
        value=sent.value,
    )
    return ctx.create(tax_id, event="customer.tax_id.created" if customer else None)
