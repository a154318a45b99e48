"""The runtime: the ports that every operation, worker and command works through."""

from msgspec import Struct

from bezant.commit.door import Door
from bezant.db.pool import Pool
from bezant.kernel.clock import Clock
from bezant.kernel.config import Config
from bezant.kernel.ids import Ids
from bezant.store.objects import Reader

API_VERSION = "2026-10-28.endive"


class Runtime(Struct, frozen=True):
    """One of each port; made once by the composition root."""

    config: Config
    clock: Clock
    ids: Ids
    pool: Pool
    reader: Reader
    door: Door

    @property
    def hurries(self) -> bool:
        """Whether the sandbox answers within a moment, as it does while nobody moves the clock."""
        return self.config.sandbox == "fast" and not self.clock.steered
