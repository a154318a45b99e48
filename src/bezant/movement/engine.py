"""Engine: what the life of movements depends on, brought together by the composition root."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from bezant.api.context import Context
from bezant.movement.banks import Banks
from bezant.movement.handler import Handlers


class Engine(Struct, frozen=True):
    """The banks with their rails, and the products that movements are for."""

    banks: Banks
    handlers: Handlers

    def ports(self) -> Mapping[type, Any]:
        """Return it as a runtime holds it."""
        return {Engine: self}


def engine_of(ctx: Context) -> Engine:
    """Return the engine of the platform on which an operation runs."""
    return ctx.runtime.port(Engine)
