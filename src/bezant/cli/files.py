"""`bezant files`: the files that went to banks and came from them, with what became of each."""

import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
import typer
from rich.text import Text

from bezant.cli.database import connected
from bezant.cli.files_read import SHOWN
from bezant.cli.files_read import as_json as read_as_json
from bezant.cli.files_read import for_people as read_for_people
from bezant.cli.options import DataOption, JsonOption, LiveOption, closing, configured
from bezant.cli.output import as_json, console, counted, dim, moment, print_table, table
from bezant.db.pool import Connection
from bezant.kernel.codec import from_microseconds
from bezant.kernel.config import Config
from bezant.kernel.currency import format_amount
from bezant.kernel.errors import InvalidRequest, NotFound
from bezant.kernel.money import Money
from bezant.ledger.chart import house
from bezant.movement.bank_file import BankFile
from bezant.movement.contents import content
from bezant.store.objects import Page, page

app = typer.Typer(no_args_is_help=True, add_completion=False)

Status = Literal["prepared", "delivered", "confirmed", "rejected", "received", "read", "refused"]
FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="The file's id, bf_….")]
INBOX = "from_bank"

_LINE = re.compile(r"line (\d+)\b")
_WIDEST = 120
_MOST = 1_000_000


class Kept(NamedTuple):
    """A file and its bytes."""

    file: BankFile
    data: bytes


@app.callback()
def group() -> None:
    """Bank files: list, show, resubmit, read."""


