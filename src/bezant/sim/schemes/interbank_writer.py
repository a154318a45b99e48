"""The other side's writer of interbank messages: statuses, returns, answers, and what is brought.

Every message goes out in the network's own wrapping, under a header of its own.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime

from bezant.sim.scheme import Answer, Client, Incoming, Letter
from bezant.sim.schemes.interbank_network import UETR, Network, compact
from bezant.sim.schemes.interbank_reader import original_names
from bezant.sim.schemes.interbank_xml import ISO, Element, el, maybe, render, to_bytes, zoned

_CENTS = 2
_NO_CENTS = frozenset({"jpy", "krw", "vnd", "clp"})
_UNKNOWN = "NOOR"


class Desk:
    """Writes messages from a network to one client at one moment."""

    def __init__(self, network: Network, client: Client, at: datetime) -> None:
        """`at` is aware; messages carry its offset."""
        self._network = network
        self._client = client
        self._at = at

    def status(self, answer: Answer, status: str) -> Letter:
        """Say by pacs.002 what became of an order."""
        order, number = answer.order, f"{answer.number}S"
        code = answer.code or (_UNKNOWN if order.act == "enquire" else "")
        if answer.outcome == "pending":
            code = code or self._network.pending_reason
        reason = el("Rsn", el("Cd", code)) if code else None
        settled = status == self._network.settled
        pattern = self._network.settlement_reference
        reference = pattern.format(at=self._at, number=answer.number % 10**6)
        transaction = el(
            "TxInfAndSts",
            self._original_group(answer),
            *self._names(answer),
            el("TxSts", status),
            el("StsRsnInf", reason, maybe("AddtlInf", answer.text[:105])) if reason else None,
            el("AccptncDtTm", zoned(self._at)),
            el("FctvIntrBkSttlmDt", el("Dt", str(answer.day))) if settled else None,
            el("ClrSysRef", reference) if settled and reference else None,
            self._agent("InstgAgt", self._network.own_id or order.bank),
            self._agent("InstdAgt", self._client.bank),
            el(
                "OrgnlTxRef",
                _money("IntrBkSttlmAmt", order.amount, order.currency) if order.amount else None,
                el("IntrBkSttlmDt", str(answer.day)),
            ),
        )
        body = el("FIToFIPmtStsRpt", self._group(number, parties=False), transaction)
        return self._letter("pacs.002", body, number)

    def back(self, answer: Answer, code: str) -> Letter:
        """Send money of an order back: by pacs.004, or by a new payment where there is none."""
        order, number = answer.order, f"{answer.number}R"
        if not self._network.returns:
            return self._new_payment(answer, number)
        money = (answer.amount or order.amount, order.currency)
        body = el(
            "PmtRtr",
            self._group(number, parties=True),
            el(
                "TxInf",
                el("RtrId", f"RT{number}"),
                self._original_group(answer),
                *self._names(answer),
                _money("OrgnlIntrBkSttlmAmt", order.amount, order.currency),
                _money("RtrdIntrBkSttlmAmt", *money),
                el("IntrBkSttlmDt", str(answer.day)),
                el("ChrgBr", "SLEV" if "SLEV" in self._network.bearers else "SHAR"),
                self._agent("InstgAgt", self._network.own_id or self._other(order.bank)),
                self._agent("InstdAgt", self._client.bank),
                self._chain(answer),
                el("RtrRsnInf", el("Rsn", el("Cd", code)), maybe("AddtlInf", answer.text[:105])),
            ),
        )
        return self._letter("pacs.004", body, number)

    def recall_answer(self, answer: Answer, word: str) -> Letter:
        """Answer a recall of the client's by camt.029."""
        order, number = answer.order, f"{answer.number}C"
        refused = word == self._network.refused
        code = answer.code or _UNKNOWN
        reason = el("CxlStsRsnInf", el("Rsn", el("Cd", code))) if refused else None
        case = el("RslvdCase", el("Id", order.fields.get("own_id", order.key)), self._creator())
        names = dict(original_names(order))
        body = el(
            "RsltnOfInvstgtn",
            self._assignment(number),
            case,
            el("Sts", el("Conf", word)),
            el(
                "CxlDtls",
                el(
                    "TxInfAndSts",
                    self._original_group(answer),
                    *(
                        el(element, names[element])
                        for element in ("OrgnlInstrId", "OrgnlEndToEndId", "OrgnlTxId")
                        if element in names
                    ),
                    maybe("OrgnlUETR", names.get("OrgnlUETR", "")),
                    el("TxCxlSts", "RJCR" if refused else "ACCR"),
                    reason,
                ),
            ),
        )
        return self._letter("camt.029", body, number)

    def request_answer(self, answer: Answer, status: str) -> Letter:
        """Answer a request for payment by pain.014."""
        order, number = answer.order, f"{answer.number}Q"
        reason = el("StsRsnInf", el("Rsn", el("Cd", answer.code))) if answer.code else None
        fields = order.fields
        body = el(
            "CdtrPmtActvtnReqStsRpt",
            el(
                "GrpHdr",
                el("MsgId", self._message_id(number)),
                el("CreDtTm", zoned(self._at)),
                self._initiator(self._network.own_id or order.bank),
            ),
            el(
                "OrgnlGrpInfAndSts",
                el("OrgnlMsgId", fields["message_id"]),
                el("OrgnlMsgNmId", fields["message"]),
                el("OrgnlCreDtTm", fields["created"]),
            ),
            el(
                "OrgnlPmtInfAndSts",
                el("OrgnlPmtInfId", fields["payment_info"]),
                el(
                    "TxInfAndSts",
                    maybe("OrgnlInstrId", fields["instruction_id"]),
                    el("OrgnlEndToEndId", fields["end_to_end_id"]),
                    maybe("OrgnlUETR", fields["uetr"]),
                    el("TxSts", status),
                    reason,
                    el(
                        "OrgnlTxRef",
                        el("Amt", _money("InstdAmt", order.amount, order.currency)),
                    ),
                ),
            ),
        )
        return self._letter("pain.014", body, number)

    def refusal(self, received: str, problems: list[str], number: str) -> Letter:
        """Refuse a message as a whole by admi.002; `received` is its identity, if it had one."""
        body = el(
            "admi.002.001.01",
            el("RltdRef", el("Ref", received or "NONREF")),
            el(
                "Rsn",
                el("RjctgPtyRsn", "DS0H" if not received else "FF01"),
                el("RjctnDtTm", zoned(self._at)),
                el("RsnDesc", "; ".join(problems)[:350]),
            ),
        )
        return self._letter("admi.002", body, number)

    def payment(self, incoming: Incoming) -> Letter:
        """Bring a payment of somebody outside by pacs.008."""
        number = f"{incoming.number}P"
        payer = (incoming.name, incoming.account, incoming.bank)
        key = f"IN{incoming.number:012d}"
        names = (key, compact(incoming.reference)[:35] or key)
        money = (incoming.amount, incoming.currency)
        return self._credit(number, names, money, payer, incoming.remittance, incoming.day)

    def request(self, incoming: Incoming) -> Letter:
        """Bring somebody's request for payment by pain.013."""
        number = f"{incoming.number}A"
        key = f"RQ{incoming.number:012d}"
        client = self._client
        body = el(
            "CdtrPmtActvtnReq",
            el(
                "GrpHdr",
                el("MsgId", self._message_id(number)),
                el("CreDtTm", zoned(self._at)),
                el("NbOfTxs", "1"),
                self._initiator(self._other(incoming.bank)),
            ),
            el(
                "PmtInf",
                el("PmtInfId", key),
                el("PmtMtd", "TRF"),
                el("ReqdExctnDt", el("Dt", str(incoming.day))),
                el("XpryDt", el("Dt", str(incoming.day))),
                el("Dbtr", el("Nm", client.name)),
                _account("DbtrAcct", client.account),
                self._agent("DbtrAgt", client.bank),
                el(
                    "CdtTrfTx",
                    el(
                        "PmtId",
                        el("InstrId", key),
                        el("EndToEndId", incoming.reference or key),
                        el("UETR", _uetr(key)),
                    ),
                    el("Amt", _money("InstdAmt", incoming.amount, incoming.currency)),
                    el("ChrgBr", self._network.bearers[0]),
                    self._agent("CdtrAgt", self._other(incoming.bank)),
                    el("Cdtr", el("Nm", incoming.name)),
                    _account("CdtrAcct", incoming.account),
                    el("RmtInf", el("Ustrd", incoming.remittance[:140]))
                    if incoming.remittance
                    else None,
                ),
            ),
        )
        return self._letter("pain.013", body, number)

    def recall(self, incoming: Incoming) -> Letter:
        """Ask the client for money back by camt.056; `original` is the payment's own name."""
        number = f"{incoming.number}B"
        key = f"RC{incoming.number:012d}"
        names = (incoming.original, incoming.reference or "NOTPROVIDED")
        by_uetr = UETR.fullmatch(incoming.original) is not None
        body = el(
            "FIToFIPmtCxlReq",
            self._assignment(number),
            el("Case", el("Id", key), el("Cretr", self._agent("Agt", self._other(incoming.bank)))),
            el(
                "Undrlyg",
                el(
                    "TxInf",
                    None if by_uetr else el("OrgnlInstrId", names[0]),
                    el("OrgnlEndToEndId", names[1]),
                    el("OrgnlUETR", names[0] if by_uetr else _uetr(names[0])),
                    _money("OrgnlIntrBkSttlmAmt", incoming.amount, incoming.currency),
                    el("OrgnlIntrBkSttlmDt", str(incoming.day)),
                    el("CxlRsnInf", el("Rsn", el("Cd", incoming.code or "CUST"))),
                ),
            ),
        )
        return self._letter("camt.056", body, number)

    def _new_payment(self, answer: Answer, number: str) -> Letter:
        order = answer.order
        payer = (order.name or "Unknown", order.account or "0", order.bank)
        money = (answer.amount or order.amount, order.currency)
        names = (f"RT{number}", order.fields.get("end_to_end_id", "") or order.key[:35])
        about = f"RETURN OF {order.original or order.key}"
        return self._credit(number, names, money, payer, about, answer.day)

    def _credit(
        self,
        number: str,
        names: tuple[str, str],
        money: tuple[int, str],
        payer: tuple[str, str, str],
        remittance: str,
        day: date,
    ) -> Letter:
        name, account, bank = payer[0], payer[1], self._other(payer[2])
        transfer = el(
            "CdtTrfTxInf",
            el(
                "PmtId",
                el("InstrId", names[0]),
                el("EndToEndId", names[1]),
                el("TxId", names[0]),
                el("UETR", _uetr(names[0])),
            ),
            _money("IntrBkSttlmAmt", *money),
            el("IntrBkSttlmDt", str(day)),
            el("ChrgBr", self._network.bearers[0]),
            self._agent("InstgAgt", bank),
            self._agent("InstdAgt", self._client.bank),
            el("Dbtr", el("Nm", name)),
            _account("DbtrAcct", account),
            self._agent("DbtrAgt", bank),
            self._agent("CdtrAgt", self._client.bank),
            el("Cdtr", el("Nm", self._client.name)),
            _account("CdtrAcct", self._client.account),
            el("RmtInf", el("Ustrd", remittance[:140])) if remittance else None,
        )
        body = el("FIToFICstmrCdtTrf", self._group(number, parties=True), transfer)
        return self._letter("pacs.008", body, number)

    def _other(self, bank: str) -> str:
        """Return a bank's number as the network takes it; the network's own for any other."""
        network = self._network
        return bank if network.member(bank) else network.own_id or self._client.bank

    def _names(self, answer: Answer) -> Iterator[Element]:
        order = answer.order
        if order.act == "return" and order.fields["own_id"] != order.fields["message_id"]:
            yield el("OrgnlInstrId", order.fields["own_id"])
            return
        for element, value in original_names(order):
            yield el(element, value)

    def _original_group(self, answer: Answer) -> Element:
        fields = answer.order.fields
        about_it = answer.order.act in {"recall", "enquire"}
        identity = fields.get("original_message_id", "") if about_it else fields["message_id"]
        name = fields.get("original_message", "") if about_it else fields["message"]
        return el(
            "OrgnlGrpInf",
            el("OrgnlMsgId", identity or "NOTPROVIDED"),
            el("OrgnlMsgNmId", name or self._network.versions["pacs.008"]),
        )

    def _message_id(self, number: str) -> str:
        return f"{self._at:%Y%m%d}BK{number}"

    def _group(self, number: str, *, parties: bool) -> Element:
        code = self._network.clearing_system
        method = el("SttlmMtd", "CLRG" if code else "INDA")
        system = el("ClrSys", el("Cd", code)) if code else None
        return el(
            "GrpHdr",
            el("MsgId", self._message_id(number)),
            el("CreDtTm", zoned(self._at)),
            el("NbOfTxs", "1") if parties else None,
            el("SttlmInf", method, system) if parties else None,
        )

    def _chain(self, answer: Answer) -> Element:
        order, client = answer.order, self._client
        return el(
            "RtrChain",
            el("Dbtr", el("Pty", el("Nm", order.name or "Unknown"))),
            self._agent("DbtrAgt", self._other(order.bank)),
            self._agent("CdtrAgt", client.bank),
            el("Cdtr", el("Pty", el("Nm", client.name))),
        )

    def _creator(self) -> Element:
        return el("Cretr", self._agent("Agt", self._client.bank))

    def _assignment(self, number: str) -> Element:
        own = self._network.own_id or self._client.bank
        return el(
            "Assgnmt",
            el("Id", self._message_id(number)),
            el("Assgnr", self._agent("Agt", own)),
            el("Assgne", self._agent("Agt", self._client.bank)),
            el("CreDtTm", zoned(self._at)),
        )

    def _initiator(self, number: str) -> Element:
        return el("InitgPty", el("Id", el("OrgId", el("Othr", el("Id", number)))))

    def _agent(self, element: str, number: str) -> Element:
        code = self._network.member_code
        if not code or not number[:1].isdecimal():
            return el(element, el("FinInstnId", el("BICFI", number)))
        system = el("ClrSysId", el("Cd", code))
        return el(element, el("FinInstnId", el("ClrSysMmbId", system, el("MmbId", number))))

    def _letter(self, kind: str, body: Element, number: str) -> Letter:
        network = self._network
        version = network.versions[kind]
        own = network.own_id or self._client.bank
        header = el(
            "AppHdr",
            el("Fr", el("FIId", *_within(self._agent("FIId", own)))),
            el("To", el("FIId", *_within(self._agent("FIId", self._client.bank)))),
            el("BizMsgIdr", self._message_id(number)),
            el("MsgDefIdr", version),
            maybe("BizSvc", network.service),
            el("CreDt", zoned(self._at)),
        )
        content = self._wrapped(kind, header, body, version)
        return Letter(f"{network.name}:{kind}", f".{kind}.xml", content)

    def _wrapped(self, kind: str, header: Element, body: Element, version: str) -> bytes:
        network = self._network
        outer = render(el(network.from_network[0]), network.namespace_out)
        inner = outer
        wrapper = network.wrappers.get(kind)
        for name in (*network.from_network[1:], *((wrapper,) if wrapper else ())):
            inner.append(render(el(name), network.namespace_out))
            inner = inner[-1]
        header_at = outer if network.name == "rtp" else inner
        header_at.insert(0, render(header, ISO + network.header))
        if network.name == "rtp":
            header_at[0].tag = f"{{{network.namespace_out}}}AppHdr"
            inner.append(render(body, ISO + version))
        else:
            document = render(el("Document"), ISO + version)
            document.append(render(body, ISO + version))
            inner.append(document)
        return to_bytes(outer)


def _within(agent: Element) -> tuple[Element, ...]:
    assert not isinstance(agent.within, str), "an agent holds its institution"
    return agent.within


def _money(element: str, amount: int, currency: str) -> Element:
    if currency in _NO_CENTS:
        return Element(element, str(amount), currency.upper())
    digits = str(amount).zfill(_CENTS + 1)
    return Element(element, f"{digits[:-_CENTS]}.{digits[-_CENTS:]}", currency.upper())


def _account(element: str, number: str) -> Element:
    if number[:2].isalpha() and number[2:4].isdecimal():
        return el(element, el("Id", el("IBAN", number)))
    return el(element, el("Id", el("Othr", el("Id", number or "0"))))


def _uetr(name: str) -> str:
    """Return a version 4 UUID that always belongs to a name."""
    raw = bytearray(hashlib.sha256(name.encode()).digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    digits = compact(raw.hex())
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
