"""Statements, watched on their way from a pool's connections to the database."""

from collections.abc import Callable

import pytest

from tests.webhooks.world import World

Look = Callable[[bytes], None]


def watch(world: World, monkeypatch: pytest.MonkeyPatch, look: Look) -> None:
    """Show each statement to a function before it is sent; what that raises happens instead."""
    plain = world.pool.connection
    monkeypatch.setattr(world.pool, "connection", lambda: _Watched(plain(), look))


class _Watched:
    """A pool's loan of a connection that is looked at."""

    def __init__(self, loan, look: Look) -> None:
        self._loan, self._look = loan, look

    async def __aenter__(self):
        self._conn = await self._loan.__aenter__()
        execute = self._conn.execute

        async def watched(query, *rest, **options):
            self._look(query)
            return await execute(query, *rest, **options)

        self._conn.execute = watched
        return self._conn

    async def __aexit__(self, *error):
        del self._conn.execute
        return await self._loan.__aexit__(*error)
