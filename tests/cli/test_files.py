"""`bezant files` shows what went to banks and came from them, and lets a file be read again."""

import subprocess
import sys

import pytest

from tests.cli.told import address
from tests.cli.world import GARBAGE, read_again
from tests.reading.papers import CAMT


@pytest.fixture
def refused(look):
    """The id of the file that nobody could read."""
    (file,) = look("files", "list", "--status", "refused", "--json").json
    return file["id"]


def test_the_list_has_files_both_ways_newest_first(look):
    files = look("files", "list", "--limit", "1000", "--json").json
    assert {file["direction"] for file in files} == {"sent", "received"}
    assert [file["id"] for file in files] == sorted((it["id"] for it in files), reverse=True)
    said = look("files", "list", "--limit", "1000")
    for file in files:
        assert said.row(file["id"])[-2:] == [file["status"], f"{file['entries']:,}"]


def test_a_list_that_is_cut_says_so(look):
    said = look("files", "list", "--limit", "1")
    assert "Older ones are left out: --limit 10 shows more." in said.out
    assert len(said.rows) == 4
    assert look("files", "list", "--live", "--json").json == []


def test_a_refused_file_is_shown_with_the_line_that_was_wrong(look, refused):
    said = look("files", "show", refused)
    assert said.code == 0
    assert said.rows[0] == [refused, "garbage.txt"]
    assert "  status refused\n" in said.out
    assert "  problem  line 1: no reader knows this file" in said.out
    assert said.out.rstrip("\n").endswith(" hello")
    assert look("files", "show", refused, "--json").json["problems"][0].startswith("line 1: ")


def test_a_sent_file_is_shown_with_its_sums(look):
    sent = look("files", "list", "--status", "confirmed", "--json").json
    said = look("files", "show", sent[-1]["id"])
    assert "sent to sandbox, 2026-03-0" in said.out
    assert "credits 60.00 USD, debits 0.00 USD" in said.out


def test_raw_bytes_come_as_they_are(world, refused):
    done = subprocess.run(
        [sys.executable, "-m", "bezant", "files", "show", refused, "--raw"],
        env={"BEZANT_DATABASE_URL": address(world.url)}, check=True, capture_output=True,
    )  # fmt: skip
    assert done.stdout == GARBAGE


def test_a_file_goes_back_into_its_inbox_and_is_read_again(bezant, own_world):
    url, folder = own_world.url, own_world.folder
    (file,) = bezant("files", "list", "--status", "refused", "--json", url=url, data=folder).json
    told = bezant("files", "resubmit", file["id"], "--json").json
    inbox = folder / "banks" / "sandbox" / "from_bank"
    assert told == {"id": file["id"], "path": str(inbox / "garbage.txt")}
    assert [path.read_bytes() for path in inbox.iterdir()] == [GARBAGE]
    again = bezant("files", "resubmit", file["id"])
    assert "is there already" in again.problem
    assert again.code == 1
    read_again(url, folder, own_world.end)
    assert bezant("files", "show", file["id"], "--json").json["copies"] == 2
    assert not list(inbox.iterdir())
    assert "garbage.txt waits in " in bezant("files", "resubmit", file["id"]).out


@pytest.mark.parametrize(
    ("status", "words"),
    [("confirmed", "was sent by us"), ("read", "reading it again would change nothing")],
)
def test_only_what_was_received_and_not_read_can_come_again(look, status, words):
    file = look("files", "list", "--status", status, "--json").json[0]
    said = look("files", "resubmit", file["id"])
    assert words in said.problem
    assert said.code == 1


def test_a_file_can_only_come_again_where_its_inbox_is(bezant, world, refused, nowhere):
    said = bezant("files", "resubmit", refused, url=world.url, data=nowhere / "elsewhere")
    assert "run this where the server keeps its files" in said.problem
    assert said.code == 1


@pytest.mark.parametrize("command", ["show", "resubmit"])
def test_a_file_that_is_not_there_is_said_to_be_so(look, command):
    said = look("files", command, "bf_nothing")
    assert said.problem == "There is no bank file bf_nothing."
    assert said.code == 1


def test_any_file_is_read_without_a_server(bezant, nowhere):
    path = nowhere / "statement.xml"
    path.write_bytes(CAMT)
    said = bezant("files", "read", str(path), "--json")
    assert said.code == 0
    assert said.json["kind"] == "camt.053"
    assert said.json["credits"] == {"eur": 5_000}
    assert len(said.json["items"]) == 3
    shown = bezant("files", "read", str(path), "--entries", "2")
    assert "  ties out\n" in shown.out
    assert "credits 50.00 EUR, debits 15.00 EUR" in shown.out
    assert "1 more entry: --entries 3 or --json shows them." in shown.out


def test_a_file_that_nobody_can_read_is_refused(bezant, nowhere):
    path = nowhere / "garbage.txt"
    path.write_bytes(GARBAGE)
    said = bezant("files", "read", str(path), "--json")
    assert said.code == 1
    assert said.json["accepted"] is False
    assert said.json["items"] == []
    shown = bezant("files", "read", str(path), "--as", "nacha")
    assert shown.code == 1
    assert "  refusal  line 1: " in shown.out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nothing.xml"], 2, "does not exist"),
        (["here.txt", "--as", "ofx"], 1, "There is no reader for ofx"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_line(bezant, nowhere, arguments, code, words):
    (nowhere / "here.txt").write_bytes(GARBAGE)
    said = bezant("files", "read", str(nowhere / arguments[0]), *arguments[1:])
    assert words in said.problem
    assert said.code == code
