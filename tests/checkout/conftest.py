"""One office for each file of tests, in which every test is a platform of its own."""

import itertools
from collections.abc import Iterator

import pytest

from bezant.api.backend import Key
from bezant.db.embedded import EmbeddedServer
from bezant.db.pool import connect_sync, in_database
from tests.resources.office import SECRET, Office

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def building(server: EmbeddedServer, template: str) -> Iterator[Office]:
    """An office over a database of its own."""
    name = f"checkout_{next(_NUMBERS)}"
    with connect_sync(server.url) as connection:
        connection.execute(
            f"create database {name} template {template} strategy file_copy".encode()
        )
    office = Office(in_database(server.url, name))
    yield office
    office.close()
    with connect_sync(server.url) as connection:
        connection.execute(f"drop database {name} with (force)".encode())


@pytest.fixture
def office(building: Office) -> Office:
    """A platform with nothing in it, in a house with others."""
    building.platform = building.ids.new("acct")
    building.keys = building.keys | {SECRET: Key("k1", building.platform, livemode=False)}
    return building
