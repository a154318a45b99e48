"""Exchange rates, at which payments are converted; no feed renews them.

The file beside this one has the European Central Bank's euro foreign exchange reference rates of
the day that it names, and those of currencies that are pegged to the dollar (AED, BHD, JOD, OMR,
QAR, SAR) or to the euro (KMF, XAF, XOF, XPF); rates between others are reckoned through the euro.
"""

import csv
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from decimal import Context as Precision
from functools import cache
from importlib.resources import files

from msgspec import Raw

from bezant.api.context import Context
from bezant.api.pages import Page
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.api.standard import missing
from bezant.kernel.codec import encode_json
from bezant.resources.core.known_pages import ListKnown, page_of_known

_FILE = files("bezant.resources.core") / "exchange_rates.csv"
_SIX_DIGITS = Precision(prec=6, rounding=ROUND_HALF_EVEN)


class ExchangeRate(Identified, tag="exchange_rate"):
    """How much of each currency one unit of a currency is; the id is its code.

    A rate stands as the decimal text of a JSON number.
    """

    rates: dict[str, Raw]


routes = Routes(ExchangeRate, "/v1/exchange_rates", listed=False, retrieved=False)


@routes.get("/v1/exchange_rates", listing=True)
async def list_all(_ctx: Context, params: ListKnown) -> Page:
    """List the rates of all currencies by their code."""
    return page_of_known(_bodies(), params, ExchangeRate.title())


@routes.get("/v1/exchange_rates/{id}")
async def retrieve(_ctx: Context, id: str) -> str:
    """Retrieve the rates of a currency."""
    body = _bodies().get(id.lower())
    if body is None:
        raise missing(ExchangeRate, id)
    return body


def per_unit(currency: str, other: str) -> Decimal | None:
    """Return how much of another currency a unit of a currency is; None if that is not known."""
    rates = _per_euro()
    if currency not in rates or other not in rates:
        return None
    return _SIX_DIGITS.divide(rates[other], rates[currency])


@cache
def _per_euro() -> Mapping[str, Decimal]:
    rows = csv.DictReader(_FILE.read_text("utf-8").splitlines())
    return {row["currency"]: Decimal(row["per_euro"]) for row in rows}


@cache
def _bodies() -> Mapping[str, str]:
    per_euro = _per_euro()
    return {
        code: encode_json(
            ExchangeRate(id=code, rates={to: _rate(own, other) for to, other in per_euro.items()})
        ).decode()
        for code, own in per_euro.items()
    }


def _rate(own: Decimal, other: Decimal) -> Raw:
    return Raw(format(_SIX_DIGITS.divide(other, own), "f").encode())
