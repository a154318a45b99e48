"""A platform charges the balances of its accounts, which may come to owe it."""

from tests.payments.till import Till


def test_a_balance_is_charged_and_the_charge_taken_back(till: Till):
    shop = till.open_shop()
    till.fund(5_000)
    till.post("/v1/transfers", amount=1_000, currency="usd", destination=shop)
    made = till.post(
        "/v1/charges", amount=600, currency="usd", source=shop, description="rent",
        metadata={"a": "b"},
    )  # fmt: skip
    assert made["id"].startswith("py_")
    assert made["payment_method_details"]["type"] == "stripe_account"
    assert (made["description"], made["metadata"]) == ("rent", {"a": "b"})
    (transfer,) = till.get("/v1/transfers", shop)["data"]
    assert (transfer["id"], transfer["destination"]) == (made["source_transfer"], till.platform)
    assert transfer["destination_payment"] == made["id"]
    assert till.transactions(shop)[-1] == ("transfer", -600, 0, "available")
    assert till.transactions()[-1] == ("payment", 600, 0, "available")
    assert (till.ledger(shop)["available"], till.ledger()["available"]) == (400, 4_600)
    assert "charge.succeeded" in till.events()
    assert "transfer.created" in till.events(shop)
    till.post(f"/v1/transfers/{transfer['id']}/reversals", shop, amount=100)
    assert till.get(f"/v1/charges/{made['id']}")["amount_refunded"] == 100
    assert (till.ledger(shop)["available"], till.ledger()["available"]) == (500, 4_500)
    assert till.dues(shop) == {}


def test_an_account_with_a_bank_may_come_to_owe_it(till: Till):
    shop = till.open_shop()
    till.post("/v1/charges", amount=600, currency="usd", source=shop)
    assert till.ledger(shop)["available"] == -600
    form = {"type": "custom", "capabilities": {"transfers": {"requested": True}}}
    bankless = till.post("/v1/accounts", **form)["id"]
    refused = till.refused("/v1/charges", amount=600, currency="usd", source=bankless)
    assert refused["code"] == "balance_insufficient"


NOT_CHARGED: list[tuple[dict, dict, str]] = [
    ({"type": "standard", "external_account": None}, {}, "source"),
    ({}, {"currency": "eur"}, "currency"),
    ({"country": "DE", "external_account": None}, {"currency": "eur"}, "source"),
    ({}, {"capture": False}, "capture"),
    ({}, {"application_fee_amount": 5}, "application_fee_amount"),
]


def test_what_can_not_be_charged(till: Till):
    for account, charge, param in NOT_CHARGED:
        given = {"type": "custom", "external_account": "btok_us_verified", **account}
        wanted = {name: value for name, value in given.items() if value is not None}
        shop = till.post("/v1/accounts", **wanted)["id"]
        given = {"amount": 500, "currency": "usd", "source": shop, **charge}
        assert till.refused("/v1/charges", **given)["param"] == param
    given = {"amount": 500, "currency": "usd", "source": "acct_nobody"}
    assert till.refused("/v1/charges", **given)["code"] == "resource_missing"


def test_the_platform_pays_for_payments_of_accounts_where_it_said_so(till: Till):
    controller = {"fees": {"payer": "application"}, "losses": {"payments": "application"},
                  "requirement_collection": "application",
                  "stripe_dashboard": {"type": "none"}}  # fmt: skip
    asked = {"card_payments": {"requested": True}, "transfers": {"requested": True}}
    shop = till.post("/v1/accounts", controller=controller, capabilities=asked)["id"]
    till.pay(account=shop, application_fee_amount=1_500)
    assert till.transactions(shop) == [("charge", 10_000, 1_500, "pending")]
    assert till.transactions() == [
        ("stripe_fee", -320, 0, "pending"),
        ("application_fee", 1_500, 0, "pending"),
    ]
    assert till.ledger()["fees_payable"] == 320
    till.pass_time(days=4)
    till.mature()
    assert (till.ledger(shop)["available"], till.ledger()["available"]) == (8_500, 1_180)
