"""Reading one batch of a NACHA file: its entries, their addenda, and its control record."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, field

from bezant.rail import Direction
from bezant.rails.ach import iat, records
from bezant.rails.ach.addenda import TYPES, layout_of
from bezant.rails.ach.dialect import Dialect
from bezant.rails.ach.layout import Layout
from bezant.rails.ach.lines import Findings, Line

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
_NONE = frozenset[Direction]()
_ENTRY_LAYOUTS = {"IAT": iat.IAT_ENTRY, "CTX": records.CTX_ENTRY}
_ANSWERS = frozenset(("98", "99"))
_PRENOTE_OR_EMPTY = frozenset("3489")


def _direction_of(transaction_code: str) -> Direction | None:
    account, use = transaction_code
    if account in "234":
        return "credit" if use in "1234" else "debit" if use in "6789" else None
    if account == "5":
        return "credit" if use in "1234" else "debit" if use in "56" else None
    return None


_CODES: Mapping[str, Direction | None] = MappingProxyType(
    {f"{number:02d}": _direction_of(f"{number:02d}") for number in range(100)}
)


def direction_of(transaction_code: str) -> Direction | None:
    """Return which way an entry moves money; nothing for a code that does not exist.

    The first digit is the account (checking, savings, general ledger, loan), the second the use.
    """
    return _CODES[transaction_code]


def fields_of(layout: Layout, line: Line, findings: Findings) -> tuple[dict[str, str], bool]:
    """Return a record's fields, and whether each has its kind."""
    values = layout.read(line.text)
    if values is not None:
        return values, True
    for fault in layout.faults(line.text):
        findings.bad(line.number, f"{layout.name}: {fault}")
    return layout.read_anyhow(line.text), False


class Addenda(Struct, frozen=True):
    """What follows an entry and belongs to it; `text` is the record as it stood."""

    line: int
    kind: str
    values: dict[str, str]
    text: str


class Entry(Struct):
    """One entry with its addenda; `sound` while all of its records can be read."""

    line: int
    values: dict[str, str]
    sound: bool
    addenda: list[Addenda] = field(default_factory=list[Addenda])

    def has(self, kind: str) -> Addenda | None:
        """Return the first addenda of a kind."""
        return next((addenda for addenda in self.addenda if addenda.kind == kind), None)


