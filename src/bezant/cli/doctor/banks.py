"""What banks have said: files that nobody could read, lines that nothing explains."""

from collections import Counter
from datetime import date, datetime, timedelta

import msgspec

from bezant.cli.doctor.finding import Finding, bad, lasting, ok, warn
from bezant.cli.doctor.machine import inboxes
from bezant.cli.doctor.patient import HOUSES, QUERIES, Patient
from bezant.cli.output import counted
from bezant.kernel.codec import from_microseconds
from bezant.kernel.currency import format_amount
from bezant.kernel.money import Money
from bezant.movement.bank_file import BankFile
from bezant.reconcile.book import BankStatement, BankStatementLine

FILES, UNFINISHED, BREAKS, STATEMENTS = "bank files", "hand-over", "breaks", "statements"

PATIENCE = timedelta(minutes=10)
MOST = 1_000
"""How many rows are looked at; more are reported as at least so many."""
STATEMENTS_LOOKED_AT = 60


def refused(patient: Patient) -> Finding:
    """Tell of files that were refused by us or by a bank in the last 30 days."""
    files = _files(patient, "refused", "rejected")
    recent = [file for file in files if _made(file) > patient.before(days=30)]
    if not recent:
        return ok(FILES, "none was refused in the last 30 days")
    newest = recent[0]
    reason = newest.problems[0] if newest.problems else "no reason given"
    return warn(
        FILES,
        f"{_many(len(recent), 'was', 'were')} refused in the last 30 days; the newest, "
        f"{newest.name}: {reason}",
        f"`bezant files show {newest.id}`; once the cause is gone, `bezant files resubmit` reads "
        "a file again",
    )


def unfinished(patient: Patient) -> Finding:
    """Tell of files that have been half sent or half read for more than ten minutes."""
    files = [
        file
        for file in _files(patient, "prepared", "delivered", "received")
        if _made(file) < patient.now - PATIENCE
    ]
    waiting = [
        path
        for path in inboxes(patient.config)
        if from_microseconds(path.stat().st_mtime_ns // 1_000) < patient.clock.now() - PATIENCE
    ]
    if files:
        oldest = files[-1]
        return bad(
            UNFINISHED,
            f"{_many(len(files), 'is', 'are')} unfinished; the oldest, {oldest.name}, has been "
            f"{oldest.status} for {lasting(patient.now - _made(oldest))}",
            f"the server goes on with it: read its log for {oldest.id}",
        )
    if waiting:
        return warn(
            UNFINISHED,
            f"{_many(len(waiting), 'waits', 'wait')} to be read, such as {waiting[0]}",
            "see that the server runs",
        )
    return ok(UNFINISHED, "every file was handed over or read to its end")


def breaks(patient: Patient) -> Finding:
    """Tell of statement lines that nothing explains, which stand on suspense."""
    lines = [
        msgspec.json.decode(body, type=BankStatementLine)
        for (body,) in patient.rows(QUERIES.unmatched, HOUSES, MOST)
    ]
    if not lines:
        return ok(BREAKS, "every statement line is explained")
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.currency] += abs(line.amount)
    total = ", ".join(format_amount(Money(sums[it], it)) for it in sorted(sums))
    oldest = min(date.fromisoformat(line.booking_date) for line in lines)
    number = f"{'at least ' if len(lines) == MOST else ''}{counted(len(lines), 'line', 'lines')}"
    return warn(
        BREAKS,
        f"{number} unexplained, {total} in and out, the oldest of {oldest}",
        "they stand on suspense: `bezant ledger tb --book house` shows where",
    )


def statements(patient: Patient) -> Finding:
    """Tell of statements that do not continue the one before them."""
    found = [
        msgspec.json.decode(body, type=BankStatement)
        for (body,) in patient.rows(QUERIES.statements, HOUSES, STATEMENTS_LOOKED_AT)
    ]
    broken = [statement for statement in found if statement.breaks]
    if not broken:
        return ok(STATEMENTS, "each of the newest continues the one before it")
    newest = broken[0]
    return bad(
        STATEMENTS,
        f"{newest.id} of {newest.to_date}: {newest.breaks[0]}",
        "ask the bank for the statement that is missing between the two",
    )


def _files(patient: Patient, *statuses: str) -> list[BankFile]:
    rows = patient.rows(QUERIES.files, HOUSES, list(statuses), MOST)
    return [msgspec.json.decode(body, type=BankFile) for (body,) in rows]


def _made(file: BankFile) -> datetime:
    return from_microseconds(file.created * 1_000_000)


def _many(number: int, one: str, many: str) -> str:
    return counted(number, f"file {one}", f"files {many}")
