"""The balance and its history agree with the ledger, whatever happened."""

from tests.resources.office import Office


def test_nothing_is_shown_as_zero(office: Office) -> None:
    shown = office.get("/v1/balance")
    nothing = [{"amount": 0, "currency": "usd", "source_types": {"card": 0}}]
    assert shown["available"] == shown["pending"] == nothing
    assert shown["instant_available"] == [nothing[0] | {"net_available": []}]
    assert shown["connect_reserved"] == [{"amount": 0, "currency": "usd"}]
    assert (shown["object"], shown["livemode"]) == ("balance", False)


def test_each_account_has_its_own(office: Office) -> None:
    seller = office.open_account()
    office.fund(900)
    office.post("/v1/topups", amount=50, currency="usd")
    office.post("/v1/transfers", amount=300, currency="usd", destination=seller)
    own, theirs = office.get("/v1/balance"), office.get("/v1/balance", seller)
    assert (own["available"][0]["amount"], own["pending"][0]["amount"]) == (600, 50)
    assert own["available"][0]["source_types"] == {"card": 600}
    assert (theirs["available"][0]["amount"], theirs["pending"][0]["amount"]) == (300, 0)


def test_the_default_currency_is_always_there(office: Office) -> None:
    seller = office.open_account(default_currency="eur")
    office.fund(100)
    office.post("/v1/transfers", amount=100, currency="usd", destination=seller)
    shown = office.get("/v1/balance", seller)["available"]
    assert [(each["currency"], each["amount"]) for each in shown] == [("eur", 0), ("usd", 100)]


def test_history_is_filtered(office: Office) -> None:
    seller = office.open_account()
    topup = office.fund(900)
    made = office.post("/v1/transfers", amount=300, currency="usd", destination=seller)
    path = "/v1/balance_transactions"
    both = office.listed(path)
    assert both[0] == made["balance_transaction"]
    assert office.listed(path, type="transfer") == both[:1]
    assert office.listed(path, source=topup) == both[1:]
    assert office.listed(path, type="topup", currency="usd") == both[1:]
    assert office.listed(path, currency="eur") == []
    assert office.listed(path, type="no_such_type") == []
    assert office.listed(path, payout="po_1") == []
    (one,) = office.get(path, type="transfer", expand=["data.source"])["data"]
    assert one["source"]["id"] == made["id"]
