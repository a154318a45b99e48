"""What an amount is made up of has to add up to it, and is listed as it was sent."""

import pytest

from bezant.resources.payments.amount_details import Sums
from tests.payments.till import Till

PATH = "/v1/payment_intents"
TEA = {"product_name": "Tea", "quantity": 2, "unit_cost": 300, "tax": {"total_tax_amount": 60}}
CAKE = {"product_name": "Cake", "quantity": 1, "unit_cost": 400, "discount_amount": 100,
        "product_code": "CAKE", "unit_of_measure": "each",
        "payment_method_options": {"card": {"commodity_code": "5462"}}}  # fmt: skip
PLAIN = {"product_name": "Tea", "quantity": 2, "unit_cost": 300}
DETAILS = {"line_items": [TEA, CAKE], "shipping": {"amount": 40, "to_postal_code": "89501"}}


@pytest.fixture
def till(shared_till: Till) -> Till:
    """One for all tests here."""
    return shared_till


@pytest.mark.parametrize(
    ("total", "beside", "discount", "amount", "code"),
    [
        (1_000, 40, 0, 1_000, None),
        (1_000, 40, 0, 999, "amount_details_amount_mismatch"),
        (None, 40, 0, 40, None),
        (None, 40, 0, 39, "amount_details_tax_shipping_discount_greater_than_amount"),
        (None, 0, 41, 40, "amount_details_tax_shipping_discount_greater_than_amount"),
    ],
)
def test_sums(total: int | None, beside: int, discount: int, amount: int, code: str | None) -> None:
    sums = Sums(total=total, beside=beside, discount=discount, enforced=True)
    assert sums.fault(amount) == code


def test_line_items_are_listed_in_their_order_and_others_take_their_place(till: Till) -> None:
    made = till.post(PATH, amount=1_000, currency="usd", amount_details=DETAILS)
    assert made["amount_details"]["shipping"]["amount"] == 40
    path = f"{PATH}/{made['id']}"
    lines = till.get(f"{path}/amount_details_line_items")["data"]
    assert [each["product_name"] for each in lines] == ["Tea", "Cake"]
    shown = till.get(path, expand=["amount_details.line_items"])["amount_details"]["line_items"]
    assert (shown["data"], shown["url"]) == (lines, f"{path}/amount_details_line_items")
    assert (lines[0]["tax"], lines[0]["unit_cost"]) == ({"total_tax_amount": 60}, 300)
    assert lines[1]["payment_method_options"]["card"]["commodity_code"] == "5462"
    wrong = till.refused(path, amount=1_100)
    assert (wrong["code"], wrong["param"]) == ("amount_details_amount_mismatch", "amount_details")
    changed = till.post(path, amount=600, amount_details={"line_items": [PLAIN]})
    assert till.listed(f"{path}/amount_details_line_items") != [each["id"] for each in lines]
    assert changed["amount_details"] == {}
    paid = till.post(f"{path}/confirm", payment_method=till.card(), amount_details="")
    assert (paid["status"], paid.get("amount_details")) == ("succeeded", None)
    assert till.listed(f"{path}/amount_details_line_items") == []


def test_what_does_not_add_up_is_refused_or_shown(till: Till) -> None:
    asked = {"amount": 999, "currency": "usd"}
    assert till.refused(PATH, amount_details=DETAILS, **asked)["param"] == "amount_details"
    shown = till.post(
        PATH, amount_details={**DETAILS, "enforce_arithmetic_validation": False}, **asked
    )
    assert shown["amount_details"]["error"]["code"] == "amount_details_amount_mismatch"
    twice = {**DETAILS, "tax": {"total_tax_amount": 1}}
    refused = till.refused(PATH, amount_details=twice, **asked)
    assert refused["param"] == "amount_details[tax]"
