"""Answers: facts about movements become entries, states and events, many at a time.

A fact is applied at most once, because a movement's state says what it has heard; so files may
come twice, late, or in any order. Each fact is kept with the entries that it made.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

import msgspec
from msgspec.structs import replace

from bezant.api.context import Caller, Context, Stale
from bezant.api.resource import Identified
from bezant.api.runtime import Runtime
from bezant.flows import exposure, return_charge
from bezant.flows import received as received_flow
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.movement import recalls
from bezant.movement.engine import Engine, engine_of
from bezant.movement.errand import retry
from bezant.movement.handler import Handler, Handlers, Notice
from bezant.movement.heard import (
    FOLLOW,
    Heard,
    Only,
    believed,
    following,
    house_kind,
    kept,
    name_of_return,
    payee_said,
    place_of_claim,
    steps,
)
from bezant.movement.movement import NEXT, Movement, MovementFact
from bezant.movement.rows import in_file

CHUNK = 250
"""How many movements change in one database transaction."""

PAGE = 1_000
"""How many movements of a file are looked up at once."""

TRIES = 5
FOLLOW_AFTER = timedelta(minutes=1)
"""How long what follows from a fact has to be done at once, before a job sees to it."""

log = get_logger(__name__)

_Totals = dict[tuple[str, str, str, str, str], int]


async def apply(runtime: Runtime, heard: Sequence[Heard], *, livemode: bool) -> int:
    """Apply facts, each at most once, and return how many changed something.

    Each chunk is one change set: the movements, their subjects, and the house's total.
    """
    changed, waiting = 0, list(heard)
    while waiting:
        follow: list[Heard] = []
        for platform, group in _by_platform(waiting):
            for chunk in _chunks(group, CHUNK):
                done, more = await _apply_chunk(runtime, platform, chunk, livemode)
                changed += done
                follow += more
        waiting = follow
    return changed


async def apply_to_file(
    runtime: Runtime,
    file: str,
    fact: MovementFact,
    cause: str,
    *,
    livemode: bool,
    only: Only | None = None,
) -> int:
    """Apply a fact to every movement in a file of ours, or only to some of them."""
    after, told = "", 0
    while True:
        async with runtime.pool.connection() as conn:
            places = await in_file(conn, file, after, PAGE)
        if not places:
            return told
        heard = [Heard(place, fact, cause, only=only) for place in places]
        told += await apply(runtime, heard, livemode=livemode)
        after = places[-1].id


async def _apply_chunk(
    runtime: Runtime, platform: str, chunk: Sequence[Heard], livemode: bool
) -> tuple[int, list[Heard]]:
    """Return how many movements changed, and what that says about others.

    The latter is kept as a job by the same change set, so that no crash in between loses it.
    """
    for _ in range(TRIES):
        ctx = Context(runtime, Caller(platform, platform, livemode))
        hearing = _Hearing(ctx, chunk)
        await hearing.run()
        if not hearing.changed:
            return 0, []
        if hearing.follow:
            ctx.enqueue(FOLLOW, kept(hearing.follow, livemode), at=ctx.now() + FOLLOW_AFTER)
        try:
            await ctx.write()
        except Stale:
            continue
        return hearing.changed, hearing.follow
    # Somebody keeps changing one of them: that one shall not hold up the others.
    assert len(chunk) > 1, "a single movement settles within its tries"
    middle = len(chunk) // 2
    first, follow = await _apply_chunk(runtime, platform, chunk[:middle], livemode)
    second, more = await _apply_chunk(runtime, platform, chunk[middle:], livemode)
    return first + second, follow + more


class _Hearing:
    """One run over some facts: what they change is collected in the context."""

    def __init__(self, ctx: Context, chunk: Sequence[Heard]) -> None:
        self.changed = 0
        self.follow: list[Heard] = []
        self._ctx = ctx
        self._chunk = chunk
        self._engine = engine_of(ctx)
        self._subjects: dict[str, Identified] = {}
        self._totals: _Totals = defaultdict(int)
        self._notices: list[tuple[Movement, Heard]] = []
        self._asked: list[tuple[Movement, Heard]] = []

    async def run(self) -> None:
        """Hear every fact, then what is to be done for all together."""
        ctx, engine = self._ctx, self._engine
        movements = await _movements(ctx, self._chunk)
        self._subjects = await _subjects(ctx, engine.handlers, movements.values())
        for one in self._chunk:
            movement = movements.get(one.place.id)
            if movement is not None and one.means(ctx.current(movement)):
                self._hear(ctx.current(movement), one)
        _post_totals(ctx, engine.handlers, self._totals)
        await _correct(ctx, engine, self._subjects, self._notices)
        if self._asked:
            await recalls.note(ctx, self._asked)

    def _hear(self, movement: Movement, one: Heard) -> None:
        rail = self._engine.banks.rails.get(movement.rail)
        deducts = rail is not None and rail.capabilities.deducts
        for fact in steps(movement, believed(movement, one, deducts=deducts)):
            self.changed += 1
            now = self._ctx.current(movement)
            does = self._become if fact.kind in NEXT else self._note
            saved = does(now, fact, one)
            claimed = place_of_claim(self._ctx.hidden(saved))
            self.follow += following(saved, fact, one.cause, claimed)

    def _note(self, movement: Movement, fact: MovementFact, one: Heard) -> Movement:
        handler = self._engine.handlers.get(movement.subject or "")
        subject = self._subjects.get(movement.source or "")
        noted = take(self._ctx, handler, subject, movement, fact)
        if fact.kind == "corrected":
            self._notices.append((noted, one))
        elif fact.kind == "return_explained" and handler:
            _try_again(self._ctx, self._engine, handler, subject, noted)
        elif fact.kind == "recall_requested":
            self._asked.append((noted, one))
        return noted

    def _become(self, movement: Movement, fact: MovementFact, one: Heard) -> Movement:
        ctx, engine = self._ctx, self._engine
        handler = engine.handlers.get(movement.subject or "")
        subject = self._subjects.get(movement.source or "")
        if (said := payee_said(movement, one)) is not None:
            movement = ctx.save(movement, payee=said)
        saved = take(ctx, handler, subject, movement, fact)
        kind = house_kind(handler, movement, fact)
        if kind and movement.subject and movement.on_statements:
            about = (movement.subject, kind, movement.rail, movement.currency, one.cause)
            self._totals[about] += movement.amount
        if handler and fact.kind == "returned":
            _try_again(ctx, engine, handler, subject, saved)
        if fact.kind in ("returned", "recalled", "dishonored") and (name := name_of_return(one)):
            ctx.save(ctx.current(movement), came_back_as=name)
        return saved


def take(
    ctx: Context,
    handler: Handler | None,
    subject: Identified | None,
    movement: Movement,
    fact: MovementFact,
) -> Movement:
    """Let a movement's product react to a fact, and keep the fact with the entries it made."""
    changed = replace(movement, **movement.with_fact(fact))
    before = len(ctx.units[-1].postings)
    if handler and subject and (react := handler.on.get(fact.kind)):
        react(ctx, ctx.current(subject), changed, fact)
    _expose(ctx, movement, changed)
    _book_for_nobody(ctx, movement, fact)
    entries = tuple(posting.id for posting in ctx.units[-1].postings[before:])
    tied = replace(fact, entries=(*fact.entries, *entries))
    return ctx.save(replace(changed, facts=(*movement.facts, tied)))


