"""Memory: what the server process holds while it carries out a hundred thousand requests."""

from bench.cases.transfers import PATH
from bench.run import Run

STEPS = 10
PATIENCE_SECONDS = 600
_MEGABYTE = 1 << 20


def run(run: Run) -> None:
    """Send a tenth of the requests at a time, and compare the end with the end of the warm-up."""
    plan = run.plan
    done = run.counted("memory of the server", plan.requests)
    with run.stage.copied() as database, run.stage.serve(database) as server:
        sizes = [server.memory_bytes]
        for _ in range(STEPS):
            count = plan.requests // STEPS
            server.send(
                PATH,
                run.stage.transfers,
                connections=plan.lines,
                seconds=PATIENCE_SECONDS,
                requests=count,
            )
            sizes.append(server.memory_bytes)
            done(count)
    warm, end = sizes[STEPS // 5], sizes[-1]
    told = ", ".join(f"{size / _MEGABYTE:.0f}" for size in sizes)
    run.report.notes.append(
        f"Memory of the server in MB, at the start and after each tenth of {plan.requests:,} "
        f"requests: {told}."
    )
    run.report.compare(
        f"memory after {plan.requests:,} requests / after a fifth of them",
        [end / warm],
        at_most=1.1,
    )
