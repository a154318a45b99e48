"""The simulated bank's own reader of ACH files: strict, and it names every fault with its line.

Columns are those of the Nacha file layout; slices count from zero.
"""

from collections.abc import Callable
from datetime import date, datetime

from bezant.kernel.errors import FileRefused, Problem
from bezant.sim.schemes.ach.file import (
    CODES,
    PRENOTES,
    RETURNS,
    AchFile,
    Batch,
    Entry,
    is_routing_number,
)

RECORD = 94
_BLOCK = 10
_MOST_PROBLEMS = 20
_PADDING = "9" * RECORD
_SEC = frozenset({"PPD", "CCD", "CTX", "WEB", "TEL"})
_REFUSALS = "COR"
_SERVICES = frozenset({"200", "220", "225"})
_MODIFIERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_HASH_MODULUS = 10**10

# Which records may follow which, by their first character.
_FOLLOWS = {"": "1", "1": "59", "5": "6", "6": "678", "7": "678", "8": "59", "9": ""}
_NAMES = {
    "1": "file header",
    "5": "batch header",
    "6": "entry",
    "7": "addenda",
    "8": "batch control",
    "9": "file control",
}


def read_ach(content: bytes, routing_number: str, *, answers: bool = False) -> AchFile:
    """Return the file if every rule holds; raises FileRefused with each problem and its line.

    With `answers` it may also hold what the client says of entries that came to it: returns, the
    disputes about them, and refused notices of change.
    """
    reading = _Reading(routing_number, answers)
    for record in _records(content):
        reading.take(record)
    return reading.end()


def _records(content: bytes) -> list[str]:
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileRefused([Problem(line, None, "a character is not ASCII")]) from None
    if not text.strip():
        raise FileRefused([Problem(None, None, "the file is empty")])
    records = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    for line, record in enumerate(records, 1):
        if len(record) != RECORD:
            raise FileRefused(
                [Problem(line, None, f"a record has {len(record)} characters, not {RECORD}")]
            )
    while len(records) > 1 and records[-1] == _PADDING:
        records.pop()
    return records


class _Totals:
    """What controls count: of the open batch, or of the file."""

    def __init__(self) -> None:
        self.records = self.hash = self.debit = self.credit = 0

    def add(self, other: "_Totals") -> None:
        """Add a finished batch to the file's totals."""
        self.records += other.records
        self.hash += other.hash
        self.debit += other.debit
        self.credit += other.credit


