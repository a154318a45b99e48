"""Country specs: in which countries businesses can have an account, and what works there.

The file beside this one has the countries with their legal tender (ISO 4217, list one). Every
payable currency can be paid in; bank accounts can be where the rails of the mode's banks reach.
"""

import csv
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from msgspec import Struct

from bezant.api.context import Context
from bezant.api.pages import Page
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.api.standard import missing
from bezant.kernel import currency
from bezant.kernel.codec import encode_json
from bezant.movement.banks import Banks
from bezant.movement.engine import engine_of
from bezant.movement.reach import Target, reach
from bezant.movement.reach import currencies as paid_out
from bezant.resources.core import bank_numbers
from bezant.resources.core.known_pages import ListKnown, page_of_known

Mode = Literal["live", "test"]

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
    supported_bank_account_currencies: Mapping[str, list[str]]
    supported_payment_currencies: tuple[str, ...]
    supported_payment_methods: tuple[str, ...] = ("stripe",)
    supported_transfer_countries: tuple[str, ...]
    verification_fields: VerificationFields = VerificationFields()


routes = Routes(CountrySpec, "/v1/country_specs", listed=False, retrieved=False)


@routes.get("/v1/country_specs", listing=True)
async def list_all(ctx: Context, params: ListKnown) -> Page:
    """List all countries by their code."""
    return page_of_known(_bodies_of(ctx), params, CountrySpec.title())


@routes.get("/v1/country_specs/{id}")
async def retrieve(ctx: Context, id: str) -> str:
    """Retrieve what works in a country."""
    body = _bodies_of(ctx).get(id.upper())
    if body is None:
        raise missing(CountrySpec, id)
    return body


@cache
def currencies() -> Mapping[str, str]:
    """Return the default currency of each country."""
    rows = csv.DictReader(_FILE.read_text("utf-8").splitlines())
    return {row["country"]: row["currency"] for row in rows}


def currency_of(country: str) -> str | None:
    """Return the default currency of a country, if it is known."""
    return currencies().get(country)


def _bodies_of(ctx: Context) -> Mapping[str, str]:
    mode: Mode = "live" if ctx.livemode else "test"
    return _bodies(engine_of(ctx).banks, mode, ctx.now().date())


@lru_cache(maxsize=4)
def _bodies(banks: Banks, mode: Mode, day: date) -> Mapping[str, str]:
    payable = sorted(code for code, each in currency.table().items() if each.payable)
    reached = _reached(banks, livemode=mode == "live", day=day)
    return {country: _body(country, payable, reached) for country in currencies()}


def _reached(banks: Banks, *, livemode: bool, day: date) -> Mapping[str, list[str]]:
    """Return the countries in which bank accounts can be paid, by currency."""
    noon = datetime.combine(day, time(12), UTC)
    found: dict[str, list[str]] = {}
    for code in paid_out(banks, livemode=livemode):
        samples = {each: bank_numbers.sample(each, code) for each in currencies()}
        targets = {each: Target(one, each, code, livemode) for each, one in samples.items()}
        found[code] = [each for each in targets if reach(banks, targets[each], noon).methods]
    return found


def _body(country: str, payable: list[str], reached: Mapping[str, list[str]]) -> str:
    own = currencies()[country]
    spec = CountrySpec(
        id=country,
        default_currency=own,
        supported_bank_account_currencies=reached,
        supported_payment_currencies=(own, *(code for code in payable if code != own)),
        supported_transfer_countries=tuple(currencies()),
    )
    return encode_json(spec).decode()
