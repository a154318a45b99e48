"""Writing what a bank tells its client by SEPA: statuses, returns, answers, and what comes in."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from xml.sax.saxutils import escape

from bezant.sim.scheme import Answer, Client, Incoming, Letter
from bezant.sim.schemes.documents import DECLARATION, decimal

_SPACE = "urn:iso:std:iso:20022:tech:xsd:"
_STATUSES = {"accepted": "ACSP", "pending": "PDNG", "rejected": "RJCT", "settled": "ACSC"}
_GRANTED = {"recalled": "ACCR", "recall_refused": "RJCR"}
_VERDICTS = {"NO MATCH": "NMTC", "CLOSE MATCH": "CMTC"}


def _leaf(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>\n" if text else ""


def _node(name: str, *inner: str) -> str:
    content = "".join(inner)
    return f"<{name}>\n{content}</{name}>\n" if content else ""


def _money(name: str, amount: int) -> str:
    return f'<{name} Ccy="EUR">{decimal(amount)}</{name}>\n'


def _letter(kind: str, name: str, root: str, *inner: str) -> Letter:
    document = f'<Document xmlns="{_SPACE}{name}">\n{_node(root, *inner)}</Document>\n'
    return Letter(kind, ".xml", (DECLARATION + document).encode())


def _head(identity: str, at: datetime, *more: str) -> str:
    return _node("GrpHdr", _leaf("MsgId", identity), _leaf("CreDtTm", _at(at)), *more)


def _at(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _reason(name: str, code: str, text: str) -> str:
    return _node(name, _node("Rsn", _leaf("Cd", code)), _leaf("AddtlInf", text)) if code else ""


def _field(answer: Answer, name: str) -> str:
    return answer.order.fields.get(name, "")


def write_statuses(answers: Sequence[Answer], at: datetime, number: int) -> Iterator[Letter]:
    """Yield a pain.002 for each of the client's messages that is answered."""
    ordered = sorted(answers, key=lambda it: (_field(it, "message"), _field(it, "batch")))
    messages = groupby(ordered, key=lambda it: _field(it, "message"))
    for count, (message, group) in enumerate(messages, 1):
        told = [*group]
        batches = groupby(told, key=lambda it: _field(it, "batch"))
        original = _node(
            "OrgnlGrpInfAndSts",
            _leaf("OrgnlMsgId", message),
            _leaf("OrgnlMsgNmId", _field(told[0], "format")),
        )
        yield _letter(
            "status",
            "pain.002.001.10",
            "CstmrPmtStsRpt",
            _head(f"STS{number:09d}-{count}", at),
            original,
            *(_batch(name, [*items]) for name, items in batches),
        )


def _batch(name: str, answers: Sequence[Answer]) -> str:
    statuses = (_status(answer) for answer in answers)
    return _node("OrgnlPmtInfAndSts", _leaf("OrgnlPmtInfId", name), *statuses)


def _status(answer: Answer) -> str:
    order = answer.order
    failed = answer.code if answer.outcome == "rejected" else ""
    return _node(
        "TxInfAndSts",
        _leaf("StsId", f"S{answer.number:012d}"),
        _leaf("OrgnlInstrId", order.key),
        _leaf("OrgnlEndToEndId", order.fields.get("end_to_end", order.key)),
        _leaf("TxSts", _STATUSES[answer.outcome]),
        _reason("StsRsnInf", failed or ("MS03" if answer.outcome == "rejected" else ""),
                answer.text),
        _node("OrgnlTxRef", _node("Amt", _money("InstdAmt", answer.amount))),
    )  # fmt: skip


def write_returns(answers: Sequence[Answer], at: datetime, number: int) -> Letter:
    """Return a pacs.004 of payments and collections that come back."""
    total = sum(answer.amount for answer in answers)
    day = max(answer.day for answer in answers)
    head = _head(
        f"RTN{number:09d}",
        at,
        _leaf("NbOfTxs", str(len(answers))),
        _money("TtlRtrdIntrBkSttlmAmt", total),
        _leaf("IntrBkSttlmDt", day.isoformat()),
        _node("SttlmInf", _leaf("SttlmMtd", "CLRG")),
    )
    items = (
        _node(
            "TxInf",
            _leaf("RtrId", f"R{answer.number:012d}"),
            _leaf("OrgnlInstrId", answer.order.key),
            _leaf("OrgnlEndToEndId", answer.order.fields.get("end_to_end", answer.order.key)),
            _money("OrgnlIntrBkSttlmAmt", answer.order.amount),
            _leaf("OrgnlIntrBkSttlmDt", str(answer.order.due_on or answer.day)),
            _money("RtrdIntrBkSttlmAmt", answer.amount),
            _reason("RtrRsnInf", answer.code or "MS03", answer.text),
        )
        for answer in answers
    )
    return _letter("return", "pacs.004.001.09", "PmtRtr", head, *items)


def _assignment(identity: str, at: datetime, client: Client) -> str:
    bank = _node("Agt", _node("FinInstnId", _leaf("BICFI", client.bank)))
    return _node(
        "Assgnmt",
        _leaf("Id", identity),
        _node("Assgnr", bank),
        _node("Assgne", _node("Pty", _leaf("Nm", client.name))),
        _leaf("CreDtTm", _at(at)),
    )


