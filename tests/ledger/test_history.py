"""Past balances, statements and entries, held against a plain walk over every leg."""

import math
import random
from datetime import timedelta

import pytest

from bezant.db.pool import connect_sync
from bezant.ledger import history
from bezant.ledger.book import Book
from bezant.ledger.history import EntryPage, StatementPage

POSTED = 0


def signed(oracle, key, is_debit, amount):
    """An amount with the sign that it has on its account's normal side."""
    return -amount if is_debit == oracle.accounts[key].credit_normal else amount


def moments(legs, chance):
    """Moments at, just before and just after some that mean something."""
    some = [row[at] for row in legs for at in (4, 5)]
    tick = timedelta(microseconds=1)
    return [chance.choice(some) + chance.choice((-tick, 0 * tick, tick)) for _ in range(4)]


def test_balances_as_known_at_any_moment(reading, legs):
    chance = random.Random(1)

    async def ask(conn):
        for (book, account), chain in legs.items():
            for moment in moments(chain, chance):
                known = [row for row in chain if row[5] <= moment]
                last = known[-1] if known else None
                got = await history.as_of(conn, _book(book), account, known=moment)
                expected = (last[0], last[6], last[7]) if last else (0, 0, 0)
                assert tuple(got) == expected

    reading(ask)


def test_balances_effective_at_any_moment_as_known_at_any_other(reading, world, legs):
    chance = random.Random(2)

    async def ask(conn):
        for key, chain in legs.items():
            for effective in moments(chain, chance):
                for known in (None, *moments(chain, chance)[:2]):
                    got = await history.as_of(
                        conn, _book(key[0]), key[1], effective=effective, known=known
                    )
                    expected = sum(
                        signed(world.oracle, key, row[1], row[2])
                        for row in chain
                        if row[3] == POSTED
                        and row[4] <= effective
                        and (known is None or row[5] <= known)
                    )
                    assert (got.posted, got.available) == (expected, None)

    reading(ask)


def test_no_account_has_no_past(reading):
    assert reading(lambda conn: history.as_of(conn, _book(1), 2)) is None


