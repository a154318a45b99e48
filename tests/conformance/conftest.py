"""A town for each file of tests here."""

import itertools

import pytest

from tests.conformance.town import town_over

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def town(server, template, tmp_path_factory):
    """A town with nobody in it."""
    with town_over(server, template, f"town_{next(_NUMBERS)}", tmp_path_factory.mktemp("t")) as it:
        yield it
