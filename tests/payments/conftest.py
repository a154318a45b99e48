"""The till, or the office with simulated cards, over a database of its own."""

from collections.abc import Iterator

import pytest

from tests.payments.till import Till
from tests.resources.office import Office


@pytest.fixture
def till(database: str) -> Iterator[Till]:
    """A platform that takes cards and has nothing in it."""
    till = Till(database)
    yield till
    till.close()


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    """A platform whose cards are those of the simulated network."""
    office = Office(database)
    yield office
    office.close()
