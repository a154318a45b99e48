"""What AFT makes of an instruction: its type, its cross-reference, and why it cannot carry it."""

import re
from collections.abc import Iterator
from datetime import date

from bezant.rail import CaAccount, Instruction, in_force
from bezant.rail.fixed_width import is_digits
from bezant.rail.identifiers import (
    is_ca_account_number,
    is_institution_number,
    is_transit_number,
)
from bezant.rail.short_traces import TRACE
from bezant.rails.acss import rules
from bezant.rails.acss.calendar import is_banking_day
from bezant.rails.acss.text import aft_text

ACTS = ("pay", "verify")
DETAILS = frozenset({"short_name", "transaction_type", "retry"})

_MISCELLANEOUS = "450"
_ROOM = 19 - 1 - 7
_MANDATE = re.compile(r"[A-Z0-9][A-Z0-9.&/-]{0,10}")


def reference_of(instruction: Instruction) -> str:
    """Return the cross-reference: the agreement's or the receiver's reference, and the trace."""
    mandate = instruction.mandate
    told = mandate.reference if mandate else aft_text(instruction.reference, _ROOM)
    return f"{told} {instruction.trace}".strip()


def type_of(instruction: Instruction) -> str:
    """Return the three digits that say what a payment is for."""
    return instruction.details.get("transaction_type", _MISCELLANEOUS)


def objections(instruction: Instruction) -> Iterator[str]:
    """Say why a file cannot carry an instruction; nothing when it can."""
    if instruction.act not in ACTS:
        yield f"AFT has no {instruction.act}"
    yield from _amount_objections(instruction)
    yield from _account_objections(instruction)
    if not TRACE.fullmatch(instruction.trace):
        yield "the trace is not seven digits and capitals"
    if instruction.service != "standard":
        yield f"AFT has no service {instruction.service}"
    if not is_banking_day(instruction.effective_date):
        yield f"{instruction.effective_date} is no banking day"
    yield from _detail_objections(instruction)
    if instruction.direction == "debit":
        yield from _debit_objections(instruction)
    elif instruction.mandate is not None:
        yield "a credit has no agreement"


def too_far(instruction: Instruction, made_on: date) -> Iterator[str]:
    """Say that a payment is due later than a file of a day may say."""
    most = in_force(rules.FURTHEST_DAYS, made_on)
    if (instruction.effective_date - made_on).days > most:
        yield f"{instruction.effective_date} is more than {most} days ahead"


def _amount_objections(instruction: Instruction) -> Iterator[str]:
    amount = instruction.amount
    limit = in_force(rules.ITEM_LIMIT, instruction.effective_date)
    if amount.currency != "cad":
        yield f"the currency is {amount.currency}, not cad"
    if not 0 < amount.amount <= limit:
        yield f"the amount {amount.amount} is not between 1 and {limit} cents"


def _account_objections(instruction: Instruction) -> Iterator[str]:
    party = instruction.counterparty
    if not aft_text(party.name, 30):
        yield "the other side has no name that a file can carry"
    account = party.account
    if not isinstance(account, CaAccount):
        yield "the account is not one in Canada"
        return
    if not is_institution_number(account.institution_number):
        yield "the institution number is not three digits"
    if not is_transit_number(account.transit_number):
        yield "the transit number is not five digits"
    if not is_ca_account_number(account.account_number):
        yield "the account number is not 5 to 12 digits"


def _detail_objections(instruction: Instruction) -> Iterator[str]:
    details = instruction.details
    for key in sorted(set(details) - DETAILS):
        yield f"AFT knows no detail {key}"
    first, last = in_force(rules.TYPES, instruction.effective_date)
    code = type_of(instruction)
    if not (len(code) == 3 and is_digits(code) and first <= int(code) <= last):
        yield f"transaction type {code} is none of {first} to {last}"
    if instruction.reason and instruction.description != rules.REPRESENTED:
        yield "a payment has no reason"


def _debit_objections(instruction: Instruction) -> Iterator[str]:
    mandate, original = instruction.mandate, instruction.original
    if instruction.act != "pay":
        yield "an account is tried by a credit"
    if mandate is None:
        yield "a debit needs the payor's agreement"
    elif not _MANDATE.fullmatch(mandate.reference):
        yield "the agreement's reference is not 1 to 11 capitals and digits"
    if instruction.description == rules.REPRESENTED and original is not None:
        days = in_force(rules.REPRESENTING, original.on).within_days
        if (instruction.effective_date - original.on).days > days:
            yield f"more than {days} days after the original a debit is not presented again"
        if original.amount != instruction.amount:
            yield "a debit is presented again for the same amount"
