"""Payments in messages: transfers, requests for them, returns, recalls, enquiries.

Ours on their way out are `submitted`; whatever came in begins something new, or undoes something.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from bezant.interbank import parties
from bezant.interbank.heard import Heard, charges, details, why
from bezant.interbank.names import is_name, named_in
from bezant.iso20022 import investigations, pacs, pain
from bezant.rail import Fact, Party


def transfers(heard: Heard, body: pacs.CustomerTransfers) -> Iterator[Fact]:
    for it in body.payments:
        fact = _payment(heard, it, body.header)
        original = _given_back(heard, it)
        yield fact if not original else _as_return(fact, original)


def _given_back(heard: Heard, it: pacs.Transfer) -> str:
    """Return the trace of our payment that comes back by a new one; empty for any other."""
    bank = it.creditor_agent.id
    if not heard.profile.returns_by_payment or heard.side == "sent" or it.debtor_agent.id == bank:
        return ""
    text = it.remittance.text if it.remittance else ""
    # An end-to-end id of ours is no sign: who pays what we requested repeats it.
    return named_in(text, bank)


def _as_return(fact: Fact, original: str) -> Fact:
    return replace(
        fact,
        kind="returned",
        trace=original,
        code="FOCR",
        reason="Sent back by a new payment",
        failure_code="could_not_process",
        details=fact.details | {"return_id": fact.trace, "original": original},
    )


def _payment(
    heard: Heard, it: pacs.Transfer | pacs.BankTransfer, header: pacs.PaymentHeader
) -> Fact:
    names = it.id
    first = (
        (names.uetr,) if heard.profile.named_by == "uetr" else (names.instruction, names.payment)
    )
    trace = heard.trace(it.line, *first, names.uetr, names.instruction, names.end_to_end)
    sent = heard.side == "sent"
    ordered = it.instructed_amount if isinstance(it, pacs.Transfer) else None
    bearer = it.charge_bearer if isinstance(it, pacs.Transfer) else ""
    taken = it.charges if isinstance(it, pacs.Transfer) else ()
    return Fact(
        kind="submitted" if sent else "received",
        trace=trace,
        amount=it.amount,
        on=it.settles_on or header.settles_on,
        line=it.line,
        end_to_end_id=names.end_to_end if is_name(names.end_to_end) else "",
        direction="credit" if sent else "debit",
        counterparty=_other_side(heard, it),
        remittance=it.remittance.text if it.remittance else "",
        details=details(
            instruction_id=names.instruction,
            uetr=names.uetr,
            clearing_reference=names.clearing_reference,
            message_id=header.id,
            bearer=bearer,
            ordered=str(ordered.amount) if ordered else "",
            ordered_currency=ordered.currency if ordered else "",
            purpose=it.purpose.code or it.purpose.own if it.purpose else "",
        )
        | charges(taken),
    )


def _other_side(heard: Heard, it: pacs.Transfer | pacs.BankTransfer) -> Party | None:
    sent = heard.side == "sent"
    if isinstance(it, pacs.BankTransfer):
        return None
    if sent:
        who, where, bank = it.creditor, it.creditor_account, it.creditor_agent
    else:
        who, where, bank = it.debtor, it.debtor_account, it.debtor_agent
    return parties.read_party(who, where, bank)


def bank_transfers(heard: Heard, body: pacs.BankTransfers) -> Iterator[Fact]:
    for it in body.payments:
        yield _payment(heard, it, body.header)


def returns(heard: Heard, body: pacs.Returns) -> Iterator[Fact]:
    for it in body.payments:
        sent = heard.side == "sent"
        code, meaning, failure = why("returned", "", it.reasons)
        original = heard.original(it)
        yield Fact(
            kind="submitted" if sent else "returned",
            trace=heard.own(it.line, it.id, body.header.id) if sent else original,
            amount=it.amount,
            code=code or "NARR",
            reason=meaning or "Returned without a reason",
            failure_code=None if sent else failure,
            on=it.settles_on or body.header.settles_on,
            line=it.line,
            end_to_end_id=it.end_to_end if is_name(it.end_to_end) else "",
            direction="credit" if sent else "debit",
            details=details(return_id=it.id, uetr=it.uetr, original=original) | charges(it.charges),
        )


def enquiries(heard: Heard, body: pacs.Enquiries) -> Iterator[Fact]:
    """Yield our own questions; those of others are for people to answer."""
    for it in body.payments:
        original = heard.original(it)
        if heard.side == "heard":
            heard.warnings.append(f"line {it.line}: somebody asks what became of {original}")
            continue
        yield Fact(
            kind="submitted",
            trace=heard.own(it.line, it.id, body.header.id),
            on=heard.day(None, body.header.created_at),
            line=it.line,
            details=details(act="enquire", original=original),
        )


def recalls(heard: Heard, body: investigations.Recalls) -> Iterator[Fact]:
    case = body.case.id if body.case else body.assignment.id
    for it in body.payments:
        original = heard.original(it)
        sent = heard.side == "sent"
        code, meaning, _ = why(None, "", it.reasons)
        yield Fact(
            kind="submitted" if sent else "recall_requested",
            trace=heard.trace(it.line, case) if sent else original,
            amount=it.amount,
            code=code or "NARR",
            reason=meaning or "Asked back without a reason",
            on=heard.day(None, body.assignment.created_at),
            line=it.line,
            end_to_end_id=it.end_to_end if is_name(it.end_to_end) else "",
            direction="credit",
            details=details(case=case, original=original, uetr=it.uetr),
        )


def requests(heard: Heard, body: pain.Requests) -> Iterator[Fact]:
    for batch in body.batches:
        for it in batch.payments:
            sent = heard.side == "sent"
            by_uetr = heard.profile.named_by == "uetr"
            first = (it.id.uetr,) if by_uetr else (it.id.instruction, batch.id)
            if sent:
                who, where, bank = batch.debtor, batch.debtor_account, batch.debtor_agent
            else:
                who, where, bank = it.creditor, it.creditor_account, it.creditor_agent
            yield Fact(
                kind="submitted" if sent else "requested",
                trace=heard.trace(it.line, *first, it.id.instruction, it.id.end_to_end),
                amount=it.amount,
                on=heard.day(batch.executed_on, batch.executed_at),
                line=it.line,
                end_to_end_id=it.id.end_to_end if is_name(it.id.end_to_end) else "",
                direction="debit" if sent else "credit",
                counterparty=parties.read_party(who, where, bank),
                remittance=it.remittance.text if it.remittance else "",
                details=details(
                    uetr=it.id.uetr,
                    expires=str(batch.expires_on or batch.expires_at or ""),
                    message_id=body.header.id,
                ),
            )
