"""What an acquirer was asked and no call has committed goes back, or the books come to know of it.

`door` refuses, loses or cuts off what comes through it, as a closed account, a kill or a lost
connection would.
"""

from datetime import date
from typing import Any

import msgspec
import pytest

from bezant.api.context import Caller
from bezant.commit.change_set import Outcome
from bezant.kernel.money import Money
from bezant.rail.cards import About, Disputed
from bezant.resources.payments.asking import UNDO_JOB, Asked
from bezant.resources.payments.dispute_told import disputed
from tests.payments.doorkeeper import Doorkeeper
from tests.payments.till import Till
from tests.resources.office import Answer

CLOSED = "The ledger account is closed and takes no more entries."


@pytest.fixture
def door(till: Till, monkeypatch: pytest.MonkeyPatch) -> Doorkeeper:
    keeper = Doorkeeper(till.runtime.door)
    monkeypatch.setattr(till.runtime.door, "commit", keeper.commit)
    return keeper


def held(till: Till) -> list[int]:
    """Return what cardholders' banks hold, or have let go of, in the order it was asked for."""
    till.work_off()
    return list(till.acquirer.held.values())


def charges(till: Till) -> list[int]:
    return [each["amount"] for each in till.get("/v1/charges")["data"] if each["paid"]]


def ask(till: Till, path: str, *, key: str = "", **params: Any) -> Answer:
    named = {"Idempotency_Key": key} if key else {}
    return till.run(till.send("POST", path, params, **named))


def wish(till: Till, **params: Any) -> dict[str, Any]:
    method = till.card()
    given = {"amount": 700, "currency": "usd", "payment_method": method, **params}
    return {**given, "capture_method": "manual"}


@pytest.mark.parametrize("path", ["/v1/payment_intents", "/v1/charges"])
@pytest.mark.parametrize("key", ["", "k-1"])
def test_what_the_door_refuses_is_called_back(till: Till, door: Doorkeeper, path: str, key: str):
    given = wish(till, confirm=True)
    if path == "/v1/charges":
        given = {"amount": 700, "currency": "usd", "source": "tok_visa", "capture": False}
    door.deals = [door.refuse]
    answer = ask(till, path, key=key, **given)
    assert (answer.status, answer.error["message"]) == (400, CLOSED)
    assert held(till) == [0]
    if key:  # The key stands for that: what is called back is asked for no more.
        again = ask(till, path, key=key, **given)
        assert (again.status, again.error["message"]) == (400, CLOSED)
    assert ask(till, path, **given).status == 200
    assert held(till) == [0, 700]


def test_a_confirmation_that_the_door_refuses_is_asked_for_anew(till: Till, door: Doorkeeper):
    name = till.post("/v1/payment_intents", **wish(till))["id"]
    path = f"/v1/payment_intents/{name}/confirm"
    door.deals = [door.refuse]
    assert ask(till, path).status == 400
    assert held(till) == [0]
    assert till.post(path)["status"] == "requires_capture"
    assert held(till) == [0, 700]
    till.post(f"/v1/payment_intents/{name}/capture")
    till.work_off()
    assert (charges(till), sum(till.acquirer.captured.values())) == ([700], 700)


@pytest.mark.parametrize(
    ("meanwhile", "params", "expected"),
    [("/cancel", {}, [0]), ("", {"amount": 900}, [0, 900])],
    ids=["canceled", "changed"],
)
@pytest.mark.parametrize("key", ["", "k-3"])
def test_a_second_run_that_decides_otherwise_calls_the_first_back(
    till: Till, key: str, meanwhile: str, params: dict[str, Any], expected: list[int]
):
    name = till.post("/v1/payment_intents", **wish(till))["id"]
    path = f"/v1/payment_intents/{name}"
    till.acquirer.meanwhile = lambda _: till.send("POST", path + meanwhile, params)
    for _ in range(2):
        answer = ask(till, f"{path}/confirm", key=key)
        assert answer.status == (400 if meanwhile else 200)
        assert held(till) == expected
        assert charges(till) == expected[1:]
        if not key:
            break


def test_of_two_confirmations_at_once_the_later_leaves_the_money_to_the_first(till: Till):
    name = till.post("/v1/payment_intents", **wish(till))["id"]
    path = f"/v1/payment_intents/{name}/confirm"
    till.acquirer.meanwhile = lambda _: till.send("POST", path)
    assert ask(till, path).error["code"] == "payment_intent_unexpected_state"
    assert held(till) == charges(till) == [700]


