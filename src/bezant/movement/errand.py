"""Errands: movements about a movement. Ask for it back, reverse it, send it back, ask after it.

They go to the bank like every other movement, each in exactly one file or message.
"""

from datetime import date, timedelta
from typing import Literal

from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.flows import received as flow
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.movement.banks import Lane
from bezant.movement.engine import engine_of
from bezant.movement.handler import Handler
from bezant.movement.instruct import About, make, noted, timetable
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.order import Order, order_of, sent_in
from bezant.movement.route import Decision, Route
from bezant.rail import Act, Direction, Original

Errand = Literal[
    "recall", "reverse", "return", "enquire", "answer_recall", "dishonor", "contest", "pay"
]

ALLOWED: dict[Errand, frozenset[str]] = {
    "recall": frozenset({"submitted", "acknowledged", "settled", "unknown"}),
    "reverse": frozenset({"submitted", "acknowledged", "settled"}),
    "return": frozenset({"received"}),
    "enquire": frozenset({"submitted", "acknowledged", "unknown"}),
    "dishonor": frozenset({"returned"}),
    "contest": frozenset({"dishonored"}),
}
"""In which states of a movement each makes sense."""


def about(
    ctx: Context,
    movement: Movement,
    act: Errand,
    *,
    reason: str = "",
    behalf: tuple[str, str] | None = None,
) -> Movement:
    """Send the bank an order about a movement; its own facts tell what came of it.

    They are told to the movement, or to the object (id and kind) on whose behalf it is.

    Raises InvalidRequest for a state in which it makes no sense, and where the rail has no such
    order, or not any more.
    """
    lane_for(ctx, movement, act)
    if movement.status not in ALLOWED[act]:
        raise InvalidRequest(
            f"A movement that is {movement.status} can't be asked to {act}: it must be "
            f"{' or '.join(sorted(ALLOWED[act]))}.",
            code="movement_not_ready",
        )
    told = replace(order_of(ctx.hidden(movement)), reason=reason, about=original_of(ctx, movement))
    return begin(ctx, movement, act, told, behalf=behalf)


def lane_for(ctx: Context, movement: Movement, act: Act) -> Lane:
    """Return the rail at the bank that a movement went over; InvalidRequest if it can't `act`."""
    lane = engine_of(ctx).banks.find(movement.bank, movement.rail)
    if lane is None or act not in lane.rail.capabilities.acts:
        words = act.replace("_", " ")
        raise InvalidRequest(
            f"There is no way to {words} a payment over {movement.rail}.", code="act_not_offered"
        )
    return lane


def begin(
    ctx: Context,
    movement: Movement,
    act: Errand,
    told: Order,
    *,
    behalf: tuple[str, str] | None = None,
    carries_money: bool | None = None,
) -> Movement:
    """Store an order about a movement, the way it came or went, and note that it was given."""
    lane = lane_for(ctx, movement, act)
    service = movement.service
    if service not in lane.rail.capabilities.services:  # What came did not say how.
        service = lane.rail.capabilities.services[0]
    table = timetable(ctx, lane, replace(movement, service=service))
    way = Route(lane, service, table, Decision(0, "same_way"))
    source, subject = behalf or (movement.id, Movement.kind())
    purpose = About(
        movement.book,
        source,
        subject,
        act,
        original=movement.id,
        platform=movement.platform,
        carries_money=carries_money,
    )
    errand = make(ctx, way, movement.money, told, _direction(movement, act), purpose)
    latest = ctx.current(movement)
    begun = noted(ctx, f"{act}_begun", told.reason or None, movement=errand.id)
    if act == "enquire":
        begun = replace(begun, kind="enquired")
    ctx.save(latest, **latest.with_fact(begun))
    return errand


def product_of(ctx: Context, movement: Movement) -> Handler | None:
    """Return what the product behind a movement does about facts."""
    return engine_of(ctx).handlers.get(movement.subject or "")


def retry(ctx: Context, movement: Movement) -> Movement | None:
    """Try again what came back, as a new movement; None when the rail's rules don't allow it."""
    lane = engine_of(ctx).banks.lane(movement.bank, movement.rail)
    rule = lane.rail.capabilities.retry
    code = movement.facts[-1].code
    if rule is None or code not in rule.codes or movement.attempt > rule.times:
        return None
    first = movement.original or movement.id
    last = created_of(first) + timedelta(days=rule.within_days).total_seconds()
    table = timetable(ctx, lane, movement)
    if movement.status != "returned" or unix_seconds(table.expected_settlement_at) > last:
        return None
    order = order_of(ctx.hidden(movement))
    order = replace(
        order,
        description=rule.description,
        reason=code,
        about=original_of(ctx, movement),
        details={**order.details, "retry": str(movement.attempt)},
    )
    way = Route(lane, movement.service, table, Decision(0, "same_way"))
    purpose = About(
        movement.book,
        movement.source,
        movement.subject,
        original=first,
        attempt=movement.attempt + 1,
        platform=movement.platform,
    )
    again = make(ctx, way, movement.money, order, movement.direction, purpose)
    noting = noted(ctx, "retried", movement=again.id)
    ctx.save(ctx.current(movement), **ctx.current(movement).with_fact(noting))
    return again


CLAIMED_BY = "claimed_by"
"""Where in its hidden part is the rail by which somebody expected what came unasked."""

GIVES_BACK = frozenset({"return", "pay", "answer_recall"})
"""Acts that send back what was received."""


def _settled(ctx: Context, original: Movement, errand: Movement, _fact: MovementFact) -> None:
    """What was received and sent back leaves suspense; other products book their own side."""
    if errand.act in (*GIVES_BACK, "contest"):
        if rail := ctx.hidden(original).get(CLAIMED_BY):
            undone = flow.unclaimed(errand.money, house=ctx.house, name=original.bank, rail=rail)
            ctx.post(undone, source=errand.id)
        book = flow.sent_back if original.direction == "debit" else flow.taken_back
        entry = book(errand.money, house=ctx.house, name=original.bank, rail=original.rail)
        ctx.post(entry, source=errand.id)


handler = Handler(subject=Movement, on={"settled": _settled})
"""What is heard of errands, whose subjects are movements."""


def _direction(movement: Movement, act: Errand) -> Direction:
    """Return which way money goes, as the counterparty sees it: back, when it is reversed."""
    if act in ("reverse", "contest", *GIVES_BACK):
        return "debit" if movement.direction == "credit" else "credit"
    return movement.direction


def original_of(ctx: Context, movement: Movement) -> Original:
    """Return a movement as the network knows it."""
    settled = next((one.on for one in movement.facts if one.kind == "settled"), None)
    day = settled or movement.effective_date
    assert movement.reference, "what the bank has heard of has a trace"
    assert day, "what the bank has heard of has a day"
    sent = sent_in(ctx.hidden(movement))
    return Original(
        trace=movement.reference,
        amount=movement.money,
        on=date.fromisoformat(day),
        end_to_end_id=movement.end_to_end_id or "",
        file_reference=sent.file,
        format=sent.format,
        batch=sent.batch,
    )
