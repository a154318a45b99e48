"""Names as ACH can carry them: upper-case ASCII, cut to the width of their field."""

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


def ascii_upper(text: str, width: int) -> str:
    """Return at most `width` characters of a text without accents; `?` for what has no letter."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).upper()
    letters = (_letter(char) for char in plain if not unicodedata.combining(char))
    return " ".join("".join(letters).split())[:width].strip()


def _letter(char: str) -> str:
    if char.isspace() or not char.isprintable():
        return " "
    return char if char.isascii() else "?"
