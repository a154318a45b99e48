"""The issuers' decision about one authorization: what to answer, without books."""

from datetime import datetime

from msgspec import Struct

from bezant.sim.cards.behaviour import Behaviour

APPROVED, VERIFIED = "00", "85"
_EXPIRED, _NO_SUCH, _AUTHENTICATE, _DO_NOT_HONOR = "54", "14", "1A", "05"
_CENTURY = 100


class Asked(Struct, frozen=True, kw_only=True):
    """What an authorization shows an issuer; `expiry` is the card's, as year and month.

    `proven` is that the cardholder was authenticated, `set_up` that the card was stored so before,
    `stores` that it is to be stored now, `told` that it was told by mail or telephone, `tried`
    that somebody has tried to authenticate the cardholder.
    """

    number: str
    amount: int
    expiry: str
    cvc: str
    asks_address: bool
    present: bool
    proven: bool
    set_up: bool
    stores: bool = False
    told: bool = False
    tried: bool = False


class Verdict(Struct, frozen=True):
    """An issuer's answer: a response code, and the elements of field 48 that go with it."""

    code: str
    elements: dict[str, str]

    @property
    def yes(self) -> bool:
        """Whether it approves."""
        return self.code in {APPROVED, VERIFIED}


def decide(asked: Asked, card: Behaviour, now: datetime) -> Verdict:
    """Return what an issuer says."""
    code = _refusal(asked, card, now)
    told = {
        "75": card.score,
        "77": "F" if card.at_once else "",
        "83": card.address if asked.asks_address else "",
        "84": card.advice if code else "",
        "87": card.cvc if asked.cvc else "",
    }
    elements = {tag: text for tag, text in told.items() if text}
    return Verdict(code or (APPROVED if asked.amount else VERIFIED), elements)


def _refusal(asked: Asked, card: Behaviour, now: datetime) -> str:
    if not _luhn(asked.number):
        return _NO_SUCH
    if _is_past(asked.expiry, now):
        return _EXPIRED
    if card.code:
        return card.code
    if _wants_proof(asked, card):
        return _DO_NOT_HONOR if asked.tried else _AUTHENTICATE
    return card.later if asked.amount else ""


def _wants_proof(asked: Asked, card: Behaviour) -> bool:
    if asked.proven or asked.told or card.needs == "never":
        return False
    if not asked.amount:
        return asked.stores
    if card.needs == "unless_set_up":
        return asked.present or not asked.set_up
    return card.needs == "always" or asked.present


def _is_past(expiry: str, now: datetime) -> bool:
    year, month = now.year % _CENTURY, now.month
    return expiry < f"{year:02d}{month:02d}"


def _luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) << (place & 1)
        total += value // 10 + value % 10
    return total % 10 == 0
