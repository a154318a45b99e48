"""Answers: facts about movements become entries, states and events, many at a time.

A fact is applied at most once, because a movement's state says what it has heard; so files may
come twice, late, or in any order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from bezant.api.context import Caller, Context, Stale
from bezant.api.resource import Identified
from bezant.api.runtime import Runtime
from bezant.kernel.money import Money
from bezant.movement.handler import Handler, Handlers
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.rows import Place

CHUNK = 250
"""How many movements change in one database transaction."""

TRIES = 5


class Heard(NamedTuple):
    """A fact about one movement; `cause` is the file or statement that the house books it under."""

    place: Place
    fact: MovementFact
    cause: str


async def apply(
    runtime: Runtime, handlers: Handlers, heard: Sequence[Heard], *, livemode: bool
) -> int:
    """Apply facts, each at most once, and return how many changed something.

    Each chunk is one change set: the movements, their subjects, and the house's total.
    """
    changed = 0
    for platform, group in _by_platform(heard):
        for chunk in _chunks(group, CHUNK):
            changed += await _apply_chunk(runtime, handlers, platform, chunk, livemode)
    return changed


async def _apply_chunk(
    runtime: Runtime, handlers: Handlers, platform: str, chunk: Sequence[Heard], livemode: bool
) -> int:
    for _ in range(TRIES):
        ctx = Context(runtime, Caller(platform, platform, livemode))
        changed = await _collect(ctx, handlers, chunk)
        if not changed:
            return 0
        try:
            await ctx.write()
        except Stale:
            continue
        return changed
    # Somebody keeps changing one of them: that one shall not hold up the others.
    assert len(chunk) > 1, "a single movement settles within its tries"
    middle = len(chunk) // 2
    first = await _apply_chunk(runtime, handlers, platform, chunk[:middle], livemode)
    return first + await _apply_chunk(runtime, handlers, platform, chunk[middle:], livemode)


async def _collect(ctx: Context, handlers: Handlers, chunk: Sequence[Heard]) -> int:
    movements = await _movements(ctx, chunk)
    subjects = await _subjects(ctx, handlers, movements.values())
    totals: dict[tuple[str, str, str, str, str], int] = defaultdict(int)
    changed = 0
    for one in chunk:
        movement = movements.get(one.place.id)
        if movement is None:
            continue
        for fact in _steps(ctx.current(movement), one.fact):
            now = ctx.current(movement)
            handler = handlers[now.subject]
            saved = ctx.save(now, **now.with_fact(fact, fact.kind))
            if react := handler.on.get(fact.kind):
                react(ctx, ctx.current(subjects[now.source]), saved, fact)
            if fact.kind in handler.house:
                totals[now.subject, fact.kind, now.rail, now.currency, one.cause] += now.amount
            changed += 1
    _post_totals(ctx, handlers, totals)
    return changed


def _steps(movement: Movement, fact: MovementFact) -> Iterator[MovementFact]:
    """Yield what is to be done: nothing when it is known, a settlement before an early return."""
    if not movement.may_become(fact.kind):
        return
    if fact.kind == "returned" and movement.status != "settled":
        yield MovementFact("settled", fact.at, on=fact.on, reason="because it came back")
    yield fact


def _post_totals(
    ctx: Context, handlers: Handlers, totals: dict[tuple[str, str, str, str, str], int]
) -> None:
    for (subject, kind, rail, currency, cause), amount in totals.items():
        make = handlers[subject].house[kind]
        ctx.post(make(Money(amount, currency), ctx.house, rail), source=cause)


async def _movements(ctx: Context, chunk: Sequence[Heard]) -> dict[str, Movement]:
    keys = [(one.place.book, Movement.kind(), one.place.id) for one in chunk]
    rows = await ctx.runtime.reader.many(list(dict.fromkeys(keys)))
    found: dict[str, Movement] = {}
    for key, row in rows.items():
        movement = msgspec.json.decode(row.body, type=Movement)
        found[key[2]] = ctx.adopt(movement, row, movement.book)
    return found


async def _subjects(
    ctx: Context, handlers: Handlers, movements: Iterable[Movement]
) -> dict[str, Identified]:
    by_handler: dict[str, list[Movement]] = defaultdict(list)
    for movement in movements:
        by_handler[movement.subject].append(movement)
    found: dict[str, Identified] = {}
    for kind, members in by_handler.items():
        handler: Handler = handlers[kind]
        names = [(movement.book, movement.source) for movement in members]
        found |= await ctx.load_all(handler.subject, names)
    return found


def _by_platform(heard: Sequence[Heard]) -> Iterator[tuple[str, list[Heard]]]:
    groups: dict[str, list[Heard]] = defaultdict(list)
    for one in heard:
        groups[one.place.platform].append(one)
    yield from groups.items()


def _chunks(items: Sequence[Heard], size: int) -> Iterator[Sequence[Heard]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]
