"""Cash balances: what a customer sends stands on an account of its own, and at the bank."""

import asyncio
from collections import Counter

import pytest

from bezant.ledger.book import book_of
from tests.resources.office import LIVE_SECRET, Office

FUND = "/v1/test_helpers/customers/{}/fund_cash_balance"


def test_what_a_customer_sends_is_kept_apart_and_explained_to_the_bank(office: Office) -> None:
    ada = office.post("/v1/customers", name="Ada")["id"]
    bob = office.post("/v1/customers", name="Bob")["id"]
    made = office.post(FUND.format(ada), amount=700, currency="usd", reference="ORDER 1")
    assert made["funded"]["bank_transfer"] == {
        "reference": "ORDER 1",
        "type": "us_bank_transfer",
        "us_bank_transfer": {"network": "domestic_wire_us", "sender_name": None},
    }
    assert office.ledger() == {f"cash:{ada}": 700, "incoming:wire": 700}
    assert office.hear(made["id"], "settled") == 1
    again = office.post(FUND.format(ada), amount=300, currency="usd")
    assert (again["net_amount"], again["ending_balance"]) == (300, 1_000)
    office.post(FUND.format(bob), amount=50, currency="eur")
    assert office.get(f"/v1/customers/{ada}/cash_balance")["available"] == {"usd": 1_000}
    assert office.get(f"/v1/customers/{bob}/cash_balance")["available"] == {"eur": 50}
    path = f"/v1/customers/{ada}/cash_balance_transactions"
    assert office.listed(path) == [again["id"], made["id"]]
    assert office.get(f"{path}/{made['id']}") == made
    of_bob = f"/v1/customers/{bob}/cash_balance_transactions/{made['id']}"
    assert office.ask("GET", of_bob).status == 404
    assert office.hear(again["id"], "settled") == 1
    assert office.ledger() == {f"cash:{ada}": 1_000, "due": -1_000}
    assert office.house() == {"network:wire": 1_000, "due": 1_000}
    told = Counter(office.events())
    assert told["customer_cash_balance_transaction.created"] == 3
    spendable = office.get("/v1/balance")
    assert spendable["available"][0]["amount"] == spendable["pending"][0]["amount"] == 0


def test_a_customer_with_money_is_not_deleted(office: Office) -> None:
    ada = office.post("/v1/customers")["id"]
    office.post(FUND.format(ada), amount=1, currency="usd")
    told = office.ask("DELETE", f"/v1/customers/{ada}")
    assert (told.status, told.error["code"]) == (400, "customer_cash_balance_not_empty")


def test_each_sees_what_came_before_when_many_send_at_once(office: Office) -> None:
    ada = office.post("/v1/customers")["id"]
    asked = {"amount": 5, "currency": "usd"}

    async def all_at_once() -> list[int]:
        sent = (office.send("POST", FUND.format(ada), asked) for _ in range(8))
        return sorted(each.json["ending_balance"] for each in await asyncio.gather(*sent))

    assert office.run(all_at_once()) == [5 * number for number in range(1, 9)]


@pytest.mark.parametrize("wrong", [{"currency": "brl"}, {"currency": "chf"}, {"amount": 0}])
def test_what_cannot_be_sent_is_refused(office: Office, wrong: dict[str, object]) -> None:
    ada = office.post("/v1/customers")["id"]
    told = office.refused(FUND.format(ada), **{"amount": 5, "currency": "usd", **wrong})
    assert told["param"] == next(iter(wrong))
    assert office.balances(book_of(office.platform, livemode=False)) == {}


def test_nobody_is_made_to_send_real_money(office: Office) -> None:
    made = office.run(office.send("POST", "/v1/customers", secret=LIVE_SECRET)).json
    asked = {"amount": 5, "currency": "usd"}
    told = office.run(office.send("POST", FUND.format(made["id"]), asked, secret=LIVE_SECRET))
    assert told.error["code"] == "testmode_only"
