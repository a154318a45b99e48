"""Commands that are imported when they are used, so that help is quick."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

from typer import Typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


class Lazy(NamedTuple):
    """Where a command's `app` is, and what help says of it before it is imported."""

    module: str
    help: str


def lazy_group(commands: Mapping[str, Lazy]) -> type[TyperGroup]:
    """Return a group with these commands, in this order, after its own."""

    class LazyGroup(TyperGroup):
        """A group whose commands live in modules of their own."""

        in_help = False

        def list_commands(self, ctx: Any) -> list[str]:
            """Return the names in the order of the table."""
            return [*super().list_commands(ctx), *commands]

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            """Return a command; for a list of commands, only what the list says of it."""
            lazy = commands.get(cmd_name)
            if lazy is None:
                return super().get_command(ctx, cmd_name)
            if self.in_help:
                return TyperCommand(cmd_name, help=lazy.help)
            app: Typer = import_module(lazy.module).app
            app.rich_markup_mode = None  # All help looks the same, and loads nothing to do so.
            return get_command(app)

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            """List the commands without importing them."""
            self.in_help = True
            try:
                super().format_commands(ctx, formatter)
            finally:
                self.in_help = False

    return LazyGroup
