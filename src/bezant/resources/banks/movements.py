"""Movements: what is on its way through a rail, why it goes that way, and what was heard of it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Params
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.ledger.balances import BalancePage
from bezant.ledger.balances import page as balances_page
from bezant.ledger.chart import returnable
from bezant.movement import control, dispute, errand
from bezant.movement.movement import Movement
from bezant.resources.banks.operator import house_of
from bezant.resources.banks.timeline import Timeline, timeline_of

MOST_RAILS = 100


class ListMovements(ListParams):
    """By what movements are listed: at most one of them beside the status."""

    original: str | None = None
    reference: str | None = None
    source: str | None = None
    status: (
        Literal[
            "created",
            "held",
            "scheduled",
            "submitted",
            "acknowledged",
            "settled",
            "received",
            "rejected",
            "canceled",
            "returned",
            "recalled",
            "dishonored",
            "contested",
            "unknown",
        ]
        | None
    ) = None


class Reason(Params):
    """Why it is done; a network's code where the rail wants one."""

    reason: Annotated[str, Meta(min_length=1, max_length=140)] | None = None


class HoldMovement(Params):
    """Why a movement is held back."""

    reason: Annotated[str, Meta(min_length=1, max_length=140)]


class DisputeReturn(Params):
    """Why a return is argued about: the network's code."""

    reason: Annotated[str, Meta(min_length=1, max_length=10)]


class ExposedRail(Struct, frozen=True):
    """What was collected over one rail in one currency and can come back, in minor units."""

    amount: int
    currency: str
    rail: str


class Exposure(Identified, tag="movement.exposure"):
    """What an account has collected and others may still take back."""

    data: tuple[ExposedRail, ...]


routes = Routes(Movement, "/v1/movements", prefix="mv", listed=False)


@routes.get("/v1/movements", listing=True)
async def list_all(ctx: Context, params: ListMovements) -> Page:
    """List movements, newest first."""
    chosen = {
        "destination": params.original,
        "reference": params.reference,
        "source": params.source,
        "status": params.status,
    }
    filters = {name: value for name, value in chosen.items() if value is not None}
    return await page_of(ctx, Movement, "mv", params, filters)


@routes.get("/v1/movements/exposure", returns=Exposure)
async def exposure(ctx: Context) -> Exposure:
    """Retrieve what was collected and can still come back, by rail and currency."""
    prefix = returnable(ctx.book, "").path
    async with ctx.runtime.pool.connection() as conn:
        found, _ = await balances_page(
            conn, ctx.book, BalancePage(limit=MOST_RAILS, prefix=prefix, open_only=True)
        )
    rails = tuple(
        ExposedRail(one.posted, one.currency, one.path.removeprefix(prefix))
        for one in found
        if one.posted
    )
    return Exposure(id=ctx.account, data=rails)


@routes.get("/v1/movements/{id}/timeline", returns=Timeline)
async def timeline(ctx: Context, movement: Movement) -> Timeline:
    """Retrieve every fact of a movement with its entries, lines of files and statements."""
    return await timeline_of(ctx, movement)


@routes.action
async def hold(ctx: Context, movement: Movement, params: HoldMovement) -> Movement:
    """Keep a movement back that no bank has seen, until it is released or canceled."""
    return control.hold(ctx, movement, params.reason)


@routes.action
async def release(ctx: Context, movement: Movement) -> Movement:
    """Let a held movement go with the next cut-off."""
    return control.release(ctx, movement)


@routes.action
async def approve(ctx: Context, movement: Movement) -> Movement:
    """Approve a movement that wants four eyes, with another key than the one that asked for it."""
    return control.approve(ctx, movement)


@routes.action
async def cancel(ctx: Context, movement: Movement) -> Movement:
    """Cancel a movement that no bank has seen, and the object that it is for."""
    return await control.cancel(ctx, movement)


@routes.action
async def recall(ctx: Context, movement: Movement, params: Reason) -> Movement:
    """Ask the counterparty's bank to give a payment back; returns the movement that asks."""
    return errand.about(ctx, movement, "recall", reason=params.reason or "")


@routes.action
async def reverse(ctx: Context, movement: Movement, params: Reason) -> Movement:
    """Take back an own mistake, where the rail allows it; returns the movement that does."""
    return errand.about(ctx, movement, "reverse", reason=params.reason or "")


@routes.action
async def dishonor(ctx: Context, movement: Movement, params: DisputeReturn) -> Movement:
    """Dishonor a return, so that the payment stands; returns the movement that does."""
    return dispute.dishonor(ctx, movement, params.reason)


@routes.post("/v1/movements/{id}/contest")
async def contest(ctx: Context, id: str, params: DisputeReturn) -> Movement:
    """Defend an own return that was dishonored; returns the movement that does."""
    await house_of(ctx)
    movement = await ctx.load(Movement, id, book=ctx.house)
    return await dispute.contest(ctx, movement, params.reason)


@routes.action
async def enquire(ctx: Context, movement: Movement) -> Movement:
    """Ask the bank what became of a payment; returns the movement that asks."""
    return errand.about(ctx, movement, "enquire")


@routes.action
async def retry(ctx: Context, movement: Movement) -> Movement:
    """Try again what came back, as often as the rail's rules allow; returns the new movement."""
    handler = errand.product_of(ctx, movement)
    if handler is None or "retried" not in handler.on:
        raise InvalidRequest(
            f"What is for a {movement.subject} is not tried again: create a new one.",
            code="movement_not_ready",
        )
    again = errand.retry(ctx, movement)
    if again is None:
        raise InvalidRequest(
            "The rail's rules allow no other attempt: not for this code, not as often, or not "
            "any more.",
            code="movement_not_ready",
        )
    subject = await ctx.load(handler.subject, str(movement.source))
    handler.on["retried"](ctx, subject, again, again.facts[-1])
    return again
