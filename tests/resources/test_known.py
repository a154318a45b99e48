"""What is known beforehand: country specs from the currency table, and dated exchange rates."""

from datetime import UTC, datetime

from bezant.kernel.currency import lookup
from bezant.resources.core.country_specs import currencies
from tests.resources.office import LIVE_SECRET, Office
from tests.resources.shapes import faults


def test_every_country_has_a_currency_that_is_in_use() -> None:
    today = datetime.now(UTC).date()
    assert len(currencies()) > 40
    for country, code in currencies().items():
        assert lookup(code, today).payable, country


def test_country_specs(office: Office) -> None:
    page = office.get("/v1/country_specs", limit=100)
    names = [each["id"] for each in page["data"]]
    assert names == sorted(currencies())
    assert page["has_more"] is False
    for each in page["data"]:
        assert faults(each, "CountrySpec") == []
    spec = office.get("/v1/country_specs/US")
    assert spec["default_currency"] == spec["supported_payment_currencies"][0] == "usd"
    reached = spec["supported_bank_account_currencies"]
    assert (reached["gbp"], reached["brl"], reached["inr"]) == (["GB"], ["BR"], ["IN"])
    assert reached["cad"] == ["CA"]
    assert {"DE", "CH", "GB"} <= set(reached["eur"])
    assert "AU" not in reached["eur"]
    assert {"US", "AU", "CH"} <= set(reached["usd"])
    live = office.ask("GET", "/v1/country_specs/US", secret=LIVE_SECRET).json
    assert live["supported_bank_account_currencies"] == {}
    assert "jpy" in spec["supported_payment_currencies"]
    assert "xau" not in spec["supported_payment_currencies"]
    assert office.get("/v1/country_specs/us") == spec
    assert office.refused("/v1/country_specs/XX", verb="GET")["status"] == 404


def test_pages_of_what_is_known(office: Office) -> None:
    path = "/v1/country_specs"
    names = sorted(currencies())
    assert office.listed(path, limit=3) == names[:3]
    assert office.listed(path, limit=3, starting_after=names[2]) == names[3:6]
    assert office.listed(path, limit=3, ending_before=names[6]) == names[3:6]
    assert office.get(path, limit=3, ending_before=names[3])["has_more"] is False
    assert office.get(path, limit=3, starting_after=names[2])["has_more"] is True
    assert office.get(path, limit=1, starting_after=names[-2])["has_more"] is False
    for params, param in (
        ({"starting_after": "XX"}, "starting_after"),
        ({"ending_before": "XX"}, "ending_before"),
        ({"created": 5}, "created"),
    ):
        error = office.refused(path, verb="GET", **params)
        assert (error["status"], error["param"]) == (400, param)
    error = office.refused(path, verb="GET", starting_after="US", ending_before="US")
    assert "both" in error["message"]


def test_exchange_rates(office: Office) -> None:
    page = office.get("/v1/exchange_rates", limit=100)
    for each in page["data"]:
        assert faults(each, "ExchangeRate") == []
        assert each["rates"][each["id"]] == 1
        assert len(each["rates"]) == len(page["data"]) == 40
    rates = office.get("/v1/exchange_rates/usd")["rates"]
    assert rates["eur"] == 0.934143  # 1 / 1.0705
    assert rates["jpy"] == 160.617  # 171.94 / 1.0705
    assert rates["idr"] == 16335.6
    assert (rates["bhd"], rates["aed"]) == (0.376, 3.6725)  # Pegged.
    text = office.ask("GET", "/v1/exchange_rates/idr").text
    assert "e-" not in text.lower()
    assert office.refused("/v1/exchange_rates/xxx", verb="GET")["status"] == 404
