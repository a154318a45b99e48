"""The benchmark: a tiny run of every case works, and says what it has found.

No test here looks at a clock: how fast it was is for people to judge, on a quiet machine.
"""

import io
import stat
import sys
from pathlib import Path

import msgspec
import pytest
from rich.console import Console
from typer.testing import CliRunner

from bench.__main__ import CASES, app, carry_out
from bench.cases import payments, pgledger, tigerbeetle
from bench.load import Generator, Load
from bench.measure import Reading, Series, interleaved
from bench.plan import Plan, grown_to
from bench.report import Ratio, Report

TINY = Plan(
    rounds=1,
    seconds=0.2,
    accounts=3,
    connections=(1, 2),
    callers=(1, 4),
    batches=(10,),
    moves=(0, 200),
    requests=20,
    file_entries=40,
    lines=2,
)
LOAD = Load(
    host="127.0.0.1",
    port=1,
    path="/",
    secret="sk_test_bench",
    keys="k",
    bodies=["a=1"],
    connections=1,
    seconds=1,
)
TIGERBEETLE = """#!/bin/sh
test "$1" = benchmark || exit 1
echo "info: asked for $2" >&2
echo "13 batches in 0.33 s"
echo "load accepted = 301887 tx/s"
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What one run of everything has printed, reported and written; with stand-ins for peers."""
    folder: Path = tmp_path_factory.mktemp("bench")
    binary = folder / "tigerbeetle"
    binary.write_text(TIGERBEETLE)
    binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
    peer = folder / "localstripe"
    stand_in = Path(__file__).with_name("stand_in.py")
    peer.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{stand_in}" "$@"\n')
    peer.chmod(peer.stat().st_mode | stat.S_IXUSR)
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(tigerbeetle.VARIABLE, str(binary))
        patch.setenv(payments.VARIABLE, str(peer))
        patch.setenv(pgledger.VARIABLE, str(Path(__file__).with_name("pgledger.sql")))
        console = Console(file=printed, width=100)
        report = carry_out(TINY, list(CASES), console, folder / "out" / "found.json")
    return printed.getvalue(), report, folder / "out" / "found.json"


def test_every_case_has_done_something(told):
    _, report, _ = told
    done = {row.case for row in report.rows}
    assert done == {
        "POST /v1/transfers",
        "POST /v1/payment_intents, confirmed",
        "what the conventions cost",
        "POST /v1/ledger/entries",
        "the door, in process",
        "POST /v1/transfers on growing tables",
        "pgledger's SQL",
        "TigerBeetle's own benchmark",
        "bank files",
    }
    assert all(row.median > 0 and len(row.rounds) == TINY.rounds for row in report.rows)


def test_every_figure_is_compared_with_what_it_has_to_be_compared_with(told):
    _, report, _ = told
    assert [ratio.name for ratio in report.ratios] == [
        "transfers at 2 connections: group commit / one by one",
        "transfers at 2 connections: hot / uniform",
        "transfers at 2 connections, hot: group commit / one by one",
        "payments at 2 connections: p99 / p50",
        "payments at 2 connections: bezant / localstripe",
        "transfers at 2 connections: with all conventions / the bare handler",
        "entries: 10 in a call / one in a call at 2 connections",
        "transfers: with 200 moves / with none",
        "memory after 20 requests / after a fifth of them",
        "memory to pack ach of 40 entries / of 4",
        "memory to read ach of 40 entries / of 4",
        "memory to pack bacs of 20 entries / of 2",
        "memory to read bacs of 20 entries / of 2",
        "memory to pack pain.001 of 20 entries / of 2",
        "memory to read pain.001 of 20 entries / of 2",
        "memory to pack pain.008 of 20 entries / of 2",
        "memory to read pain.008 of 20 entries / of 2",
        "memory to read pain.002 of 20 entries / of 2",
        "memory to read camt.053 of 20 entries / of 2",
        "the door / pgledger, one move each",
    ]
    assert [ratio.at_least or ratio.at_most for ratio in report.ratios] == [
        2.0,
        0.9,
        None,
        5.0,
        20.0,
        0.75,
        3.0,
        0.85,
        *[1.1] * 11,
        None,
    ]


