"""The main job from end to end: money comes in, moves to a seller, and leaves for a bank."""

from tests.resources.office import Office


def test_money_comes_in_moves_and_leaves(office: Office) -> None:
    seller = office.open_account()
    topup = office.post("/v1/topups", amount=10_000, currency="usd")
    assert topup["status"] == "pending"
    assert office.ledger() == {"incoming:wire": 10_000, "pending": 10_000}
    office.hear(topup["id"], "settled")
    assert office.get(f"/v1/topups/{topup['id']}")["status"] == "succeeded"
    assert office.ledger() == {"available": 10_000, "due": -10_000}

    transfer = office.post("/v1/transfers", amount=7_000, currency="usd", destination=seller)
    assert transfer["destination_payment"].startswith("py_")
    assert office.ledger(seller) == {"available": 7_000, "due": -7_000}

    payout = office.post("/v1/payouts", seller, amount=6_000, currency="usd")
    assert payout["status"] == "pending"
    assert office.ledger(seller) == {"available": 1_000, "in_transit:ach": 6_000, "due": -7_000}
    for kind, status in (("submitted", "in_transit"), ("settled", "paid"), ("returned", "failed")):
        assert office.hear(payout["id"], kind, "R03", account=seller) == 1
        assert office.get(f"/v1/payouts/{payout['id']}", seller)["status"] == status
    assert office.ledger(seller) == {"available": 7_000, "due": -7_000}
    failed = office.get(f"/v1/payouts/{payout['id']}", seller)
    assert failed["failure_code"] == "no_account"
    back = office.get(f"/v1/balance_transactions/{failed['failure_balance_transaction']}", seller)
    assert (back["type"], back["net"], back["source"]) == ("payout_failure", 6_000, payout["id"])

    reversal = office.post(f"/v1/transfers/{transfer['id']}/reversals", amount=2_000)
    assert reversal["destination_payment_refund"].startswith("pyr_")
    assert office.ledger() == {"available": 5_000, "due": -5_000}
    assert office.ledger(seller) == {"available": 5_000, "due": -5_000}
    shown = office.get(f"/v1/transfers/{transfer['id']}")
    assert (shown["amount_reversed"], shown["reversed"]) == (2_000, False)
    assert [each["id"] for each in shown["reversals"]["data"]] == [reversal["id"]]
