"""The BR Code: what a Pix QR code says, as EMV tags with lengths and a checksum.

The layout is EMV's for codes that merchants show; the merchant account of Pix is the one of
tags 26 to 51 whose GUI is `br.gov.bcb.pix`, whatever its case.
"""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money

GUI = "br.gov.bcb.pix"
MOST_CHARACTERS = 512

_AMOUNT = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,2}))?", re.ASCII)
_LENGTHS = {"key": 77, "url": 77, "info": 72, "name": 25, "city": 15, "txid": 25}
_REAL = "986"
_ACCOUNTS = range(26, 52)
_RECURRENCE = "80"


class BrCode(Struct, frozen=True, kw_only=True):
    """What a code says: a static one names a key, a dynamic one the place of its charge.

    `recurrence` is the place of an authority for recurring payments (Pix Automático).
    """

    name: str
    city: str
    key: str = ""
    url: str = ""
    info: str = ""
    amount: Money | None = None
    txid: str = "***"
    postal_code: str = ""
    category: str = "0000"
    recurrence: str = ""
    once: bool = False

    @property
    def is_dynamic(self) -> bool:
        """Whether the charge stands elsewhere."""
        return bool(self.url)


def crc16(content: bytes) -> str:
    """Return CRC-16/CCITT-FALSE in four hexadecimal capitals: 0x1021, begun with 0xFFFF."""
    register = 0xFFFF
    for byte in content:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1) ^ (0x1021 if register & 0x8000 else 0)
            register &= 0xFFFF
    return f"{register:04X}"


def write(code: BrCode) -> str:
    """Return the text of a code; raises FileRefused naming what does not fit."""
    problems = [Problem(None, place, reason) for place, reason in _faults(code)]
    if problems:
        raise FileRefused(problems)
    account = {"00": GUI, "01": code.key, "02": code.info, "25": code.url}
    content = _tags(
        {
            "00": "01",
            "01": "12" if code.once else "",
            "26": _tags(account),
            "52": code.category,
            "53": _REAL,
            "54": "" if code.amount is None else _reais(code.amount.amount),
            "58": "BR",
            "59": code.name,
            "60": code.city,
            "61": code.postal_code,
            "62": _tags({"05": code.txid}),
            _RECURRENCE: _tags({"00": GUI, "25": code.recurrence}) if code.recurrence else "",
        }
    )
    content += "6304"
    return content + crc16(content.encode())


def _faults(code: BrCode) -> Iterator[tuple[str, str]]:
    if bool(code.key) == bool(code.url):
        yield "26", "a code names a key or the place of its charge, one of them"
    for name, most in _LENGTHS.items():
        text = getattr(code, name)
        if len(text.encode()) > most or not text.isprintable():
            yield name, f"longer than {most} bytes, or not printable"
    if not code.name or not code.city:
        yield "59", "a code needs the receiver's name and city"
    amount = code.amount
    if amount is not None and (amount.currency != "brl" or not 0 < amount.amount < 10**12):
        yield "54", "the amount is not some reais, of ten digits at most"
    account = len(GUI) + 4 + sum(len(text.encode()) + 4 for text in (code.key, code.url) if text)
    if account + (len(code.info.encode()) + 4 if code.info else 0) > 99:
        yield "26", "key, place and information together are longer than 99 bytes"
    if len(code.recurrence.encode()) > 99 - len(GUI) - 8:
        yield _RECURRENCE, "the place of the recurrence is too long"


def _tags(values: Mapping[str, str]) -> str:
    return "".join(
        f"{tag}{len(value.encode()):02d}{value}" for tag, value in values.items() if value
    )


def _reais(centavos: int) -> str:
    return f"{centavos // 100}.{centavos % 100:02d}"


def read(text: str) -> BrCode:
    """Return what a code says; raises FileRefused naming the tag that is wrong."""
    text = text.strip()
    if len(text) > MOST_CHARACTERS:
        raise _refused(None, f"longer than {MOST_CHARACTERS} characters")
    if text[-8:-4] != "6304":
        raise _refused("63", "the checksum (63) does not stand at the end")
    made = crc16(text[:-4].encode())
    if text[-4:].upper() != made:
        raise _refused("63", f"the checksum is {text[-4:]}, the content makes {made}")
    tags = _parsed(text, "")
    if tags.get("00") != "01":
        raise _refused("00", "not a code of EMV's first version")
    if tags.get("53") != _REAL or tags.get("58") != "BR":
        raise _refused("53", "not reais in Brazil")
    return _code(tags)


def _code(tags: Mapping[str, str]) -> BrCode:
    account = _account(tags)
    key, url = account.get("01", ""), account.get("25", "")
    if bool(key) == bool(url) and not (url == "" and _RECURRENCE in tags):
        raise _refused("26", "neither a key nor the place of a charge, or both")
    recurrence = _parsed(tags[_RECURRENCE], _RECURRENCE) if _RECURRENCE in tags else {}
    additional = _parsed(tags["62"], "62") if "62" in tags else {}
    return BrCode(
        name=tags.get("59", ""),
        city=tags.get("60", ""),
        key=key,
        url=url,
        info=account.get("02", ""),
        amount=_amount(tags["54"]) if "54" in tags else None,
        txid=additional.get("05", "***"),
        postal_code=tags.get("61", ""),
        category=tags.get("52", "0000"),
        recurrence=recurrence.get("25", ""),
        once=tags.get("01") == "12",
    )


def _account(tags: Mapping[str, str]) -> Mapping[str, str]:
    for number in _ACCOUNTS:
        place = str(number)
        if place in tags:
            account = _parsed(tags[place], place)
            if account.get("00", "").lower() == GUI:
                return account
    raise _refused("26", f"no account of {GUI} among tags 26 to 51")


def _parsed(text: str, inside: str) -> dict[str, str]:
    """Return the tags of a template; lengths count bytes, as EMV's do, or else characters."""
    for units in (text.encode(), text):
        tags = _cut(units)
        if tags is not None:
            return tags
    raise _refused(inside or None, "the tags and lengths do not add up")


def _cut(units: bytes | str) -> dict[str, str] | None:
    tags: dict[str, str] = {}
    at = 0
    while at < len(units):
        head = _text(units[at : at + 4])
        if head is None or len(head) < 4 or not (head.isascii() and head.isdecimal()):
            return None
        value = _text(units[at + 4 : at + 4 + int(head[2:])])
        at += 4 + int(head[2:])
        if value is None or at > len(units) or head[:2] in tags:
            return None
        tags[head[:2]] = value
    return tags


def _text(units: bytes | str) -> str | None:
    if isinstance(units, str):
        return units
    try:
        return units.decode()
    except UnicodeDecodeError:
        return None


def _amount(text: str) -> Money:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise _refused("54", f"{text!r} is no amount")
    cents = (found.group(2) or "").ljust(2, "0")
    return Money(int(found.group(1)) * 100 + int(cents), "brl")


def _refused(place: str | None, reason: str) -> FileRefused:
    return FileRefused([Problem(None, place, reason)])
