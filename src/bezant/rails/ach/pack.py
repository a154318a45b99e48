"""Writing a NACHA file: batches of what belongs together, the same bytes each time.

The file grows record by record, so that beside it only the order of its entries is in memory.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from itertools import groupby

from msgspec import Struct

from bezant.kernel.errors import FileRefused, Problem
from bezant.rail import Instruction, Originator, UsAccount
from bezant.rail.identifiers import is_routing_number
from bezant.rails.ach import addenda, records, rules
from bezant.rails.ach.batch import Sums, direction_of
from bezant.rails.ach.calendar import EASTERN
from bezant.rails.ach.dialect import MODIFIERS, Dialect, dialect_of, modifier
from bezant.rails.ach.disputes import addenda_of
from bezant.rails.ach.objections import objections
from bezant.rails.ach.orders import (
    DISPUTES,
    BatchKey,
    Sorter,
    account_of,
    amount_of,
    discretionary_of,
    name_of,
    texts_of,
    transaction_code,
)
from bezant.rails.ach.text import ascii_upper

_ENDINGS = {"lf": b"\n", "crlf": b"\r\n", "none": b""}
_SERVICES = {"credit": 220, "debit": 225}
_MIXED = 200
_CHECKING, _SAVINGS = "2", "3"


def pack(
    instructions: Sequence[Instruction],
    originator: Originator,
    *,
    created_at: datetime,
    file_modifier: str,
    reference: str,
) -> bytes:
    """Return a file of entries; raises FileRefused, naming each movement it cannot hold.

    `file_modifier` tells the files of one day apart, A-Z and 0-9; `reference` (8 characters at
    most) comes back on the bank statement.
    """
    assert len(file_modifier) == 1, "one character tells files apart"
    assert file_modifier in MODIFIERS, "files are told apart by A-Z and 0-9"
    dialect = dialect_of(originator.dialect)
    _refuse(instructions, originator, dialect, reference)
    writer = _Writer(originator, dialect)
    writer.header(created_at, modifier(dialect, file_modifier), reference)
    groups: dict[BatchKey, list[Instruction]] = defaultdict(list)
    sorter = Sorter(originator, dialect, created_at)
    for instruction in instructions:
        groups[sorter.key(instruction)].append(instruction)
    for _, keys in groupby(sorted(groups), key=lambda key: key.effective_date):
        for key in keys:
            entries = sorted(groups[key], key=lambda instruction: instruction.trace)
            for chunk in _chunks(entries, key, dialect):
                writer.batch(key, chunk)
        writer.offset_of_day()
    return writer.end()


class _Offset(Struct, frozen=True):
    """The other side of a batch: what its net total does to the originator's own account."""

    trace: str
    amount: int
    is_credit: bool


