"""What merchants present for payment and give back, until it is cleared, and what comes of it."""

import hashlib
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from bezant.sim.cards.behaviour import behaviour_of
from bezant.sim.cards.books import NetworkBooks

_DONE, _NOT_FOUND, _TOO_MUCH = "00", "25", "13"
_ACQUIRER = "400123"
_EASTERN = ZoneInfo("America/New_York")
_REFUND_TAKES_DAYS = 1

_ADD = """
INSERT INTO presentment (reference, arn, authorization, card, masked, merchant, category, amount,
                         currency, day, about)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_FIND = """
SELECT id, authorization, card, masked, merchant, category, amount, currency, refunded, cleared_on
FROM presentment WHERE reference = ?
"""
_TAKEN = """
SELECT -coalesce(sum(chargeback.amount), 0) FROM chargeback
JOIN matter ON matter.id = chargeback.matter
JOIN presentment ON presentment.id = matter.presentment WHERE reference = ?
"""
_REFUNDED = "UPDATE presentment SET refunded = refunded + ? WHERE reference = ?"
_WITHDRAW = "DELETE FROM presentment WHERE id = ?"
_FORGET = "DELETE FROM matter WHERE presentment = ?"
_REOPEN = "UPDATE authorization SET captured = captured - ?, state = ? WHERE reference = ?"
_MATTER = """
INSERT INTO matter (presentment, kind, reason, amount, due_on, stage, state)
VALUES (?, ?, ?, ?, ?, ?, 'due')
"""
_STAGES = {"inquiry": ("10.4", "inquiry"), "compliance": ("98", "chargeback")}


class Deal(Struct, frozen=True, kw_only=True):
    """A capture as it is presented."""

    reference: str
    authorization: str
    card: str
    masked: str
    merchant: str
    category: str
    amount: int
    currency: str
    number: str
    about: str


class Refund(Struct, frozen=True, kw_only=True):
    """What is to be given back of a capture."""

    reference: str
    amount: int
    number: str
    about: str


def present(books: NetworkBooks, deal: Deal, now: datetime) -> str:
    """Take a capture for clearing, and return the acquirer's reference number."""
    arn = _arn(deal.reference, now)
    day = now.astimezone(_EASTERN).date().isoformat()
    row = (deal.reference, arn, deal.authorization, deal.card, deal.masked, deal.merchant,
           deal.category, deal.amount, deal.currency, day, deal.about)  # fmt: skip
    place = books.change(_ADD, row)
    card = behaviour_of(deal.number)
    rest = deal.amount
    for left, brought in zip(range(len(card.disputes), 0, -1), card.disputes, strict=True):
        reason, stage = _STAGES.get(brought, (brought, "chargeback"))
        part = rest // left
        rest -= part
        books.change(_MATTER, (place, "dispute", reason, part, day, stage))
    if card.fraud:
        books.change(_MATTER, (place, "fraud", "card_never_received", deal.amount, day, ""))
    return arn


def refund(
    books: NetworkBooks, original: str, given: Refund, now: datetime
) -> tuple[str, str, bool]:
    """Give an amount of a capture back: a response code, the reference, whether it is pending."""
    rows = books.rows(_FIND, (original,))
    if not rows or rows[0][6] <= 0:
        return _NOT_FOUND, "", False
    _, _, card, masked, merchant, category, captured, currency, before, _ = rows[0]
    reference, amount = given.reference, given.amount
    taken = books.rows(_TAKEN, (original,))[0][0]  # The cardholder has that already.
    if before + taken + amount > captured or amount == 0:
        return _TOO_MUCH, "", False
    arn = _arn(reference, now)
    today = now.astimezone(_EASTERN).date()
    row = (reference, arn, original, card, masked, merchant, category, -amount, currency,
           today.isoformat(), given.about)  # fmt: skip
    place = books.change(_ADD, row)
    books.change(_REFUNDED, (amount, original))
    fate = behaviour_of(given.number).refund
    if fate:
        kind = "refund_done" if fate == "pending" else "refund_failed"
        due = today + timedelta(days=_REFUND_TAKES_DAYS)
        books.change(_MATTER, (place, kind, "", amount, due.isoformat(), ""))
    return _DONE, arn, fate == "pending"


def withdraw(books: NetworkBooks, reference: str) -> bool | None:
    """Take a capture or a refund back that is not cleared yet.

    Returns None if there is none under the reference, False if it was cleared.
    """
    rows = books.rows(_FIND, (reference,))
    if not rows:
        return None
    place, original, _, _, _, _, amount, _, _, cleared = rows[0]
    if cleared:
        return False
    books.change(_FORGET, (place,))
    books.change(_WITHDRAW, (place,))
    if amount < 0:
        books.change(_REFUNDED, (amount, original))
    else:
        state = "closed" if original == reference else "open"
        books.change(_REOPEN, (amount, state, original))
    return True


def _arn(reference: str, now: datetime) -> str:
    """Return the 23 digits that name a presentment at all parties; the last one proves them."""
    found = hashlib.sha256(b"arn" + reference.encode()).digest()
    year = now.year % 10
    body = f"2{_ACQUIRER}{year}{now:%j}{int.from_bytes(found) % 10**11:011d}"
    total = 0
    for place, digit in enumerate(reversed(body), start=1):
        value = int(digit) << (place & 1)
        total += value // 10 + value % 10
    return f"{body}{-total % 10}"
