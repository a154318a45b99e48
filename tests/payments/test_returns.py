"""Bank transfers that go back: to the account they came from, or to one that the customer tells."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from bezant.api.context import Caller, Context
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import HOUSE, book_of
from bezant.movement.engine import engine_of
from bezant.movement.movement import MovementFact
from bezant.movement.received import Arrival, take_in
from bezant.rail import Party, UsAccount
from bezant.resources.core.mailer import Letter, Mailer
from bezant.resources.payments.refund import Refund
from bezant.resources.payments.returning import Aim, begin
from tests.payments.test_cash_payments import asked, kinds, send
from tests.payments.till import Till
from tests.resources.office import URL

pytestmark = pytest.mark.alone

EMAIL = "ada@example.com"
ROUTING, NUMBER = "110000000", "000123456789"
TOLD = {"name": "Ada Lovelace", "routing": ROUTING, "number": NUMBER}


def customer(till: Till, **params: Any) -> str:
    return till.post("/v1/customers", name="Ada", **params)["id"]


def back(till: Till, ada: str, amount: int, **params: Any) -> Any:
    given = {"origin": "customer_balance", "customer": ada, "currency": "usd", "amount": amount}
    return till.post("/v1/refunds", **given, **params)


def refund(till: Till, made: Any) -> Any:
    return till.get(f"/v1/refunds/{made['id']}")


def page(till: Till, made: Any) -> str:
    told = till.get(f"/v1/refunds/{made['id']}/instructions")
    assert (told["refund"], told["email"]) == (made["id"], made["instructions_email"])
    return told["url"].removeprefix(URL)


def fill_in(till: Till, place: str, **typed: str) -> str:
    answer = till.run(till.send("POST", place, {**TOLD, **typed}, raw=True))
    assert answer.status_code == 200
    return answer.text


def arrive(till: Till, ada: str, amount: int, number: str = NUMBER) -> str:
    """Let money come by ACH from an account; returns the customer's change that it made."""
    told = {"funding_type": "bank_transfer", "currency": "usd",
            "bank_transfer": {"type": "us_bank_transfer"}}  # fmt: skip
    shown = till.post(f"/v1/customers/{ada}/funding_instructions", **told)["bank_transfer"]
    place = shown["financial_addresses"][0]["aba"]["account_number"]

    async def come() -> None:
        ctx = Context(till.runtime, Caller(HOUSE, HOUSE, livemode=False))
        bank = engine_of(ctx).banks.named("sandbox")
        fact = MovementFact("received", int(till.clock.now().timestamp()), on="2026-03-02")
        sender = Party("ADA LOVELACE", UsAccount(ROUTING, number))
        words = "INVOICE 7"
        take_in(ctx, bank, Arrival(Money(amount, "usd"), place, fact, "ach", sender, words))
        await ctx.write()

    till.run(come())
    till.work_off()
    return till.get(f"/v1/customers/{ada}/cash_balance_transactions")["data"][0]["id"]


def test_cash_goes_to_an_account_that_the_customer_tells(till: Till) -> None:
    ada = customer(till, email=EMAIL)
    send(till, ada, 1_000)
    made = back(till, ada, 600, metadata={"a": "b"})
    assert (made["status"], made["charge"], made["customer"]) == ("requires_action", None, ada)
    assert made["destination_details"]["us_bank_transfer"]["reference_status"] == "pending"
    details = made["next_action"]["display_details"]
    assert details["email_sent"]["email_sent_to"] == made["instructions_email"] == EMAIL
    assert details["expires_at"] - details["email_sent"]["email_sent_at"] == 45 * 86_400
    assert kinds(till, ada)[-1] == ("return_initiated", -600, 400)
    assert till.ledger() == {f"cash:{ada}": 400, f"cash:{made['id']}": 600, "incoming:wire": 1_000}
    place = page(till, made)
    shown = till.run(till.send("GET", place, raw=True))
    assert (shown.status_code, 'name="routing"' in shown.text) == (200, True)
    assert till.run(till.send("GET", f"{place}0", raw=True)).status_code == 404
    assert "nine digits" in fill_in(till, place, routing="1")
    assert "It is on its way" in fill_in(till, place)
    assert till.ledger()["in_transit:ach"] == 600
    assert "waits for no account" in till.ask("GET", f"/v1/refunds/{made['id']}/instructions").text
    path = f"/v1/refunds/{made['id']}/cancel"
    assert till.refused(path)["code"] == "refund_not_cancelable"
    assert till.hear(made["id"], "submitted") == till.hear(made["id"], "settled") == 1
    made = refund(till, made)
    assert (made["status"], "next_action" in made) == ("succeeded", False)
    assert made["destination_details"]["us_bank_transfer"]["reference_status"] == "available"
    assert till.house() == {"network:ach": -600, "due": -600}
    assert till.hear(made["id"], "returned", "R03") == 1
    assert (refund(till, made)["status"], till.house()) == ("requires_action", {})
    assert till.post(f"/v1/test_helpers/refunds/{made['id']}/expire")["status"] == "failed"
    assert kinds(till, ada)[-1] == ("return_canceled", 600, 1_000)
    assert till.ledger() == {f"cash:{ada}": 1_000, "incoming:wire": 1_000}
    again = back(till, ada, 1_000, instructions_email="eve@example.com")
    assert again["instructions_email"] == "eve@example.com"
    assert till.post(f"/v1/refunds/{again['id']}/cancel")["status"] == "canceled"
    assert till.ledger() == {f"cash:{ada}": 1_000, "incoming:wire": 1_000}
    told = [each for each in till.events() if each.startswith(("refund", "cash_b"))]
    assert told == [
        "cash_balance.funds_available", "refund.created", "refund.updated", "refund.updated",
        "refund.updated", "refund.updated", "cash_balance.funds_available", "refund.failed",
        "refund.created", "cash_balance.funds_available", "refund.updated",
    ]  # fmt: skip
    refuses(till, ada)
    leaves(till)


