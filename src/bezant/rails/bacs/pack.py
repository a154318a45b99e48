"""Writing a Standard 18 file: records by processing day and direction, each group with its contra.

The reference of a record is what the other side reads, then our trace: reports repeat it whole.
Instructions that come in the order of their records are gone through several times and never
held; others are sorted in memory first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby, islice

from msgspec import Struct, field

from bezant.kernel.errors import FileRefused, Problem
from bezant.rail import Batch, GbAccount, Instruction, Originator
from bezant.rail.fixed_width import Layout
from bezant.rail.identifiers import is_gb_account_number, is_service_user_number, is_sort_code
from bezant.rail.packing import Inspected, in_order, inspect
from bezant.rails.bacs import records, rules
from bezant.rails.bacs.calendar import LONDON, processing_day
from bezant.rails.bacs.orders import code_of, reference_of
from bezant.rails.bacs.text import bacs_text

MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
DIALECT = frozenset({"bureau", "processing"})

_KEEP = timedelta(days=7)
_CONTRA_CODES = {"credit": "17", "debit": "99"}
_PIECE = 1000
"""Records that are handed on in one go."""


class _Share(Struct):
    """What one contra record balances: so many records that move money, and their pence."""

    count: int = 0
    amount: int = 0


class _Group(Struct):
    """The records of one processing day and direction: how many, and what they add up to.

    There is one share, unless the eleven digits of a contra record cannot say the total.
    """

    day: date
    direction: str
    count: int = 0
    shares: list[_Share] = field(default_factory=list[_Share])

    def take(self, instruction: Instruction) -> None:
        """Count a record in."""
        self.count += 1
        if instruction.act != "pay":
            return
        amount = instruction.amount.amount
        if not self.shares or self.shares[-1].amount + amount > rules.MAX_FIELD:
            self.shares.append(_Share())
        self.shares[-1].count += 1
        self.shares[-1].amount += amount

    @property
    def moved(self) -> int:
        """How many of its records move money."""
        return sum(share.count for share in self.shares)

    @property
    def total(self) -> int:
        """What they move, in pence."""
        return sum(share.amount for share in self.shares)


def pack_stream(
    instructions: Iterable[Instruction],
    originator: Originator,
    *,
    created_at: datetime,
    file_modifier: str,
    reference: str,
) -> Iterator[bytes]:
    """Yield a file in pieces; the caller has refused what cannot be carried.

    The last six characters of `reference` are the serial number of the submission. The file says
    one processing day in its header, or, where there are several, one in each record.
    """
    ordered = in_order(instructions, _place)
    groups = _groups(ordered)
    several = len({group.day for group in groups}) > 1
    multi = several or originator.dialect.get("processing") == "multi"
    layout = records.DATA[records.MULTI if multi else records.SINGLE]
    labels = _labels(originator, created_at, file_modifier, reference, layout.width)
    lines = [records.VOLUME.write(_volume(originator, reference))]
    lines += [records.HEADER_1.write({**labels[0], "label": "HDR1"})]
    lines += [records.HEADER_2.write({**labels[1], "label": "HDR2"})]
    lines += [records.USER_HEADER.write(_user_header(groups, file_modifier, multi=multi))]
    items = iter(ordered)
    for group in groups:
        mine = islice(items, group.count)
        for line in _write_group(group, mine, originator, layout, reference):
            lines.append(line)
            if len(lines) >= _PIECE:
                yield _piece(lines)
    lines += [records.END_1.write({**labels[0], "label": "EOF1"})]
    lines += [records.END_2.write({**labels[1], "label": "EOF2"})]
    lines += [records.USER_TRAILER.write(_user_trailer(groups))]
    yield _piece(lines)


def _piece(lines: list[str]) -> bytes:
    text = "".join(line + "\r\n" for line in lines)
    lines.clear()
    return text.encode("ascii")


def batches_of(instructions: Iterable[Instruction], reference: str) -> Iterator[Batch]:
    """Yield what a file books as one: a contra record's share of a day's credits or debits."""
    ordered = in_order(instructions, _place)
    moved = (item.trace for item in ordered if item.act == "pay")
    for group in _groups(ordered):
        for share in group.shares:
            yield Batch(bacs_text(reference, 18), group.day, tuple(islice(moved, share.count)))


def refuse(
    instructions: Iterable[Instruction],
    originator: Originator,
    reference: str,
    objections: Callable[[Instruction], Sequence[str]],
) -> None:
    """Raise FileRefused, naming what is wrong with the originator and with each movement."""
    found = inspect(instructions, objections)
    problems = [Problem(None, *pair) for pair in _file_problems(found, originator)]
    if not reference.strip("0") or bacs_text(reference, 9) != reference or len(reference) > 8:
        problems.append(Problem(None, "reference", "not 1 to 8 characters that Bacs carries"))
    problems += found.problems
    if problems:
        raise FileRefused(problems)


def _file_problems(found: Inspected, originator: Originator) -> Iterator[tuple[str | None, str]]:
    if not found.count:
        yield None, "there is nothing to send"
    if found.count > rules.MAX_FILE_COUNT:
        yield None, f"more than {rules.MAX_FILE_COUNT} entries"
    if found.total > rules.MAX_FILE_TOTAL:
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


def _place(instruction: Instruction) -> tuple[date, str, str]:
    return (*_group_key(instruction), instruction.trace)


def _groups(ordered: Iterable[Instruction]) -> list[_Group]:
    groups: list[_Group] = []
    for key, items in groupby(ordered, key=_group_key):
        groups.append(_Group(*key))
        for item in items:
            groups[-1].take(item)
    return groups


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


def _user_header(groups: Sequence[_Group], modifier: str, *, multi: bool) -> dict[str, str]:
    return {
        "label": "UHL1",
        "processing day": records.write_day(groups[0].day),
        "receiver": "999999",
        "currency": "00",
        "country": "000000",
        "work code": "4 MULTI" if multi else "1 DAILY",
        "file number": f"{MODIFIERS.index(modifier) + 1:03d}",
    }


def _user_trailer(groups: Sequence[_Group]) -> dict[str, str | int]:
    sums = {"credit": 0, "debit": 0}
    counts = {"credit": 0, "debit": 0}
    lodged = 0
    for group in groups:
        other = "debit" if group.direction == "credit" else "credit"
        sums[group.direction] += group.total
        sums[other] += group.total
        counts[group.direction] += group.moved
        counts[other] += len(group.shares)
        lodged += group.count - group.moved
    return {
        "label": "UTL1",
        "debit total": sums["debit"],
        "credit total": sums["credit"],
        "debit count": counts["debit"],
        "credit count": counts["credit"],
        "instruction count": f"{lodged:07d}",
    }


def _write_group(
    group: _Group,
    items: Iterable[Instruction],
    originator: Originator,
    layout: Layout,
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
        shared["processing day"] = records.write_day(group.day)
    name = bacs_text(originator.name, 18)
    for instruction in items:
        yield layout.write({**shared, **_record(instruction), "user name": name})
    for share in group.shares:
        contra: dict[str, str | int] = {
            "sort code": own.sort_code,
            "account number": own.account_number,
            "code": _CONTRA_CODES[group.direction],
            "amount": share.amount,
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
