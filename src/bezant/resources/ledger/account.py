"""The ledger account: the API's object, and how it is read together with its balances.

Accounts that a user opened are documents; those of the platform are rows of the ledger alone.
Both have their balances in the ledger, from where they are put into what is shown.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.resource import Resource
from bezant.api.standard import missing
from bezant.kernel.codec import unix_seconds
from bezant.ledger import chart
from bezant.ledger.balances import Balance, balances
from bezant.ledger.book import Book
from bezant.resources.ledger.account_ids import account_name, account_number

_FEW = 8
"""How many accounts are read one by one, since such reads of all requests share statements."""

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


def balances_shown(balance: Balance) -> Balances:
    """Return the four figures of an account."""
    return Balances(balance.posted, balance.pending_in, balance.pending_out, balance.available)


def system_account(book: Book, balance: Balance) -> LedgerAccount:
    """Return an account of the platform as the API shows it."""
    assert balance.created is not None, "an account that was read exists"
    return LedgerAccount(
        id=account_name(book, balance.account),
        created=unix_seconds(balance.created),
        livemode=book.livemode,
        name=balance.path,
        currency=balance.currency,
        normal_balance="credit" if balance.credit_normal else "debit",
        floor=balance.floor,
        status="open" if balance.closed_at is None else "closed",
        type="system",
        balances=balances_shown(balance),
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
    if len(wanted) > _FEW:
        return await ctx.load_many(LedgerAccount, wanted)
    found = await asyncio.gather(*(ctx.find(LedgerAccount, name) for name in wanted))
    return {account.id: account for account in found if account is not None}


async def system_accounts(ctx: Context, names: Iterable[str]) -> dict[str, LedgerAccount]:
    """Return those of the ids that are accounts of the platform itself."""
    numbers = [number for name in names if (number := account_number(ctx.book, name)) is not None]
    rows = (await _balances(ctx, numbers)).values()
    system = [row for row in rows if not row.path.startswith(CUSTOM)]
    return {account.id: account for account in (system_account(ctx.book, row) for row in system)}


async def with_balances(ctx: Context, accounts: Sequence[LedgerAccount]) -> list[LedgerAccount]:
    """Return the accounts with their balances, which come in one statement."""
    numbers = [account.number(ctx.book) for account in accounts]
    rows = await _balances(ctx, numbers)
    return [
        replace(account, balances=balances_shown(rows[number]) if number in rows else Balances())
        for account, number in zip(accounts, numbers, strict=True)
    ]


async def _balances(ctx: Context, numbers: Sequence[int]) -> dict[int, Balance]:
    if not numbers:
        return {}
    book = ctx.book.id
    async with ctx.runtime.pool.connection() as conn:
        rows = await balances(conn, [(book, number) for number in numbers])
    return {row.account: row for row in rows.values()}
