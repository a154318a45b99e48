"""The ledger account: the API's object, and how it is read together with its balances.

Accounts that a user opened are documents; those of the platform are rows of the ledger alone.
Both have their balances in the ledger, from where they are put into what is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.resource import Resource
from bezant.api.standard import missing
from bezant.db.queries import load
from bezant.kernel.codec import unix_seconds
from bezant.ledger import chart
from bezant.ledger.book import Book
from bezant.resources.ledger.account_ids import account_name, account_number

QUERIES = load("bezant.resources.ledger", "accounts.sql")
CUSTOM = "custom:"
"""How the paths of accounts begin that users have opened."""

Status = Literal["open", "closed"]
Type = Literal["custom", "system"]


class Balances(Struct, frozen=True):
    """What an account holds, on its normal side, in minor units.

    Pending entries show in `pending_in` and `pending_out`; only the latter lower `available`.
    """

    posted: int = 0
    pending_in: int = 0
    pending_out: int = 0
    available: int = 0


class LedgerAccount(Resource, tag="ledger.account"):
    """A balance in one currency, which entries move.

    `type` is `custom` for accounts that were opened here, and `system` for the platform's own,
    which can be read only. `floor` is the least available balance, in minor units.
    """

    name: str
    currency: str
    normal_balance: Literal["credit", "debit"]
    floor: int | None = None
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    status: Status = "open"
    type: Type = "custom"
    balances: Balances | UnsetType = UNSET

    @classmethod
    def title(cls) -> str:
        """Return what messages call it."""
        return "ledger account"

    def in_chart(self, book: Book) -> chart.Account:
        """Return the account as entries name it."""
        credit_normal = self.normal_balance == "credit"
        if self.type == "system":
            return chart.Account(book, self.name, credit_normal, self.floor)
        return chart.custom(book, self.name, credit_normal=credit_normal, floor=self.floor)

    def number(self, book: Book) -> int:
        """Return the account's number in its book."""
        return self.in_chart(book).id(self.currency)


class AccountRow(NamedTuple):
    """An account as the ledger has it."""

    number: int
    path: str
    currency: str
    credit_normal: bool
    floor: int | None
    created: datetime
    closed: bool
    posted_debits: int
    posted_credits: int
    pending_debits: int
    pending_credits: int

    def balances(self) -> Balances:
        """Return the four figures on the account's normal side."""
        posted = self.posted_credits - self.posted_debits
        coming, going = self.pending_credits, self.pending_debits
        if not self.credit_normal:
            posted, coming, going = -posted, going, coming
        return Balances(posted, coming, going, posted - going)

    def shown(self, book: Book) -> LedgerAccount:
        """Return a system account as the API shows it."""
        return LedgerAccount(
            id=account_name(book, self.number),
            created=unix_seconds(self.created),
            livemode=book.livemode,
            name=self.path,
            currency=self.currency,
            normal_balance="credit" if self.credit_normal else "debit",
            floor=self.floor,
            status="closed" if self.closed else "open",
            type="system",
            balances=self.balances(),
        )


async def find_account(ctx: Context, name: str) -> LedgerAccount | None:
    """Return an account of either type without its balances, or None."""
    number = account_number(ctx.book, name)
    if number is None:
        return None
    custom = await ctx.find(LedgerAccount, name)
    return custom or (await system_accounts(ctx, [name])).get(name)


async def load_account(ctx: Context, name: str) -> LedgerAccount:
    """Return the account of the path without its balances; NotFound when there is none."""
    account = await find_account(ctx, name)
    if account is None:
        raise missing(LedgerAccount, name)
    return account


async def load_accounts(ctx: Context, names: Iterable[str]) -> dict[str, LedgerAccount]:
    """Return those accounts that users opened, of many ids, in one statement."""
    wanted = sorted({name for name in names if account_number(ctx.book, name) is not None})
    if len(wanted) == 1:  # Single reads of concurrent requests share a statement.
        found = await ctx.find(LedgerAccount, wanted[0])
        return {} if found is None else {found.id: found}
    return await ctx.load_many(LedgerAccount, wanted)


async def system_accounts(ctx: Context, names: Iterable[str]) -> dict[str, LedgerAccount]:
    """Return those of the ids that are accounts of the platform itself."""
    numbers = [number for name in names if (number := account_number(ctx.book, name)) is not None]
    rows = await _rows(ctx, numbers)
    system = [row for row in rows.values() if not row.path.startswith(CUSTOM)]
    return {account.id: account for account in (row.shown(ctx.book) for row in system)}


async def with_balances(ctx: Context, accounts: Sequence[LedgerAccount]) -> list[LedgerAccount]:
    """Return the accounts with their balances, which come in one statement."""
    numbers = [account.number(ctx.book) for account in accounts]
    rows: Mapping[int, AccountRow] = await _rows(ctx, numbers) if numbers else {}
    return [
        replace(account, balances=rows[number].balances() if number in rows else Balances())
        for account, number in zip(accounts, numbers, strict=True)
    ]


async def _rows(ctx: Context, numbers: Sequence[int]) -> dict[int, AccountRow]:
    parameters: list[Any] = [ctx.book.id, list(numbers)]
    async with ctx.runtime.pool.connection() as conn:
        cursor = await conn.execute(QUERIES.by_number, parameters)
        rows = [AccountRow(*row) for row in await cursor.fetchall()]
    return {row.number: row for row in rows}
