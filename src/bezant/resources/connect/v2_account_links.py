"""Account links in v2: the same way to the hosted page, in the conventions of v2."""

from datetime import timedelta
from typing import Any, Literal

from bezant.api import refusals
from bezant.api.context import Context
from bezant.api.params import Params
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.kernel.codec import encode_json, rfc3339
from bezant.resources.connect.account import account_of
from bezant.resources.connect.account_links import CollectionOptions, check_addresses, check_use
from bezant.resources.connect.account_parts import plain
from bezant.resources.connect.onboarding_link import OPEN_SECONDS, new_link
from bezant.resources.core.return_url import WebAddress

PATH = "/v2/core/account_links"


class V2AccountLink(Identified, tag="v2.core.account_link"):
    """Named for its permission: the answer has no id."""


class Use(Params):
    """What the page asks for, and where it leads in the end."""

    collection_options: CollectionOptions | None = None
    refresh_url: WebAddress
    return_url: WebAddress | None = None


class UseCase(Params):
    """What a link is for; the member of that name says more."""

    account_onboarding: Use | None = None
    account_update: Use | None = None
    type: Literal["account_onboarding", "account_update"]


class CreateV2AccountLink(Params):
    """Whom a link is for, and what."""

    account: str
    use_case: UseCase


routes = Routes(V2AccountLink, PATH, listed=False, retrieved=False)


@routes.post(PATH, returns=None)
async def create(ctx: Context, params: CreateV2AccountLink) -> str:
    """Make a link that whoever has it can open once, within five minutes."""
    account = await account_of(ctx, params.account)
    case = params.use_case
    uses = {"account_onboarding": case.account_onboarding, "account_update": case.account_update}
    use = uses.pop(case.type)
    if use is None:
        raise refusals.missing(f"use_case[{case.type}]")
    for name, other in uses.items():
        if other is not None:
            raise refusals.invalid(
                f"Only the use case {case.type} is described here: leave {name} out.",
                f"use_case[{name}]",
            )
    way = f"use_case[{case.type}]"
    check_use(ctx, account, case.type, "use_case[type]")
    check_addresses(ctx, {f"{way}[refresh_url]": use.refresh_url,
                          f"{way}[return_url]": use.return_url})  # fmt: skip
    options = use.collection_options
    made = new_link(
        ctx,
        account,
        collect=(options.fields if options else None) or "currently_due",
        future=options is not None and options.future_requirements == "include",
        refresh_url=use.refresh_url,
        return_url=use.return_url,
        use_case=case.type,
    )
    now = ctx.now()
    body: dict[str, Any] = {
        "object": "v2.core.account_link",
        "account": account.id,
        "created": rfc3339(now),
        "expires_at": rfc3339(now + timedelta(seconds=OPEN_SECONDS)),
        "livemode": ctx.livemode,
        "url": made["url"],
        "use_case": {"type": case.type, case.type: plain(use)},
    }
    return encode_json(body).decode()
