"""Ledger entries: created, posted or voided when pending, reversed, and read with their fate."""

from bezant.api.context import Context
from bezant.api.operation import Options
from bezant.api.routes import Routes
from bezant.api.standard import missing
from bezant.resources.ledger.draft import CreateEntry, Drafter
from bezant.resources.ledger.entry import EntryRow, LedgerEntry, load_rows

routes = Routes(
    LedgerEntry,
    "/v1/ledger/entries",
    listed=False,
    retrieved=False,
    options=Options(json=True),
)


@routes.create
async def create(ctx: Context, params: CreateEntry) -> LedgerEntry:
    """Enter moves between accounts, all of them or none."""
    draft = (await Drafter.over(ctx, [params])).draft(params)
    ctx.units[-1].postings.append(draft.posting)
    return draft.shown


@routes.get("/v1/ledger/entries/{id}")
async def retrieve(ctx: Context, name: str) -> LedgerEntry:
    """Retrieve an entry of the account's book, whatever made it."""
    return (await _load(ctx, name)).shown(ctx.book, ctx.now())


async def _load(ctx: Context, name: str) -> EntryRow:
    row = (await load_rows(ctx, [name])).get(name)
    if row is None:
        raise missing(LedgerEntry, name)
    return row
