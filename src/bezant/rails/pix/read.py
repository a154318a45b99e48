"""Reading Pix's messages: our own again, and statuses, payments and returns that come in.

Whoever the header says a message goes to decides whether it is ours on its way out.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal

from bezant.iso20022 import messages, pacs
from bezant.iso20022.parties import Account as IsoAccount
from bezant.iso20022.parties import Agent, Reason
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import Account, BrAccount, Fact, FactKind, Party, PixKey, ReadFile, Totals
from bezant.rails.pix import ids
from bezant.rails.pix.calendar import brazilian_day
from bezant.rails.pix.keys import key_of
from bezant.rails.pix.messages import CENTRAL_BANK
from bezant.rails.pix.orders import RETURN_REASONS
from bezant.rails.pix.reasons import reason_of

_KINDS: Mapping[str, FactKind] = MappingProxyType(
    {
        "ACSP": "acknowledged",
        "ACSC": "settled",
        "ACCC": "settled",
        "PDNG": "pending",
        "RJCT": "rejected",
    }
)
_TYPES: Mapping[str, Literal["checking", "savings", "payment"]] = MappingProxyType(
    {"CACC": "checking", "SVGS": "savings", "TRAN": "payment"}
)
_MEANINGS = MappingProxyType(
    {
        "ACSP": "Accepted by the receiver's participant",
        "ACSC": "Settled",
        "ACCC": "Settled and on the account",
        "PDNG": "Pending",
    }
)


def read(data: bytes) -> ReadFile:
    """Return what a message says; raises FileRefused with every problem."""
    message = messages.read(data)
    reader = _READERS.get(message.family)
    if reader is None:
        raise FileRefused([Problem(1, None, f"{message.name} is no message of Pix")])
    problems: list[Problem] = []
    facts = tuple(reader(message.body, _is_sent(message), problems))
    if not facts and not problems:
        problems.append(Problem(1, None, "the message is about no payment"))
    if problems:
        raise FileRefused(problems)
    sums = {"credit": 0, "debit": 0}
    for fact in facts:
        sums[fact.direction or "credit"] += fact.amount.amount if fact.amount else 0
    details = {"reference": message.body.header.id, "message": message.name}
    totals = Totals(len(facts), Money(sums["credit"], "brl"), Money(sums["debit"], "brl"), details)
    return ReadFile(facts, (), totals)


def _is_sent(message: messages.Message) -> bool:
    header = message.header
    return header is not None and header.to_agent is not None and header.to_agent.id == CENTRAL_BANK


def _payments(body: pacs.CustomerTransfers, sent: bool, problems: list[Problem]) -> Iterator[Fact]:
    initiation = body.header.type.own_instrument if body.header.type else ""
    for it in body.payments:
        name = _name(it.id.end_to_end, it.line, problems)
        _reais(it.amount, it.line, problems)
        other, account, agent = (
            (it.creditor, it.creditor_account, it.creditor_agent)
            if sent
            else (it.debtor, it.debtor_account, it.debtor_agent)
        )
        numbers = [number.id for number in other.ids]
        yield Fact(
            kind="submitted" if sent else "received",
            trace=ids.trace_of(name) if sent else name,
            amount=it.amount,
            code=None if sent else initiation or "MANU",
            reason=None if sent else "Paid in",
            on=_day(it.accepted_at or body.header.created_at),
            line=it.line,
            end_to_end_id=name,
            direction="credit" if sent else "debit",
            counterparty=Party(
                other.name, _account(account, agent), tax_id=numbers[0] if numbers else None
            ),
            remittance=it.remittance.text if it.remittance else "",
            details={"txid": it.id.payment},
        )


def _account(account: IsoAccount | None, agent: Agent) -> Account:
    if account is not None and account.proxy and not account.other:
        key = key_of(account.proxy)
        return key or PixKey(account.proxy, "evp")
    number = account.other if account else ""
    branch = account.issuer if account else ""
    kind = _TYPES.get(account.type if account else "", "checking")
    return BrAccount(agent.id, branch, number, kind)


def _statuses(body: pacs.StatusReport, _sent: bool, problems: list[Problem]) -> Iterator[Fact]:
    for it in body.payments:
        kind = _KINDS.get(it.status)
        if kind is None:
            problems.append(Problem(it.line, None, f"status {it.status!r} is not known"))
            continue
        # A return of ours is answered under its own name (D), which stands as the instruction's.
        name = _name(it.instruction or it.payment or it.end_to_end, it.line, problems)
        code, meaning, failure = _why(it.status, it.reasons)
        asked = it.message is not None and it.message.name.startswith("pacs.028")
        yield Fact(
            kind=kind,
            trace=ids.trace_of(name),
            amount=it.original.amount if it.original else None,
            code=code,
            reason=meaning,
            failure_code=failure if kind == "rejected" else None,
            on=_day(it.settled_at or it.accepted_at or body.header.created_at),
            line=it.line,
            end_to_end_id=name,
            details={"enquiry": ids.trace_of(it.message.id)} if asked and it.message else {},
        )


def _why(status: str, reasons: tuple[Reason, ...]) -> tuple[str, str, str]:
    reason = next(iter(reasons), None)
    if reason is None:
        return status, _MEANINGS.get(status, "Rejected"), "could_not_process"
    code = reason.code or reason.own_code or status
    meaning, failure = reason_of(code)
    return code, f"{meaning}: {reason.text}" if reason.text else meaning, failure


def _returns(body: pacs.Returns, sent: bool, problems: list[Problem]) -> Iterator[Fact]:
    for it in body.payments:
        original = _name(it.end_to_end, it.line, problems)
        own = _name(it.id, it.line, problems)
        _reais(it.amount, it.line, problems)
        reason = next(iter(it.reasons), Reason())
        code = reason.code or reason.own_code
        meaning = RETURN_REASONS.get(code, reason_of(code)[0])
        yield Fact(
            kind="submitted" if sent else "returned",
            trace=ids.trace_of(own if sent else original),
            amount=it.amount,
            code=code or "MD06",
            reason=f"{meaning}: {reason.text}" if reason.text else meaning,
            failure_code=None if sent else "could_not_process",
            on=it.settles_on or _day(body.header.created_at),
            line=it.line,
            end_to_end_id=own if sent else original,
            direction="credit",
            details={"original": original, "return": own},
        )


def _enquiries(body: pacs.Enquiries, _sent: bool, problems: list[Problem]) -> Iterator[Fact]:
    for it in body.payments:
        name = _name(it.id, it.line, problems)
        yield Fact(
            kind="submitted",
            trace=ids.trace_of(name),
            code="pacs.028",
            reason="Asked after",
            on=_day(body.header.created_at),
            line=it.line,
            details={"original": it.end_to_end},
        )


_READERS: Mapping[str, Callable[[Any, bool, list[Problem]], Iterator[Fact]]] = MappingProxyType(
    {
        "pacs.008": _payments,
        "pacs.002": _statuses,
        "pacs.004": _returns,
        "pacs.028": _enquiries,
    }
)


def _name(name: str, line: int, problems: list[Problem]) -> str:
    if not ids.is_name(name):
        problems.append(Problem(line, None, f"{name!r} is no name of 32 characters"))
    return name


def _reais(amount: Money, line: int, problems: list[Problem]) -> None:
    if amount.currency != "brl" or amount.amount <= 0:
        problems.append(Problem(line, None, f"{amount} is not some reais"))


def _day(at: datetime) -> date:
    return brazilian_day(at)
