"""Names of instructions and messages: every one follows from the originator and a number.

Where a network answers by UETR the trace is one, made of the number so that it ascends; elsewhere
it is the instruction's own identification.
"""

import hashlib
import re
from typing import NamedTuple

from bezant.rail import Originator

_UETR = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_COMPACT = re.compile(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}")
_OURS = re.compile(r"BZ([0-9a-f]{32})")
_DATED = re.compile(r"M?[0-9]{8}([0-9A-Z]{8,11}BZ[0-9]{10})")
_SOURCE = re.compile(r"[A-Z0-9]{8}")
_TRACE = re.compile(r"\b([0-9A-Z]{8,11})BZ[0-9]{10}\b")
_NO_NAMES = frozenset({"NOTPROVIDED", "NONREF", "NONE", "N/A", "NA", "0"})
"""What senders write who have no name to give; never the name of anything."""


class Names(NamedTuple):
    """The identifications of one payment, as a message carries them."""

    instruction: str
    end_to_end: str
    uetr: str


def trace(originator: Originator, sequence: int) -> str:
    """Return the identification of the originator's nth instruction, up to 9,999,999,999."""
    assert 0 < sequence < 10**10, "an originator has ten digits of instructions"
    return f"{originator.bank_id}BZ{sequence:010d}"


def uetr(originator: Originator, sequence: int) -> str:
    """Return the UETR of the originator's nth instruction: a version 4 UUID that ascends."""
    assert 0 < sequence < 16**12, "a UETR has twelve digits of instructions"
    whose = f"{originator.bank_id}|{originator.company_id}|{originator.name}"
    return _uuid(f"{sequence:012x}", hashlib.sha256(whose.encode()).hexdigest())


def names_of(profile_names: str, trace: str, end_to_end: str, *, short: bool) -> Names:
    """Return all identifications of an instruction with a trace."""
    if profile_names == "uetr":
        plain = compact(trace)
        instruction = f"BZ{plain[:14]}" if short else plain
        return Names(instruction, end_to_end or plain, trace)
    digest = hashlib.sha256(trace.encode()).hexdigest()
    return Names(trace, end_to_end or trace, _uuid(digest[:12], digest[12:]))


def compact(trace: str) -> str:
    """Return a trace that fits 35 characters: a UETR without its dashes."""
    return trace.replace("-", "") if is_uetr(trace) else trace


def expand(name: str) -> str:
    """Return a UETR with its dashes again; any other name as it is."""
    if not _COMPACT.fullmatch(name):
        return name
    return f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"


def is_uetr(text: str) -> bool:
    """Tell whether a text is a UETR: a UUID of version 4, in lower case."""
    return _UETR.fullmatch(text) is not None


def message_id(pattern: str, originator: Originator, day: str, trace: str) -> str:
    """Return a message's identification: what a network's pattern makes of day, sender, trace."""
    plain = compact(trace)
    number = int(plain[:12], 16) % 10**6 if is_uetr(trace) else 0
    source = source_of(originator)
    return pattern.format(day=day, trace=trace, plain=plain, source=source, number=number)


def source_of(originator: Originator) -> str:
    """Return the eight characters by which a service knows the sender's connection."""
    given = originator.dialect.get("source", "")
    return given if _SOURCE.fullmatch(given) else f"BZ{originator.bank_id[-6:]}".ljust(8, "0")


def traced_message(identification: str) -> str:
    """Return the trace of the one instruction in a message of ours; empty for any other."""
    if match := _OURS.fullmatch(identification):
        return expand(match[1])
    match = _DATED.fullmatch(identification)
    return match[1] if match else ""


def named_in(text: str, bank: str) -> str:
    """Return the first trace of a bank's own instructions in a text; empty if there is none."""
    return next((match[0] for match in _TRACE.finditer(text) if match[1] == bank), "")


def is_name(text: str) -> bool:
    """Tell whether an identification names anything: NOTPROVIDED and the like do not."""
    return bool(text) and text.upper() not in _NO_NAMES


def _uuid(first: str, rest: str) -> str:
    variant = "89ab"[int(rest[3], 16) % 4]
    return f"{first[:8]}-{first[8:12]}-4{rest[:3]}-{variant}{rest[4:7]}-{rest[7:19]}"
