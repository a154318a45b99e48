"""The virtual clock stands still, and wakes its sleepers in order."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bezant.kernel.clock import SystemClock, VirtualClock

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_virtual_clock_moves_only_when_it_is_moved():
    clock = VirtualClock(START)
    assert clock.now() == clock.now() == START
    assert clock.monotonic() == 0
    clock.advance(timedelta(minutes=1))
    assert clock.now() == START + timedelta(minutes=1)
    assert clock.monotonic() == 60
    clock.to(START + timedelta(days=1))
    assert clock.now() == START + timedelta(days=1)


def test_it_tells_utc_wherever_it_started():
    clock = VirtualClock(datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == START
    assert clock.now().utcoffset() == timedelta(0)


def test_it_does_not_go_back_nor_start_in_no_time_zone():
    with pytest.raises(AssertionError):
        VirtualClock(START).advance(timedelta(seconds=-1))
    with pytest.raises(AssertionError):
        VirtualClock(datetime(2026, 1, 1))


async def _asleep(clock, naps):
    """Start a task for each nap and let all of them fall asleep."""
    woken = []

    async def nap(name, seconds):
        await clock.sleep(seconds)
        woken.append(name)

    tasks = [asyncio.create_task(nap(name, seconds)) for name, seconds in naps]
    await asyncio.sleep(0)
    return woken, tasks


def test_sleepers_wake_earliest_first_and_then_in_the_order_they_lay_down():
    async def main():
        clock = VirtualClock(START)
        naps = [("c", 30), ("a", 10), ("b1", 20), ("b2", 20), ("late", 31)]
        woken, tasks = await _asleep(clock, naps)
        assert clock.next_wake() == START + timedelta(seconds=10)
        clock.advance(timedelta(seconds=30))
        await asyncio.gather(*tasks[:4])
        assert woken == ["a", "b1", "b2", "c"]
        assert clock.next_wake() == START + timedelta(seconds=31)
        clock.advance(timedelta(seconds=1))
        await tasks[4]
        assert clock.next_wake() is None

    asyncio.run(main())


def test_a_sleep_of_nothing_ends_at_once():
    asyncio.run(asyncio.wait_for(VirtualClock(START).sleep(0), 60))
    asyncio.run(asyncio.wait_for(SystemClock().sleep(-1), 60))


def test_a_canceled_sleeper_is_forgotten():
    async def main():
        clock = VirtualClock(START)
        woken, tasks = await _asleep(clock, [("canceled", 5), ("other", 6)])
        tasks[0].cancel()
        await asyncio.gather(tasks[0], return_exceptions=True)
        assert clock.next_wake() == START + timedelta(seconds=6)
        clock.advance(timedelta(seconds=10))
        await tasks[1]
        assert woken == ["other"]

    asyncio.run(main())


def test_a_sleeper_canceled_while_it_is_being_woken_does_no_harm():
    async def main():
        clock = VirtualClock(START)
        woken, tasks = await _asleep(clock, [("canceled", 5)])
        clock.advance(timedelta(seconds=5))
        tasks[0].cancel()
        await asyncio.gather(tasks[0], return_exceptions=True)
        await asyncio.sleep(0)
        assert woken == []

    asyncio.run(main())


def test_another_thread_may_move_the_clock():
    async def main():
        clock = VirtualClock(START)
        _, tasks = await _asleep(clock, [("a", 5)])
        mover = threading.Thread(target=clock.advance, args=(timedelta(seconds=5),))
        mover.start()
        await asyncio.wait_for(tasks[0], 60)
        mover.join()

    asyncio.run(main())


def test_a_sleeper_whose_loop_has_ended_is_left_alone():
    clock = VirtualClock(START)
    loop = asyncio.new_event_loop()
    task = loop.create_task(clock.sleep(5))
    loop.call_soon(loop.stop)
    loop.run_forever()
    task.cancel()
    loop.close()
    clock.advance(timedelta(seconds=5))
    assert clock.next_wake() is None


def test_the_system_clock_is_aware_of_utc_and_moves_on():
    clock = SystemClock()
    before, since = clock.now(), clock.monotonic()
    asyncio.run(clock.sleep(0.001))
    assert clock.monotonic() > since
    assert before.utcoffset() == timedelta(0)
