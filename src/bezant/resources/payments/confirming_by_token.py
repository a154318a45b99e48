"""Confirming by a token: what a page has gathered takes the place of parameters."""

from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.resources.payments.confirmation_token import Used, read_token
from bezant.resources.payments.mandating import MandateData
from bezant.resources.payments.parcel import ParcelParams
from bezant.resources.payments.payment_intent_params import (
    ConfirmPaymentIntent,
    CreatePaymentIntent,
)
from bezant.resources.payments.setup_intent_params import ConfirmSetupIntent, CreateSetupIntent

P = TypeVar("P", CreatePaymentIntent, ConfirmPaymentIntent, CreateSetupIntent, ConfirmSetupIntent)


async def by_token(ctx: Context, params: P) -> tuple[P, Used | None]:
    """Return parameters with what their token says, where they say nothing themselves."""
    if params.confirmation_token is None:
        return params, None
    others = {
        "payment_method": params.payment_method,
        "payment_method_data": params.payment_method_data,
    }
    used = await read_token(ctx, params.confirmation_token, others)
    token = used.token
    told: dict[str, Any] = {
        "mandate_data": used.acceptance
        and msgspec.convert({"customer_acceptance": used.acceptance}, MandateData),
        "return_url": token.return_url,
        "use_stripe_sdk": token.use_stripe_sdk,
    }
    if isinstance(params, CreatePaymentIntent | ConfirmPaymentIntent):
        told["setup_future_usage"] = token.setup_future_usage
        if token.shipping is not None:
            shipping = msgspec.to_builtins(token.shipping)
            told["shipping"] = msgspec.convert(shipping, ParcelParams)
    unsaid = {name: value for name, value in told.items() if getattr(params, name) is None}
    return replace(params, payment_method=used.method.id, **unsaid), used
