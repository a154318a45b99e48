"""Reading a Standard 18 file: its entries, or a refusal that names every problem and its line.

A file is believed only when its labels stand in order, contra records balance each processing
day, and the trailer's totals agree with the records. It is gone through once, in a stream.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from msgspec import Struct, field

from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import Direction, Fact, ReadFile, Source, Totals, whole
from bezant.rail.fixed_width import Layout, is_digits
from bezant.rail.lines import UNPRINTABLE, Line
from bezant.rail.short_traces import split_reference
from bezant.rails.bacs import records
from bezant.rails.bacs.calendar import add_working_days
from bezant.rails.bacs.lines import lines_of

MOST_PROBLEMS = 1000
"""Problems after which a file is not read on: it is something else altogether."""

_HEADERS = (records.VOLUME, records.HEADER_1, records.HEADER_2, records.USER_HEADER)
_TRAILERS = (records.END_1, records.END_2, records.USER_TRAILER)
_SAME_AT_THE_END = ("user number", "serial", "file number", "record length", "format")


def read(data: bytes) -> ReadFile:
    """Return the facts of a Standard 18 file; raises FileRefused with every problem."""
    return whole(Stream(data))


class Stream:
    """The facts of a file one by one; they count when the last one has come."""

    def __init__(self, source: bytes | Source) -> None:
        """Read from a source, once."""
        self._source = source
        self._reader = _Reader()

    def __iter__(self) -> Iterator[Fact]:
        """Yield the facts; raises FileRefused at the end for anything wrong."""
        reader = self._reader
        lines = lines_of(self._source)
        first = list(islice(lines, len(_HEADERS) + len(_TRAILERS)))
        if len(first) < len(_HEADERS) + len(_TRAILERS):
            reader.bad(None, "the file is too short for its labels")
            raise FileRefused(reader.problems)
        for layout, line in zip(_HEADERS, first, strict=False):
            reader.label(layout, line)
        trailers = deque(first[len(_HEADERS) :])
        for entry in reader.entries(_all_but_last(trailers, lines)):
            if not entry.is_contra and not reader.problems:
                yield _fact(entry)
        for layout, line in zip(_TRAILERS, trailers, strict=True):
            reader.label(layout, line)
        reader.finish(trailers[-1].number)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Oddities that change nothing."""
        return tuple(self._reader.warnings)

    @property
    def totals(self) -> Totals:
        """What the file adds up to, when all of it has been read."""
        return self._reader.totals()


def _all_but_last(last: deque[Line], lines: Iterable[Line]) -> Iterator[Line]:
    """Yield lines as long as others follow them; the last ones stay where they were put."""
    for line in lines:
        last.append(line)
        yield last.popleft()


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
    def direction(self) -> Direction:
        return "credit" if self.values["code"] in records.CREDITS else "debit"


class _Sums(Struct):
    """What records add up to: by day, direction and side, and as the trailer counts them."""

    by_day: Counter[tuple[date | None, str, bool]] = field(
        default_factory=Counter[tuple[date | None, str, bool]]
    )
    moved: Counter[str] = field(default_factory=Counter[str])
    counts: Counter[str] = field(default_factory=Counter[str])
    entries: int = 0
    ordered: Counter[str] = field(default_factory=Counter[str])
    first_day: date | None = None

    def add(self, entry: _Entry) -> None:
        """Count a record in."""
        self.by_day[entry.day, entry.direction, entry.is_contra] += entry.amount
        if entry.values["code"] not in records.INSTRUCTIONS:
            self.moved[entry.direction] += entry.amount
            self.counts[entry.direction] += 1
        if entry.is_contra:
            return
        self.first_day = self.first_day if self.entries else entry.day
        self.entries += 1
        self.ordered[entry.direction] += entry.amount


