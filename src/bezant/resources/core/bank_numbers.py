"""Bank accounts as people write them: a routing number and an account number, by country.

In its own country's currency an account has the numbers that are usual there; in any other it is
found by its IBAN, or by its bank's BIC where accounts have no IBAN. The file beside this one has
the codes of Brazilian banks with their ISPB; it is a choice of the larger ones.
"""

import csv
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from bezant.api.refusals import missing
from bezant.kernel.errors import InvalidRequest
from bezant.rail import (
    Account,
    BicAccount,
    BrAccount,
    CaAccount,
    GbAccount,
    IbanAccount,
    InAccount,
    UsAccount,
)
from bezant.rail.directory import Bank, bank_of_bic, bank_of_iban, has_ibans, sample_iban
from bezant.rail.identifiers import (
    is_bic,
    is_ca_account_number,
    is_gb_account_number,
    is_iban,
    is_ifsc,
    is_ispb,
    is_routing_number,
    is_sort_code,
)

AccountType = Literal["checking", "savings"]

TEST_ROUTING_NUMBER = "110000000"
BANK_NAMES: Mapping[str, str] = {
    TEST_ROUTING_NUMBER: "TEST BANK",
    "091000019": "SANDBOX BANK",
    "108800": "TEST BANK",
    "009911": "SANDBOX BANK",
}
"""Banks of test mode by their routing numbers and sort codes."""
CANADIAN_BANKS: Mapping[str, str] = {
    "000": "TEST BANK",
    "001": "BANK OF MONTREAL",
    "002": "SCOTIABANK",
    "003": "ROYAL BANK OF CANADA",
    "004": "TORONTO-DOMINION BANK",
    "006": "NATIONAL BANK OF CANADA",
    "010": "CANADIAN IMPERIAL BANK OF COMMERCE",
    "016": "HSBC BANK CANADA",
    "030": "CANADIAN WESTERN BANK",
    "039": "LAURENTIAN BANK OF CANADA",
    "219": "ATB FINANCIAL",
    "614": "TANGERINE BANK",
    "815": "DESJARDINS",
    "999": "SANDBOX BANK",
}
"""Institutions in Canada, a choice of the larger ones, by their three digits."""

_FILE = files("bezant.resources.core") / "brazilian_banks.csv"
_BRANCH_IN_BRAZIL = re.compile(r"([0-9]{3}|[0-9A-Z]{8})-?([0-9]{1,4})", re.ASCII)
_IN_CANADA = re.compile(
    r"(?P<transit>[0-9]{5})(?P<institution>[0-9]{3})|0(?P<first>[0-9]{3})(?P<branch>[0-9]{5})",
    re.ASCII,
)
_IBAN_OF_GB = slice(8, 14), slice(14, 22)
"""Where the sort code and the account number stand in a British IBAN."""


class Written(NamedTuple):
    """An account as it was given; `param` is what the errors are about."""

    country: str
    currency: str
    routing_number: str | None
    account_number: str | None
    kind: AccountType | None
    param: str

    @property
    def routing(self) -> str:
        """The routing number without spaces and hyphens."""
        return plain(self.routing_number)

    @property
    def number(self) -> str:
        """The account number without spaces and hyphens; raises InvalidRequest without one."""
        if self.account_number is None:
            raise missing(f"{self.param}[account_number]")
        return plain(self.account_number)

    def bad_routing(self, message: str) -> InvalidRequest:
        """Return the error of a routing number."""
        param = f"{self.param}[routing_number]"
        return InvalidRequest(message, code="routing_number_invalid", param=param)

    def bad_number(self, message: str) -> InvalidRequest:
        """Return the error of an account number."""
        param = f"{self.param}[account_number]"
        return InvalidRequest(message, code="account_number_invalid", param=param)


class Numbers(NamedTuple):
    """An account as rails know it, the routing number as it is shown, and the bank's name."""

    account: Account
    routing: str | None
    number: str
    bank_name: str | None


class _Format(NamedTuple):
    tag: str
    read: Callable[[Written], Numbers]


def plain(number: str | None) -> str:
    """Return a number without spaces and hyphens, its letters as capitals."""
    return (number or "").replace("-", "").replace(" ", "").upper()


def shape_of(country: str, currency: str) -> str:
    """Return the shape, by its tag, of an account in a country that is paid in a currency."""
    return _format(country, currency).tag


def sample(country: str, currency: str) -> Account:
    """Return some account in a country that is paid in a currency, to see what reaches it."""
    tag, bic = shape_of(country, currency), f"BANK{country}22XXX"
    if tag in _SAMPLES:
        return _SAMPLES[tag]
    if tag == "iban":
        return IbanAccount(sample_iban(country), bic)
    return BicAccount(_SOME_NUMBER, bic, country)


def read(written: Written) -> Numbers:
    """Return what an account's numbers say; InvalidRequest for those that no account has."""
    return _format(written.country, written.currency).read(written)


def _format(country: str, currency: str) -> _Format:
    abroad = _IBAN if has_ibans(country) else _BIC
    return _AT_HOME.get((country, currency), abroad)


def _us(written: Written) -> Numbers:
    routing, number = written.routing, written.number
    if not is_routing_number(routing):
        raise written.bad_routing(
            "The routing number must be nine digits of which the last one checks the others."
        )
    if not _digits(number, 4, 17):
        raise written.bad_number("The account number must be 4 to 17 digits.")
    account = UsAccount(routing, number, written.kind or "checking")
    return Numbers(account, routing, number, BANK_NAMES.get(routing))


