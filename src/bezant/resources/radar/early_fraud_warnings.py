"""Early fraud warnings: what issuers believe of payments, to be read."""

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.routes import Routes
from bezant.resources.payments.early_fraud_warning import EarlyFraudWarning

PATH = "/v1/radar/early_fraud_warnings"


class ListWarnings(ListParams):
    """By what warnings are listed."""

    charge: str | None = None
    payment_intent: str | None = None


routes = Routes(EarlyFraudWarning, PATH, prefix="issfr", listed=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListWarnings) -> Page:
    """List early fraud warnings, newest first."""
    chosen = {"source": params.charge, "parent": params.payment_intent}
    filters = {name: value for name, value in chosen.items() if value is not None}
    return await page_of(ctx, EarlyFraudWarning, "issfr", params, filters)
