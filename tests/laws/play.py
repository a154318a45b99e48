"""Playing requests through a real door, and holding what comes of them against the oracle."""

import asyncio
import json

from bezant.commit.change_set import Refused, Replayed
from bezant.commit.door import Door
from bezant.db.pool import connect_sync
from bezant.kernel.clock import VirtualClock
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.ids import Ids
from tests.laws.oracle import Standing


def door_of(url, clock, seed=1, **options):
    """A door with ids of its own; two doors of one database need two seeds."""
    return Door(url, clock, Ids(clock, SeededEntropy(seed)), **options)


async def made(door, requests):
    """The outcomes of requests that all arrive at one moment, in their order."""
    calls = [door.commit(units, answer) for units, answer in requests]
    return await asyncio.gather(*calls, return_exceptions=True)


def plain(outcome):
    """An outcome in a form that the oracle and the door share."""
    match outcome:
        case Refused(code, detail):
            return code, detail
        case Replayed(outcomes=str(faults)):
            known = [(n, code, json.loads(detail)) for n, code, detail in json.loads(faults)]
            return (*outcome[:4], known)
        case Replayed(outcomes=list(faults)):
            return (*outcome[:4], [(n, code, detail) for n, _, (code, detail) in _pairs(faults)])
    return tuple(outcome)


def _pairs(faults):
    return [(fault[0], None, (fault[1], fault[2])) for fault in faults]


def standings(url):
    """Every account of the database as the oracle keeps it."""
    with connect_sync(url) as connection:
        rows = connection.execute(
            "select book_id, account_id, credit_normal, floor, posted_debits, posted_credits, "
            "pending_debits, pending_credits, version, closed_at is not null from account"
        )
        return {(row[0], row[1]): Standing(*row[2:]) for row in rows}


def holds(url):
    """Remainder and expiry of every hold of the database."""
    with connect_sync(url) as connection:
        rows = connection.execute("select book_id, entry_id, n, remaining, expires_at from hold")
        return {tuple(row[:3]): tuple(row[3:]) for row in rows}


def documents(url):
    """The version of every document of the database, and what it says it was."""
    with connect_sync(url) as connection:
        rows = connection.execute("select book_id, kind, id, version, body from object")
        return {(row[0], row[1], row[2]): (row[3], json.loads(row[4])["was"]) for row in rows}


def word(outcome):
    """What became of a change set, in a word."""
    return outcome.code if isinstance(outcome, Refused) else type(outcome).__name__.lower()


async def play(world, url, waves, told=None, **options):
    """Let a world run for some waves through one door, comparing every outcome.

    `told` counts what became of the change sets.
    """
    assert isinstance(world.clock, VirtualClock)
    door = door_of(url, world.clock, **options)
    await door.start()
    wrong = []
    try:
        for wave in range(waves):
            requests = world.requests(world.random.choice((1, 2, 7, 40)))
            outcomes = await made(door, requests)
            for at, ((units, answer), got) in enumerate(zip(requests, outcomes, strict=True)):
                expected = world.oracle.commit(units, answer, world.now())
                if not isinstance(got, list) or list(map(plain, got)) != list(map(plain, expected)):
                    wrong.append((wave, at, units, answer, expected, got))
                elif told is not None:
                    told.update(map(word, got))
            assert not wrong, wrong[0]
            world.wait()
    finally:
        await door.close()
