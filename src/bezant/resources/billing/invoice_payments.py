"""Invoice payments: by which payments invoices are paid."""

from typing import Annotated, Literal

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Params
from bezant.api.refusals import missing
from bezant.api.routes import Routes
from bezant.resources.billing.invoice_payment import InvoicePayment
from bezant.resources.core.refused import only, refused

PATH = "/v1/invoice_payments"
_NO_RECORDS = "Payments that were made elsewhere are not recorded: name a payment_intent."


class PaidByParams(Params):
    """By which payment."""

    payment_intent: str | None = None
    payment_record: Annotated[str, refused(_NO_RECORDS)] | None = None
    type: Annotated[str, only("payment_intent", why=_NO_RECORDS)]


class ListInvoicePayments(ListParams):
    """By what payments are listed."""

    invoice: str | None = None
    payment: PaidByParams | None = None
    status: Literal["canceled", "open", "paid"] | None = None


routes = Routes(InvoicePayment, PATH, prefix="inpay", listed=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListInvoicePayments) -> Page:
    """List the payments of invoices, newest first."""
    filters: dict[str, str] = {}
    if params.invoice is not None:
        filters["parent"] = params.invoice
    if params.payment is not None:
        if params.payment.payment_intent is None:
            raise missing("payment[payment_intent]")
        filters["source"] = params.payment.payment_intent
    if params.status is not None:
        filters["status"] = params.status
    return await page_of(ctx, InvoicePayment, "inpay", params, filters)
