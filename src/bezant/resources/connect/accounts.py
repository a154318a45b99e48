"""Accounts: the businesses on a platform, and the platform's own account."""

from typing import Any, TypeVar

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Params
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.ledger.balances import trial_balance
from bezant.ledger.chart import pending
from bezant.resources.connect import account_changes
from bezant.resources.connect import account_parts as parts
from bezant.resources.connect import account_shapes as shapes
from bezant.resources.connect.account import Account, account_of, blank, own_book
from bezant.resources.connect.account_events import tell_closed, tell_created
from bezant.resources.connect.account_params import CreateAccount, RejectAccount, UpdateAccount
from bezant.resources.connect.account_shapes import Requirements
from bezant.resources.connect.capabilities import CapabilityParams, request
from bezant.resources.connect.external_accounts import add, replace_default
from bezant.resources.connect.papers import check_files, files_in
from bezant.resources.connect.payout_schedules import KEPT, plan, scheduled
from bezant.resources.connect.person import check_papers
from bezant.resources.connect.standing import keep, save
from bezant.resources.connect.tokens import account_data, opened_numbers
from bezant.resources.core.application import Application, application_of
from bezant.resources.core.country_specs import currency_of
from bezant.resources.core.owners import DEFAULT_CURRENCY, Owner, shelf

_OF_STANDARD = {
    "card_payments": CapabilityParams(requested=True),
    "transfers": CapabilityParams(requested=True),
}
_REASONS = {
    "fraud": "rejected.fraud",
    "fraud_no_intent_to_fulfill": "rejected.platform_fraud",
    "fraud_other": "rejected.platform_fraud",
    "fraud_payment_method_casher": "rejected.platform_fraud",
    "fraud_payment_method_tester": "rejected.platform_fraud",
    "other": "rejected.platform_other",
    "terms_of_service": "rejected.platform_terms_of_service",
}
"""Why an account is disabled, by the reason for which it was rejected."""
_MINIMUM_DELAY_DAYS = 2
_TOLD = ("business_profile", "business_type", "company", "default_currency", "documents", "email",
         "individual", "settings", "tos_acceptance")  # fmt: skip
"""What of the parameters is said about the account itself."""


U = TypeVar("U", bound=UpdateAccount)

routes = Routes(Account, "/v1/accounts", listed=False, retrieved=False)


async def open_platform(ctx: Context) -> Account:
    """Store the platform's own account, unless it is there already."""
    return await account_of(ctx, ctx.caller.platform)


@routes.get("/v1/account")
async def retrieve_current(ctx: Context) -> Account:
    """Retrieve the account that the request is for."""
    return await account_of(ctx, ctx.account)


@routes.get("/v1/accounts", listing=True)
async def list_all(ctx: Context, params: ListParams) -> Page:
    """List the platform's connected accounts, newest first."""
    return await page_of(ctx, Account, "acct", params, {})


@routes.get("/v1/accounts/{id}")
async def retrieve(ctx: Context, id: str) -> Account:
    """Retrieve an account."""
    return await account_of(ctx, id)


@routes.create
async def create(ctx: Context, params: CreateAccount) -> Account:
    """Open an account on the platform."""
    if ctx.caller.connected:
        raise InvalidRequest("A connected account can't have connected accounts of its own.")
    params = await _opened(ctx, params)
    kind, controller = _responsibilities(params, ctx.caller.version)
    interval = ctx.runtime.config.payout_interval
    opened = blank(ctx.new_id("acct"), kind, controller, interval)
    account = ctx.create(opened, book=ctx.platform_book)
    changes = await _changes(ctx, account, params)
    if params.country is not None:
        changes["country"] = params.country
        if params.default_currency is None:
            changes["default_currency"] = currency_of(params.country) or DEFAULT_CURRENCY
    if params.capabilities is None and kind == "standard":
        changes["capabilities"] = request(ctx, account, _OF_STANDARD)
    if params.external_account is not None:
        _, changes["external_accounts"] = await add(
            ctx, account, params.external_account, default=True
        )
    opened = keep(ctx, account, **changes)
    await plan(ctx, opened)
    tell_created(ctx, opened)
    account_changes.tell_individual(ctx, account, opened)
    return opened


@routes.post("/v1/accounts/{id}")
async def update(ctx: Context, id: str, params: UpdateAccount) -> Account:
    """Change an account; hashes are laid over what is known, field by field."""
    account = await account_of(ctx, id)
    params = await _opened(ctx, params)
    changes = await _changes(ctx, account, params)
    if params.external_account is not None:
        changes["external_accounts"] = await replace_default(ctx, account, params.external_account)
    changed_account = save(ctx, account, **changes)
    account_changes.tell_individual(ctx, account, changed_account)
    if params.settings is not None:
        await plan(ctx, changed_account)
    return changed_account


@routes.delete
async def delete(ctx: Context, id: str) -> None:
    """Close an account that has no money: from then on, it is sent none.

    No payment that is under way reaches it. What banks have still to say about it, such as that a
    payout comes back or that a payment is disputed, changes what it has available.
    """
    account = await account_of(ctx, id)
    if id == ctx.caller.platform:
        raise InvalidRequest("The platform's own account can't be deleted.")
    book = own_book(ctx, account)
    async with ctx.runtime.pool.connection() as conn:
        lines = (await trial_balance(conn, book)).lines
    if any(line.debit_balance or line.credit_balance or line.pending_debits for line in lines):
        raise InvalidRequest(
            "This account has money, or money on its way: pay it out or take it back first."
        )
    for currency in {account.default_currency, *(line.currency for line in lines)}:
        ctx.close_account(pending(book), currency)
    ctx.delete(account)
    await _tell_deauthorized(ctx, account)
    tell_closed(ctx, account)


