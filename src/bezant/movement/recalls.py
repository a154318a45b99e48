"""Recalls: others want money back that has come; it is seen, answered, and goes back if granted.

A request is kept with the movement that brought the money, until somebody answers it. The operator
decides, for it is the operator's bank that is asked.
"""

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.ledger.book import book_of
from bezant.movement.engine import engine_of
from bezant.movement.errand import begin, lane_for, original_of
from bezant.movement.heard import Heard, place_of_claim
from bezant.movement.instruct import noted
from bezant.movement.movement import Movement, RecallRequest
from bezant.movement.order import order_of
from bezant.movement.rows import operator
from bezant.rail import AnswersRecalls, RecallReply

KEPT = "recall"
"""Where in a movement's hidden part is the request as the network knows it."""
TRACE, END_TO_END = "asked_trace", "asked_end_to_end"
"""Under which names a request's details hold what it calls the payment."""

REQUESTED, ANSWERED = "movement.recall_requested", "movement.recall_answered"
_HELD = ("received", "settled")


async def note(ctx: Context, asked: Sequence[tuple[Movement, Heard]]) -> None:
    """Keep what others want back with the movements that brought it, and tell the operator."""
    async with ctx.runtime.pool.connection() as conn:
        owner = await operator(conn)
    for one, heard in asked:
        movement = ctx.current(one)
        hidden = ctx.hidden(movement)
        open_already = movement.recall is not None and movement.recall.status == "requested"
        if movement.act != "receive" or open_already or hidden.get(KEPT) == dict(heard.details):
            continue
        request = _request(ctx, movement, heard)
        shown = ctx.save(movement, recall=request, hidden={**hidden, KEPT: dict(heard.details)})
        if owner is not None:
            ctx.emit(REQUESTED, shown, book=book_of(owner, ctx.livemode))


def answer(ctx: Context, movement: Movement, *, granted: bool, reason: str) -> Movement:
    """Answer a request; when it is granted, the money goes back by the rail it came by.

    Raises InvalidRequest when nobody asks, when the money is not there any more, and for a reason
    that the network has not.
    """
    asked = movement.recall
    if asked is None or asked.status != "requested":
        raise InvalidRequest(
            f"Nobody waits for an answer about {movement.id}.", code="movement_not_ready"
        )
    if granted:
        _check_held(ctx, movement)
    reply = _reply(ctx, movement, asked, granted=granted, reason=reason)
    answered = _send_answer(ctx, movement, reply, granted=granted)
    fact = noted(ctx, "recall_answered", reason or None, movement=answered.id)
    latest = ctx.current(movement)
    told = replace(asked, status="accepted" if granted else "refused", answer=answered.id)
    shown = ctx.save(replace(latest, recall=told, **latest.with_fact(fact)))
    ctx.emit(ANSWERED, shown, book=ctx.book)
    return shown


def _request(ctx: Context, movement: Movement, heard: Heard) -> RecallRequest:
    rail = engine_of(ctx).banks.rails.get(movement.rail)
    fact, last = heard.fact, None
    if isinstance(rail, AnswersRecalls):
        last = rail.answer_by(date.fromisoformat(fact.on) if fact.on else ctx.now().date())
    return RecallRequest(
        amount=heard.amount.amount if heard.amount else movement.amount,
        answer=None,
        answer_by=None if last is None else last.isoformat(),
        code=fact.code,
        reason=fact.reason,
        requested_at=fact.at,
        status="requested",
    )


def _check_held(ctx: Context, movement: Movement) -> None:
    """Refuse to give back what is not there, or what nobody knows how to take from its owner."""
    if movement.status not in _HELD:
        raise InvalidRequest(
            f"{movement.id} is {movement.status}: refuse the recall, for nothing is left to give.",
            code="movement_not_ready",
        )
    kind = ctx.hidden(movement).get("claimed_for")
    handler = engine_of(ctx).handlers.get(kind or "")
    claimed = place_of_claim(ctx.hidden(movement))
    if claimed and (handler is None or "returned" not in handler.on):
        raise InvalidRequest(
            f"The money was given to a {kind}, from which it can't be taken: refuse the recall.",
            code="act_not_offered",
        )


def _reply(
    ctx: Context, movement: Movement, asked: RecallRequest, *, granted: bool, reason: str
) -> RecallReply:
    lane = lane_for(ctx, movement, "answer_recall")
    if not isinstance(lane.rail, AnswersRecalls) or "order" not in ctx.hidden(movement):
        raise InvalidRequest(
            f"{movement.id} came without its sender's account, so no answer finds the way: ask "
            "your bank to give it.",
            code="act_not_offered",
        )
    details: dict[str, str] = ctx.hidden(movement)[KEPT]
    try:
        return lane.rail.recall_reply(asked.code or "", details, granted=granted, reason=reason)
    except ValueError as wrong:
        raise InvalidRequest(
            f"This can't be the reason: {wrong}.", code="rail_refuses", param="reason"
        ) from wrong


def _send_answer(
    ctx: Context, movement: Movement, reply: RecallReply, *, granted: bool
) -> Movement:
    """Store the answer, and what takes the money back where the answer alone does not."""
    hidden = ctx.hidden(movement)
    known = original_of(ctx, movement)
    asked = hidden[KEPT]
    about = replace(
        known,
        trace=asked.get(TRACE) or known.trace,
        end_to_end_id=known.end_to_end_id or asked.get(END_TO_END, ""),
    )
    plain = replace(order_of(hidden), remittance="")
    order = replace(plain, reason=reply.reason, about=about, details=dict(reply.details))
    gives_back = lane_for(ctx, movement, "answer_recall").rail.capabilities.gives_back
    alone = granted and gives_back == "answer_recall"
    answered = begin(ctx, movement, "answer_recall", order, carries_money=alone)
    if granted and gives_back == "return":
        begin(ctx, movement, "return", replace(plain, reason=reply.returns_as, about=known))
    elif granted and gives_back == "pay":
        words = f"RETURN OF {known.end_to_end_id or known.trace}"
        begin(ctx, movement, "pay", replace(plain, remittance=words, description="RETURN"))
    return answered
