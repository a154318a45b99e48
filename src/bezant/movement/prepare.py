"""Prepare: what is due becomes the content of a file, fixed before any bank sees it.

A movement that its rail refuses is parked with the reason and never stops the others.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO, NamedTuple

import msgspec
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import FileRefused, FileTooLarge, Problem
from bezant.kernel.log import get_logger
from bezant.movement.bank_file import BankCounter, BankFile, FileBatch, counter, traces
from bezant.movement.banks import Lane
from bezant.movement.contents import PIECE, keep, measured, spooled
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.order import SentIn, hidden_place, instruction, order_of
from bezant.movement.rows import Place
from bezant.rail import BooksBatches, Direction, Instruction, NamesPayments, PacksStreams

LATE = timedelta(minutes=30)
"""How long after its cut-off a movement may still keep the dates it was promised."""

MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_NAME = re.compile(r"mv_[0-9A-Za-z]{24}")

log = get_logger(__name__)


class _Packed(NamedTuple):
    """A file's content, the orders in it, and those that it could not hold, with the reason."""

    content: BinaryIO
    orders: Sequence[Instruction]
    refused: dict[str, str]
    made_at: datetime


async def prepare(ctx: Context, lane: Lane, places: Sequence[Place]) -> int:
    """Collect the files or messages that hold what is due; returns how many movements they hold.

    A batch rail takes one file, of as many as fit; an instant rail one message for each.
    """
    movements = await _scheduled(ctx, places)
    numbers, names = await counter(ctx, lane.bank), await traces(ctx, lane)
    orders: list[Instruction] = []
    for movement in movements.values():
        trace = lane.rail.trace(lane.access.originator, names.next_trace + len(orders))
        order = _order(ctx, lane, movement, trace)
        if objections := lane.rail.objections(order):
            _park(ctx, movement, "; ".join(objections))
        else:
            orders.append(order)
    sent = await _make_files(ctx, lane, movements, orders, numbers)
    if orders:
        ctx.save(names, next_trace=names.next_trace + len(orders))
    return sent


async def _make_files(
    ctx: Context,
    lane: Lane,
    movements: dict[str, Movement],
    orders: Sequence[Instruction],
    numbers: BankCounter,
) -> int:
    """Fix the files that hold some orders; what is too large for one is halved, and tried again."""
    sent = 0
    waiting = deque(_split(lane, orders))
    while waiting:
        members = waiting.popleft()
        reference = f"BZ{numbers.next_file % 10**6:06d}"
        modifier = MODIFIERS[numbers.next_file % len(MODIFIERS)]
        try:
            packed = _pack(ctx, lane, members, reference, modifier)
        except FileTooLarge as problem:
            half = len(members) // 2
            waiting.extendleft([members[half:], members[:half]] if half else [])
            if not half:
                _park(ctx, movements[members[0].movement], str(problem))
            continue
        for name, reason in packed.refused.items():
            _park(ctx, movements[name], reason)
        with packed.content:
            if packed.orders:
                await _fix(ctx, lane, movements, packed, reference)
        if packed.orders:
            sent += len(packed.orders)
            numbers = ctx.save(numbers, next_file=numbers.next_file + 1)
    return sent


async def _scheduled(ctx: Context, places: Sequence[Place]) -> dict[str, Movement]:
    """Return what is still to be sent, by id and in that order."""
    keys = [(place.book, Movement.kind(), place.id) for place in places]
    found: dict[str, Movement] = {}
    for row in (await ctx.runtime.reader.many(keys)).values():
        movement = msgspec.json.decode(row.body, type=Movement)
        if movement.status == "scheduled" and movement.file is None:
            found[movement.id] = ctx.adopt(movement, row, movement.book)
    return dict(sorted(found.items()))


def _order(ctx: Context, lane: Lane, movement: Movement, trace: str) -> Instruction:
    """Return what the rail is told, with dates that can still be kept."""
    assert movement.due_at is not None, "a scheduled movement is due at some time"
    if ctx.now() - datetime.fromisoformat(movement.due_at) > LATE:
        hour = lane.access.cut_offs.get(movement.service)
        table = lane.rail.timetable(ctx.now(), movement.service, movement.direction, hour)
        movement = replace(movement, effective_date=table.effective_date.isoformat())
    return instruction(movement, order_of(ctx.hidden(movement)), trace)


