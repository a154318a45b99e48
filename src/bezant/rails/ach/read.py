"""Reading a NACHA file: any bytes give either its facts or a refusal that names every problem.

One pass over the records in a stream; a file is believed only when all its counts, hashes and
totals agree, so what a stream has given out counts for nothing until it has come to its end.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import Fact, ReadFile, Source, Totals, whole
from bezant.rails.ach import records
from bezant.rails.ach.batch import Batch, Entry, Sums, fields_of
from bezant.rails.ach.dialect import Dialect, dialect_of
from bezant.rails.ach.facts import CURRENCY, Translator, read_date
from bezant.rails.ach.lines import Findings, Line, split
from bezant.rails.ach.seen import Seen

MOST_PROBLEMS = 1000
"""Problems after which a file is not read on: it is something else altogether."""

_HEADER_CONSTANTS = {
    "priority": "01",
    "record size": "094",
    "blocking factor": "10",
    "format": "1",
}


def read(data: bytes, dialect: Mapping[str, str]) -> ReadFile:
    """Return the facts of a NACHA file; raises FileRefused with every problem and its line."""
    return whole(Stream(data, dialect_of(dialect)))


class Stream:
    """The facts of a file one by one, without the file in memory.

    The last step raises FileRefused if anything was wrong, and then no fact before it counts.
    Only when it has come to its end without that are there `totals` and `warnings`.
    """

    def __init__(self, source: bytes | Source, dialect: Dialect) -> None:
        """Read from bytes or from anything that has `read`, such as an open file."""
        self._source = source
        self._dialect = dialect
        self._reader = _Reader(dialect)

    def __iter__(self) -> Iterator[Fact]:
        """Yield the facts in the order of the entries; once only."""
        reader, findings = self._reader, self._reader.findings
        lines = split(self._source, findings, short_lines=self._dialect.read_short_lines == "yes")
        for line in lines:
            fact = reader.take(line)
            if fact is not None and not findings.problems:
                yield fact
            if len(findings.problems) > MOST_PROBLEMS:
                findings.bad(line.number, "reading stopped here")
                raise FileRefused(findings.problems)
        reader.finish()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Oddities that change nothing."""
        return tuple(self._reader.findings.warnings)

    @property
    def totals(self) -> Totals:
        """What the file adds up to, when all of it has been read."""
        return self._reader.totals()


