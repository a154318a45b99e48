"""Money becomes available on its day, and each account is told so once."""

import pytest

from bezant.resources.connect.automatic_payouts import AutomaticPayouts
from bezant.resources.core.payout_reconciliation import PayoutReconciler
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


@pytest.mark.alone
def test_a_payout_has_what_becomes_available_on_its_day(till: Till):
    """Both are due at midnight: the payout waits for the money, in whichever order they come."""
    shop = till.open_shop()
    daily = {"payouts": {"schedule": {"interval": "daily"}}}
    till.post("/v1/balance_settings", shop, payments=daily)
    till.pay(account=shop)
    payer = AutomaticPayouts(till.runtime)
    till.pass_time(days=1)
    assert (till.run(payer.run_once()), till.mature()) == (1, 0)
    till.pass_time(days=1)
    assert till.run(payer.run_once()) == 0
    assert till.mature() == 1
    assert till.run(payer.run_once()) == 1
    (made,) = till.get("/v1/payouts", shop)["data"]
    assert till.run(PayoutReconciler(till.runtime).run_once()) == 1
    shown = till.get("/v1/balance_transactions", shop, payout=made["id"])["data"]
    assert [each["type"] for each in shown] == ["payout", "charge"]
    assert sum(each["net"] for each in shown) == 0
