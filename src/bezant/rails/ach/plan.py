"""Where the batches of a NACHA file begin and end, known one batch ahead of its records."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from bezant.rail import Instruction
from bezant.rails.ach import rules
from bezant.rails.ach.dialect import Dialect
from bezant.rails.ach.orders import BatchKey, Sorter, amount_of, texts_of


class Planned(Struct):
    """A batch that is to be written: what its entries share, how many they are, which ways.

    `lines` bounds its records, `gross` what an offset of it can be, `net` is credits less debits.
    """

    key: BatchKey
    count: int = 0
    lines: int = 0
    gross: int = 0
    net: int = 0
    credits: bool = False
    debits: bool = False
    last_trace: str = ""

    def take(self, instruction: Instruction) -> None:
        """Count an entry in."""
        amount = amount_of(instruction)
        is_credit = instruction.direction == "credit"
        self.count += 1
        self.lines += _lines(instruction, self.key)
        self.gross += amount
        self.net += amount if is_credit else -amount
        self.credits = self.credits or is_credit
        self.debits = self.debits or not is_credit
        self.last_trace = instruction.trace

    def has_room_for(self, instruction: Instruction, dialect: Dialect) -> bool:
        """Tell whether an entry still fits: in number, in records, and in what offsets it."""
        most = 1 if dialect.batch_by == "entry" else dialect.max_batch_entries
        if most and self.count >= most:
            return False
        if self.lines + _lines(instruction, self.key) > rules.MAX_FILE_COUNT:
            return False
        offset = self.gross + amount_of(instruction)
        return dialect.offset == "none" or offset <= rules.MAX_AMOUNT


def plan(ordered: Iterable[Instruction], sorter: Sorter, dialect: Dialect) -> Iterator[Planned]:
    """Yield the batches of entries that come in the order of their batches."""
    batch: Planned | None = None
    for instruction in ordered:
        key = sorter.key(instruction)
        if batch is None:
            batch = Planned(key)
        elif batch.key != key or not batch.has_room_for(instruction, dialect):
            yield batch
            batch = Planned(key)
        batch.take(instruction)
    if batch is not None:
        yield batch


def _lines(instruction: Instruction, key: BatchKey) -> int:
    always = key.class_code == "COR" or not key.moves_money
    return 1 + max(len(texts_of(instruction)), always)
