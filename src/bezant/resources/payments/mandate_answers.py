"""Mandate answers: what payers' banks say of mandates that were lodged with them.

Silence is consent: what has waited is collected then. What waits under a mandate that is refused
has failed, and so does everything after it under one that was revoked.
"""

from typing import Any

from bezant.api.context import Context
from bezant.movement import instruct
from bezant.movement.handler import Handler
from bezant.movement.movement import Movement, MovementFact
from bezant.rail import LodgesMandates
from bezant.resources.core import lodging
from bezant.resources.core.later import Matter, later
from bezant.resources.core.lodging import LODGED, TYPE, WAITING, WHY, network_status, shown
from bezant.resources.core.mandate import Mandate
from bezant.resources.payments.bank_failures import failure_of
from bezant.resources.payments.charge import Charge

STAND_JOB = "mandates.stand"
CHANGED_JOB = "mandates.changed"
CHANGED = "mandate_changed"
"""Where a charge's hidden part has what its payer's bank has said of the mandate under it."""
RETURNED = "returned_for"
"""Where a charge's hidden part has the network's code under which it came back."""


def _stands(ctx: Context, mandate: Mandate, movement: Movement, _fact: MovementFact) -> None:
    if not _lodges(ctx, mandate, movement) or network_status(mandate) != "pending":
        return
    used_up = mandate.type == "single_use" and bool(ctx.hidden(mandate).get(WAITING))
    ctx.save(
        mandate,
        payment_method_details=shown(mandate, network_status="accepted"),
        status="inactive" if used_up else "active",
        event="mandate.updated",
    )
    later(ctx, STAND_JOB, mandate.id, movement.book, movement.platform)


def _refused(ctx: Context, mandate: Mandate, movement: Movement, fact: MovementFact) -> None:
    if _lodges(ctx, mandate, movement) and network_status(mandate) in ("pending", "accepted"):
        _end(ctx, mandate, "refused", fact.failure_code)
        later(ctx, STAND_JOB, mandate.id, movement.book, movement.platform)


def _changed(ctx: Context, mandate: Mandate, movement: Movement, fact: MovementFact) -> None:
    if not _lodges(ctx, mandate, movement):
        return
    rail = lodging.rail_named(ctx, movement.rail)
    if _heed(ctx, rail, mandate, fact.code, fact.failure_code):
        later(ctx, STAND_JOB, mandate.id, movement.book, movement.platform)


handler = Handler(
    subject=Mandate,
    on={
        "settled": _stands,
        "rejected": _refused,
        "returned": _refused,
        "canceled": _refused,
        "mandate_changed": _changed,
    },
)


async def stood(ctx: Context, matter: Matter) -> bool:
    """Let go what has waited for a mandate, or let it fail if that does not stand."""
    mandate = await ctx.load(Mandate, matter.subject)
    waiting = await lodging.waiting(ctx, mandate)
    if network_status(mandate) == "pending" or not waiting:
        return False
    if network_status(mandate) == "accepted":
        for movement in waiting:
            await _go(ctx, movement)
    else:
        await lodging.drop(ctx, waiting, ctx.hidden(mandate).get(WHY, "could_not_process"))
    ctx.save(mandate, hidden=ctx.hidden(mandate) | {WAITING: []})
    return True


async def changed(ctx: Context, matter: Matter) -> bool:
    """Heed what a bank has said of a mandate when it spoke of a payment under it."""
    charge = await ctx.load(Charge, matter.subject)
    details: dict[str, Any] = (charge.payment_method_details or {}).get(TYPE, {})
    mandate = await ctx.find(Mandate, details.get("mandate") or "")
    code, failure = ctx.hidden(charge).get(CHANGED, (None, None))
    rail = None if mandate is None else await lodging.rail_of(ctx, mandate)
    if mandate is None or rail is None or not _heed(ctx, rail, mandate, code, failure):
        return False
    later(ctx, STAND_JOB, mandate.id, ctx.book, matter.platform)
    return True


async def heed_failure(ctx: Context, charge: Charge) -> None:
    """Let the mandate of a payment end that its bank has sent back for want of one."""
    details: dict[str, Any] = (charge.payment_method_details or {}).get(TYPE, {})
    code = ctx.hidden(charge).get(RETURNED)
    if code is None or "mandate" not in details:
        return
    mandate = await ctx.load(Mandate, details["mandate"])
    if network_status(mandate) != "accepted" or mandate.status != "active":
        return
    rail = await lodging.rail_of(ctx, mandate)
    if rail is not None and code in rail.lodging.unfounded:
        _end(ctx, mandate, "revoked", charge.failure_code)


def told(ctx: Context, charge: Charge, movement: Movement, fact: MovementFact) -> None:
    """Note what a bank has said of the mandate when it spoke of a payment."""
    ctx.save(charge, hidden=ctx.hidden(charge) | {CHANGED: [fact.code, fact.failure_code]})
    later(ctx, CHANGED_JOB, charge.id, movement.book, movement.platform)


async def _go(ctx: Context, movement: Movement) -> None:
    movement = instruct.let_go(ctx, movement)
    charge = await ctx.load(Charge, str(movement.source))
    details = charge.payment_method_details or {}
    dated = details[TYPE] | {"expected_debit_date": movement.effective_date}
    ctx.save(charge, payment_method_details=details | {TYPE: dated}, event="charge.updated")


def _lodges(ctx: Context, mandate: Mandate, movement: Movement) -> bool:
    """Tell whether a movement is the one that lodges a mandate, and not the one that ends it."""
    return ctx.hidden(mandate).get(LODGED) == movement.id


def _heed(
    ctx: Context, rail: LodgesMandates, mandate: Mandate, code: str | None, failure: str | None
) -> bool:
    """Let a mandate end or stand again; tells whether it has ended."""
    status = network_status(mandate)
    if code in rail.lodging.reinstates and status == "revoked":
        details = shown(mandate, network_status="accepted", revocation_reason=None)
        ctx.save(mandate, payment_method_details=details, status="active", event="mandate.updated")
    if code not in rail.lodging.ends or status not in ("pending", "accepted"):
        return False
    _end(ctx, mandate, "revoked", failure)
    return True


def _end(ctx: Context, mandate: Mandate, status: str, failure: str | None) -> None:
    why, _ = failure_of(failure)
    ctx.save(
        mandate,
        hidden=ctx.hidden(mandate) | {WHY: why},
        payment_method_details=shown(
            mandate, network_status=status, revocation_reason=lodging.reason_of(failure)
        ),
        status="inactive",
        event="mandate.updated",
    )
