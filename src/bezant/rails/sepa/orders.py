"""What every SEPA order must be, and the elements that all of them share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from bezant.iso20022 import parties
from bezant.iso20022.charset import is_reference, to_latin
from bezant.kernel.errors import FileRefused, Problem
from bezant.rail import Act, Address, IbanAccount, Instruction, Originator, Party, in_force
from bezant.rail.identifiers import is_bic, is_creditor_reference, is_iban
from bezant.rail.packing import Inspected, inspect
from bezant.rails.sepa import rules
from bezant.rails.sepa.calendar import add_months, add_target_days
from bezant.rails.sepa.reasons import ANSWER_REASONS, RECALL_REASONS, REVERSAL_REASONS

CURRENCY = "eur"
NOT_PROVIDED = "NOTPROVIDED"
DIALECT: Mapping[str, tuple[str, ...]] = {
    "pain.001": ("pain.001.001.09", "pain.001.001.03"),
    "pain.008": ("pain.008.001.08", "pain.008.001.02"),
    "batch_booking": ("true", "false"),
    "initiator_id": (),
}
"""What a bank may want otherwise, and the values that it has to choose from, the first usual."""

_ABOUT_ANOTHER: frozenset[Act] = frozenset({"recall", "answer_recall", "enquire", "reverse"})


class Order(Struct, frozen=True):
    """What is packed: the instructions, who sends them, when, and under which name.

    The instructions are gone through more than once.
    """

    instructions: Iterable[Instruction]
    originator: Originator
    created_at: datetime
    reference: str

    @property
    def sum(self) -> Decimal:
        """The sum of the amounts, as CtrlSum."""
        return control_sum(self.instructions)


def control_sum(instructions: Iterable[Instruction]) -> Decimal:
    """Return the sum of amounts in euro."""
    return euros(sum(item.amount.amount for item in instructions))


def euros(cents: int) -> Decimal:
    """Return cents as CtrlSum has them."""
    return Decimal(cents).scaleb(-2)


def trace(originator: Originator, sequence: int) -> str:
    """Return the name of the originator's nth order, which travels as its end-to-end id."""
    prefix = "".join(sign for sign in to_latin(originator.company_id) if sign.isalnum())
    return f"{prefix[:20]}-{sequence:012d}"


def common_objections(
    instruction: Instruction, acts: Sequence[Act], limit: int, details: Iterable[str]
) -> Iterable[str]:
    """Say what no scheme of SEPA carries; `details` are the keys that this one knows."""
    for key in sorted(instruction.details.keys() - set(details)):
        yield f"details hold no {key}: they may hold {', '.join(sorted(details))}"
    if instruction.act not in acts:
        yield f"{instruction.act} is not offered"
    if instruction.amount.currency != CURRENCY:
        yield f"the currency is {instruction.amount.currency}, not {CURRENCY}"
    if instruction.act != "verify" and not 0 < instruction.amount.amount <= limit:
        yield f"the amount {instruction.amount.amount} is not between 1 and {limit} cents"
    yield from _party_objections(instruction.counterparty, instruction.effective_date)
    if not is_name(instruction.trace):
        yield "the trace is not a reference of at most 35 Latin characters"
    if instruction.end_to_end_id and not is_name(instruction.end_to_end_id):
        yield "the end-to-end id is not a reference of at most 35 Latin characters"
    if len(to_latin(instruction.remittance)) > 140:
        yield "the remittance is longer than 140 characters"
    if instruction.purpose and not (
        len(instruction.purpose) == 4 and instruction.purpose.isupper()
    ):
        yield "the purpose is not a code of four capital letters"
    if instruction.act in _ABOUT_ANOTHER and instruction.original is None:
        yield f"{instruction.act} does not name the original"
    yield from _reason_objections(instruction)


def is_name(text: str) -> bool:
    """Tell whether a text may be the name of an order or a mandate."""
    return is_reference(text) and len(text) <= 35


def _party_objections(party: Party, on: date) -> Iterable[str]:
    account = party.account
    if not to_latin(party.name, 70):
        yield "the other side has no name"
    if not isinstance(account, IbanAccount):
        yield "the account is not an IBAN"
        return
    if not is_iban(account.iban):
        yield "the IBAN is not valid: check its length and check digits"
    elif account.iban[:2] not in in_force(rules.REACH, on):
        yield f"SEPA does not reach {account.iban[:2]}"
    if account.bic is not None and not is_bic(account.bic):
        yield "the BIC is not valid"


def _reason_objections(instruction: Instruction) -> Iterable[str]:
    act, code, original = instruction.act, instruction.reason, instruction.original
    if act == "recall" and code not in RECALL_REASONS:
        yield f"a recall's reason is one of {', '.join(sorted(RECALL_REASONS))}"
    elif act == "recall" and original is not None:
        days = in_force(rules.RECALL_DAYS, original.on)
        ends = add_target_days(original.on, days)
        if RECALL_REASONS[code] == "late":
            ends = add_months(original.on, in_force(rules.LATE_RECALL_MONTHS, original.on))
        if instruction.effective_date > ends:
            yield f"a recall for {code} was possible until {ends}"
    if act == "answer_recall" and code and code not in ANSWER_REASONS:
        yield f"a recall is refused for one of {', '.join(sorted(ANSWER_REASONS))}"
    if act == "reverse" and code not in REVERSAL_REASONS:
        yield f"a reversal's reason is one of {', '.join(sorted(REVERSAL_REASONS))}"


