"""Later: what follows when a bank has been heard of or a day has come, as jobs that may read.

A bank's answers are applied to many payments at once and without reading; what has to look at an
intent, a customer or a transfer is done by a job that commits together with the answer.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec
from msgspec import Struct

from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.ledger.book import Book
from bezant.store.jobs import JobRow

_RUNS = 20


class Matter(Struct, frozen=True):
    """What a job is about: an object of an account."""

    platform: str
    account: str
    livemode: bool
    subject: str


Work = Callable[[Context, Matter], Awaitable[bool]]
"""Collects what is to be done; False when there is nothing to do any more."""


def later(
    ctx: Context, kind: str, subject: str, book: Book, platform: str, *, at: datetime | None = None
) -> None:
    """Ask for a job about an object in a book."""
    matter = Matter(platform, book.owner, ctx.livemode, subject)
    ctx.enqueue(kind, msgspec.to_builtins(matter), at=at)


class Doer:
    """Runs the jobs of one kind."""

    def __init__(self, runtime: Runtime, work: Work) -> None:
        """Take the ports, and what is to be done."""
        self._runtime = runtime
        self._work = work

    async def run(self, job: JobRow) -> None:
        """Do it; again in a fresh context if something has changed meanwhile."""
        matter = msgspec.json.decode(job.payload, type=Matter)
        caller = Caller(matter.platform, matter.account, livemode=matter.livemode)
        ctx = Context(self._runtime, caller)
        for _ in range(_RUNS - 1):
            try:
                return await self._once(ctx, matter)
            except Stale:
                ctx = ctx.again()
        return await self._once(ctx, matter)

    async def _once(self, ctx: Context, matter: Matter) -> None:
        """Do it; what a run before has had done outside is undone if nothing is done any more."""
        if await self._work(ctx, matter):
            await ctx.write()
        else:
            await ctx.undo()
