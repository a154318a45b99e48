"""The part of a verification that hashes: numbers, digests, seals and stored answers."""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple, cast

from bezant.db.pool import SyncConnection
from bezant.ledger import verify_digest as expected
from bezant.ledger.verify_read import QUERIES, stream
from bezant.ledger.verify_report import Check, Findings, Problem

WINDOW = 50_000
"""About how many sealed entries are read at a time."""

_END = 2**63 - 1


class SealRow(NamedTuple):
    """One seal as it is stored, its moment in microseconds."""

    n: int
    from_xid: int
    to_xid: int
    entries: int
    moves: int
    totals: str
    root: bytes
    previous: bytes
    digest: bytes
    sealed_at: int | None


class Contents:
    """What a seal's window was found to hold."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.leaves: list[bytes] = []
        self.moves = 0
        self.totals: dict[str, int] = {}

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Take an entry's rows in."""
        digest, recorded_at, xid = rows[0][12:15]
        self.leaves.append(expected.leaf(digest, recorded_at or 0, xid))
        for *_, n, _, _, amount, phase, _, currency in rows:
            if n is not None:
                self.moves += 1
                posted = amount if phase == 0 else 0
                known = currency or "none"
                self.totals[known] = self.totals.get(known, 0) + posted

    @property
    def told(self) -> tuple[int, int, str, str]:
        """Entries, moves, totals as JSON and the root in hexadecimal."""
        totals = json.dumps(dict(sorted(self.totals.items())), separators=(",", ":"))
        return len(self.leaves), self.moves, totals, expected.merkle_root(self.leaves).hex()


def digests(connection: SyncConnection, findings: Findings) -> None:
    """Check whatever is hashed."""
    _check_books(connection, findings)
    _check_accounts(connection, findings)
    _check_entries(connection, findings)
    _check_answers(connection, findings)


def _check_books(connection: SyncConnection, findings: Findings) -> None:
    check = findings.check("numbers", "Books are numbered by the hash of owner and mode.")
    for book, owner, livemode in stream(connection, QUERIES.books):
        check.examined += 1
        number = expected.book_number(owner, livemode)
        if number != book:
            problem = Problem("book", str(book), f"number {number}", f"{owner}, live: {livemode}")
            findings.add(check, [problem])


def _check_accounts(connection: SyncConnection, findings: Findings) -> None:
    check = findings.check(
        "accounts",
        "Accounts are numbered by the hash of path and currency, lie in a known book, and their "
        "digests show them as they were opened and closed.",
    )
    for row in stream(connection, QUERIES.accounts):
        check.examined += 1
        findings.add(check, _account_problems(row))


def _account_problems(row: Sequence[Any]) -> Iterator[Problem]:
    book, account, path, currency, _, _, created, closed, digest, known = row
    key = f"{book} {account} ({path} {currency})"
    number = expected.account_number(path, currency)
    if number != account:
        yield Problem("account", key, f"number {number}", f"number {account}")
    if not known:
        yield Problem("account", key, f"a book numbered {book}", "no such book")
    rightly = expected.account_digest(row[:6], created or 0, closed)
    if rightly != digest:
        yield Problem("account", key, f"digest {rightly.hex()}", f"digest {digest.hex()}")


def _check_entries(connection: SyncConnection, findings: Findings) -> None:
    check = findings.check(
        "digests", "Every entry's digest shows it and its moves as they were asked for."
    )
    seals = findings.check(
        "seals",
        "Seals are chained without a gap; each holds exactly the entries, moves, totals and root "
        "of its window.",
    )
    last: SealRow | None = None
    start = 0
    for links in _chunks(connection):
        contents = [Contents() for _ in links]
        end = links[-1].to_xid
        for rows in _entries(connection, start, end):
            _examine(rows, check, findings)
            _sort_in(rows, links, contents)
        for link, held in zip(links, contents, strict=True):
            seals.examined += 1
            findings.add(seals, _seal_problems(link, last, held))
            last = link
        start = end
    for rows in _entries(connection, start, _END):
        _examine(rows, check, findings)


