"""Writing UPI's messages: ReqPay (pay and collect), ReqChkTxn, ReqValAdd.

The parts are those of NPCI's schema that say who pays whom what; signatures, device data and the
PIN belong to the bank that is a member, and are added there.
"""

from datetime import datetime
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

from bezant.rail import Instruction, Originator, UpiAddress
from bezant.rails.upi.orders import address_of

INDIA = ZoneInfo("Asia/Kolkata")
NAMESPACE = "http://npci.org/upi/schema/"

_NO_CODE = "0000"


def write(instruction: Instruction, originator: Originator, created_at: datetime) -> bytes:
    """Return the message of one instruction."""
    writers = {"pay": _pay, "request": _pay, "enquire": _enquiry, "verify": _verification}
    at = created_at.astimezone(INDIA).isoformat(timespec="milliseconds")
    root, body = writers[instruction.act](instruction, originator, at)
    head = _tag("Head", ver="2.0", ts=at, orgId=originator.bank_id, msgId=instruction.trace)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<upi:{root} xmlns:upi="{NAMESPACE}">\n{head}{body}</upi:{root}>\n'
    )
    return text.encode()


def _tag(name: str, inner: str = "", /, **attributes: str) -> str:
    written = "".join(f" {key}={quoteattr(_plain(text))}" for key, text in attributes.items())
    return f"<{name}{written}>\n{inner}</{name}>\n" if inner else f"<{name}{written}/>\n"


def _plain(text: str) -> str:
    """Return a text without what XML cannot carry or attributes would change."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _rupees(paise: int) -> str:
    return f"{paise // 100}.{paise % 100:02d}"


def _pay(instruction: Instruction, originator: Originator, at: str) -> tuple[str, str]:
    collects = instruction.act == "request"
    amount = _tag("Amount", value=_rupees(instruction.amount.amount), curr="INR")
    category = instruction.details.get("category", "") or _NO_CODE
    own = originator.account
    assert isinstance(own, UpiAddress), "an originator that was refused does not pack"
    party = instruction.counterparty
    ours = {"addr": own.vpa, "name": originator.name, "seqNum": "1", "type": "ENTITY"}
    holder = "ENTITY" if party.holder == "company" else "PERSON"
    theirs = {"addr": address_of(party), "name": party.name, "seqNum": "1", "type": holder}
    payer, payee = (theirs, ours) if collects else (ours, theirs)
    rules = ""
    if collects:
        minutes = instruction.details.get("expires_in_minutes", "30")
        rules = _tag("Rules", _tag("Rule", name="EXPIREAFTER", value=minutes))
    transaction = _tag(
        "Txn",
        rules,
        id=instruction.trace,
        note=(instruction.remittance or instruction.description)[:50],
        refId=instruction.reference[:35],
        refUrl=instruction.details.get("reference_url", ""),
        ts=at,
        type="COLLECT" if collects else "PAY",
        initiationMode="00",
        purpose=instruction.purpose or "00",
    )
    return "ReqPay", (
        transaction
        + _tag("Payer", amount, **payer, code=_NO_CODE if collects else category)
        + _tag("Payees", _tag("Payee", amount, **payee, code=category))
    )


def _enquiry(instruction: Instruction, originator: Originator, at: str) -> tuple[str, str]:
    original = instruction.original
    assert original is not None, "an instruction that was objected to is not packed"
    return "ReqChkTxn", _tag(
        "Txn",
        id=instruction.trace,
        note=originator.name[:50],
        ts=at,
        type="ChkTxn",
        orgTxnId=original.trace,
        orgTxnDate=f"{original.on}",
        orgMsgId=original.trace,
    )


def _verification(instruction: Instruction, originator: Originator, at: str) -> tuple[str, str]:
    own = originator.account
    assert isinstance(own, UpiAddress), "an originator that was refused does not pack"
    party = instruction.counterparty
    return "ReqValAdd", (
        _tag("Txn", id=instruction.trace, note="verify", ts=at, type="ValAdd")
        + _tag("Payer", addr=own.vpa, name=originator.name, seqNum="1", type="ENTITY")
        + _tag("Payee", addr=address_of(party), name=party.name, seqNum="1")
    )
