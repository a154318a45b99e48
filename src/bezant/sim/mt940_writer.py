"""The simulated bank's writer of MT940 statements: the same lines, as banks abroad report them."""

from datetime import date

from bezant.kernel.currency import minor_units
from bezant.sim.statement import Line, Statement

_WIDTH = 65
_MOST_LINES = 6

_KINDS = {"698": "CHG", "354": "INT", "455": "DDT", "166": "DDT", "557": "RTI", "257": "RTI"}
"""SWIFT transaction types by BAI2 code; everything else is a transfer."""


def write_mt940(statement: Statement) -> bytes:
    """Return one message of one statement, opening and closing balance booked."""
    digits = minor_units(statement.currency)
    fields = [
        f":20:ST{statement.day:%y%m%d}{statement.number:06d}",
        f":25:{statement.account}",
        f":28C:{statement.number}/1",
        f":60F:{_balance(statement.opening, statement.day, statement.currency, digits)}",
    ]
    for line in statement.lines:
        fields += _line(line, digits)
    fields.append(f":62F:{_balance(statement.closing, statement.day, statement.currency, digits)}")
    head = f"{{1:F01{statement.routing:X<12.12}0000000000}}{{2:O9400000000000N}}{{4:"
    return ("\r\n".join([head, *fields, "-}"]) + "\r\n").encode("ascii", "replace")


def _balance(amount: int, day: date, currency: str, digits: int) -> str:
    mark = "D" if amount < 0 else "C"
    return f"{mark}{day:%y%m%d}{currency.upper()}{_decimal(amount, digits)}"


def _decimal(amount: int, digits: int) -> str:
    text = str(abs(amount)).rjust(digits + 1, "0")
    cut = len(text) - digits
    return f"{text[:cut]},{text[cut:]}"


def _line(line: Line, digits: int) -> list[str]:
    mark = "D" if line.amount < 0 else "C"
    kind = _KINDS.get(line.type_code, "TRF")
    reference = line.customer_reference[:16] or "NONREF"
    amount = f"{mark}{_decimal(line.amount, digits)}N{kind}"
    head = f":61:{line.day:%y%m%d%m%d}{amount}{reference}//{line.bank_reference[:16]}"
    return [head, *_narrative(line)]


def _narrative(line: Line) -> list[str]:
    """Return field 86: the whole reference, the reason of a return, and the text."""
    parts = [f"/EREF/{line.customer_reference}"] if line.customer_reference else []
    parts += [f"/RTRN/{line.reason}"] if line.reason else []
    text = "".join((*parts, f"/REMI/{line.text}"))
    rows = [text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH)][:_MOST_LINES]
    return [f":86:{rows[0]}", *rows[1:]]
