"""Spot spikes: kinds of API errors that suddenly come much more often, each told by an event."""

from collections import defaultdict
from datetime import datetime, timedelta

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.kernel.codec import unix_seconds
from bezant.kernel.log import get_logger
from bezant.ledger.book import HOUSE, book_of
from bezant.resources.banks.operator import operator
from bezant.resources.error_groups import RULE, ErrorSpike, shown
from bezant.store import error_groups
from bezant.store.error_groups import Spike, SpikeSearch

AT_ONCE = 1_000

log = get_logger(__name__)


class SpikeSpotter:
    """Looks at the counts of the last hour, and tells what stands out."""

    def __init__(self, runtime: Runtime) -> None:
        """Work over the runtime."""
        self._runtime = runtime

    async def run_once(self) -> int:
        """Tell of spikes that nobody was told of; returns how many."""
        now = self._runtime.clock.now()
        search = _search(now, self._runtime.config.error_spike)
        async with self._runtime.pool.connection() as conn:
            found = await error_groups.spikes(conn, search)
        by_owner: defaultdict[tuple[str, bool], list[Spike]] = defaultdict(list)
        for spike in found:
            by_owner[spike.group.platform, spike.group.livemode].append(spike)
        for (owner, livemode), spikes in by_owner.items():
            platform = owner if owner != HOUSE else await operator(self._runtime)
            if platform is None:
                continue  # Strangers have come before anybody has a key.
            ctx = Context(self._runtime, Caller(platform, platform, livemode))
            for spike in spikes:
                self._tell(ctx, spike, search)
            await ctx.write()
        if found:
            async with self._runtime.pool.connection() as conn:
                await error_groups.told(conn, [spike.group for spike in found], now)
        return len(found)

    def _tell(self, ctx: Context, spike: Spike, search: SpikeSearch) -> None:
        group = spike.group
        told = ErrorSpike(
            count=spike.lately,
            usual=-(-spike.before // RULE.windows_before),
            window_start=unix_seconds(search.since),
            window_end=unix_seconds(search.until),
            rule=RULE.since,
        )
        stranger = group.account == HOUSE
        book = ctx.book if stranger else book_of(group.account, group.livemode)
        ctx.emit("api.error_spike", shown(group, told), book=book)
        log.warning("error_spike", group=group.id, code=group.code, operation=group.operation,
                    account=group.account, count=told.count, usual=told.usual)  # fmt: skip


def _search(now: datetime, least: int) -> SpikeSearch:
    until = now.replace(second=0, microsecond=0)
    window = timedelta(minutes=RULE.window_minutes)
    return SpikeSearch(
        from_=until - window * (RULE.windows_before + 1),
        since=until - window,
        until=until,
        windows=RULE.windows_before,
        least=least,
        factor=RULE.factor,
        quiet=now - timedelta(minutes=RULE.quiet_minutes),
        limit=AT_ONCE,
    )
