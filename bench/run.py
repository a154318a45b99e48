"""A run: the stage, the plan, the report, and the line that shows how far it has come."""

from collections.abc import Callable
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.measure import Reading, Series, Subject, interleaved
from bench.plan import Plan
from bench.report import Report
from bench.stage import Stage

WARM_UP_SECONDS = 0.5


class Run(NamedTuple):
    """What every case works with."""

    plan: Plan
    stage: Stage
    report: Report
    progress: Progress

    def measure(
        self, case: str, unit: str, subjects: dict[str, Subject], *, times: float = 1
    ) -> dict[str, Series]:
        """Measure subjects in turn and report each; `times` is the units of one of its rate."""
        task = self.progress.add_task(case, total=self.plan.rounds * len(subjects), what="")

        def done(name: str, reading: Reading) -> None:
            shown = f"{name}: {reading.rate * times:,.0f} {unit}"
            self.progress.update(task, advance=1, what=shown)

        found = interleaved(subjects, self.plan.rounds, done)
        self.report.add(case, unit, found, times=times)
        return found

    def counted(self, what: str, total: int) -> Callable[[int], None]:
        """Show how far a long preparation has come; returns what moves it on."""
        task = self.progress.add_task(what, total=total, what="")
        return lambda done: self.progress.update(task, advance=done)


def progress(console: Console) -> Progress:
    """Return the display of a run."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[what]}", style="dim"),
        console=console,
    )
