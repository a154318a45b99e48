"""Measuring: subjects in turn, round after round, and the median and spread of what each did.

Another job on the machine then slows all subjects of a round alike, so that ratios hold although
single figures do not. A ratio is the median of the rounds' own ratios.
"""

from collections.abc import Callable, Mapping
from statistics import median

from msgspec import Struct


class Reading(Struct, frozen=True):
    """What one subject did in one round: how many a second, and milliseconds for one."""

    rate: float
    p50_ms: float | None = None
    p99_ms: float | None = None


Subject = Callable[[], Reading]


class Series(Struct, frozen=True):
    """One subject's readings, a round each."""

    readings: list[Reading]

    @property
    def rates(self) -> list[float]:
        """The rates of the rounds."""
        return [reading.rate for reading in self.readings]

    @property
    def rate(self) -> float:
        """The median rate."""
        return median(self.rates)

    @property
    def p50_ms(self) -> float | None:
        """The median of the rounds' medians."""
        return _median([reading.p50_ms for reading in self.readings])

    @property
    def p99_ms(self) -> float | None:
        """The median of the rounds' 99th percentiles."""
        return _median([reading.p99_ms for reading in self.readings])

    def over(self, other: "Series") -> list[float]:
        """Return this subject's rate in units of another's, for each round."""
        return [mine / theirs for mine, theirs in zip(self.rates, other.rates, strict=True)]


def interleaved(
    subjects: Mapping[str, Subject], rounds: int, done: Callable[[str, Reading], None]
) -> dict[str, Series]:
    """Measure all subjects in every round: A B A B, not A A B B."""
    readings: dict[str, list[Reading]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            reading = subject()
            readings[name].append(reading)
            done(name, reading)
    return {name: Series(each) for name, each in readings.items()}


def share(ordered: list[float], percent: int) -> float:
    """Return the value that so many in a hundred do not exceed, 0 of none."""
    return ordered[(len(ordered) - 1) * percent // 100] if ordered else 0.0


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
