"""Browsers and apps: what whoever has a publishable key may see and do of an intent.

Such a key is known to everybody, so the intent's own secret is wanted as well; and what is between
a shop and its platform is not shown.
"""

from hmac import compare_digest
from typing import Any, TypeVar

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.api.params import Params
from bezant.api.refusals import missing
from bezant.kernel.errors import Forbidden, InvalidRequest
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.setup_intent import SetupIntent

T = TypeVar("T", bound=PaymentIntent | SetupIntent)
_PRIVATE = ("application", "application_fee_amount", "customer", "latest_attempt",
            "latest_charge", "mandate", "on_behalf_of", "payment_method_options", "review",
            "single_use_mandate", "transfer_data", "transfer_group")  # fmt: skip
"""What of an intent a page does not see, beside its metadata."""


def check_secret(ctx: Context, intent: PaymentIntent | SetupIntent, sent: str | None) -> None:
    """Refuse a secret that is not the intent's, and none from where one is needed."""
    if sent is None:
        if ctx.caller.publishable:
            raise missing("client_secret")
        return
    if not compare_digest(sent.encode(), intent.client_secret.encode()):
        title = "PaymentIntent" if isinstance(intent, PaymentIntent) else "SetupIntent"
        raise InvalidRequest(
            "The client_secret provided does not match the client_secret associated with the "
            f"{title}.",
            param="client_secret",
        )


def check_client_confirms(ctx: Context, params: Params, card: Any, *names: str) -> None:
    """Refuse, as Forbidden, what only a server may say when it confirms.

    Of the options of cards, a page may choose the network and whether the card is kept.
    """
    if not ctx.caller.publishable:
        return
    said = [name for name in names if getattr(params, name) is not None]
    if isinstance(card, Params):
        options = card.changes(without=("network", "setup_future_usage"))
        said += [f"payment_method_options[card][{name}]" for name in options]
    if said:
        raise Forbidden(
            f"You can't send {said[0]} with a publishable API key. Please use a secret key.",
            code="secret_key_required",
            param=said[0],
        )


def for_caller(ctx: Context, told: T | Failure) -> T | Failure:
    """Return what is told of an intent without what a page is not to see, if a page asks."""
    if not ctx.caller.publishable:
        return told
    if not isinstance(told, Failure):
        return as_seen(ctx, told)
    error = told.error
    extra = dict(error.extra)
    for name, value in error.extra.items():
        if isinstance(value, PaymentIntent | SetupIntent):
            extra[name] = as_seen(ctx, value)
    told_so = type(error)(error.message, code=error.code, param=error.param, extra=extra)
    return Failure(told_so)


def as_seen(ctx: Context, intent: T) -> T:
    """Return an intent as whoever asks may see it."""
    if not ctx.caller.publishable:
        return intent
    private: dict[str, Any] = dict.fromkeys(set(_PRIVATE).intersection(intent.__struct_fields__))
    return replace(intent, metadata={}, **private)
