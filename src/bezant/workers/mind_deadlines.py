"""Mind deadlines: ask after messages that nobody has answered, and close what is final.

An instant rail that does not answer in its time leaves the outcome unknown. It is asked again and
again, more and more rarely, always under the first end-to-end id; nothing is ever sent twice.
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.log import get_logger
from bezant.ledger.book import HOUSE
from bezant.movement.answer import apply
from bezant.movement.errand import about
from bezant.movement.heard import Heard
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.rows import Place, overdue

AT_ONCE = 500

log = get_logger(__name__)


class DeadlineMinder:
    """Looks at movements whose time to be looked at has come."""

    def __init__(self, runtime: Runtime) -> None:
        """Take the ports."""
        self._runtime = runtime

    async def run_once(self) -> int:
        """Deal with what is overdue; returns how many movements that was."""
        async with self._runtime.pool.connection() as conn:
            places = await overdue(conn, self._runtime.clock.now(), AT_ONCE)
        if not places:
            return 0
        movements = await self._load(places)
        now = unix_seconds(self._runtime.clock.now())
        said, unknown = list[Heard](), list[Place]()
        for place in places:
            if fact := _passed(movements[place.id], now):
                said.append(Heard(place, fact, place.id))
            else:
                unknown.append(place)
        return await self._apply(said, movements) + await self._ask(unknown, movements)

    async def _load(self, places: Sequence[Place]) -> dict[str, Movement]:
        keys = [(place.book, Movement.kind(), place.id) for place in places]
        rows = await self._runtime.reader.many(keys)
        return {key[2]: msgspec.json.decode(row.body, type=Movement) for key, row in rows.items()}

    async def _apply(self, heard: Sequence[Heard], movements: dict[str, Movement]) -> int:
        by_mode: dict[bool, list[Heard]] = defaultdict(list)
        for one in heard:
            by_mode[movements[one.place.id].livemode].append(one)
        return sum(
            [await apply(self._runtime, told, livemode=mode) for mode, told in by_mode.items()]
        )

    async def _ask(self, places: Sequence[Place], movements: dict[str, Movement]) -> int:
        """Ask the banks what became of messages; where none can be asked, statements will tell."""
        asked = 0
        for livemode in (False, True):
            members = [place for place in places if movements[place.id].livemode == livemode]
            ctx = Context(self._runtime, Caller(HOUSE, HOUSE, livemode))
            keys = [(place.book, Movement.kind(), place.id) for place in members]
            for row in (await self._runtime.reader.many(keys)).values():
                movement = msgspec.json.decode(row.body, type=Movement)
                self._ask_after(ctx, ctx.adopt(movement, row, movement.book))
            try:
                await ctx.write()
            except Stale:  # One of them has just been answered: the others are asked next time.
                continue
            asked += len(members)
        return asked

    def _ask_after(self, ctx: Context, movement: Movement) -> None:
        try:
            about(ctx, movement, "enquire")
        except InvalidRequest as refused:
            why = refused.message
            log.warning("movement_can_not_be_asked_after", movement=movement.id, reason=why)
            ctx.save(movement, due_at=None)


def _passed(movement: Movement, now: int) -> MovementFact | None:
    """Return what the time that has passed says of a movement; None if its bank is to be asked."""
    match movement.act, movement.status:
        case _, "settled" | "dishonored":
            return MovementFact("final", now)
        case "prenote" | "mandate", "submitted" | "acknowledged":
            return MovementFact("settled", now, reason="nothing has come back in time")
        case "verify", "submitted" | "acknowledged" | "unknown":
            return MovementFact("rejected", now, reason="nobody has answered in the rail's time")
        case _, "submitted":
            return MovementFact("unknown", now, reason="no answer in the rail's time")
        case _:
            return None
