"""External accounts: where an account's payouts go, one default for each currency."""

from typing import Annotated, Literal

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Emptyable, Metadata, Params, merged
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.connect.account import (
    Account,
    ExternalAccounts,
    account_of,
    external_accounts,
    own_book,
)
from bezant.resources.connect.standing import save
from bezant.resources.core.bank_accounts import (
    BankAccount,
    BankAccountParams,
    HolderType,
    bank_account_of,
    default_for,
)
from bezant.resources.core.refused import refused
from bezant.resources.core.token import bank_account_given

PATH = "/v1/accounts/{account}/external_accounts"
_OF_CARDS = refused("This is a parameter of debit cards, and this is a bank account.")


class CreateExternalAccount(Params):
    """A bank account by its numbers, or by a token of test mode."""

    external_account: str | BankAccountParams
    default_for_currency: bool | None = None
    metadata: Metadata | None = None


class UpdateExternalAccount(Params):
    """What of a bank account can be changed."""

    account_holder_name: str | None = None
    account_holder_type: Emptyable[HolderType] | None = None
    account_type: Literal["checking", "savings"] | None = None
    address_city: Annotated[str, _OF_CARDS] | None = None
    address_country: Annotated[str, _OF_CARDS] | None = None
    address_line1: Annotated[str, _OF_CARDS] | None = None
    address_line2: Annotated[str, _OF_CARDS] | None = None
    address_state: Annotated[str, _OF_CARDS] | None = None
    address_zip: Annotated[str, _OF_CARDS] | None = None
    default_for_currency: bool | None = None
    exp_month: Annotated[str, _OF_CARDS] | None = None
    exp_year: Annotated[str, _OF_CARDS] | None = None
    metadata: Metadata | None = None
    name: Annotated[str, _OF_CARDS] | None = None


class ListExternalAccounts(ListParams):
    """By what external accounts are listed."""

    object: Literal["bank_account", "card"] | None = None


routes = Routes(BankAccount, PATH, listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, account: str, params: ListExternalAccounts) -> Page:
    """List an account's bank accounts, newest first."""
    owner = await account_of(ctx, account)
    if params.object == "card":
        return Page([])
    acting = Context(ctx.runtime, ctx.caller._replace(account=owner.id))
    return await page_of(acting, BankAccount, "ba", params, {})


@routes.get(PATH + "/{id}")
async def retrieve(ctx: Context, account: str, id: str) -> BankAccount:
    """Retrieve one bank account of an account."""
    _, bank_account = await _both(ctx, account, id)
    return bank_account


@routes.post(PATH)
async def create(ctx: Context, account: str, params: CreateExternalAccount) -> BankAccount:
    """Add a bank account; the first in its currency becomes the default."""
    owner = await account_of(ctx, account)
    added, shown = await add(
        ctx,
        owner,
        params.external_account,
        default=params.default_for_currency or False,
        metadata=merged({}, params.metadata),
    )
    save(ctx, owner, external_accounts=shown)
    return added


@routes.post(PATH + "/{id}")
async def update(ctx: Context, account: str, id: str, params: UpdateExternalAccount) -> BankAccount:
    """Change who holds it and the metadata, or make it the default."""
    owner, bank_account = await _both(ctx, account, id)
    was_default = bank_account.default_for_currency
    if was_default and params.default_for_currency is False:
        raise InvalidRequest(
            "This is the default for its currency. Make another external account the default "
            "instead.",
            param="default_for_currency",
        )
    changes = params.changes()
    if bank_account.status == "errored" and changes.keys() - {"default_for_currency"}:
        changes["status"] = "new"  # It is paid out to again, and may fail again.
    changed = ctx.save(
        bank_account,
        metadata=merged(bank_account.metadata, params.metadata),
        event="account.external_account.updated",
        **changes,
    )
    put = [changed]
    if changed.default_for_currency and not was_default:
        old = await default_for(ctx, changed.currency, own_book(ctx, owner))
        put += [_demoted(ctx, old)] if old else []
    save(ctx, owner, external_accounts=await external_accounts(ctx, owner, put))
    return changed


@routes.delete
async def delete(ctx: Context, account: str, id: str) -> None:
    """Remove a bank account that payouts do not need.

    The default for a currency goes only as the last one of a currency that is not the account's.
    """
    owner, bank_account = await _both(ctx, account, id)
    if bank_account.default_for_currency:
        await _check_dispensable(ctx, owner, bank_account)
    ctx.delete(bank_account, event="account.external_account.deleted")
    save(ctx, owner, external_accounts=await external_accounts(ctx, owner, [], gone=id))


async def add(
    ctx: Context,
    owner: Account,
    given: str | BankAccountParams,
    *,
    default: bool,
    metadata: dict[str, str] | None = None,
) -> tuple[BankAccount, ExternalAccounts]:
    """Store a new bank account; returns it and what its owner shows from now on."""
    book = own_book(ctx, owner)
    told = await bank_account_given(ctx, given, "external_account")
    made, hidden = bank_account_of(ctx, told, owner.id, book, "external_account")
    old = await default_for(ctx, made.currency, book)
    made.metadata = metadata or {}
    made.default_for_currency = default or old is None
    ctx.create(made, book=book, hidden=hidden, event="account.external_account.created")
    demoted = [_demoted(ctx, old)] if default and old else []
    return made, await external_accounts(ctx, owner, [made, *demoted])


async def replace_default(
    ctx: Context, owner: Account, given: str | BankAccountParams
) -> ExternalAccounts:
    """Store a new default; the one before it goes. Returns what the owner shows from now on."""
    book = own_book(ctx, owner)
    told = await bank_account_given(ctx, given, "external_account")
    made, hidden = bank_account_of(ctx, told, owner.id, book, "external_account")
    old = await default_for(ctx, made.currency, book)
    made.default_for_currency = True
    ctx.create(made, book=book, hidden=hidden, event="account.external_account.created")
    if old is not None:
        ctx.delete(old, event="account.external_account.deleted")
    return await external_accounts(ctx, owner, [made], gone=old.id if old else None)


async def _check_dispensable(ctx: Context, owner: Account, bank_account: BankAccount) -> None:
    """Refuse to remove a default that has others beside it, or is of the account's own currency."""
    currency = bank_account.currency
    filters = {"currency": currency, "type": "other"}
    other = await ctx.newest(BankAccount, filters, book=own_book(ctx, owner))
    if other is None and currency != owner.default_currency:
        return
    raise InvalidRequest(
        f"You cannot delete the default external account for {currency}. Make another external "
        "account the default first, with `default_for_currency`."
    )


def _demoted(ctx: Context, old: BankAccount) -> BankAccount:
    return ctx.save(old, default_for_currency=False, event="account.external_account.updated")


async def _both(ctx: Context, account: str, name: str) -> tuple[Account, BankAccount]:
    owner = await account_of(ctx, account)
    return owner, await ctx.load(BankAccount, name, book=own_book(ctx, owner))
