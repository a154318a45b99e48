"""Instruct: a product asks for money to be sent or collected, or says that money is expected."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.resource import Identified
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.movement.banks import Lane
from bezant.movement.engine import engine_of
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.order import Order, hidden_of, instruction
from bezant.movement.profile import BankProfile
from bezant.movement.route import Decision, Route, Wish, route
from bezant.rail import Act, Direction, Service, Timetable

FAST = timedelta(seconds=1.5)
"""How long a fast sandbox leaves to cancel a movement before it goes out."""

APPROVAL = "approval"
"""The reason of a hold that somebody other than who asked must lift."""


class About(NamedTuple):
    """What a movement is for: its owner's book, an object there, or another movement."""

    book: Book
    source: str | None
    subject: str | None
    act: Act = "pay"
    original: str | None = None
    attempt: int = 1
    platform: str | None = None
    carries_money: bool | None = None


_DATES = ("expected_settlement_at", "available_at", "return_by", "final_at")


def send(
    ctx: Context,
    subject: Identified,
    amount: Money,
    order: Order,
    *,
    service: Service = "standard",
    bank: str | None = None,
    rail: str | None = None,
) -> Movement:
    """Schedule money to be sent to an account for an object of the acting account.

    It goes by the best bank and rail, out with the next cut-off, or waits for an approval where
    the bank's profile wants one. Raises InvalidRequest when no rail can carry it.
    """
    wish = Wish(amount, "credit", order.to.account, service, ctx.livemode, bank, rail)
    return _begin(ctx, subject, amount, order, wish)


def collect(
    ctx: Context,
    subject: Identified,
    amount: Money,
    order: Order,
    *,
    service: Service = "standard",
    bank: str | None = None,
    rail: str | None = None,
) -> Movement:
    """Schedule money to be collected from an account under the mandate in the order.

    It can come back until the movement's `final_at`. Raises InvalidRequest as `send` does.
    """
    wish = Wish(amount, "debit", order.to.account, service, ctx.livemode, bank, rail)
    return _begin(ctx, subject, amount, order, wish)


def expect(
    ctx: Context,
    subject: Identified,
    amount: Money,
    *,
    rail: str,
    bank: BankProfile,
    reference: str,
) -> Movement:
    """Note that money is to come in under a reference, for an object of the acting account."""
    name = ctx.new_id("mv")
    movement = Movement(
        id=name,
        account=ctx.account,
        platform=ctx.caller.platform,
        amount=amount.amount,
        created=created_of(name),
        currency=amount.currency,
        direction="debit",
        livemode=ctx.livemode,
        rail=rail,
        service="standard",
        source=subject.id,
        subject=subject.kind(),
        status="created",
        bank=bank.name,
        act="receive",
        reference=reference,
        facts=(noted(ctx, "created"),),
    )
    return ctx.create(movement)


def tie(ctx: Context, movement: Movement, entry: str) -> Movement:
    """Tie the entry that a product has made for a new movement to its first fact."""
    first, *rest = ctx.current(movement).facts
    tied = replace(first, entries=(*first.entries, entry))
    return ctx.save(ctx.current(movement), facts=(tied, *rest))


async def movement_of(ctx: Context, source: str) -> Movement:
    """Return the latest movement behind an object of the acting account."""
    found = await ctx.newest(Movement, {"source": source, "type": "pay"})
    found = found or await ctx.newest(Movement, {"source": source})
    assert found is not None, f"{source} has a movement"
    return found


def cancel(ctx: Context, movement: Movement) -> Movement:
    """Take back a movement that no bank has seen; InvalidRequest when one may have."""
    if not movement.may_become("canceled") or movement.file is not None:
        raise InvalidRequest(
            "The money is already on its way to the bank and can't be called back.",
            code="movement_not_cancelable",
        )
    return ctx.save(movement, **movement.with_fact(noted(ctx, "canceled")))


def noted(
    ctx: Context, kind: str, reason: str | None = None, movement: str | None = None
) -> MovementFact:
    """Return a fact about what a request or a worker does itself, at this moment."""
    return MovementFact(
        kind,
        unix_seconds(ctx.now()),
        reason=reason,
        request=ctx.caller.request,
        key=ctx.caller.key,
        movement=movement,
    )


def set_aside(ctx: Context, movement: Movement) -> Movement:
    """Keep a movement back that was only just asked for, until its product lets it go."""
    return ctx.save(movement, due_at=None, facts=movement.facts[:1], status="created")


def let_go(ctx: Context, movement: Movement) -> Movement:
    """Let a movement go that was set aside, unless somebody is to approve it first."""
    lane = engine_of(ctx).banks.lane(movement.bank, movement.rail)
    dates = dates_of(ctx, timetable(ctx, lane, movement))
    changes = {**movement.with_fact(noted(ctx, "scheduled")), **dates}
    return ctx.save(_approvable(ctx, lane, replace(movement, **changes)))


