"""The command line in this process, and a platform with a story behind it to look at."""

import itertools
import shutil

import pytest
from psycopg.conninfo import conninfo_to_dict

from bezant import cli
from bezant.db.pool import connect_sync, in_database
from tests.cli.told import Said, address
from tests.cli.world import World, play

_NUMBERS = itertools.count(1)


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """An empty folder to stand in, with none of the settings of whoever runs the tests."""
    for name in ("BEZANT_DATABASE_URL", "BEZANT_DATA", "BEZANT_TEST_SECRET_KEY", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def bezant(capfd, monkeypatch):
    """Run a command and return what it said: `bezant("keys", "list", url=url)`."""

    def run(*arguments, url=None, data=None):
        if url is not None:
            monkeypatch.setenv("BEZANT_DATABASE_URL", address(url))
        if data is not None:
            monkeypatch.setenv("BEZANT_DATA", str(data))
        capfd.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        return Said(code, *capfd.readouterr())

    return run


@pytest.fixture(scope="session")
def world(server, template, tmp_path_factory):
    """A platform whose payouts have come and gone; for looking at, not for changing."""
    return play(_copy(server, template), tmp_path_factory.mktemp("world"))


@pytest.fixture
def own_world(server, world, tmp_path):
    """The same for one test alone, to do with as it likes."""
    folder = shutil.copytree(world.folder, tmp_path / "data")
    url = _copy(server, conninfo_to_dict(world.url)["dbname"])
    return world._replace(url=url, folder=folder)


def _copy(server, template):
    name = f"cli_world_{next(_NUMBERS)}"
    with connect_sync(server.url) as connection:
        connection.execute(
            f"create database {name} template {template} strategy file_copy".encode()
        )
    return in_database(server.url, name)


@pytest.fixture
def look(bezant, world: World):
    """Run a command on the world."""
    return lambda *arguments: bezant(*arguments, url=world.url, data=world.folder)
