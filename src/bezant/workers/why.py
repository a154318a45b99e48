"""Why money came back: the network's code on a line of a statement or report, and what it means."""

import re
from typing import NamedTuple

from bezant.rail import KnowsReasons, Rail

_WORD = re.compile(r"\b[A-Z0-9]{3,5}\b")
_UNKNOWN = "could_not_process"


class Why(NamedTuple):
    """The network's code, what it says, and the API's failure code."""

    code: str | None = None
    meaning: str | None = None
    failure_code: str | None = None


def why(rail: Rail | None, code: str, text: str) -> Why:
    """Return the reason that a line gives as a code, or among its words where it gives none.

    Nothing is made of words that the rail does not know.
    """
    if not isinstance(rail, KnowsReasons):
        return Why(code or None)
    for word in (code,) if code else _WORD.findall(text):
        if found := rail.reason(word):
            return Why(word, found.meaning, found.failure_code)
    return Why(code, f"Returned as {code}", _UNKNOWN) if code else Why()