class Sums(Struct):
    """What control records are compared with; `sound` until a record cannot be added up.

    `count` is of entries and addenda, `entries` of entries alone.
    """

    count: int = 0
    hash: int = 0
    debits: int = 0
    credits: int = 0
    entries: int = 0
    sound: bool = True

    def add(self, other: "Sums") -> None:
        self.count += other.count
        self.hash = (self.hash + other.hash) % 10**10
        self.debits += other.debits
        self.credits += other.credits
        self.entries += other.entries
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
    """A batch as far as it has been read; only its last entry is kept.

    It is `sound` when its header can be read; without that its entries say nothing.
    """

    line: int
    values: dict[str, str]
    findings: Findings
    dialect: Dialect
    allowed: frozenset[Direction]
    sound: bool
    last: Entry | None = None
    sums: Sums = field(default_factory=Sums)

    @classmethod
    def open(cls, line: Line, findings: Findings, dialect: Dialect) -> "Batch":
        """Begin a batch with its header."""
        international = line.text[50:53] == "IAT" or line.text[4:20].strip() == "IATCOR"
        layout = iat.IAT_BATCH_HEADER if international else records.BATCH_HEADER
        values, sound = fields_of(layout, line, findings)
        if values["class code"] not in CLASSES:
            findings.bad(line.number, f"entry class {values['class code']!r} is not known")
        allowed = _DIRECTIONS.get(values["service class"], _NONE)
        if not allowed:
            findings.bad(line.number, f"service class {values['service class']} is not read")
        return cls(line.number, values, findings, dialect, allowed, sound)

    def entry(self, line: Line) -> Entry | None:
        """Take an entry, and give out the one before it, now that it is whole."""
        before = self.end_entry()
        layout = _ENTRY_LAYOUTS.get(self.values["class code"], records.ENTRY)
        values, sound = fields_of(layout, line, self.findings)
        if sound:
            self._check_entry(line.number, values, before)
            self._add_up(values)
        self.sums.sound = self.sums.sound and sound
        self.sums.count += 1
        self.sums.entries += 1
        self.last = Entry(line.number, values, sound)
        return before

    def addenda(self, line: Line) -> None:
        """Take an addenda record of the entry before it."""
        self.sums.count += 1
        entry = self.last
        if entry is None:
            self.findings.bad(line.number, "an addenda record (7) follows no entry (6)")
            return
        kind = line.text[1:3]
        if kind not in TYPES:
            self.findings.bad(line.number, f"addenda type {kind!r} is not known")
        values, sound = fields_of(layout_of(line.text), line, self.findings)
        entry.sound = entry.sound and sound
        if kind not in _ANSWERS and line.text[87:] != entry.values["trace"][-7:]:
            self.findings.bad(line.number, f"the addenda do not belong to entry {entry.line}")
        if kind == "05":
            self._check_sequence(entry, line.number, values["sequence"])
        entry.addenda.append(Addenda(line.number, kind, values, line.text))

    def close(self, line: Line) -> Entry | None:
        """Take the control record, compare it, and give out the last entry."""
        last = self.end_entry()
        values, _ = fields_of(records.BATCH_CONTROL, line, self.findings)
        for name in ("service class", "company id", "odfi", "batch number"):
            if name == "company id" and not values[name]:
                self.findings.odd(line.number, "the control leaves out the company id")
            elif values[name] != self.values[name]:
                reason = f"{name} is {values[name]!r}, the header's is {self.values[name]!r}"
                self.findings.bad(line.number, reason)
        self.sums.compare(values, line.number, self.findings)
        return last

    def end_entry(self) -> Entry | None:
        """Check the last entry's addenda, now that all of them are there."""
        entry = self.last
        if entry is None:
            return None
        if entry.values["addenda indicator"] != ("1" if entry.addenda else "0"):
            reason = f"the addenda indicator does not fit {len(entry.addenda)} addenda"
            self.findings.bad(entry.line, reason)
        self._check_count(entry)
        if self.values["class code"] == "COR" and not entry.has("98"):
            self.findings.bad(entry.line, "the notice of change has no addenda 98")
        return entry

    def _check_count(self, entry: Entry) -> None:
        """Compare the count that CTX and IAT entries say; gateways do not count optional ones."""
        count = entry.values.get("addenda count", "")
        if not records.is_digits(count) or entry.has("99") or int(count) == len(entry.addenda):
            return
        reason = f"the entry says {int(count)} addenda, {len(entry.addenda)} follow"
        if self.values["class code"] == "IAT":
            self.findings.odd(entry.line, reason)
        else:
            self.findings.bad(entry.line, reason)

    def _check_sequence(self, entry: Entry, line: int, sequence: str) -> None:
        position = 1 + len(entry.addenda)
        if sequence != f"{position:04d}":
            reason = f"addenda sequence {sequence!r} should be {position:04d}"
            self.findings.bad(line, reason)

    def _check_entry(self, line: int, values: Mapping[str, str], before: Entry | None) -> None:
        code, trace, dialect = values["transaction code"], values["trace"], self.dialect
        direction = _CODES[code]
        if direction is None:
            self.findings.bad(line, f"transaction code {code} is not known")
        elif self.allowed and direction not in self.allowed:
            self.findings.bad(line, f"a {direction} in a batch of the other direction")
        if records.check_digit(values["rdfi"]) != values["check digit"]:
            self._unless(dialect.read_check_digit, line, _WRONG_DIGIT)
        if code[1] in _PRENOTE_OR_EMPTY and int(values["amount"]):
            self.findings.bad(line, f"transaction code {code} has an amount")
        if trace[:8] != self.values["odfi"]:
            self._unless(dialect.read_trace_bank, line, f"trace {trace} is not of the batch's bank")
        if before is not None and trace <= before.values["trace"]:
            self._unless(dialect.read_trace_order, line, f"trace {trace} does not ascend")

    def _unless(self, strict: str, line: int, reason: str) -> None:
        """Refuse for a reason, or where the bank is known for it only remark on it."""
        if strict == "yes":
            self.findings.bad(line, reason)
        else:
            self.findings.odd(line, reason)

    def _add_up(self, values: Mapping[str, str]) -> None:
        sums = self.sums
        sums.hash = (sums.hash + int(values["rdfi"])) % 10**10
        if _CODES[values["transaction code"]] == "credit":
            sums.credits += int(values["amount"])
        else:
            sums.debits += int(values["amount"])


_WRONG_DIGIT = "the check digit of the routing number is wrong"
