"""The shop, new for every test."""

import pytest

from tests.api.shop import World


@pytest.fixture
def shop() -> World:
    """A shop with nothing in it."""
    return World()
