"""Who a request is from: its key, the account and the mode that it is for, and its version."""

import falcon.asgi

from bezant.api import versions
from bezant.api.authentication import acting_account, identify, scope_of, secret_of
from bezant.api.backend import Backend
from bezant.api.exchange import Exchange
from bezant.api.runtime import API_VERSION


async def identify_request(
    backend: Backend, request: falcon.asgi.Request, exchange: Exchange, *, publishable: bool
) -> tuple[str, bool]:
    """Note in the exchange who asks, in which version, and return for which account and mode."""
    authorization = request.get_header("Authorization")
    key = await identify(backend, authorization, publishable=publishable)
    exchange.key, exchange.account = key, key.account
    named = scope_of(request.get_header("Stripe-Account"), request.get_header("Stripe-Context"))
    if named is not None:
        secret = secret_of(authorization)
        exchange.account = await acting_account(backend, key, secret, named)
        exchange.scope = named
    version = request.get_header("Stripe-Version")
    exchange.version = versions.checked(version) if version else key.version or API_VERSION
    return exchange.account, key.livemode
