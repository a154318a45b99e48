"""From an instruction to the bytes of its message: one message each, the same for the same.

All that is written follows from the instruction, its originator and the time of packing.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from msgspec import Struct

from bezant.interbank import parties
from bezant.interbank.names import Names, compact, message_id, names_of
from bezant.interbank.profile import Profile
from bezant.iso20022 import investigations, messages, pacs, pain
from bezant.iso20022.charset import to_latin
from bezant.iso20022.head import Header
from bezant.iso20022.parties import (
    Agent,
    Charges,
    CreditorReference,
    OriginalMessage,
    OtherId,
    Party,
    PaymentId,
    PaymentType,
    Purpose,
    Reason,
    Remittance,
    ServiceLevel,
    Settlement,
    Somebody,
)
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import Instruction, Original, Originator
from bezant.rail.identifiers import is_creditor_reference

_BEARERS = {"OUR": "DEBT", "SHA": "SHAR", "BEN": "CRED"}
_TEXT = 140
_BODY = b"<Body>\n"


class Order(NamedTuple):
    """One instruction on its way into a message."""

    profile: Profile
    instruction: Instruction
    originator: Originator
    created_at: datetime
    message: str
    names: Names

    @property
    def own(self) -> Agent:
        """The originator's bank."""
        return parties.agent(self.profile, self.originator.bank_id)

    @property
    def other(self) -> Agent:
        """The counterparty's bank, as far as its account says which."""
        number = parties.bank_of(self.instruction.counterparty.account)
        return parties.agent(self.profile, number or self.profile.network)

    @property
    def instructed(self) -> Agent:
        """The bank that takes the message next."""
        number = self.instruction.details.get("instructed_agent")
        return parties.agent(self.profile, number) if number else self.other


def build(
    profile: Profile,
    instructions: Sequence[Instruction],
    originator: Originator,
    created_at: datetime,
    objections: Callable[[Instruction], Sequence[str]],
) -> bytes:
    """Return the message that orders one instruction.

    Raises FileRefused, naming each movement that cannot be carried; a message carries one.
    """
    problems = [
        Problem(None, instruction.movement, reason)
        for instruction in instructions
        for reason in objections(instruction)
    ]
    if len(instructions) != 1:
        problems.append(
            Problem(None, None, f"a message carries one instruction: {_many(instructions)}")
        )
    if problems:
        raise FileRefused(problems)
    instruction = instructions[0]
    local = created_at.astimezone(profile.zone)
    order = Order(
        profile,
        instruction,
        originator,
        local,
        message_id(profile.message_ids, originator, f"{local:%Y%m%d}", instruction.trace),
        names_of(
            profile.named_by,
            instruction.trace,
            instruction.end_to_end_id,
            short=profile.short_instruction,
        ),
    )
    family, body = _BUILDERS[_builder(instruction)](order)
    return _write(order, family, body)


def _many(instructions: Sequence[Instruction]) -> str:
    return f"{len(instructions)} were given" if instructions else "there is nothing to send"


def _builder(instruction: Instruction) -> str:
    to_bank = instruction.act == "pay" and instruction.details.get("transfer") == "bank"
    return "pay_bank" if to_bank else instruction.act


def _write(order: Order, family: str, body: Struct) -> bytes:
    profile = order.profile
    version = profile.versions[family]
    to = order.originator.dialect.get("network", profile.network)
    registry, practice = profile.practice
    header = Header(
        from_agent=parties.agent(profile, order.originator.bank_id)
        if not order.originator.bank_id[:1].isdecimal()
        else Agent(member=order.originator.bank_id),
        to_agent=_recipient(order, to),
        id=order.message,
        message=version,
        business_service=order.originator.dialect.get("business_service", profile.service),
        practice_registry=registry,
        practice=order.originator.dialect.get("market_practice", practice),
        created_at=order.created_at,
    )
    data = messages.write(body, version, header, profile.envelopes[family])
    if profile.heading is None:
        return data
    return data.replace(_BODY, profile.heading(header) + _BODY, 1)


def _recipient(order: Order, network: str) -> Agent:
    if not network:
        return order.instructed
    return Agent(member=network) if network[:1].isdecimal() else Agent(bic=network)


def _payment(order: Order) -> tuple[str, Struct]:
    instruction, originator = order.instruction, order.originator
    party = instruction.counterparty
    bearer = _bearer(order)
    instructed, charges = _charges(order, bearer)
    transfer = pacs.Transfer(
        id=_ids(order),
        type=_type(order, "pay"),
        amount=instruction.amount,
        settles_on=instruction.effective_date,
        instructed_amount=instructed,
        charge_bearer=bearer,
        charges=charges,
        instructing=order.own,
        instructed=order.instructed,
        debtor=parties.party(originator),
        debtor_account=parties.account(originator.account),
        debtor_agent=order.own,
        creditor_agent=order.other,
        creditor=parties.party(party),
        creditor_account=parties.account(party.account),
        purpose=_purpose(instruction.purpose),
        remittance=_remittance(instruction),
    )
    return "pacs.008", pacs.CustomerTransfers(_payments_header(order), (transfer,))