class _Reading:
    """One pass over a file's records."""

    def __init__(self, routing_number: str, answers: bool) -> None:
        self._routing = routing_number
        self._codes = CODES | RETURNS if answers else CODES
        self._classes = _SEC | {_REFUSALS} if answers else _SEC
        self._problems: list[Problem] = []
        self._line = 0
        self._last = ""
        self._file: AchFile | None = None
        self._batch = Batch("", "", "", "", "", None, "", 0)
        self._of_batch, self._of_file = _Totals(), _Totals()
        self._addenda_due = False
        self._addenda = 0
        self._traces: set[str] = set()
        self._take: dict[str, Callable[[str], None]] = {
            "1": self._file_header,
            "5": self._batch_header,
            "6": self._entry,
            "7": self._addendum,
            "8": self._batch_control,
            "9": self._file_control,
        }

    def take(self, record: str) -> None:
        """Read the next record; one out of its order ends the reading, for nothing fits after."""
        self._line += 1
        type = record[0]
        if type not in _FOLLOWS[self._last]:
            after = _NAMES.get(self._last, "the beginning")
            self._wrong(f"a record of type {type!r} cannot follow {after}")
            raise FileRefused(self._problems)
        self._take[type](record)
        self._last = type

    def end(self) -> AchFile:
        """Return the file; raises FileRefused if anything was wrong."""
        if self._last != "9":
            self._wrong("the file ends before its control record")
        if self._problems:
            raise FileRefused(self._problems)
        assert self._file, "the order of records begins with the header"
        return self._file

    def _wrong(self, reason: str) -> None:
        self._problems.append(Problem(self._line or None, None, reason))
        if len(self._problems) >= _MOST_PROBLEMS:
            raise FileRefused(self._problems)

    def _must(self, holds: bool, reason: str) -> None:
        if not holds:
            self._wrong(reason)

    def _number(self, field: str, name: str) -> int:
        if field.isdigit():
            return int(field)
        self._wrong(f"{name} {field!r} is not a number")
        return 0

    def _date(self, field: str, name: str) -> date | None:
        try:
            return datetime.strptime(field, "%y%m%d").date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            self._wrong(f"{name} {field!r} is not a date")
            return None

    def _equal(self, name: str, stated: int | str, found: int | str) -> None:
        self._must(stated == found, f"{name} says {stated}, the records above make {found}")

    def _file_header(self, record: str) -> None:
        destination = record[3:13].strip()
        self._must(record[1:3] == "01", f"priority code {record[1:3]!r} is not 01")
        self._must(is_routing_number(destination), f"destination {destination!r} fails its check")
        self._must(destination == self._routing, f"destination {destination!r} is another bank")
        self._must(bool(record[13:23].strip()), "the immediate origin is empty")
        self._date(record[23:29], "creation date")
        self._must(_is_time(record[29:33]), f"creation time {record[29:33]!r} is not a time")
        self._must(record[33] in _MODIFIERS, f"file id modifier {record[33]!r} is not A-Z or 0-9")
        self._must(
            record[34:40] == "094101", f"size, blocking, format {record[34:40]!r}: not 094101"
        )
        self._file = AchFile(
            destination,
            record[13:23].strip(),
            record[23:33],
            record[33],
            record[40:63].strip(),
            record[63:86].strip(),
            record[86:94].strip(),
            [],
        )

    def _batch_header(self, record: str) -> None:
        assert self._file, "the order of records begins with the header"
        number = self._number(record[87:94], "batch number")
        effective = self._date(record[69:75], "effective date") if record[69:75].strip() else None
        batch = Batch(
            record[1:4],
            record[4:20].strip(),
            record[40:50].strip(),
            record[50:53],
            record[53:63].strip(),
            effective,
            record[79:87],
            number,
        )
        self._must(batch.service in _SERVICES, f"service class {batch.service!r} is unknown")
        self._must(bool(batch.company), "the company name is empty")
        self._must(bool(batch.company_id), "the company identification is empty")
        self._must(
            batch.sec in self._classes, f"standard entry class {batch.sec!r} is not taken here"
        )
        self._must(bool(batch.description), "the company entry description is empty")
        self._must(record[78] == "1", f"originator status {record[78]!r} is not 1")
        self._must(batch.odfi == self._routing[:8], f"ODFI {batch.odfi!r} is another bank")
        above = self._file.batches[-1].number if self._file.batches else 0
        self._must(number > above, f"batch number {number} does not ascend")
        self._file.batches.append(batch)
        self._batch, self._of_batch = batch, _Totals()

    def _entry(self, record: str) -> None:
        self._addenda_complete()
        entry = Entry(
            record[1:3],
            record[3:12],
            record[12:29].strip(),
            self._number(record[29:39], "amount"),
            record[39:54].strip(),
            record[58:74].strip() if self._batch.sec == "CTX" else record[54:76].strip(),
            record[76:78],
            record[79:94],
            record[54:76],
            [],
        )
        self._check_entry(entry)
        self._must(record[78] in "01", f"addenda indicator {record[78]!r} is not 0 or 1")
        self._addenda_due, self._addenda = record[78] == "1", 0
        totals = self._of_batch
        totals.records += 1
        totals.hash += int(entry.routing[:8]) if entry.routing[:8].isdigit() else 0
        if entry.is_credit:
            totals.credit += entry.amount
        else:
            totals.debit += entry.amount
        self._batch.entries.append(entry)

    def _check_entry(self, entry: Entry) -> None:
        batch = self._batch
        if entry.code not in self._codes:
            self._wrong(f"transaction code {entry.code!r} is not taken here")
        if not is_routing_number(entry.routing):
            self._wrong(f"routing number {entry.routing!r} fails its check digit")
        if not entry.account:
            self._wrong("the account number is empty")
        if not entry.name:
            self._wrong("the receiver's name is empty")
        empty = entry.code in PRENOTES or batch.sec == _REFUSALS
        if (entry.amount == 0) != empty:
            self._wrong(f"an amount of {entry.amount} with transaction code {entry.code}")
        if batch.service != "200" and entry.is_credit != (batch.service == "220"):
            self._wrong(
                f"transaction code {entry.code} in a batch of service class {batch.service}"
            )
        self._check_trace(entry.trace)

    def _check_trace(self, trace: str) -> None:
        entries = self._batch.entries
        if not trace.isdigit() or trace[:8] != self._batch.odfi:
            self._wrong(f"trace number {trace!r} does not begin with the ODFI of its batch")
        elif entries and trace <= entries[-1].trace:
            self._wrong(f"trace number {trace} does not ascend")
        elif trace in self._traces:
            self._wrong(f"trace number {trace} stands twice in the file")
        self._traces.add(trace)

    def _addendum(self, record: str) -> None:
        entry = self._batch.entries[-1]
        self._addenda += 1
        self._of_batch.records += 1
        self._must(self._addenda_due, "addenda follow an entry that announces none")
        entry.addenda.append(record)
        if entry.code in RETURNS:
            self._answer(record, entry)
            return
        self._must(record[1:3] == "05", f"addenda of type {record[1:3]!r} are not taken here")
        self._must(
            self._batch.sec == "CTX" or self._addenda == 1,
            f"more than one addenda in {self._batch.sec}",
        )
        sequence = self._number(record[83:87], "addenda sequence number")
        self._equal("the addenda sequence number", sequence, self._addenda)
        self._equal("the addenda's entry sequence", record[87:94], entry.trace[8:])

    def _answer(self, record: str, entry: Entry) -> None:
        """Check the one record that says which entry is answered, and why."""
        kind, letter = ("98", "C") if self._batch.sec == _REFUSALS else ("99", "R")
        self._must(record[1:3] == kind, f"addenda of type {record[1:3]!r} are not taken here")
        code = record[3:6]
        self._must(code[0] == letter and code[1:].isdigit(), f"code {code!r} is no reason")
        self._must(record[6:21].isdigit(), f"original trace {record[6:21]!r} is not a number")
        self._must(self._addenda == 1, "more than one addenda in an answer")
        self._equal("the addenda's trace", record[79:94], entry.trace)

    def _addenda_complete(self) -> None:
        self._must(
            self._addenda > 0 or not self._addenda_due,
            "the entry above announces addenda, none came",
        )
        entries = self._batch.entries
        if entries and self._batch.sec == "CTX" and entries[-1].code not in RETURNS:
            said = self._number(entries[-1].columns[:4], "count of addenda")
            self._equal("the entry's count of addenda", said, self._addenda)

    def _batch_control(self, record: str) -> None:
        self._addenda_complete()
        self._addenda_due = False
        batch, totals = self._batch, self._of_batch
        self._equal("the batch control's service class", record[1:4], batch.service)
        self._controls("the batch control", record[4:44], totals)
        self._equal("the batch control's company", record[44:54].strip(), batch.company_id)
        self._equal("the batch control's ODFI", record[79:87], batch.odfi)
        self._equal(
            "the batch control's number", self._number(record[87:94], "batch number"), batch.number
        )
        self._of_file.add(totals)

    def _file_control(self, record: str) -> None:
        assert self._file, "the order of records begins with the header"
        batches = self._number(record[1:7], "batch count")
        blocks = self._number(record[7:13], "block count")
        self._equal("the file control's batch count", batches, len(self._file.batches))
        self._equal("the file control's block count", blocks, -(-self._line // _BLOCK))
        records = self._number(record[13:21], "entry and addenda count")
        self._equal("the file control's entry and addenda count", records, self._of_file.records)
        self._sums("the file control", record[21:55], self._of_file)

    def _controls(self, name: str, fields: str, totals: _Totals) -> None:
        records = self._number(fields[:6], "entry and addenda count")
        self._equal(f"{name}'s entry and addenda count", records, totals.records)
        self._sums(name, fields[6:], totals)

    def _sums(self, name: str, fields: str, totals: _Totals) -> None:
        hash = self._number(fields[:10], "entry hash")
        self._equal(f"{name}'s entry hash", hash, totals.hash % _HASH_MODULUS)
        self._equal(f"{name}'s debits", self._number(fields[10:22], "debits"), totals.debit)
        self._equal(f"{name}'s credits", self._number(fields[22:34], "credits"), totals.credit)


def _is_time(field: str) -> bool:
    return not field.strip() or (field.isdigit() and field[:2] < "24" and field[2:] < "60")
