"""Explain: from any id to everything that made it, down to the line of the bank's file.

An id carries the slot of its book, so that finding it asks few books and no table is searched.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct, field

from bezant.api.runtime import Runtime
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.kernel.currency import format_amount
from bezant.kernel.errors import MalformedId, NotFound
from bezant.kernel.ids import parse
from bezant.kernel.money import Money
from bezant.ledger.chart import house
from bezant.movement.bank_file import BankFile
from bezant.movement.contents import content
from bezant.movement.movement import Movement, MovementFact
from bezant.reconcile.book import BankStatementLine

QUERIES = load("bezant.server", "explain.sql")
PHASES = ("posted", "pending", "released")
LINE_WIDTH = 100

KINDS = {
    "acct": ("account",),
    "ba": ("external_account", "bank_account"),
    "bf": ("bank_file",),
    "bsl": ("bank_statement_line",),
    "bst": ("bank_statement",),
    "lac": ("ledger.account",),
    "mv": ("movement",),
    "po": ("payout",),
    "py": ("charge",),
    "pyr": ("refund",),
    "tr": ("transfer",),
    "trr": ("transfer_reversal",),
    "tu": ("topup",),
    "txn": ("balance_transaction",),
    "we": ("webhook_endpoint",),
}
"""Kinds of object by the prefix of their ids."""


class Node(Struct):
    """One thing in an explanation: what it is, what there is to know of it, what it led to."""

    title: str
    facts: list[str] = field(default_factory=list[str])
    children: "list[Node]" = field(default_factory=list["Node"])


class EntryRow(NamedTuple):
    """An entry as it is explained."""

    book: int
    id: str
    kind: str
    source: str
    request: str | None
    recorded_at: datetime
    owner: str


async def explain(runtime: Runtime, name: str) -> Node:
    """Return everything that made an object, an entry or a movement; NotFound if there is none."""
    try:
        prefix, _, slot = parse(name)
    except MalformedId as error:
        raise NotFound(f"{name!r} is no id that Bezant makes.", code="resource_missing") from error
    async with runtime.pool.connection() as conn:
        cursor = await conn.execute(QUERIES.books_of_slot, [slot])
        books = [row[0] for row in await cursor.fetchall()]
        story = Story(conn, books)
        if prefix == "le":
            return await story.of_entry(name)
        return await story.of_object(name, KINDS.get(prefix, ()))


class Story:
    """Collects an explanation over one connection."""

    def __init__(self, conn: Connection, books: Sequence[int]) -> None:
        """Look in these books, and in the houses' for what banks say."""
        self._conn = conn
        self._books = list(books)
        self._houses = [house(mode).id for mode in (False, True)]

    async def of_entry(self, name: str) -> Node:
        """Explain an entry by the object that it moved money for."""
        cursor = await self._conn.execute(QUERIES.entry, [self._books, name])
        row = await cursor.fetchone()
        if row is None:
            raise NotFound(f"No such entry: '{name}'", code="resource_missing")
        entry = EntryRow(*row)
        node = Node(f"entry {name}")
        node.children = await self._entries([entry])
        node.facts.append(f"moves money for {entry.source}")
        node.children += await self._request(entry.request)
        return node

    async def of_object(self, name: str, kinds: Sequence[str]) -> Node:
        """Explain an object: its requests, entries, events, movement and bank files."""
        cursor = await self._conn.execute(QUERIES.object, [self._books, list(kinds), name])
        row = await cursor.fetchone()
        if row is None:
            raise NotFound(f"No such object: '{name}'", code="resource_missing")
        kind, _, body = row
        node = Node(f"{kind} {name}", _told(msgspec.json.decode(body)))
        cursor = await self._conn.execute(QUERIES.entries_of, [self._books, name])
        entries = [EntryRow(*row) for row in await cursor.fetchall()]
        for request in dict.fromkeys(entry.request for entry in entries):
            node.children += await self._request(request)
        node.children += await self._entries(entries)
        node.children += await self._events(name)
        if kind == "movement":
            node.children.append(await self._movement(msgspec.json.decode(body, type=Movement)))
        else:
            node.children += await self._movements(name)
        return node

    async def _request(self, name: str | None) -> list[Node]:
        if name is None:
            return []
        cursor = await self._conn.execute(QUERIES.request, [self._books, name])
        row = await cursor.fetchone()
        if row is None:
            return [Node(f"request {name}", ["its log has been purged, or is not written yet"])]
        _, created, method, path, status, key, _, idempotency_key, code, micros = row
        facts = [
            f"{method} {path} answered {status}{f' ({code})' if code else ''}",
            f"at {_time(created)}, {micros / 1000:.1f} ms, with key {key}",
        ]
        if idempotency_key:
            facts.append(f"idempotency key {idempotency_key}")
        return [Node(f"request {name}", facts)]

    async def _entries(self, entries: Sequence[EntryRow]) -> list[Node]:
        asked = [[entry.book for entry in entries], [entry.id for entry in entries]]
        cursor = await self._conn.execute(QUERIES.moves_of, asked)
        moves: dict[str, list[str]] = {}
        for row in await cursor.fetchall():
            moves.setdefault(row[1], []).append(_move(row))
        return [
            Node(
                f"entry {entry.id}",
                [
                    f"{entry.kind} in the book of {entry.owner}, at {_time(entry.recorded_at)}",
                    *moves.get(entry.id, []),
                ],
            )
            for entry in entries
        ]

    async def _events(self, name: str) -> list[Node]:
        cursor = await self._conn.execute(QUERIES.events_of, [self._books, name])
        rows = await cursor.fetchall()
        facts = [f"{kind}  {number}  at {_time(created)}" for number, kind, created in rows]
        return [Node("events", facts)] if facts else []

    async def _movements(self, source: str) -> list[Node]:
        cursor = await self._conn.execute(QUERIES.movements_of, [self._books, source])
        bodies = [row[0] for row in await cursor.fetchall()]
        return [await self._movement(msgspec.json.decode(body, type=Movement)) for body in bodies]

    async def _movement(self, movement: Movement) -> Node:
        trace = f", trace {movement.reference}" if movement.reference else ""
        node = Node(
            f"movement {movement.id}",
            [f"{movement.money} by {movement.rail} over {movement.bank}, {movement.status}{trace}"],
        )
        for fact in movement.facts:
            node.children.append(await self._fact(fact, movement))
        node.children += await self._statement_lines(movement)
        return node

    async def _statement_lines(self, movement: Movement) -> list[Node]:
        """Return the bank's bookings of a movement, alone or in its file's total."""
        names = [movement.id, *([movement.file] if movement.file else [])]
        cursor = await self._conn.execute(QUERIES.statement_lines_of, [self._houses, names])
        bodies = [row[0] for row in await cursor.fetchall()]
        lines = [msgspec.json.decode(body, type=BankStatementLine) for body in bodies]
        return [await self._statement_line(line) for line in lines]

    async def _statement_line(self, line: BankStatementLine) -> Node:
        amount = format_amount(Money(line.amount, line.currency))
        told = f"{amount} on {line.booking_date}, reference {line.customer_reference}"
        return Node(
            f"bank statement line {line.id}",
            [f"{told}, matched as {line.rule}", *await self._place(line.file, line.line, None)],
        )

    async def _fact(self, fact: MovementFact, movement: Movement) -> Node:
        why = " ".join(part for part in (fact.code, fact.reason) if part)
        when = _time(datetime.fromtimestamp(fact.at, UTC))
        node = Node(f"{fact.kind}{f' ({why})' if why else ''}", [f"heard at {when}"])
        if fact.statement_line:
            node.facts.append(f"proved by bank statement line {fact.statement_line}")
        elif fact.file:
            node.facts += await self._place(fact.file, fact.line, movement.reference)
        return node

    async def _place(self, name: str, number: int | None, trace: str | None) -> list[str]:
        """Return the name of a bank file, and its line by number, or by the trace in it."""
        cursor = await self._conn.execute(QUERIES.object, [self._houses, [BankFile.kind()], name])
        row = await cursor.fetchone()
        assert row is not None, "a file that said something is kept"
        file = msgspec.json.decode(row[2], type=BankFile)
        line = _line(await content(self._conn, house(file.livemode), file.id), number, trace)
        return [f"in file {file.name}", *([line] if line else [])]