def test_the_peers_are_told_of_in_their_own_words(told):
    _, report, _ = told
    (beetle,) = [row for row in report.rows if row.case == tigerbeetle.CASE]
    assert (beetle.median, beetle.unit) == (301_887, "transfers/s")


def test_the_tables_and_the_place_of_the_json_are_printed(told):
    printed, report, path = told
    assert "Compared, round by round" in printed
    assert all(row.subject in printed for row in report.rows)
    assert f"Written to {path}" in printed
    written = msgspec.json.decode(path.read_bytes())
    assert [row["median"] for row in written["rows"]] == [row.median for row in report.rows]
    assert written["plan"]["rounds"] == TINY.rounds
    assert {"bezant", "cores", "python"} <= written["machine"].keys()


def test_peers_that_are_not_there_are_left_out_with_a_word(monkeypatch):
    monkeypatch.delenv(tigerbeetle.VARIABLE, raising=False)
    monkeypatch.delenv(pgledger.VARIABLE, raising=False)
    report = Report(machine={}, plan=TINY)
    run = _Run(report)
    pgledger.run(run)
    tigerbeetle.run(run)
    assert report.rows == []
    assert report.notes == [
        "pgledger's SQL: left out, for PGLEDGER_SQL names no file.",
        "TigerBeetle's own benchmark: left out, for TIGERBEETLE names no binary.",
    ]


def test_a_benchmark_that_tells_no_rate_is_an_error():
    with pytest.raises(AssertionError, match="tells no rate"):
        tigerbeetle.read("/bin/true", 1)


def test_subjects_take_turns():
    order = []

    def subject(name):
        return lambda: order.append(name) or Reading(len(order))

    found = interleaved({name: subject(name) for name in "AB"}, 3, lambda *_: None)
    assert order == list("ABABAB")
    assert found["A"].rates == [1, 3, 5]
    assert found["A"].rate == 3


def test_a_ratio_is_the_median_of_the_rounds_own():
    slow, fast = Series([Reading(1), Reading(10)]), Series([Reading(2), Reading(20)])
    assert fast.over(slow) == [2, 2]


@pytest.mark.parametrize(
    ("aims", "met"),
    [
        ({"at_least": 2}, True),
        ({"at_least": 2.1}, False),
        ({"at_most": 2}, True),
        ({"at_most": 1.9}, False),
        ({}, None),
    ],
)
def test_an_aim_is_met_or_missed(aims, met):
    assert Ratio(name="x", value=2, low=1, high=3, **aims).met is met


def test_load_goes_nowhere_but_to_this_machine():
    Generator(LOAD)
    with pytest.raises(AssertionError, match="stays on this machine"):
        Generator(msgspec.structs.replace(LOAD, host="192.0.2.1"))


def test_each_request_has_a_key_of_its_own():
    generator = Generator(msgspec.structs.replace(LOAD, bodies=["a=1", "b=2"], requests=3))
    generator.deadline = float("inf")
    first, second, third, end = (generator.next() for _ in range(4))
    assert (first[-3:], second[-3:], third[-3:], end) == (b"a=1", b"b=2", b"a=1", None)
    keys = [
        line
        for request in (first, second, third)
        for line in request.split(b"\r\n")
        if line.startswith(b"Idempotency-Key")
    ]
    assert keys == [b"Idempotency-Key: k-1", b"Idempotency-Key: k-2", b"Idempotency-Key: k-3"]


def test_tables_are_measured_on_their_way():
    assert grown_to(10_000_000) == (0, 1_000_000, 10_000_000)
    assert grown_to(5) == (0, 5)


def test_an_unknown_case_is_refused_before_anything_is_started():
    result = CliRunner().invoke(app, ["--only", "nonsense"])
    assert result.exit_code == 2
    assert "no such case: nonsense" in result.output


class _Run:
    """As much of a run as a case needs that leaves itself out."""

    def __init__(self, report):
        self.report = report
