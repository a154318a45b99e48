"""Reading Bacs' reports, which are XML: what came back, what changed, what payers claim.

ARUDD (unpaid debits), ARUCS (unapplied credits), ADDACS and AUDDIS (mandates), AWACS (wrong
accounts) and DDICA (claims under the guarantee), in the shapes that are generally known.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import Fact, ReadFile, Totals
from bezant.rail.short_traces import split_reference
from bezant.rail.xml import Element, attribute, elements, local, parse, problem, text
from bezant.rails.bacs import reasons
from bezant.rails.bacs.reasons import Reason, reason_of

_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{2}))?", re.ASCII)
_RETURN_ITEMS = MappingProxyType(
    {
        "ARUDD": ("ReturnedDebitItem", "PayerAccount", reasons.UNPAID_DEBITS),
        "ARUCS": ("ReturnedCreditItem", "ReceiverAccount", reasons.UNAPPLIED_CREDITS),
    }
)

Problems = list[Problem]


def read_report(data: bytes) -> ReadFile:
    """Return the facts of a report; raises FileRefused with every problem and its line."""
    root = parse(data)
    problems: Problems = []
    for path, reader in _REPORTS.items():
        for report in elements(root, path):
            facts, details = reader(report, problems)
            if problems:
                raise FileRefused(problems)
            return ReadFile(tuple(facts), (), _totals(facts, details))
    known = ", ".join(path.rpartition("/")[2] for path in _REPORTS)
    raise FileRefused([problem(root, f"no report of Bacs stands here; known are {known}")])


def report_of(data: bytes) -> str | None:
    """Return the name of the report that the beginning of a file looks like."""
    head = data[:2000]
    if b"<BACSDocument" not in head and b"<VocaDocument" not in head:
        return None
    found = re.search(rb"<(ARUDD|ARUCS|MessagingAdvices|NewAdvices)\b", head)
    return "bacs-" + (found.group(1).decode().lower() if found else "report")


def _totals(facts: list[Fact], details: Mapping[str, str]) -> Totals:
    credit = sum(fact.amount.amount for fact in facts if fact.amount and fact.direction == "credit")
    debit = sum(fact.amount.amount for fact in facts if fact.amount and fact.direction == "debit")
    return Totals(len(facts), Money(credit, "gbp"), Money(debit, "gbp"), dict(details))


def _read_returns(report: Element, problems: Problems) -> tuple[list[Fact], dict[str, str]]:
    """ARUDD and ARUCS: items of accounts, each account with a total that they must make."""
    name = local(report)
    header = next(elements(report, "Header"), report)
    on = _day(header, attribute(header, "currentProcessingDate"), problems)
    facts: list[Fact] = []
    for record in elements(report, "Advice/OriginatingAccountRecords/OriginatingAccountRecord"):
        items = [_returned(name, item, on, problems) for item in _items(name, record)]
        facts.extend(items)
        _check_sum(record, items, problems)
    if not facts and not problems:
        problems.append(problem(report, f"{name} holds no items"))
    details = {
        "report": name,
        "reference": attribute(header, "adviceNumber"),
        "processing_day": str(on or ""),
    }
    return facts, details


def _items(name: str, record: Element) -> Iterator[Element]:
    return elements(record, _RETURN_ITEMS[name][0])


def _returned(name: str, item: Element, on: date | None, problems: Problems) -> Fact:
    _, account_name, table = _RETURN_ITEMS[name]
    account = next(elements(item, account_name), item)
    told = attribute(item, "returnDescription")
    code, reason = reason_of(table, attribute(item, "returnCode"), told)
    trace, reference = split_reference(attribute(item, "ref"))
    if not trace or not code:
        problems.append(problem(item, "an item without reference or reason"))
    return Fact(
        kind="returned",
        trace=trace,
        amount=_money(item, attribute(item, "valueOf"), problems),
        code=code,
        reason=reason.meaning,
        failure_code=reason.failure_code,
        on=on,
        line=int(item.sourceline or 0),
        direction="debit" if name == "ARUDD" else "credit",
        details={
            "report": name,
            "reference": reference,
            "transaction_code": attribute(item, "transCode"),
            "original_processing_date": attribute(item, "originalProcessingDate"),
            "sort_code": attribute(account, "sortCode").replace("-", ""),
            "account_number": attribute(account, "number"),
            "name": attribute(account, "name"),
        },
    )


def _check_sum(record: Element, items: list[Fact], problems: Problems) -> None:
    for totals in elements(record, "Totals"):
        said = _money(totals, attribute(totals, "valueOf"), problems)
        made = sum(fact.amount.amount for fact in items if fact.amount)
        count = attribute(totals, "numberOf")
        if said is not None and said.amount != made:
            problems.append(problem(totals, f"the total is {said.amount}, the items make {made}"))
        if count and count != str(len(items)):
            problems.append(problem(totals, f"numberOf is {count}, there are {len(items)} items"))


def _read_advices(report: Element, problems: Problems) -> tuple[list[Fact], dict[str, str]]:
    """ADDACS (records A), AUDDIS (records N, D, V and R), AWACS (records W)."""
    header = next(elements(report, "MessagingHeader"), report)
    details = {"reference": attribute(header, "envelope-sequence-number")}
    facts: list[Fact] = []
    for advice in elements(report, "MessagingAdvice"):
        kind = attribute(advice, "record-type")
        if kind in {"V", "R"}:
            details["accepted_instructions"] = attribute(advice, "accepted-ddi")
            details["rejected_instructions"] = attribute(advice, "rejected-ddi")
        elif kind in _ADVICES:
            facts.append(_ADVICES[kind](advice, problems))
        else:
            problems.append(problem(advice, f"record-type {kind!r} is not known"))
    for error in elements(report, "MessagingError"):
        problems.append(problem(error, f"Bacs refused the file: {attribute(error, 'line1')}"))
    return facts, details


def _advice(
    advice: Element, table: Mapping[str, Reason], problems: Problems
) -> tuple[str, str, str, Reason, date | None]:
    trace, reference = split_reference(attribute(advice, "reference"))
    code, reason = reason_of(table, attribute(advice, "reason-code"), "")
    on = _day(advice, attribute(advice, "effective-date"), problems)
    if not trace or not code:
        problems.append(problem(advice, "an advice without reference or reason"))
    return trace, reference, code, reason, on


def _amended(advice: Element, problems: Problems) -> Fact:
    trace, reference, code, reason, on = _advice(advice, reasons.AMENDMENTS, problems)
    state = "ended" if code in reasons.ENDING else "amended"
    if code == reasons.REINSTATED:
        state = "reinstated"
    return Fact(
        kind="mandate_changed",
        trace=trace,
        code=code,
        reason=reason.meaning,
        failure_code=reason.failure_code or None,
        on=on,
        line=int(advice.sourceline or 0),
        direction="debit",
        details={"report": "ADDACS", "mandate": reference, "state": state} | _new_account(advice),
    )


def _refused(advice: Element, problems: Problems) -> Fact:
    trace, reference, code, reason, on = _advice(advice, reasons.REFUSED_INSTRUCTIONS, problems)
    return Fact(
        kind="rejected",
        trace=trace,
        code=code,
        reason=reason.meaning,
        failure_code=reason.failure_code,
        on=on,
        line=int(advice.sourceline or 0),
        direction="debit",
        details={"report": "AUDDIS", "mandate": reference, "state": "ended"},
    )


def _corrected(advice: Element, problems: Problems) -> Fact:
    trace, reference, code, reason, on = _advice(advice, reasons.CORRECTED_CREDITS, problems)
    return Fact(
        kind="corrected",
        trace=trace,
        code=code,
        reason=reason.meaning,
        on=on,
        line=int(advice.sourceline or 0),
        direction="credit",
        details={"report": "AWACS", "reference": reference} | _new_account(advice),
    )


def _new_account(advice: Element) -> dict[str, str]:
    found = {
        "sort_code": attribute(advice, "payer-new-sort-code").replace("-", ""),
        "account_number": attribute(advice, "payer-new-account-number"),
    }
    return {name: value for name, value in found.items() if value}


_ADVICES: Mapping[str, Callable[[Element, Problems], Fact]] = MappingProxyType(
    {"A": _amended, "N": _refused, "D": _refused, "W": _corrected}
)


def _read_claims(report: Element, problems: Problems) -> tuple[list[Fact], dict[str, str]]:
    """DDICA: each claim takes back one collection or several, all on the day of the debit."""
    on = _day(report, text(report, "DateOfDebit"), problems)
    facts = [
        fact for advice in elements(report, "DDICAdvice") for fact in _claimed(advice, on, problems)
    ]
    said = _money(report, text(report, "TotalValueOfDebits"), problems)
    made = sum(fact.amount.amount for fact in facts if fact.amount)
    if said is not None and said.amount != made:
        problems.append(problem(report, f"TotalValueOfDebits is {said.amount}, claims make {made}"))
    return facts, {"report": "DDICA", "debited_on": str(on or "")}


def _claimed(advice: Element, on: date | None, problems: Problems) -> Iterator[Fact]:
    told = text(advice, "ReasonCodeMeaning")
    code, reason = reason_of(reasons.CLAIMS, text(advice, "ReasonCode"), told)
    trace, reference = split_reference(text(advice, "SUReference"))
    collections = [*elements(advice, "DDCollections/DDCollection")]
    if not trace or not code or not collections:
        problems.append(problem(advice, "a claim without reference, reason or collections"))
    for collection in collections:
        yield Fact(
            kind="returned",
            trace=trace,
            amount=_money(collection, text(collection, "Amount"), problems),
            code=f"DDIC{code}",
            reason=reason.meaning,
            failure_code=reason.failure_code,
            on=on,
            line=int(advice.sourceline or 0),
            direction="debit",
            details={
                "report": "DDICA",
                "mandate": reference,
                "claim": text(advice, "PayingBankReference"),
                "collected_on": text(collection, "DateOfDirectDebit"),
            },
        )


_REPORTS: Mapping[str, Callable[[Element, Problems], tuple[list[Fact], dict[str, str]]]] = (
    MappingProxyType(
        {
            "Data/ARUDD": _read_returns,
            "Data/ARUCS": _read_returns,
            "Data/MessagingAdvices": _read_advices,
            "Data/Document/NewAdvices": _read_claims,
        }
    )
)


def _money(element: Element, written: str, problems: Problems) -> Money | None:
    found = _AMOUNT.fullmatch(written.replace(",", ""))
    if found is None:
        problems.append(problem(element, f"{written[:40]!r} is no amount of pounds"))
        return None
    return Money(int(found.group(1)) * 100 + int(found.group(2) or 0), "gbp")


def _day(element: Element, written: str, problems: Problems) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        problems.append(problem(element, f"{written[:40]!r} is no day"))
        return None
