"""The runtime: the ports that every operation, worker and command works through."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct

from bezant.api.places import Places
from bezant.commit.door import Door
from bezant.db.pool import Pool
from bezant.kernel.clock import Clock
from bezant.kernel.config import Config
from bezant.kernel.ids import Ids
from bezant.store.objects import Reader

P = TypeVar("P")

API_VERSION = "2026-10-28.endive"


class Runtime(Struct, frozen=True):
    """One of each port; made once by the composition root.

    `ports` are those of layers that this one doesn't know, by their types.
    """

    config: Config
    clock: Clock
    ids: Ids
    pool: Pool
    reader: Reader
    door: Door
    places: Places = Places()
    ports: Mapping[type, Any] = msgspec.field(default_factory=dict[type, Any])

    def port(self, kind: type[P]) -> P:
        """Return the port of a type that a layer above has brought along."""
        return cast("P", self.ports[kind])

    @property
    def hurries(self) -> bool:
        """Whether the sandbox answers within a moment, as it does while nobody moves the clock."""
        return self.config.sandbox == "fast" and not self.clock.steered