def write_resolutions(
    answers: Sequence[Answer], client: Client, at: datetime, number: int
) -> Letter:
    """Return a camt.029 that says what came of recalls."""
    refused = any(answer.outcome == "recall_refused" for answer in answers)
    creator = _node("Cretr", _node("Pty", _leaf("Nm", client.name)))
    items = (
        _node(
            "TxInfAndSts",
            _leaf("CxlStsId", f"C{answer.number:012d}"),
            _node("RslvdCase", _leaf("Id", answer.order.key), creator),
            _leaf("OrgnlInstrId", answer.order.original),
            _leaf("OrgnlEndToEndId", answer.order.fields.get("end_to_end", "")),
            _leaf("TxCxlSts", _GRANTED[answer.outcome]),
            _refusal(answer),
        )
        for answer in answers
    )
    return _letter(
        "recall-answer",
        "camt.029.001.09",
        "RsltnOfInvstgtn",
        _assignment(f"RES{number:09d}", at, client),
        _node("Sts", _leaf("Conf", "RJCR" if refused else "CNCL")),
        _node("CxlDtls", *items),
    )


def _refusal(answer: Answer) -> str:
    if answer.outcome == "recalled":
        return ""
    return _reason("CxlStsRsnInf", answer.code or "NOOR", answer.text[:105])


def write_verification(answer: Answer) -> Letter:
    """Return whether a name and an account belong together; an account with a code has no name."""
    name = answer.order.name
    verdict = next((code for part, code in _VERDICTS.items() if part in name.upper()), "MTCH")
    body = {"partyNameMatch": "NOAP" if answer.code else verdict}
    if body["partyNameMatch"] == "CMTC":
        body["matchedName"] = answer.details.get("name", name.title())
    content = {"headers": {"X-Request-ID": answer.order.key}, "body": body}
    return Letter("verification", ".json", (json.dumps(content, indent=2) + "\n").encode())


def _agent(name: str, bic: str) -> str:
    return _node(name, _node("FinInstnId", _leaf("BICFI", bic)))


def _account(name: str, iban: str) -> str:
    return _node(name, _node("Id", _leaf("IBAN", iban)))


def _names(item: Incoming, identity: str) -> str:
    return _node(
        "PmtId",
        _leaf("EndToEndId", item.reference or "NOTPROVIDED"),
        _leaf("TxId", identity),
    )


def _totals(items: Sequence[Incoming]) -> tuple[str, ...]:
    day = max(item.day for item in items)
    return (
        _leaf("NbOfTxs", str(len(items))),
        _money("TtlIntrBkSttlmAmt", sum(item.amount for item in items)),
        _leaf("IntrBkSttlmDt", day.isoformat()),
        _node("SttlmInf", _leaf("SttlmMtd", "CLRG")),
    )


def bring_credits(items: Sequence[Incoming], client: Client, at: datetime, number: int) -> Letter:
    """Return a pacs.008 of transfers to the client."""
    payments = (
        _node(
            "CdtTrfTxInf",
            _names(item, f"IN{item.number:012d}"),
            _money("IntrBkSttlmAmt", item.amount),
            _leaf("ChrgBr", "SLEV"),
            _node("Dbtr", _leaf("Nm", item.name)),
            _account("DbtrAcct", item.account),
            _agent("DbtrAgt", item.bank),
            _agent("CdtrAgt", client.bank),
            _node("Cdtr", _leaf("Nm", client.name)),
            _account("CdtrAcct", client.account),
            _node("RmtInf", _leaf("Ustrd", item.remittance)),
        )
        for item in items
    )
    head = _head(f"INC{number:09d}", at, *_totals(items))
    return _letter("incoming", "pacs.008.001.08", "FIToFICstmrCdtTrf", head, *payments)


def bring_debits(items: Sequence[Incoming], client: Client, at: datetime, number: int) -> Letter:
    """Return a pacs.003 of collections from the client."""
    payments = (
        _node(
            "DrctDbtTxInf",
            _names(item, f"IN{item.number:012d}"),
            _money("IntrBkSttlmAmt", item.amount),
            _leaf("ChrgBr", "SLEV"),
            _node(
                "DrctDbtTx",
                _node("MndtRltdInf", _leaf("MndtId", item.fields.get("mandate", "M-1"))),
            ),
            _node("Cdtr", _leaf("Nm", item.name)),
            _account("CdtrAcct", item.account),
            _agent("CdtrAgt", item.bank),
            _node("Dbtr", _leaf("Nm", client.name)),
            _account("DbtrAcct", client.account),
            _agent("DbtrAgt", client.bank),
            _node("RmtInf", _leaf("Ustrd", item.remittance)),
        )
        for item in items
    )
    head = _head(f"COL{number:09d}", at, *_totals(items))
    return _letter("incoming", "pacs.003.001.08", "FIToFICstmrDrctDbt", head, *payments)


def bring_recalls(items: Sequence[Incoming], client: Client, at: datetime, number: int) -> Letter:
    """Return a camt.056 that asks for money that the client received."""
    recalls = (
        _node(
            "TxInf",
            _leaf("CxlId", f"RC{item.number:012d}"),
            _leaf("OrgnlEndToEndId", item.reference or "NOTPROVIDED"),
            _leaf("OrgnlTxId", item.original),
            _money("OrgnlIntrBkSttlmAmt", item.amount),
            _leaf("OrgnlIntrBkSttlmDt", item.day.isoformat()),
            _reason("CxlRsnInf", item.code or "FRAD", item.remittance),
        )
        for item in items
    )
    head = _assignment(f"REC{number:09d}", at, client)
    return _letter("recall", "camt.056.001.08", "FIToFIPmtCxlReq", head, _node("Undrlyg", *recalls))
