"""Somebody at the door, who refuses, loses or cuts off what comes through it."""

from collections.abc import Awaitable, Callable
from typing import Any

from bezant.commit.change_set import Accepted, Outcome, Refused
from bezant.commit.door import Door
from bezant.kernel.errors import Unavailable


class Doorkeeper:
    """Stands at the door and deals with the next change set that has money in it."""

    def __init__(self, door: Door) -> None:
        self._commit = door.commit
        self.deals: list[Callable[..., Awaitable[list[Outcome]]]] = []

    async def commit(self, units: Any, answer: Any = None) -> list[Outcome]:
        written = {each.kind for unit in units for each in unit.documents}
        if self.deals and written & {"charge", "refund"}:
            return await self.deals.pop(0)(units, answer)
        return await self._commit(units, answer)

    async def refuse(self, units: Any, _answer: Any) -> list[Outcome]:
        return [Refused("closed", {}) for _ in units]

    async def die(self, _units: Any, _answer: Any) -> list[Outcome]:
        """Nothing is written, and nobody is told."""
        raise Unavailable("The process was killed.")

    async def lose(self, units: Any, answer: Any) -> list[Outcome]:
        """All is written, and nobody is told."""
        assert isinstance((await self._commit(units, answer))[0], Accepted)
        raise Unavailable("The connection was lost.")
