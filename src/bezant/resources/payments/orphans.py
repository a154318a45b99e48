"""Orphans: what an acquirer's files tell of as held or given back, and no books know of.

They are what a process has asked for that died before it could commit it. A call that is sent again
under its key finds what it has asked for, so each is looked for once more when nobody can do that
any longer. Then what is held goes back to the cardholder, and what was given back is written down.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from functools import partial

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bezant.api.context import Caller, Context, Hidden
from bezant.api.pages import bounds_between
from bezant.api.runtime import Runtime
from bezant.db.arrays import integers, texts
from bezant.db.queries import load
from bezant.kernel.codec import microseconds
from bezant.kernel.errors import InternalError, NotFound
from bezant.kernel.ids import WIDTH
from bezant.kernel.log import get_logger
from bezant.ledger.book import book_of
from bezant.rail.cards import About, CardNotice, Cleared, Held, reference_of
from bezant.resources.payments.ask_card import captures_of
from bezant.resources.payments.card import acquirer_of
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.refund_adopted import Given, adopt
from bezant.resources.payments.refund_references import known_by
from bezant.resources.payments.undoing import FENCES, Fence, holds_of, is_free, paid_behind
from bezant.store.jobs import JobRow

QUERIES = load("bezant.resources.payments", "orphans.sql")
HELD_JOB, GIVEN_JOB = "cards.look_for_hold", "cards.look_for_refund"
GRACE = timedelta(hours=1)
"""How long after everybody has stopped asking under a name its request may take to be committed."""
_BEFORE = timedelta(minutes=1)
_AT_ONCE = 5_000

log = get_logger(__name__)


class Hold(Struct, frozen=True):
    """A hold that is to be looked for."""

    held: Held
    livemode: bool


class Refunded(Struct, frozen=True):
    """What was given back and is to be looked for; its `capture` is the reference of the one."""

    given: Given
    about: About
    livemode: bool


async def look_for(ctx: Context, notices: Sequence[CardNotice]) -> tuple[str, ...]:
    """Have looked for what the books do not know, of all that a file tells of.

    Returns what is odd about it: holds of which nobody can tell whose they are.
    """
    told = [each for each in notices if isinstance(each, Held)]
    held = [each for each in told if _ours(each.about)]
    for each in await _unknown_holds(ctx, held):
        hold = msgspec.to_builtins(Hold(each, ctx.livemode))
        ctx.enqueue(HELD_JOB, hold, at=_end_of_asking(each.since))
    given = [each for each in notices if isinstance(each, Cleared) and _is_refund(each)]
    for one in await _unknown_refunds(ctx, given):
        refunded = msgspec.to_builtins(Refunded(_given(one), one.about, ctx.livemode))
        ctx.enqueue(GIVEN_JOB, refunded, at=ctx.now() + GRACE)
    strange = [each.reference for each in told if not _ours(each.about)]
    if not strange:
        return ()
    return (f"{len(strange)} holds about nothing known, the first of them {strange[0]}",)


def _ours(about: About) -> bool:
    return about.platform.startswith("acct_") and about.account.startswith("acct_")


def _is_refund(one: Cleared) -> bool:
    about = one.about
    return one.amount.amount < 0 and not one.case and _ours(about) and bool(about.subject)


def _given(one: Cleared) -> Given:
    return Given(
        charge=one.about.subject,
        capture=one.original,
        reference=one.reference,
        acquirer_reference=one.acquirer_reference,
        amount=-one.amount,
    )


def _end_of_asking(since: datetime) -> datetime:
    """Return from when on nobody asks any more what was asked for at a moment.

    A name that no object counts has the day in it.
    """
    after = since.date() + timedelta(days=1)
    return datetime.combine(after, time(), since.tzinfo) + GRACE


async def _unknown_holds(ctx: Context, held: Sequence[Held]) -> list[Held]:
    """Return what no intent is known to hold that it is about."""
    wanted = [(book_of(each.about.account, ctx.livemode), each.about.subject) for each in held]
    intents = await ctx.load_all(PaymentIntent, wanted)
    paid = [
        (book, found.latest_charge)
        for book, name in wanted
        if (found := intents.get(name)) is not None and found.latest_charge is not None
    ]
    charges = await ctx.load_all(Charge, paid)
    known = {one for each in charges.values() for one in holds_of(ctx.hidden(each))}
    return [each for each in held if each.reference not in known]


async def _unknown_refunds(ctx: Context, given: Sequence[Cleared]) -> list[Cleared]:
    """Return what no refund of its payment is known to have given back."""
    if not given:
        return []
    books = [book_of(each.about.account, ctx.livemode).id for each in given]
    values = [integers(books), texts([each.about.subject for each in given])]
    async with ctx.runtime.pool.connection() as conn:
        rows = await (await conn.execute(QUERIES.refunds, values)).fetchall()
    known = {(charge, name) for charge, text in rows for name in known_by(_decoded(text))}
    return [
        each
        for each in given
        if not known
        & {
            (each.about.subject, each.reference),
            (each.about.subject, each.acquirer_reference),
        }
    ]


def _decoded(text: str | None) -> Hidden:
    return msgspec.json.decode(text) if text else {}


class OrphanFinder:
    """Runs the jobs; knows fences by the prefix of their ids."""

    def __init__(self, runtime: Runtime, fences: Mapping[str, Fence]) -> None:
        """Take the ports, and what fences there are besides intents."""
        self._runtime = runtime
        self._fences = {**FENCES, **fences}

    async def held(self, job: JobRow) -> None:
        """Let a hold go that nobody knows of."""
        hold = msgspec.json.decode(job.payload, type=Hold)
        held = hold.held
        ctx = self._context(held.about, livemode=hold.livemode)
        if not await is_free(ctx, held.reference, partial(self._look, held)):
            return
        if not await acquirer_of(ctx).let_go(held, livemode=hold.livemode):
            raise InternalError(f"the acquirer does not let go of {held.reference}")
        log.warning("card_hold_let_go", reference=held.reference, subject=held.about.subject)

    async def given(self, job: JobRow) -> None:
        """Write a refund down that nobody knows of."""
        found = msgspec.json.decode(job.payload, type=Refunded)
        ctx, given = self._context(found.about, livemode=found.livemode), found.given
        for capture in captures_of(ctx, await ctx.load(Charge, given.charge)):
            if reference_of(capture.id) == given.capture:
                await adopt(ctx, replace(given, capture=capture.id))
                return
        raise InternalError(f"{given.charge} has no capture {given.capture}")

    def _context(self, about: About, *, livemode: bool) -> Context:
        return Context(self._runtime, Caller(about.platform, about.account, livemode=livemode))

    async def _look(self, held: Held, ctx: Context) -> Collection[str]:
        subject = held.about.subject
        fence = self._fences.get(subject.partition("_")[0])
        if fence is not None:
            with suppress(NotFound):  # It was made by the call that has come to nothing.
                return await paid_behind(ctx, fence=fence, name=subject)
        return await _among_charges(ctx, held)


async def _among_charges(ctx: Context, held: Held) -> Collection[str]:
    """Look through the charges of the time in which a hold may have been committed."""
    first, last = held.since - _BEFORE, _end_of_asking(held.since)
    bounds = bounds_between("ch", microseconds(first), microseconds(last))
    assert bounds is not None, "time goes on"
    asked = {
        "book": ctx.book.id,
        "after": (bounds.least or "")[-WIDTH:],
        "last": (bounds.most or "")[-WIDTH:],
        "limit": _AT_ONCE,
    }
    while True:
        async with ctx.runtime.pool.connection() as conn:
            rows = await (await conn.execute(QUERIES.authorizations, asked)).fetchall()
        if any(held.reference in holds_of(_decoded(text)) for _, text in rows):
            return [held.reference]
        if len(rows) < _AT_ONCE:
            return []
        asked["after"] = rows[-1][0]
