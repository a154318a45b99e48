"""What all tests share: one PostgreSQL for each test process, and fresh databases from it."""

import itertools
import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from hypothesis import settings

from bezant.db import migrate
from bezant.db.embedded import EmbeddedServer
from bezant.db.pool import connect_sync, in_database
from tests.conformance.watch import watch
from tests.resources.office import Office

# A busy machine is slow, and that is no failure: laws say what holds, not how soon.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")

# Nobody here runs trio, and to look for it is to search all folders with each request.
httpx._transports.asgi.is_running_trio = lambda: False

# Whatever the environment says, processes that tests start do not compile every module again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

_NUMBERS = itertools.count(1)
_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30
"""Bytes that must be free in memory for a server to be there: it takes a few hundred MB."""


@pytest.fixture(autouse=True)
def _every_answer_conforms(monkeypatch):
    """Hold whatever an application in this process answers against the API's surface."""
    handle = httpx.ASGITransport.handle_async_request

    async def handle_and_watch(transport, request):
        response = await handle(transport, request)
        watch(transport, request, response)
        return response

    monkeypatch.setattr(httpx.ASGITransport, "handle_async_request", handle_and_watch)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server that forgets everything when the machine stops, which makes it fast."""
    settings = {"max_connections": "200", "max_wal_size": "256MB", "wal_compression": "off"}
    with _in_memory() as memory:
        data = memory or tmp_path_factory.mktemp("server")
        with EmbeddedServer.start(data, durable=False, settings=settings) as server:
            yield server


@contextmanager
def _in_memory():
    """A folder in memory, if there is room: each database is hundreds of files that come and go.

    What a test process has left there that was killed is cleared away.
    """
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _ROOM:
        yield None
        return
    for left in _MEMORY.glob("bezant-tests-*"):
        if not Path("/proc", left.name.rpartition("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = _MEMORY / f"bezant-tests-{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server):
    """The name of a migrated database, for others to be copied from."""
    with connect_sync(server.url) as connection:
        connection.execute(b"create database template_migrated")
    with connect_sync(in_database(server.url, "template_migrated")) as connection:
        migrate.apply(connection)
    with connect_sync(server.url) as connection:
        connection.execute(b"alter database template_migrated allow_connections false")
    return "template_migrated"


@pytest.fixture
def empty_database(server):
    """The address of a database without any table."""
    yield from _database(server, "template0")


@pytest.fixture
def database(server, template):
    """The address of a fresh database with the whole schema."""
    yield from _database(server, template)


@pytest.fixture(scope="module")
def shared_database(server, template):
    """The address of a database with the whole schema for all tests of a module."""
    yield from _database(server, template)


@pytest.fixture(scope="module")
def building(shared_database):
    """An office for all tests of a module, over a database of its own."""
    office = Office(shared_database)
    yield office
    office.close()


@pytest.fixture
def office(request):
    """A platform with nothing in it, in a house with others, or alone where a test says so."""
    if request.node.get_closest_marker("alone"):
        office = Office(request.getfixturevalue("database"))
        yield office
        office.close()
        return
    office = request.getfixturevalue("building")
    office.move_in()
    yield office


def _database(server, template):
    name = f"test_{next(_NUMBERS)}"
    with connect_sync(server.url) as connection:
        connection.execute(
            f"create database {name} template {template} strategy file_copy".encode()
        )
        yield in_database(server.url, name)
        connection.execute(f"drop database {name} with (force)".encode())
