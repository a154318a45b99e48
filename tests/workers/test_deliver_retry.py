"""When a delivery is tried again: three days in live mode, three times in test mode."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bezant.kernel.entropy import SeededEntropy
from bezant.workers.deliver_retry import next_try

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = 3_600


def tries(seed: int, *, livemode: bool) -> list[int]:
    """The seconds after the event at which a receiver that is always down is called."""
    entropy = SeededEntropy(seed)
    now, made = START, [0]
    while True:
        due = next_try(len(made), START, now, livemode=livemode, entropy=entropy)
        if due is None:
            return made
        assert due > now
        made.append(int((due - START).total_seconds()))
        now = due


@pytest.mark.parametrize("seed", range(20))
def test_live_mode_goes_on_for_three_days(seed):
    made = tries(seed, livemode=True)
    assert made[-1] == 72 * HOUR
    assert 12 <= len(made) <= 18
    waits = [later - earlier for earlier, later in pairwise(made)]
    for wait, usual in zip(waits, (30, 120, 480, 1_920, 7_680, 8 * HOUR), strict=False):
        assert usual * 3 // 4 - 1 <= wait <= usual * 5 // 4 + 1
    assert max(waits) <= 10 * HOUR


@pytest.mark.parametrize("seed", range(20))
def test_test_mode_tries_three_more_times(seed):
    made = tries(seed, livemode=False)
    assert len(made) == 4
    for wait, usual in zip(made[1:], (60, 660, 660 + 3 * HOUR), strict=True):
        assert usual * 3 // 4 - 3 <= wait <= usual * 5 // 4 + 3


def test_a_crowd_does_not_come_back_as_one():
    assert len({tuple(tries(seed, livemode=True)) for seed in range(50)}) == 50


def test_a_last_try_that_comes_late_is_the_last():
    entropy = SeededEntropy(1)
    late = START + timedelta(days=9)
    assert next_try(3, START, late, livemode=True, entropy=entropy) is None
    early = START + timedelta(hours=71)
    assert next_try(30, START, early, livemode=True, entropy=entropy) == START + timedelta(days=3)
