"""The directory: banks by their BIC or by an account's IBAN, and which countries have IBANs."""

import re
from functools import cache
from typing import NamedTuple

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from schwifty.registry import get_iban_spec

_PART = re.compile(r"([0-9]+)!?([anc])")
_FILLED = {"n": "0", "a": "A", "c": "0"}


class Bank(NamedTuple):
    """A bank: its BIC (ISO 9362) and its name, each where the directory has it."""

    bic: str | None = None
    name: str | None = None


@cache
def has_ibans(country: str) -> bool:
    """Tell whether accounts in a country (ISO 3166) have IBANs."""
    try:
        return not get_iban_spec(country).aspirational
    except SchwiftyException:
        return False


@cache
def sample_iban(country: str) -> str:
    """Return an IBAN of a country that has them, whose length and check digits hold."""
    parts = _PART.findall(get_iban_spec(country).bban_spec)
    basic = "".join(_FILLED[kind] * int(count) for count, kind in parts)
    number = "".join(str(int(sign, 36)) for sign in f"{basic}{country}00")
    return f"{country}{98 - int(number) % 97:02d}{basic}"


def bank_of_iban(iban: str) -> Bank:
    """Return the bank that keeps an account, by an IBAN that holds."""
    try:
        found = IBAN(iban)
        return Bank(str(found.bic) if found.bic else None, found.bank_name or None)
    except SchwiftyException:
        return Bank()


def bank_of_bic(bic: str) -> Bank:
    """Return the bank with a BIC that holds."""
    return Bank(bic, next(iter(BIC(bic).bank_names), None))
