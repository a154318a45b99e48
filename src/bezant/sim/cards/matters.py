"""What issuers bring up about payments: disputes with their decisions, frauds, refunds' fates."""

from datetime import date, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from bezant.sim.cards.books import NetworkBooks

DAYS_TO_RESPOND = 20
DAYS_TO_DECIDE = 60
_DONE, _NOT_FOUND, _CLOSED, _FORMAT = "00", "25", "12", "30"
_REPRESENT, _ACCEPT = "205", "206"
_WINNING, _LOSING, _ESCALATING = "winning_evidence", "losing_evidence", "escalate_inquiry_evidence"
_AT_ONCE = ""  # A day before all others.
_AT_MOST = 1000

_FIND = "SELECT state FROM matter WHERE id = ? AND kind = 'dispute'"
_CONTEST = "UPDATE matter SET state = ?, due_on = ?, evidence = ? WHERE id = ?"
_SET = "UPDATE matter SET state = ?, due_on = ? WHERE id = ?"
_ESCALATE = "UPDATE matter SET state = 'told', stage = 'chargeback', due_on = ? WHERE id = ?"
_LOWER = "UPDATE matter SET amount = ? WHERE id = ?"
_LEFT = """
SELECT amount - refunded + (
  SELECT coalesce(sum(chargeback.amount), 0) FROM chargeback
  JOIN matter other ON other.id = chargeback.matter WHERE other.presentment = presentment.id)
FROM presentment WHERE id = (SELECT presentment FROM matter WHERE id = ?)
"""
_NOT_GIVEN = """
UPDATE presentment SET refunded = refunded - ? WHERE reference = (
  SELECT refund.authorization FROM matter JOIN presentment refund ON refund.id = matter.presentment
  WHERE matter.id = ?)
"""
_BROUGHT = """
SELECT count(DISTINCT presentment.id), count(matter.id)
FROM presentment LEFT JOIN matter ON matter.presentment = presentment.id
  AND matter.kind = 'dispute' AND matter.state <> 'done'
WHERE about = ?
"""
_DUE = """
SELECT matter.id, kind, reason, matter.amount, stage, state, evidence, arn, merchant, currency,
       masked, about
FROM matter JOIN presentment ON presentment.id = matter.presentment
WHERE (due_on <= ? OR (? AND state = 'due')) AND cleared_on IS NOT NULL
  AND state IN ('due', 'told', 'represented', 'accepted')
ORDER BY matter.id LIMIT ?
"""
_MOVE = "INSERT INTO chargeback (matter, amount, currency) VALUES (?, ?, ?)"

Kind = Literal["dispute", "fraud", "refund_done", "refund_failed", "won", "lost"]


class Told(Struct, frozen=True, kw_only=True):
    """What the client is told of a matter; amount in minor units of ISO 4217."""

    case: int
    kind: Kind
    reason: str
    amount: int
    stage: str
    respond_by: str
    arn: str
    merchant: str
    currency: str
    masked: str
    about: str


class Matter(Struct, frozen=True):
    """A matter as the books have it."""

    id: int
    kind: Kind
    reason: str
    amount: int
    stage: str
    state: str
    evidence: str
    arn: str
    merchant: str
    currency: str
    masked: str
    about: str


def contest(books: NetworkBooks, case: str, act: str, evidence: str, today: date) -> str:
    """Take evidence, or a case given up, and return a response code."""
    rows = books.rows(_FIND, (case,))
    if not rows:
        return _NOT_FOUND
    if rows[0][0] != "told":
        return _CLOSED
    if act not in {_REPRESENT, _ACCEPT}:
        return _FORMAT
    clear = act == _ACCEPT or any(w in evidence for w in (_WINNING, _LOSING, _ESCALATING))
    due = _AT_ONCE if clear else (today + timedelta(days=DAYS_TO_DECIDE)).isoformat()
    state = "accepted" if act == _ACCEPT else "represented"
    books.change(_CONTEST, (state, due, evidence, case))
    return _DONE


def tell(books: NetworkBooks, today: date, *, at_once: bool) -> list[Told]:
    """Return what is to be told by a day, and book what it moves; inside a transaction."""
    rows = books.rows(_DUE, (today.isoformat(), at_once, _AT_MOST))
    told = [_told(books, Matter(*row), today) for row in rows]
    return [one for one in told if one is not None]


def brought(books: NetworkBooks, about: str) -> int | None:
    """Return how many disputes there are or will be about a capture; None if there is none."""
    captures, disputes = books.rows(_BROUGHT, (about,))[0]
    return disputes if captures else None


def _told(books: NetworkBooks, matter: Matter, today: date) -> Told | None:
    if matter.kind == "dispute":
        begins = matter.state == "due" or (matter.stage == "inquiry" and _escalates(matter))
        left = _left(books, matter) if begins else matter.amount
        if left <= 0:
            books.change(_SET, ("done", today.isoformat(), matter.id))
            return None
        if left < matter.amount:
            books.change(_LOWER, (left, matter.id))
            matter = replace(matter, amount=left)
        return _disputed(books, matter, today)
    books.change(_SET, ("done", today.isoformat(), matter.id))
    if matter.kind == "refund_failed":
        books.change(_MOVE, (matter.id, matter.amount, matter.currency))
        books.change(_NOT_GIVEN, (matter.amount, matter.id))
    return _as_told(matter, matter.kind)


def _disputed(books: NetworkBooks, matter: Matter, today: date) -> Told:
    respond_by = today + timedelta(days=DAYS_TO_RESPOND)
    lapses = (respond_by + timedelta(days=1)).isoformat()
    inquiry = matter.stage == "inquiry"
    if inquiry and _escalates(matter):
        books.change(_ESCALATE, (lapses, matter.id))
        books.change(_MOVE, (matter.id, -matter.amount, matter.currency))
        return _as_told(matter, "dispute", "chargeback", respond_by.isoformat())
    if matter.state == "due":
        books.change(_SET, ("told", lapses, matter.id))
        if not inquiry:
            books.change(_MOVE, (matter.id, -matter.amount, matter.currency))
        return _as_told(matter, "dispute", matter.stage, respond_by.isoformat())
    won = _WINNING in matter.evidence or (inquiry and matter.state != "accepted")
    books.change(_SET, ("won" if won else "lost", today.isoformat(), matter.id))
    if won and not inquiry:
        books.change(_MOVE, (matter.id, matter.amount, matter.currency))
    return _as_told(matter, "won" if won else "lost")


def _escalates(matter: Matter) -> bool:
    return matter.state == "represented" and _ESCALATING in matter.evidence


def _left(books: NetworkBooks, matter: Matter) -> int:
    """Return what a cardholder has not been given back of a payment yet, one way or another."""
    return books.rows(_LEFT, (matter.id,))[0][0]


def _as_told(matter: Matter, kind: Kind, stage: str = "", respond_by: str = "") -> Told:
    return Told(
        case=matter.id,
        kind=kind,
        reason=matter.reason,
        amount=matter.amount,
        stage=stage or matter.stage,
        respond_by=respond_by,
        arn=matter.arn,
        merchant=matter.merchant,
        currency=matter.currency,
        masked=matter.masked,
        about=matter.about,
    )
