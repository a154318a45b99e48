"""Array literals: PostgreSQL reads back what was written, whatever it is."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bezant.db.arrays import booleans, integers, moments, texts
from bezant.db.pool import connect_sync

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
AWKWARD = st.sampled_from(["", "NULL", "null", "{}", ",", '"', "\\", '\\"', "\n", " a ", "{a,b}"])
MOMENT = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))


@pytest.fixture(scope="module")
def connection(server):
    with connect_sync(server.url) as connection:
        yield connection


def back(connection, literal, kind):
    return connection.execute(f"select %s::{kind}[]".encode(), [literal]).fetchone()[0]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.none() | TEXT | AWKWARD), st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)))
def test_texts_and_integers_come_back(connection, words, numbers):
    assert back(connection, texts(words), "text") == words
    assert back(connection, integers(numbers), "bigint") == numbers


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.none() | MOMENT), st.lists(st.booleans()))
def test_moments_and_booleans_come_back(connection, times, flags):
    assert back(connection, moments(times), "timestamptz") == times
    assert back(connection, booleans(flags), "boolean") == flags