class _Reader(Struct):
    problems: list[Problem] = field(default_factory=list[Problem])
    wrong_codes: list[Problem] = field(default_factory=list[Problem])
    warnings: list[str] = field(default_factory=list[str])
    labels: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    sums: _Sums = field(default_factory=_Sums)

    def bad(self, line: int | None, reason: str) -> None:
        self.problems.append(Problem(line, None, reason))
        if len(self.problems) > MOST_PROBLEMS:
            self.problems.append(Problem(line, None, "reading stopped here"))
            raise FileRefused(self.problems)

    def label(self, layout: Layout, found: Line) -> None:
        """Read a label, which has its place in the file."""
        number = found.number
        line = self._fitted(found, records.LABEL)
        if line[:4] != layout.name:
            self.bad(number, f"{layout.name} should stand here, not {line[:4]!r}")
            return
        for fault in layout.faults(line):
            self.bad(number, f"{layout.name}: {fault}")
        self.labels[layout.name] = layout.read(line)

    def entries(self, lines: Iterable[Line]) -> Iterator[_Entry]:
        """Yield the records, each checked by itself."""
        length = self.labels.get("HDR2", {}).get("record length", "")
        layout = records.DATA.get(int(length)) if is_digits(length) else None
        if layout is None:
            self.bad(None, f"the record length {length!r} of HDR2 is neither 00100 nor 00106")
        header = self.labels.get("UHL1", {}).get("processing day", "")
        for found in lines:
            if layout is not None and (entry := self._entry(layout, found, header)):
                self.sums.add(entry)
                yield entry

    def finish(self, last: int) -> None:
        """Hold the records against each other and the trailer; raises FileRefused."""
        if not self.problems:
            self._check_labels(last)
            for problem in self.wrong_codes:
                self.bad(problem.line, problem.reason)
            self._check_contras(last)
            self._check_totals(last)
        if self.problems:
            raise FileRefused(self.problems)

    def totals(self) -> Totals:
        """Return what a file that was not refused adds up to, without its contra records."""
        names, sums = self.labels["HDR1"], self.sums
        return Totals(
            count=sums.entries,
            credits=Money(sums.ordered["credit"], "gbp"),
            debits=Money(sums.ordered["debit"], "gbp"),
            details={
                "reference": names["serial"],
                "user_number": names["user number"],
                "modifier": names["file number"],
                "created_on": str(records.read_day(names["created on"]) or ""),
                "processing_day": str(sums.first_day or ""),
            },
        )

    def _fitted(self, found: Line, width: int) -> str:
        """Return a line at its width; what is too long or unprintable is a problem."""
        number, text = found
        strange = UNPRINTABLE.search(text)
        if strange:
            column = strange.start() + 1
            self.bad(number, f"column {column} holds {strange.group()!r}, not printable ASCII")
        if len(text.rstrip()) > width:
            self.bad(number, f"the line is {len(text)} characters long, not {width}")
        elif len(text) != width and len(self.warnings) < MOST_PROBLEMS:
            self.warnings.append(f"line {number}: {len(text)} characters, read as {width}")
        return text[:width].ljust(width)

    def _entry(self, layout: Layout, found: Line, header: str) -> _Entry | None:
        line = self._fitted(found, layout.width)
        faults = layout.faults(line)
        for fault in faults:
            self.bad(found.number, f"record: {fault}")
        values = layout.read(line)
        said = values.get("processing day", header)
        day = records.read_day(said)
        if day is None:
            self.bad(found.number, f"processing day {said!r} is no day")
        if faults:
            return None
        entry = _Entry(found.number, values, day)
        if len(self.wrong_codes) <= MOST_PROBLEMS:
            self.wrong_codes.extend(_wrong_code(entry))
        return entry

    def _check_labels(self, last: int) -> None:
        for one, other in (("HDR1", "EOF1"), ("HDR2", "EOF2")):
            for name, value in self.labels[one].items():
                if name in _SAME_AT_THE_END and self.labels[other][name] != value:
                    said = self.labels[other][name]
                    self.bad(last, f"{other}: {name} is {said!r}, that of {one} is {value!r}")
        if not self.sums.by_day:
            self.bad(last, "the file holds no records")

    def _check_contras(self, last: int) -> None:
        """Each processing day must balance: credits with debit contras, and the other way."""
        sums = self.sums.by_day
        days = {day for day, _, _ in sums}
        for day in sorted(day for day in days if day is not None):
            for direction, other in (("credit", "debit"), ("debit", "credit")):
                items, contras = sums[day, direction, False], sums[day, other, True]
                if items != contras:
                    reason = f"{direction}s of {day} make {items}, their contra records {contras}"
                    self.bad(last, reason)

    def _check_totals(self, last: int) -> None:
        trailer, sums = self.labels["UTL1"], self.sums
        for side in ("debit", "credit"):
            figures = ((f"{side} total", sums.moved[side]), (f"{side} count", sums.counts[side]))
            for name, made in figures:
                if int(trailer[name]) != made:
                    reason = f"UTL1: {name} is {int(trailer[name])}, the records make {made}"
                    self.bad(last, reason)


def _wrong_code(entry: _Entry) -> Iterator[Problem]:
    code = entry.values["code"]
    if code not in records.CREDITS | records.DEBITS | records.INSTRUCTIONS:
        yield Problem(entry.line, None, f"transaction code {code!r} is not known")
    elif (code in records.INSTRUCTIONS) != (entry.amount == 0):
        reason = f"transaction code {code} with an amount of {entry.amount}"
        yield Problem(entry.line, None, reason)


def _fact(entry: _Entry) -> Fact:
    values = entry.values
    trace, reference = split_reference(values["reference"])
    assert entry.day is not None, "an entry without a day was refused"
    return Fact(
        kind="submitted",
        trace=trace,
        amount=Money(entry.amount, "gbp"),
        on=add_working_days(entry.day, 1),
        line=entry.line,
        direction=entry.direction,
        details={
            "transaction_code": values["code"],
            "sort_code": values["sort code"],
            "account_number": values["account number"],
            "name": values["name"],
            "reference": reference,
        },
    )
