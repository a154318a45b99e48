"""The simulated bank's settlement: orders that are due are carried out, answers due are given.

A file's credits leave the client's account as one line, or as one for each part of it that the
scheme books by a name; each payment that comes back is a line of its own. For collections it is
the other way round. An instant message is a file of one.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from bezant.sim.booking import codes_of, new_line
from bezant.sim.books import Books
from bezant.sim.orders import Reply, add_replies, due_answers, moment_of
from bezant.sim.scheme import Answer, Client, Outcome, Scheme
from bezant.sim.statement import Line

_REFUSE = """
UPDATE ordered SET state = 'refused'
WHERE scheme = ? AND state = 'queued' AND moves AND outcome = 'rejected'
RETURNING id, code, amount
"""

_PEND = """
UPDATE ordered SET state = 'pending'
WHERE scheme = ? AND state = 'queued' AND moves AND outcome = 'pending'
RETURNING id, code, amount
"""

_AT_THE_COUNTER: tuple[tuple[str, Outcome], ...] = ((_REFUSE, "rejected"), (_PEND, "pending"))

_RELEASE = """
UPDATE ordered SET state = 'queued', outcome = nullif(outcome, 'pending')
WHERE scheme = ? AND state = 'pending'
"""

_DUE_FILES = """
SELECT file.id, file.reference, ordered.is_credit, coalesce(json_extract(ordered.fields, ?), ''),
       sum(ordered.amount > 0), sum(ordered.amount),
       max(coalesce(json_extract(ordered.fields, '$.shown'), ordered.key))
FROM ordered JOIN file ON file.id = ordered.file
WHERE ordered.scheme = ? AND ordered.state = 'queued' AND ordered.moves
  AND (? OR ordered.due_on <= ?)
GROUP BY 1, 2, 3, 4 ORDER BY file.id, ordered.is_credit DESC, min(ordered.id)
"""

_EXECUTE = """
INSERT INTO execution (ordered, day, line)
SELECT id, ?, ? FROM ordered
WHERE file = ? AND is_credit = ? AND coalesce(json_extract(fields, ?), '') = ?
  AND state = 'queued' AND moves
  AND (? OR due_on <= ?)
"""

_EXECUTED = """
UPDATE ordered SET state = 'executed'
WHERE scheme = ? AND state = 'queued' AND moves AND (? OR due_on <= ?)
RETURNING id, amount, outcome, code
"""

MISTAKE = "mistake:"
"""Habits by an order's key: `silence`, `misquote` (a unit too much), `stranger` (another key)."""

BOOKED_BY = "booked_by:"
"""Habits by scheme: the field of an order by which its file is booked in parts, such as `batch`."""

_NAME = "booked_as"
"""The field that names the part of a file which a scheme books by itself."""

_DISPUTED_AFTER = timedelta(seconds=6)
"""How long what is disputed counts as paid even where a bank does everything at once."""

_SENT = "UPDATE answer SET sent_on = ?, line = ? WHERE id = ?"

_MOVES_BACK = frozenset({"returned", "recalled"})


class Settlement(Struct, frozen=True):
    """What one settlement did; amounts in minor units."""

    executed: int = 0
    debited: int = 0
    credited: int = 0
    returned: int = 0

    def plus(self, other: "Settlement") -> "Settlement":
        """Return the two together."""
        return Settlement(
            self.executed + other.executed,
            self.debited + other.debited,
            self.credited + other.credited,
            self.returned + other.returned,
        )


def release(books: Books, scheme: Scheme) -> None:
    """Let what has waited go on to be carried out, or refused."""
    books.change(_RELEASE, (scheme.name,))


def refuse(books: Books, scheme: Scheme, today: date) -> None:
    """Refuse what will not be carried out, and say of what is to wait that it waits."""
    for sql, outcome in _AT_THE_COUNTER:
        rows = books.rows(sql, (scheme.name,))
        add_replies(books, (Reply(id, outcome, code, amount, today) for id, code, amount in rows))


