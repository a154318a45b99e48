"""Disputes about returns: who sent a payment dishonors its return, who returned it contests that.

Each is an entry of its own that moves the money once more. The rail knows the reasons and days.
"""

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.movement.errand import begin, lane_for, original_of, product_of
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.order import order_of

_RETURNED = "returned"


def dishonor(ctx: Context, movement: Movement, reason: str) -> Movement:
    """Dishonor the return of a payment of ours, so that the payment stands.

    Raises InvalidRequest where the rail has no such thing, for another reason or a later day than
    its rules allow, and for a product that can't take a return back.
    """
    _check(movement, "returned", "dishonor")
    lane_for(ctx, movement, "dishonor")
    product = product_of(ctx, movement)
    if product is None or "dishonored" not in product.on:
        raise InvalidRequest(
            f"What came back of a {movement.subject} has gone to its owner: make a new one.",
            code="act_not_offered",
        )
    fact = _last(movement, _RETURNED)
    order = order_of(ctx.hidden(movement))
    details = {name: value for name, value in order.details.items() if name != "retry"}
    told = replace(
        order,
        reason=reason,
        about=original_of(ctx, movement),
        details={**details, **_return_of(movement.came_back_as, fact)},
    )
    return begin(ctx, movement, "dishonor", told)


async def contest(ctx: Context, movement: Movement, reason: str) -> Movement:
    """Contest that a return of ours was dishonored, so that the return stands.

    Raises InvalidRequest as `dishonor` does.
    """
    _check(movement, "dishonored", "contest")
    lane_for(ctx, movement, "contest")
    began = next((one for one in reversed(movement.facts) if one.kind == "return_begun"), None)
    if began is None or began.movement is None:
        raise InvalidRequest(
            f"{movement.id} was not returned by us: its return is not ours to defend.",
            code="movement_not_ready",
        )
    ours = await ctx.load(Movement, began.movement, book=movement.book)
    said = _last(movement, "dishonored")
    order = order_of(ctx.hidden(movement))
    details = {
        **_return_of(ours.reference, _last(movement, _RETURNED)),
        "return_code": order_of(ctx.hidden(ours)).reason,
        "dishonored_trace": movement.came_back_as or "",
        "dishonored_code": said.code or "",
        "dishonored_day": said.on or "",
    }
    told = replace(order, reason=reason, about=original_of(ctx, movement), details=details)
    return begin(ctx, movement, "contest", told)


def _check(movement: Movement, status: str, act: str) -> None:
    """Raise InvalidRequest unless a movement is in the state about which it can be argued."""
    if movement.status != status:
        raise InvalidRequest(
            f"A movement that is {movement.status} can't be asked to {act}: it must be {status}.",
            code="movement_not_ready",
        )


def _last(movement: Movement, kind: str) -> MovementFact:
    found = next((one for one in reversed(movement.facts) if one.kind == kind), None)
    assert found is not None, f"{movement.id} has become {kind} once"
    return found


def _return_of(trace: str | None, fact: MovementFact) -> dict[str, str]:
    """Return what names a return in an argument about it."""
    said = {"return_trace": trace, "return_code": fact.code, "return_day": fact.on}
    return {name: value for name, value in said.items() if value}
