"""Pix from the other side: the instant payment system and the directory, within seconds.

Keys that always answer:

    nobody@pix.example    rejected  AC03  there is no such account
    blocked@pix.example   rejected  AC06  the account is blocked
    closed@pix.example    rejected  AC07  the account is closed
    stranger@pix.example  rejected  BE01  the tax id is somebody else's
    limit@pix.example     rejected  AM02  over the receiver's limit
    silent@pix.example    rejected  AB03  the receiver's participant does not answer in time
    honest@pix.example    returned  MD06  settled, then sent back by the receiver
    cashier@pix.example   returned  SL02  settled, then sent back because no cash was given

and account numbers, at any branch:

    1111116  rejected  AC03  no account              3333335  rejected  AG03  not taken
    1111113  rejected  AC07  account closed          6666661  returned  MD06  sent back
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from bezant.kernel.errors import FileRefused, Problem
from bezant.sim.scheme import Answer, Client, Incoming, Letter, Order, Outcome, Received
from bezant.sim.schemes.documents import Tree, minor_units, name_of, need, parse, text, under
from bezant.sim.schemes.pix_letters import (
    CENTRAL_BANK,
    credit_letter,
    payment_name,
    refund_letter,
    return_letter,
    status_letter,
)

LETTERS_AT_ONCE = 100_000
"""Letters of one writing, so that no two ever have the same number."""

_ROOTS = {"FIToFICstmrCdtTrf": "pay", "PmtRtr": "return", "FIToFIPmtStsReq": "enquire"}
_REFUNDS = {"CreateRefundRequestRequest": "recall", "CloseRefundRequestRequest": "refuse"}


class PixScheme:
    """Pix."""

    name = "pix"
    mode: Literal["batch", "instant"] = "instant"
    currency = "brl"
    magic: Mapping[str, tuple[Outcome, str]] = MappingProxyType(
        {
            "nobody@pix.example": ("rejected", "AC03"),
            "blocked@pix.example": ("rejected", "AC06"),
            "closed@pix.example": ("rejected", "AC07"),
            "stranger@pix.example": ("rejected", "BE01"),
            "limit@pix.example": ("rejected", "AM02"),
            "silent@pix.example": ("rejected", "AB03"),
            "honest@pix.example": ("returned", "MD06"),
            "cashier@pix.example": ("returned", "SL02"),
            "1111116": ("rejected", "AC03"),
            "1111113": ("rejected", "AC07"),
            "3333335": ("rejected", "AG03"),
            "6666661": ("returned", "MD06"),
        }
    )
    by_chance: Sequence[tuple[Outcome, str]] = (
        ("rejected", "AC03"),
        ("rejected", "AC06"),
        ("rejected", "AB03"),
        ("returned", "MD06"),
    )

    def recognize(self, content: bytes) -> bool:
        """Tell whether some bytes look like a participant's message or a refund request."""
        head = content[:1000]
        return b"https://www.bcb.gov.br/pi/" in head or any(
            root.encode() in head for root in _REFUNDS
        )

    def read(self, content: bytes, client: Client) -> Received:
        """Return what a message asks for; raises FileRefused with its problem."""
        root = parse(content)
        if name_of(root) in _REFUNDS:
            order = _refund(root, client)
            return Received(order.key, order.key, (order,), {"message": name_of(root)})
        header = need(root, "AppHdr")
        sender = text(header, "Fr/FIId/FinInstnId/Othr/Id")
        if text(header, "To/FIId/FinInstnId/Othr/Id") != CENTRAL_BANK or (
            client.bank and sender != client.bank
        ):
            raise FileRefused([Problem(1, "AppHdr", "not from the client to the central bank")])
        body = next(iter(need(root, "Document")))
        act = _ROOTS.get(name_of(body))
        if act is None:
            raise FileRefused([Problem(1, name_of(body), "participants do not send this")])
        identity = text(body, "GrpHdr/MsgId")
        if len(identity) != 32 or text(header, "BizMsgIdr") != identity:
            raise FileRefused([Problem(1, "MsgId", "not 32 characters, or not the header's")])
        readers = {"pay": _payment, "return": _return, "enquire": _enquiry}
        order = readers[act](body)
        return Received(identity, identity, (order,), {"message": name_of(body)})

    def settles_on(self, order: Order, today: date) -> date:
        """Return the day itself: Pix never closes."""
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
        """Return none: every message is answered in full, and one without sense is not."""
        del received, problems, client, at, number

    def write(
        self, answers: Sequence[Answer], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return a letter for each answer: a status, a return, or the directory's decision."""
        return [
            _answered(answer, client, at, number * LETTERS_AT_ONCE + place)
            for place, answer in enumerate(answers)
        ]

    def shown(self, incoming: Incoming, at: datetime) -> str:
        """Return a payment's end-to-end id: statements name it so."""
        return payment_name(incoming, at) if incoming.kind == "credit" else ""

    def bring(
        self, incoming: Sequence[Incoming], client: Client, at: datetime, number: int
    ) -> list[Letter]:
        """Return a payment for each credit and a refund request for each recall of theirs."""
        letters: list[Letter] = []
        for place, item in enumerate(incoming):
            if item.kind == "credit":
                letters.append(credit_letter(item, client, at, number * LETTERS_AT_ONCE + place))
            elif item.kind == "recall":
                letters.append(_their_recall(item, at))
        return letters


def _payment(body: Tree) -> Order:
    payment = need(body, "CdtTrfTxInf")
    amount = need(payment, "IntrBkSttlmAmt")
    identity = _named(payment, "PmtId/EndToEndId", "E")
    if amount.get("Ccy") != "BRL" or text(payment, "ChrgBr") != "SLEV":
        raise FileRefused([Problem(1, "IntrBkSttlmAmt", "not BRL, or charges are not SLEV")])
    account = text(payment, "CdtrAcct/Prxy/Id") or text(payment, "CdtrAcct/Id/Othr/Id")
    if not account:
        raise FileRefused([Problem(1, "CdtrAcct", "neither a key nor an account")])
    return Order(
        key=identity,
        act="pay",
        amount=minor_units(amount, amount.text or ""),
        currency="brl",
        is_credit=True,
        bank=text(payment, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId"),
        account=account,
        name=text(payment, "Cdtr/Nm"),
        fields={"shown": identity, "remittance": text(payment, "RmtInf/Ustrd")},
    )


def _return(body: Tree) -> Order:
    back = need(body, "TxInf")
    amount = need(back, "RtrdIntrBkSttlmAmt")
    original = _named(back, "OrgnlEndToEndId", "E")
    return Order(
        key=_named(back, "RtrId", "D"),
        act="return",
        amount=minor_units(amount, amount.text or ""),
        currency="brl",
        is_credit=True,
        bank=original[1:9],
        account="",
        name="",
        original=original,
        fields={"reason": text(back, "RtrRsnInf/Rsn/Cd")},
    )


def _enquiry(body: Tree) -> Order:
    asked = need(body, "TxInf")
    return Order(
        key=text(body, "GrpHdr/MsgId"),
        act="enquire",
        amount=0,
        currency="brl",
        is_credit=True,
        bank="",
        account="",
        name="",
        original=_named(asked, "OrgnlEndToEndId", ""),
    )


def _refund(root: Tree, client: Client) -> Order:
    if client.bank and text(root, "Participant") != client.bank:
        raise FileRefused([Problem(1, "Participant", "is not the client")])
    request = next(under(root, "RefundRequest"), root)
    details = text(request, "RefundDetails") or text(request, "RefundAnalysisDetails")
    return Order(
        key=details.partition(" ")[0],
        act=_REFUNDS[name_of(root)],
        amount=minor_units(request, text(request, "RefundAmount")),
        currency="brl",
        is_credit=True,
        bank="",
        account="",
        name="",
        original=_named(request, "TransactionId", ""),
        fields={"details": details, "reason": text(request, "RefundReason")},
    )


def _named(tree: Tree, path: str, letter: str) -> str:
    name = text(tree, path)
    if len(name) != 32 or not name.isalnum() or not name.startswith(letter):
        raise FileRefused([Problem(int(tree.sourceline or 0), path, f"{name!r} names nothing")])
    return name


def _answered(answer: Answer, client: Client, at: datetime, number: int) -> Letter:
    order = answer.order
    if order.act == "recall":
        granted = answer.outcome == "recalled"
        return refund_letter(
            {
                "Id": f"{answer.number:032d}",
                "Status": "CLOSED",
                "TransactionId": order.original,
                "RefundReason": order.fields["reason"],
                "RefundAmount": f"{answer.amount // 100}.{answer.amount % 100:02d}",
                "RefundDetails": order.fields["details"],
                "RefundAnalysisResult": "TOTALLY_ACCEPTED" if granted else "REJECTED",
                "RefundRejectionReason": "" if granted else answer.code or "NO_BALANCE",
            },
            at,
        )
    if answer.outcome == "returned":
        return return_letter(answer, client, at, number)
    return status_letter(answer, client, at, number)


def _their_recall(item: Incoming, at: datetime) -> Letter:
    return refund_letter(
        {
            "Id": f"{item.number:032d}",
            "Status": "OPEN",
            "TransactionId": item.original,
            "RefundReason": item.code or "FRAUD",
            "RefundAmount": f"{item.amount // 100}.{item.amount % 100:02d}",
            "RefundDetails": item.remittance,
        },
        at,
    )


PIX = PixScheme()