def test_looking_back_costs_a_logarithm_of_probes(lively, legs):
    """Each probe looks into the index of one side, and at worst of the other, too."""
    url, _ = lively
    (book, account), chain = max(legs.items(), key=lambda item: len(item[1]))
    moment = chain[len(chain) // 3][5]
    scans = (
        "select sum(idx_scan) from pg_stat_user_indexes "
        "where indexrelname in ('move_debit', 'move_credit')"
    )
    with connect_sync(url) as connection:
        connection.execute("select pg_stat_force_next_flush()")
        before = connection.execute(scans).fetchone()[0]
        connection.execute("select version_known(%s, %s, %s)", [book, account, moment])
        connection.execute("select pg_stat_force_next_flush()")
        after = connection.execute(scans).fetchone()[0]
    assert len(chain) > 60
    assert 0 < after - before <= 2 * (math.log2(len(chain)) + 1)


@pytest.mark.parametrize("limit", [1, 7, 1_000])
@pytest.mark.parametrize("oldest_first", [False, True])
def test_statements_page_through_the_whole_chain(reading, world, legs, limit, oldest_first):
    key, chain = max(legs.items(), key=lambda item: len(item[1]))
    order = chain if oldest_first else chain[::-1]

    async def ask(conn):
        async def page(**cursor):
            ask = StatementPage(limit, oldest_first=oldest_first, **cursor)
            return await history.statement(conn, _book(key[0]), key[1], ask)

        onward, more = [], True
        while more:
            after = onward[-1].version if onward else None
            lines, more = await page(after=after)
            onward += lines
        back, more = [], True
        before = len(chain) + 1 if oldest_first else 0
        while more:
            lines, more = await page(before=back[0].version if back else before)
            back = lines + back
        return onward, back

    onward, back = reading(ask)
    assert onward == back
    assert [(line.version, line.posted, line.available) for line in onward] == [
        (row[0], row[6], row[7]) for row in order
    ]
    running = 0
    for line in onward if oldest_first else onward[::-1]:
        running += line.amount if line.phase == "posted" else 0
        assert line.posted == running
    assert {line.amount for line in onward} == {
        signed(world.oracle, key, row[1], row[2]) for row in chain
    }


def test_statements_are_bounded_by_recorded_time(reading, legs):
    key, chain = max(legs.items(), key=lambda item: len(item[1]))
    since, until = chain[len(chain) // 4][5], chain[len(chain) // 2][5]

    async def ask(conn):
        ask = StatementPage(10_000, since=since, until=until, oldest_first=True)
        lines, more = await history.statement(conn, _book(key[0]), key[1], ask)
        assert not more
        return [line.version for line in lines]

    assert reading(ask) == [row[0] for row in chain if since <= row[5] <= until]


def test_entries_are_told_with_their_moves(reading, world):
    posting = next(
        one for one in world.oracle.entries.values() if len(one.entry.moves) == 2 and one.resolves
    )

    async def ask(conn):
        return await history.entry(conn, posting.entry.book, posting.id)

    got = reading(ask)
    assert (got.kind, got.source, got.resolves) == (
        posting.entry.kind,
        posting.source,
        posting.resolves,
    )
    assert (got.description, got.metadata) == (posting.description, posting.metadata)
    assert [(one.debit, one.credit, one.amount, one.currency, one.phase) for one in got.moves] == [
        (one.debit.path, one.credit.path, one.amount.amount, one.amount.currency, one.phase)
        for one in posting.entry.moves
    ]


def test_what_is_not_there_is_not_told(reading, world):
    async def ask(conn):
        assert await history.entry(conn, world.house, "le_none") is None
        assert await history.entries(conn, world.house, []) == {}
        assert await history.by_source(conn, world.house, "po_none") == []
        assert await history.reversals(conn, world.house, "le_none") == []

    reading(ask)


def test_entries_by_source_and_reversals_in_their_order(reading, world):
    oracle = world.oracle
    (book, name), count = max(oracle.reversals.items(), key=lambda item: item[1])
    posting = oracle.entries[book, name]

    async def ask(conn):
        of_source = await history.by_source(conn, posting.entry.book, posting.source)
        assert [one.id for one in of_source] == [name]
        undone = await history.reversals(conn, posting.entry.book, name)
        assert [one.reversal_no for one in undone] == list(range(1, count + 1))
        assert {one.reverses for one in undone} == {name}

    reading(ask)
    assert count == 2


@pytest.mark.parametrize("limit", [1, 5, 1_000])
@pytest.mark.parametrize("kind", [None, "payout.created"])
@pytest.mark.parametrize("of_account", [False, True])
def test_pages_of_entries_lose_and_repeat_nothing(reading, world, legs, limit, kind, of_account):
    book = world.books[2]
    key = max((key for key in legs if key[0] == book.id), key=lambda key: len(legs[key]))
    account = key[1] if of_account else None
    if of_account:
        order = list(dict.fromkeys(row[8] for row in legs[key]))[::-1]
    else:
        order = sorted((name for owner, name in world.oracle.entries if owner == book.id))[::-1]
    kinds = {name: one.entry.kind for (_, name), one in world.oracle.entries.items()}
    expected = [name for name in order if kind in (None, kinds[name])]

    async def ask(conn):
        async def page(**cursor):
            return await history.page(
                conn, book, EntryPage(limit, kind=kind, account=account, **cursor)
            )

        onward, more = [], True
        while more:
            entries, more = await page(after=onward[-1] if onward else None)
            onward += [one.id for one in entries]
        back, more = [expected[-1]], True
        while more:
            entries, more = await page(before=back[0])
            back = [one.id for one in entries] + back
        return onward, back

    onward, back = reading(ask)
    assert onward == expected == back
    assert len(expected) > 3


def test_a_page_of_entries_by_source(reading, world):
    posting = next(iter(world.oracle.entries.values()))

    async def ask(conn):
        wanted = EntryPage(10, source=posting.source)
        return await history.page(conn, posting.entry.book, wanted)

    entries, more = reading(ask)
    assert [one.id for one in entries] == [posting.id]
    assert not more


def _book(number):
    return Book(number, "", livemode=False)
