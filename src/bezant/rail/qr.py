"""QR codes of payment texts, as SVG or PNG, drawn without any file."""

from io import BytesIO

import segno

MOST_CHARACTERS = 1000
"""Characters that a payment's code holds at most: what is longer no camera reads well."""


def svg(content: str, *, scale: int = 4) -> bytes:
    """Return a code as an SVG image that stands alone; `scale` is the size of a module."""
    return _drawn(content, "svg", scale)


def png(content: str, *, scale: int = 4) -> bytes:
    """Return a code as a PNG image; `scale` is the pixels of a module."""
    return _drawn(content, "png", scale)


def _drawn(content: str, kind: str, scale: int) -> bytes:
    assert 0 < len(content) <= MOST_CHARACTERS, "a payment's code is neither empty nor a book"
    drawn = BytesIO()
    segno.make_qr(content, error="m").save(drawn, kind=kind, scale=scale, border=4)
    return drawn.getvalue()
