"""Reading camt.053 statements of any version: statements, or a refusal with every problem.

Entries that sum up several payments are taken apart when their details add up to them.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct, field, structs

from bezant.kernel.currency import table
from bezant.kernel.errors import FileRefused, MoneyError, Problem
from bezant.kernel.money import Money
from bezant.reconcile.camt_xml import Node, parse
from bezant.reconcile.statement import MAX_DIGITS, Line, Statement, exact_money, reference

_DECIMAL = re.compile(r"\+?([0-9]*)(?:\.([0-9]*))?")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[TZ+-].*)?")
_OPENING, _PREVIOUS_CLOSING, _CLOSING = "OPBD", "PRCD", "CLBD"
_BOOKED, _PENDING, _SKIPPED = "BOOK", frozenset({"PDNG", "FUTR"}), "INFO"


class _Parts(Struct):
    """What one statement says in one currency."""

    balances: dict[str, Money] = field(default_factory=dict[str, Money])
    booked: list[Line] = field(default_factory=list[Line])
    pending: list[Line] = field(default_factory=list[Line])
    warnings: list[str] = field(default_factory=list[str])


def read_camt053(data: bytes) -> tuple[Statement, ...]:
    """Return a statement for each account and currency; raises FileRefused naming the elements."""
    problems: list[Problem] = []
    statements: list[Statement] = []
    ids: set[str] = set()
    for node in _statement_nodes(parse(data)):
        identity = node.text_at("Id")
        if not identity or identity in ids:
            reason = f"statement {identity} stands twice" if identity else "a statement without Id"
            problems.append(Problem(node.line, node.path, reason))
        ids.add(identity)
        try:
            statements.extend(_read_statement(node))
        except FileRefused as refusal:
            problems.extend(refusal.problems)
    if problems:
        raise FileRefused(problems)
    return tuple(statements)


def _statement_nodes(root: Node) -> list[Node]:
    """Return the statements, also when the document stands in an envelope."""
    document = root if root.tag == "Document" else next(root.all("Document"), root)
    message = document.find("BkToCstmrStmt")
    if message is None:
        raise root.refused("not a camt.053 statement: there is no Document/BkToCstmrStmt")
    nodes = [*message.all("Stmt")]
    if not nodes:
        raise message.refused("there is no statement (Stmt)")
    return nodes


def _read_statement(node: Node) -> Iterator[Statement]:
    problems: list[Problem] = []
    account = node.text_at("Acct/Id/IBAN", "Acct/Id/Othr/Id")
    if not account:
        problems.append(Problem(node.line, node.path, "the account has no number (Acct/Id)"))
    parts: dict[str, _Parts] = {}
    for child in node.children:
        try:
            if child.tag == "Bal":
                _read_balance(child, parts)
            elif child.tag == "Ntry":
                _read_entry(child, node, parts)
        except FileRefused as refusal:
            problems.extend(refusal.problems)
    if not problems:
        problems.extend(_summary_problems(node))
    if not parts and not problems:
        _parts_of(parts, _currency(node))
    if problems:
        raise FileRefused(problems)
    return (_statement(node, account, currency, part) for currency, part in parts.items())


def _statement(node: Node, account: str, currency: str, parts: _Parts) -> Statement:
    first, last = _period(node)
    opening = parts.balances.get(_OPENING, parts.balances.get(_PREVIOUS_CLOSING))
    return Statement(
        account=account.replace(" ", ""),
        currency=currency,
        id=node.text_at("Id"),
        sequence=node.text_at("ElctrncSeqNb", "LglSeqNb"),
        from_date=first,
        to_date=last,
        opening=opening,
        closing=parts.balances.get(_CLOSING),
        lines=tuple(parts.booked),
        pending=tuple(parts.pending),
        warnings=tuple(parts.warnings),
    )


def _period(node: Node) -> tuple[date, date]:
    """Return the days that a statement is about: as it says, or by its balances and bookings."""
    period = node.find("FrToDt")
    if period is not None:
        first, last = _date_at(period, "FrDtTm", "FrDt"), _date_at(period, "ToDtTm", "ToDt")
        if first is not None and last is not None:
            return first, last
    closing = [balance for balance in node.all("Bal") if _balance_code(balance) == _CLOSING]
    places = [(balance, ("Dt/Dt", "Dt/DtTm")) for balance in closing]
    places += [(entry, ("BookgDt/Dt", "BookgDt/DtTm")) for entry in node.all("Ntry")]
    said = [_date_at(place, *paths) for place, paths in places]
    if not any(said):
        said = [_date_at(node, "CreDtTm", "CreDt")]
    days = [day for day in said if day is not None]
    if not days:
        raise node.refused("the statement has no date")
    return min(days), max(days)


def _read_balance(node: Node, parts: dict[str, _Parts]) -> None:
    code = _balance_code(node)
    if code not in {_OPENING, _PREVIOUS_CLOSING, _CLOSING}:
        return
    amount = _amount(_required(node, "Amt"))
    signed = amount if _is_credit(node) else -amount
    balances = _parts_of(parts, amount.currency).balances
    if balances.setdefault(code, signed) != signed:
        raise node.refused(f"balance {code} stands twice, with two amounts")


def _balance_code(node: Node) -> str:
    return node.text_at("Tp/CdOrPrtry/Cd", "Tp/Cd")


def _read_entry(node: Node, statement: Node, parts: dict[str, _Parts]) -> None:
    amount = _amount(_required(node, "Amt"))
    status = node.text_at("Sts/Cd", "Sts", "Sts/Prtry")
    if status not in {_BOOKED, *_PENDING, _SKIPPED}:
        raise node.refused(f"status {status[:40]!r} is not known")
    part = _parts_of(parts, amount.currency)
    lines = _lines(node, statement, amount, part.warnings)
    if status == _BOOKED:
        part.booked.extend(lines)
    elif status in _PENDING:
        part.pending.extend(lines)


def _lines(node: Node, statement: Node, amount: Money, warnings: list[str]) -> list[Line]:
    """Return one line for an entry, or one for each of its details where they add up to it."""
    value = _date_at(node, "ValDt/Dt", "ValDt/DtTm")
    booked = _date_at(node, "BookgDt/Dt", "BookgDt/DtTm") or value
    booked = booked or _date_at(statement, "CreDtTm")
    if booked is None:
        raise node.refused("the entry has no booking date")
    whole = Line(
        amount=amount,
        credit=_is_credit(node),
        booking_date=booked,
        value_date=value,
        bank_reference=reference(node.text_at("AcctSvcrRef", "NtryRef")),
        customer_reference=reference(node.text_at("NtryDtls/Btch/PmtInfId")),
        description=node.text_at("AddtlNtryInf"),
        code=_code(node),
        line_no=node.line,
        reversal=_is_reversal(node),
    )
    details = [detail for group in node.all("NtryDtls") for detail in group.all("TxDtls")]
    if len(details) <= 1:
        return [_with_detail(whole, details[0])] if details else [whole]
    lines = [_exploded(whole, detail) for detail in details]
    exact = [line for line in lines if line is not None]
    if len(exact) == len(lines) and _total(exact, amount.currency) == whole.signed:
        return exact
    warnings.append(f"{node.path}: the details do not add up to the entry, which stays whole")
    return [whole]


def _with_detail(line: Line, detail: Node) -> Line:
    """Return the line with the references and texts of a payment that it stands for."""
    bank = reference(detail.text_at("Refs/AcctSvcrRef"))
    customer = reference(detail.text_at("Refs/EndToEndId"))
    customer = customer or reference(detail.text_at("Refs/InstrId"))
    return structs.replace(
        line,
        bank_reference=bank or line.bank_reference,
        customer_reference=customer or line.customer_reference,
        description=_description(detail) or line.description,
        code=_code(detail) or line.code,
        line_no=detail.line,
    )


def _exploded(entry: Line, detail: Node) -> Line | None:
    """Return the line of one payment of an entry; nothing if it has no amount in its currency."""
    node = detail.find("Amt") or detail.find("AmtDtls/TxAmt/Amt")
    amount = None if node is None else _amount(node)
    if amount is None or amount.currency != entry.amount.currency:
        return None
    credit = _is_credit(detail) if detail.find("CdtDbtInd") else entry.credit
    return structs.replace(_with_detail(entry, detail), amount=amount, credit=credit)


def _description(detail: Node) -> str:
    remittance = detail.find("RmtInf")
    free = [] if remittance is None else [node.text for node in remittance.all("Ustrd")]
    words = " ".join(text for text in free if text)
    return words or detail.text_at("RmtInf/Strd/CdtrRefInf/Ref", "AddtlTxInf")


def _code(node: Node) -> str:
    """Return the BAI type code where the bank gives it, else the ISO code, else the bank's own."""
    code = node.find("BkTxCd")
    if code is None:
        return ""
    own, issuer = code.text_at("Prtry/Cd"), code.text_at("Prtry/Issr")
    iso = (code.text_at(path) for path in ("Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd"))
    return own if own and issuer == "BAI" else ".".join(part for part in iso if part) or own


