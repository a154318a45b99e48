"""What Pix makes of an instruction, and why it cannot carry one."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from bezant.rail import BrAccount, Instruction, Original, PixKey, in_force
from bezant.rail.identifiers import is_cnpj, is_cpf, is_ispb
from bezant.rails.pix import ids, keys, rules

ACTS = ("pay", "return", "recall", "answer_recall", "enquire")
DETAILS = frozenset({"txid", "initiation", "returned", "participant"})

INITIATIONS = frozenset({"MANU", "DICT", "QRDN", "QRES", "INIC", "AUTO"})
"""How a payment began: typed in, by a key, by a dynamic or static code, by an initiator, by
an authority for recurring payments."""

RETURN_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "MD06": "Returned at the receiver's wish",
        "BE08": "Returned for a bank's fault",
        "FR01": "Returned for fraud, after a contestation",
        "SL02": "Returned because cash was not handed out",
    }
)
"""Why received money is sent back; BE08 and FR01 follow the special return mechanism."""

RECALL_REASONS = frozenset({"FRAUD", "OPERATIONAL_FLAW"})
GRANTED, REFUSED = "TOTALLY_ACCEPTED", "REJECTED"
RECALL_ANSWERS = frozenset({GRANTED, "PARTIALLY_ACCEPTED", REFUSED})
RETURNS_AS: Mapping[str, str] = MappingProxyType({"FRAUD": "FR01", "OPERATIONAL_FLAW": "BE08"})
"""Why money goes back that was asked for, by the reason of the asker."""


def objections(instruction: Instruction) -> Iterator[str]:
    """Say why Pix cannot carry an instruction; nothing when it can."""
    if instruction.act not in ACTS:
        yield f"Pix has no {instruction.act}"
        return
    amount = instruction.amount
    if amount.currency != "brl":
        yield f"the currency is {amount.currency}, not brl"
    if not 0 < amount.amount <= rules.MAX_AMOUNT:
        yield f"the amount {amount.amount} is not between 1 and {rules.MAX_AMOUNT} centavos"
    if instruction.service != "instant":
        yield f"Pix has no service {instruction.service}"
    if not ids.TRACE.fullmatch(instruction.trace):
        yield "the trace is not BZ and nine digits and capitals"
    for key in sorted(set(instruction.details) - DETAILS):
        yield f"Pix knows no detail {key}"
    if instruction.act == "pay":
        yield from _pay_objections(instruction)
    elif instruction.original is None:
        yield f"a {instruction.act} names its original"
    elif not ids.is_name(instruction.original.end_to_end_id):
        yield "the original has no end-to-end id of Pix"
    else:
        yield from _about_objections(instruction, instruction.original)


def _pay_objections(instruction: Instruction) -> Iterator[str]:
    party = instruction.counterparty
    if instruction.direction != "credit":
        yield "Pix pays; to collect, show a code"
    if not party.name.strip():
        yield "the receiver has no name"
    if party.tax_id is not None and not (is_cpf(party.tax_id) or is_cnpj(party.tax_id)):
        yield "the receiver's tax id is neither a CPF nor a CNPJ"
    initiation = instruction.details.get("initiation", "MANU")
    if initiation not in INITIATIONS:
        yield f"the initiation is none of {sorted(INITIATIONS)}"
    txid = instruction.details.get("txid", "")
    if txid and not (ids.TXID_OF_CHARGE.fullmatch(txid) or ids.TXID_OF_STATIC.fullmatch(txid)):
        yield "the txid is not that of a charge or of a static code"
    participant = instruction.details.get("participant", "")
    if participant and not is_ispb(participant):
        yield "the participant is not an ISPB"
    yield from _account_objections(instruction)


def _account_objections(instruction: Instruction) -> Iterator[str]:
    account = instruction.counterparty.account
    if isinstance(account, PixKey):
        if reason := keys.objection(account):
            yield reason
    elif isinstance(account, BrAccount):
        if not is_ispb(account.ispb):
            yield "the participant's ISPB is not eight digits or capitals"
        if not (
            account.branch.isascii() and account.branch.isdecimal() and len(account.branch) < 5
        ):
            yield "the branch is not one to four digits"
        number = account.account_number
        if not (number.isascii() and number.isalnum() and len(number) <= 20):
            yield "the account number is not 1 to 20 digits, check digit included"
    else:
        yield "the account is neither a Pix key nor one in Brazil"


def _about_objections(instruction: Instruction, original: Original) -> Iterator[str]:
    days = (instruction.effective_date - original.on).days
    if instruction.act == "return":
        yield from _return_objections(instruction, original, days)
    elif instruction.act == "recall":
        most = in_force(rules.CONTEST_DAYS, original.on)
        if instruction.reason not in RECALL_REASONS:
            yield f"the reason is none of {sorted(RECALL_REASONS)}"
        if days > most:
            yield f"more than {most} days after a payment it is not contested any more"
        if instruction.amount.amount > original.amount.amount:
            yield "more is asked back than was paid"
    elif instruction.act == "answer_recall" and instruction.reason not in RECALL_ANSWERS:
        yield f"the reason is none of {sorted(RECALL_ANSWERS)}"


def _return_objections(instruction: Instruction, original: Original, days: int) -> Iterator[str]:
    most = in_force(rules.RETURN_DAYS, original.on)
    if not ids.is_name(original.end_to_end_id, "E"):
        yield "a return cannot be returned"
    if instruction.reason not in RETURN_REASONS:
        yield f"the reason is none of {sorted(RETURN_REASONS)}"
    if days > most:
        yield f"more than {most} days after a payment nothing is returned"
    before = instruction.details.get("returned", "0")
    if not (before.isascii() and before.isdecimal() and len(before) < 16):
        yield "what was returned before is not a number of centavos"
    elif int(before) + instruction.amount.amount > original.amount.amount:
        yield "more would be returned than was paid"
