"""The other side's reader of interbank messages: strict, and it names every fault with its line.

One message carries one order; the header, the wrapping and the message must agree.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from bezant.kernel.errors import FileRefused, Problem
from bezant.sim.scheme import Client, Order, Received
from bezant.sim.schemes.interbank_network import UETR, Network, uetr_of
from bezant.sim.schemes.interbank_orders import misplaced
from bezant.sim.schemes.interbank_xml import Message, Tree, parse, text

_AMOUNT = re.compile(r"[0-9]{1,13}\.[0-9]{2}")
_WHOLE = re.compile(r"[0-9]{1,15}")
_ID = re.compile(r"[0-9A-Za-z/\-?:().,'+ ]{1,35}")
_NO_CENTS = frozenset({"JPY", "KRW", "VND", "CLP"})

_ROOTS = {
    "pacs.008": "FIToFICstmrCdtTrf",
    "pacs.009": "FICdtTrf",
    "pacs.004": "PmtRtr",
    "pacs.028": "FIToFIPmtStsReq",
    "camt.056": "FIToFIPmtCxlReq",
    "camt.029": "RsltnOfInvstgtn",
    "pain.013": "CdtrPmtActvtnReq",
}
_REFUSALS = frozenset({"RJCR", "PDCR"})


def read_message(content: bytes, network: Network, client: Client) -> Received:
    """Return what a message asks for; raises FileRefused with each problem and its line."""
    message = parse(content)
    reading = _Reading(message, network, client)
    order = reading.order()
    if reading.problems:
        raise FileRefused(reading.problems)
    fields = {"message_id": reading.message_id, "message": message.name}
    return Received(reading.message_id, reading.message_id, (order,), fields)


class _Reading:
    def __init__(self, message: Message, network: Network, client: Client) -> None:
        self.problems: list[Problem] = []
        self.message_id = text(message.header, "BizMsgIdr")
        self._message = message
        self._network = network
        self._client = client
        self._kind = message.name[:8]

    def order(self) -> Order:
        """Return the one order of the message, whatever is wrong with it."""
        self._envelope()
        body = self._message.body
        self.problems.extend(misplaced(self._message.header, self._kind))
        self.problems.extend(misplaced(body, self._kind))
        takes: Mapping[str, Callable[[Tree], Order]] = {
            "pacs.008": self._payment,
            "pacs.009": self._payment,
            "pacs.004": self._return,
            "pacs.028": self._enquiry,
            "camt.056": self._recall,
            "camt.029": self._answer,
            "pain.013": self._request,
        }
        take = takes.get(self._kind)
        if take is None:
            self._wrong(body, f"{self._message.name} is not taken by {self._network.name}")
            raise FileRefused(self.problems)
        return take(body)

    def _wrong(self, at: Tree, reason: str) -> None:
        self.problems.append(Problem(at.sourceline, str(at.tag), reason))

    def _must(self, holds: bool, at: Tree, reason: str) -> None:
        if not holds:
            self._wrong(at, reason)

    def _find(self, at: Tree, path: str) -> Tree:
        found = at.find(path)
        if found is None:
            self._wrong(at, f"{path} is missing")
            raise FileRefused(self.problems)
        return found

    def _text(self, at: Tree, path: str) -> str:
        value = text(at, path)
        self._must(bool(value), at, f"{path} is missing or empty")
        return value

    def _envelope(self) -> None:
        network, message, header = self._network, self._message, self._message.header
        version = network.versions.get(self._kind)
        self._must(message.name == version, header, f"{message.name} is not version {version}")
        self._must(
            text(header, "MsgDefIdr") == message.name, header, "MsgDefIdr names another message"
        )
        wrapper = network.wrappers.get(self._kind)
        wanted = tuple(name for name in (*network.to_network, wrapper) if name)
        self._must(
            message.path[: len(wanted)] == wanted,
            message.body,
            f"the message stands in {'/'.join(message.path)}, not in {'/'.join(wanted)}",
        )
        self._must(
            message.body.tag == _ROOTS.get(self._kind),
            message.body,
            f"{message.body.tag} is no {self._kind}",
        )
        self._parties(header)
        self._instant(header, "CreDt")
        self._id(header, "BizMsgIdr")

    def _parties(self, header: Tree) -> None:
        network = self._network
        sender = self._member(self._find(header, "Fr/FIId/FinInstnId"))
        receiver = self._member(self._find(header, "To/FIId/FinInstnId"))
        client = self._client.bank
        # A bank that is also known by another scheme's number is not compared with that.
        comparable = sender[:1].isdecimal() == client[:1].isdecimal()
        self._must(sender == client or not comparable, header, f"Fr {sender} is not {client}")
        if network.own_id:
            self._must(receiver == network.own_id, header, f"To {receiver} is not {network.own_id}")

    def _member(self, institution: Tree) -> str:
        name = text(institution, "ClrSysMmbId/MmbId") or text(institution, "BICFI")
        self._must(self._network.member(name), institution, f"{name!r} is no member's number")
        return name

    def _id(self, at: Tree, path: str) -> str:
        value = text(at, path)
        self._must(
            bool(_ID.fullmatch(value)), at, f"{path} {value!r} is not 1 to 35 characters of the set"
        )
        return value

    def _instant(self, at: Tree, path: str) -> None:
        try:
            aware = datetime.fromisoformat(text(at, path)).tzinfo is not None
        except ValueError:
            aware = False
        self._must(aware, at, f"{path} is no date and time with its offset")

    def _day(self, at: Tree, path: str) -> date | None:
        try:
            return date.fromisoformat(text(at, path))
        except ValueError:
            self._wrong(at, f"{path} {text(at, path)!r} is no date")
            return None

    def _amount(self, at: Tree, path: str) -> tuple[int, str]:
        element = self._find(at, path)
        currency = element.get("Ccy", "")
        written = (element.text or "").strip()
        own = self._network.currency
        if own:
            self._must(currency == own, element, f"the currency is {currency!r}, not {own}")
        whole = currency in _NO_CENTS
        sound = bool((_WHOLE if whole else _AMOUNT).fullmatch(written))
        self._must(sound, element, f"{written!r} is not an amount in {currency}")
        amount = int(written.replace(".", "")) if sound else 0
        self._must(amount > 0, element, "an amount is more than nothing")
        return amount, currency.lower()

    def _group(self, body: Tree) -> Tree:
        group = self._find(body, "GrpHdr")
        self._instant(group, "CreDtTm")
        self._same_id(group, "MsgId")
        return group

    def _same_id(self, at: Tree, path: str) -> None:
        given = text(at, path)
        self._must(given == self.message_id, at, f"{path} {given} is not the header's BizMsgIdr")

    def _settlement(self, group: Tree) -> None:
        self._must(text(group, "NbOfTxs") == "1", group, "a message carries one payment")
        code = self._network.clearing_system
        method = text(group, "SttlmInf/SttlmMtd")
        self._must(
            method == ("CLRG" if code else "INDA"), group, f"settlement method {method!r} is wrong"
        )
        if code:
            given = text(group, "SttlmInf/ClrSys/Cd")
            self._must(given == code, group, f"the clearing system is {given!r}, not {code}")

    def _payment(self, body: Tree) -> Order:
        self._settlement(self._group(body))
        payment = self._find(body, "CdtTrfTxInf")
        ids = self._find(payment, "PmtId")
        names = {
            "instruction_id": self._id(ids, "InstrId"),
            "end_to_end_id": self._id(ids, "EndToEndId"),
            "transaction_id": text(ids, "TxId"),
            "uetr": text(ids, "UETR"),
        }
        self._uetr(ids, names["uetr"])
        amount, currency = self._amount(payment, "IntrBkSttlmAmt")
        to_customer = self._kind == "pacs.008"
        if to_customer:
            self._bearer(payment)
        agent = "CdtrAgt" if to_customer else "Cdtr"
        bank = self._member(self._find(payment, f"{agent}/FinInstnId"))
        for other in ("InstgAgt", "InstdAgt", *(("Dbtr",) if not to_customer else ("DbtrAgt",))):
            self._member(self._find(payment, f"{other}/FinInstnId"))
        name = text(payment, "Cdtr/Nm") if to_customer else bank
        self._must(bool(name), payment, "the creditor has no name")
        account = self._account(payment, "CdtrAcct", must=to_customer)
        key = names["uetr"] if self._network.names_by == "uetr" else names["instruction_id"]
        return Order(
            key=key,
            act="pay",
            amount=amount,
            currency=currency,
            is_credit=True,
            bank=bank,
            account=account,
            name=name,
            due_on=self._day(payment, "IntrBkSttlmDt"),
            fields=names | self._message_fields() | {
                "payer": text(payment, "Dbtr/Nm"),
                "payer_account": self._account(payment, "DbtrAcct", must=to_customer),
                "remittance": text(payment, "RmtInf/Ustrd"),
                "bearer": text(payment, "ChrgBr"),
            },
        )  # fmt: skip

    def _message_fields(self) -> dict[str, str]:
        return {
            "message_id": self.message_id,
            "message": self._message.name,
            "created": text(self._message.header, "CreDt"),
        }

    def _uetr(self, at: Tree, value: str) -> None:
        if value or self._network.names_by == "uetr":
            self._must(bool(UETR.fullmatch(value)), at, f"UETR {value!r} is no version 4 UUID")

    def _bearer(self, payment: Tree) -> None:
        bearer = text(payment, "ChrgBr")
        allowed = self._network.bearers
        self._must(bearer in allowed, payment, f"ChrgBr {bearer!r} is not one of {allowed}")

    def _account(self, at: Tree, path: str, *, must: bool) -> str:
        value = text(at, f"{path}/Id/IBAN") or text(at, f"{path}/Id/Othr/Id")
        self._must(bool(value) or not must, at, f"{path} has no number")
        return value

    def _original(self, at: Tree) -> dict[str, str]:
        names = {
            "instruction_id": text(at, "OrgnlInstrId"),
            "end_to_end_id": text(at, "OrgnlEndToEndId"),
            "transaction_id": text(at, "OrgnlTxId"),
            "uetr": text(at, "OrgnlUETR"),
            "original_message": text(at, "OrgnlGrpInf/OrgnlMsgNmId"),
            "original_message_id": text(at, "OrgnlGrpInf/OrgnlMsgId"),
        }
        by = "uetr" if self._network.names_by == "uetr" else "instruction_id"
        self._must(bool(names[by]), at, f"the original is not named by its {by}")
        return names | {"original": names[by]}

    def _about(
        self,
        own: str,
        act: str,
        at: Tree,
        money: tuple[int, str] | None = None,
        other: tuple[str, str] = ("", ""),
    ) -> Order:
        names = self._original(at)
        amount, currency = money or (0, self._network.currency.lower())
        return Order(
            key=uetr_of(own) if self._network.names_by == "uetr" else own,
            act=act,
            amount=amount,
            currency=currency,
            is_credit=True,
            bank=text(at, "InstdAgt/FinInstnId/ClrSysMmbId/MmbId"),
            account=other[1],
            name=other[0],
            original=names["original"],
            fields=names | self._message_fields() | {"own_id": own},
        )

    def _return(self, body: Tree) -> Order:
        self._settlement(self._group(body))
        returned = self._find(body, "TxInf")
        amount, currency = self._amount(returned, "RtrdIntrBkSttlmAmt")
        self._text(returned, "RtrRsnInf/Rsn/Cd")
        self._find(returned, "RtrChain")
        own = text(returned, "RtrId") or self.message_id
        self._day(returned, "IntrBkSttlmDt")
        name = text(returned, "RtrChain/Cdtr/Pty/Nm")
        account = self._account(returned, "RtrChain/CdtrAcct", must=False)
        return self._about(own, "return", returned, (amount, currency), (name, account))

    def _enquiry(self, body: Tree) -> Order:
        self._group(body)
        asked = self._find(body, "TxInf")
        return self._about(text(asked, "StsReqId") or self.message_id, "enquire", asked)

    def _recall(self, body: Tree) -> Order:
        own = self._assignment(body)
        case = text(body, "Case/Id")
        self._must(case == own, body, f"the case {case} is not the assignment {own}")
        asked = self._find(body, "Undrlyg/TxInf")
        amount, currency = self._amount(asked, "OrgnlIntrBkSttlmAmt")
        self._text(asked, "CxlRsnInf/Rsn/Cd")
        return self._about(case, "recall", asked, (amount, currency))

    def _assignment(self, body: Tree) -> str:
        assignment = self._find(body, "Assgnmt")
        self._instant(assignment, "CreDtTm")
        for side in ("Assgnr", "Assgne"):
            self._member(self._find(assignment, f"{side}/Agt/FinInstnId"))
        return self._id(assignment, "Id")

    def _answer(self, body: Tree) -> Order:
        own = self._assignment(body)
        word = text(body, "Sts/Conf")
        known = {self._network.granted, self._network.refused, "PDCR"}
        self._must(word in known, body, f"the answer {word!r} is not one of {sorted(known)}")
        self._text(body, "RslvdCase/Id")
        asked = self._find(body, "CxlDtls/TxInfAndSts")
        if word in _REFUSALS:
            self._text(asked, "CxlStsRsnInf/Rsn/Cd")
        return self._about(own, "refuse" if word in _REFUSALS else "grant", asked)

    def _request(self, body: Tree) -> Order:
        self._group(body)
        asked = self._find(body, "PmtInf")
        transfer = self._find(asked, "CdtTrfTx")
        amount, currency = self._amount(transfer, "Amt/InstdAmt")
        names = {
            "instruction_id": text(transfer, "PmtId/InstrId"),
            "end_to_end_id": self._id(transfer, "PmtId/EndToEndId"),
            "transaction_id": "",
            "uetr": text(transfer, "PmtId/UETR"),
            "payment_info": self._id(asked, "PmtInfId"),
        }
        self._text(transfer, "Cdtr/Nm")
        self._account(transfer, "CdtrAcct", must=True)
        expires = self._day(asked, "XpryDt/Dt") or self._day(asked, "XpryDt/DtTm")
        given = names["instruction_id"] or names["payment_info"]
        key = names["uetr"] if self._network.names_by == "uetr" else given
        return Order(
            key=key,
            act="request",
            amount=amount,
            currency=currency,
            is_credit=False,
            bank=self._member(self._find(asked, "DbtrAgt/FinInstnId")),
            account=self._account(asked, "DbtrAcct", must=True),
            name=self._text(asked, "Dbtr/Nm"),
            due_on=self._day(asked, "ReqdExctnDt/Dt"),
            fields=names | self._message_fields() | {"expires": str(expires or "")},
        )


def original_names(order: Order) -> Iterator[tuple[str, str]]:
    """Yield the elements by which an answer names the order that it is about."""
    fields = order.fields
    for element, field in (
        ("OrgnlInstrId", "instruction_id"),
        ("OrgnlEndToEndId", "end_to_end_id"),
        ("OrgnlTxId", "transaction_id"),
        ("OrgnlUETR", "uetr"),
    ):
        if fields.get(field):
            yield element, fields[field]
