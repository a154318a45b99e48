"""Ledger entries through the API: one in a call, and thousands in a call."""

import itertools
from typing import Any

import httpx
import msgspec

from bench.measure import Reading, Subject
from bench.run import WARM_UP_SECONDS, Run
from bench.stage import HOST, SECRET, Server

CASE = "POST /v1/ledger/entries"
SINGLY, TOGETHER = "/v1/ledger/entries", "/v1/ledger/entries/batch"
ACCOUNTS = 100
BATCH_LINES = 2
"""Connections that send batches: while one is written the other is read."""

_JSON = "application/json"


def run(run: Run) -> None:
    """Measure entries a second, whichever way they come."""
    plan = run.plan
    with run.stage.copied() as database, run.stage.serve(database) as server:
        entries = _entries(_open_accounts(server))
        one = [_json(entry) for entry in entries]
        subjects = {
            _singly(connections): _subject(server, SINGLY, one, connections)
            for connections in plan.connections
        }
        for size in plan.batches:
            many = [_json({"entries": list(itertools.islice(itertools.cycle(entries), size))})]
            subjects[_name(size)] = _subject(server, TOGETHER, many, BATCH_LINES, size)
        for subject in subjects.values():
            subject(WARM_UP_SECONDS)
        found = run.measure(
            CASE, "entries/s", {name: _timed(each, plan.seconds) for name, each in subjects.items()}
        )
    if plan.lines in plan.connections and plan.batches:
        size = plan.batches[0]
        run.report.compare(
            f"entries: {size:,} in a call / one in a call at {plan.lines} connections",
            found[_name(size)].over(found[_singly(plan.lines)]),
            at_least=3.0,
        )


class _Calls:
    """Calls that each carry a number of entries; a rate is of entries, a time of a call."""

    def __init__(
        self, server: Server, path: str, bodies: list[str], connections: int, size: int
    ) -> None:
        self._server = server
        self._path = path
        self._bodies = bodies
        self._connections = connections
        self._size = size

    def __call__(self, seconds: float) -> Reading:
        result = self._server.send(
            self._path,
            self._bodies,
            connections=self._connections,
            seconds=seconds,
            content_type=_JSON,
        )
        return Reading(result.rate * self._size, result.p50_ms, result.p99_ms)


def _subject(
    server: Server, path: str, bodies: list[str], connections: int, size: int = 1
) -> _Calls:
    return _Calls(server, path, bodies, connections, size)


def _timed(calls: _Calls, seconds: float) -> Subject:
    return lambda: calls(seconds)


def _singly(connections: int) -> str:
    lines = "connection" if connections == 1 else "connections"
    return f"{connections} {lines}, one in a call"


def _name(size: int) -> str:
    return f"{BATCH_LINES} connections, {size:,} in a call"


def _open_accounts(server: Server) -> list[str]:
    base = f"http://{HOST}:{server.port}/v1/ledger"
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {SECRET}"}) as client:
        return [
            client.post(
                "/accounts",
                json={"name": f"bench:{at}", "currency": "usd", "normal_balance": "credit"},
            )
            .raise_for_status()
            .json()["id"]
            for at in range(ACCOUNTS)
        ]


def _entries(accounts: list[str]) -> list[dict[str, Any]]:
    """Return an entry from each account to the one after the next."""
    pairs = zip(accounts, accounts[2:] + accounts[:2], strict=True)
    return [
        {"moves": [{"debit": debit, "credit": credit, "amount": 1, "currency": "usd"}]}
        for debit, credit in pairs
    ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
