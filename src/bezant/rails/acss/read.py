"""Reading an AFT file: its payments, reversals and returns, or a refusal with every problem.

A file is believed only when its records are counted without gaps under one file number, and the
trailer's totals agree with them. It is gone through once, in a stream.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct, field
from msgspec.structs import replace

from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import Direction, Fact, ReadFile, Source, Totals, whole
from bezant.rail.fixed_width import Layout
from bezant.rail.lines import UNPRINTABLE, Line
from bezant.rail.short_traces import split_reference
from bezant.rails.acss import records
from bezant.rails.acss.lines import lines_of
from bezant.rails.acss.reasons import reason_of

MOST_PROBLEMS = 1000
"""Problems after which a file is not read on: it is something else altogether."""

_CREDITS = frozenset("CEI")
_CURRENCIES = frozenset({"", "CAD"})
_REVERSED = "Reversed by the originator's bank as made in error"


def read(data: bytes) -> ReadFile:
    """Return the facts of a file; raises FileRefused with every problem."""
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
        first = next(lines, None)
        if first is None:
            raise FileRefused([Problem(None, None, "the file is empty")])
        reader.header(first)
        last: list[Line] = []
        for payment in reader.payments(_all_but_last(last, lines)):
            if not reader.problems:
                yield _fact(payment, reader.created_on)
        reader.trailer(last[0] if last else None)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Oddities that change nothing."""
        return ()

    @property
    def totals(self) -> Totals:
        """What the file adds up to, when all of it has been read."""
        return self._reader.totals()


def _all_but_last(last: list[Line], lines: Iterable[Line]) -> Iterator[Line]:
    """Yield lines as long as others follow them; the last one stays where it was put."""
    for line in lines:
        last.append(line)
        if len(last) > 1:
            yield last.pop(0)


class _Payment(Struct, frozen=True):
    """A segment, and the kind and line of its record."""

    kind: str
    line: int
    values: dict[str, str]
    day: date

    @property
    def amount(self) -> int:
        return int(self.values["amount"])

    @property
    def direction(self) -> Direction:
        return "credit" if self.kind in _CREDITS else "debit"


