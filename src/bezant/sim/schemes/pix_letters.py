"""The letters of Pix to a participant: statuses, payments, returns, and the directory's answers."""

from collections.abc import Mapping
from datetime import UTC, datetime

from bezant.sim.scheme import Answer, Client, Incoming, Letter
from bezant.sim.schemes.documents import DECLARATION, Inner, decimal, written

CENTRAL_BANK = "00038166"
_SENDER = "99999004"
"""The bank of whoever pays from outside, unless it is named."""
_PAYER = "0001234"
"""The account of whoever pays from outside, unless another is named."""

_STATUSES = {"accepted": "ACSP", "pending": "PDNG", "settled": "ACSC", "rejected": "RJCT"}


def name_of_pix(letter: str, ispb: str, at: datetime, number: int) -> str:
    """Return a name of 32 characters of the other side's own."""
    return f"{letter}{ispb}{at.astimezone(UTC):%Y%m%d%H%M}{number % 10**11:011d}"


def status_letter(answer: Answer, client: Client, at: datetime, number: int) -> Letter:
    """Return pacs.002: what became of a payment, a return, or what an enquiry was about."""
    order = answer.order
    status = _STATUSES[answer.outcome]
    enquiry = answer.details.get("enquiry", "")
    asked = {"OrgnlMsgId": enquiry, "OrgnlMsgNmId": "pacs.028.001.03"} if enquiry else {}
    payment: dict[str, Inner] = {
        "OrgnlGrpInf": asked,
        "OrgnlInstrId": order.key,
        "OrgnlEndToEndId": order.original or order.key,
        "TxSts": status,
        "StsRsnInf": {"Rsn": {"Cd": answer.code}} if status == "RJCT" else {},
        "FctvIntrBkSttlmDt": {"DtTm": _moment(at)} if status == "ACSC" else {},
    }
    body: dict[str, Inner] = {"GrpHdr": _group(at, number), "TxInfAndSts": payment}
    return _letter("status", "pacs.002.001.10", {"FIToFIPmtStsRpt": body}, client, at, number)


def return_letter(answer: Answer, client: Client, at: datetime, number: int) -> Letter:
    """Return pacs.004: the receiver sends a payment back."""
    order = answer.order
    sender = order.bank or CENTRAL_BANK
    group = {**_group(at, number), "NbOfTxs": "1", "SttlmInf": {"SttlmMtd": "CLRG"}}
    payment = {
        "RtrId": name_of_pix("D", sender, at, answer.number),
        "OrgnlEndToEndId": order.key,
        "RtrdIntrBkSttlmAmt": answer.amount,
        "IntrBkSttlmDt": f"{answer.day}",
        "ChrgBr": "SLEV",
        "RtrRsnInf": {"Rsn": {"Cd": answer.code or "MD06"}},
    }
    inner = _with_amount(payment, "RtrdIntrBkSttlmAmt")
    body = f"<PmtRtr>{written('GrpHdr', group)}<TxInf>{inner}</TxInf></PmtRtr>"
    return _letter("return", "pacs.004.001.09", body, client, at, number)


def payment_name(item: Incoming, at: datetime) -> str:
    """Return the end-to-end id of a payment that begins outside."""
    return name_of_pix("E", item.bank or _SENDER, at, item.number)


def credit_letter(item: Incoming, client: Client, at: datetime, number: int) -> Letter:
    """Return pacs.008: somebody pays the client."""
    sender = item.bank or _SENDER
    group: dict[str, Inner] = {
        **_group(at, number),
        "NbOfTxs": "1",
        "SttlmInf": {"SttlmMtd": "CLRG"},
        "PmtTpInf": {"LclInstrm": {"Prtry": item.fields.get("initiation", "MANU")}},
    }
    payment = {
        "PmtId": {
            "EndToEndId": payment_name(item, at),
            "TxId": item.reference,
        },
        "IntrBkSttlmAmt": item.amount,
        "AccptncDtTm": _moment(at),
        "ChrgBr": "SLEV",
        "Dbtr": _person(item.name, item.fields.get("tax_id", "")),
        "DbtrAcct": _account(item.account or _PAYER, "1"),
        "DbtrAgt": _member(sender),
        "CdtrAgt": _member(client.bank),
        "Cdtr": _person(client.name, client.company),
        "CdtrAcct": _account(client.account, "1"),
        "RmtInf": {"Ustrd": item.remittance[:140]},
    }
    inner = _with_amount(payment, "IntrBkSttlmAmt")
    body = (
        f"<FIToFICstmrCdtTrf>{written('GrpHdr', group)}"
        f"<CdtTrfTxInf>{inner}</CdtTrfTxInf></FIToFICstmrCdtTrf>"
    )
    return _letter("credit", "pacs.008.001.08", body, client, at, number)


def refund_letter(request: Mapping[str, str], at: datetime) -> Letter:
    """Return the directory's answer about a refund request, or that there is one."""
    inner = written("ResponseTime", _moment(at)) + written("RefundRequest", dict(request))
    text = f"{DECLARATION}<GetRefundRequestResponse>{inner}</GetRefundRequestResponse>\n"
    return Letter("recall", ".xml", text.encode())


def _with_amount(values: "Mapping[str, Inner | int]", name: str) -> str:
    """Return elements of which one is an amount with its currency."""
    parts = [
        written(tag, decimal(value), {"Ccy": "BRL"})
        if isinstance(value, int)
        else written(tag, value)
        for tag, value in values.items()
    ]
    assert isinstance(values[name], int), "the amount is in centavos"
    return "".join(parts)


def _group(at: datetime, number: int) -> dict[str, Inner]:
    return {"MsgId": name_of_pix("M", CENTRAL_BANK, at, number), "CreDtTm": _moment(at)}


def _person(name: str, tax_id: str) -> dict[str, Inner]:
    return {"Nm": name, "Id": {"PrvtId": {"Othr": {"Id": tax_id}}}}


def _account(number: str, branch: str) -> dict[str, Inner]:
    return {"Id": {"Othr": {"Id": number, "Issr": branch}}, "Tp": {"Cd": "CACC"}}


def _member(ispb: str) -> dict[str, Inner]:
    return {"FinInstnId": {"ClrSysMmbId": {"MmbId": ispb}}}


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _letter(
    kind: str, message: str, body: Inner, client: Client, at: datetime, number: int
) -> Letter:
    content = body if isinstance(body, str) else _document(body)
    agent = "FIId"
    header = {
        "Fr": {agent: {"FinInstnId": {"Othr": {"Id": CENTRAL_BANK}}}},
        "To": {agent: {"FinInstnId": {"Othr": {"Id": client.bank}}}},
        "BizMsgIdr": name_of_pix("M", CENTRAL_BANK, at, number),
        "MsgDefIdr": message,
        "CreDt": _moment(at),
    }
    text = (
        f'{DECLARATION}<Envelope xmlns="https://www.bcb.gov.br/pi/{message[:8]}">'
        f"{written('AppHdr', header, {'xmlns': 'urn:iso:std:iso:20022:tech:xsd:head.001.001.01'})}"
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}">{content}</Document>'
        "</Envelope>\n"
    )
    return Letter(kind, ".xml", text.encode())


def _document(body: Inner) -> str:
    assert not isinstance(body, str | list), "a document is elements by name"
    return "".join(written(name, inner) for name, inner in body.items())
