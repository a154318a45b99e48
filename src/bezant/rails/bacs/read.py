"""Reading a Standard 18 file: its entries, or a refusal that names every problem and its line.

A file is believed only when its labels stand in order, contra records balance each processing
day, and the trailer's totals agree with the records.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from msgspec import Struct, field

from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import Fact, ReadFile, Totals
from bezant.rails.bacs import records
from bezant.rails.bacs.calendar import add_working_days
from bezant.rails.bacs.orders import split_reference

MOST_PROBLEMS = 1000
"""Problems after which a file is not read on: it is something else altogether."""

_NEWLINE = re.compile(r"\r\n|\n|\r")
_UNPRINTABLE = re.compile(r"[^ -~]")
_HEADERS = (records.VOLUME, records.HEADER_1, records.HEADER_2, records.USER_HEADER)
_TRAILERS = (records.END_1, records.END_2, records.USER_TRAILER)
_SAME_AT_THE_END = ("user number", "serial", "file number", "record length", "format")


class _Entry(Struct, frozen=True):
    line: int
    values: dict[str, str]
    day: date | None

    @property
    def amount(self) -> int:
        return int(self.values["amount"])

    @property
    def is_contra(self) -> bool:
        values = self.values
        own = (values["own sort code"], values["own account number"])
        at_home = (values["sort code"], values["account number"]) == own
        return at_home and values["reference"].startswith(records.CONTRA)

    @property
    def direction(self) -> str:
        return "credit" if self.values["code"] in records.CREDITS else "debit"


class _Reader(Struct):
    problems: list[Problem] = field(default_factory=list[Problem])
    warnings: list[str] = field(default_factory=list[str])
    labels: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    entries: list[_Entry] = field(default_factory=list[_Entry])

    def bad(self, line: int | None, reason: str) -> None:
        self.problems.append(Problem(line, None, reason))
        if len(self.problems) > MOST_PROBLEMS:
            self.problems.append(Problem(line, None, "reading stopped here"))
            raise FileRefused(self.problems)

    def fitted(self, line: int, text: str, width: int) -> str:
        """Return a line at its width; what is too long or unprintable is a problem."""
        strange = _UNPRINTABLE.search(text)
        if strange:
            column = strange.start() + 1
            self.bad(line, f"column {column} holds {strange.group()!r}, not printable ASCII")
        if len(text.rstrip()) > width:
            self.bad(line, f"the line is {len(text)} characters long, not {width}")
        elif len(text) != width:
            self.warnings.append(f"line {line}: {len(text)} characters, read as {width}")
        return text[:width].ljust(width)


def read(data: bytes) -> ReadFile:
    """Return the facts of a Standard 18 file; raises FileRefused with every problem."""
    reader = _Reader()
    # Latin-1 makes one column of each byte, whatever the bytes are.
    pieces = _NEWLINE.split(data.decode("latin-1").rstrip("\r\n\x1a\x00"))
    lines = [(number, text) for number, text in enumerate(pieces, 1) if text.strip()]
    if len(lines) < len(_HEADERS) + len(_TRAILERS):
        reader.bad(None, "the file is too short for its labels")
        raise FileRefused(reader.problems)
    body = lines[len(_HEADERS) : -len(_TRAILERS)]
    for layout, (number, text) in zip(_HEADERS, lines, strict=False):
        _label(reader, layout, number, text)
    _body(reader, body)
    for layout, (number, text) in zip(_TRAILERS, lines[-len(_TRAILERS) :], strict=True):
        _label(reader, layout, number, text)
    if not reader.problems:
        _check(reader, lines[-1][0])
    if reader.problems:
        raise FileRefused(reader.problems)
    return _result(reader)


def _label(reader: _Reader, layout: records.Layout, number: int, text: str) -> None:
    line = reader.fitted(number, text, records.LABEL)
    if line[:4] != layout.name:
        reader.bad(number, f"{layout.name} should stand here, not {line[:4]!r}")
        return
    for fault in layout.faults(line):
        reader.bad(number, f"{layout.name}: {fault}")
    reader.labels[layout.name] = layout.read(line)


def _body(reader: _Reader, lines: list[tuple[int, str]]) -> None:
    length = reader.labels.get("HDR2", {}).get("record length", "")
    layout = records.DATA.get(int(length)) if records.is_digits(length) else None
    if layout is None:
        reader.bad(None, f"the record length {length!r} of HDR2 is neither 00100 nor 00106")
        return
    header = reader.labels.get("UHL1", {}).get("processing day", "")
    for number, text in lines:
        line = reader.fitted(number, text, layout.width)
        faults = layout.faults(line)
        for fault in faults:
            reader.bad(number, f"record: {fault}")
        values = layout.read(line)
        day = records.read_day(values.get("processing day", header))
        if day is None:
            reader.bad(number, f"processing day {values.get('processing day', header)!r} is no day")
        if not faults:
            reader.entries.append(_Entry(number, values, day))


def _check(reader: _Reader, last: int) -> None:
    for one, other in (("HDR1", "EOF1"), ("HDR2", "EOF2")):
        for name, value in reader.labels[one].items():
            if name in _SAME_AT_THE_END and reader.labels[other][name] != value:
                said = reader.labels[other][name]
                reader.bad(last, f"{other}: {name} is {said!r}, that of {one} is {value!r}")
    if not reader.entries:
        reader.bad(last, "the file holds no records")
    for entry in reader.entries:
        _check_code(reader, entry)
    _check_contras(reader, last)
    _check_totals(reader, last)


def _check_code(reader: _Reader, entry: _Entry) -> None:
    code = entry.values["code"]
    if code not in records.CREDITS | records.DEBITS | records.INSTRUCTIONS:
        reader.bad(entry.line, f"transaction code {code!r} is not known")
    elif (code in records.INSTRUCTIONS) != (entry.amount == 0):
        reader.bad(entry.line, f"transaction code {code} with an amount of {entry.amount}")


def _check_contras(reader: _Reader, last: int) -> None:
    """Each processing day must balance: credits with debit contras, debits with credit contras."""
    sums: Counter[tuple[date | None, str, bool]] = Counter()
    for entry in reader.entries:
        sums[entry.day, entry.direction, entry.is_contra] += entry.amount
    days = {day for day, _, _ in sums}
    for day in sorted(day for day in days if day is not None):
        for direction, other in (("credit", "debit"), ("debit", "credit")):
            items, contras = sums[day, direction, False], sums[day, other, True]
            if items != contras:
                reason = f"{direction}s of {day} make {items}, their contra records {contras}"
                reader.bad(last, reason)


def _check_totals(reader: _Reader, last: int) -> None:
    trailer = reader.labels["UTL1"]
    for direction in ("debit", "credit"):
        moved = [
            entry.amount
            for entry in reader.entries
            if entry.direction == direction and entry.values["code"] not in records.INSTRUCTIONS
        ]
        for name, made in ((f"{direction} total", sum(moved)), (f"{direction} count", len(moved))):
            if int(trailer[name]) != made:
                reader.bad(last, f"UTL1: {name} is {int(trailer[name])}, the records make {made}")


def _result(reader: _Reader) -> ReadFile:
    entries = [entry for entry in reader.entries if not entry.is_contra]
    sums: Counter[str] = Counter()
    for entry in entries:
        sums[entry.direction] += entry.amount
    names = reader.labels["HDR1"]
    totals = Totals(
        count=len(entries),
        credits=Money(sums["credit"], "gbp"),
        debits=Money(sums["debit"], "gbp"),
        details={
            "reference": names["serial"],
            "user_number": names["user number"],
            "modifier": names["file number"],
            "created_on": str(records.read_day(names["created on"]) or ""),
            "processing_day": str(entries[0].day) if entries else "",
        },
    )
    return ReadFile(tuple(_facts(entries)), tuple(reader.warnings), totals)


def _facts(entries: list[_Entry]) -> Iterator[Fact]:
    for entry in entries:
        values = entry.values
        trace, reference = split_reference(values["reference"])
        assert entry.day is not None, "an entry without a day was refused"
        yield Fact(
            kind="submitted",
            trace=trace,
            amount=Money(entry.amount, "gbp"),
            on=add_working_days(entry.day, 1),
            line=entry.line,
            direction="credit" if entry.direction == "credit" else "debit",
            details={
                "transaction_code": values["code"],
                "sort_code": values["sort code"],
                "account_number": values["account number"],
                "name": values["name"],
                "reference": reference,
            },
        )
