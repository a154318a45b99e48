"""Writing a NACHA file: batches of what belongs together, the same bytes each time.

The file is made piece by piece. Instructions that come in the order of its entries, by batch and
trace, are gone through several times and never held; others are sorted in memory first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice

from bezant.kernel.errors import FileRefused, Problem
from bezant.rail import Batch, Instruction, Originator, UsAccount
from bezant.rail.identifiers import is_routing_number
from bezant.rails.ach import rules
from bezant.rails.ach.dialect import MODIFIERS, Dialect, dialect_of, modifier
from bezant.rails.ach.objections import objections
from bezant.rails.ach.orders import BatchKey, Sorter, account_of, amount_of
from bezant.rails.ach.plan import plan
from bezant.rails.ach.seen import Seen
from bezant.rails.ach.text import ascii_upper
from bezant.rails.ach.writer import Writer


def pack_stream(
    instructions: Iterable[Instruction],
    originator: Originator,
    *,
    created_at: datetime,
    file_modifier: str,
    reference: str,
) -> Iterator[bytes]:
    """Yield a file of entries in pieces, from instructions that can be gone through again.

    Before the first piece it raises FileRefused, naming each movement that the file cannot hold.
    `file_modifier` tells the files of one day apart, A-Z and 0-9; `reference` (8 characters at
    most) comes back on the bank statement.
    """
    assert iter(instructions) is not instructions, "instructions are gone through more than once"
    assert len(file_modifier) == 1, "one character tells files apart"
    assert file_modifier in MODIFIERS, "files are told apart by A-Z and 0-9"
    dialect = dialect_of(originator.dialect)
    sorter = Sorter(originator, dialect, created_at)
    check = _Check(originator, dialect, sorter)
    check.all(instructions, reference)
    ordered = instructions if check.in_order else sorted(instructions, key=sorter.place)

    def pieces() -> Iterator[bytes]:
        writer = Writer(originator, dialect)
        writer.header(created_at, modifier(dialect, file_modifier), reference)
        return _pieces(writer, ordered, sorter, dialect)

    if dialect.max_lines:
        # Only the last line tells whether they are too many, and then none may have gone.
        for _ in pieces():
            pass
    yield from pieces()


def batches_of(
    instructions: Sequence[Instruction],
    originator: Originator,
    *,
    created_at: datetime,
    reference: str,
) -> Iterator[Batch]:
    """Yield the batches of a file; a statement knows each by the file's reference alone."""
    dialect = dialect_of(originator.dialect)
    sorter = Sorter(originator, dialect, created_at)
    ordered = sorted(instructions, key=sorter.place)
    traces = (instruction.trace for instruction in ordered)
    for planned in plan(ordered, sorter, dialect):
        named = tuple(islice(traces, planned.count))
        yield Batch(reference, planned.key.effective_date, named)


def _pieces(
    writer: Writer, ordered: Iterable[Instruction], sorter: Sorter, dialect: Dialect
) -> Iterator[bytes]:
    entries = iter(ordered)
    day: date | None = None
    for batch in plan(ordered, sorter, dialect):
        if day not in (None, batch.key.effective_date):
            writer.offset_of_day()
        day = batch.key.effective_date
        writer.open(batch)
        for instruction in islice(entries, batch.count):
            writer.entry(instruction)
            if piece := writer.piece():
                yield piece
        writer.close()
    writer.offset_of_day()
    writer.end()
    yield writer.piece(0)


class _Check:
    """Goes through the instructions once, and says what is wrong and whether they are in order."""

    def __init__(self, originator: Originator, dialect: Dialect, sorter: Sorter) -> None:
        self.in_order = True
        self._originator = originator
        self._dialect = dialect
        self._sorter = sorter
        self._problems: list[Problem] = []
        self._traces = Seen()
        self._count = 0
        self._total = 0

    def all(self, instructions: Iterable[Instruction], reference: str) -> None:
        """Raise FileRefused for what cannot be in one file."""
        before: tuple[BatchKey, str] | None = None
        for instruction in instructions:
            self._count += 1
            self._total += instruction.amount.amount
            self._one(instruction)
            if self.in_order and not self._problems:
                place = self._sorter.place(instruction)
                self.in_order = before is None or before < place
                before = place
        problems = [*self._file_problems(reference), *self._problems]
        if not problems:
            problems = [*_between_entries(instructions, self._dialect, self._traces)]
        if problems:
            raise FileRefused(problems)

    def _one(self, instruction: Instruction) -> None:
        reasons = [*objections(instruction, self._dialect)]
        trace = instruction.trace
        if trace.isdecimal() and self._traces.again(int(trace)):
            reasons.append("the trace is used twice")
        odfi = self._dialect.odfi or self._originator.bank_id[:8]
        if trace[:8] != odfi:
            reasons.append("the trace does not begin with the originating bank's number")
        self._problems.extend(Problem(None, instruction.movement, reason) for reason in reasons)

    def _file_problems(self, reference: str) -> Iterator[Problem]:
        originator, dialect = self._originator, self._dialect
        if not self._count:
            yield Problem(None, None, "there is nothing to send")
        if self._count > rules.MAX_FILE_COUNT:
            yield Problem(None, None, f"more than {rules.MAX_FILE_COUNT} entries")
        if self._total > rules.MAX_FILE_TOTAL:
            yield Problem(None, None, f"more than {rules.MAX_FILE_TOTAL} cents in one file")
        if not is_routing_number(originator.bank_id):
            yield Problem(None, "bank_id", "not nine digits with a right check digit")
        if not 0 < len(ascii_upper(originator.company_id, 11)) <= 10:
            yield Problem(None, "company_id", "not 1 to 10 characters")
        if ascii_upper(reference, 9) != reference or len(reference) > 8:
            yield Problem(None, "reference", "not at most 8 upper-case ASCII characters")
        origin = dialect.origin or originator.origin_id or originator.company_id
        if len(dialect.origin_prefix + ascii_upper(origin, 11)) > 10:
            yield Problem(
                None, "dialect.origin_prefix", "the origin has no room for a digit before it"
            )
        if dialect.offset != "none" and not _is_own(originator):
            yield Problem(None, "dialect.offset", "the originator's account is not one in the US")


def _between_entries(
    instructions: Iterable[Instruction], dialect: Dialect, traces: Seen
) -> Iterator[Problem]:
    """Yield what no entry does wrong alone: offsets without a number, micro-debits too high."""
    micro: dict[tuple[UsAccount, date], int] = defaultdict(int)
    for instruction in instructions:
        if instruction.act == "verify":
            micro[account_of(instruction), instruction.effective_date] += _signed(instruction)
        if dialect.offset != "none" and int(instruction.trace) + 1 in traces:
            reason = "the trace after it is used, and an offset may need it; use the rail's traces"
            yield Problem(None, instruction.movement, reason)
    for instruction in instructions if micro else ():
        if instruction.act == "verify":
            net = micro[account_of(instruction), instruction.effective_date]
            if net < 0:
                reason = "the micro-debits to its account are more than the micro-credits"
                yield Problem(None, instruction.movement, reason)


def _is_own(originator: Originator) -> bool:
    account = originator.account
    return isinstance(account, UsAccount) and is_routing_number(account.routing_number)


def _signed(instruction: Instruction) -> int:
    amount = amount_of(instruction)
    return amount if instruction.direction == "credit" else -amount
