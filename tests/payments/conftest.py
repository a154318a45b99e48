"""The till, or the office with simulated cards, over a database of its own."""

import itertools
from collections.abc import Iterator

import pytest

from bezant.db.embedded import EmbeddedServer
from bezant.db.pool import connect_sync, in_database
from tests.payments.cards import Shop
from tests.payments.till import Till
from tests.resources.office import Office

_NUMBERS = itertools.count(1)


@pytest.fixture
def till(request: pytest.FixtureRequest) -> Iterator[Till]:
    """A platform that takes cards and has nothing in it, alone in its house if a test says so."""
    if request.node.get_closest_marker("alone"):
        till = Till(request.getfixturevalue("database"))
        yield till
        till.close()
        return
    till = request.getfixturevalue("shared_till")
    till.move_in()
    yield till


@pytest.fixture(scope="module")
def shared_till(shared_database: str) -> Iterator[Till]:
    """A till for all tests of a module that mind what they have made themselves alone."""
    till = Till(shared_database)
    yield till
    till.close()


@pytest.fixture
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    """A platform whose cards are those of the simulated network, alone if a test says so."""
    if request.node.get_closest_marker("alone"):
        office = Office(request.getfixturevalue("database"))
        yield office
        office.close()
        return
    office = request.getfixturevalue("mall")
    office.move_in()
    yield office


@pytest.fixture(scope="module")
def mall(server: EmbeddedServer, template: str) -> Iterator[Office]:
    """An office that a whole file of tests shares, each with a shop of its own."""
    name = f"mall_{next(_NUMBERS)}"
    with connect_sync(server.url) as connection:
        connection.execute(
            f"create database {name} template {template} strategy file_copy".encode()
        )
    office = Office(in_database(server.url, name))
    yield office
    office.close()


@pytest.fixture
def shop(mall: Office) -> Shop:
    """A connected account that has nothing yet."""
    return Shop(mall)