def _split(lane: Lane, orders: Sequence[Instruction]) -> Iterator[Sequence[Instruction]]:
    """Yield what goes together: one by one if the rail is instant, or up to a file's total."""
    can = lane.rail.capabilities
    total = min(can.max_file_total, lane.access.max_file_total or can.max_file_total)
    for act, members in _by_act(lane, orders):
        alone = can.mode == "instant" or (can.one_act and act == "verify")
        yield from _up_to(total, 1 if alone else len(members), members)


def _by_act(
    lane: Lane, orders: Sequence[Instruction]
) -> Iterator[tuple[str, Sequence[Instruction]]]:
    """Yield the orders, by what they ask where a file asks one thing only."""
    acts = dict.fromkeys(order.act for order in orders)
    if not lane.rail.capabilities.one_act:
        yield "", orders
        return
    for act in acts:
        yield act, [order for order in orders if order.act == act]


def _up_to(
    most_total: int, most: int, orders: Sequence[Instruction]
) -> Iterator[Sequence[Instruction]]:
    members: list[Instruction] = []
    totals = {"credit": 0, "debit": 0}
    for order in orders:
        total = totals[order.direction] + order.amount.amount
        if members and (len(members) == most or total > most_total):
            yield members
            members, totals, total = [], {"credit": 0, "debit": 0}, order.amount.amount
        members.append(order)
        totals[order.direction] = total
    if members:
        yield members


def _pack(
    ctx: Context, lane: Lane, orders: Sequence[Instruction], reference: str, modifier: str
) -> _Packed:
    """Pack what can be packed; what a file refuses is left out by name, or found by halving.

    Raises FileTooLarge for more than the rail, or the bank, takes in one file.
    """
    refused: dict[str, str] = {}
    made_at = ctx.now()
    while orders:
        try:
            pieces = _pieces(lane, orders, made_at, modifier, reference)
            content = spooled(pieces)
            _check_lines(lane, content)
            return _Packed(content, orders, refused, made_at)
        except FileTooLarge:
            raise
        except FileRefused as problem:
            named = _named(problem, orders) or _poison(ctx, lane, orders, reference, modifier)
            refused |= named
            orders = [one for one in orders if one.movement not in named]
    return _Packed(spooled(), (), refused, made_at)


def _pieces(
    lane: Lane, orders: Sequence[Instruction], made_at: datetime, modifier: str, reference: str
) -> Iterator[bytes]:
    """Yield a file in pieces; raises FileRefused before the first."""
    rail, originator = lane.rail, lane.access.originator
    if isinstance(rail, PacksStreams):
        return rail.pack_stream(
            orders,
            originator,
            created_at=made_at,
            file_modifier=modifier,
            reference=reference,
        )
    data = rail.pack(
        orders, originator, created_at=made_at, file_modifier=modifier, reference=reference
    )
    return iter((data,))


def _check_lines(lane: Lane, content: BinaryIO) -> None:
    """Raise FileTooLarge for more lines than the bank takes in one file."""
    most = lane.access.max_lines
    if most is None:
        return
    lines = sum(1 for _ in content)
    content.seek(0)
    if lines > most:
        content.close()
        raise FileTooLarge([Problem(None, None, f"the bank takes {most} lines in a file")])


def _named(refused: FileRefused, orders: Sequence[Instruction]) -> dict[str, str]:
    """Return what a refusal says of each movement that it names."""
    names = {one.movement for one in orders}
    said = {name: str(one) for one in refused.problems for name in _NAME.findall(str(one))}
    return {name: reason for name, reason in said.items() if name in names}


