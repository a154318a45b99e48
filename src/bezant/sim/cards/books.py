"""The card network's own books: one SQLite file for all processes; a crash may lose nothing else.

The power may: it is a simulation, and waiting for a disk would cost more than all else it does.
"""

from pathlib import Path

from bezant.sim.cards.schema import KEEP_WORDS, SCHEMA, WORDS_KEPT
from bezant.sim.kept import Kept


class NetworkBooks(Kept):
    """A connection to the books, safe for several threads and several processes."""

    def __init__(self, path: Path) -> None:
        """Open the books, or begin them."""
        path.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(path, SCHEMA, synchronous="OFF")
        with self.transaction():
            if not self.rows(WORDS_KEPT):
                self.change(KEEP_WORDS)

    def habits(self) -> dict[str, str]:
        """Return what the network was asked to do otherwise than it would."""
        return {name: value for name, value in self.rows("SELECT name, value FROM habit") if value}
