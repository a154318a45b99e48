"""The report: rows and ratios as a table for people and as JSON for machines."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from msgspec import Struct
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

import bezant
from bench.measure import Series
from bench.plan import Plan

RESULTS = Path(__file__).parent / "results"


class Row(Struct, frozen=True, kw_only=True):
    """What one subject did: rates a second over the rounds, times in milliseconds."""

    case: str
    subject: str
    unit: str
    median: float
    low: float
    high: float
    rounds: list[float]
    p50_ms: float | None = None
    p99_ms: float | None = None


class Ratio(Struct, frozen=True, kw_only=True):
    """How two subjects compare, and what is aimed at: a least value, or a greatest."""

    name: str
    value: float
    low: float
    high: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None if there is none."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most


class Report(Struct):
    """Everything that a run has found; `notes` say what was left out, and why."""

    machine: dict[str, str | int]
    plan: Plan
    rows: list[Row] = msgspec.field(default_factory=list[Row])
    ratios: list[Ratio] = msgspec.field(default_factory=list[Ratio])
    notes: list[str] = msgspec.field(default_factory=list[str])

    def add(self, case: str, unit: str, found: dict[str, Series], *, times: float = 1) -> None:
        """Take a case's readings; `times` is how many of the unit one of them is worth."""
        for subject, series in found.items():
            rates = [rate * times for rate in series.rates]
            row = Row(
                case=case,
                subject=subject,
                unit=unit,
                median=median(rates),
                low=min(rates),
                high=max(rates),
                rounds=rates,
                p50_ms=series.p50_ms,
                p99_ms=series.p99_ms,
            )
            self.rows.append(row)

    def compare(
        self,
        name: str,
        rounds: list[float],
        *,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> None:
        """Take a ratio, as it was in each round."""
        ratio = Ratio(
            name=name,
            value=median(rounds),
            low=min(rounds),
            high=max(rounds),
            at_least=at_least,
            at_most=at_most,
        )
        self.ratios.append(ratio)

    def write(self, path: Path | None) -> Path:
        """Write JSON to a path, or to a new file among the results, and return where it is."""
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
        path = path or RESULTS / f"{moment}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        whole: dict[str, Any] = msgspec.to_builtins(self)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(whole | {"at": moment})))
        return path

    def show(self, console: Console) -> None:
        """Print the tables."""
        for case in dict.fromkeys(row.case for row in self.rows):
            console.print(_rows(case, [row for row in self.rows if row.case == case]))
        if self.ratios:
            console.print(_ratios(self.ratios))
        for note in self.notes:
            console.print(note, style="dim")


def machine() -> dict[str, str | int]:
    """Return what a figure depends on."""
    return {
        "bezant": bezant.__version__,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": _processor(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _table(title: str, *headings: str) -> Table:
    """Return a table whose first column is words and whose others are figures."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    first, *others = headings
    table.add_column(first, min_width=34)
    for heading in others:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _rows(case: str, rows: list[Row]) -> Table:
    title = f"{case}: {rows[0].unit}"
    table = _table(title, "", "median", "least", "most", "p50 ms", "p99 ms")
    for row in rows:
        shown = [_number(value) for value in (row.median, row.low, row.high)]
        times = ["" if ms is None else f"{ms:,.1f}" for ms in (row.p50_ms, row.p99_ms)]
        table.add_row(row.subject, *shown, *times)
    return table


def _ratios(ratios: list[Ratio]) -> Table:
    table = _table("Compared, round by round", "", "median", "least", "most", "aim", "")
    for ratio in ratios:
        aim = ""
        if ratio.at_least is not None:
            aim = f"≥ {ratio.at_least:g}"
        elif ratio.at_most is not None:
            aim = f"≤ {ratio.at_most:g}"
        verdict = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[ratio.met]
        shown = [f"{value:.2f}" for value in (ratio.value, ratio.low, ratio.high)]
        table.add_row(ratio.name, *shown, aim, verdict)
    return table


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"
