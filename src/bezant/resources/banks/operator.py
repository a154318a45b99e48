"""The operator: whoever runs this platform sees the house's book, and nobody else does."""

from bezant.api.context import Caller, Context
from bezant.db.queries import load
from bezant.kernel.errors import Forbidden
from bezant.ledger.book import HOUSE

QUERIES = load("bezant.resources.banks", "operator.sql")


async def house_of(ctx: Context) -> Context:
    """Return a context to read the house's book in; Forbidden for everybody but the operator."""
    async with ctx.runtime.pool.connection() as conn:
        cursor = await conn.execute(QUERIES.operator)
        row = await cursor.fetchone()
    if row is None or ctx.account != row[0]:
        raise Forbidden(
            "What lies at the banks belongs to the operator: use a key of the operator's own "
            "account, without naming another account.",
            code="permission_missing",
        )
    return Context(ctx.runtime, Caller(HOUSE, HOUSE, ctx.livemode))
