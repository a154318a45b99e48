"""The door: what it accepts, refuses, answers again, and how it takes leave."""

import asyncio
import json

import pytest

from bezant.commit import door as doors
from bezant.commit.change_set import (
    Accepted,
    ChangeSet,
    Closing,
    Event,
    HoldChange,
    Job,
    Posting,
    Refused,
    Replayed,
)
from bezant.db.pool import connect_sync
from bezant.kernel.clock import SystemClock
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.errors import RateLimited, Unavailable
from bezant.kernel.ids import Ids
from bezant.kernel.money import Money
from bezant.ledger import chart
from bezant.ledger.entry import Move, entry
from tests.commit.shapes import (
    C,
    P,
    answer,
    available,
    count,
    document,
    equity,
    fund,
    numbered,
    spend,
    transfer,
)
from tests.ledger.lively import sql

YES = [Accepted()]
TOP = 2**63 - 1


def floor(left):
    account = chart.available(P)
    return Refused(
        "floor", {"book": P.id, "account": account.id("usd"), "floor": 0, "available": left}
    )


def test_a_refused_change_set_hurts_no_neighbour(told, database):
    async def story(door):
        return await door.commit([fund(100), spend(60), spend(60), spend(40), spend(1)])

    assert told(story) == [*YES, *YES, floor(40), *YES, floor(0)]
    assert available(database) == 0
    assert count(database, "entry") == 3


def test_a_change_set_is_accepted_whole_or_not_at_all(told, database):
    """The second move breaks the floor: the first, the document and all else go with it."""

    async def story(door):
        unit = spend(60)
        unit.postings += spend(60).postings
        unit.documents += document(SystemClock(), "po_1").documents
        unit.events.append(Event(P, numbered("evt"), "payout.created", "po_1", "{}"))
        unit.jobs.append(Job(P, numbered("job"), "work", "{}", SystemClock().now()))
        return await door.commit([fund(100), unit])

    assert told(story) == [*YES, floor(100)]
    assert available(database) == 100
    tables = ("object", "event", "outbox", "job")
    assert [count(database, table) for table in tables] == [0, 0, 0, 0]


def test_both_books_of_a_transfer_change_or_neither(told, database):
    async def story(door):
        return await door.commit([fund(100), transfer(70), transfer(70)])

    assert told(story) == [*YES, *YES, floor(30)]
    assert (available(database, P), available(database, C)) == (30, 70)


def test_an_event_goes_into_the_outbox_with_its_effect(told, database):
    async def story(door):
        unit = fund()
        unit.events.append(Event(P, "evt_1", "payout.created", "po_1", "{}"))
        return await door.commit([unit])

    assert told(story) == YES
    assert sql(database, b"select id from outbox") == [("evt_1",)]


def test_of_two_versions_the_later_is_kept_even_within_one_batch(told, database):
    async def story(door):
        clock = SystemClock()
        units = [document(clock, "po_1", version, f'"{version}"') for version in range(5)]
        return await asyncio.gather(*(door.commit([unit]) for unit in units))

    assert told(story) == [YES] * 5
    assert sql(database, b"select version, body from object") == [(5, '"4"')]


def test_a_key_is_answered_with_the_first_effect(told, database):
    async def story(door):
        first = await door.commit([fund(100)], answer("k", '"first"'))
        again = await door.commit([fund(100)], answer("k", '"second"', b"e" * 32))
        return first, again

    first, again = told(story)
    assert first == YES
    assert [one[:3] for one in again] == [(b"d" * 32, 200, '"first"')]
    assert available(database) == 100


def test_the_same_key_belongs_to_each_book_alone(told):
    async def story(door):
        return await asyncio.gather(
            door.commit([fund(1)], answer("k")), door.commit([fund(1)], answer("k", book=C))
        )

    assert told(story) == [YES, YES]


def test_a_refused_request_leaves_its_key_free_within_a_batch_and_after_it(told, database):
    """In arrival order: refused, refused, accepted, and told the same; then told the same again."""

    async def story(door):
        calls = [
            door.commit([spend(5)], answer("k", '"1"')),
            door.commit([spend(5)], answer("k", '"2"')),
            door.commit([fund(5)], answer("k", '"3"')),
            door.commit([spend(5)], answer("k", '"4"')),
        ]
        outcomes = await asyncio.gather(*calls)
        later = await door.commit([spend(5)], answer("k", '"5"'))
        return outcomes, later

    outcomes, later = told(story)
    assert outcomes[:3] == [[floor(0)], [floor(0)], YES]
    for (outcome,) in (outcomes[3], later):
        assert isinstance(outcome, Replayed)
        assert outcome.body == '"3"'
    assert available(database) == 5


