"""The operator: whoever runs this platform sees the house's book, and nobody else does."""

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.kernel.errors import Forbidden
from bezant.ledger.book import HOUSE
from bezant.movement import rows


async def operator(runtime: Runtime) -> str | None:
    """Return the operator's own account, or None before there is one."""
    async with runtime.pool.connection() as conn:
        return await rows.operator(conn)


async def is_operator(ctx: Context) -> bool:
    """Tell whether the operator asks, for nobody else."""
    return ctx.account == await operator(ctx.runtime)


async def house_of(ctx: Context) -> Context:
    """Return a context to read the house's book in; Forbidden for everybody but the operator."""
    if not await is_operator(ctx):
        raise Forbidden(
            "What lies at the banks belongs to the operator: use a key of the operator's own "
            "account, without naming another account.",
            code="permission_missing",
        )
    return Context(ctx.runtime, Caller(HOUSE, HOUSE, ctx.livemode))
