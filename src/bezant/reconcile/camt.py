"""Reading camt.052, .053 and .054 of versions 1 to 14, an entry at a time.

Entries that sum up several payments are taken apart when their details add up to them. A file
that is read as a stream is known to be whole only at its end.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from msgspec import Struct, field, structs

from bezant.kernel.currency import table
from bezant.kernel.errors import FileRefused, Problem
from bezant.reconcile.camt_entry import (
    CamtEntry,
    amount_of,
    date_at,
    decimal_of,
    is_credit,
    read_entry,
    required,
)
from bezant.reconcile.camt_xml import Begun, Ended, Entry, Node, pieces
from bezant.reconcile.statement import Balance, Line, Statement

MOST_PROBLEMS = 1000
"""Problems after which a file is not read on: it is something else altogether."""
NEWEST_VERSION = 14

_OPENING, _PREVIOUS_CLOSING, _CLOSING = "OPBD", "PRCD", "CLBD"
_TYING = frozenset({_OPENING, _PREVIOUS_CLOSING, _CLOSING})


def read_camt053(data: bytes | BinaryIO) -> tuple[Statement, ...]:
    """Return a statement for each account and currency; raises FileRefused naming the elements."""
    return read_camt(data, "camt.053")


def read_camt(data: bytes | BinaryIO, message: str) -> tuple[Statement, ...]:
    """Return the statements, reports or notifications of a message of one kind, with their lines.

    One for each account and currency; raises FileRefused naming the elements.
    """
    booked: list[Line] = []
    pending: list[Line] = []
    statements: list[Statement] = []
    for part in stream_camt(data, message):
        if isinstance(part, CamtEntry):
            if part.booked:
                booked.extend(part.lines)
            elif part.pending:
                pending.extend(part.lines)
            continue
        currency = part.currency
        statements.append(
            structs.replace(part, lines=_of(booked, currency), pending=_of(pending, currency))
        )
        booked = [line for line in booked if line.amount.currency != currency]
        pending = [line for line in pending if line.amount.currency != currency]
    return tuple(statements)


def stream_camt(source: bytes | BinaryIO, message: str = "") -> Iterator[CamtEntry | Statement]:
    """Yield each report's entries, then a statement without lines for each of its currencies.

    Raises FileRefused at the end, naming everything that was wrong, and for another message than
    the one that is asked for.
    """
    problems: list[Problem] = []
    ids: set[str] = set()
    report: _Report | None = None
    for piece in pieces(source):
        try:
            if isinstance(piece, Begun):
                report = _begin(piece, message)
                continue
            assert report is not None, "a report begins before its entries"
            if isinstance(piece, Entry):
                yield report.entry(piece)
            else:
                yield from report.end(piece, ids)
        except FileRefused as refusal:
            if report is not None:
                report.sound = False
            problems.extend(refusal.problems)
            if len(problems) > MOST_PROBLEMS or report is None:
                raise FileRefused(problems) from refusal
    if problems:
        raise FileRefused(problems)


class _Sums(Struct):
    """Entries and what they sum up to, as a summary counts them: without currency."""

    count: int = 0
    total: Decimal = Decimal(0)

    def add(self, amount: Decimal) -> None:
        self.count += 1
        self.total += amount


class _Report(Struct):
    """One statement, report or notification while it is read."""

    message: str
    path: str
    sound: bool = True
    currencies: dict[str, None] = field(default_factory=dict[str, None])
    sums: dict[tuple[str, bool], _Sums] = field(default_factory=dict[tuple[str, bool], _Sums])
    days: list[date] = field(default_factory=list[date])
    warnings: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def entry(self, piece: Entry) -> CamtEntry:
        """Read an entry and count it."""
        warnings: list[str] = []
        entry = read_entry(piece.node, date_at(piece.head, "CreDtTm"), warnings)
        self.currencies.setdefault(entry.amount.currency)
        if warnings:
            self.warnings.setdefault(entry.amount.currency, []).extend(warnings)
        amount = Decimal(piece.node.text_at("Amt"))
        side = "CRDT" if entry.credit else "DBIT"
        for key in (("", False), (side, False), *((("", True), (side, True)) * entry.booked)):
            self.sums.setdefault(key, _Sums()).add(amount)
        day = entry.lines[0].booking_date
        self.days = [min(self.days[0], day), max(self.days[1], day)] if self.days else [day, day]
        return entry

    def end(self, piece: Ended, ids: set[str]) -> Iterator[Statement]:
        """Yield the statements, now that the whole of the report was seen; raises FileRefused."""
        node = piece.node
        problems = [*_identity_problems(node, ids)]
        balances: list[Balance] = []
        said: dict[tuple[str, str], Balance] = {}
        for child in node.all("Bal"):
            try:
                balance = _balance(child)
                _agree(child, said.setdefault((balance.code, balance.amount.currency), balance))
                balances.append(balance)
            except FileRefused as refusal:
                problems.extend(refusal.problems)
        if self.sound and not problems:
            problems.extend(self._summary_problems(node))
        booked = [each for each in balances if each.code in _TYING]
        found = dict.fromkeys([*(each.amount.currency for each in booked), *self.currencies])
        if not found and self.sound and not problems:
            found = {_currency(node): None}
        if problems:
            raise FileRefused(problems)
        if self.sound:
            first, last = self._period(node)
            for currency in found:
                yield self._statement(node, currency, balances, (first, last))

    def _statement(
        self, node: Node, currency: str, balances: Sequence[Balance], period: tuple[date, date]
    ) -> Statement:
        of = {each.code: each.amount for each in balances if each.amount.currency == currency}
        return Statement(
            account=_account(node),
            currency=currency,
            id=node.text_at("Id"),
            sequence=node.text_at("ElctrncSeqNb", "LglSeqNb"),
            from_date=period[0],
            to_date=period[1],
            opening=of.get(_OPENING, of.get(_PREVIOUS_CLOSING)),
            closing=of.get(_CLOSING),
            lines=(),
            warnings=(*self.warnings.get("", ()), *self.warnings.get(currency, ())),
            balances=tuple(balances),
            message=self.message,
        )

    def _period(self, node: Node) -> tuple[date, date]:
        """Return the days of a report: as it says, or by its balances and bookings."""
        period = node.find("FrToDt")
        if period is not None:
            first, last = date_at(period, "FrDtTm", "FrDt"), date_at(period, "ToDtTm", "ToDt")
            if first is not None and last is not None:
                return first, last
        closing = [each for each in node.all("Bal") if _balance_code(each) == _CLOSING]
        said = [date_at(each, "Dt/Dt", "Dt/DtTm") for each in closing]
        days = [*self.days, *(day for day in said if day is not None)]
        if not days:
            created = date_at(node, "CreDtTm", "CreDt")
            if created is None:
                raise node.refused("the statement has no date")
            days = [created]
        return min(days), max(days)

    def _summary_problems(self, node: Node) -> Iterator[Problem]:
        """Yield what the report's own summary of its entries says otherwise than they do."""
        summary = node.find("TxsSummry")
        if summary is None:
            return
        for name, side in (("TtlNtries", ""), ("TtlCdtNtries", "CRDT"), ("TtlDbtNtries", "DBIT")):
            said = summary.find(name)
            if said is None:
                continue
            # Banks differ in whether pending entries are part of the summary.
            figures = [self.sums.get((side, booked), _Sums()) for booked in (True, False)]
            try:
                if not any(_agrees(said, sums) for sums in figures):
                    made = f"{figures[0].count} entries, {figures[0].total} in all"
                    reason = f"the summary is not what the entries make: {made}"
                    yield Problem(said.line, said.path, reason)
            except FileRefused as refusal:
                yield from refusal.problems