def test_an_itemised_answer_stands_with_its_refusals(told, database):
    async def story(door):
        units = [fund(10), spend(7), spend(7), spend(3)]
        first = await door.commit(units, answer("k", itemised=True))
        return first, await door.commit(units, answer("k", itemised=True))

    first, again = told(story)
    assert first == [*YES, *YES, floor(3), *YES]
    assert len(again) == 4
    faults = json.loads(again[0].outcomes)
    assert [(n, code, json.loads(detail)) for n, code, detail in faults] == [
        (2, "floor", floor(3).detail)
    ]
    assert count(database, "entry") == 3


def test_two_itemised_answers_under_one_key_in_one_batch(told, database):
    async def story(door):
        units = [spend(1), fund(10)]
        more = [fund(10), fund(10)]
        return await asyncio.gather(
            door.commit(units, answer("k", '"a"', itemised=True)),
            door.commit(more, answer("k", '"b"', itemised=True)),
        )

    first, again = told(story)
    assert first == [floor(0), *YES]
    assert [one.body for one in again] == ['"a"', '"a"']
    assert available(database) == 10


@pytest.mark.parametrize(
    ("units", "codes"),
    [
        pytest.param([(TOP, "posted"), (1, "posted")], ["", "overflow"], id="posted"),
        pytest.param([(TOP - 1, "posted"), (1, "posted")], ["", ""], id="just-fits"),
        pytest.param([(TOP, "pending"), (1, "pending")], ["", "overflow"], id="pending"),
        pytest.param([(TOP, "posted"), (TOP, "pending")], ["", "overflow"], id="available"),
        pytest.param([(2**62, "posted"), (2**62, "pending")], ["", "overflow"], id="both"),
        pytest.param([(2**62, "posted"), (2**62 - 1, "pending")], ["", ""], id="both-fit"),
    ],
)
def test_what_leaves_64_bits_is_refused(told, units, codes):
    debit, credit = equity(P), chart.custom(P, "other", credit_normal=True, floor=None)

    async def story(door):
        made = [
            ChangeSet([Posting(numbered("le"), entry("huge", Move(Money(amount, "jpy"), debit,
                                                                  credit, phase)), "x")])
            for amount, phase in units
        ]  # fmt: skip
        return await door.commit(made)

    got = [one.code if isinstance(one, Refused) else "" for one in told(story)]
    assert got == codes


def test_an_account_closes_once_and_only_when_empty(told):
    closing = ChangeSet(closings=[Closing(chart.available(P), "usd")])

    async def story(door):
        return await door.commit([fund(5), closing, spend(5), closing, closing, fund(5)])

    outcomes = told(story)
    codes = [one.code if isinstance(one, Refused) else "" for one in outcomes]
    assert codes == ["", "not_empty", "", "", "closed", "closed"]


def test_a_reversal_needs_its_entry_and_the_next_number(told):
    async def story(door):
        await door.commit([fund(5, name="le_1")])
        made = [fund(1, reverses="le_1", reversal_no=2), fund(1, reverses="le_0", reversal_no=1)]
        return await door.commit(made)

    assert told(story) == [Refused("stale", {"id": "le_1"}), Refused("stale", {"id": "le_0"})]


def test_releases_that_do_not_fit_their_holds_are_our_own_mistake(told):
    payer, way = chart.available(P), chart.in_transit(P, "ach")
    released = entry("released", Move(Money(5, "usd"), payer, way, "released"))
    posting = Posting("le_2", released, "x", resolves="le_1")
    changes = [HoldChange(P, "le_1", 0, 5, 1), HoldChange(P, "le_9", 0, 5, 0)]

    async def story(door):
        for change in changes:
            with pytest.raises(AssertionError, match="holds follow releases"):
                await door.commit([ChangeSet([posting], [change])])
        with pytest.raises(AssertionError, match="a hold only gets smaller"):
            HoldChange(P, "le_1", 0, 5, 6)

    told(story)


def poisons():
    """Change sets that the database, or the way to it, cannot take."""
    nul = fund(description="a\x00b")
    lone = fund(description="a\ud800b")
    job = fund()
    job.jobs.append(Job(P, "job_\x00", "work", "{}", SystemClock().now()))
    known = fund(name="le_known")
    late = document(SystemClock(), "po_9", due_at="never")
    return {"nul": nul, "surrogate": lone, "id": job, "twice": known, "column": late}


