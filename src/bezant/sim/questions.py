"""What a client asks without moving money: enquiries, recalls, requests, checks of names."""

from collections.abc import Iterator
from datetime import date

from bezant.sim.books import Books
from bezant.sim.kept import Row
from bezant.sim.orders import Reply, add_replies, last_answer, order_by_key
from bezant.sim.scheme import Outcome

_NOTE = """
UPDATE ordered SET state = 'noted' WHERE scheme = ? AND state = 'queued' AND NOT moves
RETURNING id, act, key, original, amount, outcome, code
"""

_COME_BACK = """
SELECT 1 FROM answer WHERE ordered = ? AND outcome IN ('returned', 'recalled')
UNION ALL
SELECT 1 FROM ordered JOIN answer ON answer.ordered = ordered.id
WHERE ordered.act = 'recall' AND ordered.original = ? AND answer.outcome = 'recalled'
"""

UNKNOWN = "the order that this is about is not known here"


class Question:
    """One thing that a client asks about an order, or of somebody outside."""

    def __init__(self, row: Row) -> None:
        """Take the columns of its order."""
        self.id: int = row[0]
        self.act: str = row[1]
        self.key: str = row[2]
        self.original: str = row[3]
        self.amount: int = row[4]
        self.outcome: Outcome | None = row[5]
        self.code: str = row[6]


def answer_questions(books: Books, scheme: str, today: date) -> list[Question]:
    """Answer what was asked and return those to which people outside respond, the requests."""
    questions = [Question(row) for row in books.rows(_NOTE, (scheme,))]
    for it in questions:
        # One by one, so that a second recall of the same order sees the first.
        add_replies(books, [*_replies(books, it, today)])
    return [it for it in questions if it.act == "request" and it.outcome is None]


def _replies(books: Books, asked: Question, today: date) -> Iterator[Reply]:
    match asked.act:
        case "enquire":
            yield _status(books, asked, today)
        case "recall":
            yield _recall(books, asked, today)
        case "verify":
            yield Reply(asked.id, "verified", asked.code, 0, today)
        case "request":
            yield Reply(asked.id, asked.outcome or "accepted", asked.code, asked.amount, today)
        case _:  # A refusal of a recall, a dishonoured return: taken note of, and that is all.
            if asked.outcome:
                yield Reply(asked.id, asked.outcome, asked.code, asked.amount, today)


def _status(books: Books, asked: Question, today: date) -> Reply:
    """Say once more what became of an order."""
    kept = order_by_key(books, asked.original)
    if kept is None:
        return Reply(asked.id, "rejected", "", 0, today, UNKNOWN)
    about = {"enquiry": asked.key}
    if said := last_answer(books, kept.id):
        outcome, code, amount, text = said
        return Reply(kept.id, outcome, code, amount, today, text, about)
    outcome = "settled" if kept.state == "executed" else "accepted"
    return Reply(kept.id, outcome, "", kept.order.amount, today, "", about)


def _recall(books: Books, asked: Question, today: date) -> Reply:
    """Give money back that is still there, unless the receiver says no."""
    kept = order_by_key(books, asked.original)
    if kept is None:
        return Reply(asked.id, "recall_refused", "", 0, today, UNKNOWN)
    gone = kept.state != "executed" or books.rows(_COME_BACK, (kept.id, asked.original))
    if gone or "recall_refused" in {asked.outcome, kept.outcome}:
        return Reply(asked.id, "recall_refused", asked.code or kept.code, 0, today)
    return Reply(asked.id, "recalled", asked.code, kept.order.amount, today)
