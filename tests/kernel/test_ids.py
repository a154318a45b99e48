"""Ids sort by time, strictly increase whatever the clock does, and say what they hold."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel.clock import SystemClock, VirtualClock
from bezant.kernel.codec import from_microseconds
from bezant.kernel.entropy import SeededEntropy, SystemEntropy
from bezant.kernel.errors import MalformedId
from bezant.kernel.ids import IdParts, Ids, parse

START = datetime(2026, 3, 1, 12, 30, 15, 123456, UTC)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC))


class BackwardClock(VirtualClock):
    """A machine's clock that is set back between any two readings."""

    def now(self):
        self._now -= timedelta(seconds=1)
        return self._now


def make(clock=None, seed=1):
    return Ids(clock or VirtualClock(START), SeededEntropy(seed))


def test_an_id_is_a_prefix_and_24_base62_digits():
    assert re.fullmatch(r"po_[0-9A-Za-z]{24}", make().new("po"))


def test_a_request_id_has_14_digits():
    ids = make()
    assert re.fullmatch(r"req_[0-9A-Za-z]{14}", ids.request_id())
    assert ids.request_id() != ids.request_id()


@given(moments, st.integers(0, 2**16 - 1), st.sampled_from(["po", "acct", "cs_test"]))
def test_an_id_tells_its_prefix_time_and_slot(moment, slot, prefix):
    made = Ids(VirtualClock(moment), SeededEntropy(0)).new(prefix, slot)
    assert parse(made) == IdParts(prefix, moment, slot)


@given(moments, moments, st.integers(0, 2**16 - 1), st.integers(0, 2**16 - 1))
def test_text_order_is_time_order(one, other, slot, other_slot):
    if one > other:
        one, other = other, one
    if one < other:
        earlier = Ids(VirtualClock(one), SeededEntropy(1)).new("po", slot)
        later = Ids(VirtualClock(other), SeededEntropy(2)).new("po", other_slot)
        assert earlier.encode() < later.encode()


@pytest.mark.parametrize("clock", [VirtualClock(START), BackwardClock(START), SystemClock()])
def test_ids_of_one_process_strictly_increase(clock):
    ids = make(clock)
    made = [ids.new("po", slot=(2**16 - 1 - n) % 2**16) for n in range(5000)]
    assert made == sorted(set(made))


def test_threads_do_not_share_a_moment():
    ids = Ids(VirtualClock(START), SystemEntropy())
    made = []
    threads = [
        threading.Thread(target=lambda: made.extend(ids.new("po") for _ in range(2000)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({parse(id).time for id in made}) == 8000


def test_the_same_clock_and_seed_make_the_same_ids():
    assert make(seed=7).new("po", 3) == make(seed=7).new("po", 3)
    assert make(seed=7).new("po", 3) != make(seed=8).new("po", 3)


def test_processes_that_share_a_moment_do_not_share_ids():
    made = {Ids(VirtualClock(START), SystemEntropy()).new("po") for _ in range(1000)}
    assert len(made) == 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "po",
        "po_",
        "_" + "0" * 24,
        "po_" + "0" * 23,
        "po_" + "0" * 25,
        "po_" + "0" * 23 + "-",
        "po_" + "0" * 23 + "é",
        "po" + "0" * 24,
        "po_" + "z" * 24,  # more than the 142 bits there are
    ],
)
def test_what_is_not_an_id_is_refused(text):
    with pytest.raises(MalformedId):
        parse(text)


def test_the_least_id_is_the_epoch():
    assert parse("po_" + "0" * 24) == IdParts("po", from_microseconds(0), 0)


def test_a_slot_beyond_16_bits_is_our_own_mistake():
    with pytest.raises(AssertionError):
        make().new("po", 2**16)
