"""UPI from the other side: members' requests in, the switch's responses out, within seconds.

Addresses that always answer, at any bank:

    insufficient@...  rejected  Z9   the payer has too little (collect requests)
    declined@...      rejected  ZA   the customer declines
    unknown@...       rejected  ZH   nobody has this address
    frozen@...        rejected  YE   the account is frozen
    risk@...          rejected  U16  the switch fears fraud
    expired@...       rejected  U69  the collect request runs out
    deemed@...        pending   00   deemed approved, to be settled later
    other@...         verified  01   the address is somebody else's (verification only)

and account numbers, at any branch:

    000111111116      rejected  XH   no account
    000111111113      rejected  ZX   the account is inactive
    000222222227      rejected  Z9   insufficient funds
    000333333335      rejected  ZE   not allowed
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

from bezant.kernel.errors import FileRefused, Problem
from bezant.sim.scheme import Answer, Client, Incoming, Letter, Order, Outcome, Received
from bezant.sim.schemes.documents import (
    DECLARATION,
    Tree,
    decimal,
    minor_units,
    name_of,
    need,
    parse,
)

_INDIA = ZoneInfo("Asia/Kolkata")
_NAMESPACE = "http://npci.org/upi/schema/"
LETTERS_AT_ONCE = 100_000
"""Letters of one writing, so that no two ever have the same number."""

_RESULTS = {
    "accepted": "SUCCESS",
    "settled": "SUCCESS",
    "verified": "SUCCESS",
    "pending": "DEEMED",
}


class UpiScheme:
    """UPI."""

    name = "upi"
    mode: Literal["batch", "instant"] = "instant"
    currency = "inr"
    magic: Mapping[str, tuple[Outcome, str]] = MappingProxyType(
        {
            "insufficient": ("rejected", "Z9"),
            "declined": ("rejected", "ZA"),
            "unknown": ("rejected", "ZH"),
            "frozen": ("rejected", "YE"),
            "risk": ("rejected", "U16"),
            "expired": ("rejected", "U69"),
            "deemed": ("pending", "00"),
            "other": ("verified", "01"),
            "000111111116": ("rejected", "XH"),
            "000111111113": ("rejected", "ZX"),
            "000222222227": ("rejected", "Z9"),
            "000333333335": ("rejected", "ZE"),
        }
    )
    by_chance: Sequence[tuple[Outcome, str]] = (
        ("rejected", "U30"),
        ("rejected", "U28"),
        ("rejected", "ZH"),
        ("rejected", "ZX"),
    )

    def recognize(self, content: bytes) -> bool:
        """Tell whether some bytes look like a member's request."""
        return _NAMESPACE.encode() in content[:1000] and b":Req" in content[:1000]

    def read(self, content: bytes, client: Client) -> Received:
        """Return what a request asks for; raises FileRefused with its problem."""
        root = parse(content)
        readers = {"ReqPay": _payment, "ReqChkTxn": _enquiry, "ReqValAdd": _verification}
        kind = name_of(root)
        if kind not in readers:
            raise FileRefused([Problem(1, kind, "members send ReqPay, ReqChkTxn and ReqValAdd")])
        head, transaction = need(root, "Head"), need(root, "Txn")
        identity = transaction.get("id") or ""
        if len(identity) != 35 or head.get("msgId") != identity:
            raise FileRefused([Problem(1, "Txn", "the id is not 35 characters, or not the msgId")])
        if client.bank and head.get("orgId") != client.bank:
            raise FileRefused([Problem(1, "Head", "orgId is not the client's")])
        order = readers[kind](root, transaction, client)
        return Received(identity, identity, (order,), {"message": kind})

    def settles_on(self, order: Order, today: date) -> date:
        """Return the day itself: UPI never closes."""
        del order
        return today

    def answers_on(self, outcome: Outcome, settled_on: date) -> date:
        """Return the day itself."""
        del outcome
        return settled_on

    def acknowledge(
        self,
        received: Received | None,
        problems: Sequence[str],
        client: Client,
        at: datetime,
        number: int,
    ) -> Letter | None:
        """Return a refusal of what could not be read; what is read is answered in full."""
        del client, problems
        if received is not None:
            return None
        body = _tag("Txn", id=f"UNREAD{number:029d}", ts=_moment(at), type="PAY")
        body += _tag("Resp", reqMsgId="", result="FAILURE", errCode="XF")
        return _letter("RespPay", "status", body, at, number)

    def write(
        self, answers: Sequence[Answer], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return a response for each answer."""
        del client
        return [
            _answered(answer, at, number * LETTERS_AT_ONCE + place)
            for place, answer in enumerate(answers)
        ]

    def shown(self, incoming: Incoming, at: datetime) -> str:
        """Return a payment's transaction id: statements name it so."""
        del at
        return _id_of(incoming) if incoming.kind == "credit" else ""

    def bring(
        self, incoming: Sequence[Incoming], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return a ReqPay for each credit and each collect request that begins outside."""
        return [
            _brought(item, client, at, number * LETTERS_AT_ONCE + place)
            for place, item in enumerate(incoming)
        ]


def _payment(root: Tree, transaction: Tree, client: Client) -> Order:
    payer, payee = need(root, "Payer"), need(root, "Payees/Payee")
    collects = transaction.get("type") == "COLLECT"
    amounts = {(need(side, "Amount").get("value") or "") for side in (payer, payee)}
    if len(amounts) != 1:
        raise FileRefused([Problem(1, "Amount", "payer and payee do not name one amount")])
    own, other = (payee, payer) if collects else (payer, payee)
    if client.account and own.get("addr") != client.account:
        raise FileRefused([Problem(1, "addr", f"{own.get('addr')} is not the client's address")])
    return _order(transaction, other, "collect" if collects else "pay", amounts.pop())


def _enquiry(root: Tree, transaction: Tree, client: Client) -> Order:
    del root, client
    original = transaction.get("orgTxnId") or ""
    return _order(transaction, transaction, "enquire", "0.00", original)


def _verification(root: Tree, transaction: Tree, client: Client) -> Order:
    del client
    return _order(transaction, need(root, "Payee"), "verify", "0.00")


def _order(transaction: Tree, other: Tree, act: str, amount: str, original: str = "") -> Order:
    """Return an order; an account is known by the part of its address before the @."""
    address = other.get("addr") or ""
    local, _, bank = address.partition("@")
    if act != "enquire" and not (local and bank):
        raise FileRefused([Problem(1, "addr", f"{address!r} is no address")])
    return Order(
        key=transaction.get("id") or "",
        act=act,
        amount=minor_units(transaction, amount),
        currency="inr",
        is_credit=act == "pay",
        bank=bank,
        account=local,
        name=other.get("name") or "",
        original=original,
        fields={"address": address, "note": transaction.get("note") or ""},
    )


def _answered(answer: Answer, at: datetime, number: int) -> Letter:
    order = answer.order
    if order.act == "verify":
        return _letter("RespValAdd", "status", _verdict(answer, at), at, number)
    enquiry = answer.details.get("enquiry", "")
    result = _RESULTS.get(answer.outcome, "FAILURE")
    transaction = {
        "id": enquiry or order.key,
        "note": order.fields.get("note", ""),
        "ts": _moment(at),
        "type": "ChkTxn" if enquiry else "PAY" if order.is_credit else "COLLECT",
        "custRef": f"{answer.number % 10**12:012d}",
    }
    if enquiry:
        transaction["orgTxnId"] = order.key
    response = {"reqMsgId": enquiry or order.key, "result": result}
    if result == "FAILURE":
        response["errCode"] = answer.code or "XB"
    part = _tag(
        "Ref",
        type="PAYEE" if order.is_credit else "PAYER",
        seqNum="1",
        addr=order.fields.get("address", ""),
        settAmount=decimal(answer.amount if result != "FAILURE" else 0),
        settCurrency="INR",
        orgAmount=decimal(order.amount),
        approvalNum=f"{answer.number % 10**6:06d}" if result == "SUCCESS" else "",
        respCode=response.get("errCode", "00"),
    )
    body = _tag("Txn", **transaction) + _tag("Resp", part, **response)
    return _letter("RespChkTxn" if enquiry else "RespPay", "status", body, at, number)


def _verdict(answer: Answer, at: datetime) -> str:
    """Return who has an address: whoever was asked for, somebody else, or nobody."""
    order = answer.order
    response = {"reqMsgId": order.key, "reqName": order.name}
    if answer.outcome == "rejected" and answer.code in {"", "ZH"}:
        response |= {"result": "FAILURE", "errCode": "ZH"}
    else:
        is_other = answer.outcome == "verified" and answer.code
        other = "SOMEBODY ELSE" if is_other else order.name.upper()
        name = answer.details.get("name", other)
        response |= {"result": "SUCCESS", "maskName": name, "IFSC": "BEZA0000001"}
    return _tag("Txn", id=order.key, ts=_moment(at), type="ValAdd") + _tag("Resp", **response)


def _brought(item: Incoming, client: Client, at: datetime, number: int) -> Letter:
    collects = item.kind in {"request", "debit"}
    amount = _tag("Amount", value=decimal(item.amount), curr="INR")
    ours = {"addr": client.account, "name": client.name, "seqNum": "1", "type": "ENTITY"}
    address = f"{item.account}@{item.bank}" if item.bank else item.account
    theirs = {"addr": address, "name": item.name, "seqNum": "1", "type": "PERSON"}
    payer, payee = (ours, theirs) if collects else (theirs, ours)
    body = (
        _tag(
            "Txn",
            id=_id_of(item),
            note=item.remittance,
            refId=item.reference,
            ts=_moment(at),
            type="COLLECT" if collects else "CREDIT",
        )
        + _tag("Payer", amount, **payer)
        + _tag("Payees", _tag("Payee", amount, **payee))
    )
    return _letter("ReqPay", item.kind, body, at, number)


def _id_of(item: Incoming) -> str:
    return f"SIM{item.number:032d}"


def _moment(at: datetime) -> str:
    return at.astimezone(_INDIA).isoformat(timespec="milliseconds")


def _tag(name: str, inner: str = "", /, **attributes: str) -> str:
    marks = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{marks}>{inner}</{name}>" if inner else f"<{name}{marks}/>"


def _letter(root: str, kind: str, body: str, at: datetime, number: int) -> Letter:
    head = _tag("Head", ver="2.0", ts=_moment(at), orgId="NPCI", msgId=f"SIM{number:032d}")
    text = f'{DECLARATION}<ns2:{root} xmlns:ns2="{_NAMESPACE}">{head}{body}</ns2:{root}>\n'
    return Letter(kind, ".xml", text.encode())


UPI = UpiScheme()
