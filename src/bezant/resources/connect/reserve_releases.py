"""Reserve releases: an amount that is kept back no more, here those that are made by hand."""

from bezant.api.context import Context
from bezant.api.params import Amount, Currency, Metadata, Params, merged
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.connect.reserve_plan import answered_for
from bezant.resources.payments.reserve import ReserveHold, ReserveRelease, Why, release


class CreateReserveRelease(Params):
    """What is released of which hold; without an amount, all that is left."""

    amount: Amount | None = None
    currency: Currency | None = None
    metadata: Metadata | None = None
    reserve_hold: str


class UpdateReserveRelease(Params):
    """What of a release can be changed."""

    metadata: Metadata | None = None


routes = Routes(
    ReserveRelease,
    "/v1/reserve/releases",
    prefix="resrel",
    filters={"reserve_hold": "parent", "reserve_plan": "source"},
)


@routes.create
async def create(ctx: Context, params: CreateReserveRelease) -> ReserveRelease:
    """Release a hold before its time, or a part of it."""
    await answered_for(ctx)
    held = await ctx.load(ReserveHold, params.reserve_hold, param="reserve_hold")
    if params.currency not in (None, held.currency):
        raise InvalidRequest(f"{held.id} is in {held.currency}.", param="currency")
    amount = held.left if params.amount is None else Money(params.amount, held.currency)
    if not held.left or amount > held.left:
        raise InvalidRequest(
            f"No more than {held.left} of {held.id} can be released.",
            code="amount_too_large",
            param="amount",
        )
    why = Why(metadata=merged({}, params.metadata))
    return release(ctx, held, amount, "hold_released_early", why, book=ctx.book)


@routes.update
async def update(
    ctx: Context, released: ReserveRelease, params: UpdateReserveRelease
) -> ReserveRelease:
    """Change the metadata."""
    await answered_for(ctx)
    return ctx.save(released, metadata=merged(released.metadata, params.metadata))