def _bank_payment(order: Order) -> tuple[str, Struct]:
    transfer = pacs.BankTransfer(
        id=_ids(order),
        type=_type(order, "pay_bank"),
        amount=order.instruction.amount,
        settles_on=order.instruction.effective_date,
        instructing=order.own,
        instructed=order.instructed,
        debtor=order.own,
        creditor=order.other,
        remittance=_remittance(order.instruction),
    )
    return "pacs.009", pacs.BankTransfers(_payments_header(order), (transfer,))


def _return(order: Order) -> tuple[str, Struct]:
    instruction, original = order.instruction, _original(order)
    names = _original_names(order, original)
    returned = pacs.Return(
        id=_own_id(order),
        message=_about(order, original),
        original_amount=original.amount,
        original_date=original.on,
        amount=instruction.amount,
        settles_on=instruction.effective_date,
        charge_bearer=order.profile.bearers[0],
        instructing=order.own,
        instructed=order.instructed,
        chain=pacs.ReturnChain(
            debtor=pacs.ChainParty(party=parties.party(order.originator)),
            debtor_account=parties.account(order.originator.account),
            debtor_agent=order.own,
            creditor_agent=order.other,
            creditor=pacs.ChainParty(party=parties.party(instruction.counterparty)),
            creditor_account=parties.account(instruction.counterparty.account),
        ),
        reasons=(_reason(instruction),),
        instruction=names.instruction,
        end_to_end=names.end_to_end,
        uetr=names.uetr,
    )
    return "pacs.004", pacs.Returns(_payments_header(order), payments=(returned,))


def _enquiry(order: Order) -> tuple[str, Struct]:
    original = _original(order)
    names = _original_names(order, original)
    asked = pacs.Enquiry(
        id=_own_id(order),
        message=_about(order, original),
        instructing=order.own,
        instructed=order.instructed if order.profile.own_ids else _recipient_agent(order),
        instruction=names.instruction,
        end_to_end=names.end_to_end,
        uetr=names.uetr,
    )
    header = pacs.StatusHeader(order.message, order.created_at)
    return "pacs.028", pacs.Enquiries(header, payments=(asked,))


def _recall(order: Order) -> tuple[str, Struct]:
    original = _original(order)
    names = _original_names(order, original)
    asked = investigations.Recall(
        message=_about(order, original),
        amount=original.amount,
        settled_on=original.on,
        reasons=(_reason(order.instruction),),
        instruction=names.instruction,
        end_to_end=names.end_to_end,
        uetr=names.uetr,
    )
    own = compact(order.instruction.trace)
    recalls = investigations.Recalls(
        assignment=_assignment(order, own),
        case=investigations.Case(own, Somebody(agent=order.own)),
        underlying=(investigations.Underlying(payments=(asked,)),),
    )
    return "camt.056", recalls


def _recall_answer(order: Order) -> tuple[str, Struct]:
    instruction, original, profile = order.instruction, _original(order), order.profile
    refused = bool(instruction.reason)
    names = _original_names(order, original)
    answered = investigations.Resolution(
        message=_about(order, original),
        status="" if not profile.own_ids else "RJCR" if refused else "ACCR",
        reasons=(_reason(instruction),) if refused else (),
        paid_back=None if refused or profile.own_ids else original.amount,
        paid_back_on=None if refused or profile.own_ids else instruction.effective_date,
        instruction=names.instruction,
        end_to_end=names.end_to_end,
        uetr=names.uetr,
    )
    case = instruction.details.get("case", "") or compact(original.trace)
    resolutions = investigations.Resolutions(
        assignment=_assignment(order, compact(instruction.trace)),
        case=investigations.Case(case, Somebody(agent=order.other)),
        status=profile.refused if refused else profile.granted,
        details=(investigations.ResolutionDetails(payments=(answered,)),),
    )
    return "camt.029", resolutions


def _request(order: Order) -> tuple[str, Struct]:
    instruction, party = order.instruction, order.instruction.counterparty
    ids = _ids(order)
    request = pain.Request(
        id=ids if order.profile.own_ids else PaymentId(end_to_end=ids.end_to_end),
        type=_type(order, "request"),
        amount=instruction.amount,
        charge_bearer=order.profile.bearers[0],
        creditor_agent=order.own,
        creditor=parties.party(order.originator),
        creditor_account=parties.account(order.originator.account),
        purpose=_purpose(instruction.purpose),
        remittance=_remittance(instruction),
    )
    batch = pain.RequestBatch(
        id=compact(instruction.trace),
        method="TRF",
        executed_on=instruction.effective_date,
        expires_on=_expiry(instruction),
        debtor=parties.party(party),
        debtor_account=parties.account(party.account),
        debtor_agent=order.other,
        payments=(request,),
    )
    initiator = Party(name=parties.party(order.originator).name)
    if order.profile.own_ids:
        initiator = Party(organisation_ids=(OtherId(order.originator.bank_id),))
    header = pain.OrderHeader(
        id=order.message, created_at=order.created_at, count=1, initiator=initiator
    )
    return "pain.013", pain.Requests(header, (batch,))


