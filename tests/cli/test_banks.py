"""`bezant banks` lists, checks and shows profiles, and gives examples to begin from."""

import pytest

from bezant.banks import examples
from bezant.server.world import WORLD


@pytest.fixture
def folder(nowhere, monkeypatch):
    """A folder of one profile, which the settings name."""
    made = nowhere / "profiles"
    made.mkdir()
    (made / "meadow.toml").write_text(examples.text("us-meadow"))
    monkeypatch.setenv("BEZANT_BANKS", str(made))
    return made


@pytest.mark.usefixtures("folder")
def test_the_list_has_the_sandbox_and_the_profiles(bezant):
    said = bezant("banks", "list")
    assert said.row("sandbox")[1:3] == ["test", "usd"]
    assert {"ach", "sftp"} < set(said.row("us-meadow"))
    names = [one["name"] for one in bezant("banks", "list", "--json").json]
    assert names == [*(bank.name for bank in WORLD), "us-meadow"]


@pytest.mark.usefixtures("folder")
def test_a_profile_is_shown_with_its_hours_and_prices(bezant):
    said = bezant("banks", "show", "us-meadow")
    assert "    cut-off standard 16:00\n" in said.out
    assert "    price same_day 0.95 USD from 2025-01-01 until 2026-06-30\n" in said.out
    assert "    at most 50,000.00 USD\n" in said.out
    assert (
        bezant("banks", "show", "us-meadow", "--json").json["rails"]["ach"]["max_amount"]
        == 5_000_000
    )
    assert bezant("banks", "show", "nobody").problem.startswith("There is no bank profile nobody")


def test_profiles_are_checked(bezant, folder):
    path = folder / "meadow.toml"
    assert bezant("banks", "check").out == f"{path}: fine\n"
    path.write_text(path.read_text().replace("holder", "holdr"))
    said = bezant("banks", "check")
    assert said.code == 1
    assert f"{path}: 1 fault\n  holdr is not known; the nearest is holder\n" in said.out
    assert bezant("banks", "check", str(path), "--json").json == {
        str(path): ["holdr is not known; the nearest is holder"]
    }
    assert "holdr is not known" in bezant("banks", "list").problem


def test_without_a_folder_there_is_the_sandbox_alone(bezant):
    assert "BEZANT_BANKS names their folder" in bezant("banks", "check").out
    assert len(bezant("banks", "list", "--json").json) == len(WORLD)


def test_an_example_is_a_profile_to_begin_from(bezant, nowhere):
    titles = bezant("banks", "examples", "--json").json
    assert list(titles) == list(examples.names())
    (nowhere / "mine.toml").write_text(bezant("banks", "examples", "gb-thistle").out)
    assert bezant("banks", "check", "mine.toml").out == "mine.toml: fine\n"
    assert "There is no example nowhere-bank" in bezant("banks", "examples", "nowhere-bank").problem
