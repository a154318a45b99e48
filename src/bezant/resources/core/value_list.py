"""Lists of values: the objects, those that every account has, and what is in them.

The lists that an account begins with are stored when something is put into them; until then they
stand here, under ids that are the same for everybody.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar, Literal

from msgspec import Struct, field

from bezant.api.context import Context
from bezant.api.refusals import no_such
from bezant.api.resource import Resource
from bezant.db.arrays import texts
from bezant.db.queries import load
from bezant.flows.risk import folded
from bezant.kernel.codec import base62
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.ids import WIDTH

QUERIES = load("bezant.resources.core", "value_list.sql")
ItemType = Literal[
    "account",
    "card_bin",
    "card_fingerprint",
    "case_sensitive_string",
    "country",
    "crypto_fingerprint",
    "customer_id",
    "email",
    "ip_address",
    "sepa_debit_fingerprint",
    "string",
    "us_bank_account_fingerprint",
]
SHOWN = 10
"""How many items a list shows; the list of items has all."""
BEGAN = 1_767_225_600
"""When the lists that every account has were made: the beginning of 2026, in Unix seconds."""
PREFIX = "rsl"
_BY = "bezant"
_AFTER_TIME = 88
_MICROSECONDS = 1_000_000


class ValueListItem(Resource, tag="radar.value_list_item"):
    """A value in a list."""

    filters: ClassVar[Mapping[str, str]] = {"value_list": "parent"}

    created_by: str
    value: str
    value_list: str


class ListItems(Struct, kw_only=True):
    """The newest items of a list."""

    object: Literal["list"] = "list"
    data: list[ValueListItem] = field(default_factory=list[ValueListItem])
    has_more: bool = False
    url: str


class ValueList(Resource, tag="radar.value_list"):
    """A list of values that rules look into."""

    filters: ClassVar[Mapping[str, str]] = {"alias": "reference"}

    alias: str
    created_by: str
    item_type: ItemType
    list_items: ListItems
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    name: str

    @property
    def ours(self) -> bool:
        """Whether it is one of those that every account has."""
        return self.id in DEFAULTS


_KINDS: Mapping[str, tuple[ItemType, str]] = {
    "card_bin": ("card_bin", "Card BIN"),
    "card_country": ("country", "Card country"),
    "card_fingerprint": ("card_fingerprint", "Card fingerprint"),
    "charge_description": ("string", "Charge description"),
    "client_ip_address": ("ip_address", "Client IP address"),
    "customer_id": ("customer_id", "Customer ID"),
    "email": ("email", "Email"),
    "email_domain": ("string", "Email domain"),
}


def items_of(name: str, data: list[ValueListItem], *, more: bool = False) -> ListItems:
    """Return the items that a list shows."""
    return ListItems(data=data, has_more=more, url=f"/v1/radar/value_list_items?value_list={name}")


def _default(number: int, alias: str, kind: ItemType, name: str) -> ValueList:
    at = BEGAN * _MICROSECONDS + number
    known = f"{PREFIX}_{base62(at << _AFTER_TIME, WIDTH)}"
    return ValueList(
        id=known,
        alias=alias,
        created=BEGAN,
        created_by=_BY,
        item_type=kind,
        list_items=items_of(known, []),
        livemode=False,
        name=name,
    )


def _defaults() -> Iterable[ValueList]:
    number = 0
    for verb in ("allow", "block"):
        for alias, (kind, name) in _KINDS.items():
            number += 1
            yield _default(number, f"{alias}_{verb}list", kind, f"{name} {verb}list")


DEFAULTS: Mapping[str, ValueList] = {each.id: each for each in _defaults()}
"""The lists that every account has, by id."""
BY_ALIAS: Mapping[str, str] = {each.alias: each.id for each in DEFAULTS.values()}


def default(ctx: Context, name: str) -> ValueList | None:
    """Return one of the lists that every account has, as the account sees it while it is empty."""
    known = DEFAULTS.get(name)
    if known is None:
        return None
    return ValueList(
        **{each: getattr(known, each) for each in known.__struct_fields__ if each != "livemode"},
        livemode=ctx.livemode,
    )


async def find_list(ctx: Context, name: str) -> ValueList | None:
    """Return a list by its id, stored or not."""
    return await ctx.find(ValueList, name) or default(ctx, name)


async def named(ctx: Context, text: str, param: str) -> ValueList:
    """Return a list by its id or its alias; InvalidRequest if there is none."""
    found = await find_list(ctx, BY_ALIAS.get(text, text))
    found = found or await ctx.newest(ValueList, {"reference": text})
    if found is None:
        raise no_such("value list", text, param)
    return found


def compared(kind: ItemType, value: str) -> str:
    """Return a value as the column has it by which it is found."""
    return exact(value) if kind == "case_sensitive_string" else folded(value)


def exact(value: str) -> str:
    """Return a value that is compared letter by letter, as its column has it."""
    return f"={value}"


async def members(ctx: Context, asked: Sequence[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return which values are in which lists, of those asked for; one statement.

    What is returned is folded, whether its list minds the case or not.
    """
    if not asked:
        return frozenset()
    forms = {(name, form): (name, folded(value)) for name, value in asked
             for form in (folded(value), exact(value))}  # fmt: skip
    columns = [texts([name for name, _ in forms]), texts([it for _, it in forms]), ctx.book.id]
    async with ctx.runtime.pool.connection() as conn:
        cursor = await conn.execute(QUERIES.members, columns)
        rows = await cursor.fetchall()
    return frozenset(forms[row[0], row[1]] for row in rows)


async def holding(ctx: Context, value: str, most: int) -> list[str]:
    """Return the ids of lists that a value is in."""
    columns = [ctx.book.id, texts([folded(value), exact(value)]), most]
    async with ctx.runtime.pool.connection() as conn:
        cursor = await conn.execute(QUERIES.holding, columns)
        return [row[0] for row in await cursor.fetchall()]


def _matching(pattern: str, what: str) -> Callable[[str], str | None]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: None if compiled.fullmatch(value) else what


def _address(value: str) -> str | None:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return "an IP address, such as 203.0.113.9"
    return None


_FINGERPRINT = _matching(r"[A-Za-z0-9]{1,64}", "a fingerprint of letters and digits")
_FORMS: Mapping[str, Callable[[str], str | None]] = {
    "account": _matching(r"acct_[A-Za-z0-9]+", "the id of an account, acct_…"),
    "card_bin": _matching(r"[0-9]{6}", "the first 6 digits of cards"),
    "card_fingerprint": _FINGERPRINT,
    "country": _matching(r"[A-Za-z]{2}", "a country of two letters, such as DE"),
    "crypto_fingerprint": _FINGERPRINT,
    "customer_id": _matching(r"cus_[A-Za-z0-9]+", "the id of a customer, cus_…"),
    "email": _matching(r"[^@\s]+@[^@\s]+", "an e-mail address"),
    "ip_address": _address,
    "sepa_debit_fingerprint": _FINGERPRINT,
    "us_bank_account_fingerprint": _FINGERPRINT,
}


def check_value(kind: ItemType, value: str) -> None:
    """Refuse a value that is none of a list's type."""
    form = _FORMS.get(kind)
    wanted = form(value) if form else None
    if wanted is not None:
        raise InvalidRequest(f"The list takes {wanted}.", code="parameter_invalid", param="value")
