"""Deliveries: events on their way to webhook endpoints, claimed by lease.

A claim moves `due_at` to the end of its lease. Whoever dies with a delivery in hand thereby puts
it back, so a delivery is attempted at least once, and its attempts are counted.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from bezant.db.arrays import integers, moments, texts
from bezant.db.pool import Connection
from bezant.db.queries import load

QUERIES = load("bezant.store", "deliveries.sql")
KEPT_DAYS = 30
_LOOK_AHEAD = 2_000
"""How many due deliveries one claim looks at, to find those of many endpoints."""

MOST_RESTED = 10_000

Status = Literal["pending", "delivered", "failed"]


class Claimed(NamedTuple):
    """A delivery that is ours until its lease ends; `attempts` have been made before."""

    book_id: int
    id: str
    event_book: int
    event: str
    endpoint: str
    attempts: int
    created: datetime
    leased_until: datetime


class EventText(NamedTuple):
    """An event's stored JSON, and how many deliveries wait for it."""

    body: str
    waiting: int


class EndpointText(NamedTuple):
    """An endpoint's stored JSON, shown and hidden; it exists, enabled or not."""

    body: str
    hidden: str


class Attempt(NamedTuple):
    """What came of a delivery.

    Without `due_at` it is over; without `attempted_at` it is over before it was attempted.
    """

    delivery: Claimed
    status: Status
    answer: str
    due_at: datetime | None = None
    attempted_at: datetime | None = None


async def claim(
    conn: Connection,
    now: datetime,
    until: datetime,
    *,
    limit: int,
    each: int,
    without: Collection[str] = (),
) -> list[Claimed]:
    """Lease what is due, oldest first: `limit` in all, `each` of one endpoint.

    Endpoints in `without` get nothing.
    """
    values = {
        "now": now,
        "until": until,
        "full": texts([*without]),
        "near": _LOOK_AHEAD,
        "each": each,
        "limit": limit,
    }
    cursor = await conn.execute(QUERIES.claim, values)
    return sorted([Claimed(*row) for row in await cursor.fetchall()], key=lambda row: row.id)


async def event_texts(conn: Connection, rows: Sequence[Claimed]) -> dict[str, EventText]:
    """Return the events of some deliveries by their ids."""
    keys = list({(row.event_book, row.event) for row in rows})
    columns = [integers([book for book, _ in keys]), texts([name for _, name in keys])]
    cursor = await conn.execute(QUERIES.bodies, columns)
    return {name: EventText(*rest) for name, *rest in await cursor.fetchall()}


async def endpoint_texts(conn: Connection, rows: Sequence[Claimed]) -> dict[str, EndpointText]:
    """Return the endpoints of some deliveries by their ids, without deleted ones."""
    keys = list({(row.book_id, row.endpoint) for row in rows})
    columns = [integers([book for book, _ in keys]), texts([name for _, name in keys])]
    cursor = await conn.execute(QUERIES.endpoints, columns)
    return {name: EndpointText(*rest) for name, *rest in await cursor.fetchall()}


async def record(conn: Connection, attempts: Sequence[Attempt]) -> None:
    """Write down what came of deliveries."""
    columns = [
        integers([it.delivery.book_id for it in attempts]),
        texts([it.delivery.id for it in attempts]),
        integers([it.delivery.attempts for it in attempts]),
        integers([int(it.attempted_at is not None) for it in attempts]),
        moments([it.due_at for it in attempts]),
        texts([it.status for it in attempts]),
        texts([it.answer for it in attempts]),
        moments([it.attempted_at for it in attempts]),
    ]
    await conn.execute(QUERIES.record, columns)


async def put_back(conn: Connection, rows: Sequence[tuple[Claimed, datetime]]) -> None:
    """End leases without an attempt; each delivery is due again at its moment."""
    columns = [
        integers([row.book_id for row, _ in rows]),
        texts([row.id for row, _ in rows]),
        moments([row.leased_until for row, _ in rows]),
        moments([due_at for _, due_at in rows]),
    ]
    await conn.execute(QUERIES.put_back, columns)


async def rest(conn: Connection, book: int, endpoint: str, until: datetime) -> None:
    """Let what an endpoint waits for not be due before a moment, up to MOST_RESTED deliveries.

    It keeps claims from passing over them again and again; who rests must be left out of claims
    all the same.
    """
    values = {"book": book, "endpoint": endpoint, "until": until, "limit": MOST_RESTED}
    await conn.execute(QUERIES.rest, values)


def with_waiting(body: str, waiting: int) -> str:
    """Return an event's JSON with the number of deliveries that it waits for."""
    assert body.endswith("}"), "an event is a JSON object"
    return f'{body[:-1]},"pending_webhooks":{waiting}}}'
