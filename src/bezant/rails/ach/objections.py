"""Why the ACH network cannot carry an instruction: each reason says what is wrong with it."""

from collections.abc import Iterator
from datetime import date, timedelta

from bezant.rail import Account, Instruction, Original, UsAccount, in_force
from bezant.rail.identifiers import is_routing_number
from bezant.rails.ach import calendar, records, rules
from bezant.rails.ach.details import DETAILS, faults
from bezant.rails.ach.dialect import Dialect
from bezant.rails.ach.orders import (
    CLASSES,
    DISPUTES,
    RESERVED,
    RETRY,
    class_of,
    is_refused_change,
    texts_of,
)
from bezant.rails.ach.returns import REFUSED_CHANGES, RETURN_REASONS, ReturnReason
from bezant.rails.ach.text import ascii_upper

ACTS = ("pay", "prenote", "reverse", "return", "dishonor", "contest", "verify")

_REASONS = {"return": "returned", "dishonor": "dishonored", "contest": "contested"}
_ARGUED_AFTER = {"dishonor": "return_day", "contest": "dishonored_day"}
"""The day from which an argument's own deadline is counted."""
_DISPUTED = {
    "return": (),
    "dishonor": ("return_trace", "return_code"),
    "contest": ("return_trace", "return_code", "dishonored_trace", "dishonored_code"),
}


def objections(instruction: Instruction, dialect: Dialect) -> Iterator[str]:
    """Yield every reason why an entry cannot carry an instruction; nothing when it can."""
    act = instruction.act
    if act not in ACTS:
        yield f"ACH cannot {act.replace('_', ' ')}; it can {', '.join(ACTS)}"
        return
    if instruction.amount.currency != "usd":
        yield f"the currency is {instruction.amount.currency}, not usd"
    yield from _of_amount(instruction)
    yield from _of_account(instruction.counterparty.account, act in ("return", "contest"))
    if not ascii_upper(instruction.counterparty.name, 22):
        yield "the receiver has no name"
    if len(instruction.trace) != 15 or not records.is_digits(instruction.trace):
        yield "the trace is not 15 digits"
    yield from faults(instruction.details)
    yield from _of_class(instruction, dialect)
    yield from _of_description(instruction)
    if act in DISPUTES:
        yield from _of_dispute(instruction)
    elif act == "reverse":
        yield from _of_reversal(instruction)
    elif instruction.details.get("retry"):
        yield from _of_retry(instruction)


def _of_amount(instruction: Instruction) -> Iterator[str]:
    amount = instruction.amount.amount
    if instruction.act == "prenote" or is_refused_change(instruction):
        if amount:
            yield f"the amount {amount} is not 0, as it is where no money moves"
        return
    limit = rules.MAX_AMOUNT
    if instruction.act == "verify":
        limit = in_force(rules.MICRO_ENTRY_LIMIT, instruction.effective_date)
    elif instruction.service == "same_day":
        limit = in_force(rules.SAME_DAY_LIMIT, instruction.effective_date)
    if not 0 < amount <= limit:
        yield f"the amount {amount} is not between 1 and {limit} cents"


def _of_account(account: Account, numberless: bool) -> Iterator[str]:
    if not isinstance(account, UsAccount):
        yield "the account is not one in the United States"
        return
    if not is_routing_number(account.routing_number):
        yield "the routing number is not nine digits with a right check digit"
    if (account.account_number or not numberless) and not _is_number(account.account_number):
        yield "the account number is not 1 to 17 letters, digits or hyphens"


def _is_number(text: str) -> bool:
    core = text.replace("-", "")
    return len(text) <= 17 and core.isascii() and core.isalnum()


