"""Answers: facts about movements become entries, states and events, many at a time.

A fact is applied at most once, because a movement's state says what it has heard; so files may
come twice, late, or in any order. Each fact is kept with the entries that it made.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from bezant.api.context import Caller, Context, Stale
from bezant.api.resource import Identified
from bezant.api.runtime import Runtime
from bezant.flows import exposure
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.movement.engine import Engine, engine_of
from bezant.movement.errand import retry
from bezant.movement.handler import Handler, Handlers, Notice
from bezant.movement.movement import MOVES_MONEY, NEXT, Movement, MovementFact
from bezant.movement.rows import Place, in_file
from bezant.rail import Direction

CHUNK = 250
"""How many movements change in one database transaction."""

PAGE = 1_000
"""How many movements of a file are looked up at once."""

TRIES = 5

log = get_logger(__name__)

_ANSWERS = {"recalled": "settled", "recall_refused": "rejected"}
"""What an answer to a recall means for the recall itself."""

_ABOUT_RECALLS = {
    "returned": "recalled",
    "recalled": "recalled",
    "recall_refused": "recall_refused",
}
"""What is heard of the recall when the movement itself is told of: banks name the one or other."""

_TAKEN_BACK: Mapping[str, str] = {"reverse": "recalled", "recall": "recalled", "return": "returned"}
"""What becomes of a movement when one about it has settled."""


_ABOUT_MONEY = frozenset({"settled", "returned", "recalled"})
_FOR_MONEY = MOVES_MONEY | {"recall"}


class Only(NamedTuple):
    """Which movements of a file are meant: those of some directions and batches (none for all).

    `but_rejected` leaves out those that the bank had refused before.
    """

    directions: tuple[Direction, ...]
    batches: tuple[str, ...] = ()
    but_rejected: bool = False

    def means(self, movement: Movement) -> bool:
        """Tell whether a movement is one of them."""
        if self.batches and movement.batch not in self.batches:
            return False
        refused = self.but_rejected and movement.status == "rejected"
        return movement.direction in self.directions and not refused


class Heard(NamedTuple):
    """A fact about one movement; `cause` is the file or statement that the house books it under.

    `details` are what a change notice corrects, or name how money came back. `only` is the
    direction of those that are meant, when it is told of a whole file. `amount` is what it is
    said to be about: what is about another one than was ordered is noted, and moves nothing.
    """

    place: Place
    fact: MovementFact
    cause: str
    details: Mapping[str, str] = {}
    only: Only | None = None
    amount: Money | None = None


class _Done(NamedTuple):
    """How many movements changed, and what that says about others."""

    changed: int
    follow: list[Heard]


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
                done = await _apply_chunk(runtime, platform, chunk, livemode)
                changed += done.changed
                follow += done.follow
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
) -> _Done:
    for _ in range(TRIES):
        ctx = Context(runtime, Caller(platform, platform, livemode))
        done = await _collect(ctx, chunk)
        if not done.changed:
            return done
        try:
            await ctx.write()
        except Stale:
            continue
        return done
    # Somebody keeps changing one of them: that one shall not hold up the others.
    assert len(chunk) > 1, "a single movement settles within its tries"
    middle = len(chunk) // 2
    first = await _apply_chunk(runtime, platform, chunk[:middle], livemode)
    second = await _apply_chunk(runtime, platform, chunk[middle:], livemode)
    return _Done(first.changed + second.changed, first.follow + second.follow)


async def _collect(ctx: Context, chunk: Sequence[Heard]) -> _Done:
    engine = engine_of(ctx)
    movements = await _movements(ctx, chunk)
    subjects = await _subjects(ctx, engine.handlers, movements.values())
    totals: _Totals = defaultdict(int)
    notices: list[tuple[Movement, Heard]] = []
    changed, follow = 0, list[Heard]()
    for one in chunk:
        movement = movements.get(one.place.id)
        if movement is None or (one.only and not one.only.means(ctx.current(movement))):
            continue
        for fact in _steps(ctx.current(movement), _believed(ctx.current(movement), one)):
            now = ctx.current(movement)
            changed += 1
            if fact.kind not in NEXT:
                noted = take(ctx, None, None, now, fact)
                if fact.kind == "corrected":
                    notices.append((noted, one))
                follow += _following(noted, fact, one)
                continue
            handler = engine.handlers.get(now.subject or "")
            subject = subjects.get(now.source or "")
            saved = take(ctx, handler, subject, now, fact)
            kind = _house_kind(handler, now, fact)
            if kind and now.subject:
                totals[now.subject, kind, now.rail, now.currency, one.cause] += now.amount
            if handler and fact.kind == "returned":
                _try_again(ctx, engine, handler, subject, saved)
            follow += _following(saved, fact, one)
            if fact.kind in ("returned", "recalled") and (name := _name_of_return(one)):
                ctx.save(ctx.current(movement), came_back_as=name)
    _post_totals(ctx, engine.handlers, totals)
    await _correct(ctx, engine, subjects, notices)
    return _Done(changed, follow)


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
    _expose(ctx, movement, fact.kind)
    entries = tuple(posting.id for posting in ctx.units[-1].postings[before:])
    tied = replace(fact, entries=(*fact.entries, *entries))
    return ctx.save(replace(changed, facts=(*movement.facts, tied)))


def _expose(ctx: Context, movement: Movement, kind: str) -> None:
    """Keep the memo of what can still come back, for whatever product it was collected."""
    if not movement.can_come_back:
        return
    money, book, rail = movement.money, movement.book, movement.rail
    if kind == "settled":
        ctx.post(exposure.opened(money, book=book, rail=rail), source=movement.id)
    elif kind in ("returned", "recalled", "final"):
        ctx.post(exposure.closed(money, book=book, rail=rail), source=movement.id)


def _house_kind(handler: Handler | None, movement: Movement, fact: MovementFact) -> str | None:
    """Return by what name the house's side of a fact goes, if it has any."""
    names = [f"{movement.act}_{fact.kind}"]
    if movement.act in ("pay", "receive"):
        names = [f"{movement.direction}_{fact.kind}", fact.kind]
    return next((name for name in names if handler and name in handler.house), None)