@pytest.mark.parametrize("fate", ["die", "lose"])
def test_a_call_that_was_cut_off_finds_what_it_has_asked_for(
    till: Till, door: Doorkeeper, fate: str
):
    given = wish(till, confirm=True)
    door.deals = [getattr(door, fate)]
    assert ask(till, "/v1/payment_intents", key="k-2", **given).status == 503
    assert held(till) == [700]
    for _ in range(2):
        assert ask(till, "/v1/payment_intents", key="k-2", **given).status == 200
        assert held(till) == charges(till) == [700]


@pytest.mark.parametrize(
    ("path", "fence", "left"),
    [("customers", "", 700), ("payment_intents", "", 0), ("", "pi_deleted", 0)],
)
def test_what_is_known_of_a_call_decides(till: Till, path: str, fence: str, left: int):
    """Nobody can tell whether a call that has made something else has paid for it, too."""
    if path:
        wrong = {} if path == "customers" else {"amount": 1, "currency": "usd"}
        ask(till, f"/v1/{path}", key="k-4", **wrong)
    till.pay(700, capture_method="manual")
    (request,) = till.acquirer.asked
    ctx = till.context(Caller(till.platform, till.platform, livemode=False))
    asked = Asked(platform=till.platform, account=till.platform, livemode=False,
                  request=request, key="k-4", fence=fence)  # fmt: skip
    ctx.enqueue(UNDO_JOB, msgspec.to_builtins(asked))
    till.run(ctx.write())
    assert held(till) == [left]


def test_what_a_cardholder_agrees_to_in_vain_is_called_back(till: Till):
    intent = till.pay(700, card="challenge", return_url="https://shop.example.com")
    url = intent["next_action"]["redirect_to_url"]["url"]
    path = f"/v1/payment_intents/{intent['id']}/cancel"
    till.acquirer.meanwhile = lambda _: till.send("POST", path)
    answer = till.run(till.send("POST", url, {"outcome": "succeeded"}))
    assert "redirect_status=failed" in answer.headers["Location"]
    assert held(till) == [0]
    assert charges(till) == []


def test_more_is_let_go_if_nobody_knows_of_it(till: Till, door: Doorkeeper):
    intent = till.pay(1_000, capture_method="manual")
    path = f"/v1/payment_intents/{intent['id']}/increment_authorization"
    door.deals = [door.refuse]
    assert ask(till, path, amount=1_500).status == 400
    assert held(till) == [1_000]
    assert till.post(path, amount=1_500)["amount_capturable"] == 1_500
    assert held(till) == [1_500]
    till.acquirer.meanwhile = lambda _: till.send(
        "POST", f"/v1/payment_intents/{intent['id']}/capture", {"amount_to_capture": 400}
    )
    assert ask(till, path, amount=2_000).status == 400
    assert (held(till), sum(till.acquirer.captured.values())) == ([0], 400)


def test_more_of_which_no_answer_came_is_let_go(till: Till):
    card = till.card("late_more")
    intent = till.pay(1_000, capture_method="manual", payment_method=card)
    path = f"/v1/payment_intents/{intent['id']}/increment_authorization"
    assert ask(till, path, amount=1_500).status == 402
    assert held(till) == [1_000]
    assert ask(till, path, amount=1_500).status == 402
    assert held(till) == [1_000]
    assert till.get(f"/v1/payment_intents/{intent['id']}")["amount_capturable"] == 1_000


def given_back(till: Till) -> int:
    till.work_off()
    return sum(amount for _, amount in till.acquirer.refunds.values())


def test_a_refund_that_the_door_refuses_is_called_back(till: Till, door: Doorkeeper):
    paid = till.pay(1_000)
    till.work_off()
    door.deals = [door.refuse]
    asked = {"payment_intent": paid["id"], "amount": 300}
    assert ask(till, "/v1/refunds", key="r-1", **asked).status == 400
    assert given_back(till) == 0
    assert ask(till, "/v1/refunds", key="r-1", **asked).status == 400
    assert till.listed("/v1/refunds") == []
    till.post("/v1/refunds", **asked)
    assert given_back(till) == 300


def test_a_refund_of_which_no_answer_came_is_called_back(till: Till):
    paid = till.pay(1_000, payment_method=till.card("late_refund"))
    till.work_off()
    assert ask(till, "/v1/refunds", payment_intent=paid["id"]).status == 402
    assert given_back(till) == 0
    assert till.ledger()["incoming:cards"] == 1_000