def _poison(
    ctx: Context, lane: Lane, orders: Sequence[Instruction], reference: str, modifier: str
) -> dict[str, str]:
    """Return one order that cannot be packed, found by halving what cannot."""
    while len(orders) > 1:
        half = orders[: len(orders) // 2]
        fits = _pack_or_reason(ctx, lane, half, reference, modifier) is None
        orders = orders[len(half) :] if fits else half
    reason = _pack_or_reason(ctx, lane, orders, reference, modifier)
    return {orders[0].movement: reason or "it can't be packed together with others"}


def _pack_or_reason(
    ctx: Context, lane: Lane, orders: Sequence[Instruction], reference: str, modifier: str
) -> str | None:
    try:
        for _ in _pieces(lane, orders, ctx.now(), modifier, reference):
            pass
    except FileRefused as problem:
        return str(problem)
    return None


def _park(ctx: Context, movement: Movement, reason: str) -> None:
    fact = MovementFact("held", unix_seconds(ctx.now()), reason=f"parked: {reason}")
    ctx.save(movement, **movement.with_fact(fact))
    log.warning("movement_parked", movement=movement.id, reason=fact.reason)


async def _fix(
    ctx: Context, lane: Lane, movements: dict[str, Movement], packed: _Packed, reference: str
) -> None:
    """Make the file, and put its name on each of its movements."""
    name, can = ctx.new_id("bf", ctx.house), lane.rail.capabilities
    moving = [one for one in packed.orders if movements[one.movement].on_statements]
    sums = _sums(moving)
    found = measured(packed.content)
    shown = {one.trace for one in moving}
    batches = _batches(ctx, lane, packed, name, reference, shown)
    file = BankFile(
        id=name,
        bank=lane.bank.name,
        created=created_of(name),
        credits=sums["credit"],
        currency=lane.bank.currency,
        debits=sums["debit"],
        direction="sent",
        entries=len(packed.orders),
        format=lane.rail.recognize(packed.content.read(PIECE)) or can.format,
        livemode=lane.bank.livemode,
        name=f"{lane.bank.name}-{reference}-{name}{can.suffix}",
        problems=(),
        rail=can.name,
        reference=reference,
        sha256=found.sha256,
        size=found.size,
        status="prepared",
        batches=max(len({batch.id for batch in batches.values()}), 1),
    )
    ctx.create(file, book=ctx.house)
    await keep(ctx, name, packed.content, found.size)
    for order in packed.orders:
        movement, batch = movements[order.movement], batches.get(order.trace)
        sent = SentIn(reference, batch.name if batch else reference, file.format or "")
        ctx.save(
            movement,
            hidden=ctx.hidden(movement) | hidden_place(sent),
            batch=batch.id if batch else None,
            due_at=None,
            end_to_end_id=_network_s_id(lane, movement, order.trace, packed.made_at),
            file=name,
            reference=order.trace,
            effective_date=order.effective_date.isoformat(),
        )


def _batches(
    ctx: Context, lane: Lane, packed: _Packed, file: str, reference: str, shown: set[str]
) -> dict[str, FileBatch]:
    """Make the batches of a file that holds several; returns the batch of each trace.

    Their sums are of what statements show (`shown`, by trace).
    """
    rail, access = lane.rail, lane.access
    if not isinstance(rail, BooksBatches) or len(packed.orders) < 2:
        return {}
    found = list(
        rail.batches(
            packed.orders, access.originator, created_at=packed.made_at, reference=reference
        )
    )
    if len(found) < 2:
        return {}
    orders = {order.trace: order for order in packed.orders}
    made: dict[str, FileBatch] = {}
    for number, batch in enumerate(found, 1):
        name = ctx.new_id("bfb", ctx.house)
        sums = _sums([orders[trace] for trace in batch.traces if trace in shown])
        kept = ctx.create(
            FileBatch(
                id=name,
                created=created_of(name),
                credits=sums["credit"],
                currency=lane.bank.currency,
                debits=sums["debit"],
                effective_date=batch.on.isoformat(),
                entries=len(batch.traces),
                file=file,
                livemode=lane.bank.livemode,
                name=batch.name,
                number=number,
            ),
            book=ctx.house,
        )
        made |= dict.fromkeys(batch.traces, kept)
    return made


def _sums(orders: Sequence[Instruction]) -> dict[Direction, int]:
    """Return what orders move, by direction, in minor units."""
    sums: dict[Direction, int] = {"credit": 0, "debit": 0}
    for order in orders:
        sums[order.direction] += order.amount.amount
    return sums


def _network_s_id(lane: Lane, movement: Movement, trace: str, made_at: datetime) -> str | None:
    """Return the end-to-end id under which a movement leaves."""
    if movement.act == "pay" and isinstance(lane.rail, NamesPayments):
        return lane.rail.end_to_end(lane.access.originator, trace, made_at)
    return movement.end_to_end_id
