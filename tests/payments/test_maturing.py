"""Money becomes available on its day, and each account is told so once."""

from tests.payments.till import Till


def test_an_account_is_told_once_a_day(till: Till):
    shop = till.open_shop()
    till.pay(account=shop, application_fee_amount=1_500)
    till.pay(2_000)
    till.pass_time(days=2)
    assert till.mature() == 3
    assert till.mature() == 0
    (told,) = till.get("/v1/events", shop, type="balance.available")["data"]
    balance = told["data"]["object"]
    assert (told["account"], balance["object"]) == (shop, "balance")
    assert (balance["available"][0]["amount"], balance["pending"][0]["amount"]) == (8_180, 0)
    (own,) = till.get("/v1/events", type="balance.available")["data"]
    assert "account" not in own
    assert own["data"]["object"]["available"][0]["amount"] == 1_500 + 1_912
    till.pay(account=shop)
    till.pass_time(days=3)
    assert till.mature() == 1
    assert len(till.get("/v1/events", shop, type="balance.available")["data"]) == 2
    assert len(till.get("/v1/events", type="balance.available")["data"]) == 1
