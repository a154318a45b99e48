"""Confirmation tokens: made by pages with a publishable key, or by a test, and read by servers."""

from typing import Any

import msgspec

from bezant.api.context import Context, created_of
from bezant.api.params import Params
from bezant.api.refusals import missing
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.customer_params import ShippingParams, kept_shipping
from bezant.resources.core.payment_method import payment_method_of
from bezant.resources.core.return_url import ReturnUrl
from bezant.resources.payments.confirmation_token import (
    LIVES_SECONDS,
    ConfirmationToken,
    Gathered,
    gathered,
)
from bezant.resources.payments.mandating import MandateData, acceptance_of
from bezant.resources.payments.payment_intent import FutureUsage
from bezant.resources.payments.payment_method_details import CreatePaymentMethod

PATH = "/v1/confirmation_tokens"
TEST_PATH = "/v1/test_helpers/confirmation_tokens"

routes = Routes(ConfirmationToken, PATH, listed=False)


class _Gathered(Params):
    """What a test says that a page has gathered."""

    payment_method: str | None = None
    payment_method_data: CreatePaymentMethod | None = None
    return_url: ReturnUrl | None = None
    setup_future_usage: FutureUsage | None = None
    shipping: ShippingParams | None = None


class CreateTestToken(_Gathered):
    """What a test says that a page has gathered."""


class CreateConfirmationToken(_Gathered):
    """What a page has gathered; a payment method that a customer has is for servers to name."""

    mandate_data: MandateData | None = None
    use_stripe_sdk: bool = False


@routes.post(PATH, publishable=True)
async def create(ctx: Context, params: CreateConfirmationToken) -> ConfirmationToken:
    """Keep what a page has gathered, for twelve hours."""
    if ctx.caller.publishable and params.payment_method is not None:
        raise InvalidRequest(
            "A page gathers details: send `payment_method_data`.", param="payment_method"
        )
    acceptance = acceptance_of(ctx, params.mandate_data)
    return await _made(ctx, params, acceptance, sdk=params.use_stripe_sdk)


@routes.post(TEST_PATH, permits="confirmation_token")
async def create_test(ctx: Context, params: CreateTestToken) -> ConfirmationToken:
    """Make a token in test mode as a page would."""
    if ctx.livemode:
        raise InvalidRequest("Pages make the tokens in live mode.")
    return await _made(ctx, params, None, sdk=False)


async def _made(
    ctx: Context, params: _Gathered, acceptance: dict[str, Any] | None, *, sdk: bool
) -> ConfirmationToken:
    preview, kept = await _method(ctx, params)
    name = ctx.new_id("ctoken")
    created = created_of(name)
    said = acceptance or {}
    shown = {"online": said.get("online"), "type": said.get("type")}
    token = ConfirmationToken(
        id=name,
        created=created,
        expires_at=created + LIVES_SECONDS,
        livemode=ctx.livemode,
        mandate_data={"customer_acceptance": shown} if acceptance else None,
        metadata={},
        payment_method_preview=preview,
        return_url=params.return_url,
        setup_future_usage=params.setup_future_usage,
        shipping=kept_shipping(params.shipping) if params.shipping else None,
        use_stripe_sdk=sdk,
    )
    hidden = msgspec.to_builtins(msgspec.structs.replace(kept, acceptance=acceptance))
    return ctx.create(token, hidden=hidden)


async def _method(ctx: Context, params: _Gathered) -> tuple[dict[str, Any], Gathered]:
    """Return what is shown of the way to pay, and what it is made of."""
    data = params.payment_method_data
    if data is not None and params.payment_method is not None:
        raise InvalidRequest(
            "Send either payment_method or payment_method_data, not both.",
            param="payment_method_data",
        )
    if data is not None:
        kept = await gathered(ctx, data)
        shown = {
            "allow_redisplay": kept.allow_redisplay,
            "billing_details": msgspec.to_builtins(kept.billing_details),
            "customer": None,
            "customer_account": None,
            kept.type: kept.shown,
            "type": kept.type,
        }
        return shown, kept
    if params.payment_method is None:
        raise missing("payment_method_data")
    method = await payment_method_of(ctx, params.payment_method, "payment_method")
    whole: dict[str, Any] = msgspec.to_builtins(method)
    left_out = ("created", "id", "livemode", "metadata", "object")
    preview = {key: value for key, value in whole.items() if key not in left_out}
    return preview, Gathered(method=method.id)
