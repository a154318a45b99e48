"""Entries of a camt message: one line for each, or one for each payment that it sums up."""

import re
from datetime import date
from decimal import Decimal

from msgspec import Struct, structs

from bezant.kernel.errors import MoneyError
from bezant.kernel.money import Money
from bezant.reconcile.camt_xml import Node
from bezant.reconcile.statement import MAX_DIGITS, Line, exact_money, reference

BOOKED = "BOOK"

_PENDING, _SKIPPED = frozenset({"PDNG", "FUTR"}), "INFO"
_DECIMAL = re.compile(r"\+?([0-9]*)(?:\.([0-9]*))?")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[TZ+-].*)?")


class CamtEntry(Struct, frozen=True):
    """An entry in lines; `status` is the bank's, and only what is booked counts."""

    lines: tuple[Line, ...]
    amount: Money
    credit: bool
    status: str

    @property
    def booked(self) -> bool:
        """Whether the balance moved."""
        return self.status == BOOKED

    @property
    def pending(self) -> bool:
        """Whether the balance is yet to move."""
        return self.status in _PENDING


def read_entry(node: Node, created: date | None, warnings: list[str]) -> CamtEntry:
    """Return an entry; `created` is its booking date if it has none. Raises FileRefused."""
    amount = amount_of(required(node, "Amt"))
    status = node.text_at("Sts/Cd", "Sts", "Sts/Prtry")
    if status not in {BOOKED, *_PENDING, _SKIPPED}:
        raise node.refused(f"status {status[:40]!r} is not known")
    whole = _whole(node, created, amount)
    groups = (node, *node.all("NtryDtls"))  # Version 1 has no groups of details.
    details = [detail for group in groups for detail in group.all("TxDtls")]
    if len(details) <= 1:
        lines = [_with_detail(whole, details[0])] if details else [whole]
    else:
        lines = _apart(whole, details)
        if not lines:
            reason = "the details do not add up to the entry, which stays whole"
            warnings.append(f"{node.path}: {reason}")
            lines = [whole]
    return CamtEntry(tuple(lines), amount, whole.credit, status)


def required(node: Node, tag: str) -> Node:
    """Return a child that must be there; raises FileRefused."""
    child = node.find(tag)
    if child is None:
        raise node.refused(f"{tag} is missing")
    return child


def is_credit(node: Node) -> bool:
    """Tell which way an amount goes; raises FileRefused where that is not said."""
    indicator = required(node, "CdtDbtInd")
    if indicator.text not in {"CRDT", "DBIT"}:
        raise indicator.refused(f"{indicator.quoted} is neither CRDT nor DBIT")
    return indicator.text == "CRDT"


def decimal_of(node: Node, text: str) -> Decimal:
    """Return a sum without a currency; raises FileRefused for what is no amount."""
    match = _DECIMAL.fullmatch(text)
    if match is None or not 0 < len((match[1] or "") + (match[2] or "")) <= MAX_DIGITS:
        raise node.refused(f"{text[:40]!r} is not an amount")
    return Decimal(text)


def amount_of(node: Node) -> Money:
    """Return an amount exactly; raises FileRefused for what its currency cannot hold."""
    currency = node.attributes.get("Ccy", "")
    decimal_of(node, node.text)
    whole, _, decimals = node.text.removeprefix("+").partition(".")
    decimals = decimals.rstrip("0")
    try:
        return exact_money(int(whole + decimals or "0"), len(decimals), currency.lower())
    except MoneyError as error:
        raise node.refused(f"{node.quoted} {currency}: {error}") from error


def date_at(node: Node, *paths: str) -> date | None:
    """Return the first date at one of the paths, in the bank's own zone; raises FileRefused."""
    found = (node.find(path) for path in paths)
    place = next((child for child in found if child is not None), None)
    if place is None:
        return None
    match = _DAY.fullmatch(place.text)
    try:
        return date.fromisoformat(match[1] if match else place.text)
    except ValueError as error:
        raise place.refused(f"{place.quoted} is no date") from error


def _whole(node: Node, created: date | None, amount: Money) -> Line:
    value = date_at(node, "ValDt/Dt", "ValDt/DtTm")
    booked = date_at(node, "BookgDt/Dt", "BookgDt/DtTm") or value or created
    if booked is None:
        raise node.refused("the entry has no booking date")
    return Line(
        amount=amount,
        credit=is_credit(node),
        booking_date=booked,
        value_date=value,
        bank_reference=reference(node.text_at("AcctSvcrRef", "NtryRef")),
        customer_reference=reference(node.text_at("NtryDtls/Btch/PmtInfId", "Btch/PmtInfId")),
        description=node.text_at("AddtlNtryInf"),
        code=_code(node),
        line_no=node.line,
        reversal=node.text_at("RvslInd") in {"true", "1"},
    )


def _apart(whole: Line, details: list[Node]) -> list[Line]:
    """Return a line for each payment; none when they do not make the entry."""
    lines: list[Line] = []
    total = Money.zero(whole.amount.currency)
    for detail in details:
        line = _exploded(whole, detail)
        if line is None:
            return []
        lines.append(line)
        total += line.signed
    return lines if total == whole.signed else []


def _exploded(entry: Line, detail: Node) -> Line | None:
    """Return the line of one payment of an entry; nothing if it has no amount in its currency."""
    node = detail.find("Amt") or detail.find("AmtDtls/TxAmt/Amt")
    amount = None if node is None else amount_of(node)
    if amount is None or amount.currency != entry.amount.currency:
        return None
    credit = is_credit(detail) if detail.find("CdtDbtInd") else entry.credit
    return structs.replace(_with_detail(entry, detail), amount=amount, credit=credit)


def _with_detail(line: Line, detail: Node) -> Line:
    """Return the line with the references and texts of a payment that it stands for."""
    refs = detail.find("Refs") or _NOWHERE
    bank, end_to_end = reference(refs.text_at("AcctSvcrRef")), reference(refs.text_at("EndToEndId"))
    customer = end_to_end or reference(refs.text_at("InstrId"))
    side = "Dbtr" if line.credit else "Cdtr"
    return structs.replace(
        line,
        bank_reference=bank or line.bank_reference,
        customer_reference=customer or line.customer_reference,
        description=_description(detail) or line.description,
        code=_code(detail) or line.code,
        line_no=detail.line,
        end_to_end_id=end_to_end,
        uetr=refs.text_at("UETR"),
        reason=detail.text_at("RtrInf/Rsn/Cd", "RtrInf/RtrRsn/Cd", "RtrInf/Rsn/Prtry"),
        counterparty=detail.text_at(f"RltdPties/{side}/Pty/Nm", f"RltdPties/{side}/Nm"),
    )


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


_NOWHERE = Node("", "", 0, "", {}, ())
