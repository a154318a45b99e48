"""docs/cli.md: every command of the command line with its help, as it is printed.

`python -m tools.cli_page` writes it.
"""

from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from bezant import cli

PATH = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
WIDTH = 80
HEAD = """\
# Commands

Every command and its help, as `--help` prints it. This page is made from the code by `make docs`.

Commands never ask anything. They print tables for people and, with `--json`, JSON for programs, \
in which amounts are integers in minor units. What goes wrong is one line on standard error. \
`NO_COLOR` is respected, and output that goes to a file or a program is neither coloured nor cut.

| exit code | what it means |
|---|---|
| 0 | it was done, and all is well |
| 1 | the answer is no: the books do not prove, something is wrong, or what was asked for is not \
there or not allowed |
| 2 | it could not begin: wrong usage, a bad setting, no database |
| 130 | it was interrupted by Ctrl-C; `serve`, which is meant to be, ends with 0 |
"""


def page() -> str:
    """Return the whole page."""
    root = get_command(cli.app)
    contexts = list(walk(root, top(root)))
    links = "".join(f"- [{name(it)}](#{name(it).replace(' ', '-')})\n" for it in contexts)
    return "\n".join([HEAD, links, *(section(it) for it in contexts)])


def top(root: TyperCommand | TyperGroup) -> typer.Context:
    """Return the context of `bezant` itself."""
    return typer.Context(root, info_name="bezant", terminal_width=WIDTH)


def walk(command: TyperCommand | TyperGroup, context: typer.Context) -> Iterator[typer.Context]:
    """Yield the context of a command and of all that are below it."""
    yield context
    if isinstance(command, TyperGroup):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None, f"{name(context)} lists {below}"
            yield from walk(
                found,
                typer.Context(found, parent=context, info_name=below, terminal_width=WIDTH),
            )


def name(context: typer.Context) -> str:
    """Return what one types to run a command."""
    return context.command_path


def section(context: typer.Context) -> str:
    """Return the part of the page that is about one command."""
    text = "\n".join(line.rstrip() for line in context.get_help().splitlines())
    return f"## {name(context)}\n\n```text\n{text}\n```\n"


def main() -> None:
    """Write the page."""
    PATH.write_text(page())


if __name__ == "__main__":
    main()
