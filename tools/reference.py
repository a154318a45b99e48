"""docs/reference.md: settings, rails, resources and event types, from the code itself."""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from pkgutil import iter_modules

import msgspec
import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

import bezant
from bezant import cli, rails
from bezant.api.operation import Operation
from bezant.api.routes import Routes
from bezant.kernel.config import Config, describe
from bezant.rail import Capabilities
from bezant.resources.webhooks.event_types import KNOWN, THIN
from bezant.server.wiring import ROUTES

PACKAGE = Path(bezant.__file__).parent
LOGGING = ("movement", "resources", "server", "workers")
"""Folders whose modules log events; the others say the same words of other things."""
EVENT = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+")
OF_V2 = frozenset(name for name in THIN if name.startswith("v2."))
"""Types of events that are told in v2 alone."""
HEAD = """\
# Reference

Everything by its name. This page is made from the code by `make docs`.

- [Settings](#settings)
- [Commands](#commands)
- [Rails](#rails)
- [Resources](#resources)
- [Event types](#event-types)
"""


def page() -> str:
    """Return the whole page."""
    sections = (settings, commands, rails_table, resources, event_types)
    return "\n".join([HEAD, *(section() for section in sections)])


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table; a bar inside a cell is kept from ending it."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )


def settings() -> str:
    """Return the settings; each is an environment variable and a name in the TOML file."""
    rows = (
        (f"`{it.variable}`", f"`{it.default}`" if it.default else "", it.description, it.expects)
        for it in describe(Config())
    )
    return "## Settings\n\n" + table(("variable", "default", "what it is", "expected"), rows)


def commands() -> str:
    """Return every command of the command line with its options."""
    head = ("command", "what it does", "arguments and options")
    rows = (command_row(path, it) for path, it in walk(get_command(cli.app), "bezant"))
    more = "[Commands](cli.md) has the help of each, as it is printed."
    return f"## Commands\n\n{more}\n\n" + table(head, rows)


def walk(command: TyperCommand | TyperGroup, path: str) -> Iterator[tuple[str, TyperCommand]]:
    """Yield a command, or all that a group of commands has, with what one types."""
    if not isinstance(command, TyperGroup):
        yield path, command
        return
    context = typer.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None, f"{path} lists {name}"
        yield from walk(below, f"{path} {name}")


def command_row(path: str, command: TyperCommand) -> tuple[str, str, str]:
    """Return the table row of a command: arguments as they are shown, options by their names."""
    names = [
        it.metavar or str(it.name).upper() if it.param_type_name == "argument" else it.opts[0]
        for it in command.params
        if "--help" not in it.opts
    ]
    return f"`{path}`", first_line(command.help or ""), ", ".join(f"`{name}`" for name in names)


def rails_table() -> str:
    """Return what each rail can do."""
    head = ("rail", "mode", "currencies", "directions", "services", "largest amount")
    rows = (
        (
            f"{it.title} (`{it.name}`)",
            it.mode,
            ", ".join(it.currencies),
            ", ".join(it.directions),
            ", ".join(it.services),
            f"{it.max_amount:,} minor units",
        )
        for it in capabilities()
    )
    return "## Rails\n\n" + table(head, rows)


def capabilities() -> Iterator[Capabilities]:
    """Yield what each rail of each folder declares."""
    for folder in sorted(iter_modules(rails.__path__), key=lambda module: module.name):
        if not find_spec(f"bezant.rails.{folder.name}.rail"):
            continue  # Cards move no money by instructions: what they are is a port of its own.
        module = import_module(f"bezant.rails.{folder.name}.rail")
        found = (getattr(it, "capabilities", None) for it in vars(module).values())
        yield from dict.fromkeys(it for it in found if isinstance(it, Capabilities))


def resources() -> str:
    """Return every resource with its operations; required parameters are bold."""
    parts = ["## Resources\n\nParameters that must be given are bold. All lists take `limit`, "]
    parts.append("`starting_after` and `ending_before`; every operation takes `expand`.\n")
    for kind, group in groupby(declared_routes(), key=lambda it: it.resource.kind()):
        served = list(group)
        operations = sorted((it for routes in served for it in routes.operations), key=by_path)
        parts.append(f"\n### {kind}\n\n{sentence(served[0].resource)}\n\n")
        parts.append(table(("operation", "parameters", "what it does"), map(row, operations)))
    return "".join(parts)


def declared_routes() -> list[Routes]:
    """Return what is served, in the order of the kinds of objects."""
    return sorted(ROUTES, key=lambda it: (it.resource.kind(), it.path))


def by_path(operation: Operation) -> tuple[str, str]:
    """Return what operations are sorted by."""
    return operation.path, operation.method


def row(operation: Operation) -> tuple[str, str, str]:
    """Return the table row of an operation."""
    return (
        f"`{operation.method} {operation.path}`",
        ", ".join(parameters(operation)),
        first_line(operation.doc),
    )


def parameters(operation: Operation) -> Iterator[str]:
    """Yield the names of an operation's parameters, those that every operation has left out."""
    usual = {"expand", "limit", "starting_after", "ending_before"}
    for field in msgspec.structs.fields(operation.params):
        if field.encode_name not in usual:
            yield f"**{field.encode_name}**" if field.required else field.encode_name


def sentence(kind: type) -> str:
    """Return the first sentence of a class."""
    return first_line(inspect.getdoc(kind) or "")


def first_line(text: str) -> str:
    """Return the first paragraph of a docstring as one line."""
    return text.partition("\n\n")[0].replace("\n", " ")


def event_types() -> str:
    """Return every event type and the modules that log it."""
    rows = ((f"`{name}`", ", ".join(f"`{it}`" for it in sorted(where)))
            for name, where in sorted(logged().items()))  # fmt: skip
    return "## Event types\n\n" + table(("type", "logged by"), rows)


def logged() -> dict[str, set[str]]:
    """Return the modules that name an event type, by the type."""
    found: dict[str, set[str]] = {}
    for path in sorted(path for folder in LOGGING for path in (PACKAGE / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            for name in named_by(node) if path.name != "event_types.py" else ():
                found.setdefault(name, set()).add(path.relative_to(PACKAGE).as_posix())
    return found


def named_by(node: ast.AST) -> Iterator[str]:
    """Yield the event types that a node names: one that is known, or one that a call logs."""
    if isinstance(node, ast.Constant) and node.value in KNOWN | OF_V2:
        yield str(node.value)
    if isinstance(node, ast.Call):
        values = [keyword.value for keyword in node.keywords if keyword.arg == "event"]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "emit":
            values += node.args[:1]
        for constant in (it for value in values for it in ast.walk(value)):
            if isinstance(constant, ast.Constant) and EVENT.fullmatch(str(constant.value)):
                yield str(constant.value)
