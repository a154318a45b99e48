"""What a call has had done outside the database, and how that is undone if it is not committed.

A bank that is asked while an operation runs has done what it was asked, whatever becomes of the
run. All runs of a call share what they had done; each notes what it has had done itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Undoing(NamedTuple):
    """The job by which something is undone, unless the books know of it after all."""

    kind: str
    payload: Mapping[str, Any]


class Outside:
    """What the runs of a call have had done, by name, as one of them sees it."""

    def __init__(self, done: dict[str, Undoing] | None = None) -> None:
        """Begin with what earlier runs have had done."""
        self._done: dict[str, Undoing] = {} if done is None else done
        self._own: set[str] = set()

    def __bool__(self) -> bool:
        """Tell whether anything was done that nothing has come of yet."""
        return bool(self._done)

    def note(self, name: str, undoing: Undoing) -> None:
        """Note what this run has had done under a name; done again, it is done once."""
        self._done[name] = undoing
        self._own.add(name)

    def another_run(self) -> "Outside":
        """Return the same for another run, which has had nothing done yet."""
        return Outside(self._done)

    def left_over(self) -> Sequence[Undoing]:
        """Return what earlier runs have had done and this one has not."""
        return [each for name, each in self._done.items() if name not in self._own]

    def clear(self) -> None:
        """Forget all of it: it is committed, with whatever is to be undone."""
        self._done.clear()