def _steps(movement: Movement, fact: MovementFact) -> Iterator[MovementFact]:
    """Yield what is to be done: nothing when it is known, a settlement before an early return."""
    if movement.act == "recall" and fact.kind in _ANSWERS:
        fact = replace(fact, kind=_ANSWERS[fact.kind])
    if fact.statement_line and movement.act not in MOVES_MONEY:
        return
    if fact.statement_line and movement.came_unasked:
        fact = replace(fact, kind="booked")  # Whose it is, others say.
    if fact.kind not in NEXT:
        if not movement.knows(fact):
            yield fact
        return
    undone = fact.kind in ("returned", "recalled") and movement.act != "receive"
    if undone and movement.status != "settled" and movement.may_become("settled"):
        yield MovementFact("settled", fact.at, on=fact.on, reason="because it came back")
        yield fact
    elif movement.may_become(fact.kind):
        yield fact
    elif _contradicts(movement, fact) and not movement.knows(replace(fact, kind="contradicted")):
        log.warning("movement_contradicted", movement=movement.id, status=movement.status)
        reason = f"{fact.kind} was heard of what is {movement.status}"
        yield replace(fact, kind="contradicted", reason=reason)


def _name_of_return(heard: Heard) -> str:
    return heard.details.get("return_id") or heard.details.get("return_trace", "")


def _believed(movement: Movement, heard: Heard) -> MovementFact:
    """Return a fact, or a note that contradicts it when it is about another amount."""
    fact, said = heard.fact, heard.amount
    checked = fact.kind in _ABOUT_MONEY and movement.act in _FOR_MONEY
    if not said or not checked or said == movement.money:
        return fact
    log.warning("movement_amounts_differ", movement=movement.id, kind=fact.kind)
    reason = f"{fact.kind} was heard of {said.amount} {said.currency} instead of {movement.amount}"
    return replace(fact, kind="contradicted", reason=reason)


def _contradicts(movement: Movement, fact: MovementFact) -> bool:
    """Tell whether money has moved that a movement says has not."""
    if movement.act == "receive":
        return False
    return movement.status in ("rejected", "canceled") and fact.kind in ("settled", "returned")


def _following(movement: Movement, fact: MovementFact, heard: Heard) -> Iterator[Heard]:
    """Yield what a fact about one movement says about the one that it is about, or asked for it."""
    begun = [one.movement for one in movement.facts if one.kind == "recall_begun"]
    if begun and begun[-1] and fact.kind in _ABOUT_RECALLS and fact.movement != begun[-1]:
        told = replace(fact, kind=_ABOUT_RECALLS[fact.kind], movement=movement.id, entries=())
        place = Place(movement.book.id, begun[-1], movement.platform)
        yield Heard(place, told, heard.cause)
    if movement.original is None or movement.act not in _TAKEN_BACK:
        return
    kinds = {"settled": _TAKEN_BACK[movement.act], "rejected": f"{movement.act}_refused"}
    if kind := kinds.get(fact.kind):
        told = replace(fact, kind=kind, movement=movement.id, entries=())
        place = Place(movement.book.id, movement.original, movement.platform)
        yield Heard(place, told, heard.cause)


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
