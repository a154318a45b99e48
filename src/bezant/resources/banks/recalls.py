"""Recalls of others: who wants money back that has come, until when to answer, and the answer."""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Params
from bezant.api.routes import Routes
from bezant.movement import recalls
from bezant.movement.movement import Movement
from bezant.resources.banks.operator import house_of

PATH = "/v1/movements/recalls"


class AnswerRecall(Params):
    """Whether the money goes back, and why not: the network's code where the rail wants one."""

    answer: Literal["accept", "refuse"]
    reason: Annotated[str, Meta(min_length=1, max_length=140)] | None = None


routes = Routes(Movement, PATH, prefix="mv", listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_recalls(ctx: Context, params: ListParams) -> Page:
    """List what others want back and nobody has answered yet, newest first."""
    house = await house_of(ctx)
    return await page_of(house, Movement, "mv", params, {"currency": "requested"})


@routes.post("/v1/movements/{id}/answer_recall")
async def answer_recall(ctx: Context, id: str, params: AnswerRecall) -> Movement:
    """Give what came in back to whoever asks for it, or refuse to."""
    await house_of(ctx)
    movement = await ctx.load(Movement, id, book=ctx.house)
    granted = params.answer == "accept"
    return recalls.answer(ctx, movement, granted=granted, reason=params.reason or "")
