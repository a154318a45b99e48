"""Reading MT103, the customer transfer that banks sent each other before ISO 20022.

It is read and never written. The mapping is that of the translation to pacs.008: `:20:` is the
instruction, block 3's 121 the UETR, and an end-to-end id there is only where `:70:` brings one.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from bezant.interbank import is_name, is_uetr
from bezant.iso20022.leaves import BadValue, read_money
from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import Address, BicAccount, Fact, IbanAccount, Party, ReadFile, Totals
from bezant.rail.identifiers import is_iban

BEARERS = {"OUR": "DEBT", "SHA": "SHAR", "BEN": "CRED"}
"""Who bears charges, in the words of either world."""

_MOST_PROBLEMS = 100
_START = b"{1:"
_SPLIT = re.compile(r"(?=\{1:)")
_KIND = re.compile(r"\{2:([IO])103")
_UETR = re.compile(r"\{121:([^}]{0,40})\}")
_TAG = re.compile(r":([0-9]{2}[A-Z]?):")
_DATE_AMOUNT = re.compile(r"([0-9]{6})([A-Z]{3})([0-9,]{1,15})")
_AMOUNT = re.compile(r"([A-Z]{3})([0-9,]{1,15})")
_REFERENCE = re.compile(r"/ROC/([^/\n]{1,35})")
_MANDATORY = ("20", "23B", "32A", "50", "59", "71A")


class Field(Struct, frozen=True):
    """A field of block 4: its tag, its text and where it stands."""

    tag: str
    text: str
    line: int


def is_mt(data: bytes) -> bool:
    """Tell whether some bytes begin as an MT message does."""
    return data.lstrip()[:3] == _START


def is_mt103(data: bytes) -> bool:
    """Tell whether some bytes look like an MT103."""
    head = data[:400]
    return is_mt(data) and (b"{2:I103" in head or re.search(rb"\{2:O103", head) is not None)


def read_mt103(data: bytes) -> ReadFile:
    """Return the payments of one or more MT103; raises FileRefused with every problem."""
    problems: list[Problem] = []
    text = data.decode("latin-1").replace("\r\n", "\n")
    facts: list[Fact] = []
    line = 1
    for piece in _SPLIT.split(text):
        if piece.strip(" \n$\x01\x03\x00"):
            facts.extend(_message(piece, line, problems))
        line += piece.count("\n")
        if len(problems) > _MOST_PROBLEMS:
            break
    if not facts and not problems:
        problems.append(Problem(None, None, "there is no MT103 in the file"))
    if problems:
        raise FileRefused(problems)
    return ReadFile(tuple(facts), (), _totals(facts))


def _totals(facts: list[Fact]) -> Totals:
    amounts = [(fact.direction, fact.amount) for fact in facts if fact.amount is not None]
    currency = amounts[0][1].currency
    credits = sum(m.amount for to, m in amounts if to == "credit" and m.currency == currency)
    debits = sum(m.amount for to, m in amounts if to == "debit" and m.currency == currency)
    details = {"message": "mt103"}
    return Totals(len(facts), Money(credits, currency), Money(debits, currency), details)


def _message(piece: str, line: int, problems: list[Problem]) -> Iterator[Fact]:
    before = len(problems)
    header, found, body = piece.partition("{4:")
    kind = _KIND.search(header)
    if kind is None:
        problems.append(Problem(line, "block 2", "the message is not an MT103"))
        return
    if not found:
        problems.append(Problem(line, "block 4", "the message has no text block"))
        return
    start = line + header.count("\n")
    fields = _fields(body, start, problems)
    names = {field.tag for field in fields} | {field.tag[:2] for field in fields}
    missing = [tag for tag in _MANDATORY if tag not in names]
    problems.extend(Problem(start, f":{tag}:", "the field is missing") for tag in missing)
    if len(problems) == before:
        fact = _fact(_Message(header, fields, start, sent=kind[1] == "I"), problems)
        if fact is not None:
            yield fact


def _fields(body: str, line: int, problems: list[Problem]) -> list[Field]:
    """Cut block 4 into its fields; what stands before the first, or after the end, is a problem."""
    text, ended, _ = body.partition("\n-}")
    if not ended:
        problems.append(
            Problem(line + body.rstrip().count("\n"), "block 4", "the text block has no end")
        )
    fields: list[tuple[str, list[str], int]] = []
    for at, row in enumerate(text.split("\n")):
        match = _TAG.match(row)
        if match:
            fields.append((match[1], [row[match.end() :]], line + at))
        elif fields:
            fields[-1][1].append(row)
        elif row.strip():
            problems.append(Problem(line + at, "block 4", "the text does not begin with a field"))
            break
    return [Field(tag, "\n".join(rows).strip(), at) for tag, rows, at in fields]


class _Message(Struct, frozen=True):
    header: str
    fields: list[Field]
    line: int
    sent: bool

    def get(self, tag: str) -> Field:
        """Return the field of a tag, with whatever option; an empty one if there is none."""
        for field in self.fields:
            if tag in (field.tag, field.tag[:2]):
                return field
        return Field(tag, "", self.line)


def _fact(message: _Message, problems: list[Problem]) -> Fact | None:
    settled = _settled(message.get("32A"), problems)
    ordered = _money(message.get("33B"), problems)
    charges = [
        money
        for field in message.fields
        if field.tag in {"71F", "71G"} and (money := _money(field, problems))
    ]
    bearer = message.get("71A")
    if bearer.text not in BEARERS:
        problems.append(Problem(bearer.line, ":71A:", f"{bearer.text!r} is not OUR, SHA or BEN"))
    trace = _trace(message, problems)
    if settled is None or not trace:
        return None
    day, amount = settled
    purpose = message.get("70").text
    reference = _REFERENCE.search(purpose)
    details = {
        "instruction_id": message.get("20").text,
        "end_to_end_id": "NOTPROVIDED" if reference is None else "",
        "uetr": trace if is_uetr(trace) else "",
        "bearer": BEARERS.get(bearer.text, ""),
        "ordered": str(ordered.amount) if ordered else "",
        "ordered_currency": ordered.currency if ordered else "",
        "charges": str(sum(money.amount for money in charges)) if charges else "",
        "charges_currency": charges[0].currency if charges else "",
    }
    return Fact(
        kind="submitted" if message.sent else "received",
        trace=trace,
        amount=amount,
        on=day,
        line=message.line,
        end_to_end_id=reference[1].strip() if reference else "",
        direction="credit" if message.sent else "debit",
        counterparty=_party(message),
        remittance=" ".join(purpose.split()),
        details={name: value for name, value in details.items() if value},
    )


def _trace(message: _Message, problems: list[Problem]) -> str:
    """Return the UETR, or the sender's reference where there is none."""
    match = _UETR.search(message.header)
    if match is not None and is_uetr(match[1]):
        return match[1]
    if match is not None:
        problems.append(Problem(message.line, "block 3", f"121 {match[1]!r} is no UETR"))
        return ""
    reference = message.get("20")
    if not is_name(reference.text) or len(reference.text) > 16:
        problems.append(
            Problem(reference.line, ":20:", "neither a UETR nor a reference names the payment")
        )
        return ""
    return reference.text


