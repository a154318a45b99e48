"""The database that a command works on: the configured one, or the data folder's own."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from bezant.cli.output import waiting
from bezant.db.embedded import EmbeddedServer, running_at
from bezant.db.errors import ConnectionLost, Error
from bezant.db.pool import Connection, connect
from bezant.db.postgres.supervisor import CLUSTER
from bezant.kernel.config import Config
from bezant.kernel.errors import ConfigError, DatabaseError

_OTHER_SCHEMA = frozenset({"42P01", "42703", "42883"})
"""An undefined table, column or function (PostgreSQL, appendix A)."""


@contextmanager
def database(config: Config, *, create: bool = False) -> Generator[str]:
    """Give the database's address, starting the embedded server if nobody runs it.

    Raises ConfigError where there is no database and none is to be created, and DatabaseError
    for whatever the database refuses.
    """
    try:
        if config.database_url is not None:
            yield config.database_url.reveal()
        elif url := running_at(config.data):
            yield url
        elif create or is_there(config):
            with waiting("Starting the database…"):
                server = EmbeddedServer.start(config.data)
            with server:
                yield server.url
        else:
            raise ConfigError(
                f"there is no database in {config.data}: `bezant serve` makes one, --data names "
                "another folder, BEZANT_DATABASE_URL another server"
            )
    except ConnectionLost:
        raise
    except Error as error:
        raise DatabaseError(_explained(error)) from error


def is_there(config: Config) -> bool:
    """Tell whether there is a database: one that was named, or one in the data folder."""
    return config.database_url is not None or (config.data / CLUSTER).is_dir()


@asynccontextmanager
async def connected(config: Config) -> AsyncGenerator[Connection]:
    """Lend a connection to the database. Raises as `database` does."""
    with database(config) as url:
        async with await connect(url) as connection:
            yield connection


def _explained(error: Error) -> str:
    if error.sqlstate in _OTHER_SCHEMA:
        return f"the schema is not the one of this version, so run `bezant migrate` ({error})"
    return f"the database refuses: {error}"
