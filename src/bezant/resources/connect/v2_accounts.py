"""Accounts in v2: the same accounts as in v1, in the conventions of v2."""

from typing import Annotated, Any

from msgspec import Meta

from bezant.api import refusals
from bezant.api.context import Context
from bezant.api.params import Params
from bezant.api.routes import Routes
from bezant.api.v2 import V2ListParams, V2Page, turn_of, turned
from bezant.kernel.codec import decode_json, encode_json
from bezant.kernel.errors import InvalidRequest, NotFound
from bezant.ledger.book import book_of
from bezant.resources.connect import accounts
from bezant.resources.connect.account import Account, account_of, blank
from bezant.resources.connect.account_changes import tell_individual
from bezant.resources.connect.account_events import tell_created
from bezant.resources.connect.account_parts import plain
from bezant.resources.connect.payout_schedules import plan
from bezant.resources.connect.standing import keep, save
from bezant.resources.connect.v2_account import V2Account, shown_account, view_of
from bezant.resources.connect.v2_capabilities import COLUMN_OF, applied
from bezant.resources.connect.v2_configuration_params import Configured, Include, V2AccountParams
from bezant.resources.connect.v2_said import responsibilities, said_of_account
from bezant.resources.connect.v2_tokens import opened_account
from bezant.resources.core.country_specs import currency_of
from bezant.resources.core.owners import DEFAULT_CURRENCY
from bezant.store.objects import Page as Ask

PATH = "/v2/core/accounts"
_NOT_SAID = ("account_token", "include", "metadata")


class RetrieveV2Account(Params):
    """Which parts are shown."""

    include: list[Include] | None = None


class ListV2Accounts(V2ListParams):
    """By what accounts are listed: those that have all of these configurations."""

    applied_configurations: list[Configured] | None = None
    closed: bool | None = None


class CloseV2Account(Params):
    """Which configurations end: all that the account has."""

    applied_configurations: Annotated[list[Configured], Meta(max_length=3)] | None = None


routes = Routes(V2Account, PATH, listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListV2Accounts) -> V2Page:
    """List the platform's accounts, newest first; closed ones when they are asked for."""
    closed = params.closed or False
    turn = turn_of(params)
    filters = {COLUMN_OF[name]: name for name in params.applied_configurations or ()}
    ask = Ask(params.limit, turn.after, turn.before, filters=filters, deleted=closed)
    page = turned(*await ctx.page(Account, ask), turn, params)
    names = [decode_json(body, Account).id for body in page.data]
    keys = [(ctx.book.id, Account.kind(), name) for name in names]
    rows = await ctx.runtime.reader.many(keys)
    shown = [
        view_of(ctx, ctx.loaded(Account, rows[key], ctx.book), (), None, closed=closed)
        for key in keys
        if key in rows
    ]
    return page._replace(data=[encode_json(each).decode() for each in shown])


@routes.get(PATH + "/{id}")
async def retrieve(ctx: Context, id: str, params: RetrieveV2Account) -> V2Account:
    """Retrieve an account, also one that has been closed."""
    account, closed = await _found(ctx, id)
    return await shown_account(ctx, account, params.include, closed=closed)


@routes.create
async def create(ctx: Context, params: V2AccountParams) -> V2Account:
    """Open an account on the platform."""
    if ctx.caller.connected:
        raise InvalidRequest("A connected account can't have connected accounts of its own.")
    sent = await _opened(ctx, params)
    kind, controller = responsibilities(params.dashboard, _asked(params), ctx.caller.version)
    opened = blank(ctx.new_id("acct"), kind, controller, ctx.runtime.config.payout_interval)
    account = ctx.create(opened, book=ctx.platform_book)
    said = await said_of_account(ctx, account, sent, params.metadata)
    changes = said.changes
    if "country" in changes and "default_currency" not in changes:
        changes["default_currency"] = currency_of(changes["country"]) or DEFAULT_CURRENCY
    opened = keep(ctx, account, **changes)
    await plan(ctx, opened)
    tell_created(ctx, opened)
    tell_individual(ctx, account, opened)
    return await shown_account(ctx, opened, params.include)


@routes.post(PATH + "/{id}")
async def update(ctx: Context, id: str, params: V2AccountParams) -> V2Account:
    """Change an account; hashes are laid over what is known, and null unsets."""
    account = await _open(ctx, id)
    _check_unchanged(account, params)
    said = await said_of_account(ctx, account, await _opened(ctx, params), params.metadata)
    changed = save(ctx, account, beside=said.beside, **said.changes)
    tell_individual(ctx, account, changed)
    return await shown_account(ctx, changed, params.include)


@routes.post(PATH + "/{id}/close")
async def close(ctx: Context, id: str, params: CloseV2Account) -> V2Account:
    """Close an account that has no money: from then on, it takes none."""
    account = await _open(ctx, id)
    has = applied(account.capabilities, ctx.hidden(account))
    asked = params.applied_configurations
    if asked is not None and {*asked} != {*has}:
        raise refusals.invalid(
            f"An account is closed as a whole: send all of its configurations, which are {has}.",
            "applied_configurations",
        )
    await accounts.delete(ctx, id)
    return await shown_account(ctx, account, (), closed=True)


async def _opened(ctx: Context, params: V2AccountParams) -> dict[str, Any]:
    """Return what is sent as plain data, with what a token stands for in its place."""
    sent = {name: value for name, value in plain(params).items() if name not in _NOT_SAID}
    if params.account_token is None:
        return sent
    return await opened_account(ctx, params.account_token, sent)


def _asked(params: V2AccountParams) -> dict[str, Any] | None:
    asked = params.defaults.responsibilities if params.defaults else None
    return None if asked is None else plain(asked)


def _check_unchanged(account: Account, params: V2AccountParams) -> None:
    """Refuse that somebody else becomes responsible for an account."""
    asked = _asked(params)
    if params.dashboard is None and asked is None:
        return
    now = account.controller
    dashboard = now.get("stripe_dashboard", {}).get("type")
    fees = now.get("fees", {}).get("payer")
    known = {"fees_collector": "stripe" if fees == "account" else fees,
             "losses_collector": now.get("losses", {}).get("payments")}  # fmt: skip
    if params.dashboard not in (None, dashboard) or asked not in (None, known):
        raise InvalidRequest(
            "Who is responsible for an account, and its dashboard, are decided when it is made: "
            "leave them out, or open another account.",
            param="dashboard" if asked is None else "defaults[responsibilities]",
        )


async def _open(ctx: Context, name: str) -> Account:
    account, closed = await _found(ctx, name)
    if closed:
        raise InvalidRequest(f"Account {account.id} is closed, and can't be changed any more.")
    return account


async def _found(ctx: Context, name: str) -> tuple[Account, bool]:
    """Return an account that the caller may see, and whether it is closed."""
    book = book_of(ctx.caller.platform, ctx.livemode)
    row = await ctx.runtime.reader.get(book.id, Account.kind(), name)
    if row is not None and row.deleted and not ctx.caller.connected:
        return ctx.loaded(Account, row, book), True
    if name != ctx.account and (row is None or ctx.caller.connected):
        raise NotFound(f"No such account: '{name[:64]}'", code="resource_missing", param="id")
    return await account_of(ctx, name), False