def _expose(ctx: Context, movement: Movement, changed: Movement) -> None:
    """Keep the memo of what can still come back, for whatever product it was collected."""
    if movement.exposed == changed.exposed:
        return
    write = exposure.opened if changed.exposed else exposure.closed
    ctx.post(write(movement.money, book=movement.book, rail=movement.rail), source=movement.id)


def _book_for_nobody(ctx: Context, movement: Movement, fact: MovementFact) -> None:
    """Book what has no product: charges on the way back, and returns of ours that don't stand."""
    if fact.charge:
        taken = return_charge.deducted(
            Money(fact.charge, movement.currency), house=ctx.house, rail=movement.rail
        )
        ctx.post(taken, source=movement.id)
    if fact.kind == "dishonored" and movement.came_unasked:
        book = received_flow.arrived if movement.direction == "debit" else received_flow.collected
        again = book(movement.money, house=ctx.house, name=movement.bank, rail=movement.rail)
        ctx.post(again, source=movement.id)


def _try_again(
    ctx: Context, engine: Engine, handler: Handler, subject: Identified | None, movement: Movement
) -> None:
    """Begin another attempt at what came back, where product, bank and rail allow it."""
    if subject is None or "retried" not in handler.on:
        return
    lane = engine.banks.lane(movement.bank, movement.rail)
    if not lane.access.retries:
        return
    try:
        again = retry(ctx, movement)
    except InvalidRequest as refused:
        log.warning("movement_not_retried", movement=movement.id, reason=refused.message)
        return
    if again:
        handler.on["retried"](ctx, ctx.current(subject), again, again.facts[-1])


async def _correct(
    ctx: Context,
    engine: Engine,
    subjects: Mapping[str, Identified],
    notices: Sequence[tuple[Movement, Heard]],
) -> None:
    """Apply change notices to stored bank details, unless the bank's profile only records them."""
    by_subject: dict[str, list[Notice]] = defaultdict(list)
    for noted, heard in notices:
        details = dict(heard.details)
        movement = ctx.current(noted)
        ctx.save(movement, hidden={**ctx.hidden(movement), "corrections": details})
        applies = engine.banks.named(movement.bank).notices == "apply"
        subject = subjects.get(movement.source or "")
        if applies and subject and movement.subject:
            by_subject[movement.subject].append(Notice(subject, movement, details))
    for kind, members in by_subject.items():
        corrects = engine.handlers[kind].corrects
        if corrects is None:
            continue
        for name, what in (await corrects(ctx, members)).items():
            movement = next(one.movement for one in members if one.movement.id == name)
            latest = ctx.current(movement)
            fact = MovementFact("applied", latest.facts[-1].at, reason=what)
            ctx.save(latest, **latest.with_fact(fact))


def _post_totals(ctx: Context, handlers: Handlers, totals: _Totals) -> None:
    for (subject, kind, rail, currency, cause), amount in totals.items():
        make = handlers[subject].house[kind]
        ctx.post(make(Money(amount, currency), house=ctx.house, rail=rail), source=cause)


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
        if movement.subject in handlers and movement.source:
            by_handler[str(movement.subject)].append(movement)
    found: dict[str, Identified] = {}
    for kind, members in by_handler.items():
        names = [(movement.book, str(movement.source)) for movement in members]
        found |= await ctx.load_all(handlers[kind].subject, names)
    return found


def _by_platform(heard: Sequence[Heard]) -> Iterator[tuple[str, list[Heard]]]:
    groups: dict[str, list[Heard]] = defaultdict(list)
    for one in heard:
        groups[one.place.platform].append(one)
    yield from groups.items()


def _chunks(items: Sequence[Heard], size: int) -> Iterator[Sequence[Heard]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]
