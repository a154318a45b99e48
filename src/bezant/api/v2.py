"""The second version of the API's conventions: its objects, amounts, moments and pages.

A resource whose `Routes` begin with `/v2/` takes JSON bodies only, is idempotent on DELETE too,
and lists `{data, next_page_url, previous_page_url}`; its objects are `V2Resource`s.
"""

import binascii
import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple, TypeAlias, cast
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Meta

from bezant.api import refusals
from bezant.api.context import Context
from bezant.api.pages import ANYTIME, Bounds, bounds_between
from bezant.api.params import Amount, Check, Currency, Params
from bezant.api.resource import Identified
from bezant.api.shape import Shape
from bezant.kernel.codec import encode_json, microseconds, rfc3339
from bezant.kernel.ids import parse
from bezant.kernel.money import Money
from bezant.store.objects import Page as Ask

PREFIX = "/v2/"
_MS = 1_000  # In microseconds.
_TOKEN = re.compile(rb"([np])([A-Za-z0-9_]{1,64})")
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)


class V2Resource(Identified):
    """An object of v2; `created` is RFC 3339, in UTC."""

    created: str
    livemode: bool


class V2Amount(Shape, frozen=True):
    """An amount as v2 shows it: whole minor units and a currency."""

    value: int
    currency: str

    @classmethod
    def of(cls, money: Money) -> "V2Amount":
        """Return the shape of an amount of money."""
        return cls(value=money.amount, currency=money.currency)


class V2AmountParam(Params):
    """An amount as v2 takes it, more than nothing."""

    value: Amount
    currency: Currency

    @property
    def money(self) -> Money:
        """The amount of money."""
        return Money(self.value, self.currency)


def v2_created_of(name: str) -> str:
    """Return the moment that an id carries: the `created` of its object in v2."""
    return rfc3339(parse(name).time)


def moment_of(text: str, param: str) -> datetime:
    """Return the moment that a parameter names; InvalidRequest for what is not RFC 3339."""
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text.upper())
    except ValueError:
        pass  # A thirteenth month, for instance; the message below says what is expected.
    raise refusals.invalid(
        f"Invalid timestamp: {refusals.cut(text)}. Use RFC 3339, as in 2026-03-02T09:00:00Z.", param
    )


def _checked_moment(text: str, param: str) -> str:
    moment_of(text, param)
    return text


Rfc3339: TypeAlias = Annotated[str, Check(_checked_moment)]
"""A moment with its offset from UTC, as RFC 3339 writes it."""


class V2RangeQuery(Params):
    """Bounds of a moment, as in `created[gte]=2026-03-02T09:00:00Z`."""

    gt: Rfc3339 | None = None
    gte: Rfc3339 | None = None
    lt: Rfc3339 | None = None
    lte: Rfc3339 | None = None


class V2ListParams(Params):
    """What every list of v2 takes; a list adds its filters."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    page: str | None = None


class Turn(NamedTuple):
    """Where a page begins: behind an id or, going back, before one; neither on the first."""

    after: str | None = None
    before: str | None = None


class V2Page(NamedTuple):
    """A slice of a list: JSON bodies, newest first, and the tokens of the pages beside it."""

    data: Sequence[str]
    params: V2ListParams
    next: str | None = None
    previous: str | None = None


class _HasId(msgspec.Struct):
    id: str


def turn_of(params: V2ListParams) -> Turn:
    """Return where the page that was asked for begins; InvalidRequest for a token of nobody's."""
    if params.page is None:
        return Turn()
    try:
        found = _TOKEN.fullmatch(b64decode(params.page, b"-_", validate=True))
    except (binascii.Error, ValueError):
        found = None
    if found is None:
        raise refusals.invalid(f"Invalid page token: {refusals.cut(params.page)}", "page")
    name = found[2].decode()
    return Turn(after=name) if found[1] == b"n" else Turn(before=name)


def v2_bounds(prefix: str, created: V2RangeQuery | None) -> Bounds | None:
    """Return what a range of creation times means for ids; None: nothing at all."""
    if created is None:
        return ANYTIME
    edges = {
        name: microseconds(moment_of(text, f"created[{name}]"))
        for name in ("gt", "gte", "lt", "lte")
        if (text := getattr(created, name)) is not None
    }
    # What is compared is `created` as it is shown, in whole milliseconds.
    firsts = [-(-edges["gte"] // _MS)] if "gte" in edges else []
    firsts += [edges["gt"] // _MS + 1] if "gt" in edges else []
    ends = [edges["lte"] // _MS + 1] if "lte" in edges else []
    ends += [-(-edges["lt"] // _MS)] if "lt" in edges else []
    first = max([0, *firsts]) * _MS
    lasts = [end * _MS - 1 for end in ends]
    return bounds_between(prefix, first, min(lasts) if lasts else None)


def turned(bodies: Sequence[str], more: bool, turn: Turn, params: V2ListParams) -> V2Page:
    """Return the page that was read; `more` says that there are objects beyond it, going on."""
    if not bodies:
        return V2Page([], params)
    first, last = (msgspec.json.decode(body, type=_HasId).id for body in (bodies[0], bodies[-1]))
    back = turn.before is not None
    further = back or more
    earlier = more if back else turn.after is not None
    return V2Page(
        bodies,
        params,
        _token("n", last) if further else None,
        _token("p", first) if earlier else None,
    )


async def v2_page_of(
    ctx: Context,
    resource: type[Identified],
    params: V2ListParams,
    filters: Mapping[str, str],
    within: Bounds | None = ANYTIME,
) -> V2Page:
    """Return a page of stored objects, within bounds of their ids; None: there are none."""
    turn = turn_of(params)
    if within is None:
        return V2Page([], params)
    ask = Ask(params.limit, turn.after, turn.before, *within, filters)
    return turned(*await ctx.page(resource, ask), turn, params)


def v2_envelope(page: V2Page, path: str) -> str:
    """Return the JSON of a list."""
    asked: dict[str, Any] = msgspec.to_builtins(page.params)
    pairs = [
        pair for name, value in asked.items() if name != "page" for pair in _pairs(name, value)
    ]
    urls = (_url(path, pairs, token) for token in (page.next, page.previous))
    following, preceding = (encode_json(url).decode() for url in urls)
    data = ",".join(page.data)
    return f'{{"data":[{data}],"next_page_url":{following},"previous_page_url":{preceding}}}'


def _url(path: str, pairs: Sequence[tuple[str, str]], token: str | None) -> str | None:
    return None if token is None else f"{quote(path)}?{urlencode([*pairs, ('page', token)])}"


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    """Write a parameter as a query does."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value).items()
        return [pair for key, each in members for pair in _pairs(f"{name}[{key}]", each)]
    if isinstance(value, list):
        items = enumerate(cast("list[Any]", value))
        return [pair for at, each in items for pair in _pairs(f"{name}[{at}]", each)]
    if value is None:
        return []
    return [(name, str(value).lower() if isinstance(value, bool) else str(value))]


def _token(direction: str, name: str) -> str:
    return urlsafe_b64encode(f"{direction}{name}".encode()).decode()
