"""Writing an AFT file: credits, then debits, by their day and trace, six payments to a record.

Instructions that come in the order of their records are gone through and never held; others are
sorted in memory first.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby, islice

from bezant.kernel.errors import FileRefused, Problem
from bezant.rail import Batch, CaAccount, Instruction, Originator
from bezant.rail.fixed_width import is_digits
from bezant.rail.identifiers import (
    is_ca_account_number,
    is_institution_number,
    is_transit_number,
)
from bezant.rail.packing import Inspected, in_order, inspect
from bezant.rails.acss import records, rules
from bezant.rails.acss.calendar import EASTERN
from bezant.rails.acss.orders import reference_of, too_far, type_of
from bezant.rails.acss.text import aft_text

DIALECT = frozenset({"communication", "short_name"})

_FILES = 9_999
_TORONTO = "20"
_PIECE = 200
"""Records that are handed on in one go."""


class _Sums(Counter[str]):
    """What the trailer says, by the names of its fields."""

    def take(self, kind: str, amount: int) -> None:
        """Count a payment in."""
        self[f"{kind} count"] += 1
        self[f"{kind} total"] += amount


def pack_stream(
    instructions: Iterable[Instruction],
    originator: Originator,
    *,
    created_at: datetime,
    reference: str,
) -> Iterator[bytes]:
    """Yield a file in pieces; the caller has refused what cannot be carried."""
    control = {"originator": originator.company_id, "file number": file_number(reference)}
    lines = [records.HEADER.write(_header(originator, created_at, reference) | control)]
    own, sums, number = _own(originator), _Sums(), 1
    for direction, items in groupby(in_order(instructions, _place), key=_direction):
        kind = records.KINDS[direction]
        while six := [*islice(items, records.SEGMENTS)]:
            number += 1
            head = records.COMMON.write({"type": kind, "count": number, **control})
            for item in six:
                sums.take(kind, item.amount.amount)
            segments = (records.PAYMENT.write(own | _payment(item)) for item in six)
            lines.append((head + "".join(segments)).ljust(records.WIDTH))
            if len(lines) >= _PIECE:
                yield _piece(lines)
    trailer = {"type": "Z", "count": number + 1, **control, **sums}
    lines.append(records.TRAILER.write(trailer))
    yield _piece(lines)


def batches_of(instructions: Iterable[Instruction], reference: str) -> Iterator[Batch]:
    """Yield what a file books as one: the credits, or the debits, of a day."""
    for (_, day), items in groupby(in_order(instructions, _place), key=_group):
        yield Batch(reference, day, tuple(item.trace for item in items))


def file_number(reference: str) -> int:
    """Return the file creation number, from 1 to 9999 and then from 1 again."""
    digits = "".join(sign for sign in reference if is_digits(sign))
    return (int(digits or "0") - 1) % _FILES + 1


def data_centre(bank_id: str) -> str:
    """Return the centre that a file goes to; a bank's own is the one in Toronto."""
    return bank_id if len(bank_id) == 5 else bank_id + _TORONTO


def refuse(
    instructions: Iterable[Instruction],
    originator: Originator,
    created_at: datetime,
    reference: str,
    objections: Callable[[Instruction], Sequence[str]],
) -> None:
    """Raise FileRefused, naming what is wrong with the originator and with each movement."""
    made_on = created_at.astimezone(EASTERN).date()
    found = inspect(instructions, lambda item: [*objections(item), *too_far(item, made_on)])
    problems = [Problem(None, *pair) for pair in _file_problems(found, originator)]
    if not 0 < len(reference) <= 20 or aft_text(reference, 20) != reference:
        problems.append(Problem(None, "reference", "not 1 to 20 characters that a file carries"))
    problems += found.problems
    if problems:
        raise FileRefused(problems)


def _file_problems(found: Inspected, originator: Originator) -> Iterator[tuple[str, str]]:
    if not found.count:
        yield "", "there is nothing to pack"
    if found.count > rules.MAX_FILE_COUNT:
        yield "", f"a file holds at most {rules.MAX_FILE_COUNT} payments"
    if found.total > rules.MAX_FILE_TOTAL:
        yield "", f"a file holds at most {rules.MAX_FILE_TOTAL} cents"
    known = originator.company_id
    if not 0 < len(known) <= 10 or not known.isascii() or not known.isalnum():
        yield "company_id", "the originator's number is not 1 to 10 letters and digits"
    if not is_digits(originator.bank_id) or len(originator.bank_id) not in {3, 5}:
        yield "bank_id", "neither a data centre's five digits nor an institution's three"
    if not isinstance(originator.account, CaAccount) or not _is_account(originator.account):
        yield "account", "our own account is not one in Canada by its three numbers"
    if not aft_text(originator.name, 30):
        yield "name", "the originator has no name"
    unknown = sorted(set(originator.dialect) - DIALECT)
    if unknown:
        yield "dialect", f"unknown keys {unknown}; known are {sorted(DIALECT)}"
    if originator.dialect.get("communication", "reference") not in {"reference", "blank"}:
        yield "dialect", "communication is neither reference nor blank"


def _is_account(account: CaAccount) -> bool:
    return (
        is_institution_number(account.institution_number)
        and is_transit_number(account.transit_number)
        and is_ca_account_number(account.account_number)
    )


def _place(instruction: Instruction) -> tuple[str, date, str]:
    return (*_group(instruction), instruction.trace)


def _group(instruction: Instruction) -> tuple[str, date]:
    return instruction.direction, instruction.effective_date


def _direction(instruction: Instruction) -> str:
    return instruction.direction


def _piece(lines: list[str]) -> bytes:
    text = "".join(line + "\r\n" for line in lines)
    lines.clear()
    return text.encode("ascii")


def _header(originator: Originator, created_at: datetime, reference: str) -> dict[str, str | int]:
    blank = originator.dialect.get("communication") == "blank"
    return {
        "type": "A",
        "count": 1,
        "created on": records.write_day(created_at.astimezone(EASTERN).date()),
        "data centre": data_centre(originator.bank_id),
        "communication": "" if blank else reference,
        "currency": "CAD",
    }


def _own(originator: Originator) -> dict[str, str | int]:
    """Return what each payment says of us: our names, and where what comes back goes."""
    account = originator.account
    assert isinstance(account, CaAccount), "an originator that was refused does not pack"
    return {
        "short name": aft_text(originator.dialect.get("short_name", originator.name), 15),
        "long name": aft_text(originator.name, 30),
        "user": originator.company_id,
        "return institution": _institution(account),
        "return account": account.account_number,
        "invalid element": "0" * 11,
    }


def _payment(instruction: Instruction) -> dict[str, str | int]:
    account = instruction.counterparty.account
    assert isinstance(account, CaAccount), "an instruction that was objected to is not packed"
    written: dict[str, str | int] = {
        "transaction type": type_of(instruction),
        "amount": instruction.amount.amount,
        "date": records.write_day(instruction.effective_date),
        "institution": _institution(account),
        "account": account.account_number,
        "name": aft_text(instruction.counterparty.name, 30),
        "cross reference": reference_of(instruction),
        "sundry": aft_text(instruction.remittance, 15),
    }
    if short := aft_text(instruction.details.get("short_name", ""), 15):
        written["short name"] = short
    return written


def _institution(account: CaAccount) -> str:
    return f"0{account.institution_number}{account.transit_number}"
