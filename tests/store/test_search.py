"""Search on the schema itself: texts without regard to case, nothing missing, and by an index."""

import json

import pytest

from bezant.db.pool import connect_sync
from bezant.store import search
from bezant.store.search import Ask, Condition, Field, Filter
from tests.webhooks.world import World, play

EMAIL = Field("text", "email", "reference")
NAME = Field("text", "shipping.name")
ROWS = {
    "cus_1": ("Ann@Example.com", "Ángel Núñez"),
    "cus_2": ("bob@example.com", "Bob"),
    "cus_3": (None, None),
}


@pytest.fixture
def stored(database):
    """Three customers, one of them deleted in another book."""
    with connect_sync(database) as connection:
        for book in (1, 2):
            for name, (email, shown) in ROWS.items():
                body = json.dumps({"id": name, "shipping": {"name": shown}}, ensure_ascii=False)
                connection.execute(
                    "insert into object (book_id, kind, id, created, version, deleted, body, "
                    "reference) values (%s, 'customer', %s, '2026-03-02Z', 1, %s, %s, %s)",
                    [book, name, book == 2, body, email],
                )
    return database


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Condition(EMAIL, ":", "ann@EXAMPLE.com"), ["cus_1"]),
        (Condition(EMAIL, "~", "EXAMPLE"), ["cus_2", "cus_1"]),
        (Condition(EMAIL, "null"), ["cus_3"]),
        (Condition(EMAIL, ":", "ann@example.com", negated=True), ["cus_3", "cus_2"]),
        (Condition(NAME, ":", "BOB"), ["cus_2"]),
        (Condition(NAME, "~", "Núñ"), ["cus_1"]),
        (Condition(NAME, ":", "%"), []),
        (Condition(NAME, "null"), ["cus_3"]),
    ],
)
def test_texts(stored, condition, found):
    async def story(world: World) -> None:
        ask = Ask(1, "customer", Filter([condition]), 10)
        async with world.pool.connection() as conn:
            rows, more = await search.search(conn, ask)
            assert ([name for name, _ in rows], more) == (found, False)
            assert await search.count(conn, ask) == len(found)
            assert await search.count(conn, ask._replace(book=2)) == 0, "they are deleted"

    play(stored, story)


def test_a_text_in_a_column_is_found_by_its_index(stored):
    shapes = search._shapes(Filter([Condition(EMAIL, ":", "x")]))
    query = f"explain select id {search._where(shapes, False, False)}"
    with connect_sync(stored) as connection:
        connection.execute("set enable_seqscan = off")
        values = {"book": 1, "kind": "customer", "v0": "x"}
        plan = "\n".join(row[0] for row in connection.execute(query.encode(), values).fetchall())
    assert "lower(reference) = " in plan.partition("Index Cond")[2]