def refuse(
    instructions: Iterable[Instruction],
    originator: Originator,
    reference: str,
    objections: Callable[[Instruction], Iterable[str]],
    most: int,
) -> None:
    """Raise FileRefused for what cannot be in one file, naming each movement."""
    act = next((instruction.act for instruction in instructions), None)

    def all_objections(instruction: Instruction) -> Iterable[str]:
        yield from objections(instruction)
        if instruction.act != act:
            yield f"a file of {act} holds no {instruction.act}"

    found = inspect(instructions, all_objections)
    problems = [Problem(None, path, it) for path, it in _originator_problems(originator)]
    problems += found.problems
    of_file = [Problem(None, None, it) for it in _file_problems(found, reference, most)]
    if of_file or problems:
        raise FileRefused([*of_file, *problems])


def _file_problems(found: Inspected, reference: str, most: int) -> Iterable[str]:
    if not found.count:
        yield "there is nothing to send"
    if found.count > most:
        yield f"a file holds at most {most} orders"
    if found.total > rules.MAX_FILE_TOTAL:
        yield f"more than {rules.MAX_FILE_TOTAL} cents in one file"
    if not (is_reference(reference) and len(reference) <= 25):
        yield "the file's reference is not one of at most 25 Latin characters"


def _originator_problems(originator: Originator) -> Iterable[tuple[str, str]]:
    account = originator.account
    if not isinstance(account, IbanAccount) or not is_iban(account.iban):
        yield "account", "not an IBAN that holds"
    if not is_bic(originator.bank_id):
        yield "bank_id", "not a BIC"
    if not to_latin(originator.name, 70):
        yield "name", "the sender has no name"
    for key, value in originator.dialect.items():
        if key not in DIALECT:
            yield f"dialect.{key}", f"not one of {', '.join(DIALECT)}"
        elif DIALECT[key] and value not in DIALECT[key]:
            yield f"dialect.{key}", f"not one of {', '.join(DIALECT[key])}"


def account_of(holder: Party | Originator) -> parties.Account:
    """Return an account as an element."""
    account = holder.account
    assert isinstance(account, IbanAccount), "an order that was objected to is not packed"
    return parties.Account(iban=account.iban)


def agent_of(party: Party) -> parties.Agent | None:
    """Return the other side's bank, where its BIC is known."""
    account = party.account
    known = isinstance(account, IbanAccount) and account.bic
    return parties.Agent(bic=known) if known else None


def agent_or_not_provided(party: Party) -> parties.Agent:
    """Return the other side's bank, or that its BIC is not provided."""
    return agent_of(party) or parties.Agent(other=parties.OtherId(id=NOT_PROVIDED))


def own_party(originator: Originator, *, old: bool) -> parties.Party:
    """Return the sender as an element."""
    return parties.Party(
        name=to_latin(originator.name, 70), address=_address(originator.address, old=old)
    )


def initiator_of(originator: Originator) -> parties.Party:
    """Return who sends the file, with the number that a bank may have given (`initiator_id`)."""
    number = originator.dialect.get("initiator_id", "")
    ids = (parties.OtherId(id=number),) if number else ()
    return parties.Party(name=to_latin(originator.name, 70), organisation_ids=ids)


def other_party(party: Party, *, old: bool) -> parties.Party:
    """Return the other side as an element."""
    return parties.Party(name=to_latin(party.name, 70), address=_address(party.address, old=old))


def named(details: Mapping[str, str], key: str) -> parties.Party | None:
    """Return a party that only has a name, such as the one on whose behalf it is paid."""
    name = to_latin(details.get(key, ""), 70)
    return parties.Party(name=name) if name else None


def _address(address: Address | None, *, old: bool) -> parties.Address | None:
    """Return an address; before 2013 the schemes knew its country and two lines alone."""
    if address is None:
        return None
    if old:
        lines = (f"{address.street} {address.building}", f"{address.postal_code} {address.town}")
        texts = [to_latin(line, 70) for line in lines]
        return parties.Address(country=address.country, lines=tuple(text for text in texts if text))
    return parties.Address(
        street=to_latin(address.street, 70),
        building=to_latin(address.building, 16),
        postal_code=to_latin(address.postal_code, 16),
        town=to_latin(address.town, 35),
        state=to_latin(address.state, 35),
        country=address.country,
    )


def payment_id(instruction: Instruction) -> parties.PaymentId:
    """Return an order's names: ours for the bank, and the one that reaches the other side."""
    return parties.PaymentId(
        instruction=instruction.trace, end_to_end=instruction.end_to_end_id or instruction.trace
    )


def remittance_of(instruction: Instruction) -> parties.Remittance | None:
    """Return what the other side reads: a creditor reference (ISO 11649) or free text."""
    text = to_latin(instruction.remittance or instruction.description)
    reference = instruction.reference.replace(" ", "")
    if is_creditor_reference(reference) and not instruction.remittance:
        item = parties.CreditorReference(type="SCOR", issuer="ISO", reference=reference)
        return parties.Remittance(references=(item,))
    text = text or to_latin(instruction.reference, 140)
    return parties.Remittance(texts=(text[:140],)) if text else None


def purpose_of(instruction: Instruction) -> parties.Purpose | None:
    """Return the purpose, where there is one."""
    return parties.Purpose(code=instruction.purpose) if instruction.purpose else None


def batch_name(reference: str, number: int) -> str:
    """Return the name of a file's nth batch, which stands on the bank's statement."""
    return reference if number == 1 else f"{reference}-{number}"