def leaves(till: Till) -> None:
    """Delete a customer whose cash was to go back."""
    eve = customer(till, email=EMAIL)
    send(till, eve, 70)
    made = back(till, eve, 70)
    assert till.ask("DELETE", f"/v1/customers/{eve}").status == 200
    assert till.post(f"/v1/refunds/{made['id']}/cancel")["status"] == "canceled"
    assert till.ledger()["available"] == 70
    assert till.transactions()[-1][:2] == ("adjustment", 70)


def refuses(till: Till, ada: str) -> None:
    given = {"origin": "customer_balance", "customer": ada, "currency": "usd"}
    nobody = customer(till)
    send(till, nobody, 10)
    wrong: list[tuple[dict[str, Any], str]] = [
        (given | {"amount": 1_001}, "amount"),
        (given | {"currency": "gbp"}, "currency"),
        (given | {"customer": nobody}, "instructions_email"),
        (given | {"charge": "py_none"}, "charge"),
        ({"origin": "customer_balance", "currency": "usd"}, "customer"),
        ({"origin": "customer_balance", "customer": ada}, "currency"),
        ({"payment_intent": "pi_none", "customer": ada}, "customer"),
    ]
    for params, param in wrong:
        assert till.refused("/v1/refunds", **params)["param"] == param


def test_money_goes_back_to_the_account_it_came_from_as_long_as_there_is_one(till: Till) -> None:
    ada = customer(till)
    arrive(till, ada, 300)
    arrive(till, ada, 500)
    path = f"/v1/customers/{ada}/cash_balance_transactions"
    came = till.get(path)["data"][0]["funded"]["bank_transfer"]
    assert came["us_bank_transfer"] == {"network": "ach", "sender_name": "ADA LOVELACE"}
    assert came["reference"] == "INVOICE 7", "what the customer wrote"
    intent = asked(till, ada, 200)
    paid = till.post("/v1/refunds", payment_intent=intent["id"], amount=150)
    made = back(till, ada, 600)
    for each in (paid, made):
        assert (each["status"], each["pending_reason"]) == ("pending", "processing")
        assert till.hear(each["id"], "submitted") == till.hear(each["id"], "settled") == 1
        assert refund(till, each)["status"] == "succeeded"
    assert till.ledger()["due"] == -50
    assert till.hear(paid["id"], "returned", "R03") == till.hear(made["id"], "returned") == 1
    till.work_off()
    assert [refund(till, each)["status"] for each in (paid, made)] == ["failed"] * 2, (
        "there is nobody to ask"
    )
    assert till.get(f"/v1/charges/{intent['latest_charge']}")["amount_refunded"] == 0
    assert kinds(till, ada)[-1] == ("return_canceled", 600, 600)
    assert [each[:2] for each in till.transactions()][-2:] == [
        ("payment_refund", -150), ("refund_failure", 150),
    ]  # fmt: skip
    assert till.ledger()[f"cash:{ada}"] == 600
    arrive(till, ada, 1, number="000999999991")
    given = {"origin": "customer_balance", "customer": ada, "currency": "usd"}
    assert till.refused("/v1/refunds", **given)["param"] == "instructions_email"