def _summary_problems(node: Node) -> Iterator[Problem]:
    """Yield what the statement's own summary of its entries says otherwise than they do."""
    summary = node.find("TxsSummry")
    if summary is None:
        return
    entries = [*node.all("Ntry")]
    booked = [entry for entry in entries if entry.text_at("Sts/Cd", "Sts") == _BOOKED]
    for name, side in (("TtlNtries", ""), ("TtlCdtNtries", "CRDT"), ("TtlDbtNtries", "DBIT")):
        said = summary.find(name)
        if said is None:
            continue
        # Banks differ in whether pending entries are part of the summary.
        figures = [_summed(group, side) for group in (booked, entries)]
        if all(not _agrees(said, count, total) for count, total in figures):
            count, total = figures[0]
            reason = f"the summary is not what the entries make: {count} entries, {total} in all"
            yield Problem(said.line, said.path, reason)


def _summed(entries: list[Node], side: str) -> tuple[int, Decimal]:
    chosen = [entry for entry in entries if side in {"", entry.text_at("CdtDbtInd")}]
    return len(chosen), sum((Decimal(entry.text_at("Amt")) for entry in chosen), Decimal(0))


def _agrees(said: Node, count: int, total: Decimal) -> bool:
    number, amount = said.text_at("NbOfNtries"), said.text_at("Sum")
    if amount and not _is_decimal(amount):
        raise said.refused(f"{amount[:40]!r} is not an amount")
    return (not number or number.lstrip("0") == str(count or "")) and (
        not amount or Decimal(amount) == total
    )


