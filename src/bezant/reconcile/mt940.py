"""Reading MT940 statements and MT942 reports by the library mt-940, and asking it to prove them.

The library reads one field at a time, so that each problem has its line; a file without a
statement, an amount or a date that is none, and sums that differ refuse the file.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct, field
from mt940 import Options
from mt940.models import Transactions
from mt940.tags import StatementASNB, StatementGLS, Tag

from bezant.kernel.currency import table
from bezant.kernel.errors import FileRefused, MoneyError, Problem
from bezant.kernel.money import Money
from bezant.reconcile.mt940_fields import Field, fields
from bezant.reconcile.statement import MAX_DIGITS, Balance, Line, Statement, exact_money, reference

MOST_PROBLEMS = 1000
MOST_TEXT = 10_000
"""Characters that an entry may have; the standard has some five hundred."""

DIALECTS: Mapping[str, Mapping[int | str, Tag]] = {
    "standard": {},
    "asn": {61: StatementASNB()},
    "gls": {61: StatementGLS()},
}
"""How banks write field 61: by the standard, with an IBAN as reference, with long references."""

_OPENING, _CLOSING = ("60F", "60M", "60"), ("62F", "62M", "62")
_BALANCES = (*_OPENING, *_CLOSING, "64", "65")
_SLUGS = {
    "60": "opening_balance",
    "60F": "final_opening_balance",
    "60M": "intermediate_opening_balance",
    "62": "closing_balance",
    "62F": "final_closing_balance",
    "62M": "intermediate_closing_balance",
    "64": "available_balance",
    "65": "forward_available_balance",
    "90D": "sum_debit_entries",
    "90C": "sum_credit_entries",
}
_IMPOSSIBLE = re.compile(r"[0-9]{2}02(30|31|29)")
_FAULTS = (
    RuntimeError, ValueError, ArithmeticError, LookupError, TypeError,
    AttributeError,  # for :90: without a letter
)  # fmt: skip
"""What the library raises over a field that it cannot read."""
_SPACES = re.compile(r"\s+")
_KEYWORD = re.compile(
    r"/(EREF|UETR)/+((?:(?!/[A-Z]{4}/|//).){1,64})|\bEREF\+((?:(?!\?[0-9]{2}|[A-Z]{4}\+)\S){1,64})",
    re.DOTALL,
)
_ROOM = 16
"""Characters of a reference that field 61 has room for; field 86 has the whole."""

_ELSEWHERE = frozenset({"EREF", "KREF", "SEE 86"})

# The library logs what it refuses; we report it.
logging.getLogger("mt940").addHandler(logging.NullHandler())
logging.getLogger("mt940").propagate = False


def read_mt940(data: bytes, dialect: str = "") -> tuple[Statement, ...]:
    """Return the statements of a file; raises FileRefused with each problem and its line.

    Without a dialect, they are tried in turn, and the one in which nothing is wrong is right.
    """
    if dialect:
        return _read(data, dialect)
    refusals: list[FileRefused] = []
    for name in DIALECTS:
        try:
            statements = _read(data, name)
        except FileRefused as refusal:
            refusals.append(refusal)
            if not _about_lines(refusal):
                break
        else:
            return statements
    raise min(refusals, key=lambda refusal: len(refusal.problems))


def _about_lines(refusal: FileRefused) -> bool:
    return any(problem.path == ":61:" for problem in refusal.problems)


def _read(data: bytes, dialect: str) -> tuple[Statement, ...]:
    problems: list[Problem] = []
    statements: list[Statement] = []
    for block in _blocks(data):
        reader = _Block(dialect, problems, len(statements) + 1)
        for one in block:
            reader.take(one)
            if len(problems) > MOST_PROBLEMS:
                raise FileRefused([*problems, Problem(one.line, None, "reading stopped here")])
        statement = reader.finish()
        if statement is not None:
            statements.append(statement)
    if not statements and not problems:
        problems.append(Problem(None, None, "there is no statement (:20:) in the file"))
    if problems:
        raise FileRefused(problems)
    return tuple(statements)


def _blocks(data: bytes) -> Iterator[list[Field]]:
    """Yield the fields of each statement: a :20: begins one."""
    block: list[Field] = []
    for one in fields(data):
        if one.tag == "20" and block:
            yield block
            block = []
        block.append(one)
    if block:
        yield block


class _Block(Struct):
    """One statement while it is read."""

    dialect: str
    problems: list[Problem]
    number: int
    library: Transactions = field(default_factory=Transactions)
    first_line: int = 0
    lines: list[Field] = field(default_factory=list[Field])
    balances: list[Balance] = field(default_factory=list[Balance])
    warnings: list[str] = field(default_factory=list[str])
    seen: set[str] = field(default_factory=set[str])
    sound: bool = True
    length: int = 0

    def __post_init__(self) -> None:
        tags = dict(DIALECTS[self.dialect])
        self.library = Transactions(tags=tags, options=Options.all())

    def bad(self, line: int, reason: str, tag: str = "") -> None:
        self.problems.append(Problem(line, f":{tag}:" if tag else None, reason))
        self.sound = False

    def take(self, one: Field) -> None:
        """Let the library read a field, and note what it makes of it."""
        self.first_line = self.first_line or one.line
        self.length = (0 if one.tag == "61" else self.length) + len(one.text)
        if self.length > MOST_TEXT:
            self.bad(one.line, f"{self.length} characters about one entry", one.tag)
            return
        if one.tag == "86" and not self.lines:
            return  # About the statement as a whole: banks greet their customers here.
        repeated = one.tag in self.seen and one.tag in {*_OPENING, *_CLOSING, "25", "90D", "90C"}
        if repeated:
            self.bad(one.line, "the field stands twice in a statement", one.tag)
        self.seen.add(one.tag)
        if one.tag == "61":
            self._dated(one)
        try:
            self.library.parse(f":{one.tag}:{one.text}")
            if one.tag == "61":
                self.lines.append(one)
                if len(self.library.transactions) != len(self.lines):
                    self.bad(one.line, "the entry has no type", one.tag)
            if one.tag in _BALANCES:
                self._balance(one)
        except _FAULTS:
            self.bad(one.line, f"{one.text[:40]!r} is not what this field holds", one.tag)

    def finish(self) -> Statement | None:
        """Return the statement; nothing where something was wrong with it."""
        data: dict[str, Any] = self.library.data
        account = _SPACES.sub("", str(data.get("account_identification") or ""))
        if not account:
            self.bad(self.first_line, "the statement names no account", "25")
        currency = (self.library.currency or "").lower()
        if currency not in table():
            self.bad(self.first_line, f"no currency, or none that exists: {currency[:10]!r}")
        if not self.sound:
            return None
        lines = self._lines(currency)
        self._check_sums(lines, currency)
        return self._statement(account, currency, lines) if self.sound else None

    def _statement(self, account: str, currency: str, lines: Sequence[Line]) -> Statement:
        data: dict[str, Any] = self.library.data
        opening, closing = self._balance_of(_OPENING), self._balance_of(_CLOSING)
        days = [each.on for each in (opening, closing) if each is not None and each.on is not None]
        days += [line.booking_date for line in lines]
        days += [day.date() for day in (data.get("date"),) if day is not None]
        if not days:
            self.bad(self.first_line, "the statement has no date")
            days = [date.min]
        number, page = data.get("statement_number"), data.get("sequence_number")
        report = opening is None and closing is None
        return Statement(
            account=account,
            currency=currency,
            id=f"{data.get('transaction_reference') or 'NONREF'}/{number or 0}/{self.number}",
            sequence="/".join(str(each) for each in (number, page) if each),
            from_date=min(days),
            to_date=max(days),
            opening=None if opening is None else opening.amount,
            closing=None if closing is None else closing.amount,
            lines=tuple(lines),
            warnings=tuple(self.warnings),
            balances=tuple(self.balances),
            message="mt942" if report else "mt940",
        )

    def _balance(self, one: Field) -> None:
        found: Any = self.library.data[_SLUGS[one.tag]]
        money = self._money(one, found.amount.amount, str(found.amount.currency).lower())
        if money is not None:
            self.balances.append(Balance(one.tag, money, _day(found.date)))

    def _balance_of(self, tags: Sequence[str]) -> Balance | None:
        return next((each for each in self.balances if each.code in tags), None)

    def _lines(self, currency: str) -> list[Line]:
        made: list[Line] = []
        entries: list[Any] = list(self.library.transactions)
        assert len(entries) == len(self.lines), "the library makes one entry of each :61:"
        for one, entry in zip(self.lines, entries, strict=True):
            data: dict[str, Any] = entry.data
            money = self._money(one, data["amount"].amount, currency)
            if money is not None:
                made.append(_line(one, data, money))
        return made

    def _check_sums(self, lines: Sequence[Line], currency: str) -> None:
        """Hold the lines against the counts and sums of a report, where there is no floor."""
        data: dict[str, Any] = self.library.data
        for tag, credit in (("90D", False), ("90C", True)):
            said = data.get(_SLUGS[tag])
            if said is None:
                continue
            chosen = [line.amount for line in lines if line.credit == credit]
            total = sum(chosen, Money.zero(currency))
            stated = _exact(abs(said.amount), currency)
            if stated != total or int(said.number or 0) != len(chosen):
                reason = f":{tag}: says {said.number} entries, the lines make {len(chosen)}"
                if any(data.get(f"{side}_floor_limit") for side in "dc") and self._floored():
                    self.warnings.append(f"{reason}: small ones are left out below the limit")
                else:
                    self.bad(self.first_line, f"{reason}, or another total", tag)

    def _floored(self) -> bool:
        data: dict[str, Any] = self.library.data
        limits = [data.get(f"{side}_floor_limit") for side in "dc"]
        return any(limit is not None and limit.amount for limit in limits)

    def _dated(self, one: Field) -> None:
        """Warn of a 30 February, on which banks that count thirty days a month book."""
        if _IMPOSSIBLE.match(one.text) and one.text[4:6] in {"30", "31"}:
            said = f"{one.text[4:6]} February is taken for the month's last day"
            self.warnings.append(f"line {one.line}: {said}")

    def _money(self, one: Field, amount: Decimal, currency: str) -> Money | None:
        try:
            return _exact(amount, currency)
        except MoneyError as error:
            self.bad(one.line, str(error), one.tag)
            return None


def _exact(amount: Decimal, currency: str) -> Money:
    """Return money exactly; raises MoneyError."""
    sign, digits, exponent = amount.as_tuple()
    if not isinstance(exponent, int) or len(digits) > MAX_DIGITS:
        raise MoneyError(f"{amount} is not an amount")
    units = int("".join(map(str, digits)))
    while exponent < 0 and units % 10 == 0 and units:
        units, exponent = units // 10, exponent + 1
    if not units:
        exponent = 0
    return exact_money(-units if sign else units, -exponent, currency)


def _references(data: Mapping[str, Any], text: str) -> tuple[str, str, str]:
    """Return the customer's reference, the end-to-end id and the UETR."""
    words = {match[1] or "EREF": match[2] or match[3] for match in _KEYWORD.finditer(text)}
    said = str(data.get("end_to_end_reference") or words.get("EREF", ""))
    end_to_end = reference(said.replace("\n", ""))
    customer = reference(str(data.get("customer_reference") or ""))
    cut = len(customer) == _ROOM and end_to_end.startswith(customer)
    customer = end_to_end if not customer or cut or customer.upper() in _ELSEWHERE else customer
    return customer, end_to_end, words.get("UETR", "").strip()


