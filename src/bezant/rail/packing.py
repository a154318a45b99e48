"""Packing: what all rails do alike whose files hold many orders and are written as streams."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from msgspec import Struct

from bezant.kernel.codec import joined
from bezant.kernel.errors import Problem
from bezant.rail.orders import Instruction, Originator
from bezant.rail.protocol import PacksStreams


class PackedInPieces:
    """A rail whose files are written in pieces, and whole when they are all put together."""

    def pack(
        self: PacksStreams,
        instructions: Sequence[Instruction],
        originator: Originator,
        *,
        created_at: datetime,
        file_modifier: str,
        reference: str,
    ) -> bytes:
        """Return the file whole; raises FileRefused, naming each movement that it cannot hold."""
        return joined(
            self.pack_stream(
                instructions,
                originator,
                created_at=created_at,
                file_modifier=file_modifier,
                reference=reference,
            )
        )


class Inspected(Struct):
    """What instructions add up to in minor units, and what is wrong with each movement."""

    count: int
    total: int
    problems: list[Problem]


def inspect(
    instructions: Iterable[Instruction], objections: Callable[[Instruction], Iterable[str]]
) -> Inspected:
    """Go through the instructions of a file, whose traces must differ, without keeping them."""
    assert iter(instructions) is not instructions, "instructions are gone through more than once"
    twice, met = _twice(instructions), set[str]()
    found = Inspected(0, 0, [])
    for instruction in instructions:
        found.count += 1
        found.total += instruction.amount.amount
        reasons = [*objections(instruction)]
        if instruction.trace in met:
            reasons.append("the trace is used twice")
        elif instruction.trace in twice:
            met.add(instruction.trace)
        found.problems += (Problem(None, instruction.movement, reason) for reason in reasons)
    return found


def in_order(
    instructions: Iterable[Instruction], place: Callable[[Instruction], tuple[Any, ...]]
) -> Iterable[Instruction]:
    """Return instructions by their places: as they are where they stand so, else in memory."""
    if any(place(one) > place(other) for one, other in pairwise(instructions)):
        return sorted(instructions, key=place)
    return instructions


def _twice(instructions: Iterable[Instruction]) -> Collection[str]:
    """Return the traces that are used twice; those that ascend are known without keeping them."""
    if all(one.trace < other.trace for one, other in pairwise(instructions)):
        return ()
    counts = Counter(instruction.trace for instruction in instructions)
    return {trace for trace, count in counts.items() if count > 1}