def _of_class(instruction: Instruction, dialect: Dialect) -> Iterator[str]:
    if is_refused_change(instruction):
        return
    class_code = class_of(instruction, dialect)
    if class_code not in CLASSES:
        yield f"entry class {class_code!r} is not written; use one of {', '.join(CLASSES)}"
        return
    if class_code == "TEL" and instruction.direction == "credit" and instruction.act == "pay":
        yield "a TEL entry is a debit"
    most = {"TEL": 0, "CTX": rules.MAX_ADDENDA}.get(class_code, 1)
    if instruction.act not in DISPUTES and len(texts_of(instruction)) > most:
        yield f"the remittance is longer than {most} times 80 characters, the room of {class_code}"
    debits_loan = instruction.details.get("account_type") == "loan"
    if debits_loan and instruction.direction == "debit" and instruction.act == "pay":
        yield "a loan account is not debited, but for a reversal"


def _of_description(instruction: Instruction) -> Iterator[str]:
    description = ascii_upper(instruction.description, 10)
    act = RESERVED.get(description, instruction.act)
    if act != instruction.act:
        yield f"the description {description} is for the act {act}"
    if description == RETRY and (instruction.direction, act) != ("debit", "pay"):
        yield f"the description {RETRY} is for debits that are tried again"


def _of_dispute(instruction: Instruction) -> Iterator[str]:
    if instruction.original is None:
        yield f"to {instruction.act} needs the original entry"
        return
    yield from _of_original(instruction.original)
    if is_refused_change(instruction):
        if instruction.reason not in REFUSED_CHANGES:
            yield f"{instruction.reason} is not a reason to refuse a notice of change"
        if "change_code" not in instruction.details:
            yield "to refuse a notice of change needs the detail `change_code`"
        return
    known = RETURN_REASONS.get(instruction.reason)
    if known is None or known.kind != _REASONS[instruction.act]:
        yield f"{instruction.reason or 'no code'} is not a reason to {instruction.act}"
    elif late := _too_late(instruction, known):
        yield late
    for key in _DISPUTED[instruction.act]:
        if not instruction.details.get(key):
            yield f"to {instruction.act} needs the detail `{key}`"


def _too_late(instruction: Instruction, known: ReturnReason) -> str:
    """Return until when somebody could argue, if that is over."""
    key = _ARGUED_AFTER.get(instruction.act, "")
    day = instruction.details.get(key, "")
    if not day or not DETAILS[key].fits(day):
        return ""
    ends = known.due_by(date.fromisoformat(day))
    if ends is None or instruction.effective_date <= ends.date():
        return ""
    return f"to {instruction.act} as {known.code} was possible until {ends.date()}"


def _of_original(original: Original) -> Iterator[str]:
    if len(original.trace) != 15 or not records.is_digits(original.trace):
        yield "the original trace is not 15 digits"


def _of_reversal(instruction: Instruction) -> Iterator[str]:
    original = instruction.original
    if original is None:
        yield "a reversal needs the original entry"
        return
    days = in_force(rules.REVERSAL_BANKING_DAYS, original.on)
    last = calendar.end_of_banking_day(original.on, days)
    if instruction.effective_date > last:
        yield f"a reversal settles within {days} banking days of the original, by {last}"
    if instruction.amount != original.amount:
        yield f"a reversal is of the whole original amount, {original.amount.amount} cents"


def _of_retry(instruction: Instruction) -> Iterator[str]:
    original, number = instruction.original, instruction.details["retry"]
    if original is None or instruction.direction != "debit" or instruction.act != "pay":
        yield "a retry is a debit and needs the original entry"
        return
    allowed = in_force(rules.RETRIES, original.on)
    if not (records.is_digits(number) and 1 <= int(number) <= allowed.times):
        yield f"retry {number!r} is not one of the {allowed.times} that are allowed"
    if instruction.reason not in allowed.codes:
        yield f"only what came back as {' or '.join(allowed.codes)} is tried again"
    if instruction.effective_date > original.on + timedelta(days=allowed.days):
        yield f"a retry settles within {allowed.days} days of the original"
    if instruction.amount != original.amount:
        yield f"a retry is of the original amount, {original.amount.amount} cents"