def dates_of(ctx: Context, table: Timetable) -> dict[str, Any]:
    """Return a movement's dates by its timetable, and when it is to go out."""
    return {
        "due_at": submit_at(ctx, table.cut_off).isoformat(),
        "effective_date": table.effective_date.isoformat(),
        **{name: unix_seconds(getattr(table, name)) for name in _DATES},
    }


def timetable(ctx: Context, lane: Lane, movement: Movement) -> Timetable:
    """Return the dates of a movement that would be given now."""
    hour = lane.access.cut_offs.get(movement.service)
    return lane.rail.timetable(ctx.now(), movement.service, movement.direction, hour)


def submit_at(ctx: Context, cut_off: datetime) -> datetime:
    """Return when a movement goes out; a fast sandbox waits for no cut-off."""
    fast = not ctx.livemode and ctx.runtime.hurries
    return min(ctx.now() + FAST, cut_off) if fast else cut_off


def make(
    ctx: Context, way: Route, amount: Money, order: Order, direction: Direction, about: About
) -> Movement:
    """Store a movement that is to be sent; InvalidRequest for what its rail refuses."""
    drafted = _draft(ctx, way, amount, direction, about)
    if reasons := _objections(way.lane, drafted, order):
        title = way.lane.rail.capabilities.title
        raise InvalidRequest(
            f"This can't be sent by {title}: {'; '.join(reasons)}.", code="rail_refuses"
        )
    return _store(ctx, way.lane, drafted, order, about.book)


def _draft(ctx: Context, way: Route, amount: Money, direction: Direction, about: About) -> Movement:
    name = ctx.new_id("mv", about.book)
    can = way.lane.rail.capabilities
    return Movement(
        id=name,
        account=about.book.owner,
        platform=about.platform or ctx.caller.platform,
        amount=amount.amount,
        created=created_of(name),
        currency=amount.currency,
        direction=direction,
        livemode=ctx.livemode,
        rail=can.name,
        service=way.service,
        source=about.source,
        subject=about.subject,
        status="scheduled",
        bank=way.lane.bank.name,
        act=about.act,
        answers_within=can.answers_in_seconds,
        attempt=about.attempt,
        carries_money=about.carries_money,
        end_to_end_id=end_to_end(name),
        original=about.original,
        route=way.decision,
        facts=(noted(ctx, "created"),),
        **dates_of(ctx, way.table),
    )


def _objections(lane: Lane, movement: Movement, order: Order) -> Sequence[str]:
    trace = lane.rail.trace(lane.access.originator, 1)
    return lane.rail.objections(instruction(movement, order, trace))


def _store(ctx: Context, lane: Lane, movement: Movement, order: Order, book: Book) -> Movement:
    movement = _approvable(ctx, lane, movement)
    hidden = hidden_of(replace(order, key=ctx.caller.key))
    return ctx.create(movement, hidden=hidden, book=book)


def _approvable(ctx: Context, lane: Lane, movement: Movement) -> Movement:
    """Return a movement, held if it wants an approval."""
    if not _wants_approval(lane, movement):
        return movement
    held = noted(ctx, "held", APPROVAL)
    return replace(movement, due_at=None, status="held", facts=(*movement.facts, held))


def end_to_end(movement: str) -> str:
    """Return the end-to-end id of a movement: 26 letters and digits, which every network takes."""
    return movement.replace("mv_", "MV")


def ask(
    ctx: Context,
    subject: Identified,
    amount: Money,
    order: Order,
    wish: Wish,
    *,
    carries_money: bool,
) -> Movement:
    """Schedule a question about an account, `act`, for an object of the acting account.

    Raises InvalidRequest when no rail has such a question, or it can't be asked.
    """
    about = About(ctx.book, subject.id, subject.kind(), wish.act, carries_money=carries_money)
    return _by_best_way(ctx, amount, order, wish, about)


def _begin(ctx: Context, subject: Identified, amount: Money, order: Order, wish: Wish) -> Movement:
    about = About(ctx.book, subject.id, subject.kind())
    return _by_best_way(ctx, amount, order, wish, about)


def _by_best_way(ctx: Context, amount: Money, order: Order, wish: Wish, about: About) -> Movement:
    """Store what is to be sent by the best way whose rail does not object to it."""
    drafts: dict[tuple[str, Service], Movement] = {}

    def objects(lane: Lane, service: Service, table: Timetable) -> Sequence[str]:
        tried = Route(lane, service, table, Decision(0, ""))
        drafted = _draft(ctx, tried, amount, wish.direction, about)
        drafts[lane.name, service] = drafted
        return _objections(lane, drafted, order)

    way = route(engine_of(ctx).banks, wish, ctx.now(), objects)
    drafted = replace(drafts[way.lane.name, way.service], route=way.decision)
    return _store(ctx, way.lane, drafted, order, about.book)


def _wants_approval(lane: Lane, movement: Movement) -> bool:
    least = lane.access.approval_from
    return movement.act == "pay" and least is not None and movement.amount >= least