class _Reader(Struct):
    problems: list[Problem] = field(default_factory=list[Problem])
    head: dict[str, str] = field(default_factory=dict[str, str])
    created_on: date | None = None
    sums: Counter[str] = field(default_factory=Counter[str])
    ordered: Counter[str] = field(default_factory=Counter[str])
    first_day: date | None = None
    count: int = 1

    def bad(self, line: int | None, reason: str) -> None:
        self.problems.append(Problem(line, None, reason))
        if len(self.problems) > MOST_PROBLEMS:
            self.problems.append(Problem(None, None, "reading stopped here"))
            raise FileRefused(self.problems)

    def header(self, found: Line) -> None:
        """Read the first record, which says whose file it is and when it was made."""
        text = self._whole(found)
        if text[0] != "A":
            self.bad(found.number, f"an A record should stand here, not {text[0]!r}")
            return
        self._check(records.HEADER, found.number, text)
        self.head = records.HEADER.read(text)
        self.created_on = records.read_day(self.head["created on"])
        if self.created_on is None:
            self.bad(found.number, f"{self.head['created on']!r} is no day")
        if self.head["count"] != "000000001":
            self.bad(found.number, "the first record is not counted 1")
        if self.head["currency"] not in _CURRENCIES:
            self.bad(found.number, f"the currency is {self.head['currency']}, not CAD")

    def payments(self, lines: Iterable[Line]) -> Iterator[_Payment]:
        """Yield the payments of the records between header and trailer."""
        for found in lines:
            text = self._whole(found)
            kind = text[0]
            if kind not in records.SUMMED:
                known = ", ".join(sorted(records.SUMMED))
                self.bad(found.number, f"records of type {kind!r} are not read; {known} are")
                continue
            self._counted(found.number, text)
            for payment in self._segments(kind, found.number, text):
                self._add(payment)
                yield payment

    def trailer(self, found: Line | None) -> None:
        """Hold the last record against the others; raises FileRefused."""
        if found is None:
            self.bad(None, "the file has no Z record")
            raise FileRefused(self.problems)
        text = self._whole(found)
        if text[0] != "Z":
            self.bad(found.number, f"a Z record should stand here, not {text[0]!r}")
        elif self._check(records.TRAILER, found.number, _filled(text)):
            self._counted(found.number, text)
            said = records.TRAILER.read(_filled(text))
            for name in (f"{kind} {sum_}" for kind in "DCEF" for sum_ in ("total", "count")):
                if int(said[name]) != self.sums[name]:
                    reason = f"{name} is {int(said[name])}, the records make {self.sums[name]}"
                    self.bad(found.number, f"Z record: {reason}")
            if not self.sums:
                self.bad(found.number, "the file holds no payments")
        if self.problems:
            raise FileRefused(self.problems)

    def totals(self) -> Totals:
        """Return what a file that was not refused adds up to."""
        return Totals(
            count=sum(count for name, count in self.sums.items() if name.endswith("count")),
            credits=Money(self.ordered["credit"], "cad"),
            debits=Money(self.ordered["debit"], "cad"),
            details={
                "reference": self.head["communication"],
                "originator": self.head["originator"],
                "file_number": self.head["file number"],
                "data_centre": self.head["data centre"],
                "created_on": str(self.created_on or ""),
                "due_on": str(self.first_day or ""),
            },
        )

    def _whole(self, found: Line) -> str:
        strange = UNPRINTABLE.search(found.text)
        if strange:
            column = strange.start() + 1
            reason = f"column {column} holds {strange.group()!r}, not printable ASCII"
            self.bad(found.number, reason)
        return found.text.ljust(records.WIDTH)

    def _check(self, layout: Layout, number: int, text: str, start: int = 0) -> bool:
        faults = layout.faults(text, start)
        for fault in faults:
            self.bad(number, f"{layout.name}: {fault}")
        return not faults

    def _counted(self, number: int, text: str) -> None:
        """Check that a record follows the one before it, in the same file."""
        if not self._check(records.COMMON, number, text):
            return
        said = records.COMMON.read(text)
        self.count += 1
        if int(said["count"]) != self.count:
            self.bad(number, f"the record is counted {int(said['count'])}, not {self.count}")
            self.count = int(said["count"])
        for name in ("originator", "file number"):
            if self.head and said[name] != self.head[name]:
                reason = f"{name} is {said[name]!r}, that of the A record {self.head[name]!r}"
                self.bad(number, reason)

    def _segments(self, kind: str, number: int, text: str) -> Iterator[_Payment]:
        """Yield the payments of a record; after an empty segment there are no more."""
        empty = False
        for start in range(records.HEAD, records.WIDTH, records.SEGMENT):
            segment = text[start : start + records.SEGMENT]
            if not segment.strip():
                empty = True
                continue
            if empty:
                self.bad(number, f"column {start + 1}: a segment after an empty one")
            if not self._check(records.PAYMENT, number, segment, start):
                continue
            values = records.PAYMENT.read(segment)
            day = records.read_day(values["date"])
            if day is None:
                self.bad(number, f"column {start + 14}: {values['date']!r} is no day")
            else:
                yield _Payment(kind, number, values, day)

    def _add(self, payment: _Payment) -> None:
        name = records.SUMMED[payment.kind]
        self.sums[f"{name} count"] += 1
        self.sums[f"{name} total"] += payment.amount
        self.ordered[payment.direction] += payment.amount
        self.first_day = self.first_day or payment.day


def _filled(text: str) -> str:
    """Return a trailer with zeros where a bank has left sums of reversals out."""
    start = records.TRAILER.fields[8].start
    end = records.TRAILER.fields[-1].start
    return text[:start] + text[start:end].replace(" ", "0") + text[end:]


def _fact(payment: _Payment, made_on: date | None) -> Fact:
    values = payment.values
    trace, reference = split_reference(values["cross reference"])
    returned = payment.kind in "IJ"
    at = "return " if returned else ""
    institution = values[f"{at}institution"]
    details = {
        "institution_number": institution[1:4],
        "transit_number": institution[4:9],
        "account_number": values[f"{at}account"],
        "name": values["name"],
        "reference": reference,
        "transaction_type": values["transaction type"],
        "due_on": str(payment.day),
    }
    shared = Fact(
        kind="submitted",
        trace=trace,
        amount=Money(payment.amount, "cad"),
        on=payment.day,
        line=payment.line,
        direction=payment.direction,
        details=details,
    )
    if returned:
        return _returned(shared, values, made_on)
    if payment.kind in "EF":
        return replace(shared, kind="recalled", code=payment.kind, reason=_REVERSED, on=made_on)
    return shared


def _returned(shared: Fact, values: dict[str, str], made_on: date | None) -> Fact:
    """Return why a payment came back; the reason stands first, the old type is stored behind."""
    code, before = values["transaction type"], values["stored type"]
    if before.startswith("9"):
        code, before = before, code
    reason = reason_of(code)
    details = {**shared.details, "transaction_type": before}
    if values["invalid element"].strip("0"):
        details["invalid_element"] = values["invalid element"]
    return replace(
        shared,
        kind="returned",
        code=code,
        reason=reason.meaning,
        failure_code=reason.failure_code,
        on=made_on,
        details=details,
    )
