"""Deliveries: events on their way to webhook endpoints, claimed by lease.

A claim moves `due_at` to the end of its lease. Whoever dies with a delivery in hand thereby puts
it back, so a delivery is attempted at least once, and its attempts are counted.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from msgspec import Struct

from bezant.db.arrays import integers, moments, texts
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.kernel.codec import encode_json, unix_seconds
from bezant.store import health
from bezant.store.health import Line

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
    object: str | None = None


class EventText(NamedTuple):
    """An event's stored JSON, and how many deliveries wait for it."""

    type: str
    body: str
    waiting: int


class EndpointText(NamedTuple):
    """An endpoint's stored JSON, shown and hidden; it exists, enabled or not."""

    body: str
    hidden: str


class Attempt(NamedTuple):
    """What came of a delivery.

    Without `due_at` it is over; without `attempted_at` it is over before it was attempted.
    `status_code` is that of an HTTP answer, if there was one.
    """

    delivery: Claimed
    status: Status
    answer: str
    due_at: datetime | None = None
    attempted_at: datetime | None = None
    status_code: int | None = None
    milliseconds: int = 0


class Tried(Struct):
    """An attempt as it is kept with its delivery; moments in Unix seconds."""

    created: int
    duration_ms: int
    status_code: int | None
    outcome: str
    next_attempt: int | None


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


async def record(conn: Connection, attempts: Sequence[Attempt], now: datetime) -> None:
    """Write down what came of deliveries and how endpoints fare; lines of objects move on."""
    columns = [
        integers([it.delivery.book_id for it in attempts]),
        texts([it.delivery.id for it in attempts]),
        integers([it.delivery.attempts for it in attempts]),
        integers([int(it.attempted_at is not None) for it in attempts]),
        moments([it.due_at for it in attempts]),
        texts([it.status for it in attempts]),
        texts([it.answer for it in attempts]),
        moments([it.attempted_at for it in attempts]),
        texts([_tried(it) for it in attempts]),
    ]
    lines = {
        Line(it.delivery.book_id, it.delivery.endpoint, it.delivery.object)
        for it in attempts
        if it.delivery.object is not None and it.due_at is None
    }
    async with conn.transaction():
        await conn.execute(QUERIES.record, columns)
        if notes := _notes(attempts):
            await health.note(conn, notes)
        await health.advance(conn, lines, now)


def _tried(attempt: Attempt) -> str | None:
    if attempt.attempted_at is None:
        return None
    due_at = attempt.due_at
    return encode_json(
        Tried(
            created=unix_seconds(attempt.attempted_at),
            duration_ms=attempt.milliseconds,
            status_code=attempt.status_code,
            outcome=attempt.answer,
            next_attempt=None if due_at is None else unix_seconds(due_at),
        )
    ).decode()


def _notes(attempts: Sequence[Attempt]) -> list[health.Note]:
    """Return what attempts say of their endpoints; one success says that all is well."""
    found: dict[str, health.Note] = {}
    for attempt in attempts:
        row, at = attempt.delivery, attempt.attempted_at
        if at is None:
            continue
        known = found.get(row.endpoint) or health.Note(row.book_id, row.endpoint)
        if attempt.status == "delivered":
            known = known._replace(succeeded_at=at, failing_since=None)
        else:
            since = min(row.created, known.failing_since or row.created)
            since_when = since if known.succeeded_at is None else None
            known = known._replace(failing_since=since_when, failed_at=at, answer=attempt.answer)
        found[row.endpoint] = known
    return list(found.values())


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
