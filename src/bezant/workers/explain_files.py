"""Explain files: statements show what we sent as one total, by days, or batch by batch.

What a bank has refused before it booked is in none of these totals. What a line has shown no other
line shows again: a second one is money of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bezant.api.context import Context
from bezant.api.runtime import Runtime
from bezant.ledger.book import Book
from bezant.movement.answer import apply_to_file
from bezant.movement.bank_file import (
    BankFile,
    FileBatch,
    Rejected,
    batches_of,
    rejected_of,
    sent_by_reference,
)
from bezant.movement.heard import Only
from bezant.movement.movement import MovementFact
from bezant.rail import Direction
from bezant.reconcile.book import BankStatementLine, Explanation

_SIDES: tuple[Direction, ...] = ("credit", "debit")
_OF_FILES = ("file_", "batch_")
_NET = "_net"
_LESS_REJECTED = "_less_rejected"

Explanations = Mapping[str, Sequence[Explanation]]


class _Sent(NamedTuple):
    """A file that was sent, its batches if it has several, and what was refused of each."""

    file: BankFile
    batches: Sequence[FileBatch]
    refused: Counter[tuple[str, Direction]]


class _Part(NamedTuple):
    """What a line may show: some batches of a file, or all of it, and how the rule is called."""

    rule: str
    sent: _Sent
    batches: tuple[FileBatch, ...] = ()

    def total(self, side: Direction) -> int:
        """What it moves on one side, in minor units."""
        return sum(_total(one, side) for one in self.batches or (self.sent.file,))

    def refused(self, side: Direction) -> int:
        """What the bank has refused of it."""
        names = [one.id for one in self.batches or (self.sent.file,)]
        return sum(self.sent.refused[name, side] for name in names)

    def is_open(self, side: Direction) -> bool:
        """Tell whether there is something on one side that no line has shown, whole or in part."""
        shown = (self.sent.file, *(self.batches or self.sent.batches))
        return bool(self.total(side)) and not any(_line(one, side) for one in shown)

    def uses(self, *sides: Direction) -> frozenset[str]:
        """What a line that shows it uses up: no other line of the same statement can have it."""
        file = self.sent.file
        parts = self.batches or self.sent.batches or (file,)
        return frozenset(f"{one.id}/{side}" for one in parts for side in sides)


async def explanations(
    runtime: Runtime, house: Book, names: Sequence[str], bank: str
) -> Explanations:
    """Return what the names on a statement's lines say of the files that we sent to a bank."""
    asked = {name: [name, *_stem(name)] for name in names}
    references = sorted({one for ones in asked.values() for one in ones})
    async with runtime.pool.connection() as conn:
        files = await sent_by_reference(conn, house, references, bank)
        if not files:
            return {}
        several = [file.id for file in files.values() if file.batches > 1]
        batches = await batches_of(conn, house, several) if several else []
        refused = await rejected_of(conn, [file.id for file in files.values()])
    sent = {name: _sent(file, batches, refused) for name, file in files.items()}
    return {
        name: [found for one in ones if one in sent for found in _of_file(name, sent[one])]
        for name, ones in asked.items()
    }


def is_of_file(rule: str | None) -> bool:
    """Tell whether a line is explained by a file that we sent, or a part of it."""
    return rule is not None and rule.startswith(_OF_FILES)


async def tell(
    runtime: Runtime, found: Explanation, fact: MovementFact, cause: str, *, livemode: bool
) -> None:
    """Tell the movements that a line shows as one total what it proves of them."""
    only = Only(
        _sides_of(found.rule, credit=found.credit),
        found.batches,
        but_rejected=found.rule.endswith(_LESS_REJECTED),
    )
    await apply_to_file(runtime, found.object, fact, cause, livemode=livemode, only=only)


