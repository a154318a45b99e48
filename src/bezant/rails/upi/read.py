"""Reading UPI's messages: our requests again, and RespPay, RespChkTxn, RespValAdd of the network.

A ReqPay of somebody else brings money (PAY, CREDIT) or asks for it (COLLECT).
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import Fact, FactKind, Party, ReadFile, Totals, UpiAddress
from bezant.rail.names import compare
from bezant.rail.xml import Element, attribute, elements, local, parse, problem
from bezant.rails.upi.codes import reason_of
from bezant.rails.upi.messages import INDIA
from bezant.rails.upi.orders import TRACE

_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?", re.ASCII)
_KINDS: Mapping[str, FactKind] = MappingProxyType(
    {
        "SUCCESS": "settled",
        "FAILURE": "rejected",
        "PENDING": "pending",
        "DEEMED": "pending",
        "PARTIAL": "pending",
    }
)
Problems = list[Problem]


def read(data: bytes) -> ReadFile:
    """Return the one fact of a message; raises FileRefused with every problem and its line."""
    root = parse(data)
    reader = _READERS.get(local(root))
    if reader is None:
        raise FileRefused([problem(root, f"not one of {', '.join(_READERS)}")])
    transaction = next(elements(root, "Txn"), None)
    if transaction is None or not attribute(transaction, "id"):
        raise FileRefused([problem(root, "there is no transaction with an id (Txn)")])
    problems: Problems = []
    fact = reader(root, transaction, problems)
    if problems:
        raise FileRefused(problems)
    paid = fact.amount or Money(0, "inr")
    nothing = Money(0, "inr")
    sums = (nothing, paid) if fact.direction == "debit" else (paid, nothing)
    details = {"reference": attribute(next(elements(root, "Head"), root), "msgId")}
    return ReadFile((fact,), (), Totals(1, *sums, details))


def _request(root: Element, transaction: Element, problems: Problems) -> Fact:
    trace, kind = attribute(transaction, "id"), attribute(transaction, "type")
    payer = _one(root, "Payer", problems)
    payee = _one(root, "Payees/Payee", problems)
    collects = kind == "COLLECT"
    if kind not in {"PAY", "CREDIT", "COLLECT"}:
        problems.append(problem(transaction, f"type {kind!r} is none of PAY, CREDIT, COLLECT"))
    ours = TRACE.fullmatch(trace) is not None
    told: FactKind = "submitted" if ours else "requested" if collects else "received"
    other = (payer if collects else payee) if ours else (payee if collects else payer)
    return Fact(
        kind=told,
        trace=trace,
        amount=_amount(next(elements(payee, "Amount"), payee), "value", problems),
        code=None if ours else kind,
        reason=None if ours else "Asked for" if collects else "Paid in",
        on=_day(transaction, problems),
        line=_line(transaction),
        end_to_end_id="" if ours else attribute(transaction, "refId"),
        # What comes unasked moves money to us (a debit of the other side) or asks for ours.
        direction="debit" if collects == ours else "credit",
        counterparty=Party(attribute(other, "name"), UpiAddress(attribute(other, "addr"))),
        remittance=attribute(transaction, "note"),
        details={"reference": attribute(transaction, "refId"), "type": kind},
    )


def _asked(root: Element, transaction: Element, problems: Problems) -> Fact:
    """Read an enquiry or a verification of ours, which move nothing."""
    payee = next(elements(root, "Payee"), transaction)
    return Fact(
        kind="submitted",
        trace=attribute(transaction, "id"),
        on=_day(transaction, problems),
        line=_line(transaction),
        details={
            "original": attribute(transaction, "orgTxnId"),
            "address": attribute(payee, "addr"),
        },
    )


def _response(root: Element, transaction: Element, problems: Problems) -> Fact:
    answer = _one(root, "Resp", problems)
    result = attribute(answer, "result")
    kind = _KINDS.get(result)
    if kind is None:
        problems.append(problem(answer, f"result {result!r} is none of {', '.join(_KINDS)}"))
        kind = "pending"
    parts = [*elements(answer, "Ref")]
    code = _code(answer, parts)
    reason = reason_of(code)
    amounts = [_amount(part, "settAmount", problems) for part in parts]
    trace = attribute(transaction, "orgTxnId") or attribute(transaction, "id")
    return Fact(
        kind=kind,
        trace=trace,
        amount=next((amount for amount in amounts if amount), None),
        code=code,
        reason="Deemed approved" if result == "DEEMED" else reason.meaning,
        failure_code=reason.failure_code or None if kind == "rejected" else None,
        on=_day(transaction, problems),
        line=_line(answer),
        details={
            "result": result,
            "approval": next((attribute(part, "approvalNum") for part in parts), ""),
            "customer_reference": attribute(transaction, "custRef"),
        }
        | ({"enquiry": attribute(transaction, "id")} if local(root) == "RespChkTxn" else {}),
    )


def _code(answer: Element, parts: list[Element]) -> str:
    """Return the code of an answer: its own, or the first of a part that did not approve."""
    codes = [attribute(part, "respCode") for part in parts]
    refused = [code for code in codes if code and code != "00"]
    return attribute(answer, "errCode") or next(iter(refused), "00")


def _verified(root: Element, transaction: Element, problems: Problems) -> Fact:
    answer = _one(root, "Resp", problems)
    known, asked = attribute(answer, "maskName"), attribute(answer, "reqName")
    failed = attribute(answer, "result") != "SUCCESS"
    code = attribute(answer, "errCode") or ("ZH" if failed else "00")
    verdict = "no_match" if failed else compare(asked, known).verdict if asked else "match"
    return Fact(
        kind="verified",
        trace=attribute(transaction, "id"),
        code=code,
        reason=reason_of(code).meaning,
        on=_day(transaction, problems),
        line=_line(answer),
        details={"verdict": verdict, "name": known, "ifsc": attribute(answer, "IFSC")},
    )


_READERS: Mapping[str, Callable[[Element, Element, Problems], Fact]] = MappingProxyType(
    {
        "ReqPay": _request,
        "ReqChkTxn": _asked,
        "ReqValAdd": _asked,
        "RespPay": _response,
        "RespChkTxn": _response,
        "RespValAdd": _verified,
    }
)
ROOTS = tuple(_READERS)


def _one(root: Element, path: str, problems: Problems) -> Element:
    found = [*elements(root, path)]
    if len(found) != 1:
        problems.append(problem(root, f"{len(found)} of {path}, where one should stand"))
    return found[0] if found else root


def _amount(element: Element, name: str, problems: Problems) -> Money | None:
    found = _AMOUNT.fullmatch(attribute(element, name))
    if found is None:
        said = attribute(element, name)[:40]
        problems.append(problem(element, f"{name} {said!r} is no amount of rupees"))
        return None
    paise = int((found.group(2) or "").ljust(2, "0"))
    return Money(int(found.group(1)) * 100 + paise, "inr")


def _day(transaction: Element, problems: Problems) -> date | None:
    try:
        instant = datetime.fromisoformat(attribute(transaction, "ts"))
        return instant.astimezone(INDIA).date()
    except (ValueError, OverflowError):
        problems.append(problem(transaction, "ts is no instant"))
        return None


def _line(element: Element) -> int:
    return int(element.sourceline or 0)
