"""Writing a NACHA file: credits in batches by class and effective date, the same bytes each time.

Individuals are paid as PPD, companies as CCD; a file is padded to blocks of ten records.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby

from msgspec import Struct

from bezant.kernel.errors import FileRefused, Problem
from bezant.rail import Account, Instruction, Originator, UsAccount, in_force
from bezant.rails.ach import records, rules
from bezant.rails.ach.calendar import EASTERN
from bezant.rails.ach.text import ascii_upper

DESCRIPTION = "PAYOUT"
CREDITS_ONLY = 220
MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

_CREDIT_CODES = {"checking": 22, "savings": 32}
_CLASS_CODES = {"individual": "PPD", "company": "CCD"}


class _Sums(Struct):
    """What control records say of the entries so far."""

    count: int = 0
    hash: int = 0
    credits: int = 0

    def add(self, other: "_Sums") -> None:
        self.count += other.count
        self.hash = (self.hash + other.hash) % 10**10
        self.credits += other.credits


def pack(
    instructions: Sequence[Instruction],
    originator: Originator,
    *,
    created_at: datetime,
    file_modifier: str,
    reference: str,
) -> bytes:
    """Return a file of credits; raises FileRefused, naming each movement it cannot hold.

    `file_modifier` tells the files of one day apart, A-Z and 0-9; `reference` (8 characters at
    most) comes back on the bank statement.
    """
    assert len(file_modifier) == 1, "one character tells files apart"
    assert file_modifier in MODIFIERS, "files are told apart by A-Z and 0-9"
    _refuse(instructions, originator, reference)
    lines = [_file_header(originator, created_at, file_modifier, reference)]
    total = _Sums()
    batches = _batches(instructions)
    for number, batch in enumerate(batches, 1):
        total.add(_write_batch(lines, number, batch, originator))
    lines.append(_file_control(total, len(batches), len(lines) + 1))
    lines.extend([records.FILLER] * (-len(lines) % records.BLOCKING))
    return "".join(line + "\n" for line in lines).encode("ascii")


def objections(instruction: Instruction) -> tuple[str, ...]:
    """Say why an ACH credit cannot carry an instruction; nothing when it can."""
    return tuple(_objections(instruction))


def _objections(instruction: Instruction) -> Iterable[str]:
    amount, party = instruction.amount, instruction.counterparty
    if instruction.direction != "credit":
        yield "debits are not sent"
    if amount.currency != "usd":
        yield f"the currency is {amount.currency}, not usd"
    limit = _limit(instruction)
    if not 0 < amount.amount <= limit:
        yield f"the amount {amount.amount} is not between 1 and {limit} cents"
    yield from _account_objections(party.account)
    if not ascii_upper(party.name, 22):
        yield "the receiver has no name"
    if len(instruction.trace) != 15 or not records.is_digits(instruction.trace):
        yield "the trace is not 15 digits"


def _account_objections(account: Account) -> Iterable[str]:
    if not isinstance(account, UsAccount):
        yield "the account is not one in the United States"
        return
    if not records.is_routing_number(account.routing_number):
        yield "the routing number is not nine digits with a right check digit"
    if not _is_account_number(account.account_number):
        yield "the account number is not 1 to 17 letters, digits or hyphens"


def _limit(instruction: Instruction) -> int:
    if instruction.service == "same_day":
        return in_force(rules.SAME_DAY_LIMIT, instruction.effective_date)
    return rules.MAX_AMOUNT


def _is_account_number(text: str) -> bool:
    core = text.replace("-", "")
    return len(text) <= 17 and core.isascii() and core.isalnum()


def _refuse(instructions: Sequence[Instruction], originator: Originator, reference: str) -> None:
    problems = [*_file_problems(instructions, originator, reference)]
    traces: set[str] = set()
    for instruction in instructions:
        reasons = [*_objections(instruction)]
        if instruction.trace in traces:
            reasons.append("the trace is used twice")
        if instruction.trace[:8] != originator.bank_id[:8]:
            reasons.append("the trace does not begin with the originating bank's number")
        traces.add(instruction.trace)
        problems.extend(Problem(None, instruction.movement, reason) for reason in reasons)
    if problems:
        raise FileRefused(problems)


def _file_problems(
    instructions: Sequence[Instruction], originator: Originator, reference: str
) -> Iterable[Problem]:
    if not instructions:
        yield Problem(None, None, "there is nothing to send")
    if len(instructions) > rules.MAX_FILE_COUNT:
        yield Problem(None, None, f"more than {rules.MAX_FILE_COUNT} entries")
    if sum(instruction.amount.amount for instruction in instructions) > rules.MAX_FILE_TOTAL:
        yield Problem(None, None, f"more than {rules.MAX_FILE_TOTAL} cents in one file")
    if not records.is_routing_number(originator.bank_id):
        yield Problem(None, "bank_id", "not nine digits with a right check digit")
    if not 0 < len(ascii_upper(originator.company_id, 11)) <= 10:
        yield Problem(None, "company_id", "not 1 to 10 characters")
    if ascii_upper(reference, 9) != reference or len(reference) > 8:
        yield Problem(None, "reference", "not at most 8 upper-case ASCII characters")


def _batches(instructions: Iterable[Instruction]) -> list[list[Instruction]]:
    ordered = sorted(instructions, key=lambda item: (*_batch_key(item), item.trace))
    return [[*items] for _, items in groupby(ordered, key=_batch_key)]


def _batch_key(instruction: Instruction) -> tuple[date, str]:
    return instruction.effective_date, _CLASS_CODES[instruction.counterparty.holder]


def _file_header(
    originator: Originator, created_at: datetime, modifier: str, reference: str
) -> str:
    created = created_at.astimezone(EASTERN)
    origin = originator.origin_id or originator.company_id
    return records.FILE_HEADER.write(
        type=1,
        priority=1,
        destination=f" {originator.bank_id}",
        origin=ascii_upper(origin, 10).rjust(10),
        modifier=modifier,
        format=1,
        reference=reference,
        **{
            "created on": f"{created:%y%m%d}",
            "created at": f"{created:%H%M}",
            "record size": records.LENGTH,
            "blocking factor": records.BLOCKING,
            "destination name": ascii_upper(originator.bank_name, 23),
            "origin name": ascii_upper(originator.name, 23),
        },
    )


def _write_batch(
    lines: list[str], number: int, batch: Sequence[Instruction], originator: Originator
) -> _Sums:
    shared: dict[str, str | int] = {
        "service class": CREDITS_ONLY,
        "company id": ascii_upper(originator.company_id, 10),
        "odfi": originator.bank_id[:8],
        "batch number": number,
    }
    day, class_code = _batch_key(batch[0])
    header: dict[str, str | int] = {
        "company name": ascii_upper(originator.name, 16),
        "class code": class_code,
        "description": DESCRIPTION,
        "effective date": f"{day:%y%m%d}",
        "originator status": 1,
    }
    sums = _Sums()
    lines.append(records.BATCH_HEADER.write(type=5, **header, **shared))
    for instruction in batch:
        lines.append(_entry(instruction))
        routing = int(_account(instruction).routing_number[:8])
        sums.add(_Sums(1, routing, instruction.amount.amount))
    lines.append(
        records.BATCH_CONTROL.write(
            type=8, count=sums.count, hash=sums.hash, debits=0, credits=sums.credits, **shared
        )
    )
    return sums


def _account(instruction: Instruction) -> UsAccount:
    account = instruction.counterparty.account
    assert isinstance(account, UsAccount), "an instruction that was objected to is not packed"
    return account


def _entry(instruction: Instruction) -> str:
    account = _account(instruction)
    return records.ENTRY.write(
        type=6,
        rdfi=account.routing_number[:8],
        amount=instruction.amount.amount,
        identification=ascii_upper(instruction.reference, 15),
        name=ascii_upper(instruction.counterparty.name, 22),
        trace=instruction.trace,
        **{
            "transaction code": _CREDIT_CODES[account.account_type],
            "check digit": account.routing_number[8],
            "account number": account.account_number,
            "addenda indicator": 0,
        },
    )


def _file_control(total: _Sums, batches: int, count: int) -> str:
    return records.FILE_CONTROL.write(
        type=9,
        count=total.count,
        hash=total.hash,
        debits=0,
        credits=total.credits,
        **{"batch count": batches, "block count": -(-count // records.BLOCKING)},
    )
