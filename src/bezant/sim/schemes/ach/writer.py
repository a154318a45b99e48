"""The simulated bank's writer of ACH files: returns, notices of change, and what others send."""

from datetime import date, datetime
from itertools import groupby

from msgspec import Struct

from bezant.sim.schemes.ach.file import check_digit

RECORD = 94
_BLOCK = 10
_MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class ReturnFileHeader(Struct, frozen=True):
    """Whom a file goes to and which one of the day it is, from 0."""

    destination: str
    origin: str
    destination_name: str
    origin_name: str
    made_at: datetime
    settled_on: date
    ordinal: int


class Item(Struct, frozen=True):
    """An entry as the network delivers it, with what its batch says; amount in cents.

    `odfi` is the bank that sends it, `columns` the 22 of the receiver's name, `addenda` the
    records after it.
    """

    odfi: str
    company: str
    company_id: str
    sec: str
    description: str
    code: str
    routing: str
    account: str
    amount: int
    identity: str
    columns: str
    discretionary: str
    trace: str
    addenda: tuple[str, ...] = ()

    @property
    def is_credit(self) -> bool:
        """Whether control records count it as a credit."""
        return self.code[1] in "1234"

    @property
    def batch(self) -> tuple[str, str, str, str, str]:
        """What the entries of a batch share."""
        return self.odfi, self.company_id, self.company, self.sec, self.description


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
    def is_credit(self) -> bool:
        """Whether the entry brought the receiver money."""
        return self.code[1] in "234"

    @property
    def item(self) -> Item:
        """The entry on its way back: 21 for 22 and 23, 31 for 32, 26 for 27."""
        bank = self.routing[:8]
        trace = trace_of(bank, self.sequence)
        return Item(
            bank,
            self.company,
            self.company_id,
            self.sec,
            self.description,
            self.code[0] + ("1" if self.is_credit else "6"),
            self.odfi + check_digit(self.odfi),
            self.account,
            self.amount,
            self.identity,
            f"0001{self.name:<16.16}" if self.sec == "CTX" else self.name,
            self.discretionary,
            trace,
            (f"799{self.reason}{self.trace}{'':6}{bank}{'':44}{trace}",),
        )


def trace_of(bank: str, number: int) -> str:
    """Return a number of a bank's own for its nth entry."""
    return f"{bank}{number % 10_000_000:07d}"


def write_returns(header: ReturnFileHeader, entries: list[ReturnedEntry]) -> bytes:
    """Return the file; one batch for each returning bank and purpose, in the order of entries."""
    return write_file(header, [entry.item for entry in entries])


def write_file(header: ReturnFileHeader, items: list[Item]) -> bytes:
    """Return a file of entries, in batches of one sending bank and purpose."""
    records = [_file_header(header)]
    totals: list[tuple[int, int, int, int]] = []
    for _, group in groupby(sorted(items, key=_batch_key), key=_batch_key):
        records += _batch(list(group), len(totals) + 1, header.settled_on, totals)
    records.append(_file_control(totals, len(records) + 1))
    records += ["9" * RECORD] * (-len(records) % _BLOCK)
    assert all(len(record) == RECORD for record in records), "a field overflows its columns"
    return ("\n".join(records) + "\n").encode("ascii")


def _batch_key(item: Item) -> tuple[str, str, str, str, str]:
    return item.batch


def _file_header(header: ReturnFileHeader) -> str:
    return (
        f"101{header.destination:>10.10}{header.origin:>10.10}{header.made_at:%y%m%d%H%M}"
        f"{_MODIFIERS[header.ordinal % len(_MODIFIERS)]}094101"
        f"{header.destination_name:<23.23}{header.origin_name:<23.23}{'':8}"
    )


def _batch(
    items: list[Item], number: int, settled_on: date, totals: list[tuple[int, int, int, int]]
) -> list[str]:
    """Return the batch's records and note its entry count, hash, debits and credits."""
    first = items[0]
    debit = sum(item.amount for item in items if not item.is_credit)
    credit = sum(item.amount for item in items if item.is_credit)
    service = _service(items)
    hash = sum(int(item.routing[:8]) for item in items)
    count = sum(1 + len(item.addenda) for item in items)
    totals.append((count, hash, debit, credit))
    header = (
        f"5{service}{_company(first)}{first.company_id:<10.10}{first.sec}"
        f"{first.description:<10.10}{_currencies(first)}{settled_on:%y%m%d}{settled_on:%j}1"
        f"{first.odfi}{number:07d}"
    )
    control = (
        f"8{service}{count:06d}{hash % 10**10:010d}{debit:012d}{credit:012d}"
        f"{first.company_id:<10.10}{'':25}{first.odfi}{number:07d}"
    )
    return [header, *(record for item in items for record in _records(item)), control]


def _service(items: list[Item]) -> str:
    ways = {item.is_credit for item in items}
    return "200" if len(ways) > 1 else "220" if ways == {True} else "225"


def _company(item: Item) -> str:
    """The 36 columns of the company, which an international batch uses for the exchange."""
    if item.sec == "IAT":
        return f"{'':16}FF3{'':15}US"
    return f"{item.company:<16.16}{'':20}"


def _currencies(item: Item) -> str:
    return "USDUSD" if item.sec == "IAT" else f"{'':6}"


def _records(item: Item) -> tuple[str, ...]:
    flag = "1" if item.addenda else "0"
    if item.sec == "IAT":
        entry = (
            f"6{item.code}{item.routing}{len(item.addenda):04d}{'':13}{item.amount:010d}"
            f"{item.account:<35.35}{'':4}{flag}{item.trace}"
        )
    else:
        entry = (
            f"6{item.code}{item.routing}{item.account:<17.17}{item.amount:010d}"
            f"{item.identity:<15.15}{item.columns:<22.22}{item.discretionary:<2.2}{flag}"
            f"{item.trace}"
        )
    return (entry, *item.addenda)


def _file_control(totals: list[tuple[int, int, int, int]], records: int) -> str:
    entries, hash, debit, credit = (sum(column) for column in zip(*totals, strict=True))
    return (
        f"9{len(totals):06d}{-(-records // _BLOCK):06d}{entries:08d}{hash % 10**10:010d}"
        f"{debit:012d}{credit:012d}{'':39}"
    )
