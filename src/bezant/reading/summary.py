"""A summary: what a bank file holds, in the same shape whatever format it came in."""

from collections.abc import Callable
from datetime import date

import msgspec
from msgspec import Struct

from bezant.kernel.errors import FileRefused, Problem
from bezant.kernel.money import Money
from bezant.rail import Direction

MOST_FINDINGS = 1000
MOST_WORDS = 1000


class Item(Struct, frozen=True, omit_defaults=True):
    """One entry: a payment, a return, a booking; the amount is in minor units and without a sign.

    A statement's credits are money in; a payment order's credits pay somebody. `references` are by
    what they are (`trace`, `end_to_end_id`, `uetr`, `bank`), `codes` the format's own.
    """

    batch: int
    references: dict[str, str]
    codes: tuple[str, ...] = ()
    status: str = ""
    amount: int | None = None
    currency: str = ""
    direction: Direction | None = None
    on: date | None = None
    name: str = ""
    text: str = ""
    line: int | None = None


class Finding(Struct, frozen=True):
    """Something that is wrong or odd, and where: a line from 1, a path in the document, or both."""

    line: int | None
    path: str | None
    reason: str


class StatedBalance(Struct, frozen=True):
    """A balance as the bank states it, under the format's code, in minor units."""

    account: str
    statement: str
    code: str
    amount: int
    currency: str
    on: date | None


class Break(Struct, frozen=True):
    """Where figures do not meet: the difference in minor units, where it is one."""

    account: str
    statement: str
    currency: str
    difference: int | None
    reason: str


class Summary(Struct, frozen=True):
    """What a file holds, without its entries.

    `ties_out` is nothing where the file has no figures to hold the entries against. `entries` are
    counted as the format counts them; several items may make up one.
    """

    kind: str | None
    format: str
    accepted: bool
    refusals: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    batches: int
    entries: int
    debits: dict[str, int]
    credits: dict[str, int]
    codes: tuple[str, ...]
    statuses: tuple[str, ...]
    balances: tuple[StatedBalance, ...]
    ties_out: bool | None
    breaks: tuple[Break, ...]
    details: dict[str, str]


Keep = Callable[[Item], None]
"""Where items go, one after another."""


class Tally(Struct):
    """A summary in the making."""

    kind: str
    keep: Keep
    format: str = ""
    batches: int = 0
    entries: int = 0
    refusals: list[Finding] = msgspec.field(default_factory=list[Finding])
    warnings: list[Finding] = msgspec.field(default_factory=list[Finding])
    debits: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    credits: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    codes: dict[str, None] = msgspec.field(default_factory=dict[str, None])
    statuses: dict[str, None] = msgspec.field(default_factory=dict[str, None])
    balances: list[StatedBalance] = msgspec.field(default_factory=list[StatedBalance])
    ties_out: bool | None = None
    breaks: list[Break] = msgspec.field(default_factory=list[Break])
    details: dict[str, str] = msgspec.field(default_factory=dict[str, str])

    def add(self, item: Item) -> None:
        """Count an item and hand it on."""
        if item.amount is not None and item.direction is not None:
            self.count(Money(item.amount, item.currency), item.direction)
        for code in item.codes:
            self.note(self.codes, code)
        self.note(self.statuses, item.status)
        self.keep(item)

    def count(self, amount: Money, direction: Direction) -> None:
        """Add an amount to one side; the other has at least a zero."""
        self.debits.setdefault(amount.currency, 0)
        self.credits.setdefault(amount.currency, 0)
        side = self.credits if direction == "credit" else self.debits
        side[amount.currency] += amount.amount

    def note(self, words: dict[str, None], word: str) -> None:
        """Remember a code or status once."""
        if word and len(words) < MOST_WORDS:
            words.setdefault(word)

    def refuse(self, line: int | None, path: str | None, reason: str) -> None:
        """Say what is wrong; after a thousand times the rest goes unsaid."""
        finding = Finding(line, path, reason)
        if len(self.refusals) < MOST_FINDINGS and finding not in self.refusals[-1:]:
            self.refusals.append(finding)

    def refused(self, refusal: FileRefused) -> None:
        """Say all that a reader has found wrong."""
        for problem in refusal.problems:
            self.refuse(problem.line, problem.path, problem.reason)

    def warn(self, line: int | None, path: str | None, reason: str) -> None:
        """Say what is odd."""
        if len(self.warnings) < MOST_FINDINGS:
            self.warnings.append(Finding(line, path, reason))

    def warned(self, text: str) -> None:
        """Say what is odd in a reader's own words, which may begin with a line or a path."""
        where, found, reason = text.partition(": ")
        number = where.removeprefix("line ")
        if found and where != number and number.isdecimal():
            self.warn(int(number), None, reason)
        elif found and where.startswith("/"):
            self.warn(None, where, reason)
        else:
            self.warn(None, None, text)

    def finish(self) -> Summary:
        """Return the summary; a break is no refusal: the file is what the bank says."""
        return Summary(
            kind=self.kind or None,
            format=self.format or self.kind,
            accepted=not self.refusals,
            refusals=tuple(self.refusals),
            warnings=tuple(self.warnings),
            batches=self.batches,
            entries=self.entries,
            debits=self.debits,
            credits=self.credits,
            codes=tuple(self.codes),
            statuses=tuple(self.statuses),
            balances=tuple(self.balances),
            ties_out=self.ties_out,
            breaks=tuple(self.breaks),
            details=self.details,
        )


def problem_of(finding: Finding) -> Problem:
    """Return a finding as readers have it, to be printed alike."""
    return Problem(finding.line, finding.path, finding.reason)