@app.command("list", epilog=closing("bezant files list --status refused"))
def list_files(
    *,
    status: Annotated[Status | None, typer.Option(help="Only those of one status.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="How many, newest first.")] = 20,
    live: LiveOption = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """List files sent to banks and received from them."""
    files, more = asyncio.run(_list(configured(data), status, limit, live))
    if json:
        as_json(files)
        return
    rows = table("id", "when", "file", "bank", "status", "entries", right=("entries",))
    for file in files:
        rows.add_row(file.id, _when(file), file.name, file.bank, _status(file), f"{file.entries:,}")
        for problem in file.problems[:1]:
            rows.add_row("", "", dim(problem))
    print_table(rows)
    if more:
        console.print(dim(f"Older ones are left out: --limit {limit * 10} shows more."))


@app.command(epilog=closing("bezant files show bf_…", "bezant files show bf_… --raw > copy.ach"))
def show(
    name: FileArgument,
    *,
    raw: Annotated[
        bool, typer.Option("--raw", help="Write the bytes as they are, and nothing else.")
    ] = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Show what became of a file.

    Every problem comes with the line of the file that has it.
    """
    kept = asyncio.run(_load(configured(data), name))
    if raw:
        sys.stdout.flush()
        sys.stdout.buffer.write(kept.data)
        sys.stdout.buffer.flush()
    elif json:
        as_json(kept.file)
    else:
        _show(kept)


@app.command(epilog=closing("bezant files resubmit bf_…"))
def resubmit(name: FileArgument, *, data: DataOption = None, json: JsonOption = False) -> None:
    """Let a refused file be read again.

    Its bytes, which are kept, go back into the inbox where they came from, and the server reads
    them within seconds. What a file has done already is never
    done twice.
    """
    config = configured(data)
    kept = asyncio.run(_load(config, name))
    path = _put_back(config, kept)
    if json:
        as_json({"id": name, "path": str(path)})
    else:
        console.print(f"{kept.file.name} waits in {path.parent}.")
        console.print(dim(f"When the server has read it, `bezant files show {name}` tells."))


@app.command(
    epilog=closing("bezant files read returns.ach", "bezant files read statement.xml --json")
)
def read(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file to read.")],
    *,
    kind: Annotated[
        str, typer.Option("--as", metavar="KIND", help="What it is, such as nacha or camt.053.")
    ] = "",
    entries: Annotated[
        int, typer.Option(min=0, max=_MOST, help="How many entries to show.")
    ] = SHOWN,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show card numbers whole; track data never is.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Read any bank file, and say what it holds and what is wrong with it.

    Nothing is changed or kept: no server and no database are needed. Its kind is recognised by its
    content. The exit code is 0 for a file that is accepted and 1 for one that is refused.
    """
    if json:
        accepted = read_as_json(file, kind, reveal=reveal)
    else:
        accepted = read_for_people(file, kind, entries, reveal=reveal)
    if not accepted:
        raise typer.Exit(1)


async def _list(
    config: Config, status: Status | None, limit: int, live: bool
) -> tuple[list[BankFile], bool]:
    filters = {} if status is None else {"status": status}
    async with connected(config) as conn:
        bodies, more = await page(
            conn, house(live).id, BankFile.kind(), Page(limit, filters=filters)
        )
    return [msgspec.json.decode(body, type=BankFile) for body in bodies], more


async def _load(config: Config, name: str) -> Kept:
    async with connected(config) as conn:
        file = await _find(conn, name)
        return Kept(file, await content(conn, house(file.livemode), file.id))


async def _find(conn: Connection, name: str) -> BankFile:
    for livemode in (False, True):
        only = Page(1, least=name, most=name)
        bodies, _ = await page(conn, house(livemode).id, BankFile.kind(), only)
        if bodies:
            return msgspec.json.decode(bodies[0], type=BankFile)
    raise NotFound(f"There is no bank file {name}.")


def _put_back(config: Config, kept: Kept) -> Path:
    """Let the bytes appear whole in the inbox; returns where."""
    file = kept.file
    if file.direction == "sent":
        raise InvalidRequest(f"{file.id} was sent by us: only what a bank sent is read.")
    if file.status == "read":
        raise InvalidRequest(f"{file.id} has been read: reading it again would change nothing.")
    inbox = config.data / "banks" / file.bank / INBOX
    if not inbox.is_dir():
        raise NotFound(f"There is no inbox {inbox}: run this where the server keeps its files.")
    path = inbox / Path(file.name).name
    draft = inbox / f".{path.name}"
    if path.exists():
        raise InvalidRequest(f"{path} is there already, and waits to be read.")
    draft.write_bytes(kept.data)
    return draft.replace(path)


def _show(kept: Kept) -> None:
    file, lines = kept.file, kept.data.decode("utf-8", "replace").splitlines()
    console.print(Text.assemble((file.id, "bold"), "  ", file.name))
    for fact in _facts(file):
        console.print(f"  {fact}")
    for kind, style, told in (
        ("problem", "red", file.problems),
        ("warning", "yellow", file.warnings),
    ):
        for text in told:
            console.print(Text.assemble("  ", (kind, style), "  ", text))
            if line := _named(text, lines):
                console.print(Text(f"           {line}", style="dim"))


def _facts(file: BankFile) -> Iterator[str]:
    towards = "to" if file.direction == "sent" else "from"
    copies = f", in {file.copies} copies" if file.copies > 1 else ""
    yield f"{file.direction} {towards} {file.bank}, {_when(file)} UTC{copies}"
    yield f"status {file.status}"
    size = counted(file.size, "byte", "bytes")
    yield f"{file.format or 'unknown format'}, {counted(file.entries, 'entry', 'entries')}, {size}"
    if file.currency and (file.credits or file.debits):
        credits, debits = (Money(each, file.currency) for each in (file.credits, file.debits))
        yield f"credits {format_amount(credits)}, debits {format_amount(debits)}"
    yield f"SHA-256 {file.sha256}"


def _named(text: str, lines: list[str]) -> str | None:
    """Return the line of the file that a problem names."""
    found = _LINE.match(text)
    if found is None or not 0 < int(found[1]) <= len(lines):
        return None
    line = lines[int(found[1]) - 1]
    return line if len(line) <= _WIDEST else f"{line[:_WIDEST]}…"


def _status(file: BankFile) -> Text:
    style = {"refused": "bold red", "rejected": "bold red", "read": "green", "confirmed": "green"}
    return Text(file.status, style=style.get(file.status, "yellow"))


def _when(file: BankFile) -> str:
    return moment(from_microseconds(file.created * 1_000_000))
