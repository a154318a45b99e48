"""Writing Bacs' reports to a service user: ARUDD, ARUCS, ADDACS, AUDDIS, AWACS, DDICA."""

from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from bezant.sim.scheme import Answer, Client, Letter

WORDS = {
    "0": "REFER TO PAYER",
    "1": "INSTRUCTION CANCELLED",
    "2": "PAYER DECEASED",
    "3": "ACCOUNT TRANSFERRED",
    "4": "ADVANCE NOTICE DISPUTED",
    "5": "NO ACCOUNT",
    "6": "NO INSTRUCTION",
    "B": "ACCOUNT CLOSED",
    "C": "REQUESTED BY REMITTER",
}
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def pounds(pence: int) -> str:
    """Return an amount as reports write it."""
    return f"{pence // 100}.{pence % 100:02d}"


def tag(name: str, attributes: dict[str, str], inner: str = "") -> str:
    """Return an element with its attributes."""
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{written}>{inner}</{name}>\n" if inner else f"<{name}{written}/>\n"


def _sort_code(digits: str) -> str:
    return f"{digits[:2]}-{digits[2:4]}-{digits[4:]}"


def write_returns(
    report: str, answers: Sequence[Answer], client: Client, at: datetime, number: int
) -> Letter:
    """Return ARUDD for debits or ARUCS for credits."""
    item, party = (
        ("ReturnedDebitItem", "PayerAccount")
        if report == "ARUDD"
        else ("ReturnedCreditItem", "ReceiverAccount")
    )
    items = "".join(_item(item, party, answer) for answer in answers)
    total = sum(answer.amount for answer in answers)
    own = {"name": client.name, "number": client.account, "sortCode": _sort_code(client.bank)}
    record = (
        tag("OriginatingAccount", own)
        + items
        + tag(
            "Totals", {"numberOf": str(len(answers)), "valueOf": pounds(total), "currency": "GBP"}
        )
    )
    header = {"adviceNumber": str(number), "currentProcessingDate": f"{at:%Y-%m-%d}"}
    user = {"userName": client.name, "userNumber": client.company}
    body = (
        tag("Header", header)
        + tag("ServiceLicenseInformation", user)
        + f"<Advice><OriginatingAccountRecords><OriginatingAccountRecord>\n{record}"
        + "</OriginatingAccountRecord></OriginatingAccountRecords></Advice>\n"
    )
    text = f"{_HEAD}<BACSDocument><Data><{report}>\n{body}</{report}></Data></BACSDocument>\n"
    return Letter("return", ".xml", text.encode())


def _item(item: str, party: str, answer: Answer) -> str:
    order = answer.order
    account = {"number": order.account, "sortCode": _sort_code(order.bank), "name": order.name}
    return tag(
        item,
        {
            "ref": order.key,
            "transCode": order.fields["code"],
            "returnCode": answer.code,
            "returnDescription": WORDS.get(answer.code, "REFER TO PAYER"),
            "originalProcessingDate": order.fields["processed"],
            "valueOf": pounds(answer.amount),
            "currency": "GBP",
        },
        tag(party, account),
    )


def write_advices(
    kind: str, answers: Sequence[Answer], client: Client, at: datetime, number: int
) -> Letter:
    """Return advices of records A (mandate changed), N (mandate refused) or W (wrong account)."""
    advices = "".join(_advice(kind, answer, client, at) for answer in answers)
    header = {"user-number": client.company, "envelope-sequence-number": str(number)}
    body = tag("MessagingHeader", header) + advices
    text = (
        f"{_HEAD}<BACSDocument><Data><MessagingAdvices>\n{body}"
        "</MessagingAdvices></Data></BACSDocument>\n"
    )
    return Letter("return" if kind == "N" else "correction", ".xml", text.encode())


def _advice(kind: str, answer: Answer, client: Client, at: datetime) -> str:
    order = answer.order
    moved = {
        f"payer-new-{key}": value
        for key, value in answer.details.items()
        if key in {"sort-code", "account-number"}
    }
    return tag(
        "MessagingAdvice",
        {
            "record-type": kind,
            "user-number": client.company,
            "reference": order.key,
            "reason-code": answer.code,
            "payer-name": order.name,
            "payer-sort-code": order.bank,
            "payer-account-number": order.account,
            "effective-date": f"{at:%Y-%m-%d}",
        }
        | moved,
    )


def write_claims(answers: Sequence[Answer], client: Client, at: datetime) -> Letter:
    """Return DDICA: what payers claim back under the guarantee, debited on the report's day."""
    claims = "".join(_claim(place, answer) for place, answer in enumerate(answers, 1))
    total = sum(answer.amount for answer in answers)
    text = (
        f'{_HEAD}<VocaDocument><Data><Document type="DDICReport">\n'
        f"<ServiceUserNumber>{client.company}</ServiceUserNumber>\n<NewAdvices>\n{claims}"
        f"<TotalNumberOfNewDDIAdvices>{len(answers)}</TotalNumberOfNewDDIAdvices>\n"
        f"<TotalValueOfDebits>{pounds(total)}</TotalValueOfDebits>\n"
        f"<DateOfDebit>{at:%Y-%m-%d}</DateOfDebit>\n"
        "</NewAdvices></Document></Data></VocaDocument>\n"
    )
    return Letter("return", ".xml", text.encode())


def _claim(place: int, answer: Answer) -> str:
    order = answer.order
    return (
        f"<DDICAdvice><SeqNo>{place}</SeqNo>"
        f"<PayingBankReference>DDIC{answer.number:08d}</PayingBankReference>"
        f"<SUReference>{escape(order.key)}</SUReference>"
        f"<ReasonCode>{answer.code.removeprefix('DDIC')}</ReasonCode>"
        f"<DDCollections><DDCollection><DateOfDirectDebit>{order.fields['processed']}"
        f"</DateOfDirectDebit><Amount>{pounds(answer.amount)}</Amount></DDCollection>"
        f"</DDCollections><TotalAmount>{pounds(answer.amount)}</TotalAmount></DDICAdvice>\n"
    )
