"""Lodging: Direct Debit instructions, of which payers' banks are told before anything is collected.

Bacs wants them. An instruction goes out with the next file and stands when its bank has not
refused it in time; what is collected under it waits until then. When a mandate ends, its bank is
told that, too.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.movement import control, instruct
from bezant.movement.engine import engine_of
from bezant.movement.movement import Movement
from bezant.movement.order import Order, order_of
from bezant.movement.route import Wish
from bezant.rail import LodgesMandates
from bezant.resources.core.mandate import Mandate

TYPE = "bacs_debit"
"""The type of payment method whose mandates are lodged."""
LODGED = "lodged"
"""Where a mandate's hidden part has the movement that lodges it."""
WAITING = "waiting"
"""Where a mandate's hidden part has the collections that wait until it stands."""
WHY = "why"
"""Where a mandate's hidden part has the failure code for which collections under it have failed."""
_HURRIED = 4 * instruct.FAST
"""How long a fast sandbox waits for a bank to refuse an instruction."""
_REASONS = frozenset({
    "account_closed", "bank_account_restricted", "bank_ownership_changed", "could_not_process",
    "debit_not_authorized",
})  # fmt: skip

log = get_logger(__name__)


def lodge(ctx: Context, mandate: Mandate, order: Order, rail: str) -> Mandate:
    """Tell the payer's bank of a new mandate; InvalidRequest when no bank can be told."""
    told = replace(order, reason=rail_named(ctx, rail).lodging.new)
    movement = _tell(ctx, mandate, told, rail)
    movement = ctx.save(movement, return_by=unix_seconds(_stands_at(ctx, movement)))
    origin = engine_of(ctx).banks.lane(movement.bank, movement.rail).access.originator
    return ctx.save(
        mandate,
        hidden=ctx.hidden(mandate) | {LODGED: movement.id, WAITING: []},
        payment_method_details=shown(
            mandate,
            display_name=origin.name,
            network_status="pending",
            service_user_number=origin.company_id,
        ),
        status="pending",
    )


def rail_named(ctx: Context, name: str) -> LodgesMandates:
    """Return the rail of a movement that lodges a mandate, which knows what banks say of it."""
    rail = engine_of(ctx).banks.rails[name]
    assert isinstance(rail, LodgesMandates), "mandates are lodged over rails that tell of them"
    return rail


async def rail_of(ctx: Context, mandate: Mandate) -> LodgesMandates | None:
    """Return the rail over which a mandate was lodged; None for one of which no bank is told."""
    lodged = await ctx.find(Movement, ctx.hidden(mandate).get(LODGED, ""))
    return None if lodged is None else rail_named(ctx, lodged.rail)


def shown(mandate: Mandate, **told: Any) -> dict[str, Any]:
    """Return the details of a mandate with something else told of it."""
    details = mandate.payment_method_details
    return details | {TYPE: details[TYPE] | told}


def network_status(mandate: Mandate) -> str | None:
    """Return how a mandate stands with its bank; None for one of which no bank is told."""
    return mandate.payment_method_details.get(TYPE, {}).get("network_status")


def reason_of(failure_code: str | None) -> str:
    """Return why a mandate stands no more, in the API's words."""
    return failure_code if failure_code in _REASONS else "could_not_process"


def wait(ctx: Context, mandate: Mandate, movement: Movement) -> Movement:
    """Keep a collection back until its mandate stands."""
    hidden = ctx.hidden(mandate)
    ctx.save(mandate, hidden=hidden | {WAITING: [*hidden.get(WAITING, []), movement.id]})
    return instruct.set_aside(ctx, movement)


async def waiting(ctx: Context, mandate: Mandate) -> list[Movement]:
    """Return the collections that still wait for a mandate."""
    names: list[str] = ctx.hidden(mandate).get(WAITING, [])
    found = await ctx.load_many(Movement, names)
    return [movement for movement in found.values() if movement.status == "created"]


async def revoke(ctx: Context, names: Sequence[str]) -> None:
    """End mandates, as when their payment method is let go; banks that know of them are told."""
    every = (await ctx.load_many(Mandate, names)).values()
    standing = [mandate for mandate in every if mandate.status != "inactive"]
    known = [ctx.hidden(mandate).get(LODGED) for mandate in standing]
    movements = await ctx.load_many(Movement, [name for name in known if name is not None])
    for mandate in standing:
        lodged = movements.get(ctx.hidden(mandate).get(LODGED, ""))
        changes: dict[str, Any] = {}
        if lodged is not None:
            _withdraw(ctx, mandate, lodged)
            await drop(ctx, await waiting(ctx, mandate), "debit_not_authorized")
            changes["payment_method_details"] = shown(mandate, network_status="revoked")
        ctx.save(ctx.current(mandate), status="inactive", event="mandate.updated", **changes)


async def drop(ctx: Context, movements: Iterable[Movement], failure_code: str) -> None:
    """Let collections fail whose mandate does not stand."""
    for movement in movements:
        await control.refuse(ctx, movement, "the mandate does not stand", failure_code)


def _withdraw(ctx: Context, mandate: Mandate, lodged: Movement) -> None:
    """Tell the bank that an instruction has ended, unless it does not know of it yet."""
    if lodged.may_become("canceled") and lodged.file is None:
        instruct.cancel(ctx, lodged)
        return
    try:
        ended = rail_named(ctx, lodged.rail).lodging.ended
        _tell(ctx, mandate, replace(order_of(ctx.hidden(lodged)), reason=ended), lodged.rail)
    except InvalidRequest as refused:  # It ends here all the same, and nothing is collected.
        log.warning("mandate_not_withdrawn", mandate=mandate.id, reason=refused.message)


def _tell(ctx: Context, mandate: Mandate, order: Order, rail: str) -> Movement:
    nothing = Money(0, "gbp")
    wish = Wish(nothing, "debit", order.to.account, "standard", ctx.livemode, None, rail, "mandate")
    return instruct.ask(ctx, mandate, nothing, order, wish, carries_money=False)


def _stands_at(ctx: Context, lodged: Movement) -> datetime:
    """Return when silence is consent; a fast sandbox waits a few seconds."""
    if not ctx.livemode and ctx.runtime.hurries:
        return ctx.now() + _HURRIED
    assert lodged.effective_date is not None, "what is sent has its dates"
    return rail_named(ctx, lodged.rail).lodged_by(date.fromisoformat(lodged.effective_date))
