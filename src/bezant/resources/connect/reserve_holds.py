"""Reserve holds: an amount kept back once, by hand, beside those that plans make of payments."""

from typing import Any, Literal

from bezant.api.context import Context
from bezant.api.params import Amount, Currency, Metadata, Params, Timestamp, merged
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.connect.reserve_plan import answered_for, release_time
from bezant.resources.payments.reserve import ReserveHold, Why, hold, scheduled

PARAM = "release_schedule[release_after]"


class ReleaseScheduleParams(Params):
    """After when it is to be released."""

    release_after: Timestamp


class CreateReserveHold(Params):
    """What is kept back, and until when."""

    amount: Amount
    currency: Currency
    metadata: Metadata | None = None
    release_schedule: ReleaseScheduleParams
    source_type: Literal["bank_account", "card", "fpx"] | None = None


class UpdateReserveHold(Params):
    """What of a hold can be changed."""

    metadata: Metadata | None = None
    release_schedule: ReleaseScheduleParams | None = None


routes = Routes(
    ReserveHold,
    "/v1/reserve/holds",
    prefix="reshold",
    filters={"reserve_plan": "parent", "source_charge": "source"},
)
ReserveHold.filters = {**ReserveHold.filters, "due_at": "due_at"}


@routes.create
async def create(ctx: Context, params: CreateReserveHold) -> ReserveHold:
    """Keep back a part of what an account may spend."""
    await answered_for(ctx)
    if params.source_type not in (None, "card"):
        raise InvalidRequest(
            "The whole balance is of the source type `card`; leave `source_type` out.",
            param="source_type",
        )
    after = release_time(ctx, params.release_schedule.release_after, PARAM)
    why = Why(metadata=merged({}, params.metadata))
    return hold(ctx, Money(params.amount, params.currency), scheduled(after), why, book=ctx.book)


@routes.update
async def update(ctx: Context, held: ReserveHold, params: UpdateReserveHold) -> ReserveHold:
    """Change the metadata, or when it is released."""
    await answered_for(ctx)
    changes: dict[str, Any] = {}
    if params.release_schedule is not None:
        if not held.is_releasable:
            raise InvalidRequest(f"{held.id} has been released already.", param=PARAM)
        after = release_time(ctx, params.release_schedule.release_after, PARAM)
        changes["release_schedule"] = scheduled(after)
    metadata = merged(held.metadata, params.metadata)
    return ctx.save(held, metadata=metadata, event="reserve.hold.updated", **changes)