async def note_lines(
    ctx: Context, booked: Sequence[tuple[BankStatementLine, Explanation | None]]
) -> None:
    """Note with files and batches which lines show them."""
    of_files: dict[str, dict[str, Any]] = defaultdict(dict)
    of_batches: dict[str, dict[str, Any]] = defaultdict(dict)
    for line, found in booked:
        if found is None or not is_of_file(found.rule):
            continue
        for side in _sides_of(found.rule, credit=found.credit):
            for name in found.batches:
                of_batches[name][f"{side}s_line"] = line.id
            if not found.batches:
                of_files[found.object][f"{side}s_line"] = line.id
    for kind, changes in ((BankFile, of_files), (FileBatch, of_batches)):
        if changes:
            shown = await ctx.load_many(kind, list(changes), book=ctx.house)
            for name, one in shown.items():
                ctx.save(one, **changes[name])


def _stem(name: str) -> list[str]:
    """Return the reference of the file that a batch's name begins with, if it is one."""
    stem, dash, number = name.rpartition("-")
    return [stem] if dash and number.isdecimal() else []


def _sent(file: BankFile, batches: Sequence[FileBatch], refused: Sequence[Rejected]) -> _Sent:
    counts: Counter[tuple[str, Direction]] = Counter()
    for one in refused:
        if one.file == file.id:
            side: Direction = "credit" if one.direction == "credit" else "debit"
            counts[file.id, side] += one.amount
            if one.batch:
                counts[one.batch, side] += one.amount
    return _Sent(file, [batch for batch in batches if batch.file == file.id], counts)


def _of_file(name: str, sent: _Sent) -> Iterator[Explanation]:
    for part in _parts(name, sent):
        yield from _of_part(part)


def _parts(name: str, sent: _Sent) -> Iterator[_Part]:
    """Yield what a line of a name may show: the file, the batches of a day, one batch."""
    whole = name == sent.file.reference
    if whole:
        yield _Part("file", sent)
        days: dict[str, list[FileBatch]] = defaultdict(list)
        for batch in sent.batches:
            days[batch.effective_date].append(batch)
        for members in days.values():
            if 1 < len(members) < len(sent.batches):
                yield _Part("batch", sent, tuple(members))
    for batch in sent.batches:
        if whole or name == batch.name:
            yield _Part("batch", sent, (batch,))


def _of_part(part: _Part) -> Iterator[Explanation]:
    """Yield how a part may be shown: a total for each side or one for both, with and without."""
    sides: list[Direction] = [side for side in _SIDES if part.is_open(side)]
    refused = {side: part.refused(side) for side in sides}
    for suffix in ("", _LESS_REJECTED) if any(refused.values()) else ("",):
        sums = {side: part.total(side) - (refused[side] if suffix else 0) for side in sides}
        for side in sides:
            if sums[side]:
                credit = side == "debit"
                yield _explanation(part, sums[side], f"_total{suffix}", (side,), credit=credit)
        if len(sides) > 1 and (net := sums["debit"] - sums["credit"]):
            yield _explanation(part, abs(net), f"{_NET}{suffix}", sides, credit=net > 0)


def _explanation(
    part: _Part, amount: int, rule: str, sides: Sequence[Direction], *, credit: bool
) -> Explanation:
    file = part.sent.file
    assert file.rail is not None, "a file that was sent went over a rail"
    return Explanation(
        file.id,
        file.rail,
        amount,
        credit,
        f"{part.rule}{rule}",
        tuple(one.id for one in part.batches),
        part.uses(*sides),
    )


def _sides_of(rule: str, *, credit: bool) -> tuple[Direction, ...]:
    """Return which of our orders a line shows: what goes out pays others, unless it is a net."""
    if _NET in rule:
        return _SIDES
    return ("debit",) if credit else ("credit",)


def _total(one: BankFile | FileBatch, side: Direction) -> int:
    return one.credits if side == "credit" else one.debits


def _line(one: BankFile | FileBatch, side: Direction) -> str | None:
    return one.credits_line if side == "credit" else one.debits_line
