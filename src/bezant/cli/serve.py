"""`bezant serve`: the API and the work behind it, on an embedded database unless told otherwise."""

import errno
import socket
from pathlib import Path
from typing import Annotated

import typer

from bezant.cli.options import closing, configured
from bezant.kernel.config import Config
from bezant.kernel.errors import ConfigError
from bezant.server.process import run

app = typer.Typer(add_completion=False)

CODES = (
    "Exit codes: 0 it was told to stop, and has finished what was begun; 2 it could not begin: a "
    "bad setting, an address that is taken, a data folder that another process serves."
)
REASONS = {
    errno.EADDRINUSE: "is taken by another program",
    errno.EADDRNOTAVAIL: "is no address of this machine",
    errno.EACCES: "may not be used by this user",
}


@app.command(epilog=closing("bezant serve", "bezant serve --port 8080 --workers 4", codes=CODES))
def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes.")] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Folder of the embedded database and bank files."),
    ] = None,
) -> None:
    """Serve the API and do the work behind it.

    Without any setting it listens on 127.0.0.1:4242, with a database of its own in ./bezant-data,
    and on the first start it makes an API key and shows it once. Ctrl-C stops it, as SIGTERM does.
    """
    config = configured(data, host=host, port=port, workers=workers)
    try:
        run(config)
    except OSError as problem:
        raise _unusable(config, problem) from problem


def _unusable(config: Config, problem: OSError) -> Exception:
    """Return in words why nobody can listen there; any other problem as it is."""
    where = f"{config.host}:{config.port}"
    if isinstance(problem, socket.gaierror):
        return ConfigError(f"{where}: there is no host of that name; choose another with --host")
    reason = REASONS.get(problem.errno or 0)
    if reason is None:
        return problem
    return ConfigError(f"{where} {reason}; choose another with --host and --port")