async def _tell_deauthorized(ctx: Context, account: Account) -> None:
    """Tell whoever listens to connected accounts that the platform acts for this one no more."""
    own = ctx.caller.platform
    platform = await ctx.find(Owner, own, book=shelf(ctx, own))
    name = None if platform is None else platform.business_profile.get("name")
    application = Application(id=application_of(own), name=name)
    ctx.emit("account.application.deauthorized", application, book=own_book(ctx, account))


@routes.action
async def reject(ctx: Context, id: str, params: RejectAccount) -> Account:
    """Take an account's capabilities away, and, unless told otherwise, its payouts."""
    account = await account_of(ctx, id)
    if account.rejected:
        raise InvalidRequest(f"Account {account.id} has already been rejected.")
    if account.controller.get("losses", {}).get("payments") != "application":
        raise InvalidRequest(
            f"Account {account.id} can't be rejected: only accounts whose losses the platform "
            "bears can."
        )
    reason = _REASONS.get(params.reason, "rejected.other")
    ctx.hidden(account)["payouts_paused"] = params.payouts_action == "pause"
    return save(ctx, account, requirements=Requirements(disabled_reason=reason))


@routes.action
async def unreject(ctx: Context, id: str) -> Account:
    """Give a rejected account back what it was allowed."""
    account = await account_of(ctx, id)
    if not account.rejected:
        raise InvalidRequest(f"Account {account.id} has not been rejected.")
    ctx.hidden(account)["payouts_paused"] = False
    return save(ctx, account, requirements=Requirements())


def _responsibilities(
    params: CreateAccount, version: str | None
) -> tuple[shapes.AccountType, dict[str, Any]]:
    if params.controller is None:
        return shapes.of_type(params.type or "standard")
    if params.type is not None:
        raise InvalidRequest(
            "You may pass only one of these parameters: type, controller.", param="type"
        )
    sent, standard = params.controller, shapes.STANDARD
    chosen = shapes.Responsibilities(
        fees=sent.fees.payer if sent.fees else standard.fees,
        losses=sent.losses.payments if sent.losses else standard.losses,
        requirements=sent.requirement_collection or standard.requirements,
        dashboard=sent.stripe_dashboard.type if sent.stripe_dashboard else standard.dashboard,
    )
    return shapes.of_responsibilities(chosen, version)


async def _opened(ctx: Context, params: U) -> U:
    """Return the parameters with what tokens stand for in their place."""
    if params.account_token is not None:
        data = await account_data(ctx, params.account_token)
        doubled = [name for name in data if getattr(params, name) is not None]
        if doubled:
            raise InvalidRequest(
                f"The account token has this too: send it without {doubled[0]}.", param=doubled[0]
            )
        params = replace(params, **data)
    if params.individual is not None:
        params = replace(params, individual=await opened_numbers(ctx, params.individual))
    return params


async def _changes(ctx: Context, account: Account, params: UpdateAccount) -> dict[str, Any]:
    """Return what the parameters change, except for external accounts."""
    told: dict[str, Any] = {
        name: parts.plain(value) if isinstance(value, Params) else value or None
        for name in _TOLD
        if (value := getattr(params, name)) is not None
    }
    if params.settings is not None:
        told["settings"] = _with_days(told["settings"])
    for name in ("company", "individual"):
        if name in told:
            await check_papers(ctx, told[name], name, ctx.platform_book)
    branding: dict[str, str | None] = told.get("settings", {}).get("branding", {})
    pictures = {file: f"settings[branding][{name}]" for name in ("icon", "logo")
                if (file := branding.get(name))}  # fmt: skip
    await check_files(ctx, pictures | files_in(told.get("documents"), "documents"))
    changes = account_changes.changes(ctx, account, told, params.metadata)
    if sent := told.get("settings", {}).get("payouts", {}).get("schedule"):
        payouts = changes["settings"]["payouts"]
        before = account.settings["payouts"]["schedule"]
        payouts["schedule"] = scheduled(before, sent, "settings[payouts][schedule]")
        if "delay_days" in sent:
            _override(ctx, account, sent["delay_days"])
    if params.individual is not None:
        changes["individual"] = await account_changes.individual(
            ctx, account, told["individual"], params.individual.metadata
        )
    if params.capabilities is not None:
        changes["capabilities"] = request(ctx, account, params.capabilities)
    return changes


def _override(ctx: Context, account: Account, days: int) -> None:
    """Let balance settings show a delay of the account's own."""
    own = None if days == _MINIMUM_DELAY_DAYS else days
    ctx.hidden(account).setdefault(KEPT, {})["delay_days_override"] = own


def _with_days(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings in which a delay of payouts is a number of days."""
    schedule = settings.get("payouts", {}).get("schedule", {})
    if delay := schedule.get("delay_days"):
        schedule["delay_days"] = _MINIMUM_DELAY_DAYS if delay == "minimum" else int(delay)
    return settings