def _gb(written: Written) -> Numbers:
    routing, number = written.routing, written.number
    if not routing and number.startswith("GB") and is_iban(number):
        routing, number = (number[place] for place in _IBAN_OF_GB)
    if not is_sort_code(routing):
        raise written.bad_routing("The sort code must be six digits, such as 10-88-00.")
    if not is_gb_account_number(number):
        raise written.bad_number(
            "The account number must be eight digits; a shorter one begins with zeros."
        )
    return Numbers(GbAccount(routing, number), routing, number, BANK_NAMES.get(routing))


def _ca(written: Written) -> Numbers:
    found, number = _IN_CANADA.fullmatch(written.routing), written.number
    if found is None:
        raise written.bad_routing(
            "The routing number must be five digits of transit, a hyphen and three of institution, "
            "such as 11000-000."
        )
    transit = found["transit"] or found["branch"]
    institution = found["institution"] or found["first"]
    if not is_ca_account_number(number):
        raise written.bad_number("The account number must be 5 to 12 digits.")
    account = CaAccount(institution, transit, number)
    name = CANADIAN_BANKS.get(institution)
    return Numbers(account, f"{transit}-{institution}", number, name)


def _br(written: Written) -> Numbers:
    given = (written.routing_number or "").replace(" ", "").upper()
    found, number = _BRANCH_IN_BRAZIL.fullmatch(given), written.number
    if found is None:
        raise written.bad_routing(
            "The routing number must be the bank's three digits, a hyphen and the branch, such as "
            "260-0001; for a bank without digits, its ISPB, a hyphen and the branch."
        )
    code, branch = found.groups()
    ispb, name = _brazilian_banks().get(code, (code, None))
    if not is_ispb(ispb):
        raise written.bad_routing(
            f"The bank {code} is not in our list: send its ISPB instead, eight characters, a "
            "hyphen and the branch."
        )
    if not (number.isascii() and number.isalnum() and 4 <= len(number) <= 20):
        raise written.bad_number(
            "The account number must be 4 to 20 digits, its check digit included."
        )
    account = BrAccount(ispb, branch, number, written.kind or "checking")
    return Numbers(account, f"{code}-{branch}", number, name)


def _in(written: Written) -> Numbers:
    routing, number = written.routing, written.number
    if not is_ifsc(routing):
        raise written.bad_routing(
            "The routing number must be the branch's IFSC: four letters, a zero and six characters."
        )
    if not (number.isascii() and number.isalnum() and 4 <= len(number) <= 30):
        raise written.bad_number("The account number must be 4 to 30 letters and digits.")
    return Numbers(InAccount(routing, number), routing, number, None)


def _iban(written: Written) -> Numbers:
    number, bic = written.number, written.routing
    if not is_iban(number):
        raise written.bad_number(
            f"The account number must be an IBAN of {written.country}, and its check digits must "
            "hold."
        )
    if number[:2] != written.country:
        raise written.bad_number(
            f"This is an IBAN of {number[:2]}, and the bank account is said to be in "
            f"{written.country}."
        )
    if bic and not is_bic(bic):
        raise written.bad_routing(
            "The IBAN says it all: leave `routing_number` out, or send the bank's BIC."
        )
    bank = _bank(bank_of_iban(number), bic)
    return Numbers(IbanAccount(number, bank.bic), bank.bic, number, bank.name)


def _bic(written: Written) -> Numbers:
    bic, number = written.routing, written.number
    if not is_bic(bic):
        raise written.bad_routing(
            f"Bank accounts in {written.country} are reached in {written.currency} by the BIC of "
            "their bank: send its eight or eleven characters as the routing number."
        )
    if not (number.isascii() and number.isalnum() and 4 <= len(number) <= 34):
        raise written.bad_number("The account number must be 4 to 34 letters and digits.")
    return Numbers(BicAccount(number, bic, written.country), bic, number, bank_of_bic(bic).name)


def _bank(known: Bank, bic: str) -> Bank:
    """Return the bank with the BIC that was given, if one was."""
    return bank_of_bic(bic) if bic else known


def _digits(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and least <= len(text) <= most


@cache
def _brazilian_banks() -> Mapping[str, tuple[str, str]]:
    rows = csv.DictReader(_FILE.read_text("utf-8").splitlines())
    return {row["code"]: (row["ispb"], row["name"]) for row in rows}


_IBAN = _Format("iban", _iban)
_BIC = _Format("bic", _bic)
_AT_HOME: Mapping[tuple[str, str], _Format] = {
    ("US", "usd"): _Format("us", _us),
    ("GB", "gbp"): _Format("gb", _gb),
    ("CA", "cad"): _Format("ca", _ca),
    ("BR", "brl"): _Format("br", _br),
    ("IN", "inr"): _Format("in", _in),
}
"""How accounts are written where they are, by country and currency."""

_SOME_NUMBER = "00012345"
_SAMPLES: Mapping[str, Account] = {
    "us": UsAccount(TEST_ROUTING_NUMBER, _SOME_NUMBER),
    "gb": GbAccount("108800", _SOME_NUMBER),
    "ca": CaAccount("000", "11000", _SOME_NUMBER),
    "br": BrAccount("99999110", "0001", _SOME_NUMBER),
    "in": InAccount("HDFC0000261", _SOME_NUMBER),
}
