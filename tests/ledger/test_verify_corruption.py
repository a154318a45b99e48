"""Any one field of any one row, changed behind the ledger's back, is found."""

import asyncio

import pytest

from bezant.db.pool import connect_sync
from bezant.ledger.verify import verify
from tests.ledger.lively import live, sql
from tests.ledger.vandal import Vandal

CORRUPTIONS = 200


@pytest.fixture
def lively(database):
    asyncio.run(live(database))
    return database


def test_the_ledger_it_is_tried_on_has_everything(lively):
    counts = sql(
        lively,
        b"""
        select (select count(distinct book_id) from entry), (select count(*) from seal),
          (select count(distinct currency) from account),
          (select count(*) from hold where remaining = amount),
          (select count(*) from hold where remaining between 1 and amount - 1),
          (select count(*) from hold where remaining = 0),
          (select count(*) from entry where kind = 'hold.expired'),
          (select count(*) from entry where reversal_no = 1),
          (select count(*) from entry where reversal_no = 2),
          (select count(*) from move where forced_by is not null),
          (select count(*) from entry where effective_at < recorded_at - interval '1 day'),
          (select count(*) from entry where effective_at > recorded_at + interval '1 day'),
          (select count(*) from account where closed_at is not null),
          (select count(*) from account where sunk_to is not null)
        """,
    )[0]
    assert all(counts), counts
    report = verify(lively)
    assert report.ok, report.problems[:3]
    assert report.sealed_entries == report.entries > 100
    assert report.seals > 3


def test_any_changed_field_is_found(lively):
    with connect_sync(lively) as connection:
        vandal = Vandal(connection, seed=20)
        missed = []
        for number in range(CORRUPTIONS):
            table, column, kind = vandal.columns[number % len(vandal.columns)]
            told, undo = vandal.strike(table, column, kind)
            if verify(lively).ok:
                missed.append(told)
            undo()
        assert not missed, missed
    report = verify(lively)
    assert report.ok, report.problems[:3]
