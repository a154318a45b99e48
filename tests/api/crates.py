"""A resource of the shop that follows the conventions of v2."""

from msgspec import field

from bezant.api.context import Context
from bezant.api.params import Metadata, Params, merged
from bezant.api.routes import Routes
from bezant.api.v2 import Rfc3339, V2Amount, V2AmountParam, V2Resource, rfc3339


class Crate(V2Resource, tag="shop.crate"):
    """Something bigger, by the conventions of v2."""

    worth: V2Amount
    shelf: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)


class CreateCrate(Params):
    worth: V2AmountParam
    shelf: str | None = None
    seen_at: Rfc3339 | None = None
    metadata: Metadata | None = None


routes = Routes(Crate, "/v2/shop/crates", prefix="crt", filters={"shelf": "source"})


@routes.create
async def build(ctx: Context, params: CreateCrate) -> Crate:
    """Build a crate."""
    ctx.runtime.world.runs += 1  # type: ignore[attr-defined]
    number = ctx.new_id("crt")
    return ctx.create(
        Crate(
            id=number,
            created=rfc3339(ctx.now()),
            livemode=ctx.livemode,
            worth=V2Amount.of(params.worth.money),
            shelf=params.shelf,
            metadata=merged({}, params.metadata),
        )
    )


@routes.delete
async def break_up(ctx: Context, crate: Crate) -> None:
    """Break it up."""
    ctx.runtime.world.runs += 1  # type: ignore[attr-defined]
    ctx.delete(crate)