def _line(one: Field, data: Mapping[str, Any], money: Money) -> Line:
    value = _day(data.get("date"))
    booked = _day(data.get("entry_date")) or value
    assert booked is not None, "the library dates each entry"
    text = _text(data)
    customer, end_to_end, uetr = _references(data, text)
    return Line(
        amount=money if money.amount >= 0 else -money,
        credit=money.amount > 0 or (money.amount == 0 and str(data["status"]).upper() in _IN),
        booking_date=booked,
        value_date=value,
        bank_reference=reference(str(data.get("bank_reference") or "")),
        customer_reference=customer,
        description=_SPACES.sub(" ", text).strip(),
        code=str(data.get("id") or "").strip(),
        line_no=one.line,
        reversal=str(data["status"]).upper().startswith("R"),
        end_to_end_id=end_to_end,
        uetr=uetr,
        reason=str(data.get("return_reason") or ""),
        counterparty=_SPACES.sub(" ", str(data.get("applicant_name") or "")).strip(),
    )


_IN = frozenset({"C", "RD"})


def _text(data: Mapping[str, Any]) -> str:
    found = (data.get(name) for name in ("transaction_details", "purpose", "extra_details"))
    return next((str(text) for text in found if text), "")


def _day(found: Any) -> date | None:
    return None if found is None else date(found.year, found.month, found.day)