def _line(data: bytes, number: int | None, reference: str | None) -> str | None:
    """Return the line of a file that speaks of a movement, by its number or by its trace."""
    lines = data.decode("ascii", "replace").splitlines()
    if number is None:
        trace = reference or ""
        number = next((at for at, line in enumerate(lines, 1) if _is_entry(line, trace)), None)
    if number is None or number > len(lines):
        return None
    return f"line {number}: {lines[number - 1].strip()[:LINE_WIDTH]}"


def _is_entry(line: str, trace: str) -> bool:
    """Tell whether a NACHA record is the entry with a trace number."""
    return trace != "" and line.startswith("6") and line.rstrip().endswith(trace)


def _told(body: dict[str, Any]) -> list[str]:
    """Return what an object says of itself in a few words."""
    told: list[str] = []
    if isinstance(body.get("amount"), int) and isinstance(body.get("currency"), str):
        told.append(format_amount(Money(body["amount"], body["currency"])))
    names = ("status", "destination", "failure_code", "failure_message", "source", "type")
    told += [f"{name}: {body[name]}" for name in names if isinstance(body.get(name), str)]
    return told


def _move(row: Sequence[Any]) -> str:
    _, _, debit, credit, amount, currency, phase, debit_after, credit_after = row
    how = "" if phase == 0 else f" ({PHASES[phase]})"
    return (
        f"{format_amount(Money(amount, currency))}{how}: {debit} -> {credit}"
        f"  (after: {debit} {_plain(debit_after, currency)}, "
        f"{credit} {_plain(credit_after, currency)})"
    )


def _plain(amount: int, currency: str) -> str:
    return format_amount(Money(amount, currency)).rsplit(" ", 1)[0]


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def flat(node: Node, depth: int = 0) -> Iterable[tuple[int, str]]:
    """Yield the lines of an explanation with their depth, for plain text."""
    yield depth, node.title
    for fact in node.facts:
        yield depth + 1, fact
    for child in node.children:
        yield from flat(child, depth + 1)