class _Reader:
    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.findings = Findings()
        self.header: dict[str, str] | None = None
        self.batch: Batch | None = None
        self.translator: Translator | None = None
        self.batches = 0
        self.last_batch: dict[str, int] = {}
        self.control: dict[str, str] | None = None
        self.control_line = 0
        self.sums = Sums()
        self.count = 0
        self.last_line = 0
        self.fillers = 0
        self.traces = Seen()
        self.returned: dict[str, Seen] = {}
        self.handlers: dict[str, Callable[[Line], Entry | None]] = {
            "1": self._file_header,
            "5": self._batch_header,
            "6": self._entry,
            "7": self._addenda,
            "8": self._batch_control,
            "9": self._file_control,
        }

    def take(self, line: Line) -> Fact | None:
        """Take the next record; what cannot stand here is a problem."""
        self.last_line = line.number
        kind = line.text[0]
        if kind == "9" and self.control is not None and line.text.strip().strip("9") == "":
            self.fillers += 1
            return None
        self.count += 1
        handler = self.handlers.get(kind)
        if self.count == 1 and kind != "1":
            self.findings.bad(line.number, "the file does not begin with a file header (1)")
        if self.control is not None:
            self.findings.bad(line.number, "a record after the file control")
        elif handler is None:
            self.findings.bad(line.number, f"record type {kind!r} is not known")
            self._lose_count()
        else:
            # A batch control ends the batch of the entry that it gives out.
            translator = self.translator
            entry = handler(line)
            if entry is not None and entry.sound and translator is not None:
                return self._fact(translator, entry)
        return None

    def finish(self) -> None:
        """Judge the file, now that all of it has been seen."""
        findings = self.findings
        if self.count == 0:
            findings.bad(None, "the file is empty")
        else:
            self._end_batch(self.last_line)
            self._check_end()
        if findings.problems:
            raise FileRefused(sorted(findings.problems, key=lambda problem: problem.line or 0))

    def totals(self) -> Totals:
        """Return what the controls say, of a file that was not refused."""
        assert self.header is not None, "a file without a header was refused"
        names = ("reference", "modifier", "created on", "origin", "destination")
        details = {name.replace(" ", "_"): self.header[name] for name in names}
        return Totals(
            count=self.sums.entries,
            credits=Money(self.sums.credits, CURRENCY),
            debits=Money(self.sums.debits, CURRENCY),
            details=details | {"batches": str(self.batches)},
        )

    def _fact(self, translator: Translator, entry: Entry) -> Fact:
        fact = translator.fact(entry)
        if self.traces.again(int(entry.values["trace"])):
            trace = entry.values["trace"]
            self.findings.bad(entry.line, f"trace {trace} is in the file twice")
        if fact.kind in ("returned", "dishonored", "contested") and fact.amount is not None:
            seen = self.returned.setdefault(fact.kind, Seen())
            if seen.again(int(fact.trace)):
                self.findings.bad(fact.line, f"trace {fact.trace} is {fact.kind} twice")
        return fact

    def _file_header(self, line: Line) -> None:
        if self.header is not None:
            self.findings.bad(line.number, "a second file header")
            return
        self.header, sound = fields_of(records.FILE_HEADER, line, self.findings)
        if not sound:
            return
        for name, value in _HEADER_CONSTANTS.items():
            if self.header[name] != value:
                self.findings.bad(line.number, f"{name} is {self.header[name]}, not {value}")
        if self._created_on() is None:
            self.findings.bad(line.number, f"{self.header['created on']} is no date")

    def _batch_header(self, line: Line) -> None:
        self._end_batch(line.number)
        self.batch = batch = Batch.open(line, self.findings, self.dialect)
        self.translator = (
            Translator(batch, self._created_on(), self.findings) if batch.sound else None
        )
        self.batches += 1
        bank, number = batch.values["odfi"], batch.values["batch number"]
        if not records.is_digits(number):
            return
        if int(number) <= self.last_batch.get(bank, -1):
            reason = f"batch number {number} of bank {bank} is doubled or out of order"
            self.findings.bad(line.number, reason)
        self.last_batch[bank] = int(number)

    def _entry(self, line: Line) -> Entry | None:
        if self.batch is not None:
            return self.batch.entry(line)
        self.findings.bad(line.number, "an entry (6) outside a batch")
        return None

    def _addenda(self, line: Line) -> None:
        if self.batch is None:
            self.findings.bad(line.number, "an addenda record (7) outside a batch")
        else:
            self.batch.addenda(line)

    def _batch_control(self, line: Line) -> Entry | None:
        if self.batch is None:
            self.findings.bad(line.number, "a batch control (8) outside a batch")
            return None
        last = self.batch.close(line)
        self.sums.add(self.batch.sums)
        self.batch = self.translator = None
        return last

    def _file_control(self, line: Line) -> None:
        self._end_batch(line.number)
        self.control, _ = fields_of(records.FILE_CONTROL, line, self.findings)
        self.control_line = line.number

    def _lose_count(self) -> None:
        self.sums.sound = False
        if self.batch is not None:
            self.batch.sums.sound = False

    def _end_batch(self, line: int) -> None:
        if self.batch is not None:
            self.batch.end_entry()
            reason = f"the batch of line {self.batch.line} has no control record (8)"
            self.findings.bad(line, reason)
            self._lose_count()
            self.sums.add(self.batch.sums)
            self.batch = self.translator = None

    def _check_end(self) -> None:
        if self.control is None:
            self.findings.bad(self.last_line, "the file ends without a file control (9)")
            return
        self.sums.compare(self.control, self.control_line, self.findings)
        self._check_figure("batch count", self.batches, strict=True)
        blocks = -(-self.count // records.BLOCKING)
        self._check_figure("block count", blocks, strict=self.dialect.read_block_count == "yes")
        if self.fillers and (self.count + self.fillers) % records.BLOCKING:
            self.findings.odd(self.last_line, "the file does not fill its last block of ten")

    def _check_figure(self, name: str, figure: int, *, strict: bool) -> None:
        assert self.control is not None, "a control record was read"
        said = self.control[name]
        if records.is_digits(said) and int(said) != figure:
            tell = self.findings.bad if strict else self.findings.odd
            tell(self.control_line, f"{name} is {int(said)}, not {figure}")

    def _created_on(self) -> date | None:
        return None if self.header is None else read_date(self.header["created on"])
