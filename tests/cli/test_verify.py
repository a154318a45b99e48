"""`bezant verify` says what it proved, of how much, and every row that contradicts it."""

from rich.console import Console

from bezant.cli.verify import render
from bezant.db.pool import connect_sync
from bezant.ledger.verify import verify
from bezant.ledger.verify_report import Check, Problem, Report


def test_books_that_prove_end_in_one_sentence(look, world):
    said = look("verify")
    report = verify(world.url)
    assert said.code == 0
    assert f"The books prove: {report.entries} entries, {report.moves} moves" in said.out
    assert f"{report.seals} seals over {report.sealed_entries} entries, in" in said.out
    for check in report.checks:
        row = said.row(check.name)
        assert row[-2:] == [f"{check.examined:,}", "ok"]
        assert check.sentence in said.out


def test_a_quick_proof_says_what_it_leaves_out(look):
    said = look("verify", "--quick")
    assert said.code == 0
    assert "Not a full proof" in said.out
    assert "answers" not in {words[0] for words in said.rows if words}


def test_json_has_every_check(look, world):
    report = look("verify", "--json").json
    assert report["ok"] is True
    assert report["entries"] == verify(world.url).entries
    assert all(check["ok"] and check["problems"] == [] for check in report["checks"])
    assert {"entries", "moves", "trial", "holds", "answers"} <= {
        check["name"] for check in report["checks"]
    }


def test_a_changed_row_is_told_exactly(bezant, own_world):
    with connect_sync(own_world.url) as connection:
        connection.execute(
            "update account set posted_credits = posted_credits + 7 "
            "where (book_id, account_id) = (select book_id, account_id from account "
            "where path = 'available' and currency = 'usd' order by book_id limit 1)"
        )
    said = bezant("verify", url=own_world.url)
    assert said.code == 1
    assert said.row("balances")[-2:] == ["1", "problem"]
    place = said.out.index("balances: account ")
    assert "  expected  posted" in said.out[place:]
    assert "  found     posted" in said.out[place:]
    assert "The books do not prove: " in said.out
    told = bezant("verify", "--json")
    assert told.code == 1
    assert told.json["ok"] is False
    balances = next(check for check in told.json["checks"] if check["name"] == "balances")
    assert balances["count"] == len(balances["problems"]) == 1
    assert set(balances["problems"][0]) == {"table", "key", "expected", "found"}


def test_the_plain_command_finds_what_only_a_digest_shows(bezant, own_world):
    with connect_sync(own_world.url) as connection:
        connection.execute(
            "update entry set description = 'paid in cash' "
            "where (book_id, id) = (select book_id, id from entry order by id limit 1)"
        )
    assert bezant("verify", "--quick", url=own_world.url).code == 0
    said = bezant("verify", url=own_world.url)
    assert said.code == 1
    assert said.row("digests")[-2:] == ["1", "problem"]


def test_on_a_narrow_terminal_sentences_wrap_and_numbers_stay_whole(capsys):
    sentence = "A long sentence about an invariant that takes more room than there is here."
    problem = Problem("move", "1 le_[2] 0", "posted 1", "posted 2")
    checks = [
        Check("chains", sentence, 123_456_789_012),
        Check("floors", sentence, 1, 3, [problem]),
    ]
    report = Report(checks, 1, 1, 1, 1, 0, 1, 1, 0.25)
    render(Console(width=40, force_terminal=False), report)
    out = capsys.readouterr().out
    assert "123,456,789,012  ok" in out
    assert "floors: move 1 le_[2] 0" in out
    assert "floors: 2 problems more" in out
    assert "The books do not prove: 3 problems in 1 entry, 1 move, 1 account, 1 seal" in " ".join(
        out.split()
    )