def _settled(field: Field, problems: list[Problem]) -> tuple[date, Money] | None:
    match = _DATE_AMOUNT.fullmatch(field.text)
    if match is None:
        problems.append(Problem(field.line, ":32A:", f"{field.text[:40]!r} is no date and amount"))
        return None
    money = _amount(match[2], match[3], field, problems)
    try:
        day = datetime.strptime(f"{match[1]}+0000", "%y%m%d%z").date()
    except ValueError:
        problems.append(Problem(field.line, ":32A:", f"{match[1]} is no date"))
        return None
    return None if money is None else (day, money)


def _money(field: Field, problems: list[Problem]) -> Money | None:
    if not field.text:
        return None
    match = _AMOUNT.fullmatch(field.text)
    if match is None:
        problems.append(Problem(field.line, f":{field.tag}:", f"{field.text[:40]!r} is no amount"))
        return None
    return _amount(match[1], match[2], field, problems)


def _amount(currency: str, text: str, field: Field, problems: list[Problem]) -> Money | None:
    whole, comma, decimals = text.partition(",")
    plain = f"{whole}.{decimals}" if decimals else whole
    try:
        money = read_money(plain, {"Ccy": currency})
    except BadValue as error:
        problems.append(Problem(field.line, f":{field.tag}:", str(error)))
        return None
    if not comma:
        problems.append(Problem(field.line, f":{field.tag}:", "an amount has a decimal comma"))
        return None
    return money


def _party(message: _Message) -> Party | None:
    """Return who is on the other side: the payer of what came in, the payee of what went out."""
    field = message.get("59" if message.sent else "50")
    rows = field.text.split("\n")
    if not rows[0].startswith("/"):
        return None
    number = rows[0].strip("/").strip()
    bank = _bank(message)
    account = IbanAccount(number, bank) if is_iban(number) else BicAccount(number, bank, bank[4:6])
    if field.tag.endswith("F"):
        name, address = _structured(rows[1:])
    else:
        name = " ".join(rows[1:2]).strip()
        address = None
    return Party(name=name, account=account, address=address)


def _structured(rows: list[str]) -> tuple[str, Address | None]:
    """Return name and address of option F, whose lines begin with a number: 1, 2 and 3."""
    parts: dict[str, list[str]] = {}
    for row in rows:
        number, _, text = row.partition("/")
        parts.setdefault(number, []).append(text.strip())
    name, street = " ".join(parts.get("1", [])), " ".join(parts.get("2", []))
    country, _, town = (parts.get("3") or [""])[0].partition("/")
    return name, Address(country[:2], town, street=street) if country else None


def _bank(message: _Message) -> str:
    """Return the BIC of the other side's bank, or of the bank that the message comes from."""
    field = message.get("57A" if message.sent else "52A")
    given = field.text.split("\n")[-1].strip()
    if given:
        return given[:11]
    pattern = r"\{2:I103([A-Z0-9]{12})" if message.sent else r"\{2:O103\d{10}([A-Z0-9]{12})"
    match = re.search(pattern, message.header)
    return f"{match[1][:8]}{match[1][9:12]}" if match else ""
