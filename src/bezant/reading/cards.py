"""A card message (ISO 8583) as a summary; its card number is hidden, its track data always is."""

import re
from typing import Any, BinaryIO, cast

import iso8583

# The library types its specifications as dictionaries of anything.
from iso8583.specs import default_ascii  # pyright: ignore[reportUnknownVariableType]

from bezant.kernel.currency import by_number
from bezant.rail import Direction
from bezant.reading.summary import Item, Keep, Tally

_MESSAGE = re.compile(rb"[01289][1-8][0-9]{2}[0-9A-F]{16}", re.IGNORECASE)
_LONGEST = 4096
_SPECIFICATION = cast("dict[str, dict[str, Any]]", default_ascii)
_NUMBER, _HIDDEN = "2", frozenset({"14", "34", "35", "36", "45", "52", "53", "55"})
_NAMES = {
    "11": "trace",
    "37": "retrieval",
    "38": "authorization",
    "41": "terminal",
    "42": "merchant",
    "90": "original",
}
_REVERSAL = "4"


def looks_like_iso8583(data: bytes) -> bool:
    """Tell whether a file begins with a message type and a bitmap in ASCII."""
    return _MESSAGE.match(data.lstrip()) is not None


def iso8583_message(source: BinaryIO, kind: str, keep: Keep, *, reveal: bool = False) -> Tally:
    """Summarise one message of the version of 1987, in ASCII; `reveal` shows its card number."""
    tally = Tally(kind, keep)
    data = source.read(_LONGEST + 1).strip(b"\r\n")
    if len(data) > _LONGEST:
        tally.refuse(None, None, f"longer than the {_LONGEST} bytes of a message")
        return tally
    try:
        found, _ = iso8583.decode(data, _SPECIFICATION)
    except iso8583.DecodeError as error:
        tally.refuse(None, f"field {error.field}", f"{error.msg}, at byte {error.pos + 1}")
        return tally
    tally.format, tally.entries, tally.batches = f"iso8583.{found['t']}", 1, 1
    bitmap = f"{found['p']} {found.get('1', '')}".strip()
    tally.details = {"mti": found["t"], "bitmap": bitmap}
    for name in sorted((name for name in found if name.isdecimal() and name != "1"), key=int):
        shown = reveal and name == _NUMBER
        tally.details[f"f{name}"] = found[name] if shown else _shown(name, found[name])
    code, amount = found.get("49", ""), found.get("4", "")
    currency = by_number().get(code, "")
    if code and not currency:
        tally.refuse(None, "field 49", f"currency {code[:3]!r} does not exist")
    if amount and not amount.isdecimal():
        tally.refuse(None, "field 4", f"{amount[:12]!r} is not an amount")
    known = bool(currency) and amount.isdecimal()
    tally.add(
        Item(
            batch=1,
            references={
                name: found[field].strip() for field, name in _NAMES.items() if field in found
            },
            codes=(found["39"],) if "39" in found else (),
            status=found["t"],
            amount=int(amount) if known else None,
            currency=currency,
            direction=_direction(found["t"], found.get("3", "")),
        )
    )
    return tally


def _shown(field: str, text: str) -> str:
    if field == _NUMBER:
        return f"{text[:6]}{'*' * max(len(text) - 10, 0)}{text[-4:]}"
    return "*" * len(text) if field in _HIDDEN else text


def _direction(message: str, processing: str) -> Direction | None:
    """Return what happens to the cardholder: codes below 20 take, those below 30 give."""
    if processing[:1] not in ("0", "1", "2"):
        return None
    takes = (processing[:1] != "2") != (message[1:2] == _REVERSAL)
    return "debit" if takes else "credit"
