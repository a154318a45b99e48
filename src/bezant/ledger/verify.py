"""Verification: everything that the ledger keeps, worked out again from its moves.

It reads one snapshot and changes nothing, shares no code with the door that writes, and says
what it proved, of how many rows, and every row that contradicts it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from bezant.db.pool import SyncConnection, connect_sync
from bezant.kernel.clock import Clock, SystemClock
from bezant.ledger.verify_deep import digests
from bezant.ledger.verify_read import QUERIES, SNAPSHOT, stream
from bezant.ledger.verify_report import Check, Findings, Problem, Report

SAMPLE = 32
"""How many accounts are asked for their balance at a past time."""


class Sizes(NamedTuple):
    """How many rows the ledger's tables have, and how many entries are sealed."""

    books: int
    accounts: int
    entries: int
    moves: int
    holds: int
    days: int
    seals: int
    sealed_entries: int


class Rule(NamedTuple):
    """A check by queries, each of which returns the rows that contradict it."""

    name: str
    sentence: str
    of: str
    queries: tuple[str, ...]


RULES = (
    Rule(
        "entries",
        "Every entry has the moves that it says it has, at its own times, in a known book.",
        "entries",
        ("entries",),
    ),
    Rule(
        "moves",
        "Every move belongs to an entry and joins two accounts of one book and one currency.",
        "moves",
        ("moves",),
    ),
    Rule(
        "trial",
        "In every book and currency debits equal credits, posted and pending.",
        "accounts",
        ("trial",),
    ),
    Rule(
        "chains",
        "Every account's versions have no gap, and each balance follows from the one before.",
        "moves",
        ("chains",),
    ),
    Rule("time", "Recorded time never runs backwards within an account.", "moves", ()),
    Rule(
        "balances",
        "Every balance, all four counters of it, is the sum of the account's moves.",
        "accounts",
        ("balances",),
    ),
    Rule("closed", "Closed accounts are empty and have no later moves.", "accounts", ("closed",)),
    Rule(
        "floors",
        "No move took an account below its floor unless a cause forced it.",
        "moves",
        ("floors", "sunk"),
    ),
    Rule(
        "holds",
        "Every hold is its pending move less what was released, in time; together they are what "
        "is pending.",
        "holds",
        ("holds", "releases", "lapses", "pending"),
    ),
    Rule(
        "reversals",
        "Reversals are numbered without gaps, mirror their entry and never exceed it.",
        "entries",
        ("reversals", "reversed"),
    ),
    Rule("days", "Every daily sum is the sum of that day's moves.", "days", ("days",)),
    Rule(
        "as_of",
        "Past balances, recorded and effective, equal the sum of raw moves in every sample.",
        "samples",
        ("as_of",),
    ),
    Rule(
        "clearing",
        "What books owe each other comes to zero over all books.",
        "books",
        ("clearing",),
    ),
    Rule(
        "exposure",
        "What stands as returnable of a rail is what was collected by it and can come back.",
        "accounts",
        ("exposure",),
    ),
    Rule(
        "coming",
        "What of each book is to become available at a time is the sum of what is pending until "
        "then.",
        "books",
        ("coming",),
    ),
)


def verify(url: str, *, deep: bool = True, clock: Clock | None = None) -> Report:
    """Check every invariant of the ledger in one snapshot.

    Not `deep` leaves out hashes: the numbers of books and accounts, digests, seals and stored
    answers. Raises ConnectionLost when the database cannot be reached.
    """
    clock = clock or SystemClock()
    start = clock.monotonic()
    findings = Findings()
    with connect_sync(url, application="bezant-verify") as connection:
        connection.execute(SNAPSHOT)
        connection.execute(QUERIES.settings)
        sizes = _sizes(connection)
        _check_rules(connection, findings, sizes)
        if deep:
            connection.execute(QUERIES.probes)
            digests(connection, findings)
        connection.rollback()
    seconds = clock.monotonic() - start
    return Report(
        checks=findings.checks,
        books=sizes.books,
        accounts=sizes.accounts,
        entries=sizes.entries,
        moves=sizes.moves,
        holds=sizes.holds,
        seals=sizes.seals,
        sealed_entries=sizes.sealed_entries,
        seconds=seconds,
    )


def _sizes(connection: SyncConnection) -> Sizes:
    row = connection.execute(QUERIES.sizes).fetchone()
    assert row is not None, "counting always has a row"
    return Sizes(*row)


def _check_rules(connection: SyncConnection, findings: Findings, sizes: Sizes) -> None:
    examined = {**sizes._asdict(), "samples": min(SAMPLE, sizes.accounts)}
    checks = {
        rule.name: findings.check(rule.name, rule.sentence, examined[rule.of]) for rule in RULES
    }
    for rule in RULES:
        for query in rule.queries:
            _run(connection, findings, checks, query)


def _run(
    connection: SyncConnection, findings: Findings, checks: dict[str, Check], query: str
) -> None:
    for name, problem in _problems(connection, query):
        findings.add(checks[name], [problem])


def _problems(connection: SyncConnection, query: str) -> Iterator[tuple[str, Problem]]:
    for row in stream(connection, getattr(QUERIES, query), {"sample": SAMPLE}):
        name, table, key, expected, found = row[:5]
        yield name, Problem(table, key, expected, found or "nothing")
