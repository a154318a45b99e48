"""The line items of a payment intent's amount, in the order in which they were sent."""

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.routes import Routes
from bezant.resources.payments.amount_details import PaymentLineItem
from bezant.resources.payments.payment_intent import PaymentIntent

PATH = "/v1/payment_intents/{intent}/amount_details_line_items"

routes = Routes(PaymentLineItem, PATH, listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, intent: PaymentIntent, params: ListParams) -> Page:
    """List what a payment intent's amount is made up of."""
    return await page_of(ctx, PaymentLineItem, "uli", params, {"parent": intent.id})
