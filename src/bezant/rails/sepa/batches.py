"""The batches of a SEPA file: what is booked as one, known before its orders are written.

Instructions that come by batch and trace are gone through several times and never held; others are
sorted in memory first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby, islice
from typing import TypeVar

from msgspec import Struct, structs

from bezant.iso20022 import pain
from bezant.rail import Batch, Instruction, packing
from bezant.rails.sepa.orders import Order, batch_name, euros, initiator_of

B = TypeVar("B", pain.CreditBatch, pain.DebitBatch)
Key = Callable[[Instruction], tuple[date, str]]
"""The day of an order, and what else its batch must share (a collection's sequence)."""


class Lot(Struct):
    """A batch that is to be written: what its orders share, and what they add up to in cents."""

    on: date
    sequence: str
    count: int = 0
    total: int = 0


def in_order(instructions: Iterable[Instruction], key: Key) -> Iterable[Instruction]:
    """Return instructions by batch and trace."""

    def place(instruction: Instruction) -> tuple[tuple[date, str], str]:
        return key(instruction), instruction.trace

    return packing.in_order(instructions, place)


def lots_of(ordered: Iterable[Instruction], key: Key) -> list[Lot]:
    """Return the batches of instructions that are in order."""
    lots: list[Lot] = []
    for (on, sequence), group in groupby(ordered, key=key):
        lots.append(Lot(on, sequence))
        for instruction in group:
            lots[-1].count += 1
            lots[-1].total += instruction.amount.amount
    return lots


def header_of(order: Order, lots: Sequence[Lot]) -> pain.OrderHeader:
    """Return the group header of a message, which adds up its batches."""
    return pain.OrderHeader(
        id=order.reference,
        created_at=order.created_at,
        count=sum(lot.count for lot in lots),
        control_sum=euros(sum(lot.total for lot in lots)),
        initiator=initiator_of(order.originator),
    )


def filled(
    lots: Iterable[Lot],
    payments: Iterator[pain.CreditOrder] | Iterator[pain.DebitOrder],
    batch: Callable[[Lot, int], B],
) -> Iterator[B]:
    """Yield the batch of each lot with its payments, which are taken when they are written."""
    for number, lot in enumerate(lots, 1):
        yield structs.replace(batch(lot, number), payments=islice(payments, lot.count))


def batches_of(instructions: Iterable[Instruction], key: Key, reference: str) -> Iterator[Batch]:
    """Yield the batches by the names under which the bank books them."""
    ordered = in_order(instructions, key)
    traces = (instruction.trace for instruction in ordered)
    for number, lot in enumerate(lots_of(ordered, key), 1):
        yield Batch(batch_name(reference, number), lot.on, tuple(islice(traces, lot.count)))
