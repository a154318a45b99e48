"""What a payment link opens for whoever takes its offer: a session."""

from collections.abc import Sequence

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.decoders import decoder
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.checkout.custom_fields import in_session
from bezant.resources.checkout.line_item import Line, LineItem, line_again
from bezant.resources.checkout.link_places import check_active
from bezant.resources.checkout.opening import check_submit, new_session
from bezant.resources.checkout.opening_types import plain, pruned
from bezant.resources.checkout.opening_ways import Origin, ways_of
from bezant.resources.checkout.payment_link import PaymentLink, Redirect
from bezant.resources.checkout.session import CheckoutSession
from bezant.resources.checkout.session_params import CreateSession, PaymentIntentData
from bezant.resources.checkout.subscription_data import LinkSubscription, SubscriptionData
from bezant.resources.payments.payment_intent_params import TransferDataParams

_of_subscription = decoder(SubscriptionData, json=True)
_LIMITED_SECONDS = 3_600
"""How long a session has that may keep the place of a link that only takes so many payments."""


class Visitor(Struct, frozen=True):
    """What the address said of whoever comes."""

    client_reference_id: str | None = None
    email: str | None = None


async def visit(
    ctx: Context, link: PaymentLink, items: Sequence[LineItem], visitor: Visitor
) -> CheckoutSession:
    """Open a session for a link's items; InvalidRequest says why it leads nowhere any more."""
    check_active(ctx, link)
    lines = [line_again(item) for item in items]
    params = _params(link, visitor, recurring=_recurs(lines))
    if link.restrictions is not None:  # Others wait for the place that it may take.
        params = replace(params, expires_at=unix_seconds(ctx.now()) + _LIMITED_SECONDS)
    session = await new_session(ctx, params, lines, Origin(payment_link=link.id))
    return ctx.save(
        session,
        consent_collection=link.consent_collection,
        custom_fields=in_session(link.custom_fields),
        custom_text=link.custom_text,
        metadata=dict(link.metadata),
        name_collection=link.name_collection,
        phone_number_collection=link.phone_number_collection,
        shipping_address_collection=link.shipping_address_collection,
    )


async def check_payment(ctx: Context, link: PaymentLink, lines: Sequence[Line]) -> None:
    """Refuse an offer that nobody could accept, and what goes with another kind of offer."""
    recurring = _recurs(lines)
    check_submit(link.submit_type, recurring=recurring)
    for name in _ONCE if recurring else _AGAIN:
        if getattr(link, name) is not None:
            kind = "is charged again and again" if recurring else "is charged once"
            raise InvalidRequest(f"You can't send `{name}` for what {kind}.", param=name)
    if recurring and link.transfer_data is not None and link.transfer_data.amount is not None:
        raise InvalidRequest(
            "All of what is charged again and again goes on: leave the amount out, and keep a part "
            "with `application_fee_percent`.",
            param="transfer_data[amount]",
        )
    params = _params(link, Visitor(), recurring=recurring)
    await ways_of(ctx, params, lines, Origin(payment_link=link.id))


_ONCE = ("payment_intent_data", "application_fee_amount")
_AGAIN = ("subscription_data", "application_fee_percent")


def _recurs(lines: Sequence[Line]) -> bool:
    return any(line.price.recurring for line in lines)


def _params(link: PaymentLink, visitor: Visitor, *, recurring: bool) -> CreateSession:
    after = link.after_completion.redirect
    params = CreateSession(
        allow_promotion_codes=link.allow_promotion_codes or None,
        billing_address_collection=link.billing_address_collection,
        client_reference_id=visitor.client_reference_id,
        customer_email=visitor.email,
        payment_method_types=link.payment_method_types,
        submit_type=link.submit_type,
        success_url=after.url if isinstance(after, Redirect) else None,
    )
    if recurring:
        data = _subscription_data(link)
        return replace(params, mode="subscription", subscription_data=data)
    creation, data = link.customer_creation, _intent_data(link)
    return replace(params, customer_creation=creation, payment_intent_data=data)


def _subscription_data(link: PaymentLink) -> SubscriptionData:
    data, percent = link.transfer_data, link.application_fee_percent
    told = to_builtins(link.subscription_data or LinkSubscription())
    told["invoice_settings"].pop("issuer")
    told |= {"on_behalf_of": link.on_behalf_of} if link.on_behalf_of else {}
    told |= {"transfer_data": {"destination": data.destination}} if data else {}
    told |= {"application_fee_percent": str(percent)} if percent is not None else {}
    return _of_subscription(pruned(told))


def _intent_data(link: PaymentLink) -> PaymentIntentData:
    data, told = link.transfer_data, plain(link.payment_intent_data)
    return PaymentIntentData(
        application_fee_amount=link.application_fee_amount,
        on_behalf_of=link.on_behalf_of,
        transfer_data=(
            TransferDataParams(amount=data.amount, destination=data.destination) if data else None
        ),
        **told,
    )
