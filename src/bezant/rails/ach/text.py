"""Texts as ACH can carry them: ASCII, names in upper case and cut to the width of their field."""

import re
import unicodedata

_LETTERS = str.maketrans(
    {
        "ß": "SS",
        "Æ": "AE",
        "æ": "AE",
        "Œ": "OE",
        "œ": "OE",
        "Ø": "O",
        "ø": "O",
        "Ł": "L",
        "ł": "L",
        "Đ": "D",
        "đ": "D",
        "Ð": "D",
        "ð": "D",
        "Þ": "TH",
        "þ": "TH",
        "\u0131": "I",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
    }
)


_SPECIAL = re.compile("[^A-Z0-9 ]")


def ascii_upper(text: str, width: int) -> str:
    """Return at most `width` characters of a text without accents; `?` for what has no letter."""
    if text.isascii() and text.isprintable():
        plain = text.upper()
    else:
        plain = _without_accents(text).upper()
    return " ".join(plain.split())[:width].strip()


def ascii_text(text: str) -> str:
    """Return a text without accents or line endings, in its own case and with its own spaces."""
    return text if text.isascii() and text.isprintable() else _without_accents(text)


def letters_and_digits(text: str, width: int) -> str:
    """Return what is left of a text for a bank that takes no other sign in names."""
    plain = _SPECIAL.sub(" ", ascii_upper(text, len(text) * 2))
    return " ".join(plain.split())[:width].strip()


def _without_accents(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(_letter(char) for char in plain if not unicodedata.combining(char))


def _letter(char: str) -> str:
    if char.isspace() or not char.isprintable():
        return " "
    return char if char.isascii() else "?"
