"""What goes wrong is one line on standard error, and the exit code says how."""

import re
import subprocess
import sys

import pytest

from tests.cli.told import address

COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-7]|9[0-7])m")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "No such command 'nonsense'. See bezant --help."),
        (["verify", "--nonsense"], "See bezant verify --help."),
        (["ledger", "balance"], "Missing argument 'ACCOUNT'. See bezant ledger balance --help."),
        (["ledger", "tb", "--at", "soon"], "'soon' is no time: write a day, 2026-03-31"),
        (["files", "list", "--limit", "0"], "--limit"),
    ],
)
def test_wrong_usage_says_what_and_where_help_is(bezant, arguments, words):
    said = bezant(*arguments)
    assert words in said.problem
    assert said.code == 2


@pytest.mark.parametrize(
    "arguments",
    [["verify"], ["ledger", "tb"], ["keys", "list"], ["files", "list"], ["migrate", "--plan"]],
)
def test_a_command_that_looks_makes_no_database(bezant, nowhere, arguments):
    said = bezant(*arguments)
    assert "there is no database in bezant-data: `bezant serve` makes one" in said.problem
    assert said.code == 2
    assert list(nowhere.iterdir()) == []


def test_an_unknown_setting_names_the_nearest(bezant, monkeypatch):
    monkeypatch.setenv("BEZANT_PROT", "1")
    said = bezant("config", "show")
    assert said.problem == "BEZANT_PROT is not a setting; the nearest is BEZANT_PORT"
    assert said.code == 2


def test_a_server_that_cannot_be_reached_is_named(bezant, nowhere):
    said = bezant("verify", url=f"user=nobody dbname=none host={nowhere}")
    assert str(nowhere) in said.problem
    assert said.code == 2


def test_a_database_without_the_schema_is_told_to_be_migrated(bezant, empty_database):
    said = bezant("verify", url=empty_database)
    assert "run `bezant migrate`" in said.problem
    assert said.code == 2


def test_a_database_that_was_never_served_has_no_keys(bezant, database):
    said = bezant("keys", "list", url=database)
    assert said.problem == "This database has not been served yet: run `bezant serve` first."
    assert said.code == 1


def test_a_file_that_cannot_be_read_is_named(bezant, nowhere):
    (nowhere / "bezant-data").mkdir()
    (nowhere / "bezant-data" / "postgres.lock").mkdir()
    said = bezant("verify")
    assert said.problem == "bezant-data/postgres.lock: Is a directory"
    assert said.code == 2


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_are_left_out_on_request(world, environment, coloured):
    done = subprocess.run(
        [sys.executable, "-m", "bezant", "verify"],
        env={"BEZANT_DATABASE_URL": address(world.url), "FORCE_COLOR": "1"} | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert bool(COLOUR.search(done.stdout)) is coloured


def test_what_goes_to_a_program_is_neither_cut_nor_coloured(look):
    said = look("config", "show", "--describe")
    assert "Where clients reach this server; links in answers start with it." in said.out
    assert "\x1b" not in said.out