@pytest.mark.parametrize("kind", poisons())
def test_a_poisonous_change_set_hurts_only_itself(told, database, kind):
    async def story(door):
        await door.commit([fund(1, name="le_known")])
        calls = [door.commit([fund(1)], answer(f"k{n}")) for n in range(20)]
        calls.insert(7, door.commit([poisons()[kind]], answer("poison")))
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        return outcomes, await door.commit([fund(1)])

    outcomes, after = told(story)
    assert isinstance(outcomes.pop(7), Exception)
    assert outcomes == [YES] * 20
    assert after == YES
    assert available(database) == 22
    assert count(database, "idempotency") == 20


def test_one_batch_id_sent_twice_has_one_effect_and_one_outcome(database):
    async def story():
        door = doors.Door(database, SystemClock(), Ids(SystemClock(), SeededEntropy(1)))
        await door.start()
        lane = door._lanes[0]
        units = [fund(10), spend(11), spend(10), spend(1)]
        request = doors.Request(units, answer("k", itemised=True), asyncio.Future(), 4)
        columns, _ = door.columns([request])
        first = await lane._call(["batch_x", *columns])
        again = await lane._call(["batch_x", *columns])
        await door.close()
        return first, again

    first, again = asyncio.run(story())
    assert sorted(first) == sorted(again)
    assert [(unit, code) for unit, code, _ in first] == [(2, "floor"), (4, "floor")]
    assert available(database) == 0


def test_a_full_queue_sends_callers_away(told, blocked, waiting):
    async def story(door):
        await door.commit([fund(1)])
        with blocked():
            written = asyncio.create_task(door.commit([fund(1)]))
            await waiting()
            queued = [asyncio.create_task(door.commit([fund(1)])) for _ in range(5)]
            await asyncio.sleep(0)
            with pytest.raises(RateLimited):
                await door.commit([fund(1)])
        return await asyncio.gather(written, *queued)

    assert told(story, queue_limit=5) == [YES] * 6


def test_a_closing_door_answers_everybody_and_takes_nobody(told, blocked, waiting, database):
    async def story(door):
        await door.commit([fund(1)])
        with blocked():
            callers = [asyncio.create_task(door.commit([fund(1)])) for _ in range(30)]
            await waiting()
            closing = asyncio.create_task(door.close())
            await asyncio.sleep(0)
            with pytest.raises(Unavailable):
                await door.commit([fund(1)])
        await closing
        return await asyncio.gather(*callers)

    assert told(story, batch_size=7) == [YES] * 30
    assert available(database) == 31


def test_a_caller_that_leaves_takes_nobody_with_it(told, blocked, waiting, database):
    async def story(door):
        await door.commit([fund(1)])
        with blocked():
            callers = [asyncio.create_task(door.commit([fund(1)])) for _ in range(3)]
            await waiting()
            callers[1].cancel()
        return await asyncio.gather(*callers, return_exceptions=True)

    outcomes = told(story)
    assert [outcomes[0], outcomes[2]] == [YES, YES]
    assert isinstance(outcomes[1], asyncio.CancelledError)
    assert available(database) == 4


def test_a_crowd_shares_batches_and_a_heavy_one_is_split(told, monkeypatch):
    monkeypatch.setattr(doors, "BATCH_WEIGHT", 10)

    async def story(door):
        await asyncio.gather(*(door.commit([fund(1)]) for _ in range(10)))
        light = door.batches
        outcomes = await door.commit([fund(1) for _ in range(50)])
        return light, door.batches - light, outcomes

    light, heavy, outcomes = told(story)
    assert light in {2, 3}
    assert heavy == 1
    assert outcomes == YES * 50


def test_two_lanes_that_make_one_document_make_it_once(told, database, waiting):
    """The second finds the key taken while writing, and is told so as if it had come later."""

    async def story(door):
        clock = SystemClock()
        first, second = document(clock, "po_1", body='"1"'), document(clock, "po_1", body='"2"')
        first.events.append(Event(P, "evt_1", "payout.created", "po_1", "{}"))
        with connect_sync(database) as other:
            other.execute("begin")
            other.execute("insert into event select %s, 'evt_1', '', '', now(), null, ''", [P.id])
            one = asyncio.create_task(door.commit([first]))
            await waiting(1)
            two = asyncio.create_task(door.commit([second]))
            await waiting(2)
            other.rollback()
        return await asyncio.gather(one, two)

    assert told(story, lanes=2) == [YES, [Refused("exists", {"id": "po_1"})]]
    assert sql(database, b"select body from object") == [('"1"',)]


def test_a_door_that_outlives_its_database_looks_again(told, database):
    """Accounts that it believes to exist are gone, as after a restore."""

    async def story(door):
        await door.commit([fund(1)])
        sql(database, b"truncate book, account, entry, move, daily")
        return await door.commit([fund(2)])

    assert told(story) == YES
    assert available(database) == 2
