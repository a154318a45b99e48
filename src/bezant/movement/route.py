"""Route: which bank and rail carry a payment, out of all that could, and what spoke against others.

Of those that can, the service that was wished comes first, then the price, then the earliest
settlement. The rail itself is asked last; where it objects, the next way is taken. The choice and
its alternatives are kept with the movement.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.movement.banks import Banks, Lane
from bezant.rail import Account, Act, Direction, Service, Timetable

FAST: tuple[Service, ...] = ("standard", "same_day", "urgent", "instant")
"""Services from slow to fast; who wishes for one is also served by a faster one."""


class Wish(NamedTuple):
    """What is to be carried: to or from which account, how much, and how fast.

    `bank` and `rail` narrow the choice to one bank or one rail. An `act` that is no payment asks
    about the account: it has no limits, and is as fast as it is.
    """

    amount: Money
    direction: Direction
    account: Account
    service: Service
    livemode: bool
    bank: str | None = None
    rail: str | None = None
    act: Act = "pay"


class Alternative(Struct, frozen=True):
    """One way that was looked at; `price` in minor units, times in Unix seconds.

    `refused` says why it can't carry the money; without it, it could.
    """

    bank: str
    rail: str
    service: str
    price: int
    expected_settlement_at: int | None = None
    refused: str | None = None


class Decision(Struct, frozen=True):
    """Why a movement goes the way it goes: the price in minor units, and the other ways."""

    price: int
    rule: str
    alternatives: tuple[Alternative, ...] = ()


class Route(NamedTuple):
    """The chosen way: a rail at a bank, its service, the dates, and the decision."""

    lane: Lane
    service: Service
    table: Timetable
    decision: Decision


class _Way(NamedTuple):
    lane: Lane
    service: Service
    table: Timetable
    price: int


class _Refused(NamedTuple):
    way: Alternative
    near: bool


class _Objection(NamedTuple):
    way: Alternative
    title: str


Objects = Callable[[Lane, Service, Timetable], Sequence[str]]
"""Says why a rail can't carry the order itself: a name, a text, an account that it has not."""


def nothing_against(_lane: Lane, _service: Service, _table: Timetable) -> Sequence[str]:
    """Object to nothing."""
    return ()


def route(banks: Banks, wish: Wish, now: datetime, objects: Objects = nothing_against) -> Route:
    """Return how to carry a payment, at the prices of the day (UTC).

    Raises InvalidRequest that says why no way can.
    """
    ways: list[_Way] = []
    others: list[_Refused] = []
    for lane in banks.lanes(livemode=wish.livemode):
        for service in _services(lane):
            price = lane.access.price(service, now.date())
            if refused := "; ".join(_objections(lane, service, wish)):
                way = Alternative(*_names(lane), service, price, refused=refused)
                others.append(_Refused(way, _reaches(lane, wish)))
                continue
            hour = lane.access.cut_offs.get(service)
            table = lane.rail.timetable(now, service, wish.direction, hour)
            ways.append(_Way(lane, service, table, price))
    if not ways:
        raise _no_way(wish, others)
    ways.sort(key=lambda way: _rank(way, wish))
    best, rest, refused = _asked(ways, objects)
    near = (one.way for one in others if one.near)
    alternatives = (*(_alternative(way) for way in rest), *(one.way for one in refused), *near)
    return Route(best.lane, best.service, best.table, _decision(best, rest, alternatives, wish))


def _asked(
    ways: Sequence[_Way], objects: Objects
) -> tuple[_Way, Sequence[_Way], Sequence[_Objection]]:
    """Return the first way whose rail does not object, those after it, and those before it."""
    refused: list[_Objection] = []
    for at, way in enumerate(ways):
        reasons = objects(way.lane, way.service, way.table)
        if not reasons:
            return way, ways[at + 1 :], refused
        why = "; ".join(reasons)
        told = Alternative(*_names(way.lane), way.service, way.price, refused=why)
        refused.append(_Objection(told, way.lane.rail.capabilities.title))
    said = dict.fromkeys(f"by {one.title}: {one.way.refused}" for one in refused)
    raise InvalidRequest(f"This can't be sent {'; '.join(said)}.", code="rail_refuses")


def _services(lane: Lane) -> tuple[Service, ...]:
    return lane.access.services or lane.rail.capabilities.services


def _names(lane: Lane) -> tuple[str, str]:
    return lane.bank.name, lane.rail.capabilities.name


def _reaches(lane: Lane, wish: Wish) -> bool:
    """Tell whether a lane has to do with such money and accounts at all."""
    can = lane.rail.capabilities
    return wish.amount.currency == lane.bank.currency and _tag(wish.account) in can.accounts


def _objections(lane: Lane, service: Service, wish: Wish) -> Iterator[str]:
    can, access = lane.rail.capabilities, lane.access
    if wish.bank not in (None, lane.bank.name) or wish.rail not in (None, can.name):
        yield "another was asked for"
    if wish.amount.currency != lane.bank.currency:
        yield f"the account is in {lane.bank.currency}"
    if wish.direction not in (access.directions or can.directions):
        yield f"it carries no {wish.direction}s"
    if _tag(wish.account) not in can.accounts:
        yield "it does not reach such an account"
    if wish.act not in can.acts:
        yield f"it has no way to {wish.act}"
    if wish.act != "pay":
        return
    if not _serves(service, wish.service):
        yield f"it is not {wish.service}"
    most = min(can.max_amount, access.max_amount or can.max_amount)
    if not access.min_amount <= wish.amount.amount <= most:
        yield f"it carries {access.min_amount} to {most} in minor units"


def _serves(service: Service, wished: Service) -> bool:
    if service == wished:
        return True
    return service in FAST and wished in FAST and FAST.index(service) > FAST.index(wished)


def _tag(account: Account) -> str:
    tag = account.__struct_config__.tag
    assert isinstance(tag, str), "every shape of account has a tag"
    return tag


def _rank(way: _Way, wish: Wish) -> tuple[bool, int, datetime, str]:
    return (way.service != wish.service, way.price, way.table.expected_settlement_at, way.lane.name)


def _alternative(way: _Way) -> Alternative:
    settles = int(way.table.expected_settlement_at.timestamp())
    return Alternative(*_names(way.lane), way.service, way.price, settles)


def _decision(
    best: _Way, rest: Sequence[_Way], alternatives: tuple[Alternative, ...], wish: Wish
) -> Decision:
    """Name the first thing in which the best way differs from the next."""
    rule = "only_way"
    if rest:
        ours, theirs = _rank(best, wish), _rank(rest[0], wish)
        names = ("service", "price", "earliest", "name")
        rule = next(name for name, one, two in zip(names, ours, theirs, strict=True) if one != two)
    return Decision(best.price, rule, alternatives)


def _no_way(wish: Wish, others: list[_Refused]) -> InvalidRequest:
    money = f"{wish.amount.amount} {wish.amount.currency}"
    if not others:
        mode = "live" if wish.livemode else "test"
        return InvalidRequest(
            f"No bank is connected to {mode} mode yet: add a bank profile first.",
            code="bank_not_connected",
        )
    told = [one.way for one in others if one.near] or [one.way for one in others]
    reasons = {f"{one.bank}/{one.rail} {one.service}: {one.refused}" for one in told}
    return InvalidRequest(
        f"No bank and rail can carry {money} as {wish.service}: {'. '.join(sorted(reasons))}.",
        code="no_route",
    )
