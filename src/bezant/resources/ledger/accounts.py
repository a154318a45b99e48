"""Ledger accounts: opened, described, closed, and read with their balances."""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.context import Context
from bezant.api.operation import Options
from bezant.api.pages import Page
from bezant.api.params import Currency, Emptyable, Metadata, Params, merged
from bezant.api.routes import Routes
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.ledger import chart
from bezant.resources.ledger.account import (
    LedgerAccount,
    load_account,
    with_balances,
)
from bezant.resources.ledger.account_ids import account_name
from bezant.resources.ledger.account_pages import ListAccounts, account_page

Name = Annotated[str, Meta(max_length=200, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$")]
"""A path of your own, such as `customers/1042/wallet`."""

Description = Annotated[str, Meta(max_length=500)]
Floor = Annotated[int, Meta(le=0)]
"""The least available balance, in minor units; an account is opened empty, so at most zero."""


class CreateAccount(Params):
    """What an account is; name and currency together are unique."""

    name: Name
    currency: Currency
    normal_balance: Literal["credit", "debit"]
    floor: Emptyable[Floor] | None = None
    description: Description | None = None
    metadata: Metadata | None = None


class UpdateAccount(Params):
    """What may change: nothing that a balance depends on."""

    description: Emptyable[Description] | None = None
    metadata: Metadata | None = None


routes = Routes(
    LedgerAccount,
    "/v1/ledger/accounts",
    filters={"name": "reference", "currency": "currency", "status": "status"},
    listed=False,
    retrieved=False,
    options=Options(json=True),
)


@routes.create
async def create(ctx: Context, params: CreateAccount) -> LedgerAccount:
    """Open an account; it needs no money to exist."""
    path = chart.custom(ctx.book, params.name, credit_normal=True, floor=None)
    name = account_name(ctx.book, path.id(params.currency))
    if await ctx.find(LedgerAccount, name) is not None:
        raise InvalidRequest(
            f"There is a ledger account named '{params.name}' in {params.currency} already: {name}",
            code="resource_already_exists",
            param="name",
        )
    account = LedgerAccount(
        id=name,
        created=unix_seconds(ctx.now()),
        livemode=ctx.livemode,
        name=params.name,
        currency=params.currency,
        normal_balance=params.normal_balance,
        floor=None if params.floor == "" else params.floor,
        description=params.description,
        metadata=merged({}, params.metadata),
    )
    created = ctx.create(account, event="ledger.account.created")
    return (await with_balances(ctx, [created]))[0]


@routes.get("/v1/ledger/accounts/{id}")
async def retrieve(ctx: Context, name: str) -> LedgerAccount:
    """Retrieve an account with its balances of this moment."""
    return (await with_balances(ctx, [await load_account(ctx, name)]))[0]


@routes.get("/v1/ledger/accounts", listing=True)
async def list_accounts(ctx: Context, params: ListAccounts) -> Page:
    """List your own accounts, newest first, then those of the platform by name."""
    accounts, more = await account_page(ctx, params)
    return Page([ctx.encoded(each) for each in await with_balances(ctx, accounts)], more)


@routes.update
async def update(ctx: Context, name: str, params: UpdateAccount) -> LedgerAccount:
    """Change the description or the metadata."""
    account = await _own(ctx, name)
    saved = ctx.save(
        account,
        event="ledger.account.updated",
        metadata=merged(account.metadata, params.metadata),
        **params.changes(),
    )
    return (await with_balances(ctx, [saved]))[0]


@routes.post("/v1/ledger/accounts/{id}/close")
async def close(ctx: Context, name: str) -> LedgerAccount:
    """Close an empty account for good: it stays readable and takes no more entries."""
    account = await _own(ctx, name)
    if account.status == "closed":
        raise InvalidRequest(
            f"The ledger account '{name}' is closed already.", code="account_closed"
        )
    ctx.close_account(account.in_chart(ctx.book), account.currency)
    saved = ctx.save(account, event="ledger.account.closed", status="closed")
    return (await with_balances(ctx, [saved]))[0]


async def _own(ctx: Context, name: str) -> LedgerAccount:
    """Return an account that its user may change."""
    account = await load_account(ctx, name)
    if account.type == "system":
        raise InvalidRequest(
            f"The ledger account '{name}' ({account.name}) is the platform's own: it changes with "
            "the payouts, transfers and other objects that move its money, and can be read only.",
            code="ledger_account_system",
        )
    return account
