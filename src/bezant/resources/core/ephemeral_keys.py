"""Ephemeral keys: made by a server for the app that one of its customers uses."""

from typing import Annotated

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.params import Params
from bezant.api.refusals import missing
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.customer import Customer
from bezant.resources.core.ephemeral_key import EphemeralKey, new_key
from bezant.resources.core.refused import refused

_NO_CARDS = refused("Cards are not issued here: ephemeral keys are for a `customer`.")
_NO_IDENTITY = refused("Identities are not verified here: ephemeral keys are for a `customer`.")


class CreateEphemeralKey(Params):
    """For whom a key is."""

    customer: str | None = None
    issuing_card: Annotated[str, _NO_CARDS] | None = None
    nonce: Annotated[str, _NO_CARDS] | None = None
    verification_session: Annotated[str, _NO_IDENTITY] | None = None


routes = Routes(EphemeralKey, "/v1/ephemeral_keys", listed=False, retrieved=False)


@routes.post("/v1/ephemeral_keys", tells_secret=True)
async def create(ctx: Context, params: CreateEphemeralKey) -> EphemeralKey:
    """Make a key that works for an hour, in the version of the app that is to use it."""
    if ctx.caller.version is None:
        raise InvalidRequest(
            "Send the version of the app that is to use the key as the header Stripe-Version.",
            code="api_version_invalid",
        )
    if params.customer is None:
        raise missing("customer")
    customer = await ctx.load(Customer, params.customer, param="customer")
    key, secret = new_key(ctx, customer.id, ctx.caller.version)
    return replace(key, secret=secret)


@routes.delete
async def delete(ctx: Context, key: EphemeralKey) -> EphemeralKey:
    """Let a key work no longer."""
    return ctx.delete(key)
