"""Checkout sessions by the API: what is in them, how they end, and what they make of intents."""

from typing import Any

from tests.checkout.shop import BACK, DONE, price, session, state
from tests.resources.office import Office

URL = "/v1/checkout/sessions"


def paid(office: Office, name: str, account: str | None = None, **params: Any) -> Any:
    given = {"payment_method": "pm_card_visa", **params}
    return office.post(f"/v1/payment_pages/{name}/confirm", account, **given)


def work(office: Office) -> None:
    while office.work():
        pass


def test_a_session_sells_what_its_lines_say(office: Office) -> None:
    shirt, cap = price(office), price(office, 250)
    items = [{"price": shirt, "quantity": 2, "metadata": {"size": "XL"}}, {"price": cap}]
    made = session(office, line_items=items, client_reference_id="o-1", metadata={"a": "b"})
    assert (made["amount_total"], made["amount_subtotal"], made["currency"]) == (
        3_250,
        3_250,
        "usd",
    )
    assert (made["status"], made["payment_status"], made["payment_intent"]) == (
        "open", "unpaid", None,
    )  # fmt: skip
    assert made["id"].startswith("cs_test_")
    assert made["expires_at"] == made["created"] + 86_400
    lines = office.get(f"{URL}/{made['id']}/line_items")["data"]
    assert [(each["price"]["id"], each["quantity"], each["amount_total"]) for each in lines] == [
        (shirt, 2, 3_000), (cap, 1, 250),
    ]  # fmt: skip
    assert lines[0]["metadata"] == {"size": "XL"}
    assert office.listed(f"{URL}/{made['id']}/line_items", limit=1, starting_after=lines[0]["id"]) \
        == [lines[1]["id"]]  # fmt: skip


def test_lines_are_shown_to_whoever_expands_them(office: Office) -> None:
    given = {"expand": ["line_items.data.price.product"]}
    made = session(office, **given)
    (line,) = made["line_items"]["data"]
    assert line["price"]["product"]["name"] == "T-shirt <XL>"
    shown = office.get(URL, expand=["data.line_items"])["data"][0]["line_items"]
    assert (shown["has_more"], shown["url"]) == (False, f"{URL}/{made['id']}/line_items")
    assert shown["data"][0]["id"] == line["id"]
    assert "line_items" not in office.get(f"{URL}/{made['id']}")


def test_a_payment_completes_a_session(office: Office) -> None:
    data = {"metadata": {"order": "7"}, "description": "Two shirts", "capture_method": "automatic"}
    name = session(office, customer_creation="always", payment_intent_data=data)["id"]
    done = paid(office, name, expected_amount=3_000)
    assert (done["status"], done["payment_status"], done["url"]) == ("complete", "paid", None)
    intent = office.get(f"/v1/payment_intents/{done['payment_intent']}")
    assert (intent["amount_received"], intent["metadata"]) == (3_000, {"order": "7"})
    assert intent["customer"] == done["customer"]
    assert office.events()[-1] == "checkout.session.completed"
    assert office.listed(URL, payment_intent=intent["id"]) == [name]
    assert office.listed(URL, status="open") == []
    again = office.refused(f"/v1/payment_pages/{name}/confirm", payment_method="pm_card_visa")
    assert again["code"] == "checkout_session_not_open"
    assert office.refused(f"{URL}/{name}/expire")["code"] == "checkout_session_not_open"


def test_a_declined_card_leaves_a_session_open(office: Office) -> None:
    name = session(office)["id"]
    path = f"/v1/payment_pages/{name}/confirm"
    declined = office.refused(path, payment_method="pm_card_chargeDeclined")
    assert (declined["status"], declined["code"]) == (402, "card_declined")
    intent = office.get(f"{URL}/{name}")["payment_intent"]
    assert paid(office, name)["payment_intent"] == intent
    assert len(office.listed("/v1/charges")) == 2


def test_money_is_split_as_a_platform_says(office: Office) -> None:
    seller = office.open_shop()
    data = {"application_fee_amount": 300, "transfer_data": {"destination": seller}}
    paid(office, session(office, payment_intent_data=data)["id"])
    assert office.get("/v1/application_fees")["data"][0]["amount"] == 300
    direct = session(office, seller, payment_intent_data={"application_fee_amount": 200})["id"]
    assert paid(office, direct, seller)["payment_status"] == "paid"
    assert office.get("/v1/application_fees")["data"][0]["amount"] == 200


def test_money_that_is_only_held_is_paid_when_it_is_captured(office: Office) -> None:
    name = session(office, payment_intent_data={"capture_method": "manual"})["id"]
    done = paid(office, name)
    assert state(office, name) == ("complete", "unpaid")
    office.post(f"/v1/payment_intents/{done['payment_intent']}/capture")
    work(office)
    assert state(office, name) == ("complete", "paid")


def test_a_session_expires_in_its_time(office: Office) -> None:
    made = session(office, expires_at=int(office.clock.now().timestamp()) + 1_800)
    work(office)
    assert state(office, made["id"]) == ("open", "unpaid")
    office.pass_time(seconds=1_800)
    late = office.refused(f"/v1/payment_pages/{made['id']}/confirm", payment_method="pm_card_visa")
    assert late["code"] == "checkout_session_not_open"
    work(office)
    assert state(office, made["id"]) == ("expired", "unpaid")
    assert office.events()[-1] == "checkout.session.expired"


