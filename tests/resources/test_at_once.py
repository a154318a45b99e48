"""Many requests at the same moment: each is right, and together they are, too."""

import asyncio
from typing import Any

from tests.resources.office import Answer, Office


def together(office: Office, *calls: tuple[str, str, dict[str, Any]]) -> list[Answer]:
    """Send requests at once, each a method, a path and parameters; answers in their order."""

    async def send() -> list[Answer]:
        return await asyncio.gather(*(office.send(*call) for call in calls))

    return office.run(send())


def codes(answers: list[Answer]) -> list[str]:
    return sorted(each.error["code"] for each in answers if each.status != 200)


def test_transfers_share_what_there_is(office: Office) -> None:
    office.fund(1_000)
    sellers = [office.open_account() for _ in range(3)]
    params = [{"amount": 300, "currency": "usd", "destination": each} for each in sellers * 4]
    answers = together(office, *(("POST", "/v1/transfers", each) for each in params))
    assert codes(answers) == ["balance_insufficient"] * 9
    assert office.ledger()["available"] == 100
    assert sum(office.ledger(each).get("available", 0) for each in sellers) == 900


def test_reversals_share_what_is_left(office: Office) -> None:
    office.fund(1_000)
    seller = office.open_account()
    made = office.post("/v1/transfers", amount=1_000, currency="usd", destination=seller)
    path = f"/v1/transfers/{made['id']}/reversals"
    answers = together(office, *[("POST", path, {"amount": 300})] * 5)
    assert codes(answers) == ["amount_too_large"] * 2
    shown = office.get(f"/v1/transfers/{made['id']}")
    assert (shown["amount_reversed"], len(shown["reversals"]["data"])) == (900, 3)
    assert office.ledger(seller)["available"] == 100


def test_a_payout_is_canceled_once(office: Office) -> None:
    office.fund(500)
    path = f"/v1/accounts/{office.platform}/external_accounts"
    office.post(path, external_account="btok_us_verified")
    made = office.post("/v1/payouts", amount=500, currency="usd")
    answers = together(office, *[("POST", f"/v1/payouts/{made['id']}/cancel", {})] * 4)
    # Whoever read the payout before and its movement after is told about the movement.
    refused = codes(answers)
    assert len(refused) == 3
    assert set(refused) <= {"payout_not_cancelable", "movement_not_cancelable"}
    assert office.ledger() == {"available": 500, "due": -500}


def test_one_of_many_new_bank_accounts_is_the_default(office: Office) -> None:
    account = office.post("/v1/accounts", type="custom")["id"]
    path = f"/v1/accounts/{account}/external_accounts"
    given = {"external_account": "btok_us_verified"}
    answers = together(office, *[("POST", path, given)] * 5)
    assert codes(answers) == []
    listed = office.get(path)["data"]
    assert [each["default_for_currency"] for each in listed].count(True) == 1
    assert office.get(f"/v1/accounts/{account}")["external_accounts"]["data"] == listed


def test_the_platforms_account_is_stored_once(office: Office) -> None:
    path = f"/v1/accounts/{office.platform}"
    answers = together(office, *(("POST", path, {"metadata": {str(n): "x"}}) for n in range(4)))
    assert codes(answers) == []
    assert office.get(path)["metadata"] == {str(n): "x" for n in range(4)}


def test_money_that_reaches_an_account_while_it_is_deleted_can_be_taken_back(
    office: Office,
) -> None:
    office.fund(100)
    for _ in range(3):
        seller = office.open_account()
        transfer = {"amount": 10, "currency": "usd", "destination": seller}
        moved, deleted = together(
            office,
            ("POST", "/v1/transfers", transfer),
            ("DELETE", f"/v1/accounts/{seller}", {}),
        )
        assert 200 in (moved.status, deleted.status)
        if moved.status == 200:
            office.post(f"/v1/transfers/{moved.json['id']}/reversals")
        assert office.ledger(seller) == {}
