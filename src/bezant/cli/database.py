"""The database that a command works on: the configured one, or the data folder's own."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bezant.db.embedded import EmbeddedServer, running_at
from bezant.kernel.config import Config, load

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder of the embedded database and bank files.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def configured(data: Path | None) -> Config:
    """Read the settings as the server would. Raises ConfigError."""
    return load(os.environ, Path("bezant.toml"), {"data": data})


@contextmanager
def database(config: Config) -> Generator[str]:
    """Give the database's address, starting the embedded server if nobody runs it."""
    if config.database_url is not None:
        yield config.database_url.reveal()
    elif url := running_at(config.data):
        yield url
    else:
        with EmbeddedServer.start(config.data) as server:
            yield server.url
