"""Whether a name that somebody gave is the name that a bank knows: match, close match or none.

Confirmation of payee and verification of payee ask this of the other bank; our own answers, and
the simulated banks', are given by the same rules, so that they are the same everywhere.
"""

import re
import unicodedata
from typing import Literal

from msgspec import Struct
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

Verdict = Literal["match", "close_match", "no_match"]

_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "dame", "lord", "lady"})
_COMPANY = {
    "limited": "ltd",
    "incorporated": "inc",
    "company": "co",
    "corporation": "corp",
    "and": "&",
    "und": "&",
}
_FORMS = frozenset({"ltd", "inc", "co", "corp", "plc", "llp", "llc", "gmbh", "sa", "ltda"})
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "þ": "th"})
_WORD = re.compile(r"[0-9a-z]+|&")

CLOSE = 87
"""Likeness, of 100, from which two names are close; below it a stranger's name would be told."""
MOST_LETTERS = 140
"""Letters of a name that are compared; no name field of any rail is longer."""


class Comparison(Struct, frozen=True):
    """What came of comparing two names; `likeness` is 0 to 100."""

    verdict: Verdict
    likeness: int


def compare(given: str, known: str) -> Comparison:
    """Compare the name that somebody gave with the one that the bank knows.

    Case, accents, punctuation, titles and the usual shortenings of company forms make no
    difference; words may stand in another order. An initial in place of a first name is close.
    """
    ours, theirs = words(given), words(known)
    if not ours or not theirs:
        return Comparison("no_match", 0)
    if sorted(ours) == sorted(theirs):
        return Comparison("match", 100)
    likeness = _likeness(ours, theirs)
    close = likeness >= CLOSE or _initials_fit(ours, theirs)
    return Comparison("close_match" if close else "no_match", min(likeness, 99))


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name as they are compared."""
    plain = unicodedata.normalize("NFKD", name[:MOST_LETTERS].lower().translate(_LETTERS))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    pieces = [piece.group() for piece in _WORD.finditer(letters.replace("'", ""))]
    found = [_COMPANY.get(word, word) for word in pieces]
    named = [word for word in found if word not in _TITLES]
    return tuple(named or found)


def _likeness(ours: tuple[str, ...], theirs: tuple[str, ...]) -> int:
    one, other = sorted(ours), sorted(theirs)
    by_words = fuzz.ratio(" ".join(one), " ".join(other))
    by_letters = JaroWinkler.normalized_similarity("".join(one), "".join(other)) * 100
    # Both must agree: the second alone takes a common beginning for a common name.
    return int(min(by_words, by_letters))


def _initials_fit(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Tell whether first names agree as far as they are written and last names agree whole."""
    if len(ours) < 2 or len(theirs) < 2 or ours[-1] != theirs[-1]:
        return False
    if len(ours[-1]) < 2 or ours[-1] in _FORMS:
        return False
    one, other = ours[0], theirs[0]
    shortened = len(one) == 1 or len(other) == 1
    return one == other or (shortened and one[0] == other[0])
