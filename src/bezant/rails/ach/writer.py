"""The records of a NACHA file, one after another, and what they add up to."""

from datetime import datetime

from msgspec import Struct

from bezant.kernel.errors import FileTooLarge, Problem
from bezant.rail import Instruction, Originator, UsAccount
from bezant.rails.ach import addenda, records
from bezant.rails.ach.batch import Sums, direction_of
from bezant.rails.ach.calendar import EASTERN
from bezant.rails.ach.dialect import Dialect
from bezant.rails.ach.disputes import addenda_of
from bezant.rails.ach.orders import (
    DISPUTES,
    BatchKey,
    account_of,
    amount_of,
    discretionary_of,
    name_of,
    texts_of,
    transaction_code,
)
from bezant.rails.ach.plan import Planned
from bezant.rails.ach.text import ascii_upper

_ENDINGS = {"lf": b"\n", "crlf": b"\r\n", "none": b""}
_SERVICES = {"credit": 220, "debit": 225}
_MIXED = 200
_CHECKING, _SAVINGS = "2", "3"
PIECE = 1 << 16
"""Bytes of a file that are handed on in one go, about."""


class Offset(Struct, frozen=True):
    """The other side of a batch: what its net total does to the originator's own account."""

    trace: str
    amount: int
    is_credit: bool


