"""The names of Pix: of payments (E), returns (D), messages (M), and of charges and QR codes.

A name is a letter, the participant's ISPB, the minute in UTC, and eleven letters and digits. Ours
begin with BZ in these eleven, which are the trace: whatever an answer repeats, it is found.
"""

import re
from datetime import UTC, datetime

LENGTH = 32
TRACE = re.compile(r"BZ[0-9A-Z]{9}")
TXID_OF_CHARGE = re.compile(r"[a-zA-Z0-9]{26,35}")
TXID_OF_STATIC = re.compile(r"[a-zA-Z0-9]{1,25}|\*\*\*")

_NAME = re.compile(r"[EDM][0-9A-Z]{8}[0-9]{12}[a-zA-Z0-9]{11}")
_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def trace(sequence: int) -> str:
    """Return the trace of the nth instruction: BZ and nine digits and capitals, in order of n."""
    assert 0 < sequence < len(_SIGNS) ** 9, "nine characters tell instructions apart"
    signs: list[str] = []
    for _ in range(9):
        sequence, at = divmod(sequence, len(_SIGNS))
        signs.append(_SIGNS[at])
    return "BZ" + "".join(reversed(signs))


def name(letter: str, ispb: str, at: datetime, mark: str) -> str:
    """Return a name of 32 characters."""
    made = f"{letter}{ispb}{at.astimezone(UTC):%Y%m%d%H%M}{mark}"
    assert is_name(made), f"{made} is no name of Pix"
    return made


def is_name(text: str, letter: str = "") -> bool:
    """Tell whether a text is a name of Pix, of a letter's kind where one is given."""
    return _NAME.fullmatch(text) is not None and text.startswith(letter)


def trace_of(name: str) -> str:
    """Return the trace in a name of ours; a name that others gave is its own trace."""
    mark = name[-11:]
    return mark if is_name(name) and TRACE.fullmatch(mark) else name
