"""From the bytes of an AFT file to its records, one after another, with their line numbers.

Some banks leave out the spaces at a record's end, and some send records without line ends.
"""

from collections.abc import Iterator

from bezant.rail import Source
from bezant.rail.lines import Line, split
from bezant.rails.acss.records import WIDTH

_END_OF_FILE = "\x1a\x00"


def lines_of(source: bytes | Source) -> Iterator[Line]:
    """Yield the records that hold something; what marks the end of the file is none."""
    for number, text in enumerate(split(source, WIDTH, cut=True), 1):
        if text.strip(_END_OF_FILE + " "):
            yield Line(number, text)
