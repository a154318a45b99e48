"""Ledger entries: created, posted or voided when pending, reversed, and read with their fate."""

from bezant.api.context import Context
from bezant.api.operation import Options
from bezant.api.pages import Page
from bezant.api.routes import Routes
from bezant.resources.ledger.draft import CreateEntry, Drafter
from bezant.resources.ledger.entry import LedgerEntry
from bezant.resources.ledger.entry_pages import ListEntries, entry_page
from bezant.resources.ledger.pending import PostEntry, post_pending, void_pending
from bezant.resources.ledger.reversal import ReverseEntry, reverse_posted
from bezant.resources.ledger.step import Step, load_entry

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
    return (await load_entry(ctx, name)).shown(ctx.book, ctx.now())


@routes.get("/v1/ledger/entries", listing=True)
async def list_entries(ctx: Context, params: ListEntries) -> Page:
    """List the entries of the account's book, newest first."""
    found, more = await entry_page(ctx, params)
    return Page([ctx.encoded(each) for each in found], more)


@routes.post("/v1/ledger/entries/{id}/post")
async def post(ctx: Context, name: str, params: PostEntry) -> LedgerEntry:
    """Post what a pending entry holds, or a part of it."""
    return await post_pending(ctx, name, params)


@routes.post("/v1/ledger/entries/{id}/void")
async def void(ctx: Context, name: str, params: Step) -> LedgerEntry:
    """Release what a pending entry holds."""
    return await void_pending(ctx, name, params)


@routes.post("/v1/ledger/entries/{id}/reverse")
async def reverse(ctx: Context, name: str, params: ReverseEntry) -> LedgerEntry:
    """Move back what an entry has posted, or a part of it, by a new entry, which is returned."""
    return await reverse_posted(ctx, name, params)