def _parts_of(parts: dict[str, _Parts], currency: str) -> _Parts:
    return parts.setdefault(currency, _Parts())


def _total(lines: list[Line], currency: str) -> Money:
    return sum((line.signed for line in lines), Money.zero(currency))


def _required(node: Node, tag: str) -> Node:
    child = node.find(tag)
    if child is None:
        raise node.refused(f"{tag} is missing")
    return child


def _is_credit(node: Node) -> bool:
    indicator = _required(node, "CdtDbtInd")
    if indicator.text not in {"CRDT", "DBIT"}:
        raise indicator.refused(f"{indicator.quoted} is neither CRDT nor DBIT")
    return indicator.text == "CRDT"


def _is_reversal(node: Node) -> bool:
    return node.text_at("RvslInd") in {"true", "1"}


def _is_decimal(text: str) -> bool:
    match = _DECIMAL.fullmatch(text)
    return match is not None and 0 < len((match[1] or "") + (match[2] or "")) <= MAX_DIGITS


def _amount(node: Node) -> Money:
    """Return an amount exactly; raises FileRefused for what its currency cannot hold."""
    currency = node.attributes.get("Ccy", "")
    match = _DECIMAL.fullmatch(node.text)
    if match is None or not _is_decimal(node.text):
        raise node.refused(f"{node.quoted} is not an amount")
    decimals = (match[2] or "").rstrip("0")
    try:
        return exact_money(int((match[1] or "") + decimals or "0"), len(decimals), currency.lower())
    except MoneyError as error:
        raise node.refused(f"{node.quoted} {currency}: {error}") from error


def _currency(node: Node) -> str:
    currency = node.text_at("Acct/Ccy").lower()
    if currency not in table():
        raise node.refused("neither balances, nor entries, nor a currency of the account")
    return currency


def _date_at(node: Node, *paths: str) -> date | None:
    """Return the first date at one of the paths, in the bank's own zone."""
    found = (node.find(path) for path in paths)
    place = next((child for child in found if child is not None), None)
    if place is None:
        return None
    match = _DAY.fullmatch(place.text)
    try:
        return date.fromisoformat(match[1] if match else place.text)
    except ValueError as error:
        raise place.refused(f"{place.quoted} is no date") from error
