"""Reading BAI2 statements: any bytes give either statements or a refusal with every problem.

A file is believed only when its control totals and record counts (49, 98, 99) agree.
"""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct, field

from bezant.kernel.currency import table
from bezant.kernel.errors import FileRefused, MoneyError, Problem
from bezant.kernel.money import Money
from bezant.reconcile.bai2_records import Record, records
from bezant.reconcile.statement import Balance, Line, Statement, exact_money, reference

OPENING_LEDGER, CLOSING_LEDGER = "010", "015"
NON_MONETARY = "890"

_UPDATE, _CORRECTION = "1", "3"
_BANK_CREDITS, _BANK_DEBITS = range(920, 960), range(960, 1000)


class Bai2File(Struct, frozen=True):
    """A file that agrees with all its trailers; `controls` are theirs by what they close."""

    statements: tuple[Statement, ...]
    groups: int
    records: int
    controls: Mapping[str, tuple[int, ...]]


def read_bai2(data: bytes) -> tuple[Statement, ...]:
    """Return the statements of a BAI2 file; raises FileRefused with each problem and its line."""
    return read_bai2_file(data).statements


def read_bai2_file(data: bytes) -> Bai2File:
    """Return a BAI2 file whole; raises FileRefused with each problem and its line.

    Texts may hold what looks like a record, so a line is one record unless the totals and counts
    agree only when lines are taken apart.
    """
    try:
        return _read(data, several_a_line=False)
    except FileRefused as refusal:
        plain = refusal
    try:
        return _read(data, several_a_line=True)
    except FileRefused as apart:
        raise min(plain, apart, key=lambda refusal: len(refusal.problems)) from None


def _read(data: bytes, *, several_a_line: bool) -> Bai2File:
    reader = _Reader()
    for record in records(data, reader.problems, several_a_line=several_a_line):
        reader.take(record)
    return reader.finish()


class _Sums(Struct):
    """What the trailer of an account, a group or the file must say."""

    line: int
    total: int = 0
    records: int = 0
    parts: int = 0


class _Account(Struct):
    sums: _Sums
    number: str
    currency: str
    balances: dict[str, int] = field(default_factory=dict[str, int])
    lines: list[Line] = field(default_factory=list[Line])


