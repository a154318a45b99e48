"""Account links and login links: the ways to the hosted page on which an account is set up."""

from collections.abc import Mapping
from typing import Literal

from bezant.api import refusals
from bezant.api.context import Context
from bezant.api.params import Params
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.kernel.codec import encode_json
from bezant.kernel.errors import InvalidRequest
from bezant.resources.connect.account import Account, account_of
from bezant.resources.connect.onboarding_link import new_link
from bezant.resources.core.return_url import WebAddress


class AccountLink(Identified, tag="account_link"):
    """Named for its permission: the answer has no id."""


class LoginLink(Identified, tag="login_link"):
    """Named for its permission: the answer has no id."""


class CollectionOptions(Params):
    """Which requirements the page asks for."""

    fields: Literal["currently_due", "eventually_due"] | None = None
    future_requirements: Literal["include", "omit"] | None = None


class CreateAccountLink(Params):
    """Whom a link is for, and where it leads in the end."""

    account: str
    collect: Literal["currently_due", "eventually_due"] | None = None
    collection_options: CollectionOptions | None = None
    refresh_url: WebAddress | None = None
    return_url: WebAddress | None = None
    type: Literal["account_onboarding", "account_update"]


routes = Routes(AccountLink, "/v1/account_links", listed=False, retrieved=False)
logins = Routes(LoginLink, "/v1/accounts/{account}/login_links", listed=False, retrieved=False)


@routes.post("/v1/account_links", returns=None)
async def create(ctx: Context, params: CreateAccountLink) -> str:
    """Make a link that whoever has it can open once, within five minutes."""
    account = await account_of(ctx, params.account)
    check_use(ctx, account, params.type, "type")
    for name in ("refresh_url", "return_url"):
        if getattr(params, name) is None:
            raise refusals.missing(name)
    urls = {"refresh_url": params.refresh_url, "return_url": params.return_url}
    check_addresses(ctx, urls)
    options = params.collection_options
    if params.collect is not None and options is not None:
        raise InvalidRequest(
            "Send `collection_options` alone: `collect` is its older form.", param="collect"
        )
    made = new_link(
        ctx,
        account,
        collect=(options.fields if options else params.collect) or "currently_due",
        future=options is not None and options.future_requirements == "include",
        refresh_url=params.refresh_url,
        return_url=params.return_url,
        use_case=params.type,
    )
    return encode_json({"object": "account_link", **made}).decode()


@logins.post("/v1/accounts/{account}/login_links", returns=None)
async def create_login(ctx: Context, account: str) -> str:
    """Make a link to the page on which an account with the express dashboard is kept up."""
    owner = await account_of(ctx, account)
    if owner.controller.get("stripe_dashboard", {}).get("type") != "express":
        raise InvalidRequest(
            f"{owner.id} has no express dashboard. Open its page by an account link instead."
        )
    if not owner.details_submitted:
        raise InvalidRequest(
            f"{owner.id} has not been onboarded yet. Send its owner to an account link first."
        )
    made = new_link(
        ctx, owner, collect="eventually_due", future=True, refresh_url=None, return_url=None
    )
    body = {"object": "login_link", "created": made["created"], "url": made["url"]}
    return encode_json(body).decode()


def check_use(ctx: Context, account: Account, use: str, param: str) -> None:
    """Refuse a link to a page that the account does not have."""
    if account.id == ctx.caller.platform:
        raise InvalidRequest("The platform's own account has no onboarding.", param="account")
    if use == "account_update" and account.controller.get("requirement_collection") == "stripe":
        raise InvalidRequest(
            "This account answers for its own requirements and changes them by a login link: use "
            "the type `account_onboarding`.",
            param=param,
        )


def check_addresses(ctx: Context, urls: Mapping[str, str | None]) -> None:
    """Refuse addresses without encryption in live mode; they are named by their parameters."""
    for name, url in urls.items():
        if ctx.livemode and url is not None and not url.startswith("https://"):
            raise InvalidRequest(
                "Live mode needs an address that begins with https://.",
                code="url_invalid",
                param=name,
            )
