"""The simulated bank's writer of return files: entries sent back, each with addenda of type 99."""

from datetime import date, datetime
from itertools import groupby

from msgspec import Struct

from bezant.sim.ach_file import check_digit
from bezant.sim.ach_reader import RECORD

_BLOCK = 10
_MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class ReturnedEntry(Struct, frozen=True):
    """An entry that goes back, with what its batch said; amount in cents."""

    reason: str
    code: str
    routing: str
    account: str
    amount: int
    identity: str
    name: str
    discretionary: str
    trace: str
    company: str
    company_id: str
    sec: str
    description: str
    odfi: str
    sequence: int

    @property
    def return_code(self) -> str:
        """The transaction code of the way back: 21 for 22 and 23, 31 for 32, 26 for 27."""
        return self.code[0] + ("1" if self.is_credit else "6")

    @property
    def is_credit(self) -> bool:
        """Whether the entry brought the receiver money."""
        return self.code[1] in "234"

    @property
    def return_trace(self) -> str:
        """A number of the returning bank's own."""
        return f"{self.routing[:8]}{self.sequence % 10_000_000:07d}"


class ReturnFileHeader(Struct, frozen=True):
    """Whom a return file goes to and which one of the day it is, from 0."""

    destination: str
    origin: str
    destination_name: str
    origin_name: str
    made_at: datetime
    settled_on: date
    ordinal: int


def write_returns(header: ReturnFileHeader, entries: list[ReturnedEntry]) -> bytes:
    """Return the file; one batch for each returning bank and purpose, in the order of entries."""
    records = [_file_header(header)]
    totals: list[tuple[int, int, int, int]] = []
    for _, group in groupby(sorted(entries, key=_batch_key), key=_batch_key):
        records += _batch(list(group), len(totals) + 1, header.settled_on, totals)
    records.append(_file_control(totals, len(records) + 1))
    records += ["9" * RECORD] * (-len(records) % _BLOCK)
    assert all(len(record) == RECORD for record in records), "a field overflows its columns"
    return ("\n".join(records) + "\n").encode("ascii")


def _batch_key(entry: ReturnedEntry) -> tuple[str, str, str, str, str]:
    return entry.routing[:8], entry.company_id, entry.company, entry.sec, entry.description


def _file_header(header: ReturnFileHeader) -> str:
    return (
        f"101{header.destination:>10.10}{header.origin:>10.10}{header.made_at:%y%m%d%H%M}"
        f"{_MODIFIERS[header.ordinal % len(_MODIFIERS)]}094101"
        f"{header.destination_name:<23.23}{header.origin_name:<23.23}{'':8}"
    )


def _batch(
    entries: list[ReturnedEntry],
    number: int,
    settled_on: date,
    totals: list[tuple[int, int, int, int]],
) -> list[str]:
    """Return the batch's records and note its entry count, hash, debits and credits."""
    first = entries[0]
    debit = sum(entry.amount for entry in entries if not entry.is_credit)
    credit = sum(entry.amount for entry in entries if entry.is_credit)
    service = "200" if debit and credit else "225" if debit else "220"
    hash = sum(int(entry.odfi) for entry in entries)
    totals.append((2 * len(entries), hash, debit, credit))
    header = (
        f"5{service}{first.company:<16.16}{'':20}{first.company_id:<10.10}{first.sec}"
        f"{first.description:<10.10}{'':6}{settled_on:%y%m%d}{settled_on:%j}1"
        f"{first.routing[:8]}{number:07d}"
    )
    control = (
        f"8{service}{2 * len(entries):06d}{hash % 10**10:010d}{debit:012d}{credit:012d}"
        f"{first.company_id:<10.10}{'':25}{first.routing[:8]}{number:07d}"
    )
    return [header, *(record for entry in entries for record in _entry(entry)), control]


def _entry(entry: ReturnedEntry) -> tuple[str, str]:
    """Return the entry on its way back to the originator's bank, and its addenda."""
    detail = (
        f"6{entry.return_code}{entry.odfi}{check_digit(entry.odfi)}{entry.account:<17.17}"
        f"{entry.amount:010d}{entry.identity:<15.15}{entry.name:<22.22}{entry.discretionary:<2.2}1"
        f"{entry.return_trace}"
    )
    addenda = f"799{entry.reason}{entry.trace}{'':6}{entry.routing[:8]}{'':44}{entry.return_trace}"
    return detail, addenda


def _file_control(totals: list[tuple[int, int, int, int]], records: int) -> str:
    entries, hash, debit, credit = (sum(column) for column in zip(*totals, strict=True))
    return (
        f"9{len(totals):06d}{-(-records // _BLOCK):06d}{entries:08d}{hash % 10**10:010d}"
        f"{debit:012d}{credit:012d}{'':39}"
    )
