"""Country specs: in which countries businesses can have an account, and what works there.

The file beside this one has the countries with their legal tender (ISO 4217, list one). Every
payable currency can be paid in; bank accounts are in the United States, where the rails reach.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from msgspec import Struct, field

from bezant.api.context import Context
from bezant.api.pages import Page
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.api.standard import missing
from bezant.kernel import currency
from bezant.kernel.codec import encode_json
from bezant.resources.core.known_pages import ListKnown, page_of_known

_FILE = files("bezant.resources.core") / "country_specs.csv"


class Fields(Struct, frozen=True):
    """What has to be said about an account before it is paid out."""

    additional: tuple[str, ...] = ()
    minimum: tuple[str, ...] = ("external_account",)


class VerificationFields(Struct, frozen=True):
    """What has to be said about companies and about people."""

    company: Fields = Fields()
    individual: Fields = Fields()


class CountrySpec(Identified, tag="country_spec"):
    """What an account in a country can do; the id is the country's code (ISO 3166)."""

    default_currency: str
    supported_bank_account_currencies: Mapping[str, list[str]] = field(
        default_factory=lambda: {"usd": ["US"]}
    )
    supported_payment_currencies: tuple[str, ...]
    supported_payment_methods: tuple[str, ...] = ("stripe",)
    supported_transfer_countries: tuple[str, ...]
    verification_fields: VerificationFields = VerificationFields()


routes = Routes(CountrySpec, "/v1/country_specs", listed=False, retrieved=False)


@routes.get("/v1/country_specs", listing=True)
async def list_all(_ctx: Context, params: ListKnown) -> Page:
    """List all countries by their code."""
    return page_of_known(_bodies(), params, CountrySpec.title())


@routes.get("/v1/country_specs/{id}")
async def retrieve(_ctx: Context, id: str) -> str:
    """Retrieve what works in a country."""
    body = _bodies().get(id.upper())
    if body is None:
        raise missing(CountrySpec, id)
    return body


def currencies() -> Mapping[str, str]:
    """Return the default currency of each country."""
    rows = csv.DictReader(_FILE.read_text("utf-8").splitlines())
    return {row["country"]: row["currency"] for row in rows}


@cache
def _bodies() -> Mapping[str, str]:
    known = currencies()
    payable = sorted(code for code, each in currency.table().items() if each.payable)
    return {country: _body(country, known, payable) for country in known}


def _body(country: str, known: Mapping[str, str], payable: list[str]) -> str:
    own = known[country]
    spec = CountrySpec(
        id=country,
        default_currency=own,
        supported_payment_currencies=(own, *(code for code in payable if code != own)),
        supported_transfer_countries=tuple(known),
    )
    return encode_json(spec).decode()
