"""Card numbers: which network gave one out, how long it may be, and whether it proves itself."""

import csv
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from msgspec import Struct

from bezant.kernel.luhn import passes_luhn

Funding = Literal["credit", "debit", "prepaid", "unknown"]
_FILE = files("bezant.rail") / "card_ranges.csv"
_LONGEST_PREFIX = 12
_SHORTEST, _LONGEST = 12, 19


class Range(Struct, frozen=True):
    """Numbers that begin alike: the network, what stands behind the cards, and the country.

    `lengths` are how many digits they have, `code` how many the security code has.
    """

    brand: str = "unknown"
    funding: Funding = "unknown"
    country: str | None = None
    lengths: tuple[int, ...] = tuple(range(_SHORTEST, _LONGEST + 1))
    code: int = 3


@cache
def _ranges() -> dict[str, Range]:
    rows = csv.DictReader(_FILE.read_text("utf-8").splitlines())
    known: dict[str, Range] = {}
    for row in rows:
        lengths = tuple(int(length) for length in row["lengths"].split())
        funding, country = cast("Funding", row["funding"]), row["country"] or None
        found = Range(row["brand"], funding, country, lengths, int(row["code"]))
        for number in range(int(row["first"]), int(row["last"] or row["first"]) + 1):
            known[str(number)] = found
    return known


def range_of(number: str) -> Range:
    """Return what is known of a number's range; the longest beginning that is known counts."""
    known = _ranges()
    for length in range(_LONGEST_PREFIX, 0, -1):
        if found := known.get(number[:length]):
            return found
    return Range()


def is_card_number(number: str) -> bool:
    """Tell whether digits are a card number: of a length of their network, and proven by Luhn."""
    return len(number) in range_of(number).lengths and passes_luhn(number)
