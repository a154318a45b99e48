"""Products and prices: what is sold, and what one of it costs."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.resources.catalogue.price import Price
from tests.checkout.shop import price
from tests.resources.office import Office


def test_a_product_is_offered_changed_and_deleted(office: Office) -> None:
    made = office.post("/v1/products", name="Tea", url="https://tea.example", images=["https://x"])
    assert (made["active"], made["type"], made["default_price"]) == (True, "service", None)
    path = f"/v1/products/{made['id']}"
    changed = office.post(path, description="Green", images="", metadata={"a": "b"})
    assert (changed["description"], changed["images"], changed["metadata"]) == (
        "Green", [], {"a": "b"},
    )  # fmt: skip
    assert office.listed("/v1/products", ids=[made["id"], "prod_none"]) == [made["id"]]
    assert office.listed("/v1/products", active=False) == []
    assert office.listed("/v1/products", url="https://tea.example") == [made["id"]]
    assert office.delete(path) == {"id": made["id"], "object": "product", "deleted": True}
    assert office.listed("/v1/products") == []
    assert office.events() == ["product.created", "product.updated", "product.deleted"]


def test_a_product_has_its_price_from_the_beginning(office: Office) -> None:
    data = {"unit_amount": 450, "currency": "eur"}
    made = office.post("/v1/products", name="Tea", default_price_data=data,
                       expand=["default_price"])  # fmt: skip
    cost = made["default_price"]
    assert (cost["unit_amount"], cost["currency"], cost["product"]) == (450, "eur", made["id"])
    assert "prices" in office.refused(f"/v1/products/{made['id']}", verb="DELETE")["message"]
    other = office.post("/v1/products", name="Coffee")["id"]
    refused = office.refused(f"/v1/products/{other}", default_price=cost["id"])
    assert refused["param"] == "default_price"


def test_prices_are_found_by_what_they_are(office: Office) -> None:
    once = price(office)
    monthly = price(office, recurring={"interval": "month"}, nickname="Monthly")
    assert office.listed("/v1/prices", type="recurring") == [monthly]
    assert office.listed("/v1/prices", recurring={"interval": "year"}) == []
    assert office.listed("/v1/prices", currency="usd", active=True) == [monthly, once]
    office.post(f"/v1/prices/{once}", active=False)
    assert office.listed("/v1/prices", active=True) == [monthly]
    assert office.listed("/v1/prices/search", query="active:'false'") == [once]
    assert office.listed("/v1/products/search", query="name~'shirt'") != []


def test_a_lookup_key_names_one_price(office: Office) -> None:
    first = price(office, lookup_key="basic")
    assert office.listed("/v1/prices", lookup_keys=["basic", "none"]) == [first]
    product = office.post("/v1/products", name="Tea")["id"]
    again = {"product": product, "unit_amount": 1, "currency": "usd", "lookup_key": "basic"}
    assert office.refused("/v1/prices", **again)["param"] == "lookup_key"
    second = office.post("/v1/prices", **again, transfer_lookup_key=True)["id"]
    assert office.listed("/v1/prices", lookup_keys=["basic"]) == [second]
    assert office.get(f"/v1/prices/{first}")["lookup_key"] is None
    assert office.post(f"/v1/prices/{second}", lookup_key="")["lookup_key"] is None
    assert office.post(f"/v1/prices/{first}", lookup_key="basic")["lookup_key"] == "basic"


NO_PRICES: list[tuple[dict[str, object], str]] = [
    ({}, "unit_amount"),
    ({"unit_amount": 1, "unit_amount_decimal": "1"}, "unit_amount"),
    ({"unit_amount_decimal": "1.2.3"}, "unit_amount_decimal"),
    ({"unit_amount_decimal": "0.0000000000001"}, "unit_amount_decimal"),
    ({"unit_amount": 1, "billing_scheme": "tiered"}, "billing_scheme"),
    ({"unit_amount": 1, "tiers": [{"up_to": "inf"}]}, "tiers"),
    ({"custom_unit_amount": {"enabled": True}}, "custom_unit_amount"),
    ({"unit_amount": 1, "currency_options": {"eur": {"unit_amount": 1}}}, "currency_options"),
]


def test_what_is_no_price_is_refused(office: Office) -> None:
    product = {"product_data": {"name": "Tea"}, "currency": "usd"}
    for sent, param in NO_PRICES:
        assert office.refused("/v1/prices", **product, **sent)["param"] == param, sent
    assert office.listed("/v1/products") == []


@settings(max_examples=50)
@given(st.integers(0, 10**9), st.integers(0, 12), st.integers(1, 10**6))
def test_many_cost_what_one_does_rounded_once(digits: int, places: int, quantity: int) -> None:
    exact = f"{digits // 10**places}.{digits % 10**places:0{places}}" if places else str(digits)
    one = Price(id="price_1", created=0, livemode=False, currency="usd", metadata={}, product="p",
                type="one_time", unit_amount=None, unit_amount_decimal=exact)  # fmt: skip
    assert one.of(quantity) == (2 * digits * quantity + 10**places) // (2 * 10**places)
