"""Help is quick, says everything, and everything has it."""

import re
import subprocess
import sys

import pytest
from typer.core import TyperGroup
from typer.main import get_command

import bezant
from bezant import cli
from tests.code.source import ROOT
from tools import cli_page

HEAVY = {
    "asyncio", "falcon", "httpx", "logging", "lxml", "msgspec", "psycopg", "rich", "stripe",
    "structlog", "uvicorn",
}  # fmt: skip
MOST_MODULES = 180
"""That `bezant --help` loads; each costs about half a millisecond."""


def commands():
    """The context of every command that does something, and of every group."""
    root = get_command(cli.app)
    return list(cli_page.walk(root, cli_page.top(root)))


def loaded_by(*arguments):
    """The modules that a command loads into a fresh interpreter."""
    script = (
        f"import sys; sys.path[:] = {sys.path!r}; before = set(sys.modules); "
        f"from bezant.cli import run; code = run({list(arguments)!r}); "
        "print('loaded:', *set(sys.modules) - before); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return set(done.stdout.rpartition("loaded:")[2].split())


def test_help_loads_next_to_nothing():
    modules = loaded_by("--help")
    assert not {name.partition(".")[0] for name in modules} & HEAVY
    assert len(modules) < MOST_MODULES


def test_showing_settings_loads_no_database():
    assert not {name.partition(".")[0] for name in loaded_by("config", "show")} & {"psycopg"}


def test_help_lists_every_command_in_its_order(bezant):
    said = bezant()
    listed = said.out.partition("Commands:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in listed.splitlines()] == list(cli.COMMANDS)
    assert said.code == 0
    assert bezant("--help").out == said.out


def test_the_list_says_each_in_a_sentence_that_fits(bezant):
    out = bezant("--help").out
    for name, lazy in cli.COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(lazy.help)}$", out, re.MULTILINE), name
        assert lazy.help.endswith("."), name


@pytest.mark.parametrize("context", commands(), ids=cli_page.name)
def test_every_command_has_help_with_its_exit_codes(context):
    text = context.get_help()
    assert text.startswith(f"Usage: {cli_page.name(context)} ")
    if not isinstance(context.command, TyperGroup) and context.info_name != "demo":
        assert "Exit codes: 0" in text
    for parameter in context.command.params:
        assert getattr(parameter, "help", None) or parameter.name == "help", parameter.name


def test_every_command_that_prints_can_print_json():
    quiet = {"bezant serve", "bezant demo"}
    without = {
        cli_page.name(it)
        for it in commands()
        if not isinstance(it.command, TyperGroup)
        and not any("--json" in parameter.opts for parameter in it.command.params)
    }
    assert without == quiet


def test_the_page_of_commands_is_up_to_date():
    text = (ROOT / "docs" / "cli.md").read_text()
    assert text == cli_page.page(), "run `make docs`: docs/cli.md is out of date"


def test_a_group_without_a_command_shows_its_help(bezant):
    said = bezant("ledger")
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("Usage: bezant ledger ")


def test_completion_is_offered_once(bezant):
    assert "--install-completion" in bezant("--help").out
    for context in commands()[1:]:
        assert "completion" not in context.get_help()


def test_python_runs_the_package_as_a_command():
    done = subprocess.run(
        [sys.executable, "-m", "bezant", "--version"], check=True, capture_output=True, text=True
    )
    assert done.stdout == f"bezant {bezant.__version__}\n"
