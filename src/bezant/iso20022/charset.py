"""The Latin characters that bank networks carry, and how others are written with them.

EPC217-08 and SWIFT's set X agree on the set; the spellings of Greek and Cyrillic letters follow
the table of the former where it has them.
"""

import csv
import unicodedata
from functools import cache
from pathlib import Path

_LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ "
LATIN = frozenset(_LATIN)

_TABLE = Path(__file__).with_name("spelled.csv")


def is_latin(text: str) -> bool:
    """Tell whether a text has only characters that every bank carries."""
    return LATIN.issuperset(text)


def to_latin(text: str, longest: int = 0) -> str:
    """Return a text in the characters that every bank carries, cut to a length.

    Accents are dropped, Greek and Cyrillic are spelled out, and what has no spelling becomes a
    full stop. Spaces are single, and none stands at an end.
    """
    if not is_latin(text):
        text = "".join(map(_spelled, unicodedata.normalize("NFC", text)))
    text = " ".join(text.split())
    return text[:longest].strip() if longest else text


def is_reference(text: str) -> bool:
    """Tell whether a text may be a reference: Latin, no slash at an end and no two together."""
    return bool(text) and is_latin(text) and text == text.strip(" /") and "//" not in text


@cache
def _spellings() -> dict[str, str]:
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return {row["character"]: row["spelled"] for row in csv.DictReader(lines)}


def _spelled(character: str) -> str:
    if character in LATIN:
        return character
    spellings = _spellings()
    if character in spellings:
        return spellings[character]
    if character.isspace():
        return " "
    parts = unicodedata.normalize("NFKD", character)
    plain = [part for part in parts if not unicodedata.combining(part)]
    return "".join(part if part in LATIN else spellings.get(part, ".") for part in plain)
