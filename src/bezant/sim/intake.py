"""The simulated bank's counter: it judges a client's file, queues its payments and answers."""

from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import astuple, replace

from bezant.kernel.errors import FileRefused, Problem
from bezant.sim.banking_days import next_after, on_or_after
from bezant.sim.books import Books
from bezant.sim.schemes.ach.file import AchFile
from bezant.sim.schemes.ach.reader import read_ach

_KNOWN = "SELECT reference, entries, debit, credit FROM file WHERE sha256 = ?"
_SAME_HEADER = "SELECT 1 FROM file WHERE identity = ?"
_ADD_DELIVERY = "INSERT INTO delivery (name, sha256, verdict, at) VALUES (?, ?, ?, ?)"

_ADD_FILE = """
INSERT INTO file (sha256, identity, origin, origin_name, destination_name, reference, entries,
                  debit, credit)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_ADD_BATCH = """
INSERT INTO batch (file, company, company_id, sec, description, odfi, due_on)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""

_ADD_ENTRY = """
INSERT INTO entry (batch, is_credit, code, routing, account, amount, identity, name, discretionary,
                   trace)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class Ack(Struct, frozen=True):
    """The bank's answer to a file, as it stands in the `.ack` file; amounts in cents.

    A duplicate is accepted, and executed only the first time.
    """

    file: str
    status: str
    sha256: str
    duplicate: bool
    received_at: str
    reference: str = ""
    entries: int = 0
    debit: int = 0
    credit: int = 0
    reasons: list[str] = []


def take(
    books: Books, routing_number: str, name: str, content: bytes, digest: str, now: datetime
) -> Ack:
    """Judge a file inside a database transaction; a rejected one may come again."""
    blank = Ack(name, "accepted", digest, duplicate=False, received_at=now.isoformat())
    if known := books.rows(_KNOWN, (digest,)):
        reference, entries, debit, credit = known[0]
        ack = replace(
            blank, duplicate=True, reference=reference, entries=entries, debit=debit, credit=credit
        )
    else:
        ack = _judge(books, routing_number, blank, content, now.date())
    verdict = "duplicate" if ack.duplicate else ack.status
    books.change(_ADD_DELIVERY, (name, digest, verdict, blank.received_at))
    return ack


def _judge(books: Books, routing_number: str, blank: Ack, content: bytes, today: date) -> Ack:
    try:
        file = read_ach(content, routing_number)
        _refuse_reused_header(books, file)
    except FileRefused as refused:
        reasons = [str(problem) for problem in refused.problems]
        return replace(blank, status="rejected", reasons=reasons)
    entries = file.entries
    ack = replace(
        blank,
        reference=file.reference,
        entries=len(entries),
        debit=sum(entry.amount for entry in entries if not entry.is_credit),
        credit=sum(entry.amount for entry in entries if entry.is_credit),
    )
    _queue(books, file, ack, today)
    return ack


def _refuse_reused_header(books: Books, file: AchFile) -> None:
    if books.rows(_SAME_HEADER, (file.identity,)):
        reason = "another file of this origin, date, time and modifier was taken before"
        raise FileRefused([Problem(1, None, reason)])


def _queue(books: Books, file: AchFile, ack: Ack, today: date) -> None:
    """Write the file down; a batch without an effective date settles on the next banking day."""
    header = (ack.sha256, file.identity, file.origin, file.origin_name, file.destination_name)
    file_id = books.change(_ADD_FILE, (*header, ack.reference, ack.entries, ack.debit, ack.credit))
    for batch in file.batches:
        due = on_or_after(max(batch.effective or next_after(today), today)).isoformat()
        purpose = (batch.company, batch.company_id, batch.sec, batch.description, batch.odfi)
        batch_id = books.change(_ADD_BATCH, (file_id, *purpose, due))
        rows = ((batch_id, entry.is_credit, *astuple(entry)[:8]) for entry in batch.entries)
        books.change_many(_ADD_ENTRY, rows)
