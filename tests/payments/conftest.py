"""The till, over a database of its own."""

from collections.abc import Iterator

import pytest

from tests.payments.till import Till


@pytest.fixture
def till(database: str) -> Iterator[Till]:
    """A platform that takes cards and has nothing in it."""
    till = Till(database)
    yield till
    till.close()
