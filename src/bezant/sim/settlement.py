"""The simulated bank's settlement day: execute what is due, then send back what receivers refuse.

A file's credits leave the client's account as one debit; each entry that comes back is a credit of
its own. For a file of debits it is the other way round.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from msgspec import Struct

from bezant.kernel.entropy import Entropy
from bezant.sim.banking_days import next_after
from bezant.sim.books import Books, Row
from bezant.sim.schemes.ach.receivers import REASONS, answer_of
from bezant.sim.schemes.ach.writer import ReturnedEntry, ReturnFileHeader, write_returns
from bezant.sim.statement import Line

# BAI2 type codes of settled files, 466 for credits and 166 for debits, and of single returns.
_RETURNED = {True: "257", False: "557"}

_DUE_FILES = """
SELECT file.id, file.reference, entry.is_credit, sum(entry.amount > 0), sum(entry.amount),
       min(batch.company)
FROM batch JOIN file ON file.id = batch.file JOIN entry ON entry.batch = batch.id
WHERE batch.executed_on IS NULL AND (? OR batch.due_on <= ?)
GROUP BY file.id, entry.is_credit ORDER BY file.id, entry.is_credit DESC
"""

_EXECUTE = """
INSERT INTO execution (entry, day, line)
SELECT entry.id, ?, ? FROM batch JOIN entry ON entry.batch = batch.id
WHERE batch.file = ? AND entry.is_credit = ?
  AND batch.executed_on IS NULL AND (? OR batch.due_on <= ?)
"""

_EXECUTED = """
SELECT entry.id, entry.account, entry.planned FROM batch JOIN entry ON entry.batch = batch.id
WHERE batch.executed_on IS NULL AND (? OR batch.due_on <= ?) ORDER BY entry.id
"""

_CLOSE_BATCHES = """
UPDATE batch SET executed_on = ? WHERE executed_on IS NULL AND (? OR due_on <= ?)
"""

_DUE_RETURNS = """
SELECT file.origin, file.origin_name, file.destination_name, returned.id, returned.code, entry.code,
       entry.routing, entry.account, entry.amount, entry.identity, entry.name, entry.discretionary,
       entry.trace, batch.company, batch.company_id, batch.sec, batch.description, batch.odfi
FROM returned JOIN entry ON entry.id = returned.entry JOIN batch ON batch.id = entry.batch
JOIN file ON file.id = batch.file
WHERE returned.sent_on IS NULL AND (? OR returned.due_on <= ?)
ORDER BY file.origin, returned.id
"""


class Settlement(Struct, frozen=True):
    """What one settlement did; amounts in cents."""

    executed: int = 0
    debited: int = 0
    credited: int = 0
    returned: int = 0


def execute(books: Books, today: date, at_once: bool) -> Settlement:
    """Execute the entries that are due, one line for each file and direction."""
    due = (at_once, today.isoformat())
    executed = debited = credited = 0
    for file, reference, is_credit, items, cents, company in books.rows(_DUE_FILES, due):
        line = None
        if cents:
            line = books.next_line()
            amount, code = (-cents, "466") if is_credit else (cents, "166")
            text = f"ACH SETTLEMENT {items} ITEMS {company}"
            books.add_lines([new_line(line, today, code, amount, reference, text, items=items)])
        books.change(_EXECUTE, (today.isoformat(), line, file, is_credit, *due))
        executed += items
        debited += cents * is_credit
        credited += cents * (not is_credit)
    return Settlement(executed, debited, credited)


def answer(
    books: Books, today: date, at_once: bool, returns_per_mille: int, entropy: Entropy
) -> None:
    """Let the receivers of what was executed answer: who refuses sends back the next day."""
    due = (at_once, today.isoformat())
    refused = (
        (entry, code, next_after(today).isoformat())
        for entry, account, planned in books.rows(_EXECUTED, due)
        if (code := planned or answer_of(account, returns_per_mille, entropy))
    )
    books.change_many("INSERT INTO returned (entry, code, due_on) VALUES (?, ?, ?)", refused)
    books.change(_CLOSE_BATCHES, (today.isoformat(), *due))


def send_back(books: Books, today: date, at_once: bool, made_at: datetime) -> int:
    """Book the returns that are due and put their files out, one for each originator."""
    rows = books.rows(_DUE_RETURNS, (at_once, today.isoformat()))
    lines = dict(_return_lines(rows, today, books.next_line()))
    books.add_lines(lines.values())
    books.change_many(
        "UPDATE returned SET sent_on = ?, line = ? WHERE id = ?",
        (
            (today.isoformat(), lines[row[3]].number if row[3] in lines else None, row[3])
            for row in rows
        ),
    )
    for origin in dict.fromkeys(row[0] for row in rows):
        _put_out(books, [row for row in rows if row[0] == origin], today, made_at)
    return len(rows)


def new_line(
    number: int,
    day: date,
    type_code: str,
    amount: int,
    reference: str,
    text: str,
    *,
    items: int = 1,
    reason: str = "",
) -> Line:
    """Return a line whose bank reference is made of its day and its number, so it is unique."""
    bank_reference = f"{day:%y%m%d}{number:010d}"
    return Line(number, day, type_code, amount, items, bank_reference, reference, text, reason)


def _return_lines(rows: Iterable[Row], today: date, number: int) -> Iterator[tuple[int, Line]]:
    """Yield (return, line); a prenote comes back without money, so it has no line."""
    for row in rows:
        entry = _returned_entry(row)
        if entry.amount:
            yield row[3], _return_line(entry, today, number)
            number += 1


def _return_line(entry: ReturnedEntry, today: date, number: int) -> Line:
    amount = entry.amount if entry.is_credit else -entry.amount
    why = REASONS.get(entry.reason, "RETURNED")
    text = f"ACH RETURN {entry.reason} {why} {entry.name} {entry.account}"
    code = _RETURNED[entry.is_credit]
    return new_line(number, today, code, amount, entry.trace, text, reason=entry.reason)


def _returned_entry(row: Row) -> ReturnedEntry:
    return ReturnedEntry(*row[4:], sequence=row[3])


def _put_out(books: Books, rows: list[Row], today: date, made_at: datetime) -> None:
    origin, origin_name, destination_name = rows[0][:3]
    number = books.rows("SELECT count(*) FROM outgoing WHERE kind = 'returns'")[0][0]
    routing = books.rows("SELECT routing FROM account")[0][0]
    header = ReturnFileHeader(
        origin, routing, origin_name, destination_name, made_at, today, number
    )
    content = write_returns(header, [_returned_entry(row) for row in rows])
    books.put_out("returns", f"returns-{today:%Y%m%d}-{number + 1:06d}.ach", content)
