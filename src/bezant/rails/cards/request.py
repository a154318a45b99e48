"""Card requests as ISO 8583 messages to an acquirer.

    authorize 0100 (0200 when the money is taken at once)   capture 0220   reverse 0420
    verify, increment 0100                                  refund  0200    disputes 0620

Field 37 names the request, field 62 the request that it is about; so one that is sent again is
known again. Field 48: 22 stored credentials, 42 and 43 the cardholder's authentication, 52 asks
for the address check, 61 partial approval and final or one of several, 63 the network transaction
id under which the card was stored, 90 whose it is, 92 the card's code.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType

from msgspec import Struct

from bezant.kernel.currency import lookup, minor_units
from bezant.kernel.money import Money
from bezant.kernel.secret import Secret
from bezant.rail.cards import About, CardAct, CardRequest, Held, Stored, reference_of
from bezant.rails.cards.message import write, write_elements

PURCHASE, REFUND = "000000", "200000"
BUSINESS = "T"
"""The kind of business in field 48: sales at a distance."""

TYPES: Mapping[CardAct, str] = MappingProxyType(
    {
        "authorize": "0100",
        "verify": "0100",
        "increment": "0100",
        "capture": "0220",
        "reverse": "0420",
        "refund": "0200",
    }
)
_CONDITION = {"internet": "59", "mail_or_telephone": "08"}
_VERIFICATION = "51"
_ENTRY = {"internet": "810", "mail_or_telephone": "010"}
_ON_FILE = "100"
_STORED: Mapping[Stored, tuple[str, str]] = MappingProxyType(
    {
        "": ("", ""),
        "first": ("C101", "C101"),
        "cardholder": ("C101", "C101"),
        "recurring": ("C102", "M102"),
        "installment": ("C104", "M104"),
        "unscheduled": ("C101", "M101"),
    }
)
"""Mastercard's indicators (field 48, element 22), when a cardholder and when a merchant begins."""

_LONGEST_ELEMENT = 99
_ECHO, _REPRESENT, _ACCEPT = "301", "205", "206"


class Station(Struct, frozen=True):
    """Who sends: the acquirer's institution number and the terminal."""

    institution: str = "400123"
    terminal: str = "BEZANT01"


def message_type(request: CardRequest) -> str:
    """Return the type of a request's message."""
    return "0200" if request.act == "authorize" and request.capture else TYPES[request.act]


def pack(request: CardRequest, number: Secret, at: datetime, station: Station) -> bytes:
    """Return the message of a request; it holds the card's number, so it must not be kept.

    Raises FileRefused for what no message can hold.
    """
    moment = at.astimezone(UTC)
    merchant = request.merchant
    fields = {
        "t": message_type(request),
        "2": number.reveal(),
        "3": REFUND if request.act == "refund" else PURCHASE,
        "4": f"{to_network(request.amount):012d}",
        "7": f"{moment:%m%d%H%M%S}",
        "11": trace_number(request.id),
        "12": f"{moment:%H%M%S}",
        "13": f"{moment:%m%d}",
        "14": f"{request.card.exp_year % 100:02d}{request.card.exp_month:02d}",
        "18": merchant.category,
        "22": _ON_FILE if request.initiator == "merchant" else _ENTRY[request.channel],
        "25": _VERIFICATION if request.act == "verify" else _CONDITION[request.channel],
        "32": station.institution,
        "37": reference_of(request.id),
        "41": station.terminal,
        "42": acceptor_id(merchant.id),
        "43": _place(merchant.name, merchant.city, merchant.country),
        "48": write_elements(BUSINESS, _elements(request)),
        "49": lookup(request.amount.currency).number,
    }
    if request.original:
        fields["62"] = reference_of(request.original)
        fields["90"] = f"0100{trace_number(request.original)}".ljust(42, "0")
    if request.card.postal_code or request.card.line1:
        fields["120"] = _address(request.card.postal_code, request.card.line1)
    return write({name: text for name, text in fields.items() if text} | _bitmap())


def echo(at: datetime, station: Station, reference: str) -> bytes:
    """Return a message that only asks whether the other side is there."""
    moment = at.astimezone(UTC)
    return write(
        {
            "t": "0800",
            "7": f"{moment:%m%d%H%M%S}",
            "11": trace_number(reference),
            "32": station.institution,
            "37": reference_of(reference),
            "70": _ECHO,
        }
        | _bitmap()
    )


