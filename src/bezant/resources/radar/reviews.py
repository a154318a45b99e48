"""Reviews: payments that somebody should look at, until they are approved or given back."""

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.routes import Routes
from bezant.kernel.errors import InvalidRequest
from bezant.resources.payments.review import Review, closed

PATH = "/v1/reviews"
routes = Routes(Review, PATH, prefix="prv", listed=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListParams) -> Page:
    """List the reviews that are open, newest first."""
    return await page_of(ctx, Review, "prv", params, {"status": "open"})


@routes.action
async def approve(ctx: Context, review: Review) -> Review:
    """Say that a payment is good, which closes its review."""
    if not review.open:
        raise InvalidRequest(f"{review.id} is closed already: its reason is {review.reason}.")
    return closed(ctx, review, "approved")
