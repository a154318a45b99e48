"""Short traces: seven digits and capitals, which a reference that others repeat whole ends with."""

import re

TRACE = re.compile(r"[0-9A-Z]{7}")

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def trace(sequence: int) -> str:
    """Return the trace of the nth instruction: seven digits and capitals, in the order of n."""
    assert 0 < sequence < len(_SIGNS) ** 7, "seven characters tell 78 thousand million apart"
    signs: list[str] = []
    for _ in range(7):
        sequence, at = divmod(sequence, len(_SIGNS))
        signs.append(_SIGNS[at])
    return "".join(reversed(signs))


def split_reference(reference: str) -> tuple[str, str]:
    """Return the trace that a reference ends with, and what stands before it.

    A reference without one is its own trace: what others sent is found by what they wrote.
    """
    head, _, last = reference.rpartition(" ")
    return (last, head.strip()) if TRACE.fullmatch(last) else (reference, reference)


def trace_in(name: str) -> str:
    """Return the trace that a reference ends with after what others call us; empty without both."""
    found, before = split_reference(name)
    return found if before else ""