class Mailbox:
    """Keeps letters, where a mail server would stand."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)


def test_in_live_mode_the_customer_gets_a_letter(till: Till) -> None:
    caller = Caller(till.platform, till.platform, livemode=True)
    mailbox, aim = Mailbox(), Aim(None, EMAIL)
    named = {"amount": 5, "balance_transaction": None, "charge": None, "created": 1}

    async def ask() -> Refund:
        ctx = till.context(caller)
        made = Refund(id=ctx.new_id("re"), currency="usd", **named)
        with pytest.raises(InvalidRequest, match="BEZANT_SMTP_URL"):
            begin(ctx, made, aim)
        till.runtime.ports[Mailer] = mailbox
        begun = begin(ctx, made, aim)
        made = ctx.create(replace(made, **begun.changes), hidden=begun.hidden)
        await ctx.write()
        return made

    till.run(ask())
    till.work_off()
    (letter,) = mailbox.letters
    assert (letter.to, letter.subject.startswith("Your refund of 0.05 USD")) == (EMAIL, True)
    place = next(line for line in letter.text.splitlines() if line.startswith(URL))
    shown = till.run(till.send("GET", place.removeprefix(URL), raw=True))
    assert (shown.status_code, "Test mode" in shown.text) == (200, False)


def test_a_payment_in_another_currency_goes_back_at_its_rate_or_not_at_all(till: Till) -> None:
    ada = customer(till, email=EMAIL)
    given = {"amount": 1_000, "currency": "eur", "customer": ada, "confirm": True,
             "allowed_payment_method_types": ["customer_balance"],
             "payment_method_data": {"type": "customer_balance"}}  # fmt: skip
    intent = till.post("/v1/payment_intents", **given)
    till.post(f"/v1/test_helpers/customers/{ada}/fund_cash_balance", amount=1_000, currency="eur")
    before, house = till.ledger(), book_of(HOUSE, livemode=False)
    made = till.post("/v1/refunds", payment_intent=intent["id"], amount=400)
    assert made["status"] == "requires_action"
    mine = book_of(till.platform, livemode=False)
    assert till.balances(mine, "eur")[f"cash:{made['id']}"] == 400
    place = page(till, made)
    assert "IBAN" in fill_in(till, place, number="DE89370400440532013001")
    assert "on its way" in fill_in(till, place, number="DE89 3704 0044 0532 0130 00")
    assert till.hear(made["id"], "rejected") == 1
    assert refund(till, made)["status"] == "requires_action"
    canceled = till.post(f"/v1/refunds/{made['id']}/cancel")
    assert (canceled["status"], canceled["failure_reason"]) == ("canceled", "merchant_request")
    assert canceled["failure_balance_transaction"]
    assert till.ledger() == before
    assert till.balances(house, "eur")["position"] == 1_000
    charge = till.get(f"/v1/charges/{made['charge']}")
    assert (charge["amount_refunded"], charge["refunded"]) == (0, False)


def test_old_cash_goes_back_by_itself(till: Till) -> None:
    ada = customer(till, email=EMAIL)
    send(till, ada, 700)
    till.pass_time(days=40)
    send(till, ada, 200)
    asked(till, ada, 100)
    till.pass_time(days=36)
    till.work_off()
    made = till.get("/v1/refunds")["data"]
    assert [(each["amount"], each["status"]) for each in made] == [(600, "requires_action")]
    assert kinds(till, ada)[-1] == ("return_initiated", -600, 200)
    till.pass_time(days=45)
    till.work_off()
    assert refund(till, made[0])["status"] == "failed"
    shown = {each["amount"]: each["status"] for each in till.get("/v1/refunds")["data"]}
    assert shown == {600: "failed", 200: "requires_action"}


def test_what_a_bank_takes_back_after_it_was_used_is_the_owners_loss(till: Till) -> None:
    ada = customer(till)
    funding = arrive(till, ada, 800)
    asked(till, ada, 500)
    assert till.hear(funding, "returned") == 1
    till.work_off()
    assert kinds(till, ada)[-2:] == [
        ("funding_reversed", -800, -500), ("adjusted_for_overdraft", 500, 0),
    ]  # fmt: skip
    path = f"/v1/customers/{ada}/cash_balance_transactions"
    expand = [f"data.adjusted_for_overdraft.{each}_transaction" for each in ("balance", "linked")]
    told = till.get(path, expand=expand)["data"][0]["adjusted_for_overdraft"]
    assert told["linked_transaction"]["type"] == "funding_reversed"
    change = told["balance_transaction"]
    assert (change["type"], change["amount"], change["status"]) == ("adjustment", -500, "available")
    assert till.ledger()["available"] == -500
    assert not [each for each in till.ledger() if each.startswith("cash:")]
    assert "due" not in till.house(), "the money has left"
    till.mature()
    assert till.ledger()["available"] == -500


def test_an_account_is_told_and_the_return_canceled_at_once_and_one_of_both_holds(
    till: Till,
) -> None:
    ada = customer(till, email=EMAIL)
    send(till, ada, 900)
    for _ in range(3):
        made = back(till, ada, 300)
        place = page(till, made)

        async def both(made: Any = made, place: str = place) -> int:
            cancel = till.send("POST", f"/v1/refunds/{made['id']}/cancel", {})
            answer, _ = await asyncio.gather(cancel, till.send("POST", place, TOLD, raw=True))
            return answer.status

        status = till.run(both())
        ended = refund(till, made)["status"]
        assert ended == ("canceled" if status == 200 else "pending")
    held = till.ledger()
    assert sum(each for name, each in held.items() if name.startswith(("cash:", "in_tr"))) == 900