def dispute(case: str, evidence: str | None, at: datetime, station: Station) -> bytes:
    """Return a message that contests a case with evidence, or gives it up without; it is 0620."""
    moment = at.astimezone(UTC)
    fields = {
        "t": "0620",
        "7": f"{moment:%m%d%H%M%S}",
        "11": trace_number(case),
        "32": station.institution,
        "37": reference_of(f"{case} {'accepted' if evidence is None else evidence}"),
        "62": case,
        "70": _ACCEPT if evidence is None else _REPRESENT,
    }
    if evidence:
        fields["120"] = _plain(evidence, capitals=False)[:999]
    return write(fields | _bitmap())


def release(held: Held, at: datetime, station: Station) -> bytes:
    """Return a message that gives back what is held for a request, of which no more is known."""
    moment = at.astimezone(UTC)
    return write(
        {
            "t": TYPES["reverse"],
            "3": PURCHASE,
            "4": f"{to_network(held.amount):012d}",
            "7": f"{moment:%m%d%H%M%S}",
            "11": trace_number(held.reference),
            "32": station.institution,
            "37": reference_of(f"{held.reference} let go"),
            "41": station.terminal,
            "42": acceptor_id(held.about.account),
            "49": lookup(held.amount.currency).number,
            "62": held.reference,
        }
        | _bitmap()
    )


def to_network(money: Money) -> int:
    """Return an amount in the minor units of ISO 4217, which for a few currencies are not ours."""
    shift = lookup(money.currency).exponent - minor_units(money.currency)
    return money.amount * 10**shift if shift >= 0 else money.amount // 10**-shift


def from_network(amount: int, currency: str) -> Money:
    """Return an amount of ISO 4217's minor units as money of ours."""
    shift = minor_units(currency) - lookup(currency).exponent
    return Money(amount * 10**shift if shift >= 0 else amount // 10**-shift, currency)


def trace_number(request: str) -> str:
    """Return the six digits of field 11 for a request, never all zero."""
    return f"{int.from_bytes(sha256(request.encode()).digest()[:8]) % 999_999 + 1:06d}"


def acceptor_id(merchant: str) -> str:
    """Return the fifteen characters of field 42 for a merchant: the end of its id."""
    return merchant.rpartition("_")[2][-15:].ljust(15)


def _bitmap() -> dict[str, str]:
    return {"p": "", "1": ""}


def _elements(request: CardRequest) -> dict[str, str]:
    card, proof = request.card, request.authentication
    stored = _STORED[request.stored][request.initiator == "merchant"]
    flags = f"{int(request.partial)}{int(request.final)}{int(request.extended)}"
    return {
        "22": stored,
        "42": f"21{proof.eci}" if proof and proof.eci else "",
        "43": proof.value if proof else "",
        "52": "1" if card.postal_code or card.line1 else "",
        "61": flags,
        "63": request.previous,
        "90": _about(request),
        "92": card.cvc.reveal() if card.cvc else "",
    }


def _about(request: CardRequest) -> str:
    about = request.about or About(request.merchant.id, request.merchant.id, "")
    text = f"{about.platform} {about.account} {about.subject}"
    return text if len(text) <= _LONGEST_ELEMENT else ""


def _place(name: str, city: str, country: str) -> str:
    """Return field 43: name, city and country, with their places."""
    return f"{_plain(name)[:25]:25}{_plain(city)[:13]:13}{country[:2]:2}"


def _address(postal_code: str, line1: str) -> str:
    """Return field 120: nine characters of a postal code, then an address's first line."""
    code = re.sub(r"[^0-9A-Z]", "", _plain(postal_code))
    return f"{code[:9]:9}{_plain(line1)[:20]:20}"


def _plain(text: str, *, capitals: bool = True) -> str:
    """Return a text without what ASCII does not have, in capitals unless told otherwise."""
    if text.isascii() and text.isprintable():
        plain = text
    else:
        split = unicodedata.normalize("NFKD", text)
        plain = "".join(sign for sign in split if " " <= sign <= "~")
    return plain.upper() if capitals else plain
