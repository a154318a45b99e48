"""What holds for every rail: the router, the movement engine and the tests rely on no more."""

import random
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail import BooksBatches, LodgesMandates, PacksStreams, ReadFile, ReadsStreams
from tests.rails.rails_under_test import RAILS
from tests.rails.steps import steps_of

each_rail = pytest.mark.parametrize("case", RAILS, ids=str)


def outcome(rail, data):
    """Read a file as the platform would: a value or a refusal, and nothing else."""
    try:
        result = rail.read(data)
    except FileRefused as refusal:
        result = refusal
    assert isinstance(result, ReadFile) or all(problem.reason for problem in result.problems)


@each_rail
def test_what_a_rail_can_do_is_stated(case):
    can = case.rail.capabilities
    assert can.name == can.name.lower()
    assert can.currencies
    assert can.directions
    assert can.services
    assert 0 < can.max_amount <= can.max_file_total
    assert can.max_file_count > 0


@each_rail
@given(data=st.data())
def test_what_is_packed_is_read_back(case, data):
    instructions = data.draw(case.instructions)
    read = case.rail.read(case.pack(instructions))
    assert {(fact.trace, fact.amount, fact.kind) for fact in read.facts} == {
        (instruction.trace, instruction.amount, "submitted") for instruction in instructions
    }
    assert len(read.facts) == read.totals.count == len(instructions)
    assert read.totals.credits.amount + read.totals.debits.amount == sum(
        instruction.amount.amount for instruction in instructions
    )
    assert read.warnings == ()


@each_rail
@given(data=st.data())
def test_the_same_instructions_make_the_same_bytes_in_any_order(case, data):
    instructions = data.draw(case.instructions)
    shuffled = data.draw(st.permutations(instructions))
    assert case.pack(instructions) == case.pack(shuffled)


@each_rail
@given(data=st.data())
def test_what_a_rail_accepts_it_packs_and_what_it_objects_to_it_names(case, data):
    good = data.draw(case.instructions)
    assert all(case.rail.objections(instruction) == () for instruction in good)
    limit = case.rail.capabilities.max_amount
    assume(good[0].act == "pay")
    amount = data.draw(st.sampled_from([0, -1, limit + 1]))
    bad = structs.replace(good[0], amount=Money(amount, good[0].amount.currency))
    assert case.rail.objections(bad)
    with pytest.raises(FileRefused) as refused:
        case.pack([bad, *good[1:]])
    assert {problem.path for problem in refused.value.problems} >= {bad.movement}


each_stream = pytest.mark.parametrize(
    "case", [case for case in RAILS if isinstance(case.rail, PacksStreams)], ids=str
)
each_batching = pytest.mark.parametrize(
    "case", [case for case in RAILS if isinstance(case.rail, BooksBatches)], ids=str
)


class Drip:
    """A source that gives a few bytes at a time."""

    def __init__(self, data, most):
        self._data, self._most = BytesIO(data), most

    def read(self, size, /):
        return self._data.read(min(size, self._most))


@each_stream
@settings(max_examples=15)
@given(data=st.data())
def test_a_stream_packs_the_same_bytes_and_reads_the_same_facts(case, data):
    instructions, rail = data.draw(case.instructions), case.rail
    packed = case.pack(instructions)
    pieces = rail.pack_stream(
        instructions,
        case.originator,
        created_at=case.created_at,
        file_modifier="A",
        reference="BZ000001",
    )
    assert b"".join(pieces) == packed
    file = data.draw(st.sampled_from([packed, *case.answers]))
    if isinstance(rail, ReadsStreams) and rail.streams(rail.recognize(file)):
        whole, stream = rail.read(file), rail.read_stream(Drip(file, data.draw(st.integers(1, 99))))
        assert tuple(stream) == whole.facts
        assert (stream.totals, stream.warnings) == (whole.totals, whole.warnings)


