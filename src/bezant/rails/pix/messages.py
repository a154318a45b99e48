"""Writing Pix's messages: pacs.008 to pay, pacs.004 to return, pacs.028 to ask.

They stand in the envelope of the instant payment system, whose header says from whom to whom.
"""

from datetime import date, datetime

from bezant.iso20022 import messages, pacs
from bezant.iso20022.head import Header
from bezant.iso20022.messages import Envelope
from bezant.iso20022.parties import (
    Account,
    Agent,
    OriginalPayment,
    OtherId,
    Party,
    PaymentId,
    PaymentType,
    Reason,
    Remittance,
    ServiceLevel,
    Settlement,
)
from bezant.rail import BrAccount, Instruction, Original, Originator, PixKey
from bezant.rails.pix import ids
from bezant.rails.pix.calendar import brazilian_day

CENTRAL_BANK = "00038166"
"""The ISPB of the instant payment system."""
NAMESPACE = "https://www.bcb.gov.br/pi/"
VERSIONS = {
    "pay": "pacs.008.001.08",
    "return": "pacs.004.001.09",
    "enquire": "pacs.028.001.03",
}

_TYPES = {"checking": "CACC", "savings": "SVGS", "payment": "TRAN"}
_SETTLEMENT = Settlement("CLRG")
_URGENT = (ServiceLevel(own="PAGPRI"),)


def write(instruction: Instruction, originator: Originator, created_at: datetime) -> bytes:
    """Return the message of one instruction that moves money or asks about it."""
    name = VERSIONS[instruction.act]
    identity = ids.name("M", originator.bank_id, created_at, instruction.trace)
    builders = {"pay": _payment, "return": _return, "enquire": _enquiry}
    body = builders[instruction.act](instruction, originator, created_at, identity)
    header = Header(
        from_agent=_numbered(originator.bank_id),
        to_agent=_numbered(CENTRAL_BANK),
        id=identity,
        message=name,
        created_at=created_at,
    )
    envelope = Envelope(
        around=("Envelope",), namespace=f"{NAMESPACE}{name[:8]}", header_version="head.001.001.01"
    )
    return messages.write(body, name, header, envelope)


def _numbered(ispb: str) -> Agent:
    return Agent(other=OtherId(ispb))


def _agent(ispb: str) -> Agent:
    return Agent(member=ispb)


def _header(created_at: datetime, identity: str, instrument: str = "") -> pacs.PaymentHeader:
    return pacs.PaymentHeader(
        id=identity,
        created_at=created_at,
        count=1,
        settlement=_SETTLEMENT,
        type=PaymentType(priority="HIGH", levels=_URGENT, own_instrument=instrument),
    )


def _payment(
    instruction: Instruction, originator: Originator, created_at: datetime, identity: str
) -> pacs.CustomerTransfers:
    party = instruction.counterparty
    details = instruction.details
    own = originator.account
    assert isinstance(own, BrAccount), "an originator that was refused does not pack"
    text = _plain(instruction.remittance, 140)
    transfer = pacs.Transfer(
        id=PaymentId(
            end_to_end=ids.name("E", originator.bank_id, created_at, instruction.trace),
            payment=details.get("txid", ""),
        ),
        amount=instruction.amount,
        accepted_at=created_at,
        charge_bearer="SLEV",
        debtor=_party(originator.name, originator.company_id),
        debtor_account=_account(own),
        debtor_agent=_agent(originator.bank_id),
        creditor_agent=_agent(_participant(instruction, originator)),
        creditor=_party(party.name, party.tax_id or ""),
        creditor_account=_account(party.account),
        remittance=Remittance((text,)) if text else None,
    )
    instrument = details.get("initiation") or _initiation(instruction)
    return pacs.CustomerTransfers(_header(created_at, identity, instrument), (transfer,))


def _initiation(instruction: Instruction) -> str:
    return "DICT" if isinstance(instruction.counterparty.account, PixKey) else "MANU"


def _participant(instruction: Instruction, originator: Originator) -> str:
    """Return the receiver's participant; whose key it is our own bank asks the directory."""
    account = instruction.counterparty.account
    if isinstance(account, BrAccount):
        return account.ispb
    return instruction.details.get("participant") or originator.bank_id


def _party(name: str, tax_id: str) -> Party:
    numbers = (OtherId(tax_id),) if tax_id else ()
    return Party(name=_plain(name, 140), private_ids=numbers)


def _plain(text: str, width: int) -> str:
    """Return a text without what no message can carry, cut to its width."""
    return "".join(char if char.isprintable() else " " for char in text)[:width].strip()


def _account(account: object) -> Account:
    if isinstance(account, PixKey):
        return Account(own_proxy_type=account.kind.upper(), proxy=account.key)
    assert isinstance(account, BrAccount), "an instruction that was objected to is not packed"
    return Account(
        other=account.account_number, issuer=account.branch, type=_TYPES[account.account_type]
    )


def _return(
    instruction: Instruction, originator: Originator, created_at: datetime, identity: str
) -> pacs.Returns:
    original = _original(instruction)
    back = pacs.Return(
        id=ids.name("D", originator.bank_id, created_at, instruction.trace),
        end_to_end=original.end_to_end_id,
        amount=instruction.amount,
        settles_on=_day(created_at),
        charge_bearer="SLEV",
        reasons=(Reason(code=instruction.reason, texts=_words(instruction)),),
        original=OriginalPayment(
            debtor_agent=_agent(original.end_to_end_id[1:9]),
            creditor_agent=_agent(originator.bank_id),
        ),
    )
    return pacs.Returns(_header(created_at, identity), payments=(back,))


def _words(instruction: Instruction) -> tuple[str, ...]:
    text = _plain(instruction.remittance, 105)
    return (text,) if text else ()


def _enquiry(
    instruction: Instruction, originator: Originator, created_at: datetime, identity: str
) -> pacs.Enquiries:
    asked = pacs.Enquiry(
        id=ids.name("D", originator.bank_id, created_at, instruction.trace),
        end_to_end=_original(instruction).end_to_end_id,
    )
    return pacs.Enquiries(pacs.StatusHeader(identity, created_at), payments=(asked,))


def _original(instruction: Instruction) -> Original:
    assert instruction.original is not None, "what was objected to is not packed"
    return instruction.original


def _day(at: datetime) -> date:
    return brazilian_day(at)
