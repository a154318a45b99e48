"""Writing a Standard 18 file: records by processing day and direction, each group with its contra.

The reference of a record is what the other side reads, then our trace: reports repeat it whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from bezant.kernel.errors import FileRefused, Problem
from bezant.rail import GbAccount, Instruction, Originator
from bezant.rail.identifiers import is_gb_account_number, is_service_user_number, is_sort_code
from bezant.rails.bacs import records, rules
from bezant.rails.bacs.calendar import LONDON, processing_day
from bezant.rails.bacs.orders import code_of, reference_of
from bezant.rails.bacs.text import bacs_text

MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
DIALECT = frozenset({"bureau", "processing"})

_KEEP = timedelta(days=7)
_CONTRA_CODES = {"credit": "17", "debit": "99"}

Group = tuple[date, str, Sequence[Instruction]]


def pack(
    instructions: Sequence[Instruction],
    originator: Originator,
    *,
    created_at: datetime,
    file_modifier: str,
    reference: str,
) -> bytes:
    """Return a file; the caller has refused what cannot be carried.

    The last six characters of `reference` are the serial number of the submission. The file says
    one processing day in its header, or, where there are several, one in each record.
    """
    groups = _groups(instructions)
    several = len({day for day, _, _ in groups}) > 1
    multi = several or originator.dialect.get("processing") == "multi"
    layout = records.DATA[records.MULTI if multi else records.SINGLE]
    labels = _labels(originator, created_at, file_modifier, reference, layout.width)
    lines = [records.VOLUME.write(_volume(originator, reference))]
    lines += [records.HEADER_1.write({**labels[0], "label": "HDR1"})]
    lines += [records.HEADER_2.write({**labels[1], "label": "HDR2"})]
    lines += [records.USER_HEADER.write(_user_header(groups, file_modifier, multi=multi))]
    for day, direction, group in groups:
        lines += _write_group(day, direction, group, originator, layout, reference)
    lines += [records.END_1.write({**labels[0], "label": "EOF1"})]
    lines += [records.END_2.write({**labels[1], "label": "EOF2"})]
    lines += [records.USER_TRAILER.write(_user_trailer(groups))]
    return "".join(line + "\r\n" for line in lines).encode("ascii")


def refuse(
    instructions: Sequence[Instruction],
    originator: Originator,
    reference: str,
    objections: Mapping[str, Sequence[str]],
) -> None:
    """Raise FileRefused, naming what is wrong with the originator and with each movement."""
    problems = [Problem(None, *pair) for pair in _file_problems(instructions, originator)]
    if not reference.strip("0") or bacs_text(reference, 9) != reference or len(reference) > 8:
        problems.append(Problem(None, "reference", "not 1 to 8 characters that Bacs carries"))
    for movement, reasons in objections.items():
        problems.extend(Problem(None, movement, reason) for reason in reasons)
    traces: set[str] = set()
    for instruction in instructions:
        if instruction.trace in traces:
            problems.append(Problem(None, instruction.movement, "the trace is used twice"))
        traces.add(instruction.trace)
    if problems:
        raise FileRefused(problems)


def _file_problems(
    instructions: Sequence[Instruction], originator: Originator
) -> Iterator[tuple[str | None, str]]:
    if not instructions:
        yield None, "there is nothing to send"
    if len(instructions) > rules.MAX_FILE_COUNT:
        yield None, f"more than {rules.MAX_FILE_COUNT} entries"
    if sum(instruction.amount.amount for instruction in instructions) > rules.MAX_FILE_TOTAL:
        yield None, f"more than {rules.MAX_FILE_TOTAL} pence in one file"
    if not is_service_user_number(originator.company_id):
        yield "company_id", "the service user number is not six digits"
    account = originator.account
    if not isinstance(account, GbAccount) or not _is_account(account):
        yield "account", "the own account is not a sort code and an account number"
    if not bacs_text(originator.name, 18):
        yield "name", "the service user has no name"
    unknown = sorted(set(originator.dialect) - DIALECT)
    if unknown:
        yield "dialect", f"unknown keys {unknown}; known are {sorted(DIALECT)}"
    if originator.dialect.get("processing", "single") not in {"single", "multi"}:
        yield "dialect", "processing is neither single nor multi"
    if not is_service_user_number(originator.dialect.get("bureau", "000000")):
        yield "dialect", "the bureau's number is not six digits"


def _is_account(account: GbAccount) -> bool:
    return is_sort_code(account.sort_code) and is_gb_account_number(account.account_number)


def _groups(instructions: Sequence[Instruction]) -> list[Group]:
    """Return the instructions by processing day and direction, in the order of their traces."""
    ordered = sorted(instructions, key=lambda item: (*_group_key(item), item.trace))
    return [(*key, [*items]) for key, items in groupby(ordered, key=_group_key)]


def _group_key(instruction: Instruction) -> tuple[date, str]:
    return processing_day(instruction.effective_date), instruction.direction


def _volume(originator: Originator, reference: str) -> dict[str, str]:
    return {
        "label": "VOL1",
        "serial": _serial(reference),
        "accessibility": "0",
        "user number": originator.company_id,
        "level": "1",
    }


def _serial(reference: str) -> str:
    return reference[-6:].rjust(6, "0")


def _labels(
    originator: Originator, created_at: datetime, modifier: str, reference: str, length: int
) -> tuple[dict[str, str], dict[str, str]]:
    created = created_at.astimezone(LONDON).date()
    names = {
        "file mark": "A",
        "user number": originator.company_id,
        "set mark": "S",
        "file number": modifier,
        "bureau number": originator.dialect.get("bureau", originator.company_id),
        "serial": _serial(reference),
        "section": "0001",
        "sequence": "0001",
        "created on": records.write_day(created),
        "expires on": records.write_day(created + _KEEP),
        "accessibility": "0",
        "block count": "000000",
    }
    shape = {
        "format": "F",
        "block length": f"{length:05d}",
        "record length": f"{length:05d}",
        "offset": "00",
    }
    return names, shape


def _user_header(groups: Sequence[Group], modifier: str, *, multi: bool) -> dict[str, str]:
    return {
        "label": "UHL1",
        "processing day": records.write_day(groups[0][0]),
        "receiver": "999999",
        "currency": "00",
        "country": "000000",
        "work code": "4 MULTI" if multi else "1 DAILY",
        "file number": f"{MODIFIERS.index(modifier) + 1:03d}",
    }


def _user_trailer(groups: Sequence[Group]) -> dict[str, str | int]:
    sums = {"credit": 0, "debit": 0}
    counts = {"credit": 0, "debit": 0}
    lodged = 0
    for _, direction, group in groups:
        moved = [item for item in group if item.act == "pay"]
        other = "debit" if direction == "credit" else "credit"
        total = sum(item.amount.amount for item in moved)
        sums[direction] += total
        sums[other] += total
        counts[direction] += len(moved)
        counts[other] += len(_shares(moved))
        lodged += len(group) - len(moved)
    return {
        "label": "UTL1",
        "debit total": sums["debit"],
        "credit total": sums["credit"],
        "debit count": counts["debit"],
        "credit count": counts["credit"],
        "instruction count": f"{lodged:07d}",
    }


def _shares(moved: Sequence[Instruction]) -> list[int]:
    """Return the amounts of a group's contra records: one, unless eleven digits cannot say it."""
    shares: list[int] = []
    for item in moved:
        if not shares or shares[-1] + item.amount.amount > rules.MAX_FIELD:
            shares.append(0)
        shares[-1] += item.amount.amount
    return shares