@each_batching
@settings(max_examples=15)
@given(data=st.data())
def test_batches_are_those_of_the_file(case, data):
    instructions = data.draw(case.instructions)
    batches = case.rail.batches(
        instructions, case.originator, created_at=case.created_at, reference="BZ000001"
    )
    of = {trace: number for number, one in enumerate(batches) for trace in one.traces}
    facts = [fact for fact in case.rail.read(case.pack(instructions)).facts if fact.trace in of]
    paid = [one for one in instructions if one.act == "pay"]
    assert {fact.trace for fact in facts} == set(of) >= {one.trace for one in paid}
    assert [of[fact.trace] for fact in facts] == sorted(of.values())
    shared = {
        (of[fact.trace], fact.details.get("batch"), fact.on, fact.direction) for fact in facts
    }
    assert len(shared) == len({number for number, *_ in shared}) == len({it[1:] for it in shared})


@each_rail
def test_a_file_of_nothing_is_not_packed(case):
    with pytest.raises(FileRefused):
        case.pack([])


@each_rail
def test_traces_are_unique_and_ascend_with_their_sequence(case):
    traces = [case.rail.trace(case.originator, number) for number in (1, 2, 9, 10, 99_999, 10**6)]
    assert traces == sorted(set(traces))


@each_rail
def test_the_days_of_an_instruction_follow_one_another(case):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for service in case.rail.capabilities.services:
        times = [case.rail.timetable(now + timedelta(hours=7 * n), service) for n in range(400)]
        for n, time in enumerate(times):
            assert now + timedelta(hours=7 * n) <= time.cut_off <= time.expected_settlement_at
            assert time.expected_settlement_at <= time.return_by <= time.final_at
            assert time.expected_settlement_at <= time.available_at
            assert isinstance(time.effective_date, date)
        assert all(a.return_by <= b.return_by for a, b in pairwise(times))


@each_rail
def test_a_rail_that_tells_banks_of_mandates_says_how_and_until_when_they_may_refuse(case):
    rail = case.rail
    assert isinstance(rail, LodgesMandates) == ("mandate" in rail.capabilities.acts)
    if isinstance(rail, LodgesMandates):
        table = rail.timetable(datetime(2026, 3, 2, 12, tzinfo=UTC), direction="debit")
        assert rail.lodged_by(table.effective_date) > table.cut_off
        assert not rail.lodging.ends & rail.lodging.reinstates
        assert rail.lodging.new != rail.lodging.ended


@each_rail
def test_the_banks_answers_are_read(case):
    assert case.answers
    for answer in case.answers:
        for fact in case.rail.read(answer).facts:
            assert fact.kind != "submitted"
            assert fact.trace
            assert fact.code
            assert fact.reason
            assert fact.line
            assert fact.failure_code or fact.kind != "returned"


@each_rail
def test_a_rail_recognizes_its_own_files_and_no_others(case):
    for file in [case.whole(3), *case.answers]:
        knows = {str(other) for other in RAILS if other.rail.recognize(file)}
        # SEPA's messages have no envelope, so its rails take any of ISO 20022 for theirs.
        strangers = {name for name in knows - {str(case)} if not name.startswith("sepa_")}
        assert str(case) in knows
        assert strangers == set()


@each_rail
@given(data=st.binary(max_size=2000))
def test_any_bytes_give_a_value_or_a_refusal(case, data):
    outcome(case.rail, data)


@each_rail
@given(data=st.data())
def test_any_damage_gives_a_value_or_a_refusal(case, data):
    whole = data.draw(st.sampled_from([case.whole(3), *case.answers]))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    outcome(case.rail, whole[:start] + data.draw(st.binary(max_size=200)) + whole[end:])


@each_rail
def test_reading_takes_steps_in_proportion_to_the_file(case):
    seed = random.Random(7)
    noise = [seed.randbytes(size) for size in (40_000, 80_000)]
    lines = [b"6\n" * size for size in (4_000, 8_000)]
    files = [case.whole(size) for size in (200, 400)]
    for small, large in (noise, lines, files):
        before = steps_of(outcome, case.rail, small)
        after = steps_of(outcome, case.rail, large)
        assert after <= 2.3 * before + 200
