"""Places: at which path an object of each kind is read, so that an event can say where to look."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Places(Struct, frozen=True):
    """The paths of each kind, as the routes write them: `/v1/payouts/{id}`."""

    paths: Mapping[str, Sequence[str]] = {}

    def url(self, shown: Mapping[str, Any]) -> str | None:
        """Return the path of an object that is given as its JSON; None if it has none.

        The last placeholder is for the object's id, those before it for fields of their names.
        """
        for path in self.paths.get(shown["object"], ()):
            names = _PLACEHOLDER.findall(path)
            values = [shown.get(name) for name in names[:-1]] + [shown.get("id")] * bool(names)
            if all(isinstance(value, str) for value in values):
                found = iter(values)
                return _PLACEHOLDER.sub(lambda _, found=found: str(next(found)), path)
        return None