class _Group(Struct):
    sums: _Sums
    as_of: date
    currency: str
    warnings: tuple[str, ...] = ()


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.statements: list[Statement] = []
        self.id = ""
        self.controls: dict[str, list[int]] = {"account": [], "group": [], "file": []}
        self.file: _Sums | None = None
        self.group: _Group | None = None
        self.account: _Account | None = None
        self.ended = False
        self.line = 0
        self.handlers = {
            "01": self._file_header,
            "02": self._group_header,
            "03": self._account_identifier,
            "16": self._transaction,
            "49": self._account_trailer,
            "98": self._group_trailer,
            "99": self._file_trailer,
        }

    def take(self, record: Record) -> None:
        """Take the next record, counted wherever a trailer counts it."""
        self.line = record.first_line
        if self.ended:
            record.bad("comes after the file trailer (99)")
            return
        if self.file is None and record.code != "01":
            record.bad("comes before the file header (01)")
            self.file = _Sums(self.line)
        handler = self.handlers[record.code]
        if record.code in {"01", "02", "03"}:
            handler(record)
            self._count(record)
        else:
            self._count(record)
            handler(record)

    def finish(self) -> Bai2File:
        """Return the file, now that the file has been seen whole."""
        if self.file is None:
            self.problems.append(Problem(None, None, "the file is empty"))
        elif not self.ended:
            reason = "the file ends without a file trailer (99)"
            self.problems.append(Problem(self.line, None, reason))
        elif not self.statements and not self.problems:
            self.problems.append(Problem(self.line, None, "the file has no account (03)"))
        if self.problems:
            raise FileRefused(sorted(self.problems, key=lambda problem: problem.line or 0))
        assert self.file is not None, "a file without a header was refused"
        controls = {name: tuple(totals) for name, totals in self.controls.items()}
        return Bai2File(tuple(self.statements), self.file.parts, self.file.records, controls)

    def _count(self, record: Record) -> None:
        count = len(record.segments)
        open_parts = (self.file, self.group and self.group.sums, self.account and self.account.sums)
        for sums in open_parts:
            if sums is not None:
                sums.records += count

    def _file_header(self, record: Record) -> None:
        if self.file is not None:
            record.bad("is a second file header")
            return
        sender, _, created, _, number = (record.take() for _ in range(5))
        _, _, version = (record.take() for _ in range(3))
        if version not in {"2", ""}:
            record.bad(f"version {version[:40]!r} is not read, only 2")
        self.id = f"{sender}/{created}/{number}"
        self.file = _Sums(record.first_line)

    def _group_header(self, record: Record) -> None:
        self._missing_trailer(record, self.group and self.group.sums, "98")
        self.account = None
        _, _, status, as_of, _, currency = (record.take() for _ in range(6))
        if status not in {_UPDATE, _CORRECTION}:
            record.bad(
                f"group status {status[:40]!r} is neither an update (1) nor a correction (3)"
            )
        day = _day(as_of)
        if day is None:
            record.bad(f"as-of date {as_of[:40]!r} is no date")
        warnings = ("the group corrects an earlier one",) if status == _CORRECTION else ()
        sums = _Sums(record.first_line)
        self.group = _Group(sums, day or date.min, currency or "USD", warnings)

    def _account_identifier(self, record: Record) -> None:
        if self.group is None:
            record.bad("an account outside a group (02)")
            return
        self._missing_trailer(record, self.account and self.account.sums, "49")
        number, currency = record.take(), record.take() or self.group.currency
        if not number:
            record.bad("the account has no number")
        if currency.lower() not in table():
            record.bad(f"currency {currency[:40]!r} does not exist")
        self.account = _Account(_Sums(record.first_line), number, currency.lower())
        while not record.done:
            self._summary(record, self.account)

    def _summary(self, record: Record, account: _Account) -> None:
        code, amount, items = record.take(), record.take(), record.take()
        _funds(record)
        if items:
            record.number("item count", items)
        if not amount:
            return
        units = record.number("amount", amount)
        account.sums.total += units
        if account.balances.setdefault(code, units) != units:
            record.bad(f"type {code} stands twice, with two amounts")

    def _transaction(self, record: Record) -> None:
        account, group = self.account, self.group
        if account is None or group is None:
            record.bad("a transaction outside an account (03)")
            return
        code, amount = record.take(), record.take()
        units = 0 if code == NON_MONETARY and not amount else record.number("amount", amount)
        account.sums.total += units
        value_date = _funds(record, group.as_of)
        bank, customer = reference(record.take()), reference(record.take())
        description = record.rest()
        credit = _is_credit(code)
        if code == NON_MONETARY:
            return
        if credit is None:
            record.bad(f"type {code[:40]!r} is neither a credit nor a debit")
        elif account.currency in table():
            money = self._money(record, abs(units), account.currency)
            if units < 0:
                record.bad("the amount has a sign")
            place = record.first_line
            line = Line(
                money, credit, group.as_of, value_date, bank, customer, description, code, place
            )
            account.lines.append(line)

    def _account_trailer(self, record: Record) -> None:
        account, group = self.account, self.group
        if account is None or group is None:
            record.bad("no account is open")
            return
        self._compare(record, account.sums, parts=None)
        self.controls["account"].append(account.sums.total)
        group.sums.total += account.sums.total
        group.sums.parts += 1
        if account.currency in table():
            self.statements.append(self._statement(record, group, account))
        self.account = None

    def _group_trailer(self, record: Record) -> None:
        if self.group is None or self.file is None:
            record.bad("no group is open")
            return
        self._missing_trailer(record, self.account and self.account.sums, "49")
        self._compare(record, self.group.sums, parts="accounts")
        self.controls["group"].append(self.group.sums.total)
        self.file.total += self.group.sums.total
        self.file.parts += 1
        self.account = self.group = None

    def _file_trailer(self, record: Record) -> None:
        assert self.file is not None, "a header was read or missed before"
        self._missing_trailer(record, self.group and self.group.sums, "98")
        self._compare(record, self.file, parts="groups")
        self.controls["file"].append(self.file.total)
        self.ended = True

    def _compare(self, record: Record, sums: _Sums, parts: str | None) -> None:
        figures = {"control total": sums.total}
        if parts is not None:
            figures[f"number of {parts}"] = sums.parts
        figures["number of records"] = sums.records
        for name, figure in figures.items():
            said = record.number(name, record.take())
            if said != figure:
                record.bad(f"{name} is {said}, the records make {figure}")

    def _missing_trailer(self, record: Record, sums: _Sums | None, code: str) -> None:
        if sums is not None:
            record.bad(f"what line {sums.line} began has no trailer ({code})")

    def _statement(self, record: Record, group: _Group, account: _Account) -> Statement:
        balances = {
            code: self._money(record, units, account.currency)
            for code, units in account.balances.items()
            if _is_balance(code)
        }
        return Statement(
            account=account.number,
            currency=account.currency,
            id=f"{self.id}/{len(self.statements) + 1}",
            sequence="",
            from_date=group.as_of,
            to_date=group.as_of,
            opening=balances.get(OPENING_LEDGER),
            closing=balances.get(CLOSING_LEDGER),
            lines=tuple(account.lines),
            warnings=group.warnings,
            balances=tuple(Balance(code, it, group.as_of) for code, it in balances.items()),
            message="bai2",
        )

    def _money(self, record: Record, units: int, currency: str) -> Money:
        """Return an amount without a decimal point, which counts ISO's minor units."""
        try:
            return exact_money(units, table()[currency].exponent, currency)
        except MoneyError as error:
            record.bad(str(error))
            return Money.zero(currency)


