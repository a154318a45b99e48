"""`bezant serve`: the API and the work behind it, on an embedded database unless told otherwise."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bezant.kernel.config import load
from bezant.server.process import run

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of database and bank files.")] = None,
) -> None:
    """Serve the API on 127.0.0.1:4242; without any setting, on a database of its own."""
    flags = {"host": host, "port": port, "workers": workers, "data": data}
    run(load(os.environ, Path("bezant.toml"), flags))
