"""Gathering: single questions of many callers become few statements.

While one statement is in the database the next one fills, as in the door; there is no timer, so a
lone caller waits for nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Gathered(Generic[K, V]):
    """Asks for many keys at once what callers ask for one by one."""

    def __init__(self, fetch: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> None:
        """Take what asks for several keys; what is not there is left out of its answer."""
        self._fetch = fetch
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V | None:
        """Return what a key stands for, or None."""
        answer: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(answer)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, {}
                await self._answer(batch)
        finally:
            self._task = None

    async def _answer(self, batch: Mapping[K, list[asyncio.Future[V | None]]]) -> None:
        try:
            found = await self._fetch(list(batch))
        except Exception as problem:  # noqa: BLE001 -- whatever it is, each waiting caller gets it
            for answer in (one for waiting in batch.values() for one in waiting):
                if not answer.done():
                    answer.set_exception(problem)
            return
        for key, waiting in batch.items():
            for answer in waiting:
                if not answer.done():
                    answer.set_result(found.get(key))
