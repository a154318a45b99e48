"""The trial balance of a book: debit and credit balances, which are equal in every currency."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from bezant.api.context import Context
from bezant.api.params import Currency, Params, Timestamp
from bezant.api.routes import Routes
from bezant.db.queries import load
from bezant.kernel.codec import encode_json
from bezant.resources.ledger.account import LedgerAccount, Type
from bezant.resources.ledger.times import last_moment

QUERIES = load("bezant.resources.ledger", "trial_balance.sql")


class ReadTrialBalance(Params):
    """`at` leaves out what was recorded after that second."""

    at: Timestamp | None = None
    currency: Currency | None = None


class TrialLine(Struct, kw_only=True):
    """All accounts whose names begin alike, up to a slash or a colon, on one normal side."""

    accounts: int
    credit: int
    currency: str
    debit: int
    name: str
    normal_balance: str
    type: Type


class TrialTotal(Struct, kw_only=True):
    """Both columns of one currency, in minor units."""

    balanced: bool
    credit: int
    currency: str
    debit: int


class TrialBalance(Struct, tag_field="object", tag="ledger.trial_balance", kw_only=True):
    """The lines of every currency, and their totals."""

    at: int | None
    balanced: bool
    lines: list[TrialLine]
    livemode: bool
    totals: list[TrialTotal]


routes = Routes(LedgerAccount, "/v1/ledger/trial_balance", listed=False, retrieved=False)


@routes.get("/v1/ledger/trial_balance", returns=None)
async def trial_balance(ctx: Context, params: ReadTrialBalance) -> str:
    """Read what all accounts of the book hold, now or as it was known at a moment."""
    values: dict[str, Any] = {
        "book": ctx.book.id,
        "currency": params.currency,
        "at": None if params.at is None else last_moment(params.at),
    }
    query = QUERIES.now if params.at is None else QUERIES.known
    async with ctx.runtime.pool.connection() as conn:
        rows = await (await conn.execute(query, values)).fetchall()
    lines = [_line(*row) for row in rows]
    totals = _totals(lines)
    shown = TrialBalance(
        at=params.at,
        balanced=all(total.balanced for total in totals),
        lines=lines,
        livemode=ctx.livemode,
        totals=totals,
    )
    return encode_json(shown).decode()


def _line(
    kind: Type, name: str, currency: str, credit_normal: bool, accounts: int, *sums: Any
) -> TrialLine:
    debit, credit = sums
    return TrialLine(
        accounts=accounts,
        credit=int(credit),
        currency=currency,
        debit=int(debit),
        name=name,
        normal_balance="credit" if credit_normal else "debit",
        type=kind,
    )


def _totals(lines: Sequence[TrialLine]) -> list[TrialTotal]:
    return [
        _total(currency, (line for line in lines if line.currency == currency))
        for currency in dict.fromkeys(line.currency for line in lines)
    ]


def _total(currency: str, lines: Iterable[TrialLine]) -> TrialTotal:
    debit = credit = 0
    for line in lines:
        debit += line.debit
        credit += line.credit
    return TrialTotal(balanced=debit == credit, credit=credit, currency=currency, debit=debit)
