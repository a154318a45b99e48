"""The confirmation token object: how somebody wants to pay, gathered on a page, to be used once."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import msgspec
from msgspec import Struct, field

from bezant.api.context import Context
from bezant.api.params import merged
from bezant.api.resource import Expands, Resource
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.customer import Shipping
from bezant.resources.core.payment_method import (
    AllowRedisplay,
    BillingDetails,
    PaymentMethod,
    made,
)
from bezant.resources.payments.payment_intent import FutureUsage
from bezant.resources.payments.payment_method_details import CreatePaymentMethod, details
from bezant.resources.payments.payment_methods import billing_of

LIVES_SECONDS = 43_200


class ConfirmationToken(Resource, tag="confirmation_token"):
    """A token; an intent that is confirmed by it has what it stands for."""

    expands: ClassVar[Expands] = {"payment_method_preview.customer": ("customer",)}

    expires_at: int | None
    mandate_data: dict[str, Any] | None = None
    metadata: dict[str, str]
    payment_intent: str | None = None
    payment_method_options: None = None
    payment_method_preview: dict[str, Any]
    return_url: str | None = None
    setup_future_usage: FutureUsage | None = None
    setup_intent: str | None = None
    shipping: Shipping | None = None
    use_stripe_sdk: bool = False


class Gathered(Struct, frozen=True, kw_only=True):
    """What a payment method is made of once the token is used, or one that there is (`method`).

    `acceptance` is what was said about a mandate.
    """

    type: str = ""
    shown: dict[str, Any] = field(default_factory=dict[str, Any])
    hidden: dict[str, Any] = field(default_factory=dict[str, Any])
    allow_redisplay: AllowRedisplay = "unspecified"
    billing_details: BillingDetails = BillingDetails()
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    method: str | None = None
    acceptance: dict[str, Any] | None = None


class Used(Struct, frozen=True):
    """A token that confirms an intent, and the payment method that it stands for."""

    token: ConfirmationToken
    method: PaymentMethod
    acceptance: dict[str, Any] | None


async def gathered(ctx: Context, data: CreatePaymentMethod) -> Gathered:
    """Return what a payment method would be made of, without making one."""
    shown, hidden = await details(ctx, data)
    return Gathered(
        type=data.type,
        shown=shown,
        hidden=hidden,
        allow_redisplay=data.allow_redisplay,
        billing_details=billing_of(BillingDetails(), data.billing_details),
        metadata=merged({}, data.metadata),
    )


async def read_token(ctx: Context, name: str, others: Mapping[str, Any]) -> Used:
    """Return a token that can be used with its method, which is made now if it was not there.

    Raises InvalidRequest for one that was used or is too old, or if `others`, parameters by their
    names, say how to pay as well.
    """
    for param, value in others.items():
        if value is not None:
            raise InvalidRequest(f"The token says how to pay: leave {param} out.", param=param)
    token = await ctx.load(ConfirmationToken, name, param="confirmation_token")
    used = token.payment_intent or token.setup_intent
    if used is not None:
        raise InvalidRequest(
            f"The ConfirmationToken {name} has confirmed {used} and can't be used again.",
            code="token_already_used",
            param="confirmation_token",
        )
    if token.expires_at is not None and token.expires_at <= unix_seconds(ctx.now()):
        raise InvalidRequest(
            f"The ConfirmationToken {name} has expired. Gather the details again.",
            code="token_expired",
            param="confirmation_token",
        )
    kept = msgspec.convert(ctx.hidden(token), Gathered)
    if kept.method is not None:
        method = await ctx.load(PaymentMethod, kept.method, param="confirmation_token")
        return Used(token, method, kept.acceptance)
    method = made(
        ctx,
        kept.type,
        kept.shown,
        kept.hidden,
        allow_redisplay=kept.allow_redisplay,
        billing_details=kept.billing_details,
        metadata=kept.metadata,
    )
    return Used(token, method, kept.acceptance)


def note_used(
    ctx: Context, used: Used, kind: Literal["payment_intent", "setup_intent"], intent: str
) -> None:
    """Note which intent a token confirms; what it was made of is forgotten."""
    ctx.save(used.token, expires_at=None, hidden={}, **{kind: intent})
