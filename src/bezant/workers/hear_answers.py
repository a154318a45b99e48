"""Hear answers: a file or message of a rail becomes facts, and movements of what comes unasked.

Facts count when the whole file has been read without a problem. A large one is gone through twice,
first to judge it and then, some facts at a time, to tell them, so that it is never in memory.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import BinaryIO, NamedTuple

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.kernel.codec import unix_seconds
from bezant.ledger.book import HOUSE
from bezant.movement import recalls
from bezant.movement.answer import apply
from bezant.movement.bank_file import BankFile
from bezant.movement.contents import whole
from bezant.movement.heard import Heard
from bezant.movement.movement import MovementFact
from bezant.movement.profile import BankProfile
from bezant.movement.received import of_fact, take_in
from bezant.movement.rows import Place, by_reference, expecting
from bezant.rail import Fact, Rail, Reading, ReadsStreams
from bezant.workers.tell_files import FileTeller

AT_ONCE = 250
"""Incoming payments that are stored in one database transaction."""

PAGE = 1_000
"""Facts of a file that are in memory at once."""

MOST_WARNINGS = 1_000
"""Oddities of one file that are kept."""

_NO_ANSWERS = {"submitted"}
"""What one of our own files says when it comes back to us."""

_BEGINS = {"received", "requested"}
_KINDS = {"pending": "acknowledged"}


class Result(NamedTuple):
    """What came of reading a file."""

    format: str | None
    entries: int = 0
    credits: int = 0
    debits: int = 0
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    rail: str | None = None


class AnswerHearer:
    """Hears what the rails' files of one bank say."""

    def __init__(self, runtime: Runtime, bank: BankProfile, files: FileTeller) -> None:
        """Take the ports, the bank, and who tells whole files."""
        self._runtime = runtime
        self._bank = bank
        self._files = files

    async def take(self, file: BankFile, source: BinaryIO, rail: Rail, kind: str) -> Result:
        """Apply the answers and notices in a file or message of a rail, and what it brings.

        Raises FileRefused, with every problem, before anything is applied.
        """
        passes = _passes(source, rail, kind)
        judged = passes()
        await asyncio.to_thread(_exhaust, judged)
        warnings = [*judged.warnings]
        facts = iter(passes())
        while page := list(islice(facts, PAGE)):
            warnings += await self._told(file, rail, page)
        totals = judged.totals
        return Result(
            kind,
            entries=totals.count,
            credits=totals.credits.amount,
            debits=totals.debits.amount,
            warnings=tuple(warnings[:MOST_WARNINGS]),
            rail=rail.capabilities.name,
        )

    async def _told(self, file: BankFile, rail: Rail, page: Sequence[Fact]) -> list[str]:
        """Tell facts to whom they are about; returns what is strange about them."""
        facts = [fact for fact in page if fact.kind not in _NO_ANSWERS]
        names = {name for fact in facts for name in names_in(fact)}
        async with self._runtime.pool.connection() as conn:
            places = await by_reference(conn, sorted(names), self._bank.name)
            awaited = await expecting(conn, [place.id for place in places.values()])
        places = {name: place for name, place in places.items() if place.id not in awaited}
        heard: list[Heard] = []
        strange: list[str] = []
        for fact in facts:
            place = next((places[name] for name in names_in(fact) if name in places), None)
            if place is not None:
                told = movement_fact(fact, file.id, self._now())
                heard.append(Heard(place, told, file.id, _details(fact), amount=fact.amount))
            elif fact.kind not in _BEGINS:
                told = movement_fact(fact, file.id, self._now())
                if not await self._files.of_rail(fact, told):
                    strange.append(_unknown(fact))
        await apply(self._runtime, heard, livemode=self._bank.livemode)
        new = [fact for fact in facts if fact.kind == "received" and not _known(fact, places)]
        strange += await self._bring_in(file, rail, new)
        strange += [_unknown(fact) for fact in facts if fact.kind == "requested"]
        return strange

    async def _bring_in(self, file: BankFile, rail: Rail, facts: Sequence[Fact]) -> list[str]:
        """Store money that comes unasked; what somebody expects under its words is theirs."""
        strange: list[str] = []
        for at in range(0, len(facts), AT_ONCE):
            ctx = Context(self._runtime, Caller(HOUSE, HOUSE, self._bank.livemode))
            for fact in facts[at : at + AT_ONCE]:
                told = movement_fact(fact, file.id, self._now())
                arrival = of_fact(self._bank, rail.capabilities.name, fact, told)
                if arrival is None:
                    strange.append(_unknown(fact))
                else:
                    take_in(ctx, self._bank, arrival)
            await ctx.write()
        return strange

    def _now(self) -> int:
        return unix_seconds(self._runtime.clock.now())


def _passes(source: BinaryIO, rail: Rail, kind: str) -> Callable[[], Reading]:
    """Return what goes through a file's facts once more, each time that it is called."""
    if isinstance(rail, ReadsStreams) and rail.streams(kind):
        reads = rail

        def again() -> Reading:
            source.seek(0)
            return reads.read_stream(source)

        return again
    read = rail.read(whole(source))
    return lambda: read


def _exhaust(facts: Iterator[Fact] | Reading) -> None:
    for _ in facts:
        pass


def _details(fact: Fact) -> dict[str, str]:
    """Return what else a fact tells; a recall also by which names it knows the payment."""
    if fact.kind != "recall_requested":
        return fact.details
    return {**fact.details, recalls.TRACE: fact.trace, recalls.END_TO_END: fact.end_to_end_id}


def names_in(fact: Fact) -> list[str]:
    """Return the names by which a fact's movement may be known here."""
    return [name for name in (fact.trace, fact.end_to_end_id) if name]


def movement_fact(fact: Fact, file: str, now: int) -> MovementFact:
    """Return a rail's fact as a movement keeps it; `file` says so, at `now` in Unix seconds."""
    kind = "change_refused" if "change_code" in fact.details else _KINDS.get(fact.kind, fact.kind)
    return MovementFact(
        kind,
        now,
        on=None if fact.on is None else fact.on.isoformat(),
        code=fact.code,
        reason=fact.reason,
        failure_code=fact.failure_code,
        file=file,
        line=fact.line,
    )


def _known(fact: Fact, places: Mapping[str, Place]) -> bool:
    return any(name in places for name in names_in(fact))


def _unknown(fact: Fact) -> str:
    where = "" if fact.line is None else f"line {fact.line}: "
    name = fact.trace or fact.end_to_end_id
    if fact.kind == "requested":
        return f"{where}somebody asks to be paid ({name}); nothing follows"
    if fact.kind == "received":
        return f"{where}{name} moves nothing in the account's currency: a statement may show it"
    return f"{where}no movement has the trace {name}"