class Writer:
    """A file as far as it has been written."""

    def __init__(self, originator: Originator, dialect: Dialect) -> None:
        self._originator = originator
        self._dialect = dialect
        self._pieces: list[bytes] = []
        self._size = 0
        self._ending = _ENDINGS[dialect.line_ending]
        self._lines = 0
        self._batches = 0
        self._total = Sums()
        self._odfi = dialect.odfi or originator.bank_id[:8]
        self._offsets: list[Offset] = []
        self._inside: Offset | None = None
        self._sums = Sums()
        self._shared: dict[str, str | int] = {}
        self._key: BatchKey

    def header(self, created_at: datetime, letter: str, reference: str) -> None:
        """Write the file header."""
        originator, dialect = self._originator, self._dialect
        created = created_at.astimezone(EASTERN)
        destination = dialect.destination or originator.bank_id
        prefix = {"blank": " ", "zero": "0", "none": ""}[dialect.destination_prefix]
        origin = dialect.origin or originator.origin_id or originator.company_id
        self._put(
            records.FILE_HEADER.write(
                type=1,
                priority=1,
                destination=f"{prefix}{destination}",
                origin=f"{dialect.origin_prefix}{ascii_upper(origin, 10)}".rjust(10),
                modifier=letter,
                format=1,
                reference=reference if dialect.header_reference == "yes" else "",
                **{
                    "created on": f"{created:%y%m%d}",
                    "created at": f"{created:%H%M}",
                    "record size": records.LENGTH,
                    "blocking factor": records.BLOCKING,
                    "destination name": ascii_upper(
                        dialect.destination_name or originator.bank_name, 23
                    ),
                    "origin name": ascii_upper(dialect.origin_name or originator.name, 23),
                },
            )
        )

    def open(self, batch: Planned) -> None:
        """Begin a batch; its other side stands in it, or waits for the end of the day."""
        offset = self._offset(batch)
        self._inside = offset if self._dialect.offset == "batch" else None
        if offset is not None and self._inside is None:
            self._offsets.append(offset)
        both = (batch.credits and batch.debits) or self._inside is not None
        self._open(batch.key, _MIXED if both else _SERVICES["credit" if batch.credits else "debit"])

    def entry(self, instruction: Instruction) -> None:
        """Write an entry of the open batch."""
        self._entry(instruction, self._key)

    def close(self) -> None:
        """End the batch, with its other side where the bank wants batches that balance."""
        if self._inside is not None:
            self._offset_entry(self._inside, self._key)
        self._close()

    def offset_of_day(self) -> None:
        """Write the other side of the batches of one effective date as a batch of its own."""
        if not self._offsets:
            return
        offsets, self._offsets = sorted(self._offsets, key=lambda one: one.trace), []
        kinds = {"credit" if offset.is_credit else "debit" for offset in offsets}
        service = _MIXED if len(kinds) > 1 else _SERVICES[kinds.pop()]
        key = self._key._replace(class_code="CCD", description="OFFSET")
        self._open(key, service)
        for offset in offsets:
            self._offset_entry(offset, key)
        self._close()

    def end(self) -> None:
        """Write the file control; raises FileTooLarge for more lines than the bank takes."""
        blocks = -(-(self._lines + 1) // records.BLOCKING)
        total = self._total
        self._put(
            records.FILE_CONTROL.write(
                type=9,
                count=total.count,
                hash=total.hash,
                debits=total.debits,
                credits=total.credits,
                **{"batch count": self._batches, "block count": blocks},
            )
        )
        if self._dialect.padding == "blocks":
            for _ in range(-self._lines % records.BLOCKING):
                self._put(records.FILLER)
        most = self._dialect.max_lines
        if most and self._lines > most:
            reason = f"the file has {self._lines} lines, the bank takes {most}: send fewer at once"
            raise FileTooLarge([Problem(None, "dialect.max_lines", reason)])
        if self._dialect.last_line_ending != "no":
            self._pieces.append(self._ending)

    def piece(self, least: int = PIECE) -> bytes:
        """Return what was written since the last piece, or nothing while it is less."""
        if self._size < least:
            return b""
        piece = b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        return piece

    def _put(self, record: str) -> None:
        assert len(record) == records.LENGTH, f"a record overflows: {record!r}"
        if self._lines:
            self._pieces.append(self._ending)
        self._pieces.append(record.encode("ascii"))
        self._size += records.LENGTH
        self._lines += 1

    def _open(self, key: BatchKey, service: int) -> None:
        self._batches += 1
        self._key, self._sums = key, Sums()
        self._shared = {
            "service class": service,
            "company id": key.company_id,
            "odfi": self._odfi,
            "batch number": self._batches,
        }
        header: dict[str, str | int] = {
            "company name": key.company_name,
            "company data": key.company_data,
            "class code": key.class_code,
            "description": key.description,
            "descriptive date": key.descriptive_date,
            "effective date": f"{key.effective_date:%y%m%d}",
            "originator status": 1,
        }
        self._put(records.BATCH_HEADER.write(type=5, **header, **self._shared))

    def _close(self) -> None:
        sums = self._sums
        self._put(
            records.BATCH_CONTROL.write(
                type=8,
                count=sums.count,
                hash=sums.hash,
                debits=sums.debits,
                credits=sums.credits,
                **self._shared,
            )
        )
        self._total.add(sums)

    def _entry(self, instruction: Instruction, key: BatchKey) -> None:
        texts = [] if instruction.act in DISPUTES else texts_of(instruction)
        disputed = instruction.act in DISPUTES
        code, amount = transaction_code(instruction), amount_of(instruction)
        account = account_of(instruction)
        name = name_of(instruction.counterparty.name, 22, self._dialect)
        if key.class_code == "CTX" and not disputed:
            name = f"{len(texts):04d}{name[:16]:<16}"
        discretionary = discretionary_of(instruction, key.class_code)
        flag = "1" if texts or disputed else "0"
        self._put(
            f"6{code}{account.routing_number}{self._number(instruction):<17}{amount:010d}"
            f"{ascii_upper(instruction.reference, 15):<15}{name:<22}"
            f"{ascii_upper(discretionary, 2):<2}{flag}{instruction.trace}"
        )
        if disputed:
            self._put(addenda_of(instruction, self._originator))
        for number, text in enumerate(texts, 1):
            self._put(_note(text, number, instruction.trace))
        _add(self._sums, account.routing_number, code, amount, 1 + len(texts) + disputed)

    def _number(self, instruction: Instruction) -> str:
        """Return the account number; a return repeats the one that the entry was sent to."""
        number = account_of(instruction).account_number
        if instruction.act in ("return", "contest"):
            own = self._originator.account
            number = instruction.details.get("account_number", "") or number
            number = number or (own.account_number if isinstance(own, UsAccount) else "")
        if self._dialect.account_hyphens == "drop":
            number = number.replace("-", "")
        return number[:17]

    def _offset(self, batch: Planned) -> Offset | None:
        if self._dialect.offset == "none" or not batch.key.moves_money or not batch.net:
            return None
        return Offset(f"{int(batch.last_trace) + 1:015d}", abs(batch.net), batch.net < 0)

    def _offset_entry(self, offset: Offset, key: BatchKey) -> None:
        account = self._originator.account
        assert isinstance(account, UsAccount), "an offset was objected to without a US account"
        kind = _SAVINGS if account.account_type == "savings" else _CHECKING
        code = kind + ("2" if offset.is_credit else "7")
        name = name_of(self._dialect.offset_name, 22, self._dialect)
        if key.class_code == "CTX":
            name = f"0000{name[:16]}"
        once = "S" if key.class_code in ("WEB", "TEL") else ""
        self._put(
            f"6{code}{account.routing_number}{account.account_number:<17}{offset.amount:010d}"
            f"{'OFFSET':<15}{name:<22}{once:<2}0{offset.trace}"
        )
        _add(self._sums, account.routing_number, code, offset.amount, 1)


def _note(text: str, number: int, trace: str) -> str:
    return addenda.ADDENDA.write(
        type=7,
        information=text,
        sequence=number,
        **{"addenda type": "05", "entry sequence": trace[8:]},
    )


def _add(sums: Sums, routing: str, code: str, amount: int, count: int) -> None:
    sums.count += count
    sums.entries += 1
    sums.hash = (sums.hash + int(routing[:8])) % 10**10
    if direction_of(code) == "credit":
        sums.credits += amount
    else:
        sums.debits += amount
