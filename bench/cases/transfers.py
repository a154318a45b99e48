"""Transfers over HTTP: to all accounts alike and to one alone, with group commit and without."""

from bench.measure import Series, Subject
from bench.run import WARM_UP_SECONDS, Run
from bench.stage import Server

CASE = "POST /v1/transfers"
PATH = "/v1/transfers"
GROUP, SINGLE = "group commit", "one by one"
"""The platform's door, and the yardstick: a database transaction for each request."""
UNIFORM, HOT = "uniform", "hot"
"""To all accounts in turn, and to one of them only."""


def run(run: Run) -> None:
    """Measure all of them, and compare at `lines` connections."""
    stage, plan = run.stage, run.plan
    with stage.copied() as one, stage.copied() as other:  # noqa: SIM117 -- servers end first
        with stage.serve(one) as group, stage.serve(other, yardstick="bench.one_by_one") as single:
            spread = {UNIFORM: stage.transfers, HOT: stage.transfers[:1]}
            subjects: dict[str, Subject] = {}
            for server in (group, single):
                server.read(PATH, spread[UNIFORM], plan.lines, WARM_UP_SECONDS)
            for connections in plan.connections:
                for kind, bodies in spread.items():
                    for name, server in ((GROUP, group), (SINGLE, single)):
                        subjects[_name(name, kind, connections)] = subject(
                            server, bodies, connections, plan.seconds
                        )
            found = run.measure(CASE, "transfers/s", subjects)
    if plan.lines in plan.connections:
        _compare(run, found, plan.lines)


def subject(server: Server, bodies: list[str], connections: int, seconds: float) -> Subject:
    """Return what measures transfers on a server."""
    return lambda: server.read(PATH, bodies, connections, seconds)


def _name(server: str, kind: str, connections: int) -> str:
    lines = "connection" if connections == 1 else "connections"
    return f"{connections} {lines}, {kind}, {server}"


def _compare(run: Run, found: dict[str, Series], connections: int) -> None:
    def of(server: str, kind: str) -> Series:
        return found[_name(server, kind, connections)]

    at = f"at {connections} connections"
    run.report.compare(
        f"transfers {at}: {GROUP} / {SINGLE}",
        of(GROUP, UNIFORM).over(of(SINGLE, UNIFORM)),
        at_least=2.0,
    )
    run.report.compare(
        f"transfers {at}: {HOT} / {UNIFORM}",
        of(GROUP, HOT).over(of(GROUP, UNIFORM)),
        at_least=0.9,
    )
    run.report.compare(
        f"transfers {at}, {HOT}: {GROUP} / {SINGLE}",
        of(GROUP, HOT).over(of(SINGLE, HOT)),
    )
