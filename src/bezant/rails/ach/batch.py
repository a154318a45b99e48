"""Reading one batch of a NACHA file: its entries, their addenda, and its control record."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, field

from bezant.rail import Direction
from bezant.rails.ach import records
from bezant.rails.ach.lines import Findings, Line
from bezant.rails.ach.records import Layout

CLASSES = frozenset(
    (
        *("PPD", "CCD", "CTX", "WEB", "TEL", "IAT", "COR", "ARC", "BOC", "POP", "RCK"),
        *("XCK", "POS", "SHR", "MTE", "CIE", "ACK", "ATX", "DNE", "ENR", "TRC", "TRX"),
    )
)
_DIRECTIONS: Mapping[str, frozenset[Direction]] = MappingProxyType(
    {
        "200": frozenset[Direction](("credit", "debit")),
        "220": frozenset[Direction](("credit",)),
        "225": frozenset[Direction](("debit",)),
    }
)
_ENTRY_LAYOUTS = {"IAT": records.IAT_ENTRY, "CTX": records.CTX_ENTRY}
_ADDENDA_LAYOUTS = {"05": records.ADDENDA, "98": records.CHANGE, "99": records.RETURN}
_ADDENDA_TYPES = frozenset({"02", "05", "98", "99", *(str(number) for number in range(10, 19))})
_PRENOTE_OR_EMPTY = frozenset("3489")


def direction_of(transaction_code: str) -> Direction | None:
    """Return which way an entry moves money; nothing for a code that does not exist.

    The first digit is the account (checking, savings, general ledger, loan), the second the use.
    """
    account, use = transaction_code
    if account in "234":
        return "credit" if use in "1234" else "debit" if use in "6789" else None
    if account == "5":
        return "credit" if use in "1234" else "debit" if use in "56" else None
    return None


def fields_of(layout: Layout, line: Line, findings: Findings) -> tuple[dict[str, str], bool]:
    """Return a record's fields, and whether each has its kind."""
    faults = [*layout.faults(line.text)]
    for fault in faults:
        findings.bad(line.number, f"{layout.name}: {fault}")
    return layout.read(line.text), not faults


class Addenda(Struct, frozen=True):
    """What follows an entry and belongs to it."""

    line: int
    kind: str
    values: dict[str, str]


class Entry(Struct):
    """One entry with its addenda."""

    line: int
    values: dict[str, str]
    addenda: list[Addenda] = field(default_factory=list[Addenda])

    def has(self, kind: str) -> Addenda | None:
        """Return the first addenda of a kind."""
        return next((addenda for addenda in self.addenda if addenda.kind == kind), None)


class Sums(Struct):
    """What control records are compared with; `sound` until a record cannot be added up."""

    count: int = 0
    hash: int = 0
    debits: int = 0
    credits: int = 0
    sound: bool = True

    def add(self, other: "Sums") -> None:
        self.count += other.count
        self.hash = (self.hash + other.hash) % 10**10
        self.debits += other.debits
        self.credits += other.credits
        self.sound = self.sound and other.sound

    def compare(self, values: Mapping[str, str], line: int, findings: Findings) -> None:
        """Report every figure of a control record that the records before it do not make."""
        figures = {"count": self.count}
        if self.sound:
            figures |= {"hash": self.hash, "debits": self.debits, "credits": self.credits}
        for name, figure in figures.items():
            if records.is_digits(values[name]) and int(values[name]) != figure:
                findings.bad(line, f"{name} is {int(values[name])}, the entries make {figure}")