def _chunks(connection: SyncConnection) -> Iterator[list[SealRow]]:
    """Yield the seals in their order, some at a time."""
    chunk: list[SealRow] = []
    entries = 0
    for row in [SealRow(*row) for row in connection.execute(QUERIES.seals).fetchall()]:
        chunk.append(row)
        entries += row.entries
        if entries >= WINDOW:
            yield chunk
            chunk, entries = [], 0
    if chunk:
        yield chunk


def _entries(connection: SyncConnection, start: int, end: int) -> Iterator[list[tuple[Any, ...]]]:
    rows = stream(connection, QUERIES.window, [start, end])
    for _, group in groupby(rows, key=lambda row: row[:2]):
        yield list(group)


def _examine(rows: Sequence[tuple[Any, ...]], check: Check, findings: Findings) -> None:
    check.examined += 1
    digest = rows[0][12]
    moves = [row[15:21] for row in rows if row[15] is not None]
    rightly = expected.entry_digest(rows[0][:12], moves)
    if rightly != digest:
        key = f"{rows[0][0]} {rows[0][1]}"
        problem = Problem("entry", key, f"digest {rightly.hex()}", f"digest {digest.hex()}")
        findings.add(check, [problem])


def _sort_in(
    rows: Sequence[tuple[Any, ...]], links: Sequence[SealRow], contents: Sequence[Contents]
) -> None:
    """Give an entry to the first seal that reaches beyond it."""
    xid = rows[0][14]
    low, high = 0, len(links) - 1
    while low < high:
        middle = (low + high) // 2
        if xid < links[middle].to_xid:
            high = middle
        else:
            low = middle + 1
    contents[low].add(rows)


def _seal_problems(link: SealRow, last: SealRow | None, held: Contents) -> Iterator[Problem]:
    n, reached, digest = (last.n, last.to_xid, last.digest) if last else (0, 0, bytes(32))
    key = str(link.n)
    found = (link.n, link.from_xid, link.previous.hex())
    rightly = (n + 1, reached, digest.hex())
    if found != rightly or link.to_xid <= link.from_xid:
        yield Problem("seal", key, _link_text(*rightly), _link_text(*found))
    stored = (link.entries, link.moves, link.totals, link.root.hex())
    if stored != held.told:
        yield Problem("seal", key, _held_text(*held.told), _held_text(*stored))
    row = (*link[:6], link.root.hex(), link.previous.hex(), link.sealed_at)
    own = expected.seal_digest(row)
    if own != link.digest:
        yield Problem("seal", key, f"digest {own.hex()}", f"digest {link.digest.hex()}")


def _link_text(n: int, from_xid: int, previous: str) -> str:
    return f"seal {n} from xid {from_xid} after {previous}"


def _held_text(entries: int, moves: int, totals: str, root: str) -> str:
    return f"{entries} entries, {moves} moves, totals {totals}, root {root}"


def _check_answers(connection: SyncConnection, findings: Findings) -> None:
    check = findings.check(
        "answers", "Every stored answer can be told again: its digest, status and JSON are whole."
    )
    for row in stream(connection, QUERIES.answers):
        check.examined += 1
        findings.add(check, _answer_problems(row))


def _answer_problems(row: Sequence[Any]) -> Iterator[Problem]:
    book, name, digest, status, body, outcomes, request = row
    key = f"{book} {name}"
    if len(digest) != 32 or not 100 <= status <= 599 or not request:
        found = f"a digest of {len(digest)} bytes, status {status}, request {request!r}"
        yield Problem("idempotency", key, "a digest of 32 bytes, an HTTP status, a request", found)
    if not _is_json(body):
        yield Problem("idempotency", key, "a body in JSON", body[:64])
    if outcomes is not None and not _are_faults(outcomes):
        rightly = "outcomes as JSON rows [item, code, detail]"
        yield Problem("idempotency", key, rightly, outcomes[:64])


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _are_faults(text: str) -> bool:
    """Tell whether a text is a list of [number, text, text]."""
    if not _is_json(text):
        return False
    rows: Any = json.loads(text)
    return isinstance(rows, list) and all(_is_fault(row) for row in cast("list[Any]", rows))


def _is_fault(row: Any) -> bool:
    return isinstance(row, list) and [type(one) for one in cast("list[Any]", row)] == [
        int,
        str,
        str,
    ]
