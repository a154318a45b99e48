"""Texts as AFT files carry them: capitals, digits, full stop, ampersand, slash, hyphen, space."""

import re
import unicodedata

_LETTERS = str.maketrans(
    {"ß": "SS", "æ": "AE", "Æ": "AE", "ø": "O", "Ø": "O", "œ": "OE", "Œ": "OE"}
)
_OTHERS = re.compile(r"[^A-Z0-9.&/ -]")


def aft_text(text: str, width: int) -> str:
    """Return at most `width` characters of a text; apostrophes go, other strangers are spaces."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).upper()
    letters = "".join(char for char in plain if not unicodedata.combining(char) and char != "'")
    return " ".join(_OTHERS.sub(" ", letters).split())[:width].strip()
