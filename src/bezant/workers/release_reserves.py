"""Release reserves: what is kept back is released when its day has come, and plans end."""

from collections import defaultdict
from collections.abc import Sequence

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.commit.change_set import Accepted, Refused
from bezant.db.queries import load
from bezant.kernel.log import get_logger
from bezant.ledger.book import HOUSE, Book, book_of
from bezant.resources.connect.reserve_plan import ReservePlan
from bezant.resources.payments.reserve import ReserveHold, Why, release

QUERIES = load("bezant.workers", "settle.sql")
AT_ONCE = 500
_OVERTAKEN = ("stale",)
Due = Sequence[tuple[Book, str]]

log = get_logger(__name__)


class ReserveReleaser:
    """Releases holds and ends plans, each book in a change set of its own."""

    def __init__(self, runtime: Runtime) -> None:
        """Take the ports."""
        self._runtime = runtime

    async def run_once(self) -> int:
        """Deal with up to AT_ONCE holds and plans that are due; returns how many it was."""
        async with self._runtime.pool.connection() as conn:
            values = {"now": self._runtime.clock.now(), "limit": AT_ONCE}
            rows = await (await conn.execute(QUERIES.reserves, values)).fetchall()
        done = 0
        for mode in (False, True):
            holds = _named(rows, ReserveHold.kind(), livemode=mode)
            plans = _named(rows, ReservePlan.kind(), livemode=mode)
            if holds or plans:
                done += await self._end(holds, plans, livemode=mode)
        return done

    async def _end(self, holds: Due, plans: Due, *, livemode: bool) -> int:
        ctx = Context(self._runtime, Caller(HOUSE, HOUSE, livemode))
        held = await ctx.load_all(ReserveHold, holds)
        kept = await ctx.load_all(ReservePlan, plans)
        books: dict[Book, list[ReserveHold | ReservePlan]] = defaultdict(list)
        for book, name in (*holds, *plans):
            books[book].append(held[name] if name in held else kept[name])
        counts: list[int] = []
        for book, ended in books.items():
            if counts:
                ctx.item()
            for one in ended:
                _ended(ctx, one, book)
            counts.append(len(ended))
        done = 0
        for outcome, count in zip(await ctx.commit(), counts, strict=True):
            if isinstance(outcome, Accepted):
                done += count
            elif isinstance(outcome, Refused) and outcome.code not in _OVERTAKEN:
                log.error("reserve_not_released", code=outcome.code)
        return done


def _named(rows: Sequence[tuple[str, bool, str, str]], kind: str, *, livemode: bool) -> Due:
    return [
        (book_of(owner, mode), name)
        for owner, mode, found, name in rows
        if found == kind and mode == livemode
    ]


def _ended(ctx: Context, one: ReserveHold | ReservePlan, book: Book) -> None:
    if isinstance(one, ReservePlan):
        ctx.save(one, status="expired", event="reserve.plan.expired")
    else:
        release(ctx, one, one.left, "hold_expired", Why(created_by="stripe"), book=book)
