"""What Bacs makes of an instruction: its transaction code, its reference, and why it cannot."""

import re
from collections.abc import Iterator
from datetime import date

from bezant.rail import GbAccount, Instruction, in_force
from bezant.rail.identifiers import is_gb_account_number, is_sort_code
from bezant.rail.modulus import ModulusTable
from bezant.rail.short_traces import TRACE
from bezant.rails.bacs import records, rules
from bezant.rails.bacs.calendar import is_working_day
from bezant.rails.bacs.text import bacs_text

DETAILS = frozenset({"transaction_code", "retry"})
REPRESENTED = "18"
NEW, ENDED = "0N", "0C"
"""What a mandate's record says: that it is new, or no more."""

_SEQUENCES = {"first": "01", "recurring": "17", "one_off": "19", "final": "19"}
_ROOM = 18 - 1 - 7
_MANDATE = re.compile(r"[A-Z0-9][A-Z0-9.&/-]{5,9}")


def code_of(instruction: Instruction) -> str:
    """Return the two characters that say what a record does."""
    if instruction.act == "mandate":
        return instruction.reason or NEW
    if instruction.direction == "credit":
        return instruction.details.get("transaction_code", "99")
    if _is_again(instruction) or instruction.mandate is None:
        return REPRESENTED
    return _SEQUENCES[instruction.mandate.sequence]


def _is_again(instruction: Instruction) -> bool:
    """Tell whether a debit is presented again, by somebody's order or by itself."""
    return instruction.reason == REPRESENTED or instruction.description == rules.REPRESENTED


def reference_of(instruction: Instruction) -> str:
    """Return the reference of a record: the mandate's or the receiver's, and the trace."""
    mandate = instruction.mandate
    told = mandate.reference if mandate else bacs_text(instruction.reference, _ROOM)
    return f"{told} {instruction.trace}".strip()


def objections(instruction: Instruction, table: ModulusTable | None) -> Iterator[str]:
    """Say why Bacs cannot carry an instruction; nothing when it can."""
    if instruction.act not in {"pay", "mandate"}:
        yield f"Bacs has no {instruction.act}"
    yield from _amount_objections(instruction)
    yield from _account_objections(instruction, table)
    if not TRACE.fullmatch(instruction.trace):
        yield "the trace is not seven digits and capitals"
    if instruction.service != "standard":
        yield f"Bacs has no service {instruction.service}"
    if not is_working_day(instruction.effective_date):
        yield f"{instruction.effective_date} is no working day"
    for key in sorted(set(instruction.details) - DETAILS):
        yield f"Bacs knows no detail {key}"
    if instruction.act == "mandate" or instruction.direction == "debit":
        yield from _mandate_objections(instruction)
    else:
        yield from _credit_objections(instruction)


def _amount_objections(instruction: Instruction) -> Iterator[str]:
    amount = instruction.amount
    limit = _limit(instruction.effective_date)
    if amount.currency != "gbp":
        yield f"the currency is {amount.currency}, not gbp"
    if instruction.act == "mandate" and amount.amount:
        yield "a mandate moves no money; its amount is 0"
    if instruction.act != "mandate" and not 0 < amount.amount <= limit:
        yield f"the amount {amount.amount} is not between 1 and {limit} pence"


def _limit(on: date) -> int:
    return in_force(rules.ITEM_LIMIT, on)


def _account_objections(instruction: Instruction, table: ModulusTable | None) -> Iterator[str]:
    party = instruction.counterparty
    if not bacs_text(party.name, 18):
        yield "the other side has no name that Bacs can carry"
    account = party.account
    if not isinstance(account, GbAccount):
        yield "the account is not one in the United Kingdom"
        return
    if not is_sort_code(account.sort_code):
        yield "the sort code is not six digits"
    if not is_gb_account_number(account.account_number):
        yield "the account number is not eight digits"
    elif table is not None and not table.fits(account.sort_code, account.account_number):
        yield "the account number does not fit the sort code (modulus check)"
    if account.roll_number:
        yield "roll numbers of building societies are not carried: ask for an account number"


def _credit_objections(instruction: Instruction) -> Iterator[str]:
    code = code_of(instruction)
    if code not in records.CREDITS:
        yield f"transaction code {code} is no credit's; credits are {sorted(records.CREDITS)}"
    if instruction.reason:
        yield "a credit has no reason"
    if instruction.mandate is not None:
        yield "a credit has no mandate"


def _mandate_objections(instruction: Instruction) -> Iterator[str]:
    mandate = instruction.mandate
    if instruction.direction != "debit":
        yield "a mandate is for debits"
    if "transaction_code" in instruction.details:
        yield "the mandate's sequence says the transaction code of a debit"
    if mandate is None:
        yield "a debit needs a mandate"
        return
    if not _MANDATE.fullmatch(mandate.reference) or len(set(mandate.reference)) == 1:
        yield (
            "the mandate's reference is not 6 to 10 capitals and digits, not all the same; "
            "the trace needs the rest of the 18 characters"
        )
    if mandate.reference.startswith("DDIC"):
        yield "a mandate's reference does not begin with DDIC"
    allowed = {"", REPRESENTED} if instruction.act == "pay" else {"", *records.INSTRUCTIONS}
    if instruction.reason not in allowed and "retry" not in instruction.details:
        yield f"the reason is none of {sorted(allowed - {''})}"
    if _is_again(instruction):
        yield from _represent_objections(instruction)


def _represent_objections(instruction: Instruction) -> Iterator[str]:
    original = instruction.original
    if original is None:
        yield "a debit that is presented again names its original"
        return
    days = in_force(rules.REPRESENTING, original.on).within_days
    if (instruction.effective_date - original.on).days > days:
        yield f"more than {days} days after the original a debit is not presented again"
    if original.amount != instruction.amount:
        yield "a debit is presented again for the same amount"
