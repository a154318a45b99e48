"""Checkout sessions: opened, listed, changed and ended; what is paid in them, line by line."""

from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.failure import Failure
from bezant.api.operation import Options
from bezant.api.pages import Page, page_of
from bezant.api.params import merged
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.checkout.ending import expire as expired
from bezant.resources.checkout.line_item import LineItem, lines_of
from bezant.resources.checkout.opening import check_fit, new_session
from bezant.resources.checkout.paying import pay
from bezant.resources.checkout.pricing import begin
from bezant.resources.checkout.session import PATH, CheckoutSession, check_open, kept_of
from bezant.resources.checkout.session_params import (
    ConfirmPage,
    CreateSession,
    IntentText,
    ListSessions,
    UpdateSession,
)
from bezant.resources.core.account_customer import with_customer
from bezant.resources.core.payment_method import payment_method_of

OF_PAGE = "/v1/payment_pages/{session}"

routes = Routes(CheckoutSession, PATH, listed=False)
line_items = Routes(
    LineItem,
    PATH + "/{session}/line_items",
    prefix="li",
    parent=CheckoutSession,
    retrieved=False,
    options=Options(permits=CheckoutSession.kind()),
)
pages = Routes(CheckoutSession, "/v1/payment_pages", listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListSessions) -> Page:
    """List sessions, newest first."""
    params = await with_customer(ctx, params)
    email = params.customer_details.email if params.customer_details else None
    sent = {
        "source": params.customer,
        "destination": email,
        "reference": params.payment_intent,
        "group": params.payment_link,
        "status": params.status,
        "parent": params.subscription,
    }
    filters = {name: value for name, value in sent.items() if value is not None}
    mode = "live" if ctx.livemode else "test"
    return await page_of(ctx, CheckoutSession, f"cs_{mode}", params, filters)


@routes.create
async def create(ctx: Context, params: CreateSession) -> CheckoutSession:
    """Open a page on which somebody pays; it is at the session's `url`."""
    params = await with_customer(ctx, params)
    check_fit(params)
    lines = await lines_of(ctx, params.line_items or [])
    return await new_session(ctx, params, lines)


@routes.update
async def update(ctx: Context, session: CheckoutSession, params: UpdateSession) -> CheckoutSession:
    """Change what is said of a session; of its payment, while nobody has paid."""
    hidden = ctx.hidden(session)
    if params.payment_intent_data is not None:
        check_open(ctx, session)
        if session.mode != "payment" or session.payment_intent is not None:
            raise InvalidRequest(
                "The payment has been tried already, or there is none to come.",
                param="payment_intent_data",
            )
        kept = kept_of(ctx, session)
        wanted = _rewritten(kept.wanted, params.payment_intent_data)
        hidden = hidden | to_builtins(replace(kept, wanted=wanted))
    return ctx.save(session, hidden=hidden, metadata=merged(session.metadata, params.metadata))


@routes.action
async def expire(ctx: Context, session: CheckoutSession) -> CheckoutSession:
    """End a session before its time; nobody can pay in it any more."""
    check_open(ctx, session)
    return await expired(ctx, session)


@pages.get(OF_PAGE, permits=CheckoutSession.kind())
async def retrieve_page(_ctx: Context, session: CheckoutSession) -> CheckoutSession:
    """Retrieve the session that a page shows."""
    return session


@pages.post(OF_PAGE + "/confirm", permits=CheckoutSession.kind())
async def confirm(
    ctx: Context, session: CheckoutSession, params: ConfirmPage
) -> CheckoutSession | Failure:
    """Pay in test mode as the customer does on the page."""
    if ctx.livemode:
        raise InvalidRequest("Customers pay on the page themselves in live mode.")
    if params.expected_amount not in (None, session.amount_total):
        raise InvalidRequest(
            f"The amount is {session.amount_total}, and not what you expected.",
            param="expected_amount",
        )
    check_open(ctx, session)
    method = await payment_method_of(ctx, params.payment_method, "payment_method")
    return await pay(ctx, await begin(ctx, session), method)


def _rewritten(wanted: dict[str, Any], sent: IntentText) -> dict[str, Any]:
    metadata = merged(wanted.get("metadata", {}), sent.metadata)
    return wanted | sent.changes() | {"metadata": metadata}
