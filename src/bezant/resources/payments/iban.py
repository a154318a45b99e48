"""IBANs (ISO 13616): checked by length and check digits, with the bank's and the branch's code.

The file beside this one has the countries of SEPA, from the IBAN registry; places of the codes
are counted in the part after the country and the check digits.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from bezant.kernel.errors import InvalidRequest

_FILE = files("bezant.resources.payments") / "ibans.csv"


class Iban(NamedTuple):
    """An IBAN without spaces, and what it says; a country need not have codes of branches."""

    number: str
    country: str
    bank_code: str
    branch_code: str | None


def read_iban(text: str, param: str) -> Iban:
    """Return what an IBAN says; InvalidRequest for one that is none."""
    number = text.replace(" ", "").upper()
    country = _countries().get(number[:2])
    if country is None or len(number) != int(country["length"]) or not _adds_up(number):
        raise InvalidRequest(
            "The IBAN is not one: its country, its length or its check digits are wrong.",
            code="account_number_invalid",
            param=param,
        )
    basic = number[4:]
    branch = country["branch"]
    bank_code = _part(basic, country["bank"])
    return Iban(number, number[:2], bank_code, _part(basic, branch) if branch else None)


@cache
def _countries() -> Mapping[str, Mapping[str, str]]:
    rows = csv.DictReader(_FILE.read_text("utf-8").splitlines())
    return {row["country"]: row for row in rows}


def _adds_up(number: str) -> bool:
    """Tell whether the check digits fit (ISO 7064, MOD 97-10)."""
    if not (number.isascii() and number.isalnum()):
        return False
    return int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 == 1


def _part(basic: str, place: str) -> str:
    start, end = place.split("-")
    return basic[int(start) : int(end)]