_BUILDERS: Mapping[str, Callable[[Order], tuple[str, Struct]]] = {
    "pay": _payment,
    "pay_bank": _bank_payment,
    "return": _return,
    "enquire": _enquiry,
    "recall": _recall,
    "answer_recall": _recall_answer,
    "request": _request,
}


def _payments_header(order: Order) -> pacs.PaymentHeader:
    clearing = order.profile.clearing
    return pacs.PaymentHeader(
        id=order.message,
        created_at=order.created_at,
        count=1,
        settlement=Settlement(method="CLRG" if clearing else "INDA", clearing=clearing),
    )


def _ids(order: Order) -> PaymentId:
    names = order.names
    return PaymentId(
        instruction=names.instruction,
        end_to_end=names.end_to_end,
        payment=names.instruction if order.profile.names_payment else "",
        uetr=names.uetr,
    )


def _type(order: Order, what: str) -> PaymentType | None:
    profile, instruction = order.profile, order.instruction
    category = instruction.details.get("category", "")
    usual = profile.purposes.get(instruction.counterparty.holder, "")
    level = instruction.details.get("service_level", profile.level)
    urgent = profile.short_instruction and instruction.service == "urgent"
    kind = PaymentType(
        priority="HIGH" if urgent else "",
        levels=(ServiceLevel(code=level),) if level else (),
        own_instrument=profile.instruments.get(what, ""),
        own_purpose=category or usual,
    )
    return kind if kind != PaymentType() else None


def _bearer(order: Order) -> str:
    given = order.instruction.details.get("charges", "")
    return _BEARERS.get(given, given) or order.profile.bearers[0]


def _charges(order: Order, bearer: str) -> tuple[Money | None, tuple[Charges, ...]]:
    """Return what was ordered before charges, and the charges that the own bank took."""
    money = order.instruction.amount
    taken = int(order.instruction.details.get("charges_taken", "0"))
    if not taken and bearer != "CRED":
        return None, ()
    charges = Money(taken, money.currency)
    return money + charges, (Charges(charges, order.own),)


def _purpose(text: str) -> Purpose | None:
    if not text:
        return None
    return Purpose(code=text) if len(text) == 4 and text.isupper() else Purpose(own=text)


def _remittance(instruction: Instruction) -> Remittance | None:
    reference = instruction.reference
    if is_creditor_reference(reference):
        kept = CreditorReference(type="SCOR", reference=reference)
        return Remittance(references=(kept,))
    words = [instruction.remittance or instruction.description, reference]
    text = to_latin(" ".join(word for word in words if word), _TEXT)
    return Remittance(texts=(text,)) if text else None


def _reason(instruction: Instruction) -> Reason:
    text = to_latin(instruction.remittance or instruction.description, 105)
    return Reason(code=instruction.reason, texts=(text,) if text else ())


def _original(order: Order) -> Original:
    original = order.instruction.original
    assert original, "an instruction without its original was objected to"
    return original


def _original_names(order: Order, original: Original) -> Names:
    """Return the original's names: all of ours follow from its trace, of theirs we know two."""
    by_uetr = order.profile.named_by == "uetr"
    if order.instruction.act in {"recall", "enquire"}:
        given = original.end_to_end_id
        ours = names_of(order.profile.named_by, original.trace, given, short=False)
        return ours._replace(instruction="") if by_uetr else ours
    if by_uetr:
        return Names("", original.end_to_end_id, original.trace)
    return Names(original.trace, original.end_to_end_id, "")


def _about(order: Order, original: Original) -> OriginalMessage:
    """Name the original's message: ours follows from its trace, theirs is given or not known."""
    profile = order.profile
    given = order.instruction.details.get("original_message", "")
    ours = order.instruction.act in {"recall", "enquire"}
    day = f"{original.on:%Y%m%d}"
    own = message_id(profile.message_ids, order.originator, day, original.trace)
    name = original.format or profile.versions["pacs.008"]
    return OriginalMessage(given or (own if ours else "NOTPROVIDED"), name)


def _own_id(order: Order) -> str:
    return compact(order.instruction.trace) if order.profile.own_ids else ""


def _recipient_agent(order: Order) -> Agent:
    """Return the network itself, which is asked about what it has passed on."""
    return parties.agent(order.profile, order.profile.network)


def _expiry(instruction: Instruction) -> date:
    given = instruction.details.get("expires_on", "")
    return date.fromisoformat(given) if given else instruction.effective_date


def _assignment(order: Order, own: str) -> investigations.Assignment:
    return investigations.Assignment(
        own, Somebody(agent=order.own), Somebody(agent=order.instructed), order.created_at
    )
