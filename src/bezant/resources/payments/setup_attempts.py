"""Setup attempts: the tries of one setup intent, newest first."""

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.routes import Routes
from bezant.resources.payments.setup_attempt import SetupAttempt
from bezant.resources.payments.setup_intent import SetupIntent

PATH = "/v1/setup_attempts"

routes = Routes(SetupAttempt, PATH, listed=False, retrieved=False)


class ListSetupAttempts(ListParams):
    """Of which setup intent."""

    setup_intent: str


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListSetupAttempts) -> Page:
    """List the tries of a setup intent."""
    intent = await ctx.load(SetupIntent, params.setup_intent, param="setup_intent")
    return await page_of(ctx, SetupAttempt, "setatt", params, {"parent": intent.id})
