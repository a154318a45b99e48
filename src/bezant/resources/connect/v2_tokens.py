"""Tokens in v2: what is said about an account or a person, to be used once within a while."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bezant.api.context import Context
from bezant.api.routes import Routes
from bezant.api.v2 import V2Resource, moment_of, v2_created_of
from bezant.kernel.codec import rfc3339
from bezant.kernel.errors import InvalidRequest, NotFound
from bezant.kernel.ids import parse
from bezant.resources.connect.account import account_of
from bezant.resources.connect.account_parts import overlaid, plain
from bezant.resources.connect.papers import check_files, files_in
from bezant.resources.connect.v2_configuration_params import AccountTokenParams
from bezant.resources.connect.v2_fields import found, put
from bezant.resources.connect.v2_person_params import PersonTokenParams

LASTS = timedelta(minutes=15)
"""How long a token can be used."""
ACCOUNT_PATH = "/v2/core/account_tokens"
PERSON_PATH = "/v2/core/accounts/{account}/person_tokens"
_DECLARED = (
    "identity.attestations.directorship_declaration",
    "identity.attestations.ownership_declaration",
    "identity.attestations.representative_declaration",
)
_ACCEPTED = "identity.attestations.terms_of_service.account"
_TERMS = "additional_terms_of_service.account"


class AccountToken(V2Resource, tag="v2.core.account_token"):
    """A token; what it says about an account is hidden."""

    expires_at: str
    used: bool = False


class PersonToken(V2Resource, tag="v2.core.account_person_token"):
    """A token; what it says about a person, and of which account, is hidden."""

    expires_at: str
    used: bool = False


of_accounts = Routes(AccountToken, ACCOUNT_PATH, listed=False, retrieved=False)
of_persons = Routes(PersonToken, PERSON_PATH, listed=False, retrieved=False)


@of_accounts.post(ACCOUNT_PATH, publishable=True)
async def create_account_token(ctx: Context, params: AccountTokenParams) -> AccountToken:
    """Keep what is said about an account for one use."""
    sent = plain(params)
    _, papers = found(sent, "identity.business_details.documents")
    named = files_in(papers, "identity[business_details][documents]")
    _, papers = found(sent, "identity.individual.documents")
    await check_files(ctx, named | files_in(papers, "identity[individual][documents]"))
    name = ctx.new_id("accttok")
    for way in _DECLARED:
        _declare(ctx, sent, way, "attested")
    _declare(ctx, sent, _ACCEPTED, "shown_and_accepted")
    token = AccountToken(
        id=name, created=v2_created_of(name), expires_at=_end(name), livemode=ctx.livemode
    )
    return ctx.create(token, hidden={"said": sent})


@of_accounts.get(ACCOUNT_PATH + "/{id}")
async def retrieve_account_token(ctx: Context, id: str) -> AccountToken:
    """Retrieve a token, without what it says."""
    return await ctx.load(AccountToken, id)


@of_persons.post(PERSON_PATH, publishable=True)
async def create_person_token(ctx: Context, account: str, params: PersonTokenParams) -> PersonToken:
    """Keep what is said about a person of an account for one use."""
    owner = await account_of(ctx, account)
    sent = plain(params)
    await check_files(ctx, files_in(sent.get("documents"), "documents"))
    _declare(ctx, sent, _TERMS, "shown_and_accepted")
    name = ctx.new_id("perstok")
    token = PersonToken(
        id=name, created=v2_created_of(name), expires_at=_end(name), livemode=ctx.livemode
    )
    return ctx.create(token, hidden={"said": sent, "account": owner.id})


@of_persons.get(PERSON_PATH + "/{id}")
async def retrieve_person_token(ctx: Context, account: str, id: str) -> PersonToken:
    """Retrieve a token of an account's, without what it says."""
    owner = await account_of(ctx, account)
    token = await ctx.load(PersonToken, id)
    if ctx.hidden(token).get("account") != owner.id:
        raise NotFound(f"No such {token.title()}: '{id[:64]}'", code="resource_missing", param="id")
    return token


async def opened_account(ctx: Context, name: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Use an account token up and return what is sent, laid over what the token says."""
    token = await ctx.load(AccountToken, name, param="account_token")
    said = _said(ctx, token, "account_token")
    ctx.save(token, used=True, hidden={})
    return overlaid(said, sent)


async def opened_person(
    ctx: Context, name: str, account: str, sent: dict[str, Any]
) -> dict[str, Any]:
    """Use a person token up and return what is sent, laid over what the token says."""
    token = await ctx.load(PersonToken, name, param="person_token")
    if ctx.hidden(token).get("account", account) != account:
        raise InvalidRequest(
            f"The token {name} is for a person of another account.", param="person_token"
        )
    said = _said(ctx, token, "person_token")
    ctx.save(token, used=True, hidden={"account": account})
    return overlaid(said, sent)


def _said(ctx: Context, token: AccountToken | PersonToken, param: str) -> dict[str, Any]:
    """Return what a token says; InvalidRequest if it was used before or is too old."""
    if ctx.current(token).used:
        raise InvalidRequest(
            f"You cannot use a token more than once: {token.id}.",
            code="token_already_used",
            param=param,
        )
    if moment_of(token.expires_at, "expires_at") <= ctx.now():
        raise InvalidRequest(f"The token {token.id} has expired. Make a new one.", param=param)
    return ctx.hidden(token)["said"]


def _declare(ctx: Context, sent: dict[str, Any], way: str, flag: str) -> None:
    """Put when and from where in the place of a flag that says that something is declared."""
    known, value = found(sent, way)
    if known:
        declared: Mapping[str, Any] = value or {}
        now = {"date": rfc3339(ctx.now())}
        if ctx.caller.address is not None:
            now["ip"] = ctx.caller.address
        put(sent, way, now if declared.get(flag) else {})


def _end(name: str) -> str:
    return rfc3339(parse(name).time + LASTS)
