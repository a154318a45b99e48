"""Balances, pages of accounts and trial balances say what the moves say."""

import itertools

import pytest

from bezant.ledger import balances, chart
from bezant.ledger.balances import BalancePage
from bezant.ledger.book import book_of


def test_balances_are_what_the_oracle_says(reading, world):
    oracle = world.oracle.accounts
    found = reading(lambda conn: balances.balances(conn, oracle))
    assert found.keys() == oracle.keys()
    for key, standing in oracle.items():
        balance = found[key]
        assert balance.posted == standing.posted
        assert balance.available == standing.available
        assert balance.available == balance.posted - balance.pending_out
        assert balance.version == standing.version
        assert {balance.pending_in, balance.pending_out} == {
            standing.pending_debits,
            standing.pending_credits,
        }
        assert (balance.closed_at is not None) == standing.closed


def test_an_account_without_moves_holds_nothing(reading):
    nobody = chart.available(book_of("acct_nobody", livemode=False))
    balance = reading(lambda conn: balances.balance_of(conn, nobody, "usd"))
    assert (balance.posted, balance.available, balance.version) == (0, 0, 0)
    assert (balance.path, balance.floor) == ("available", 0)


def test_balances_at_paths_come_in_every_currency(reading, world):
    book = world.books[0]
    found = reading(lambda conn: balances.balances_at(conn, book, ["available", "due", "none"]))
    assert {(one.path, one.currency) for one in found} == {
        (path, currency) for path in ("available", "due") for currency in ("usd", "eur", "jpy")
    }


@pytest.mark.parametrize("limit", [1, 3, 1_000])
@pytest.mark.parametrize(
    "filters",
    [
        pytest.param({}, id="all"),
        pytest.param({"prefix": "custom:"}, id="prefix"),
        pytest.param({"currency": "eur"}, id="currency"),
        pytest.param({"open_only": True}, id="open"),
    ],
)
def test_pages_of_accounts_lose_and_repeat_nothing(reading, world, limit, filters):
    book = world.books[1]

    async def walk(conn):
        everything, _ = await balances.page(conn, book, BalancePage(10_000, **filters))
        keys = [(one.path, one.currency) for one in everything]
        forward, backward = [], []
        more, cursor = True, None
        while more:
            ask = BalancePage(limit, after=cursor, **filters)
            rows, more = await balances.page(conn, book, ask)
            forward += [(one.path, one.currency) for one in rows]
            cursor = forward[-1]
        more, cursor = True, ("~", "")
        while more:
            ask = BalancePage(limit, before=cursor, **filters)
            rows, more = await balances.page(conn, book, ask)
            backward = [(one.path, one.currency) for one in rows] + backward
            cursor = backward[0]
        return keys, forward, backward

    keys, forward, backward = reading(walk)
    assert keys == sorted(keys) == forward == backward
    assert len(keys) > 3
    if "prefix" in filters:
        assert all(path.startswith("custom:") for path, _ in keys)
    if "currency" in filters:
        assert {currency for _, currency in keys} == {"eur"}


def test_trial_balances_balance_and_count_every_account(reading, world):
    async def ask(conn):
        of_all = await balances.trial_balance_of_all(conn)
        of_books = [
            await balances.trial_balance(conn, book) for book in [*world.books, world.house]
        ]
        return of_all, of_books

    of_all, of_books = reading(ask)
    assert of_all.balanced
    assert all(trial.balanced for trial in of_books)
    assert sum(total.accounts for total in of_all.totals.values()) == len(world.oracle.accounts)
    for currency, total in of_all.totals.items():
        parts = [trial.totals[currency] for trial in of_books if currency in trial.totals]
        assert total.posted_debits == sum(part.posted_debits for part in parts)
        assert total.pending_credits == sum(part.pending_credits for part in parts)
        assert total.posted_debits > 0
    kinds = [(line.currency, line.kind) for line in of_all.lines]
    assert kinds == sorted(kinds)
    assert {"available", "due", "bank", "custom", "in_transit"} <= {kind for _, kind in kinds}


def test_a_trial_balance_is_of_one_mode(reading):
    of_live = reading(lambda conn: balances.trial_balance_of_all(conn, livemode=True))
    assert of_live.lines == []
    assert of_live.balanced


def test_a_trial_balance_that_does_not_balance_says_so():
    line = balances.TrialLine("due", "usd", True, 1, 0, 5, 0, 5, 0, 0)
    other = balances.TrialLine("cost", "usd", False, 1, 5, 0, 5, 0, 0, 0)
    assert balances.TrialBalance([line, other]).balanced
    assert not balances.TrialBalance([line]).balanced
    eur = other._replace(currency="eur")
    assert not balances.TrialBalance([line, eur]).balanced


def test_clearing_accounts_are_summed_over_all_books(reading, world):
    found = reading(balances.clearing_totals)
    paths = {one.path for one in found}
    assert {"due", "in_transit:ach", "in_transit:card"} == paths
    assert all(one.posted == 0 for one in found if one.path == "due")
    for one in found:
        keys = [
            key
            for key in itertools.product(
                (book.id for book in [*world.books, world.house]),
                (chart.account_id(one.path, one.currency),),
            )
            if key in world.oracle.accounts
        ]
        assert one.accounts == len(keys)
        assert one.posted == sum(world.oracle.accounts[key].posted for key in keys)
        assert one.uncleared == sum(world.oracle.accounts[key].posted != 0 for key in keys)
