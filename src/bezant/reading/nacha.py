"""A NACHA file as a summary: what it holds even where it is wrong, and what the rail says of it."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct, field

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import ReadsStreams
from bezant.reading.summary import Break, Item, Keep, Tally

LENGTH = 94
CURRENCY = "usd"

_NEWLINE = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"
_END = "\r\n\x1a\x00"
_END_OF_FILE = _END.encode()
_LONGEST = 1000
_PIECE = 1 << 16
_RETURN, _CHANGE = "99", "98"
_HASH = 10**10


class _Sums(Struct):
    """What a control record must say, and what the records make."""

    line: int = 0
    number: str = ""
    count: int = 0
    hash: int = 0
    debits: int = 0
    credits: int = 0

    def add(self, other: "_Sums") -> None:
        self.count += other.count
        self.hash += other.hash
        self.debits += other.debits
        self.credits += other.credits

    def unlike(self, said: tuple[str, str, str, str]) -> str:
        """Return what the control record says otherwise; nothing when all agrees."""
        made = (self.count, self.hash % _HASH, self.debits, self.credits)
        names = ("entries and addenda", "entry hash", "debits", "credits")
        wrong = [
            f"{name} are {figure}, the control record says {text.strip()}"
            for name, figure, text in zip(names, made, said, strict=True)
            if not text.isdecimal() or int(text) != figure
        ]
        return "; ".join(wrong)


class _Entry(Struct):
    """An entry with what its addenda say."""

    line: int
    text: str
    references: dict[str, str] = field(default_factory=dict[str, str])
    codes: list[str] = field(default_factory=list[str])
    remarks: list[str] = field(default_factory=list[str])


class _Outline(Struct):
    """The records of a file as they go by."""

    tally: Tally
    file: _Sums = field(default_factory=_Sums)
    batch: _Sums | None = None
    entry: _Entry | None = None
    classes: list[str] = field(default_factory=list[str])
    ended: bool = False

    def take(self, number: int, text: str) -> None:
        """Take one record; what is none is for the rail to refuse."""
        kind = text[0]
        if kind != "7":
            self.end_entry()
        if kind == "5":
            self.tally.batches += 1
            self.classes.append(text[50:53])
            self.batch = _Sums(number, text[87:94])
        elif kind == "6":
            self._entry(number, text)
        elif kind == "7" and self.entry is not None:
            self._addenda(self.entry, text)
        elif kind == "8" and self.batch is not None:
            said = (text[4:10], text[10:20], text[20:32], text[32:44])
            self._hold(self.batch, said, f"batch {self.batch.number}")
            self.file.add(self.batch)
            self.batch = None
        elif kind == "9" and not self.ended and text.strip("9 "):
            said = (text[13:21], text[21:31], text[31:43], text[43:55])
            self._hold(self.file, said, "file")
            self.ended = True

    def end_entry(self) -> None:
        """Hand on the entry that no more addenda belong to."""
        if self.entry is None:
            return
        entry, text = self.entry, self.entry.text
        self.entry = None
        amount = text[29:39]
        self.tally.add(
            Item(
                batch=self.tally.batches,
                references={"trace": text[79:94].strip(), **entry.references},
                codes=tuple(entry.codes),
                amount=int(amount) if amount.isdecimal() else None,
                currency=CURRENCY,
                direction="debit" if text[2:3] in "56789" else "credit",
                name="" if self.classes[-1:] == ["IAT"] else text[54:76].strip(),
                text=" ".join(entry.remarks),
                line=entry.line,
            )
        )

    def _entry(self, number: int, text: str) -> None:
        self.tally.entries += 1
        self.entry = _Entry(number, text, {"account": text[12:29].strip()})
        if self.classes[-1:] == ["IAT"]:
            self.entry.references = {"account": text[39:74].strip()}
        self.entry.references["identification"] = text[39:54].strip()
        if self.classes[-1:] == ["IAT"]:
            del self.entry.references["identification"]
        if self.batch is None:
            return
        self.batch.count += 1
        bank, amount = text[3:11].strip(), text[29:39]
        self.batch.hash += int(bank) if bank.isdecimal() else 0
        cents = int(amount) if amount.isdecimal() else 0
        if text[2:3] in "56789":
            self.batch.debits += cents
        else:
            self.batch.credits += cents

    def _addenda(self, entry: _Entry, text: str) -> None:
        if self.batch is not None:
            self.batch.count += 1
        kind = text[1:3]
        if kind in (_RETURN, _CHANGE):
            entry.codes.append(text[3:6].strip())
            entry.references["original_trace"] = text[6:21].strip()
            said = text[35:79] if kind == _RETURN else text[35:64]
            entry.remarks.append(said.strip())
        elif kind == "05":
            entry.remarks.append(text[3:83].strip())

    def _hold(self, sums: _Sums, said: tuple[str, str, str, str], where: str) -> None:
        reason = sums.unlike(said)
        if reason:
            self.tally.breaks.append(Break("", where, CURRENCY, None, reason))
        elif self.tally.ties_out is None:
            self.tally.ties_out = True


def nacha(source: BinaryIO, kind: str, keep: Keep, rail: ReadsStreams) -> Tally:
    """Summarise a NACHA file, without having it in memory; the rail says if it is accepted."""
    tally = Tally(kind, keep)
    for side in ("debit", "credit"):
        tally.count(Money.zero(CURRENCY), side)
    outline = _Outline(tally)
    for number, text in _records(source):
        outline.take(number, text)
    outline.end_entry()
    if tally.breaks or not outline.ended:
        tally.ties_out = False
    tally.details = {
        "classes": " ".join(outline.classes),
        "entries_and_addenda": str(outline.file.count),
        "entry_hash": f"{outline.file.hash % _HASH:010d}",
    }
    source.seek(0)
    try:
        reading = rail.read_stream(source)
        for _ in reading:
            pass
        for warning in reading.warnings:
            tally.warned(warning)
    except FileRefused as refusal:
        tally.refused(refusal)
    return tally


def _records(source: BinaryIO) -> Iterator[tuple[int, str]]:
    first = source.read(_LONGEST).removeprefix(_BOM)
    broken = _NEWLINE.search(first.rstrip(_END_OF_FILE)) is not None
    pieces = _lines(source) if broken else _unbroken(first, source)
    for number, piece in enumerate(pieces, 1):
        text = piece.decode("latin-1").rstrip(_END)
        if text.strip():
            yield number, text[:LENGTH].ljust(LENGTH)


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """Yield what stands between line endings; of a line that is far too long only a part."""
    source.seek(0)
    rest = b""
    first = True
    while data := source.read(_PIECE):
        if first:
            data, first = data.removeprefix(_BOM), False
        # A carriage return at the end may be half of a line ending: it waits for the next piece.
        held = b"\r" if data.endswith(b"\r") else b""
        *whole, rest = _NEWLINE.split(rest + data.removesuffix(b"\r"))
        yield from whole
        rest = rest[:_LONGEST] + held
    yield rest


def _unbroken(rest: bytes, source: BinaryIO) -> Iterator[bytes]:
    """Yield every 94 characters of a file without line endings."""
    more = rest
    rest = b""
    while more:
        rest += more
        end = len(rest) - len(rest) % LENGTH
        yield from (rest[at : at + LENGTH] for at in range(0, end, LENGTH))
        rest = rest[end:]
        more = source.read(_PIECE)
    yield rest
