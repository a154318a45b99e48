"""Capabilities: what an account may do, asked for by name.

They are a view of the account, which is the one place where they are stored.
"""

from collections.abc import Mapping

from bezant.api.context import Context
from bezant.api.pages import Page
from bezant.api.params import Params
from bezant.api.routes import Routes
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest, NotFound
from bezant.resources.connect.account import Account, account_of
from bezant.resources.connect.capability import NAMES, Capability
from bezant.resources.connect.standing import save, view


class CapabilityParams(Params):
    """Whether a capability is asked for."""

    requested: bool | None = None


routes = Routes(Capability, "/v1/accounts/{account}/capabilities", listed=False, retrieved=False)


@routes.get("/v1/accounts/{account}/capabilities", listing=True)
async def list_all(ctx: Context, account: str) -> Page:
    """List what an account has ever asked for, by name."""
    owner = await account_of(ctx, account)
    names = sorted({*owner.capabilities, *_requested(ctx, owner)})
    return Page([ctx.encoded(view(ctx, owner, name)) for name in names])


@routes.get("/v1/accounts/{account}/capabilities/{id}")
async def retrieve(ctx: Context, account: str, id: str) -> Capability:
    """Retrieve a capability by its name."""
    owner = await account_of(ctx, account)
    if id not in NAMES:
        raise NotFound(f"No such capability: '{id[:64]}'", param="capability")
    return view(ctx, owner, id)


@routes.post("/v1/accounts/{account}/capabilities/{id}")
async def update(ctx: Context, account: str, id: str, params: CapabilityParams) -> Capability:
    """Ask for a capability, or no longer."""
    before = await retrieve(ctx, account, id)
    owner = await account_of(ctx, account)
    if params.requested in (None, before.requested):
        return before
    now = save(ctx, owner, capabilities=request(ctx, owner, {id: params}))
    return view(ctx, now, id)


def request(
    ctx: Context, account: Account, asked: Mapping[str, CapabilityParams]
) -> dict[str, str]:
    """Return the account's capabilities once some are asked for, or no longer.

    What becomes of them follows when the account is kept; the moment is noted beside it.
    Raises InvalidRequest for a name that is no capability.
    """
    capabilities = dict(account.capabilities)
    moments = _requested(ctx, account)
    for name, params in asked.items():
        if name not in NAMES:
            raise InvalidRequest(
                f"Received unknown parameter: capabilities[{name[:64]}]",
                code="parameter_unknown",
                param=f"capabilities[{name[:64]}]",
            )
        if params.requested and name not in capabilities:
            capabilities[name] = "inactive"
            moments[name] = unix_seconds(ctx.now())
        elif params.requested is False:
            capabilities.pop(name, None)
            moments.setdefault(name, unix_seconds(ctx.now()))
    ctx.hidden(account)["requested"] = moments
    return capabilities


def _requested(ctx: Context, account: Account) -> dict[str, int]:
    return dict(ctx.hidden(account).get("requested", {}))