def _is_balance(code: str) -> bool:
    """Tell a balance (001 to 099) from the totals that summaries also have."""
    return code.isascii() and code.isdecimal() and int(code) < 100


def _is_credit(code: str) -> bool | None:
    """Return which way a type code moves money; nothing for balances, loans and unknown codes."""
    if len(code) != 3 or not (code.isascii() and code.isdecimal()):
        return None
    number = int(code)
    if 100 <= number < 400 or number in _BANK_CREDITS:
        return True
    return False if 400 <= number < 700 or number in _BANK_DEBITS else None


def _funds(record: Record, booked: date | None = None) -> date | None:
    """Take a funds type with its fields and return the value date, where it says one."""
    kind = record.take()
    match kind:
        case "" | "Z" | "1" | "2":
            return None
        case "0":
            return booked
        case "V":
            return _value_date(record)
        case "S":
            parts = 3
        case "D":
            parts = 2 * record.number("number of distributions", record.take())
        case _:
            record.bad(f"funds type {kind[:40]!r} is not known")
            return None
    _distribution(record, parts)
    return None


def _distribution(record: Record, parts: int) -> None:
    for part in range(parts):
        if record.done:
            record.bad(f"the funds distribution ends after {part} of {parts} fields")
            return
        text = record.take()
        if text:
            record.number("funds distribution", text)


def _value_date(record: Record) -> date | None:
    text, _ = record.take(), record.take()
    day = _day(text)
    if text and day is None:
        record.bad(f"value date {text[:40]!r} is no date")
    return day


def _day(text: str) -> date | None:
    if len(text) != 6 or not (text.isascii() and text.isdecimal()):
        return None
    try:
        return datetime.strptime(text, "%y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
