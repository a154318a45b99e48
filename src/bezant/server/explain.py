"""Explain: from any id to everything that made it, down to the line of the bank's file.

An id carries the slot of its book, so that finding it asks few books and no table is searched.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

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
from bezant.resources.core.balance_transactions import BalanceTransaction
from bezant.resources.payments.card_settlement import CardSettlement
from bezant.server import explain_cards
from bezant.server.explanation import KINDS, Node, time_of, told

QUERIES = load("bezant.server", "explain.sql")
PHASES = ("posted", "pending", "released")
LINE_WIDTH = 100


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
    """Return everything that made an object, an entry or a movement, or what a request made.

    Raises NotFound if there is no such thing.
    """
    if name.startswith("req_"):
        return await _request(runtime, name)
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


async def _request(runtime: Runtime, name: str) -> Node:
    """Explain a request by what it was answered, and the object that it was about."""
    async with runtime.pool.connection() as conn:
        row = await (await conn.execute(QUERIES.place_of_request, [name])).fetchone()
        if row is None:
            raise NotFound(f"No such request: '{name}'", code="resource_missing")
        book, about = row
        (node,) = await Story(conn, [book]).request(name)
    if about and about.rpartition("_")[0] in KINDS:
        with suppress(NotFound):  # What was asked for in vain was never there.
            node.children.append(await explain(runtime, about))
    return node


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
        node.children += await self.request(entry.request)
        return node

    async def of_object(self, name: str, kinds: Sequence[str]) -> Node:
        """Explain an object: its requests, entries, events, movement and bank files."""
        cursor = await self._conn.execute(QUERIES.object, [self._books, list(kinds), name])
        row = await cursor.fetchone()
        if row is None:
            raise NotFound(f"No such object: '{name}'", code="resource_missing")
        kind, _, body, hidden = row
        shown = msgspec.json.decode(body)
        node = Node(f"{kind} {name}", told(shown))
        cursor = await self._conn.execute(QUERIES.entries_of, [self._books, name])
        entries = [EntryRow(*row) for row in await cursor.fetchall()]
        requests = [*dict.fromkeys(entry.request for entry in entries)]
        if not requests:
            requests = await self._requests_about(name)
        for request in requests:
            node.children += await self.request(request)
        node.children += await self._entries(entries)
        node.children += await self._transactions(name)
        node.children += await self._events(name)
        node.children += await self._bank(kind, name, body)
        wanted = explain_cards.wanted(kind, shown, msgspec.json.decode(hidden or "{}"))
        if wanted is not None and entries:
            node.children += await self._network(shown, entries[0].recorded_at, wanted)
        node.children += await self._led_to(name)
        if kind == BalanceTransaction.kind() and shown["source"]:
            source = shown["source"]
            node.children.append(await self.of_object(source, KINDS[parse(source).prefix]))
        return node

    async def _requests_about(self, name: str) -> list[str | None]:
        """Return the requests that were about an object which moves no money of its own."""
        cursor = await self._conn.execute(QUERIES.requests_about, [self._books, name])
        return [row[0] for row in await cursor.fetchall()]

    async def _transactions(self, name: str) -> list[Node]:
        """Return what an object has done to balances, with what was kept as fees."""
        cursor = await self._conn.execute(QUERIES.transactions_of, [self._books, name])
        bodies = [row[0] for row in await cursor.fetchall()]
        found = [msgspec.json.decode(body, type=BalanceTransaction) for body in bodies]
        return [Node(f"balance transaction {one.id}", _changed(one)) for one in found]

    async def _led_to(self, name: str) -> list[Node]:
        """Return what was made of an object: an intent's charges, their refunds and disputes."""
        values = {"books": self._books, "name": name}
        rows = await (await self._conn.execute(QUERIES.made_of, values)).fetchall()
        return [await self.of_object(one, [kind]) for kind, one in rows]

    async def _bank(self, kind: str, name: str, body: str) -> list[Node]:
        """Return an object's way through banks."""
        if kind == Movement.kind():
            return [await self._movement(msgspec.json.decode(body, type=Movement))]
        if kind == CardSettlement.kind():
            total = msgspec.json.decode(body, type=CardSettlement)
            return [explain_cards.told_of(total), *await self._lines_of([total.id])]
        return await self._movements(name)

    async def _network(
        self, shown: dict[str, Any], since: datetime, wanted: explain_cards.Wanted
    ) -> list[Node]:
        """Return where a card network has cleared an object, down to the bank's statement."""
        charge = shown["id"] if shown["object"] == "charge" else shown["charge"]
        own = house(bool(shown.get("livemode")))
        return [
            await self._cleared(one)
            for one in await explain_cards.clearings(self._conn, own, charge, since, wanted)
        ]

    async def _cleared(self, one: explain_cards.Clearing) -> Node:
        node = explain_cards.told(one)
        if one.total is not None:
            total = explain_cards.told_of(one.total)
            total.children += await self._lines_of([one.total.id])
            node.children.append(total)
        return node

    async def request(self, name: str | None) -> list[Node]:
        """Return what a request was answered; nothing for work that nobody asked for."""
        if name is None:
            return []
        cursor = await self._conn.execute(QUERIES.request, [self._books, name])
        row = await cursor.fetchone()
        if row is None:
            return [Node(f"request {name}", ["its log has been purged, or is not written yet"])]
        _, created, method, path, status, key, _, idempotency_key, code, micros = row
        facts = [
            f"{method} {path} answered {status}{f' ({code})' if code else ''}",
            f"at {time_of(created)}, {micros / 1000:.1f} ms, with key {key}",
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
                    f"{entry.kind} in the book of {entry.owner}, at {time_of(entry.recorded_at)}",
                    *moves.get(entry.id, []),
                ],
            )
            for entry in entries
        ]

    async def _events(self, name: str) -> list[Node]:
        cursor = await self._conn.execute(QUERIES.events_of, [self._books, name])
        rows = await cursor.fetchall()
        facts = [f"{kind}  {number}  at {time_of(created)}" for number, kind, created in rows]
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
        return await self._lines_of([movement.id, *([movement.file] if movement.file else [])])

    async def _lines_of(self, names: Sequence[str]) -> list[Node]:
        cursor = await self._conn.execute(QUERIES.statement_lines_of, [self._houses, list(names)])
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
        when = time_of(datetime.fromtimestamp(fact.at, UTC))
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


def _changed(one: BalanceTransaction) -> list[str]:
    """Return what a balance transaction has changed, in a few words."""
    amount, fee, net = (
        format_amount(Money(each, one.currency)) for each in (one.amount, one.fee, one.net)
    )
    available = datetime.fromtimestamp(one.available_on, UTC)
    return [
        f"{one.type} of {amount}{f', less {fee} in fees, is {net}' if one.fee else ''}",
        *(
            f"{each.description or each.type}: {format_amount(Money(each.amount, each.currency))}"
            for each in one.fee_details
        ),
        f"{one.status}, available on {available:%Y-%m-%d}",
    ]


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
