"""From the bytes of a Standard 18 file to its lines, one after another, with their numbers."""

from collections.abc import Iterator

from bezant.rail import Source
from bezant.rail.lines import END_OF_FILE, Line, split

_LONGEST = 1000


def lines_of(source: bytes | Source) -> Iterator[Line]:
    """Yield the lines that hold something; what marks the end of the file is none."""
    ends: list[Line] = []
    for number, text in enumerate(split(source, _LONGEST), 1):
        if not text.strip():
            continue
        if not text.strip(END_OF_FILE) and len(ends) < _LONGEST:
            ends.append(Line(number, text))
            continue
        yield from ends
        ends.clear()
        yield Line(number, text)
