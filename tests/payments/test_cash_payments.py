"""Payments by bank transfer: what customers send ahead, and what becomes of it."""

from typing import Any

from bezant.api.context import Caller, Context
from bezant.kernel.money import Money
from bezant.ledger.book import HOUSE
from bezant.movement.engine import engine_of
from bezant.movement.movement import MovementFact
from bezant.movement.received import Arrival, take_in
from tests.payments.till import Till
from tests.resources.office import URL

FUND = "/v1/test_helpers/customers/{}/fund_cash_balance"


def asked(till: Till, customer: str, amount: int = 1_000, **others: Any) -> Any:
    return till.post(
        "/v1/payment_intents",
        amount=amount,
        currency="usd",
        customer=customer,
        confirm=True,
        allowed_payment_method_types=["customer_balance"],
        payment_method_data={"type": "customer_balance"},
        payment_method_options={
            "customer_balance": {
                "funding_type": "bank_transfer",
                "bank_transfer": {"type": "us_bank_transfer"},
            }
        },
        **others,
    )


def send(till: Till, customer: str, amount: int) -> Any:
    return till.post(FUND.format(customer), amount=amount, currency="usd")


def status(till: Till, intent: Any) -> str:
    return till.get(f"/v1/payment_intents/{intent['id']}")["status"]


def kinds(till: Till, customer: str) -> list[tuple[str, int, int]]:
    """Return type, amount and balance after of all changes, oldest first."""
    shown = till.get(f"/v1/customers/{customer}/cash_balance_transactions")["data"]
    return [(each["type"], each["net_amount"], each["ending_balance"]) for each in reversed(shown)]


def test_money_finds_the_intents_that_wait_for_it(till: Till) -> None:
    ada = till.post("/v1/customers", name="Ada")["id"]
    first, second = asked(till, ada, 1_000), asked(till, ada, 500)
    action = first["next_action"]["display_bank_transfer_instructions"]
    assert (first["status"], action["amount_remaining"]) == ("requires_action", 1_000)
    assert action["financial_addresses"][0]["aba"]["routing_number"] == "091000019"
    page = action["hosted_instructions_url"].removeprefix(URL)
    shown = till.run(till.send("GET", page, raw=True)).text
    for each in ("10.00 USD", action["reference"], "091000019"):
        assert each in shown
    send(till, ada, 500)
    assert (status(till, first), status(till, second)) == ("requires_action", "succeeded")
    send(till, ada, 600)
    first = till.get(f"/v1/payment_intents/{first['id']}")
    action = first["next_action"]["display_bank_transfer_instructions"]
    assert (first["status"], action["amount_remaining"]) == ("requires_action", 400)
    assert till.ledger()[f"cash:{first['id']}"] == 600
    send(till, ada, 450)
    first = till.get(f"/v1/payment_intents/{first['id']}", expand=["latest_charge"])
    assert (first["status"], first["amount_received"]) == ("succeeded", 1_000)
    assert first["latest_charge"]["payment_method_details"]["type"] == "customer_balance"
    assert kinds(till, ada) == [
        ("funded", 500, 500), ("applied_to_payment", -500, 0),
        ("funded", 600, 600), ("applied_to_payment", -600, 0),
        ("funded", 450, 450), ("applied_to_payment", -400, 50),
    ]  # fmt: skip
    assert till.get(f"/v1/customers/{ada}/cash_balance")["available"] == {"usd": 50}
    assert till.ledger()[f"cash:{ada}"] == 50
    assert sum(each[1] for each in till.transactions()) == 1_500
    told = till.events()
    assert told.count("payment_intent.partially_funded") == 1
    assert told.count("cash_balance.funds_available") == 1
    assert told.count("payment_intent.succeeded") == 2
    goes_back(till)


def goes_back(till: Till) -> None:
    ada = till.post("/v1/customers", name="Ada")["id"]
    intent = asked(till, ada, 1_000)
    send(till, ada, 1_000)
    refund = till.post("/v1/refunds", payment_intent=intent["id"], amount=400)
    assert refund["status"] == "succeeded"
    assert refund["destination_details"]["type"] == "customer_cash_balance"
    assert kinds(till, ada)[-1] == ("refunded_from_payment", 400, 400)
    assert till.transactions()[-1][:2] == ("payment_refund", -400)
    assert till.ledger()[f"cash:{ada}"] == 400
    assert "incoming:cash_balance" not in till.ledger()
    again = asked(till, ada, 400)
    assert again["status"] == "succeeded"


def test_what_was_set_aside_goes_back_when_the_intent_is_canceled(till: Till) -> None:
    ada = till.post("/v1/customers", name="Ada")["id"]
    intent = asked(till, ada, 1_000)
    send(till, ada, 300)
    canceled = till.post(f"/v1/payment_intents/{intent['id']}/cancel")
    assert canceled["status"] == "canceled"
    assert kinds(till, ada)[-1] == ("unapplied_from_payment", 300, 300)
    assert till.ledger() == {f"cash:{ada}": 300, "incoming:wire": 300}
    later = asked(till, ada, 300)
    assert later["status"] == "succeeded", "there was enough"
    applied_by_hand(till)