def execute(
    books: Books, scheme: Scheme, today: date, now: datetime, *, at_once: bool
) -> Settlement:
    """Carry out what is due, one line for each file and direction, and decide on answers."""
    codes, due = codes_of(scheme), (at_once, today.isoformat())
    done = Settlement()
    field = f"$.{books.habit(f'{BOOKED_BY}{scheme.name}') or _NAME}"
    files = books.rows(_DUE_FILES, (field, scheme.name, *due))
    for file, total, is_credit, part, items, amount, one in files:
        named = part if part and field == f"$.{_NAME}" else total
        reference = one if scheme.mode == "instant" else named
        line = None
        if amount:
            line = books.next_line()
            signed, code = (-amount, codes.paid) if is_credit else (amount, codes.collected)
            text = f"{scheme.name.upper()} SETTLEMENT {items} ITEMS"
            books.add_lines([new_line(line, today, code, signed, reference, text, items=items)])
        books.change(_EXECUTE, (today.isoformat(), line, file, is_credit, field, part, *due))
        sums = (amount, 0) if is_credit else (0, amount)
        done = done.plus(Settlement(0, *sums))
    executed = books.rows(_EXECUTED, (scheme.name, *due))
    add_replies(books, _replies(scheme, executed, today, now))
    return done.plus(Settlement(len(executed)))


def give_answers(
    books: Books, scheme: Scheme, client: Client, today: date, made_at: datetime, *, at_once: bool
) -> int:
    """Book what comes back, put the answers out, and return how many payments came back."""
    answers = due_answers(books, scheme.name, today, made_at, at_once=at_once)
    if not answers:
        return 0
    lines = dict(_lines(answers, scheme, today, books.next_line()))
    books.add_lines(lines.values())
    books.change_many(
        _SENT,
        (
            (today.isoformat(), lines[it.number].number if it.number in lines else None, it.number)
            for it in answers
        ),
    )
    told = [*_as_told(books, answers)]
    for letter in scheme.write(told, client, made_at, books.count("writings")) if told else ():
        books.put_out_numbered(letter.kind, today, letter.suffix, letter.content)
    return sum(answer.outcome == "returned" for answer in answers)


def _as_told(books: Books, answers: Iterable[Answer]) -> Iterator[Answer]:
    """Yield answers as the client hears them: truly, unless somebody has asked for a mistake."""
    for answer in answers:
        key = answer.order.key
        mistake = books.habit(f"{MISTAKE}{key}")
        if mistake is None or mistake == "":
            yield answer
            continue
        books.adopt(f"{MISTAKE}{key}", "")
        if mistake == "misquote":
            yield replace(answer, amount=answer.amount + 1)
        elif mistake == "stranger":
            yield replace(answer, order=replace(answer.order, key=_other(key)))


def _other(key: str) -> str:
    """Return a key of the same shape that nobody has used: its digits and letters reversed."""
    return key[:8] + key[:7:-1] if key[8:] != key[:7:-1] else key[:-1] + "0"


def _replies(
    scheme: Scheme,
    executed: Iterable[tuple[int, int, Outcome | None, str]],
    today: date,
    now: datetime,
) -> Iterator[Reply]:
    """Yield what is answered to orders that were carried out: later for files, now for messages."""
    for id, amount, outcome, code in executed:
        if scheme.mode == "instant":
            yield Reply(id, "settled", "", amount, today)
        if outcome == "returned":
            yield Reply(id, "returned", code, amount, scheme.answers_on("returned", today))
        elif outcome == "disputed":
            later = {"not_before": moment_of(now + _DISPUTED_AFTER)}
            due = scheme.answers_on("disputed", today)
            yield Reply(id, "returned", code, amount, due, details=later)
        elif outcome == "corrected":
            yield Reply(id, "corrected", code, 0, scheme.answers_on("corrected", today))


def _lines(
    answers: Iterable[Answer], scheme: Scheme, today: date, number: int
) -> Iterator[tuple[int, Line]]:
    """Yield (answer, line) for answers that bring money back; said again, they bring none."""
    for answer in answers:
        again = "enquiry" in answer.details
        if answer.outcome in _MOVES_BACK and answer.amount and not again:
            yield answer.number, _line(answer, scheme, today, number)
            number += 1


def _line(answer: Answer, scheme: Scheme, today: date, number: int) -> Line:
    order, codes = answer.order, codes_of(scheme)
    amount, code = (
        (answer.amount, codes.paid_back) if order.is_credit else (-answer.amount, codes.taken_back)
    )
    said = f"{scheme.name} {answer.outcome} {answer.code}".upper()
    who = f"{order.name} {order.account}"
    reference = order.original or order.fields.get("shown", order.key)
    return new_line(number, today, code, amount, reference, f"{said} {who}", reason=answer.code)
