"""What banks say became of orders: pain.002 and pacs.002, and answers to recalls (camt.029)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct, field

from bezant.iso20022 import investigations, messages, pacs, pain, parties
from bezant.iso20022.messages import Message
from bezant.rail import Fact, FactKind
from bezant.rails.sepa import verify
from bezant.rails.sepa.reasons import reason

STATUSES: Mapping[str, tuple[FactKind, str]] = {
    "RCVD": ("acknowledged", "Received"),
    "ACTC": ("acknowledged", "Accepted: the format is right"),
    "ACCP": ("acknowledged", "Accepted: the customer's profile is right"),
    "ACFC": ("acknowledged", "Accepted: the funds are there"),
    "ACSP": ("acknowledged", "Accepted: settlement is under way"),
    "ACWC": ("acknowledged", "Accepted with a change"),
    "ACWP": ("acknowledged", "Accepted, not yet posted to the receiver"),
    "PART": ("acknowledged", "Accepted in part"),
    "PDNG": ("pending", "Pending"),
    "PATC": ("pending", "Waits for another signature"),
    "RVCM": ("pending", "Payees were verified; a decision is wanted"),
    "ACSC": ("settled", "Settled: the payer's account is debited"),
    "ACCC": ("settled", "Settled: the receiver's account is credited"),
    "RJCT": ("rejected", "Rejected"),
    "CANC": ("recalled", "Canceled"),
    "ACCR": ("recalled", "Recall granted"),
    "CNCL": ("recalled", "Canceled as asked"),
    "RJCR": ("recall_refused", "Recall refused"),
    "PDCR": ("pending", "Recall is pending"),
}
"""What each status is, as a fact, and in words."""

VERIFIED = {"RCVC": "MTCH", "RVMC": "CMTC", "RVNM": "NMTC", "RVNA": "NOAP"}
"""Statuses of payees in a pain.002, as the answers of the scheme for single payees."""


class _Told(Struct, frozen=True):
    """What one status says, wherever it stands."""

    trace: str
    status: str
    reasons: tuple[parties.Reason, ...]
    line: int
    end_to_end: str = ""
    on: date | None = None
    original: parties.OriginalPayment | None = None
    details: Mapping[str, str] = field(default_factory=dict[str, str])


def code_of(reasons: Iterable[parties.Reason]) -> tuple[str, str]:
    """Return the first code and all words of some reasons."""
    told = [*reasons]
    code = next((item.code or item.own_code for item in told if item.code or item.own_code), "")
    return code or "NARR", " ".join(item.text for item in told if item.text)


def _fact(told: _Told) -> Fact:
    if told.status in VERIFIED:
        _, words = code_of(told.reasons)
        code = VERIFIED[told.status]
        details = {**told.details, "match": verify.MATCHES[code], "matched_name": words}
        return verify.verified(told.trace, code, _filled(details), told.line)
    unknown: tuple[FactKind, str] = ("pending", f"Status {told.status}")
    kind, words = STATUSES.get(told.status, unknown)
    amount = told.original.amount or told.original.instructed if told.original else None
    fact = Fact(
        kind=kind,
        trace=told.trace,
        amount=amount,
        code=told.status,
        reason=words,
        on=told.on,
        line=told.line,
        end_to_end_id=told.end_to_end,
        details=_filled(told.details),
    )
    return _with_reason(fact, told) if told.reasons or kind == "rejected" else fact


def _with_reason(fact: Fact, told: _Told) -> Fact:
    """Return a fact with the code of its reason in the place of its status."""
    code, words = code_of(told.reasons)
    known = reason(code)
    more = {"status": told.status, "information": words, "may_be": ",".join(known.may_be)}
    failed = fact.kind == "rejected"
    return Fact(
        kind=fact.kind,
        trace=fact.trace,
        amount=fact.amount,
        code=code,
        reason=known.meaning,
        failure_code=known.failure_code if failed else None,
        on=fact.on,
        line=fact.line,
        end_to_end_id=fact.end_to_end_id,
        details=_filled({**told.details, **more}),
    )


def _filled(details: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in details.items() if value}


def collectors(facts: list[Fact]) -> dict[type[Struct], messages.Take]:
    """Return what turns the orders of a pain.002 into facts while they are read.

    Of each batch one order is kept, so that `of_orders` knows that it is told of order by order.
    """
    about: dict[str, Any] = {}

    def header(found: Any, _: dict[str, Any]) -> None:
        about["on"] = found.created_at.date()

    def group(found: Any, _: dict[str, Any]) -> bool:
        about["group"] = found
        return True

    def order(payment: Any, batch: dict[str, Any]) -> bool:
        if len(about) == 2:  # Without either the message is refused when it has ended.
            facts.append(_fact(_of_order(payment, batch, about["group"], about["on"])))
        return not batch.get("payments")

    return {
        pain.OrderStatusHeader: header,
        parties.OriginalGroup: group,
        pain.OrderStatus: order,
    }


def of_orders(message: Message) -> Iterator[Fact]:
    """Yield a fact for each batch of a pain.002 without orders, or for a file that names nothing.

    They have the name of the batch or message as trace, and say so in `level`. Single orders were
    told of while the message was read.
    """
    body: pain.OrderStatusReport = message.body
    group, on = body.group, body.header.created_at.date()
    for batch in body.batches:
        if not batch.payments and batch.status:
            details = {"level": "batch", "file": group.id}
            yield _fact(_Told(batch.id, batch.status, batch.reasons, batch.line, on=on,
                              details=details))  # fmt: skip
    if not body.batches and group.status:
        yield _fact(_of_group(group, on))


def _of_order(
    payment: pain.OrderStatus, batch: Mapping[str, Any], group: parties.OriginalGroup, on: date
) -> _Told:
    name = str(batch.get("id", ""))
    return _Told(
        trace=payment.instruction or payment.end_to_end,
        status=payment.status or batch.get("status", "") or group.status,
        reasons=payment.reasons or tuple(batch.get("reasons", ())) or group.reasons,
        line=payment.line,
        end_to_end=payment.end_to_end,
        on=payment.accepted_at.date() if payment.accepted_at else on,
        original=payment.original,
        details={"batch": name, "file": group.id, "bank_reference": payment.bank_reference},
    )


def _of_group(group: parties.OriginalGroup, on: date) -> _Told:
    details = {"level": "file", "file": group.id}
    return _Told(group.id, group.status, group.reasons, group.line, on=on, details=details)


def of_payments(message: Message) -> Iterator[Fact]:
    """Yield a fact for each payment of a pacs.002, or one for a message without any."""
    body: pacs.StatusReport = message.body
    on = body.header.created_at.date()
    group = next(iter(body.groups), None)
    payments = [*body.payments]
    if not payments and group is not None and group.status:
        yield _fact(_of_group(group, on))
    for item in payments:
        accepted = item.accepted_at.date() if item.accepted_at else on
        settled = item.original.settled_on if item.original else None
        name = item.message.id if item.message else group.id if group else ""
        details = {"file": name, "uetr": item.uetr, "clearing": item.clearing_reference}
        yield _fact(
            _Told(
                trace=item.instruction or item.end_to_end or item.payment,
                status=item.status or (group.status if group else ""),
                reasons=item.reasons or (group.reasons if group else ()),
                line=item.line,
                end_to_end=item.end_to_end,
                on=item.settled_on or settled or accepted,
                original=item.original,
                details=details,
            )
        )


def of_recalls(message: Message) -> Iterator[Fact]:
    """Yield what came of recalls, by the recall's own name where the bank repeats it as the case.

    Without a case it is told of the payment itself; our own answers are only read back.
    """
    body: investigations.Resolutions = message.body
    ours = body.assignment.assigner.party is not None
    on = body.assignment.created_at.date()
    for item in body.payments:
        original = item.instruction or item.end_to_end or item.payment
        case = item.case or body.case
        told = _Told(
            trace=case.id if case else original,
            status=item.status or body.status,
            reasons=item.reasons,
            line=item.line,
            end_to_end=item.end_to_end,
            on=on,
            details={"answer": item.id, "original": original if case else ""},
        )
        yield _own_answer(item) if ours else _fact(told)
    if not body.payments and body.status and body.case is not None:
        yield _fact(_Told(body.case.id, body.status, (), body.line, on=on))


def _own_answer(item: investigations.Resolution) -> Fact:
    code: Any = code_of(item.reasons)[0] if item.reasons else None
    return Fact(
        "submitted", item.id, item.amount, code, line=item.line, end_to_end_id=item.end_to_end,
        details=_filled({"original": item.payment or item.instruction}),
    )  # fmt: skip
