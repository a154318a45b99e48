"""What UPI makes of an instruction, and why it cannot carry one."""

import re
from collections.abc import Iterator

from bezant.rail import InAccount, Instruction, Party, UpiAddress, in_force
from bezant.rail.identifiers import is_ifsc, is_vpa
from bezant.rails.upi import rules

TRACE = re.compile(r"BZU[0-9]{32}", re.ASCII)
ACTS = ("pay", "request", "enquire", "verify")
DETAILS = frozenset({"category", "reference_url", "expires_in_minutes"})

_ACCOUNT = re.compile(r"[0-9A-Za-z]{1,30}")
_CATEGORY = re.compile(r"[0-9]{4}", re.ASCII)


def trace(sequence: int) -> str:
    """Return the transaction id of the nth instruction: 35 characters, in the order of n."""
    assert 0 < sequence < 10**32, "32 digits tell instructions apart"
    return f"BZU{sequence:032d}"


def address_of(party: Party) -> str:
    """Return the address of a party; an account has one by its number and its branch's IFSC."""
    account = party.account
    if isinstance(account, InAccount):
        return f"{account.account_number}@{account.ifsc}.ifsc.npci"
    assert isinstance(account, UpiAddress), "an instruction that was objected to is not packed"
    return account.vpa


def objections(instruction: Instruction) -> Iterator[str]:
    """Say why UPI cannot carry an instruction; nothing when it can."""
    if instruction.act not in ACTS:
        yield f"UPI has no {instruction.act}"
        return
    if instruction.amount.currency != "inr":
        yield f"the currency is {instruction.amount.currency}, not inr"
    if instruction.service != "instant":
        yield f"UPI has no service {instruction.service}"
    if not TRACE.fullmatch(instruction.trace):
        yield "the trace is not BZU and 32 digits"
    for key in sorted(set(instruction.details) - DETAILS):
        yield f"UPI knows no detail {key}"
    yield from _party_objections(instruction)
    if instruction.act in {"pay", "request"}:
        yield from _amount_objections(instruction)
    if instruction.act == "request":
        yield from _request_objections(instruction)
    if instruction.act == "enquire" and instruction.original is None:
        yield "an enquiry names its original"


def _party_objections(instruction: Instruction) -> Iterator[str]:
    party = instruction.counterparty
    if not party.name.strip():
        yield "the other side has no name"
    account = party.account
    if isinstance(account, UpiAddress):
        if not is_vpa(account.vpa):
            yield "the address is not one such as name@bank"
    elif isinstance(account, InAccount):
        if not is_ifsc(account.ifsc):
            yield "the IFSC is not four letters, a zero and six characters"
        if not _ACCOUNT.fullmatch(account.account_number):
            yield "the account number is not 1 to 30 letters and digits"
    else:
        yield "the account is neither a UPI address nor one in India"


def _amount_objections(instruction: Instruction) -> Iterator[str]:
    on, category = instruction.effective_date, instruction.details.get("category", "")
    if category and not _CATEGORY.fullmatch(category):
        yield "the merchant category is not four digits"
    limits = in_force(rules.LIMITS, on)
    raised = category in in_force(rules.RAISED_CATEGORIES, on)
    limit = limits.raised if raised else limits.ordinary
    if not 0 < instruction.amount.amount <= limit:
        yield f"the amount {instruction.amount.amount} is not between 1 and {limit} paise"


def _request_objections(instruction: Instruction) -> Iterator[str]:
    if instruction.direction != "debit":
        yield "a collect request is a debit of the other side"
    minutes = instruction.details.get("expires_in_minutes", "30")
    most = in_force(rules.COLLECT_MINUTES, instruction.effective_date)
    if not (minutes.isascii() and minutes.isdecimal() and 0 < int(minutes[:9]) <= most):
        yield f"a collect request waits 1 to {most} minutes"
    least = in_force(rules.COLLECT_BETWEEN_PEOPLE, instruction.effective_date)
    if not instruction.details.get("category") and instruction.amount.amount > least:
        yield "only merchants collect: name the merchant's category (details.category)"
