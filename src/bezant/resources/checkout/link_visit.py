"""What a payment link opens for whoever takes its offer: a session."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.resources.checkout.custom_fields import in_session
from bezant.resources.checkout.line_item import Line, LineItem, line_again
from bezant.resources.checkout.link_places import check_active
from bezant.resources.checkout.opening import (
    Origin,
    check_customer,
    new_session,
    tried,
    wanted_of,
)
from bezant.resources.checkout.opening_types import plain
from bezant.resources.checkout.payment_link import PaymentLink, Redirect
from bezant.resources.checkout.session import CheckoutSession
from bezant.resources.checkout.session_params import CreateSession, PaymentIntentData
from bezant.resources.payments.payment_intent_params import TransferDataParams

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
    params = _params(link, visitor)
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
    """Refuse an offer that nobody could accept."""
    params = _params(link, Visitor())
    intent = await tried(ctx, wanted_of(params, lines), Origin(payment_link=link.id))
    check_customer(params, intent.payment_method_types)


def _params(link: PaymentLink, visitor: Visitor) -> CreateSession:
    after = link.after_completion.redirect
    return CreateSession(
        allow_promotion_codes=link.allow_promotion_codes or None,
        billing_address_collection=link.billing_address_collection,
        client_reference_id=visitor.client_reference_id,
        customer_creation=link.customer_creation,
        customer_email=visitor.email,
        payment_intent_data=_intent_data(link),
        payment_method_types=link.payment_method_types,
        submit_type=link.submit_type,
        success_url=after.url if isinstance(after, Redirect) else None,
    )


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