class _Writer:
    """A file as far as it has been written."""

    def __init__(self, originator: Originator, dialect: Dialect) -> None:
        self._originator = originator
        self._dialect = dialect
        self._out = BytesIO()
        self._ending = _ENDINGS[dialect.line_ending]
        self._lines = 0
        self._batches = 0
        self._total = Sums()
        self._odfi = dialect.odfi or originator.bank_id[:8]
        self._offsets: list[_Offset] = []
        self._last_key: BatchKey | None = None

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

    def batch(self, key: BatchKey, entries: Sequence[Instruction]) -> None:
        """Write a batch, with its other side where the bank wants files that balance."""
        offset = self._offset(key, entries)
        inside = offset if self._dialect.offset == "batch" else None
        credits = any(instruction.direction == "credit" for instruction in entries)
        debits = any(instruction.direction == "debit" for instruction in entries)
        both = (credits and debits) or inside is not None
        shared = self._open(key, _MIXED if both else _SERVICES["credit" if credits else "debit"])
        sums = Sums()
        for instruction in entries:
            self._entry(instruction, key, sums)
        if inside is not None:
            self._offset_entry(inside, key, sums)
        elif offset is not None:
            self._offsets.append(offset)
        self._last_key = key
        self._close(shared, sums)

    def offset_of_day(self) -> None:
        """Write the other side of the batches of one effective date as a batch of its own."""
        if not self._offsets:
            return
        assert self._last_key is not None, "an offset follows a batch"
        offsets, self._offsets = sorted(self._offsets, key=lambda one: one.trace), []
        kinds = {"credit" if offset.is_credit else "debit" for offset in offsets}
        service = _MIXED if len(kinds) > 1 else _SERVICES[kinds.pop()]
        key = self._last_key._replace(class_code="CCD", description="OFFSET")
        shared = self._open(key, service)
        sums = Sums()
        for offset in offsets:
            self._offset_entry(offset, key, sums)
        self._close(shared, sums)

    def end(self) -> bytes:
        """Write the file control and return the file."""
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
            raise FileRefused([Problem(None, "dialect.max_lines", reason)])
        if self._dialect.last_line_ending == "no" and self._ending:
            self._out.truncate(self._out.tell() - len(self._ending))
        return self._out.getvalue()

    def _put(self, record: str) -> None:
        assert len(record) == records.LENGTH, f"a record overflows: {record!r}"
        self._out.write(record.encode("ascii"))
        self._out.write(self._ending)
        self._lines += 1

    def _open(self, key: BatchKey, service: int) -> Mapping[str, str | int]:
        self._batches += 1
        shared: dict[str, str | int] = {
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
        self._put(records.BATCH_HEADER.write(type=5, **header, **shared))
        return shared

    def _close(self, shared: Mapping[str, str | int], sums: Sums) -> None:
        self._put(
            records.BATCH_CONTROL.write(
                type=8,
                count=sums.count,
                hash=sums.hash,
                debits=sums.debits,
                credits=sums.credits,
                **shared,
            )
        )
        self._total.add(sums)

    def _entry(self, instruction: Instruction, key: BatchKey, sums: Sums) -> None:
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
        _add(sums, account.routing_number, code, amount, 1 + len(texts) + disputed)

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

    def _offset(self, key: BatchKey, entries: Sequence[Instruction]) -> _Offset | None:
        if self._dialect.offset == "none" or not key.moves_money:
            return None
        net = sum(_signed(instruction) for instruction in entries)
        if not net:
            return None
        return _Offset(f"{int(entries[-1].trace) + 1:015d}", abs(net), is_credit=net < 0)

    def _offset_entry(self, offset: _Offset, key: BatchKey, sums: Sums) -> None:
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
        _add(sums, account.routing_number, code, offset.amount, 1)


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


def _signed(instruction: Instruction) -> int:
    amount = amount_of(instruction)
    return amount if instruction.direction == "credit" else -amount


def _chunks(
    entries: Sequence[Instruction], key: BatchKey, dialect: Dialect
) -> Iterator[Sequence[Instruction]]:
    """Cut what shares a batch where a batch may hold no more: records, entries, or an offset."""
    most = 1 if dialect.batch_by == "entry" else dialect.max_batch_entries or len(entries)
    start = lines = gross = 0
    for at, instruction in enumerate(entries):
        extra = 1 + max(len(texts_of(instruction)), key.class_code == "COR" or not key.moves_money)
        amount = amount_of(instruction) if dialect.offset != "none" else 0
        full = lines + extra > rules.MAX_FILE_COUNT or gross + amount > rules.MAX_AMOUNT
        if at > start and (full or at - start >= most):
            yield entries[start:at]
            start, lines, gross = at, 0, 0
        lines += extra
        gross += amount
    yield entries[start:]


def _refuse(
    instructions: Sequence[Instruction], originator: Originator, dialect: Dialect, reference: str
) -> None:
    problems = [*_file_problems(instructions, originator, dialect, reference)]
    traces: set[str] = set()
    odfi = dialect.odfi or originator.bank_id[:8]
    for instruction in instructions:
        reasons = [*objections(instruction, dialect)]
        if instruction.trace in traces:
            reasons.append("the trace is used twice")
        if instruction.trace[:8] != odfi:
            reasons.append("the trace does not begin with the originating bank's number")
        traces.add(instruction.trace)
        problems.extend(Problem(None, instruction.movement, reason) for reason in reasons)
    if not problems:
        problems = [*_between_entries(instructions, dialect, traces)]
    if problems:
        raise FileRefused(problems)


def _between_entries(
    instructions: Iterable[Instruction], dialect: Dialect, traces: set[str]
) -> Iterator[Problem]:
    """Yield what no entry does wrong alone: offsets without a number, micro-debits too high."""
    micro: dict[tuple[UsAccount, date], int] = defaultdict(int)
    for instruction in instructions:
        if instruction.act == "verify":
            micro[account_of(instruction), instruction.effective_date] += _signed(instruction)
        if dialect.offset != "none" and f"{int(instruction.trace) + 1:015d}" in traces:
            reason = "the trace after it is used, and an offset may need it; use the rail's traces"
            yield Problem(None, instruction.movement, reason)
    for instruction in instructions:
        if instruction.act == "verify":
            net = micro[account_of(instruction), instruction.effective_date]
            if net < 0:
                reason = "the micro-debits to its account are more than the micro-credits"
                yield Problem(None, instruction.movement, reason)


def _file_problems(
    instructions: Sequence[Instruction], originator: Originator, dialect: Dialect, reference: str
) -> Iterable[Problem]:
    if not instructions:
        yield Problem(None, None, "there is nothing to send")
    if len(instructions) > rules.MAX_FILE_COUNT:
        yield Problem(None, None, f"more than {rules.MAX_FILE_COUNT} entries")
    if sum(instruction.amount.amount for instruction in instructions) > rules.MAX_FILE_TOTAL:
        yield Problem(None, None, f"more than {rules.MAX_FILE_TOTAL} cents in one file")
    if not is_routing_number(originator.bank_id):
        yield Problem(None, "bank_id", "not nine digits with a right check digit")
    if not 0 < len(ascii_upper(originator.company_id, 11)) <= 10:
        yield Problem(None, "company_id", "not 1 to 10 characters")
    if ascii_upper(reference, 9) != reference or len(reference) > 8:
        yield Problem(None, "reference", "not at most 8 upper-case ASCII characters")
    origin = dialect.origin or originator.origin_id or originator.company_id
    if len(dialect.origin_prefix + ascii_upper(origin, 11)) > 10:
        yield Problem(None, "dialect.origin_prefix", "the origin has no room for a digit before it")
    if dialect.offset != "none" and not _is_own(originator):
        yield Problem(None, "dialect.offset", "the originator's account is not one in the US")


def _is_own(originator: Originator) -> bool:
    account = originator.account
    return isinstance(account, UsAccount) and is_routing_number(account.routing_number)
