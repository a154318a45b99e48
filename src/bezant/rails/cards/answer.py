"""What an acquirer's message says to a request: approved or not, why, and what was checked.

Field 48: 75 the network's score of risk, 77 F for money at once and P for a refund under way,
83 the address check, 84 the merchant advice code, 87 the check of the card's code. Field 63 is
the network transaction id, field 127 the acquirer's reference number.
"""

from datetime import datetime, timedelta

from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail.cards import CardAnswer, CardRequest, Checks, Risk, RiskLevel, reference_of
from bezant.rails.cards import codes, rules
from bezant.rails.cards.message import read, read_elements
from bezant.rails.cards.request import from_network, message_type

_BLOCKED = "BL"
_HIGHEST, _ELEVATED = 75, 65


def unpack(data: bytes, request: CardRequest, now: datetime, brand: str) -> CardAnswer:
    """Return an answer's meaning; FileRefused if it is none, or answers something else.

    `brand` is the network, by whose rules an authorization ends.
    """
    fields = read(data)
    _check(fields, request)
    elements = read_elements(fields["48"]) if "48" in fields else {}
    code = fields["39"]
    if request.act == "reverse" and code == codes.NOT_FOUND:
        code = "00"  # What the other side does not have, needs no reversal.
    if code in codes.APPROVED:
        return _approved(fields, elements, request, now, brand)
    refusal = codes.refusal_of(code)
    advice = elements.get("84", "")
    return CardAnswer(
        outcome="declined",
        amount=Money.zero(request.amount.currency),
        network_code=code,
        code=refusal.code,
        decline_code=refusal.decline_code,
        advice_code=codes.ADVICE.get(advice, refusal.advice_code),
        network_advice=advice,
        checks=_checks(elements, request),
        network_transaction_id=fields.get("63", "").strip(),
        risk=_risk(elements.get("75", "")),
        needs_authentication=code == codes.AUTHENTICATE,
    )


def verdict(data: bytes) -> str:
    """Return the response code of an answer of which no more is needed; FileRefused if none."""
    fields = read(data)
    if "39" not in fields:
        raise FileRefused([Problem(None, "field 39", "an answer without a response code")])
    return fields["39"]


def unknown(request: CardRequest) -> CardAnswer:
    """Return what is known when no answer came."""
    return CardAnswer(
        outcome="unknown",
        amount=Money.zero(request.amount.currency),
        code="processing_error",
        decline_code="processing_error",
        advice_code="try_again_later",
    )


def _check(fields: dict[str, str], request: CardRequest) -> None:
    asked = message_type(request)
    if fields["t"] != f"{asked[:2]}{int(asked[2]) + 1}0":
        raise FileRefused([Problem(None, "type", f"{fields['t']} does not answer {asked}")])
    if fields.get("37") != reference_of(request.id):
        raise FileRefused([Problem(None, "field 37", "answers another request")])
    if "39" not in fields:
        raise FileRefused([Problem(None, "field 39", "an answer without a response code")])
    if "4" in fields and not (fields["4"].isascii() and fields["4"].isdecimal()):
        raise FileRefused([Problem(None, "field 4", "not an amount")])


def _approved(
    fields: dict[str, str],
    elements: dict[str, str],
    request: CardRequest,
    now: datetime,
    brand: str,
) -> CardAnswer:
    asked = request.amount
    told = fields["39"] == codes.PARTLY and "4" in fields
    amount = from_network(int(fields["4"]), asked.currency) if told else asked
    holds = request.act == "authorize" and not request.capture
    disposition = elements.get("77", "")
    return CardAnswer(
        outcome="approved",
        amount=min(amount, asked, key=lambda money: money.amount),
        network_code=fields["39"],
        checks=_checks(elements, request),
        authorization_code=fields.get("38", "").strip(),
        network_transaction_id=fields.get("63", "").strip(),
        acquirer_reference=fields.get("127", "").strip(),
        expires_at=_expiry(request, now, brand) if holds else None,
        risk=_risk(elements.get("75", "")),
        available_at_once=disposition == "F",
        pending=disposition == "P",
    )


def _expiry(request: CardRequest, now: datetime, brand: str) -> datetime:
    held = rules.hold_of(brand, now.date())
    days = held.extended if request.extended else held.ordinary
    if request.initiator == "merchant":
        days = min(days, held.by_merchant)
    return now + timedelta(days=days)


def _checks(elements: dict[str, str], request: CardRequest) -> Checks:
    card = request.card
    postal, line1 = codes.address_checks(elements.get("83", ""))
    return Checks(
        cvc=codes.CVC_CHECKS.get(elements.get("87", ""), "unchecked") if card.cvc else None,
        postal_code=postal if card.postal_code else None,
        line1=line1 if card.line1 else None,
    )


def _risk(text: str) -> Risk:
    score = text[:3]
    if not (len(score) == 3 and score.isascii() and score.isdecimal()):
        return Risk()
    value = min(int(score), 100)
    level: RiskLevel = (
        "highest" if value >= _HIGHEST else "elevated" if value >= _ELEVATED else "normal"
    )
    return Risk("blocked" if text[3:] == _BLOCKED else level, value)