def applied_by_hand(till: Till) -> None:
    ada = till.post("/v1/customers", cash_balance={"settings": {"reconciliation_mode": "manual"}})[
        "id"
    ]
    send(till, ada, 700)
    intent = asked(till, ada, 600)
    path = f"/v1/payment_intents/{intent['id']}/apply_customer_balance"
    assert intent["status"] == "requires_action"
    assert till.refused(path, amount=601)["code"] == "balance_insufficient"
    assert till.refused(path, currency="eur")["param"] == "currency"
    assert till.post(path, amount=100)["status"] == "requires_action"
    assert till.post(path)["status"] == "succeeded"
    assert till.get(f"/v1/customers/{ada}/cash_balance")["available"] == {"usd": 100}


def test_what_comes_to_a_customer_s_own_account_number_is_the_customer_s(till: Till) -> None:
    ada = till.post("/v1/customers", name="Ada")["id"]
    bob = till.post("/v1/customers", name="Bob")["id"]
    told = {"funding_type": "bank_transfer", "currency": "usd",
            "bank_transfer": {"type": "us_bank_transfer"}}  # fmt: skip
    path = "/v1/customers/{}/funding_instructions"
    numbers = {}
    for name in (ada, bob, ada):
        shown = till.run(till.send("POST", path.format(name), told, raw=True)).json()
        account = shown["bank_transfer"]["financial_addresses"][0]["aba"]["account_number"]
        assert numbers.setdefault(name, account) == account, "the same each time"
    assert len(set(numbers.values())) == 2
    intent = asked(till, bob, 500)
    till.run(arrive(till, numbers[bob], 800))
    till.work_off()
    assert status(till, intent) == "succeeded"
    assert till.get(f"/v1/customers/{bob}/cash_balance")["available"] == {"usd": 300}
    assert till.house() == {"due": 800, "network:ach": 800}
    till.run(arrive(till, "somebody else's", 5))
    till.work_off()
    assert till.house()["suspense:sandbox"] == 5


async def arrive(till: Till, reference: str, amount: int) -> None:
    """Let money come by ACH under some words."""
    ctx = Context(till.runtime, Caller(HOUSE, HOUSE, livemode=False))
    bank = engine_of(ctx).banks.named("sandbox")
    fact = MovementFact("received", int(till.clock.now().timestamp()), on="2026-03-02")
    take_in(ctx, bank, Arrival(Money(amount, "usd"), reference, fact, "ach"))
    await ctx.write()


def test_funding_instructions_name_the_place_in_each_country(till: Till) -> None:
    ada = till.post("/v1/customers")["id"]
    path = f"/v1/customers/{ada}/funding_instructions"
    iban = till.post(
        path, currency="eur", funding_type="bank_transfer",
        bank_transfer={"type": "eu_bank_transfer", "eu_bank_transfer": {"country": "DE"}},
    )["bank_transfer"]  # fmt: skip
    assert iban["country"] == "DE"
    assert iban["financial_addresses"][0]["iban"]["iban"].startswith("DE")
    wrong = {"currency": "usd", "funding_type": "bank_transfer"}
    refused = till.refused(path, bank_transfer={"type": "gb_bank_transfer"}, **wrong)
    assert refused["param"] == "bank_transfer[type]"
    told = till.refused(
        "/v1/payment_intents", amount=500, currency="usd", confirm=True, customer=ada,
        allowed_payment_method_types=["customer_balance"],
        payment_method_data={"type": "customer_balance"},
        payment_method_options={
            "customer_balance": {"bank_transfer": {"type": "gb_bank_transfer"}}
        },
    )  # fmt: skip
    assert told["code"] == "payment_intent_invalid_parameter"
    adds_up(till)


def adds_up(till: Till) -> None:
    ada = till.post("/v1/customers", balance=-200)["id"]
    path = f"/v1/customers/{ada}/balance_transactions"
    made = till.post(path, amount=500, currency="usd", description="A fee", metadata={"a": "b"})
    assert (made["ending_balance"], made["type"]) == (300, "adjustment")
    assert till.get(f"/v1/customers/{ada}")["balance"] == 300
    till.post(f"/v1/customers/{ada}", balance=0)
    shown = till.get(path)["data"]
    assert [(each["amount"], each["ending_balance"], each["type"]) for each in shown] == [
        (-300, 0, "adjustment"), (500, 300, "adjustment"), (-200, -200, "initial"),
    ]  # fmt: skip
    assert till.post(f"{path}/{made['id']}", metadata={"a": ""})["metadata"] == {}
    assert till.get(f"{path}/{made['id']}")["description"] == "A fee"
    assert till.refused(path, amount=1, currency="eur")["param"] == "currency"
    assert till.refused(path, amount=0, currency="usd")["param"] == "amount"
    assert till.ledger() == {}, "it is no money"