def _write_group(
    day: date,
    direction: str,
    group: Sequence[Instruction],
    originator: Originator,
    layout: records.Layout,
    reference: str,
) -> Iterator[str]:
    """Yield a group's records; the contra's narrative is what our own statement calls it."""
    own = originator.account
    assert isinstance(own, GbAccount), "an originator that was refused does not pack"
    shared: dict[str, str | int] = {
        "account type": "0",
        "own sort code": own.sort_code,
        "own account number": own.account_number,
    }
    if layout.width == records.MULTI:
        shared["processing day"] = records.write_day(day)
    name = bacs_text(originator.name, 18)
    for instruction in group:
        yield layout.write({**shared, **_record(instruction), "user name": name})
    for share in _shares([item for item in group if item.act == "pay"]):
        contra: dict[str, str | int] = {
            "sort code": own.sort_code,
            "account number": own.account_number,
            "code": _CONTRA_CODES[direction],
            "amount": share,
            "user name": bacs_text(reference, 18),
            "reference": records.CONTRA,
            "name": name,
        }
        yield layout.write({**shared, **contra})


def _record(instruction: Instruction) -> dict[str, str | int]:
    account = instruction.counterparty.account
    assert isinstance(account, GbAccount), "an instruction that was objected to is not packed"
    return {
        "sort code": account.sort_code,
        "account number": account.account_number,
        "code": code_of(instruction),
        "amount": instruction.amount.amount,
        "reference": reference_of(instruction),
        "name": bacs_text(instruction.counterparty.name, 18),
    }
