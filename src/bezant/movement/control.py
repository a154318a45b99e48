"""Control: people hold movements back, release, approve or cancel them; four eyes approve."""

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.movement.answer import take
from bezant.movement.engine import engine_of
from bezant.movement.instruct import APPROVAL, dates_of, noted, timetable
from bezant.movement.movement import Movement
from bezant.movement.order import order_of


def hold(ctx: Context, movement: Movement, reason: str) -> Movement:
    """Keep a movement back that no file has yet, until it is released or canceled."""
    _check(movement, "scheduled")
    return ctx.save(movement, **movement.with_fact(noted(ctx, "held", reason)))


def release(ctx: Context, movement: Movement) -> Movement:
    """Let a held movement go with the next cut-off, unless it waits for an approval."""
    _check(movement, "held")
    if _waits_for_approval(movement):
        raise InvalidRequest(
            f"{movement.id} waits for an approval: approve it.", code="movement_not_ready"
        )
    return _schedule(ctx, movement, "released")


def approve(ctx: Context, movement: Movement) -> Movement:
    """Let a movement go that wants an approval, by another key than the one that asked for it."""
    _check(movement, "held")
    if not _waits_for_approval(movement):
        raise InvalidRequest(
            f"{movement.id} is not held for an approval: release it.", code="movement_not_ready"
        )
    if ctx.caller.key is None or ctx.caller.key == order_of(ctx.hidden(movement)).key:
        raise InvalidRequest(
            "The key that asked for a movement can't approve it: use another key.",
            code="approver_is_creator",
        )
    return _schedule(ctx, movement, "approved")


async def cancel(ctx: Context, movement: Movement) -> Movement:
    """Cancel a movement that no bank has seen; the object that it is for is told."""
    if not movement.may_become("canceled") or movement.file is not None:
        raise InvalidRequest(
            "The money is already on its way to the bank and can't be called back.",
            code="movement_not_cancelable",
        )
    handler = engine_of(ctx).handlers.get(movement.subject or "")
    if handler is None or "canceled" not in handler.on:
        raise InvalidRequest(
            f"Cancel the {movement.subject} that this movement is for.",
            code="movement_not_cancelable",
        )
    subject = await ctx.load(handler.subject, str(movement.source), book=movement.book)
    return take(ctx, handler, subject, movement, noted(ctx, "canceled"))


async def refuse(ctx: Context, movement: Movement, reason: str, failure_code: str) -> Movement:
    """Let a movement have failed that no bank has seen; the object that it is for is told."""
    handler = engine_of(ctx).handlers[str(movement.subject)]
    subject = await ctx.load(handler.subject, str(movement.source), book=movement.book)
    fact = replace(noted(ctx, "rejected", reason), failure_code=failure_code)
    return take(ctx, handler, subject, movement, fact)


def _schedule(ctx: Context, movement: Movement, note: str) -> Movement:
    """Let a movement go, with dates that can still be kept."""
    lane = engine_of(ctx).banks.lane(movement.bank, movement.rail)
    dates = dates_of(ctx, timetable(ctx, lane, movement))
    fact = noted(ctx, "scheduled", note)
    changes = {**movement.with_fact(fact), **dates}
    return ctx.save(replace(movement, **changes))


def _waits_for_approval(movement: Movement) -> bool:
    """Tell whether what holds a movement is a missing approval, under whatever other hold."""
    wanted = [fact for fact in movement.facts if fact.reason == APPROVAL]
    given = [fact for fact in movement.facts if fact.reason == "approved"]
    return bool(wanted) and not given


def _check(movement: Movement, status: str) -> None:
    if movement.status != status or movement.file is not None:
        raise InvalidRequest(
            f"{movement.id} is {movement.status}: only one that is {status} can be changed so.",
            code="movement_not_ready",
        )
