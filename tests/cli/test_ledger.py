"""`bezant ledger` tells what accounts hold and held, how they came to it, and why."""

import asyncio

import pytest

from bezant.commit.change_set import Accepted, ChangeSet, Posting
from bezant.db.pool import connect_sync
from bezant.kernel.clock import VirtualClock
from bezant.kernel.money import Money
from bezant.ledger import chart
from bezant.ledger.book import book_of
from bezant.ledger.entry import Move, entry
from tests.cli.world import client, opened
from tests.stories.story import MONDAY


@pytest.fixture
def seller(world):
    return world.accounts["seller"]


def test_the_balance_is_of_the_platform_unless_a_book_is_named(look, world, seller):
    said = look("ledger", "balance", "available", "--book", seller)
    assert said.code == 0
    assert said.out.startswith(f"available of {seller}, test mode\n")
    assert said.row("usd") == ["usd", "40.00", "0.00", "0.00", "40.00"]
    assert look("ledger", "balance", "available").out.startswith(f"available of {world.platform},")


def test_an_account_can_be_named_by_its_id(look, seller):
    (told,) = look("ledger", "balance", "available", "--book", seller, "--json").json
    assert told["id"].startswith("lac_")
    assert (told["posted"], told["available"], told["normal_balance"]) == (4000, 4000, "credit")
    assert look("ledger", "balance", told["id"], "--json").json == [told]


def test_accounts_of_the_house_count_on_their_normal_side(look):
    said = look("ledger", "balance", "bank:sandbox", "--book", "house", "--currency", "USD")
    assert said.row("usd")[1] == "90.00"


def test_a_balance_can_be_of_the_past(look, world, seller):
    ask = ("ledger", "balance", "available", "--book", seller)
    before = f"{MONDAY:%Y-%m-%d}"
    assert look(*ask, "--at", before).row("usd") == ["usd", "0.00", "0.00"]
    assert look(*ask, "--at", f"{world.end.isoformat()}").row("usd") == ["usd", "40.00", "40.00"]
    (told,) = look(*ask, "--effective-at", f"{world.end:%Y-%m-%d}", "--json").json
    assert (told["posted"], told["available"], told["known_at"]) == (4000, None, None)
    assert told["effective_at"] == f"{world.end:%Y-%m-%d}T23:59:59.999999Z"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["availabel"], "; the nearest is available."),
        (["xyz"], "; it has available, "),
        (["available", "--currency", "eur"], "available has no eur, only usd."),
        (["available", "--book", "acct_nobody"], "There is no book of acct_nobody in test mode"),
        (["available", "--live"], " in live mode"),
        (["lac_xyz"], "There is no ledger account lac_xyz."),
        (["lac_" + "0" * 24], "There is no ledger account lac_000"),
    ],
)
def test_an_account_that_is_not_there_is_refused_helpfully(look, arguments, words):
    said = look("ledger", "balance", *arguments)
    assert words in said.problem
    assert said.code == 1


def test_a_statement_runs_from_balance_to_balance(look, seller):
    said = look("ledger", "statement", "available", "--book", seller)
    assert said.code == 0
    told = [words for words in said.rows if "usd" not in words and words[0] != "recorded"]
    assert told[0] == ["opening", "balance", "0.00"]
    assert [(words[2], *words[-3:]) for words in told[1:]] == [
        ("transfer.received", "100.00", "100.00", "100.00"),
        ("payout.created", "-60.00", "40.00", "40.00"),
    ]


def test_a_statement_in_json_names_entries_and_what_they_are_for(look, world):
    other = world.accounts["other"]
    told = look("ledger", "statement", "available", "--book", other, "--json").json
    assert (told["opening"], told["closing"], told["more"]) == (0, 5000, False)
    assert [line["amount"] for line in told["lines"]] == [5000, -2000, 2000]
    assert told["lines"][1]["source"] == told["lines"][2]["source"] == world.payouts["other"]
    assert [line["version"] for line in told["lines"]] == [1, 2, 3]


def test_a_statement_is_cut_to_the_newest_lines_and_says_so(look, seller):
    said = look("ledger", "statement", "available", "--book", seller, "--limit", "1")
    assert said.rows[2] == ["opening", "balance", "100.00"]
    assert "Older lines are left out: --limit 10 shows more." in said.out


def test_a_statement_has_only_what_was_recorded_in_its_time(look, seller):
    ask = ("ledger", "statement", "available", "--book", seller)
    assert "Nothing was recorded in that time." in look(*ask, "--to", "2026-03-01").out
    told = look(*ask, "--from", "2026-03-01", "--to", "2026-12-31", "--json").json
    assert len(told["lines"]) == 2


def test_debits_equal_credits_over_all_books(look):
    said = look("ledger", "tb")
    assert said.code == 0
    assert said.row("total") == ["total", "usd", "180.00", "180.00"]
    assert said.row("bank")[-1] == "90.00"
    assert said.out.endswith("Debits equal credits.\n")
    told = look("ledger", "tb", "--json").json
    assert told["balanced"] is True
    assert told["totals"] == [{"currency": "usd", "debit": 18000, "credit": 18000}]
    due = next(row for row in told["rows"] if row["account"] == "due")
    assert due["debit"] == due["credit"]