def test_a_refund_that_is_paid_already_is_written_down(till: Till, door: Doorkeeper):
    paid = till.pay(1_000, payment_method=till.card("cleared"))
    till.work_off()
    door.deals = [door.refuse]
    asked = {"payment_intent": paid["id"], "amount": 300}
    assert ask(till, "/v1/refunds", key="r-2", **asked).status == 400
    assert given_back(till) == 300
    (refund,) = till.get("/v1/refunds")["data"]
    assert (refund["amount"], refund["status"]) == (300, "succeeded")
    charge = till.get(f"/v1/charges/{paid['latest_charge']}")
    assert (charge["amount_refunded"], charge["refunded"]) == (300, False)
    assert till.ledger()["incoming:cards"] == 700
    assert till.events()[-2:] == ["charge.refunded", "refund.created"]
    till.post("/v1/refunds", payment_intent=paid["id"])
    assert given_back(till) == 1_000


def test_a_key_of_another_refund_gives_nothing_back(till: Till):
    paid = till.pay(1_000, payment_method=till.card("cleared"))
    till.work_off()
    asked = {"payment_intent": paid["id"], "amount": 300}
    assert ask(till, "/v1/refunds", key="r-5", **asked).status == 200
    other = ask(till, "/v1/refunds", key="r-5", **asked | {"amount": 400})
    assert other.json["error"]["type"] == "idempotency_error"
    assert given_back(till) == 300
    assert len(till.listed("/v1/refunds")) == 1


def test_a_refund_that_was_cut_off_is_found_again(till: Till, door: Doorkeeper):
    paid = till.pay(1_000)
    till.work_off()
    asked = {"payment_intent": paid["id"], "amount": 300}
    door.deals = [door.die]
    assert ask(till, "/v1/refunds", key="r-3", **asked).status == 503
    refund = ask(till, "/v1/refunds", key="r-3", **asked).json["id"]
    assert (till.listed("/v1/refunds"), given_back(till)) == ([refund], 300)


def dispute(till: Till, charge: str, amount: int) -> None:
    """Let the cardholder's bank take an amount back."""

    async def hear() -> None:
        ctx = till.context(Caller(till.platform, till.platform, livemode=False))
        about = About(till.platform, till.platform, charge)
        await disputed(ctx, Disputed(
            case="1", acquirer_reference="arn", about=about, stage="chargeback",
            amount=Money(amount, "usd"), network_reason="10.4", reason="fraudulent",
            respond_by=date(2026, 3, 23), on=date(2026, 3, 3),
        ))  # fmt: skip
        await ctx.write()

    till.run(hear())


@pytest.mark.parametrize(("fate", "expected"), [("die", 0), ("lose", 300), ("", 300)])
def test_a_dispute_between_two_tries_undoes_what_is_not_committed(
    till: Till, door: Doorkeeper, fate: str, expected: int
):
    paid = till.pay(1_000)
    till.work_off()
    asked = {"payment_intent": paid["id"], "amount": 300}
    door.deals = [getattr(door, fate)] if fate else []
    ask(till, "/v1/refunds", key="r-4", **asked)
    dispute(till, paid["latest_charge"], 1_000 - expected)
    for _ in range(2):
        again = ask(till, "/v1/refunds", key="r-4", **asked)
        assert again.status == (200 if expected else 400)
        assert given_back(till) == expected
    assert len(till.listed("/v1/refunds")) == bool(expected)


def test_a_refund_that_is_paid_stands_when_its_transfer_comes_back_meanwhile(
    till: Till, door: Doorkeeper
):
    goes_on = {"transfer_data": {"destination": till.open_shop()}}
    paid = till.pay(1_000, payment_method=till.card("cleared"), **goes_on)
    till.work_off()
    transfer = till.get(f"/v1/charges/{paid['latest_charge']}")["transfer"]

    async def come_back(units: Any, answer: Any) -> list[Outcome]:
        await till.send("POST", f"/v1/transfers/{transfer}/reversals")
        return await door.commit(units, answer)

    door.deals = [come_back]
    asked = {"payment_intent": paid["id"], "amount": 300, "reverse_transfer": True}
    answer = ask(till, "/v1/refunds", key="r-6", **asked)
    assert (answer.status, answer.json["transfer_reversal"]) == (200, None)
    assert given_back(till) == 300
    assert len(till.listed("/v1/refunds")) == 1
    assert till.get(f"/v1/transfers/{transfer}")["amount_reversed"] == 1_000
    assert ask(till, "/v1/refunds", **asked).error["code"] == "transfer_already_reversed"


def test_parts_of_a_refund_go_back_with_what_is_refused_of_it(till: Till):
    intent = till.pay(1_000, capture_method="manual")
    path = f"/v1/payment_intents/{intent['id']}/capture"
    till.post(path, amount_to_capture=400, final_capture=False)
    till.post(path)
    till.work_off()
    second = list(till.acquirer.captured)[1]
    till.acquirer.captured[second] = 100
    assert ask(till, "/v1/refunds", payment_intent=intent["id"]).status == 400
    assert given_back(till) == 0
    assert till.listed("/v1/refunds") == []
