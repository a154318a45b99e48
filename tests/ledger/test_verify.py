"""Verification: what it says of a whole ledger, and of one that was tampered with by rows."""

import ast
import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bezant.db.errors import InsufficientPrivilege
from bezant.db.pool import connect_sync
from bezant.kernel.clock import VirtualClock
from bezant.ledger import verify_digest
from bezant.ledger.verify import verify
from bezant.ledger.verify_report import SHOWN
from tests.laws.play import door_of, made
from tests.laws.world import World
from tests.ledger.lively import live, sql

CHECKS = {
    "entries", "moves", "trial", "chains", "time", "balances", "closed", "floors", "holds",
    "reversals", "days", "as_of", "clearing", "exposure", "coming", "numbers", "accounts",
    "digests", "seals", "answers",
}  # fmt: skip
SHALLOW = CHECKS - {"numbers", "accounts", "digests", "seals", "answers"}

TAMPERINGS = {
    "entry-gone": ("delete from entry where ctid = (select min(ctid) from entry)", "moves"),
    "move-gone": ("delete from move where ctid = (select max(ctid) from move)", "entries"),
    "account-gone": ("delete from account where path = 'fees_payable'", "moves"),
    "book-gone": ("delete from book where owner = 'house'", "accounts"),
    "hold-gone": ("delete from hold where ctid = (select min(ctid) from hold)", "holds"),
    "day-gone": ("delete from daily where ctid = (select max(ctid) from daily)", "days"),
    "seal-gone": ("delete from seal where n = 2", "seals"),
    "first-seal-gone": ("delete from seal where n = 1", "seals"),
    "hold-made-up": (
        "insert into hold select book_id, 'le_x', n, 5, 5, null from hold limit 1",
        "holds",
    ),
    "day-made-up": (
        """insert into daily select book_id, account_id, '2020-01-01', 1, 1, 1, 1
        from daily limit 1""",
        "days",
    ),
    "entry-and-moves-gone-from-the-ends-of-their-chains": (
        """with last as (
          select m.* from move m
          join account d on d.book_id = m.book_id and d.account_id = m.debit
            and d.version = m.debit_version
          join account c on c.book_id = m.book_id and c.account_id = m.credit
            and c.version = m.credit_version
          join entry e on e.book_id = m.book_id and e.id = m.entry_id and e.moves = 1
          where m.phase = 0 limit 1
        ), gone as (delete from move m using last l
                    where m.book_id = l.book_id and m.entry_id = l.entry_id)
        delete from entry e using last l where e.book_id = l.book_id and e.id = l.entry_id""",
        "seals",
    ),
    "body-broken": (
        """update idempotency set body = '{'
        where ctid = (select min(ctid) from idempotency)""",
        "answers",
    ),
    "outcomes-broken": (
        """update idempotency set outcomes = '[1]'
        where ctid = (select min(ctid) from idempotency)""",
        "answers",
    ),
    "time-without-end": (
        """update entry set recorded_at = 'infinity'
        where ctid = (select min(ctid) from entry)""",
        "entries",
    ),
}


def test_a_whole_ledger_is_proved_check_by_check(lively):
    report = verify(lively[0])
    assert report.ok
    assert report.problems == []
    assert {check.name for check in report.checks} == CHECKS
    assert all(check.ok and check.sentence.endswith(".") for check in report.checks)
    assert all(check.examined for check in report.checks), report.checks
    assert report.seconds > 0
    sizes = sql(lively[0], b"select (select count(*) from book), (select count(*) from account), "
                           b"(select count(*) from entry), (select count(*) from move), "
                           b"(select count(*) from hold), (select count(*) from seal)")  # fmt: skip
    assert sizes == [
        (report.books, report.accounts, report.entries, report.moves, report.holds, report.seals)
    ]


def test_a_quick_look_leaves_hashes_out(lively):
    report = verify(lively[0], deep=False)
    assert report.ok
    assert {check.name for check in report.checks} == SHALLOW


def test_an_empty_ledger_is_proved(database):
    report = verify(database)
    assert report.ok
    assert report.entries == 0


@pytest.mark.parametrize("kind", TAMPERINGS)
def test_whole_rows_that_were_tampered_with_are_found(database, kind):
    asyncio.run(live(database, waves=12, window=20))
    statement, name = TAMPERINGS[kind]
    with connect_sync(database) as connection:
        assert connection.execute(statement).rowcount > 0
    report = verify(database)
    assert not report.ok
    assert name in {check.name for check in report.checks if not check.ok}
    for problem in report.problems:
        assert problem.table
        assert problem.key
        assert problem.expected != problem.found


def test_problems_are_all_counted_and_some_told(database):
    asyncio.run(live(database, waves=20))
    sql(database, b"update move set amount = amount + 1 where amount < 1000000")
    report = verify(database)
    assert len(report.problems) == SHOWN
    assert sum(check.count for check in report.checks) > SHOWN


def test_a_ledger_that_is_written_to_is_proved_in_one_snapshot(database):
    async def story():
        world = World(9, VirtualClock(datetime(2026, 3, 1, tzinfo=UTC)))
        door = door_of(database, world.clock, lanes=2)
        await door.start()
        reports = []
        proving = asyncio.create_task(_prove(database, reports))
        while not _grown(reports):
            await made(door, world.requests(20))
        await proving
        await door.close()
        return reports

    reports = asyncio.run(asyncio.wait_for(story(), 120))
    assert all(report.ok for report in reports), reports


async def _prove(url, reports):
    """Prove again and again while it is written to, until a proof has seen it grow."""
    while not _grown(reports):
        reports.append(await asyncio.to_thread(verify, url))


def _grown(reports):
    entries = [report.entries for report in reports if report.entries]
    return len(entries) >= 3 and entries[0] < entries[-1]


def test_the_digests_are_worked_out_by_nothing_of_ours():
    tree = ast.parse(Path(verify_digest.__file__).read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert modules == {"collections.abc", "hashlib", "json"}


@pytest.mark.parametrize(
    "statement",
    [
        "update entry set kind = kind",
        "update move set amount = amount",
        "update book set owner = owner",
        "update seal set n = n",
        "delete from entry",
        "delete from move",
        "delete from account",
        "delete from hold",
        "delete from daily",
        "delete from seal",
        "truncate entry",
    ],
)
def test_a_server_can_add_to_the_ledger_and_never_take_away(database, statement):
    with (
        connect_sync(database, role="bezant_app") as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(statement)
