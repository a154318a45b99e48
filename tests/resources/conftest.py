"""The office: one for each file of tests, in which every test is a platform of its own."""

from collections.abc import Iterator

import pytest

from tests.resources.office import Office


@pytest.fixture(scope="module")
def building(shared_database: str) -> Iterator[Office]:
    """An office over a database of its own."""
    office = Office(shared_database)
    yield office
    office.close()


@pytest.fixture
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    """A platform with nothing in it, in a house with others, or alone where a test says so."""
    if request.node.get_closest_marker("alone"):
        office = Office(request.getfixturevalue("database"))
        yield office
        office.close()
        return
    office = request.getfixturevalue("building")
    office.move_in()
    yield office
