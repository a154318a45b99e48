"""The desk, over a database of its own."""

from collections.abc import Iterator

import pytest

from tests.ledger_api.desk import Desk


@pytest.fixture
def desk(database: str) -> Iterator[Desk]:
    """A ledger with nothing in it."""
    desk = Desk(database)
    yield desk
    desk.close()
