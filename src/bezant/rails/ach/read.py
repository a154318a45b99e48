"""Reading a NACHA file: any bytes give either its facts or a refusal that names every problem.

One pass over the records; a file is believed only when all its counts, hashes and totals agree.
"""

from collections.abc import Callable
from datetime import date

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import Fact, ReadFile, Totals
from bezant.rails.ach import records
from bezant.rails.ach.batch import Batch, Sums, fields_of
from bezant.rails.ach.facts import CURRENCY, facts_of, read_date
from bezant.rails.ach.lines import Findings, Line, split

MOST_PROBLEMS = 1000
"""Problems after which a file is not read on: it is something else altogether."""

_HEADER_CONSTANTS = {
    "priority": "01",
    "record size": "094",
    "blocking factor": "10",
    "format": "1",
}


def read(data: bytes) -> ReadFile:
    """Return the facts of a NACHA file; raises FileRefused with every problem and its line."""
    reader = _Reader()
    for line in split(data, reader.findings):
        reader.take(line)
        if len(reader.findings.problems) > MOST_PROBLEMS:
            reader.findings.bad(line.number, "reading stopped here")
            raise FileRefused(reader.findings.problems)
    return reader.finish()


class _Reader:
    def __init__(self) -> None:
        self.findings = Findings()
        self.header: dict[str, str] | None = None
        self.batch: Batch | None = None
        self.batches: list[Batch] = []
        self.control: dict[str, str] | None = None
        self.control_line = 0
        self.sums = Sums()
        self.count = 0
        self.last_line = 0
        self.fillers = 0
        self.handlers: dict[str, Callable[[Line], None]] = {
            "1": self._file_header,
            "5": self._batch_header,
            "6": self._entry,
            "7": self._addenda,
            "8": self._batch_control,
            "9": self._file_control,
        }

    def take(self, line: Line) -> None:
        """Take the next record; what cannot stand here is a problem."""
        self.last_line = line.number
        if line.text.strip().strip("9") == "" and self.control is not None:
            self.fillers += 1
            return
        self.count += 1
        handler = self.handlers.get(line.text[0])
        if self.count == 1 and line.text[0] != "1":
            self.findings.bad(line.number, "the file does not begin with a file header (1)")
        if self.control is not None:
            self.findings.bad(line.number, "a record after the file control")
        elif handler is None:
            self.findings.bad(line.number, f"record type {line.text[0]!r} is not known")
            self._lose_count()
        else:
            handler(line)

    def finish(self) -> ReadFile:
        """Return the file's facts, now that all of it has been seen."""
        findings = self.findings
        if self.count == 0:
            findings.bad(None, "the file is empty")
        else:
            self._end_batch(self.last_line)
            self._check_end()
        self._check_unique()
        # Facts are made only of records that are whole; making them finds the last problems.
        facts = [] if findings.problems else self._facts()
        if findings.problems:
            raise FileRefused(sorted(findings.problems, key=lambda problem: problem.line or 0))
        return ReadFile(tuple(facts), tuple(findings.warnings), self._totals())

    def _facts(self) -> list[Fact]:
        created = self._created_on()
        facts = [fact for batch in self.batches for fact in facts_of(batch, created, self.findings)]
        returned: set[str] = set()
        for fact in facts:
            if fact.kind == "returned" and fact.trace in returned:
                self.findings.bad(fact.line, f"trace {fact.trace} is returned twice")
            if fact.kind == "returned":
                returned.add(fact.trace)
        return facts

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
        self.batch = Batch.open(line, self.findings)
        self.batches.append(self.batch)

    def _entry(self, line: Line) -> None:
        if self.batch is None:
            self.findings.bad(line.number, "an entry (6) outside a batch")
        else:
            self.batch.entry(line)

    def _addenda(self, line: Line) -> None:
        if self.batch is None:
            self.findings.bad(line.number, "an addenda record (7) outside a batch")
        else:
            self.batch.addenda(line)

    def _batch_control(self, line: Line) -> None:
        if self.batch is None:
            self.findings.bad(line.number, "a batch control (8) outside a batch")
            return
        self.batch.close(line)
        self.sums.add(self.batch.sums)
        self.batch = None

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
            self.batch = None

    def _check_end(self) -> None:
        if self.control is None:
            self.findings.bad(self.last_line, "the file ends without a file control (9)")
            return
        self.sums.compare(self.control, self.control_line, self.findings)
        blocks = -(-self.count // records.BLOCKING)
        for name, figure in (("batch count", len(self.batches)), ("block count", blocks)):
            said = self.control[name]
            if records.is_digits(said) and int(said) != figure:
                self.findings.bad(self.control_line, f"{name} is {int(said)}, not {figure}")
        if self.fillers and (self.count + self.fillers) % records.BLOCKING:
            self.findings.odd(self.last_line, "the file does not fill its last block of ten")

    def _check_unique(self) -> None:
        batches: dict[str, int] = {}
        traces: set[str] = set()
        for batch in self.batches:
            bank, number = batch.values["odfi"], batch.values["batch number"]
            if records.is_digits(number) and int(number) <= batches.get(bank, -1):
                reason = f"batch number {number} of bank {bank} is doubled or out of order"
                self.findings.bad(batch.line, reason)
            batches[bank] = int(number) if records.is_digits(number) else -1
            for entry in batch.entries:
                trace = entry.values["trace"]
                if trace in traces:
                    self.findings.bad(entry.line, f"trace {trace} is in the file twice")
                traces.add(trace)

    def _created_on(self) -> date | None:
        return None if self.header is None else read_date(self.header["created on"])

    def _totals(self) -> Totals:
        assert self.header is not None, "a file without a header was refused"
        names = ("reference", "modifier", "created on", "origin", "destination")
        details = {name.replace(" ", "_"): self.header[name] for name in names}
        return Totals(
            count=sum(len(batch.entries) for batch in self.batches),
            credits=Money(self.sums.credits, CURRENCY),
            debits=Money(self.sums.debits, CURRENCY),
            details=details | {"batches": str(len(self.batches))},
        )
