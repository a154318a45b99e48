"""Who a request is from: its key, the account and the mode that it is for, and its version."""

from collections.abc import Collection

import falcon.asgi

from bezant.api import versions
from bezant.api.authentication import Scope, acting_account, identify, scope_of, secret_of
from bezant.api.backend import KINDS, Backend
from bezant.api.exchange import Exchange
from bezant.api.runtime import API_VERSION
from bezant.kernel.errors import Forbidden


async def identify_request(
    backend: Backend,
    request: falcon.asgi.Request,
    exchange: Exchange,
    *,
    kinds: Collection[str] = KINDS,
) -> tuple[str, bool]:
    """Note in the exchange who asks, in which version, and return for which account and mode."""
    authorization = request.get_header("Authorization")
    key = await identify(backend, authorization, kinds)
    exchange.key, exchange.account = key, key.acts_for or key.account
    named = scope_of(request.get_header("Stripe-Account"), request.get_header("Stripe-Context"))
    if named is not None and key.acts_for not in (None, named.account):
        raise Forbidden(
            f"This key is for the account that it was made for: leave the header {named.header} "
            "out.",
            code="account_invalid",
        )
    meant = named or (Scope("Stripe-Account", key.acts_for) if key.acts_for else None)
    if meant is not None:
        secret = secret_of(authorization)
        exchange.account = await acting_account(backend, key, secret, meant)
        exchange.scope = named
    version = request.get_header("Stripe-Version")
    exchange.named_version = versions.checked(version) if version else None
    exchange.version = exchange.named_version or key.version or API_VERSION
    return exchange.account, key.livemode
