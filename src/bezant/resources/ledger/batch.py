"""Batches: up to 10,000 entries in one call, each on its own or all of them together."""

from typing import Annotated

from msgspec import Meta

from bezant.api.context import Context
from bezant.api.operation import Options
from bezant.api.pages import Page
from bezant.api.params import Apart, Params
from bezant.api.results import Itemised
from bezant.api.routes import Routes
from bezant.kernel.errors import ApiError, InvalidRequest
from bezant.resources.ledger.draft import CreateEntry, Drafter
from bezant.resources.ledger.entry import LedgerEntry

MAX_ENTRIES = 10_000
BODY_LIMIT = 8 << 20
"""Bytes: 10,000 entries with one move, a description and metadata of usual length."""


class CreateBatch(Params):
    """Entries; with `atomic` one that is refused refuses all."""

    entries: Annotated[Apart[CreateEntry], Meta(min_length=1, max_length=MAX_ENTRIES)]
    atomic: bool = False


routes = Routes(
    LedgerEntry,
    "/v1/ledger/entries",
    listed=False,
    retrieved=False,
    options=Options(json=True, body_limit=BODY_LIMIT),
)


@routes.post("/v1/ledger/entries/batch", listing=True)
async def batch(ctx: Context, params: CreateBatch) -> Page | Itemised:
    """Enter many at once; each item of the answer is its entry, or the error that refused it."""
    drafter = await Drafter.over(
        ctx, [each for each in params.entries if isinstance(each, CreateEntry)]
    )
    if params.atomic:
        return _together(ctx, drafter, params)
    items: list[LedgerEntry | ApiError] = []
    for at, each in enumerate(params.entries):
        unit = ctx.item()
        if isinstance(each, InvalidRequest):
            items.append(each)
            continue
        try:
            posting, shown = drafter.draft(each, f"entries[{at}]")
        except InvalidRequest as error:
            items.append(error)
        else:
            unit.postings.append(posting)
            items.append(shown)
    return Itemised(items)


def _together(ctx: Context, drafter: Drafter, params: CreateBatch) -> Page:
    bodies: list[str] = []
    for at, each in enumerate(params.entries):
        if isinstance(each, InvalidRequest):
            raise each
        posting, shown = drafter.draft(each, f"entries[{at}]")
        ctx.units[-1].postings.append(posting)
        bodies.append(ctx.encoded(shown))
    return Page(bodies)