class Batch(Struct):
    """A batch as far as it has been read."""

    line: int
    values: dict[str, str]
    findings: Findings
    entries: list[Entry] = field(default_factory=list[Entry])
    sums: Sums = field(default_factory=Sums)

    @classmethod
    def open(cls, line: Line, findings: Findings) -> "Batch":
        """Begin a batch with its header."""
        is_iat = line.text[50:53] == "IAT"
        layout = records.IAT_BATCH_HEADER if is_iat else records.BATCH_HEADER
        values, _ = fields_of(layout, line, findings)
        if values["class code"] not in CLASSES:
            findings.bad(line.number, f"entry class {values['class code']!r} is not known")
        if values["service class"] not in _DIRECTIONS:
            findings.bad(line.number, f"service class {values['service class']} is not read")
        return cls(line.number, values, findings)

    def entry(self, line: Line) -> None:
        """Take an entry."""
        self.end_entry()
        layout = _ENTRY_LAYOUTS.get(self.values["class code"], records.ENTRY)
        values, sound = fields_of(layout, line, self.findings)
        if sound:
            self._check_entry(line.number, values)
            self._add_up(values)
        self.sums.sound = self.sums.sound and sound
        self.sums.count += 1
        self.entries.append(Entry(line.number, values))

    def addenda(self, line: Line) -> None:
        """Take an addenda record of the entry before it."""
        self.sums.count += 1
        if not self.entries:
            self.findings.bad(line.number, "an addenda record (7) follows no entry (6)")
            return
        kind = line.text[1:3]
        if kind not in _ADDENDA_TYPES:
            self.findings.bad(line.number, f"addenda type {kind!r} is not known")
        layout = _ADDENDA_LAYOUTS.get(kind, records.OTHER_ADDENDA)
        values, _ = fields_of(layout, line, self.findings)
        entry = self.entries[-1]
        if kind not in {"98", "99"} and line.text[87:] != entry.values["trace"][-7:]:
            self.findings.bad(line.number, f"the addenda do not belong to entry {entry.line}")
        entry.addenda.append(Addenda(line.number, kind, values))

    def close(self, line: Line) -> None:
        """Take the control record and compare it with the header and the entries."""
        self.end_entry()
        values, _ = fields_of(records.BATCH_CONTROL, line, self.findings)
        for name in ("service class", "company id", "odfi", "batch number"):
            if name == "company id" and not values[name]:
                self.findings.odd(line.number, "the control leaves out the company id")
            elif values[name] != self.values[name]:
                reason = f"{name} is {values[name]!r}, the header's is {self.values[name]!r}"
                self.findings.bad(line.number, reason)
        self.sums.compare(values, line.number, self.findings)

    def end_entry(self) -> None:
        """Check the last entry's addenda, now that all of them are there."""
        if not self.entries:
            return
        entry = self.entries[-1]
        if entry.values["addenda indicator"] != str(int(bool(entry.addenda))):
            reason = f"the addenda indicator does not fit {len(entry.addenda)} addenda"
            self.findings.bad(entry.line, reason)
        if self.values["class code"] == "COR" and not entry.has("98"):
            self.findings.bad(entry.line, "the notice of change has no addenda 98")
        self._check_sequence(entry)

    def _check_sequence(self, entry: Entry) -> None:
        notes = [addenda for addenda in entry.addenda if addenda.kind == "05"]
        for position, note in enumerate(notes, 1):
            if note.values["sequence"] != f"{position:04d}":
                reason = f"addenda sequence {note.values['sequence']!r} should be {position:04d}"
                self.findings.bad(note.line, reason)

    def _check_entry(self, line: int, values: Mapping[str, str]) -> None:
        code, trace = values["transaction code"], values["trace"]
        direction = direction_of(code)
        allowed = _DIRECTIONS.get(self.values["service class"], frozenset[Direction]())
        if direction is None:
            self.findings.bad(line, f"transaction code {code} is not known")
        elif allowed and direction not in allowed:
            self.findings.bad(line, f"a {direction} in a batch of the other direction")
        if records.check_digit(values["rdfi"]) != values["check digit"]:
            self.findings.bad(line, "the check digit of the routing number is wrong")
        if code[1] in _PRENOTE_OR_EMPTY and int(values["amount"]):
            self.findings.bad(line, f"transaction code {code} has an amount")
        if trace[:8] != self.values["odfi"]:
            self.findings.bad(line, f"trace {trace} is not of the batch's bank")
        if self.entries and trace <= self.entries[-1].values["trace"]:
            self.findings.bad(line, f"trace {trace} does not ascend")

    def _add_up(self, values: Mapping[str, str]) -> None:
        self.sums.hash = (self.sums.hash + int(values["rdfi"])) % 10**10
        if direction_of(values["transaction code"]) == "credit":
            self.sums.credits += int(values["amount"])
        else:
            self.sums.debits += int(values["amount"])