def test_of_one_book_every_account_stands_alone(look):
    said = look("ledger", "tb", "--book", "house")
    assert said.row("bank:sandbox")[-1] == "90.00"
    assert said.row("total") == ["total", "usd", "90.00", "90.00"]


def test_a_trial_balance_of_the_past_agrees_with_the_present(look, world):
    now = look("ledger", "tb", "--json").json
    for option in ("--at", "--effective-at"):
        then = look("ledger", "tb", option, f"{world.end:%Y-%m-%d}", "--json").json
        assert then["totals"] == now["totals"]
        kept = [row for row in now["rows"] if row["debit"] or row["credit"]]
        assert [row for row in then["rows"] if row["debit"] or row["credit"]] == kept
    assert "Nothing has been recorded." in look("ledger", "tb", "--at", "2026-03-01").out
    assert "Nothing has been recorded." in look("ledger", "tb", "--live").out


def test_a_trial_balance_that_is_none_says_by_how_much(bezant, database):
    with connect_sync(database) as connection:
        book = book_of("house", livemode=False)
        connection.execute(
            "insert into book (book_id, owner, livemode) values (%s, 'house', false)", [book.id]
        )
        connection.execute(
            "insert into account (book_id, account_id, path, currency, credit_normal, created, "
            "digest, touched_at, posted_debits) "
            "values (%s, 1, 'cost', 'usd', false, %s, '', %s, 5)",
            [book.id, MONDAY, MONDAY],
        )
    said = bezant("ledger", "tb", url=database)
    assert said.code == 1
    assert said.out.endswith("Debits and credits differ by 0.05 usd.\n")


def test_accounts_of_the_ledger_api_go_by_their_names(bezant, database, tmp_path):
    asyncio.run(_wallets(database, tmp_path))
    said = bezant("ledger", "balance", "wallet", url=database)
    assert said.out.startswith("custom:wallet of ")
    assert [said.row(currency)[1] for currency in ("eur", "usd")] == ["1.25", "1.25"]
    refused = bezant("ledger", "statement", "wallet")
    assert refused.problem == "wallet holds eur and usd: say which with --currency."
    told = bezant("ledger", "statement", "wallet", "--currency", "eur", "--json").json
    assert told["closing"] == 125


async def _wallets(url, folder):
    """Open a wallet in two currencies, and put 1.25 of each into it."""
    async with (
        opened(url, folder, VirtualClock(MONDAY)) as platform,
        client(platform) as http,
    ):
        for currency in ("usd", "eur"):
            names = []
            for name in ("wallet", "outside"):
                form = {"name": name, "currency": currency, "normal_balance": "credit"}
                names.append((await _call(http, "/v1/ledger/accounts", form))["id"])
            form = {"moves[0][credit]": names[0], "moves[0][debit]": names[1]}
            form |= {"moves[0][amount]": "125", "moves[0][currency]": currency}
            await _call(http, "/v1/ledger/entries", form)


async def _call(http, path, form):
    answer = await http.post(path, data=form)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_holds_change_what_is_available_and_not_the_balance(bezant, database, tmp_path):
    async def make():
        async with opened(database, tmp_path, VirtualClock(MONDAY)) as platform:
            await _post(platform, "posted", 500)
            await _post(platform, "pending", 200)

    asyncio.run(make())
    assert bezant("ledger", "balance", "available", url=database).row("usd") == [
        "usd", "5.00", "0.00", "2.00", "3.00",
    ]  # fmt: skip
    said = bezant("ledger", "statement", "available", url=database)
    assert said.rows[-1][-3:] == ["-2.00", "5.00", "3.00"]
    assert "test.made (pending)" in said.out


async def _post(platform, phase, amount):
    """Post one move of the platform's own book."""
    book = book_of(platform.started.account, livemode=False)
    sides = [chart.due(book), chart.available(book)]
    debit, credit = sides if phase == "posted" else reversed(sides)
    made = entry("test.made", Move(Money(amount, "usd"), debit, credit, phase))
    posting = Posting(platform.ids.new("le", book.slot), made, "test")
    assert await platform.runtime.door.commit([ChangeSet(postings=[posting])]) == [Accepted()]


def test_a_payout_explains_itself_down_to_the_bank(look, world):
    payout = world.payouts["other"]
    said = look("ledger", "explain", payout)
    assert said.code == 0
    for words in (f"payout {payout}", "POST /v1/payouts answered 200", "payout.failed", "(R01 ",
                  "in_transit:ach", "in file returns-"):  # fmt: skip
        assert words in said.out
    told = look("ledger", "explain", payout, "--json").json
    assert told["title"] == f"payout {payout}"
    titles = [child["title"] for child in told["children"]]
    entries = [title.removeprefix("entry ") for title in titles if title.startswith("entry ")]
    assert any(title.startswith("movement mv_") for title in titles)
    assert f"moves money for {payout}" in look("ledger", "explain", entries[0]).out


@pytest.mark.parametrize("name", ["nonsense", "po_" + "0" * 24, "le_" + "0" * 24])
def test_what_is_not_there_explains_nothing(look, name):
    said = look("ledger", "explain", name)
    assert name in said.problem
    assert said.code == 1