def _begin(piece: Begun, message: str) -> _Report:
    if message and piece.message != message:
        reason = f"not a {message} statement: it is a {piece.message}"
        raise FileRefused([Problem(piece.line, piece.path, reason)])
    name = piece.version if piece.version.startswith(piece.message) else piece.message
    report = _Report(name, piece.path)
    number = name.removeprefix(piece.message).split(".")
    if len(number) > 2 and number[2].isdecimal() and int(number[2]) > NEWEST_VERSION:
        said = f"{name} is newer than version {NEWEST_VERSION}, and read as if it were that"
        report.warnings[""] = [said]
    return report


def _identity_problems(node: Node, ids: set[str]) -> Iterator[Problem]:
    identity = node.text_at("Id")
    if not identity or identity in ids:
        reason = f"statement {identity} stands twice" if identity else "a statement without Id"
        yield Problem(node.line, node.path, reason)
    ids.add(identity)
    if not _account(node):
        yield Problem(node.line, node.path, "the account has no number (Acct/Id)")


def _account(node: Node) -> str:
    paths = ("IBAN", "Othr/Id", "BBAN", "UPIC", "PrtryAcct/Id")
    return node.text_at(*(f"Acct/Id/{path}" for path in paths)).replace(" ", "")


def _balance(node: Node) -> Balance:
    amount = amount_of(required(node, "Amt"))
    signed = amount if is_credit(node) else -amount
    return Balance(_balance_code(node), signed, date_at(node, "Dt/Dt", "Dt/DtTm"))


def _agree(node: Node, first: Balance) -> None:
    """Refuse a booked balance that stands twice, with two amounts."""
    if first.code in _TYING and _balance(node).amount != first.amount:
        raise node.refused(f"balance {first.code} stands twice, with two amounts")


def _balance_code(node: Node) -> str:
    return node.text_at("Tp/CdOrPrtry/Cd", "Tp/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Prtry")


def _currency(node: Node) -> str:
    currency = node.text_at("Acct/Ccy").lower()
    if currency not in table():
        raise node.refused("neither balances, nor entries, nor a currency of the account")
    return currency


def _agrees(said: Node, sums: _Sums) -> bool:
    number, amount = said.text_at("NbOfNtries"), said.text_at("Sum")
    total = decimal_of(said, amount) if amount else None
    return (not number or number.lstrip("0") == str(sums.count or "")) and (
        total is None or total == sums.total
    )


def _of(lines: Sequence[Line], currency: str) -> tuple[Line, ...]:
    return tuple(line for line in lines if line.amount.currency == currency)
