"""What a visit to a payment link opens: a session with the link's offer."""

from collections.abc import Sequence

from msgspec import Struct

from bezant.api.context import Context
from bezant.resources.checkout.line_item import Line, items_under, line_again
from bezant.resources.checkout.opening import Origin, new_session, plain, tried, wanted_of
from bezant.resources.checkout.payment_link import PaymentLink, Redirect, check_active
from bezant.resources.checkout.session import CheckoutSession
from bezant.resources.checkout.session_params import CreateSession, PaymentIntentData
from bezant.resources.payments.payment_intent_params import TransferDataParams


class Visitor(Struct, frozen=True):
    """What the address said of whoever comes."""

    client_reference_id: str | None = None
    email: str | None = None


async def visit(ctx: Context, link: PaymentLink, visitor: Visitor) -> CheckoutSession:
    """Open a session; InvalidRequest says why a link leads nowhere any more."""
    check_active(link)
    lines = [line_again(item) for item in await items_under(ctx, link.id)]
    params = _params(link, visitor)
    session = await new_session(ctx, params, lines, Origin(payment_link=link.id))
    return ctx.save(
        session,
        custom_text=link.custom_text,
        metadata=dict(link.metadata),
        phone_number_collection=link.phone_number_collection,
    )


async def check_payment(ctx: Context, link: PaymentLink, lines: Sequence[Line]) -> None:
    """Refuse an offer that nobody could accept."""
    await tried(ctx, wanted_of(_params(link, Visitor()), lines), Origin(payment_link=link.id))


def _params(link: PaymentLink, visitor: Visitor) -> CreateSession:
    after = link.after_completion.redirect
    return CreateSession(
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
