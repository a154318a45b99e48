"""Conventions: what everything that all operations have in common costs a transfer.

The same transfers over HTTP, through the whole API and through a handler that has nothing but the
operation and the door.
"""

from bench.cases.transfers import PATH, subject
from bench.run import WARM_UP_SECONDS, Run

CASE = "what the conventions cost"
WHOLE, BARE = "with all conventions", "the bare handler"


def run(run: Run) -> None:
    """Measure both at `lines` connections, and compare."""
    stage, plan = run.stage, run.plan
    with stage.copied() as one, stage.copied() as other:  # noqa: SIM117 -- servers end first
        with stage.serve(one) as whole, stage.serve(other, yardstick="bench.bare") as bare:
            subjects = {
                name: subject(server, stage.transfers, plan.lines, plan.seconds)
                for name, server in ((WHOLE, whole), (BARE, bare))
            }
            for server in (whole, bare):
                server.read(PATH, stage.transfers, plan.lines, WARM_UP_SECONDS)
            found = run.measure(CASE, "transfers/s", subjects)
    run.report.compare(
        f"transfers at {plan.lines} connections: {WHOLE} / {BARE}",
        found[WHOLE].over(found[BARE]),
        at_least=0.75,
    )
