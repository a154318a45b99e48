"""The balance: what an account may spend, and what will become available, by currency."""

from typing import Any, NamedTuple

from msgspec import Struct

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.db.queries import load
from bezant.kernel.codec import encode_json
from bezant.ledger.book import Book
from bezant.ledger.chart import available, pending
from bezant.resources.core.owners import acting_owner

QUERIES = load("bezant.resources.core", "balance.sql")


class Line(NamedTuple):
    """An open ledger account of a book: its posted balance and what is held, in minor units."""

    path: str
    currency: str
    posted: int
    held: int


class SourceTypes(Struct, frozen=True):
    """Where the money is from: everything counts as `card`."""

    card: int


class Sum(Struct, frozen=True):
    """An amount in one currency."""

    amount: int
    currency: str


class SourcedSum(Struct, frozen=True):
    """An amount in one currency, and where it is from."""

    amount: int
    currency: str
    source_types: SourceTypes


class Balance(Identified, tag="balance"):
    """Named for its permission only: the answer has no id and is built from the ledger."""


routes = Routes(Balance, "/v1/balance", listed=False, retrieved=False)


@routes.get("/v1/balance")
async def retrieve(ctx: Context) -> str:
    """Retrieve the balance of the account that the request is for."""
    owner = await acting_owner(ctx)
    lines = await lines_of(ctx, ctx.book)
    spendable = _sums(lines, available(ctx.book).path, owner.default_currency)
    coming = _sums(lines, pending(ctx.book).path, owner.default_currency)
    nothing = [_sourced(0, each.currency) for each in spendable]
    body: dict[str, Any] = {
        "object": "balance",
        "available": spendable,
        "connect_reserved": [Sum(0, each.currency) for each in spendable],
        "instant_available": nothing,
        "issuing": {"available": nothing},
        "livemode": ctx.livemode,
        "pending": coming,
        "refund_and_dispute_prefunding": {"available": nothing, "pending": nothing},
    }
    return encode_json(body).decode()


async def lines_of(ctx: Context, book: Book) -> list[Line]:
    """Return the open ledger accounts of a book."""
    async with ctx.runtime.pool.connection() as conn:
        cursor = await conn.execute(QUERIES.of_book, [book.id])
        return [Line(*row) for row in await cursor.fetchall()]


def _sums(lines: list[Line], path: str, default_currency: str) -> list[SourcedSum]:
    """Return a sum for every currency the book knows, the default one first and always there."""
    amounts = dict.fromkeys([default_currency, *(line.currency for line in lines)], 0)
    amounts |= {line.currency: line.posted for line in lines if line.path == path}
    return [_sourced(amount, currency) for currency, amount in amounts.items()]


def _sourced(amount: int, currency: str) -> SourcedSum:
    return SourcedSum(amount, currency, SourceTypes(amount))
