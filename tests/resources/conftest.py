"""The office, over a database of its own."""

from collections.abc import Iterator

import pytest

from tests.resources.office import Office


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    """A platform with nothing in it."""
    office = Office(database)
    yield office
    office.close()
