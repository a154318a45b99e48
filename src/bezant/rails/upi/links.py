"""UPI links: `upi://pay?...`, as an intent for a telephone or inside a QR code.

A merchant's link may be signed: `sign` is the last parameter and covers all text before it, so a
link that was read is written again letter for letter.
"""

import re
from urllib.parse import quote, unquote_to_bytes

from msgspec import Struct, structs

from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail.identifiers import is_vpa

SCHEME = "upi://pay?"
MOST_CHARACTERS = 2000

_NAMES = {
    "pa": "address",
    "pn": "name",
    "mc": "category",
    "tid": "transaction",
    "tr": "reference",
    "tn": "note",
    "am": "amount",
    "mam": "least",
    "cu": "currency",
    "url": "url",
    "mode": "mode",
    "purpose": "purpose",
    "orgid": "organisation",
    "sign": "signature",
}
_AMOUNT = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,2}))?", re.ASCII)
_PATTERNS = {
    "mc": re.compile(r"[0-9]{4}", re.ASCII),
    "tid": re.compile(r"[0-9A-Za-z.-]{1,35}"),
    "tr": re.compile(r"[0-9A-Za-z./-]{1,35}"),
    "mode": re.compile(r"[0-9]{2}", re.ASCII),
    "purpose": re.compile(r"[0-9A-Z]{2}"),
    "orgid": re.compile(r"[0-9]{6}", re.ASCII),
    "cu": re.compile(r"INR"),
    "url": re.compile(r"https?://[!-~]{1,300}"),
    "sign": re.compile(r"[0-9A-Za-z+/=_-]{1,800}"),
}


class PayLink(Struct, frozen=True, kw_only=True):
    """What a link asks to pay: to whom, how much, for what; `least` is the least amount taken."""

    address: str
    name: str = ""
    amount: Money | None = None
    least: Money | None = None
    reference: str = ""
    note: str = ""
    category: str = ""
    transaction: str = ""
    url: str = ""
    mode: str = ""
    purpose: str = ""
    organisation: str = ""
    signature: str = ""


def write(link: PayLink) -> str:
    """Return the text of a link, its signature last; raises FileRefused naming what is wrong."""
    values = {
        "pa": link.address,
        "pn": link.name,
        "mc": link.category,
        "tid": link.transaction,
        "tr": link.reference,
        "tn": link.note,
        "am": _rupees(link.amount),
        "mam": _rupees(link.least),
        "cu": "INR",
        "url": link.url,
        "mode": link.mode,
        "purpose": link.purpose,
        "orgid": link.organisation,
        "sign": link.signature,
    }
    problems = _problems(values, link)
    if problems:
        raise FileRefused(problems)
    # Commas and @ stay as they are: some applications do not read them otherwise.
    pairs = [f"{name}={quote(value, safe='@,:/')}" for name, value in values.items() if value]
    return SCHEME + "&".join(pairs)


def read(text: str) -> PayLink:
    """Return what a link asks; raises FileRefused naming each parameter that is wrong."""
    if len(text) > MOST_CHARACTERS:
        raise FileRefused([Problem(None, None, f"longer than {MOST_CHARACTERS} characters")])
    if text[: len(SCHEME)].lower() != SCHEME:
        raise FileRefused([Problem(None, None, "not a link of upi://pay")])
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for pair in text[len(SCHEME) :].split("&"):
        name, _, value = pair.partition("=")
        if name in values:
            problems.append(Problem(None, name, "stands twice"))
        values[name] = _decoded(value, name, problems)
    link = _link(values, problems)
    problems += _problems(values, link)
    if problems:
        raise FileRefused(problems)
    return link


def signed_part(text: str) -> bytes:
    """Return what a link's signature covers: everything before it."""
    head, mark, _ = text.rpartition("&sign=")
    return (head if mark else text).encode()


def _decoded(value: str, name: str, problems: list[Problem]) -> str:
    try:
        return unquote_to_bytes(value if name == "sign" else value.replace("+", " ")).decode()
    except UnicodeDecodeError:
        problems.append(Problem(None, name, "not UTF-8"))
        return ""


def _link(values: dict[str, str], problems: list[Problem]) -> PayLink:
    link = PayLink(address=values.get("pa", ""))
    for name, field in _NAMES.items():
        value = values.get(name, "")
        if value and name in {"am", "mam"}:
            link = structs.replace(link, **{field: _money(value, name, problems)})
        elif value and name != "cu":
            link = structs.replace(link, **{field: value})
    return link


def _money(text: str, name: str, problems: list[Problem]) -> Money | None:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        problems.append(Problem(None, name, f"{text!r} is no amount"))
        return None
    return Money(int(found.group(1)) * 100 + int((found.group(2) or "").ljust(2, "0")), "inr")


def _problems(values: dict[str, str], link: PayLink) -> list[Problem]:
    problems = [
        Problem(None, name, f"{values[name]!r} does not fit")
        for name, pattern in _PATTERNS.items()
        if values.get(name) and not pattern.fullmatch(values[name])
    ]
    if not is_vpa(link.address):
        problems.append(Problem(None, "pa", "not an address such as name@bank"))
    for name, text, most in (("pn", link.name, 99), ("tn", link.note, 80)):
        if len(text) > most or not text.isprintable():
            problems.append(Problem(None, name, f"longer than {most}, or not printable"))
    for name, money in (("am", link.amount), ("mam", link.least)):
        if money is not None and (money.currency != "inr" or not 0 < money.amount < 10**12):
            problems.append(Problem(None, name, "not some rupees"))
    return problems


def _rupees(money: Money | None) -> str:
    return "" if money is None else f"{money.amount // 100}.{money.amount % 100:02d}"