def test_an_expired_session_cancels_its_intent_which_nobody_else_may(office: Office) -> None:
    name = session(office)["id"]
    waiting = paid(office, name, payment_method="pm_card_authenticationRequired")
    intent = f"/v1/payment_intents/{waiting['payment_intent']}"
    assert office.get(intent)["status"] == "requires_action"
    for act in ("cancel", "confirm"):
        assert "page confirms it" in office.refused(f"{intent}/{act}")["message"]
    assert office.post(f"{URL}/{name}/expire")["status"] == "expired"
    assert office.get(intent)["status"] == "canceled"


def test_a_session_follows_a_cardholder_who_does_not_come_back(office: Office) -> None:
    name = session(office)["id"]
    waiting = paid(office, name, payment_method="pm_card_authenticationRequired")
    assert waiting["status"] == "open"
    path = f"/v1/test_helpers/payment_intents/{waiting['payment_intent']}/authenticate"
    office.post(path, outcome="succeeded")
    work(office)
    assert state(office, name) == ("complete", "paid")


def test_what_is_known_of_a_customer_is_brought_up_to_date(office: Office) -> None:
    customer = office.post("/v1/customers", email="ada@example.com")["id"]
    update = {"name": "auto", "address": "auto"}
    made = session(office, customer=customer, customer_update=update)
    assert made["customer_details"]["email"] == "ada@example.com"
    card = {"number": "4242424242424242", "exp_month": 4, "exp_year": 34}
    billing = {"name": "Ada Byron", "address": {"country": "GB"}}
    method = office.post("/v1/payment_methods", type="card", card=card, billing_details=billing)
    paid(office, made["id"], payment_method=method["id"])
    known = office.get(f"/v1/customers/{customer}")
    assert (known["name"], known["address"]["country"]) == ("Ada Byron", "GB")
    assert office.listed(URL, customer=customer) == [made["id"]]
    assert office.listed(URL, customer_details={"email": "ada@example.com"}) == [made["id"]]


NOT_OFFERED: list[tuple[Any, str | None]] = [
    ({"success_url": None}, "success_url"),
    ({"success_url": "shop.example.com"}, "success_url"),
    ({"line_items": None}, "line_items"),
    ({"line_items": [{"price": "price_none"}]}, "line_items[0][price]"),
    ({"line_items": [{"quantity": 1}]}, "line_items[0]"),
    ({"mode": "subscription"}, "line_items"),
    ({"ui_mode": "embedded_page"}, "ui_mode"),
    ({"automatic_tax": {"enabled": True}}, "automatic_tax[enabled]"),
    ({"shipping_options": [{"shipping_rate": "x"}]}, "shipping_options"),
    ({"subscription_data": {"trial_period_days": 3}}, "subscription_data"),
    ({"expires_at": 1}, "expires_at"),
    ({"customer": "cus_none"}, "customer"),
    ({"currency": "eur"}, "currency"),
    (
        {"payment_intent_data": {"application_fee_amount": 5}},
        "payment_intent_data[application_fee_amount]",
    ),
    (
        {"payment_intent_data": {"transfer_data": {"destination": "acct_1"}}},
        "payment_intent_data[transfer_data][destination]",
    ),
    ({"payment_method_types": ["sepa_debit"]}, None),
    (
        {
            "custom_fields": [
                {"key": "a", "label": {"type": "custom", "custom": "A"}, "type": "dropdown"}
            ]
        },
        "custom_fields[0][dropdown]",
    ),
    (
        {"shipping_address_collection": {"allowed_countries": ["XX"]}},
        "shipping_address_collection[allowed_countries][0]",
    ),
    ({"locale": "de"}, "locale"),
    ({"nonsense": "1"}, "nonsense"),
]


def test_what_is_not_offered_is_refused(office: Office) -> None:
    tea = {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Tea"}}
    whole = {"line_items": [{"price_data": tea}], "success_url": DONE, "cancel_url": BACK}
    for sent, param in NOT_OFFERED:
        given = {name: value for name, value in {**whole, **sent}.items() if value}
        refused = office.refused(URL, **given)
        assert param in (None, refused["param"]), refused
    assert office.listed(URL) == []


def test_what_is_said_of_a_payment_can_be_changed_before_it(office: Office) -> None:
    name = session(office)["id"]
    data = {"metadata": {"order": "8"}, "description": "Shirts"}
    changed = office.post(f"{URL}/{name}", metadata={"a": "b"}, payment_intent_data=data)
    assert changed["metadata"] == {"a": "b"}
    intent = office.get(f"/v1/payment_intents/{paid(office, name)['payment_intent']}")
    assert (intent["description"], intent["metadata"]) == ("Shirts", {"order": "8"})
    late = office.refused(f"{URL}/{name}", payment_intent_data=data)
    assert late["code"] == "checkout_session_not_open"
