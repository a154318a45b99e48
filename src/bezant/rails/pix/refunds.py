"""Refund requests of the directory (DICT): how payments are contested and asked back.

The directory's documents name a payment by its end-to-end id and have no field for the asker's
own number; ours begins the details, which come back with every answer.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from xml.sax.saxutils import escape

from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import Fact, FactKind, Instruction, Originator
from bezant.rail.xml import Element, elements, local, parse, problem, text
from bezant.rails.pix import ids
from bezant.rails.pix.calendar import brazilian_day

ASK = "CreateRefundRequestRequest"
ANSWER = "CloseRefundRequestRequest"
ROOTS = (
    ASK,
    ANSWER,
    "CreateRefundRequestResponse",
    "GetRefundRequestResponse",
    "CloseRefundRequestResponse",
)

_AMOUNT = re.compile(r"([0-9]{1,12})\.([0-9]{2})", re.ASCII)
_RESULTS: Mapping[str, tuple[FactKind, str]] = MappingProxyType(
    {
        "TOTALLY_ACCEPTED": ("recalled", "Granted"),
        "PARTIALLY_ACCEPTED": ("recalled", "Granted in part"),
        "REJECTED": ("recall_refused", "Refused"),
    }
)
_REFUSALS = MappingProxyType(
    {
        "NO_BALANCE": "The receiver has no balance",
        "ACCOUNT_CLOSURE": "The receiver's account is closed",
        "INVALID_REQUEST": "The request is not valid",
        "CANNOT_REFUND": "The payment cannot be refunded",
        "OTHER": "For another reason",
    }
)

Problems = list[Problem]


def write(instruction: Instruction, originator: Originator) -> bytes:
    """Return the document that contests a payment, or answers such a request."""
    original = instruction.original
    assert original is not None, "an instruction that was objected to is not packed"
    details = f"{instruction.trace} {instruction.remittance[:1000]}".strip()
    reais = f"{instruction.amount.amount // 100}.{instruction.amount.amount % 100:02d}"
    if instruction.act == "recall":
        inner = _tags(
            TransactionId=original.end_to_end_id,
            RefundReason=instruction.reason,
            RefundAmount=reais,
            RefundDetails=details,
        )
        body = _tags(Participant=originator.bank_id) + f"<RefundRequest>{inner}</RefundRequest>\n"
        return _document(ASK, body)
    refused = instruction.reason == "REJECTED"
    body = _tags(
        Participant=originator.bank_id,
        RefundRequestId=original.trace,
        TransactionId=original.end_to_end_id,
        RefundAnalysisResult=instruction.reason,
        RefundAmount=reais,
        RefundRejectionReason="OTHER" if refused else "",
        RefundAnalysisDetails=details,
    )
    return _document(ANSWER, body)


def _tags(**values: str) -> str:
    return "".join(
        f"<{tag}>{escape(_plain(value))}</{tag}>\n" for tag, value in values.items() if value
    )


def _plain(value: str) -> str:
    return "".join(char if char.isprintable() else " " for char in value)


def _document(root: str, body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n{body}</{root}>\n'.encode()


def read(data: bytes) -> Fact:
    """Return what a document of the directory says; raises FileRefused with every problem."""
    root = parse(data)
    problems: Problems = []
    name = local(root)
    if name not in ROOTS:
        raise FileRefused([problem(root, f"none of {', '.join(ROOTS)}")])
    request = next(elements(root, "RefundRequest"), root)
    if not ids.is_name(text(request, "TransactionId")):
        problems.append(problem(request, "TransactionId is no end-to-end id of Pix"))
    fact = _asked(request, problems) if name in {ASK, ANSWER} else _heard(root, request, problems)
    if problems:
        raise FileRefused(problems)
    return fact


def _asked(request: Element, problems: Problems) -> Fact:
    told = text(request, "RefundDetails") or text(request, "RefundAnalysisDetails")
    return Fact(
        kind="submitted",
        trace=told.partition(" ")[0],
        amount=_money(request, "RefundAmount", problems),
        line=int(request.sourceline or 0),
        direction="debit",
        details={"original": text(request, "TransactionId")},
    )


def _heard(root: Element, request: Element, problems: Problems) -> Fact:
    """Read what the directory says: of a request of ours, or of one that somebody else makes."""
    told = text(request, "RefundDetails").partition(" ")[0]
    ours = ids.TRACE.fullmatch(told) is not None
    result = text(request, "RefundAnalysisResult")
    kind, meaning = _RESULTS.get(result, ("acknowledged", "Taken in"))
    if result and result not in _RESULTS:
        problems.append(problem(request, f"result {result!r} is none of {', '.join(_RESULTS)}"))
    refusal = text(request, "RefundRejectionReason")
    if not ours:
        kind, meaning, result = "recall_requested", "Asked back", text(request, "RefundReason")
    return Fact(
        kind=kind,
        trace=told if ours else text(request, "Id"),
        amount=_money(request, "RefundAmount", problems),
        code=refusal or result or text(request, "Status"),
        reason=f"{meaning}: {_REFUSALS.get(refusal, refusal)}" if refusal else meaning,
        on=_day(root, problems),
        line=int(request.sourceline or 0),
        end_to_end_id="" if ours else text(request, "TransactionId"),
        direction="debit" if ours else "credit",
        details={
            "original": text(request, "TransactionId"),
            "request": text(request, "Id"),
            "return": text(request, "RefundTransactionId"),
        },
    )


def _money(request: Element, name: str, problems: Problems) -> Money | None:
    found = _AMOUNT.fullmatch(text(request, name))
    if found is None:
        problems.append(problem(request, f"{name} is no amount of reais"))
        return None
    return Money(int(found.group(1)) * 100 + int(found.group(2)), "brl")


def _day(root: Element, problems: Problems) -> date | None:
    try:
        return brazilian_day(datetime.fromisoformat(text(root, "ResponseTime")))
    except (ValueError, OverflowError):
        problems.append(problem(root, "ResponseTime is no instant"))
        return None
