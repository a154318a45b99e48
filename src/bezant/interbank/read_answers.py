"""Answers in messages: statuses, answers to recalls and requests, refusals of whole messages."""

from collections.abc import Iterator, Mapping

from bezant.interbank.heard import PENDING, Heard, charges, details, why
from bezant.interbank.names import is_name, traced_message
from bezant.iso20022 import investigations, pacs, pain
from bezant.iso20022.head import MessageReject, Receipts
from bezant.iso20022.reasons import reason
from bezant.kernel.errors import Problem
from bezant.rail import Fact, FactKind

_REQUEST_KINDS: Mapping[str, FactKind] = {
    "ACTC": "acknowledged",
    "ACCP": "acknowledged",
    "ACWC": "acknowledged",
    "RCVD": "acknowledged",
    "ACSP": "acknowledged",
    "PDNG": "pending",
    "ACSC": "settled",
    "RJCT": "rejected",
    "CANC": "rejected",
}
_RECALL_KINDS: Mapping[str, FactKind] = {
    "IPAY": "recalled",
    "CNCL": "recalled",
    "ACCR": "recalled",
    "PECR": "recalled",
    "RJCR": "recall_refused",
    "PDCR": "pending",
    "UWFW": "pending",
    "INFO": "pending",
}

_ANSWERS = {
    "IPAY": "Granted, the payment back is on its way",
    "CNCL": "Granted",
    "ACCR": "Granted",
    "PECR": "Granted in part",
    "RJCR": "Refused",
    "PDCR": "Pending",
    "UWFW": "Passed on to the next bank",
    "INFO": "Answered in words",
}


def statuses(heard: Heard, body: pacs.StatusReport) -> Iterator[Fact]:
    payments = tuple(body.payments)
    for it in payments:
        yield _status(heard, it, body)
    for group in () if payments else body.groups:
        kind = heard.profile.kinds.get(group.status)
        code, meaning, failure = why(kind, group.status, group.reasons)
        trace = traced_message(group.id) or heard.trace(group.line, group.id)
        if kind is None:
            heard.problems.append(
                Problem(group.line, None, f"the status {group.status!r} is not known")
            )
            continue
        yield Fact(
            kind=kind,
            trace=trace,
            code=code,
            reason=meaning,
            failure_code=failure,
            on=heard.day(None, body.header.created_at),
            line=group.line,
            details=details(status=group.status, message_id=group.id),
        )


def _status(heard: Heard, it: pacs.Status, body: pacs.StatusReport) -> Fact:
    status = it.status or next((group.status for group in body.groups), "")
    kind = heard.profile.kinds.get(status)
    if kind is None:
        heard.problems.append(Problem(it.line, None, f"the status {status!r} is not known"))
    code, meaning, failure = why(kind, status, it.reasons)
    if status == "ACSP" and code in PENDING:
        kind = "pending"
    original = it.original
    return Fact(
        kind=kind or "acknowledged",
        trace=heard.original(it),
        amount=original.amount if original else None,
        code=code,
        reason=meaning,
        failure_code=failure,
        on=heard.day(it.settled_on, it.settled_at or it.accepted_at or body.header.created_at),
        line=it.line,
        end_to_end_id=it.end_to_end if is_name(it.end_to_end) else "",
        details=details(
            status=status,
            uetr=it.uetr,
            message_id=it.message.id if it.message else "",
            clearing_reference=it.clearing_reference,
            bank_reference=it.bank_reference,
        )
        | charges(it.charges),
    )


def resolutions(heard: Heard, body: investigations.Resolutions) -> Iterator[Fact]:
    found = body.payments
    case = body.case.id if body.case else ""
    it = found[0] if found else investigations.Resolution(line=body.line)
    if not case and it.case:
        case = it.case.id
    status = body.status or it.status
    kind = _RECALL_KINDS.get(status)
    if kind is None:
        heard.problems.append(Problem(body.line, None, f"the answer {status!r} is not known"))
    code, meaning, _ = why(None, "", it.reasons)
    sent = heard.side == "sent"
    original = heard.original(it) if found else ""
    trace = body.assignment.id if sent else case
    yield Fact(
        kind="submitted" if sent else kind or "pending",
        trace=heard.trace(body.line, trace, original),
        amount=it.amount,
        code=code or status,
        reason=meaning or _ANSWERS.get(status, status),
        on=heard.day(None, body.assignment.created_at),
        line=it.line or body.line,
        details=details(case=case, original=original, status=status, uetr=it.uetr),
    )


def request_statuses(heard: Heard, body: pain.OrderStatusReport) -> Iterator[Fact]:
    for batch in body.batches:
        for it in batch.payments:
            kind = _REQUEST_KINDS.get(it.status or batch.status)
            if kind is None:
                reason_ = f"the status {it.status or batch.status!r} is not known"
                heard.problems.append(Problem(it.line, None, reason_))
                continue
            code, meaning, failure = why(kind, it.status or batch.status, it.reasons)
            by_uetr = heard.profile.named_by == "uetr"
            names = (it.uetr, batch.id) if by_uetr else (it.instruction, batch.id)
            amount = it.original.instructed if it.original else None
            yield Fact(
                kind=kind,
                trace=heard.trace(it.line, *names, it.instruction, it.end_to_end),
                amount=amount,
                code=code,
                reason=meaning,
                failure_code=failure,
                on=heard.day(None, it.decided_at or it.accepted_at or body.header.created_at),
                line=it.line,
                end_to_end_id=it.end_to_end if is_name(it.end_to_end) else "",
                details=details(status=it.status or batch.status),
            )


def refused_message(heard: Heard, body: MessageReject) -> Iterator[Fact]:
    """Yield the refusal of a message of ours; one that names none is a warning."""
    trace = traced_message(body.reference) or body.reference
    if not is_name(trace):
        words = body.text or body.code
        heard.warnings.append(f"line {body.line}: a message that is not named was refused: {words}")
        return
    meaning = reason(body.code).meaning
    yield Fact(
        kind="rejected",
        trace=trace,
        code=body.code,
        reason=f"{meaning}: {body.text}" if body.text else meaning,
        failure_code="could_not_process",
        on=heard.day(None, body.rejected_at),
        line=body.line,
        details=details(message_id=body.reference, location=body.location),
    )


def receipts(heard: Heard, body: Receipts) -> Iterator[Fact]:
    for it in body.reports:
        if trace := traced_message(it.reference):
            yield Fact(
                kind="acknowledged",
                trace=trace,
                code=it.status or "RCVD",
                reason=it.text or "Received",
                on=heard.day(None, it.at),
                line=it.line,
                details=details(message_id=it.reference),
            )


def events(*_: object) -> Iterator[Fact]:
    """A network's notice about itself says nothing about a payment."""
    return iter(())
