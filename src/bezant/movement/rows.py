"""What workers look up across all books: movements that are due, in a file, or under a name."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.movement.movement import Movement

QUERIES = load("bezant.movement", "movement.sql")


_END_TO_END = re.compile(r"MV[0-9A-Za-z]{24}\Z")


class Place(NamedTuple):
    """Where a movement is stored, and whose platform it is on."""

    book: int
    id: str
    platform: str


async def due(conn: Connection, lane: str, now: datetime, limit: int) -> list[Place]:
    """Return a lane's scheduled movements whose time has come, oldest first."""
    cursor = await conn.execute(QUERIES.due, [lane, now, limit])
    return [Place(*row) for row in await cursor.fetchall()]


async def lanes_due(conn: Connection, now: datetime) -> set[str]:
    """Return the lanes over which something is to be sent now."""
    cursor = await conn.execute(QUERIES.lanes_due, [now])
    return {row[0] for row in await cursor.fetchall()}


async def overdue(conn: Connection, now: datetime, limit: int) -> list[Place]:
    """Return movements that wait for an answer, or to be final, and have waited long enough."""
    cursor = await conn.execute(QUERIES.overdue, [now, limit])
    return [Place(*row) for row in await cursor.fetchall()]


async def in_file(conn: Connection, file: str, after: str, limit: int) -> list[Place]:
    """Return a page of the movements in a bank file, by id."""
    cursor = await conn.execute(QUERIES.in_file, [file, after, limit])
    return [Place(*row) for row in await cursor.fetchall()]


async def by_reference(conn: Connection, references: Sequence[str], bank: str) -> dict[str, Place]:
    """Return the newest movement at a bank under each reference.

    That is a trace, what a payer writes, or our own end-to-end id. Banks number for themselves.
    """
    cursor = await conn.execute(QUERIES.by_reference, [list(references), bank])
    found = {row[0]: Place(*row[1:]) for row in await cursor.fetchall()}
    ours = {id_of(one): one for one in references if one not in found and _END_TO_END.match(one)}
    if ours:
        cursor = await conn.execute(QUERIES.by_id, [list(ours)])
        found |= {ours[row[0]]: Place(*row[1:]) for row in await cursor.fetchall()}
    return found


async def by_id(conn: Connection, names: Sequence[str]) -> list[Place]:
    """Return where movements are, whatever books they are in."""
    cursor = await conn.execute(QUERIES.by_id, [list(names)])
    return [Place(*row[1:]) for row in await cursor.fetchall()]


async def expecting(conn: Connection, names: Sequence[str]) -> set[str]:
    """Return which of some movements wait for money that somebody is to send."""
    cursor = await conn.execute(QUERIES.expecting, [list(names)])
    return {row[0] for row in await cursor.fetchall()}


async def told_as(conn: Connection, names: Sequence[str], bank: str) -> list[tuple[str, Movement]]:
    """Return (others' name, movement) at a bank of what came unasked or back, oldest first."""
    cursor = await conn.execute(QUERIES.told_as, [list(names), bank])
    rows = await cursor.fetchall()
    return [(name, msgspec.json.decode(body, type=Movement)) for name, _, body in rows]


async def operator(conn: Connection) -> str | None:
    """Return the operator's own account, or None before there is one."""
    row = await (await conn.execute(QUERIES.operator)).fetchone()
    return None if row is None else row[0]


async def one(conn: Connection, name: str) -> str | None:
    """Return the stored body of a movement, whatever book it is in."""
    row = await (await conn.execute(QUERIES.one, [name])).fetchone()
    return None if row is None else row[0]


def id_of(end_to_end: str) -> str:
    """Return the movement that has an end-to-end id of ours."""
    return f"mv_{end_to_end[2:]}"
