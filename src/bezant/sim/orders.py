"""Orders and answers in the simulated bank's books: how they are looked up and written down."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

import msgspec
from msgspec import Struct

from bezant.sim.books import Books, Row
from bezant.sim.scheme import Answer, Order, Outcome

_ORDER = """
SELECT id, key, act, amount, currency, is_credit, bank, account, name, due_on, original, fields,
       outcome, code, state
FROM ordered WHERE key = ? ORDER BY id DESC LIMIT 1
"""

_BY_TRACE = """
SELECT key FROM ordered WHERE substr(key, -length(?)) = ? ORDER BY id DESC LIMIT 1
"""

_LAST_ANSWER = """
SELECT outcome, code, amount, text FROM answer WHERE ordered = ? ORDER BY id DESC LIMIT 1
"""

_ADD_ANSWER = """
INSERT INTO answer (id, ordered, outcome, code, amount, text, details, due_on)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

_DUE_ANSWERS = """
SELECT answer.id, answer.outcome, answer.code, answer.amount, answer.text, answer.details,
       ordered.id, ordered.key, ordered.act, ordered.amount, ordered.currency, ordered.is_credit,
       ordered.bank, ordered.account, ordered.name, ordered.due_on, ordered.original,
       ordered.fields
FROM answer JOIN ordered ON ordered.id = answer.ordered
WHERE ordered.scheme = ? AND answer.sent_on IS NULL AND (? OR answer.due_on <= ?)
  AND coalesce(json_extract(answer.details, '$.not_before'), '') <= ?
ORDER BY answer.id
"""


class Kept(Struct, frozen=True):
    """An order in the books: what is planned for it and how far it has come."""

    id: int
    order: Order
    outcome: Outcome | None
    code: str
    state: str


class Reply(Struct, frozen=True):
    """An answer that is to be given on a day; `not_before` among its details is a moment of it."""

    ordered: int
    outcome: Outcome
    code: str
    amount: int
    due_on: date
    text: str = ""
    details: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])


def order_by_key(books: Books, key: str) -> Kept | None:
    """Return the newest order under a key."""
    found = books.rows(_ORDER, (key,))
    if not found:
        return None
    id, *columns, outcome, code, state = found[0]
    return Kept(id, order_of(columns), outcome, code, state)


def key_of(books: Books, trace: str) -> str:
    """Return the key of the newest order that is known by a trace or a name that ends with it."""
    if not trace or order_by_key(books, trace) is not None:
        return trace
    found = books.rows(_BY_TRACE, (trace, trace))
    return found[0][0] if found else trace


def order_of(columns: Iterable[object]) -> Order:
    """Return the order that a row's columns, from its key to its fields, hold."""
    key, act, amount, currency, is_credit, bank, account, name, due, original, fields = columns
    raw = {
        "key": key,
        "act": act,
        "amount": amount,
        "currency": currency,
        "is_credit": bool(is_credit),
        "bank": bank,
        "account": account,
        "name": name,
        "due_on": due,
        "original": original,
        "fields": msgspec.json.decode(str(fields)),
    }
    return msgspec.convert(raw, Order)


def last_answer(books: Books, ordered: int) -> tuple[Outcome, str, int, str] | None:
    """Return what was last answered to an order: outcome, code, amount, text."""
    found = books.rows(_LAST_ANSWER, (ordered,))
    return found[0] if found else None


def add_replies(books: Books, replies: Iterable[Reply]) -> None:
    """Write answers down, to be sent when they are due; inside a database transaction."""
    first = books.next_answer()
    books.change_many(
        _ADD_ANSWER,
        (
            (
                number,
                reply.ordered,
                reply.outcome,
                reply.code,
                reply.amount,
                reply.text,
                msgspec.json.encode(reply.details).decode(),
                reply.due_on.isoformat(),
            )
            for number, reply in enumerate(replies, first)
        ),
    )


def due_answers(
    books: Books, scheme: str, today: date, now: datetime, *, at_once: bool
) -> list[Answer]:
    """Return the answers that leave now, in the order in which they were decided."""
    asked = (scheme, at_once, today.isoformat(), moment_of(now))
    rows = books.rows(_DUE_ANSWERS, asked)
    return [_answer(row, today) for row in rows]


def moment_of(at: datetime) -> str:
    """Return a moment as it is kept and compared."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _answer(row: Row, today: date) -> Answer:
    number, outcome, code, amount, text, details, _, *order = row
    return Answer(
        order_of(order), outcome, code, amount, today, number, text, msgspec.json.decode(details)
    )
