"""Which reader reads a file: the formats by their beginnings, and every rail for its own."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import BinaryIO, NamedTuple

from bezant.kernel.errors import InvalidRequest
from bezant.rail import Rail, ReadsStreams
from bezant.reading.cards import iso8583_message, looks_like_iso8583
from bezant.reading.facts import facts
from bezant.reading.iso import NAME, iso20022, looks_like_iso20022
from bezant.reading.nacha import nacha
from bezant.reading.statements import bai2, camt, mt940
from bezant.reading.summary import Keep, Summary, Tally
from bezant.reconcile.camt_xml import MESSAGES
from bezant.reconcile.mt940_fields import looks_like_mt940

BEGINNING = 1 << 16
"""Bytes by which a file is recognised."""

Rails = Mapping[str, Rail]
Recognize = Callable[[bytes], str | None]
Read = Callable[[BinaryIO, str, Keep], Tally]

_BOM = b"\xef\xbb\xbf"
_STATEMENTS = frozenset(MESSAGES.values())


class Format(NamedTuple):
    """A format: the kind of what looks like it, and who reads it.

    `kinds` are the names that are told, `family` a pattern of those that there are besides.
    """

    kinds: tuple[str, ...]
    recognize: Recognize
    read: Read
    family: str = ""


def read_file(
    source: BinaryIO, rails: Rails, keep: Keep, kind: str = "", *, reveal: bool = False
) -> Summary:
    """Return what a file holds; its entries go to `keep` one by one; `reveal` shows card numbers.

    `source` can be read again from its beginning. With a kind, nothing is guessed. Raises
    InvalidRequest for a kind that no reader has.
    """
    known = tuple(formats(rails, reveal=reveal))
    head = source.read(BEGINNING).removeprefix(_BOM)
    source.seek(0)
    for one in known:
        found = one.recognize(head)
        if found and kind in ("", found):
            return one.read(source, found, keep).finish()
    for one in known:
        if kind and (kind in one.kinds or re.fullmatch(one.family, kind)):
            return one.read(source, kind, keep).finish()
    kinds = sorted({name for one in known for name in one.kinds})
    if kind:
        raise InvalidRequest(f"There is no reader for {kind}; there are {', '.join(kinds)}.")
    tally = Tally("", keep)
    tally.refuse(1, None, f"no reader knows this file; there are {', '.join(kinds)}")
    return tally.finish()


def formats(rails: Rails, *, reveal: bool = False) -> Iterator[Format]:
    """Yield every format, the surest to recognise first."""
    yield Format(tuple(sorted(_STATEMENTS)), _statement, camt)
    yield Format(
        ("pain.001", "pain.002", "pain.008", "pacs.002", "pacs.008"),
        _message,
        iso20022,
        NAME.pattern,
    )
    yield Format(("bai2",), _begins("bai2", b"01,"), bai2)
    ach = rails.get("ach")
    if isinstance(ach, ReadsStreams):
        read = partial(nacha, rail=ach)
        yield Format(("nacha",), _begins("nacha", b"101"), read)
    for name, rail in rails.items():
        reader, own = partial(facts, rail=rail), re.escape(rail.capabilities.format or name)
        yield Format((name,), partial(_of_rail, rail), reader, f"{name}-.*|{own}")
    yield Format(("mt940", "mt942"), _swift_statement, mt940)
    yield Format(("iso8583",), _card_message, partial(iso8583_message, reveal=reveal))


def _begins(kind: str, beginning: bytes) -> Recognize:
    return lambda head: kind if head.lstrip().startswith(beginning) else None


def _message(head: bytes) -> str | None:
    return looks_like_iso20022(head)


def _statement(head: bytes) -> str | None:
    if not head.lstrip().startswith(b"<"):
        return None
    for element, kind in MESSAGES.items():
        if element.encode() in head:
            return kind
    kind = looks_like_iso20022(head)
    return kind if kind in _STATEMENTS else None


def _of_rail(rail: Rail, head: bytes) -> str | None:
    return rail.recognize(head)


def _swift_statement(head: bytes) -> str | None:
    if not looks_like_mt940(head):
        return None
    return "mt940" if b":60" in head or b":62" in head else "mt942"


def _card_message(head: bytes) -> str | None:
    return "iso8583" if looks_like_iso8583(head) else None
