"""Payments that are captured in several parts: what comes back comes back of all of them."""

from datetime import date
from pathlib import Path

from bezant.api.context import Caller
from bezant.rail.cards import About, RefundTold
from bezant.resources.payments.refund_told import refund_told
from tests.payments.till import Till, plan


def in_two(till: Till, **params) -> dict:
    """Take 6.00 and, when that is available, 4.00 more of what is held."""
    held = till.pay(1_000, capture_method="manual", **params)
    path = f"/v1/payment_intents/{held['id']}/capture"
    till.post(path, amount_to_capture=600, final_capture=False)
    till.pass_time(days=3)
    till.mature()
    return till.post(path)


def asked(till: Till, act: str) -> list[int]:
    return [each.amount.amount for each in till.acquirer.asked if each.act == act]


def fail(till: Till, charge: str, number: int) -> None:
    """Let the acquirer say that a refund, by its number, did not arrive."""
    request = [each for each in till.acquirer.asked if each.act == "refund"][number]
    answer = till.acquirer.answers[request.id]
    notice = RefundTold(
        acquirer_reference=answer.acquirer_reference,
        about=About(till.platform, till.platform, charge),
        succeeded=False,
        amount=request.amount,
        on=date(2026, 3, 6),
    )

    async def hear() -> None:
        ctx = till.context(Caller(till.platform, till.platform, livemode=False))
        await refund_told(ctx, notice)
        await ctx.write()

    till.run(hear())


def test_a_refund_is_asked_for_capture_by_capture_and_may_fail_in_part(till: Till):
    paid = in_two(till)
    charge = paid["latest_charge"]
    assert [each[1:] for each in till.transactions()] == [
        (600, 47, "available"), (400, 42, "pending")]  # fmt: skip
    refund = till.post("/v1/refunds", payment_intent=paid["id"], amount=700)
    assert asked(till, "refund") == [600, 100]
    assert till.transactions()[-1] == ("refund", -700, 0, "available")
    assert refund["destination_details"]["card"]["reference_status"] == "available"
    fail(till, charge, 1)
    failed = till.get(f"/v1/refunds/{refund['id']}", expand=["failure_balance_transaction"])
    assert failed["status"] == "failed"
    assert failed["failure_balance_transaction"]["amount"] == 100
    assert till.get(f"/v1/charges/{charge}")["amount_refunded"] == 600
    fail(till, charge, 1)
    assert till.get(f"/v1/charges/{charge}")["amount_refunded"] == 600
    till.post("/v1/refunds", payment_intent=paid["id"], amount=300)
    assert asked(till, "refund") == [600, 100, 300]
    assert till.ledger()["incoming:cards"] == 100


def test_what_was_converted_goes_back_at_what_it_was_worth(till: Till):
    paid = in_two(till, currency="eur")
    for amount in (1, 598, 401):
        till.post("/v1/refunds", payment_intent=paid["id"], amount=amount)
    shown = till.transactions()
    assert sum(amount for _, amount, _, _ in shown) == 0
    assert till.balances(till.context(caller(till)).book, "eur").get("incoming:cards", 0) == 0
    assert till.house().get("position", 0) == 0


def caller(till: Till) -> Caller:
    return Caller(till.platform, till.platform, livemode=False)


def test_what_has_moved_on_comes_back_of_all_captures(till: Till):
    shop = till.open_account()
    till.fund(1_000)
    paid = in_two(till, transfer_data={"destination": shop})
    sent = till.get("/v1/transfers", destination=shop)["data"]
    assert [each["amount"] for each in sent] == [400, 600]
    till.post("/v1/refunds", payment_intent=paid["id"], amount=700, reverse_transfer=True)
    sent = till.get("/v1/transfers", destination=shop)["data"]
    assert [each["amount_reversed"] for each in sent] == [100, 600]
    assert till.refused(
        "/v1/transfers", amount=1_001, currency="usd", destination=shop,
        source_transaction=paid["latest_charge"],
    )["code"] == "amount_too_large"  # fmt: skip
    assert till.ledger(shop)["pending"] == 300


def test_no_more_goes_on_than_was_said_of_all_captures(till: Till):
    shop = till.open_account()
    in_two(till, transfer_data={"destination": shop, "amount": 700})
    sent = till.get("/v1/transfers", destination=shop)["data"]
    assert [each["amount"] for each in sent] == [100, 600]


def captured(till: Till, intent: str, account: str | None = None, **params) -> dict:
    return till.post(f"/v1/payment_intents/{intent}/capture", account, **params)


def fees_of(till: Till) -> list[tuple[int, int]]:
    """Return the platform's fees and what has been given back of each, oldest first."""
    shown = till.get("/v1/application_fees")["data"]
    return [(each["amount"], each["amount_refunded"]) for each in reversed(shown)]


def test_a_fee_for_the_whole_is_shared_out_over_the_captures(till: Till):
    shop = till.open_account()
    held = till.pay(1_000, capture_method="manual", transfer_data={"destination": shop},
                    application_fee_amount=150)  # fmt: skip
    for amount in (333, 300):
        captured(till, held["id"], amount_to_capture=amount, final_capture=False)
    charge = till.get(f"/v1/charges/{held['latest_charge']}")
    assert (charge["captured"], charge["application_fee_amount"]) == (False, 94)
    assert captured(till, held["id"])["application_fee_amount"] == 150
    assert fees_of(till) == [(49, 0), (45, 0), (56, 0)]
    charge = till.get(f"/v1/charges/{held['latest_charge']}")
    assert (charge["captured"], charge["application_fee_amount"]) == (True, 150)
    assert [each[:2] for each in till.transactions() if each[0] == "application_fee"] == [
        ("application_fee", amount) for amount in (49, 45, 56)]  # fmt: skip
    payments = till.get("/v1/charges", shop)["data"]
    assert [(each["amount"], each["application_fee_amount"]) for each in payments] == [
        (367, 56), (300, 45), (333, 49)]  # fmt: skip


def test_each_capture_has_the_fee_that_it_says_and_gives_back_its_own(till: Till):
    shop = till.open_shop()
    held = till.pay(1_000, shop, capture_method="manual", application_fee_amount=500)
    first = captured(till, held["id"], shop, amount_to_capture=600, final_capture=False,
                     application_fee_amount=20)  # fmt: skip
    till.post("/v1/refunds", shop, payment_intent=held["id"], amount=600,
              refund_application_fee=True)  # fmt: skip
    assert fees_of(till) == [(20, 20)]
    charge = till.get(f"/v1/charges/{held['latest_charge']}", shop)
    assert (charge["refunded"], charge["captured"]) == (False, False)
    path = f"/v1/payment_intents/{held['id']}/capture"
    error = till.refused(path, shop)
    assert (error["code"], error["param"]) == ("parameter_missing", "application_fee_amount")
    last = captured(till, held["id"], shop, amount_to_capture=300, application_fee_amount=999)
    assert (first["application_fee_amount"], last["status"]) == (20, "succeeded")
    assert fees_of(till) == [(20, 20), (300, 0)]
    shown = till.get("/v1/balance_transactions", shop, type="charge", expand=["data.source"])
    assert [
        [(fee["type"], fee["amount"]) for fee in each["fee_details"]] for each in shown["data"]
    ] == [
        [("stripe_fee", 39), ("application_fee", 300)],
        [("stripe_fee", 47), ("application_fee", 20)],
    ]
    till.post("/v1/refunds", shop, payment_intent=held["id"], amount=300,
              refund_application_fee=True)  # fmt: skip
    assert fees_of(till) == [(20, 20), (300, 300)]
    assert till.get(f"/v1/charges/{held['latest_charge']}", shop)["refunded"] is True


FEES_BACK = """
[plans.standard]
returned_with_refunds = true
[[plans.standard.rules]]
[[plans.standard.rules.least_of]]
percent = "2.9"
fixed = { usd = 30 }
"""


def test_what_payments_cost_is_given_back_capture_by_capture(till: Till, tmp_path: Path):
    with plan(till, tmp_path, FEES_BACK):
        held = till.pay(1_000, capture_method="manual")
        captured(till, held["id"], amount_to_capture=600, final_capture=False)
        for amount in (599, 1):
            till.post("/v1/refunds", payment_intent=held["id"], amount=amount)
        captured(till, held["id"])
        till.post("/v1/refunds", payment_intent=held["id"])
    assert till.transactions() == [
        ("charge", 600, 47, "pending"), ("refund", -599, -46, "pending"),
        ("refund", -1, -1, "pending"), ("charge", 400, 42, "pending"),
        ("refund", -400, -42, "pending"),
    ]  # fmt: skip
    assert till.ledger().get("fees_payable", 0) == 0


def test_what_the_platform_has_paid_for_is_given_back_to_it_capture_by_capture(
    till: Till, tmp_path: Path
):
    controller = {"fees": {"payer": "application"}, "losses": {"payments": "application"},
                  "requirement_collection": "application",
                  "stripe_dashboard": {"type": "none"}}  # fmt: skip
    asked = {"card_payments": {"requested": True}, "transfers": {"requested": True}}
    shop = till.post("/v1/accounts", controller=controller, capabilities=asked)["id"]
    with plan(till, tmp_path, FEES_BACK):
        held = till.pay(1_000, shop, capture_method="manual")
        captured(till, held["id"], shop, amount_to_capture=600, final_capture=False)
        till.post("/v1/refunds", shop, payment_intent=held["id"], amount=300)
        captured(till, held["id"], shop)
        till.post("/v1/refunds", shop, payment_intent=held["id"])
    assert [amount for _, amount, _, _ in till.transactions()] == [-47, 23, -42, 24 + 42]
    assert till.ledger().get("fees_payable", 0) == 0


def test_the_end_of_a_payment_that_was_captured_in_part_is_its_last_capture(till: Till):
    held = till.pay(1_000, capture_method="manual")
    captured(till, held["id"], amount_to_capture=600, final_capture=False)
    till.post("/v1/refunds", payment_intent=held["id"], amount=600)
    ended = till.post(f"/v1/payment_intents/{held['id']}/cancel")
    assert (ended["status"], ended["amount_received"]) == ("succeeded", 600)
    charge = till.get(f"/v1/charges/{held['latest_charge']}")
    assert (charge["captured"], charge["refunded"]) == (True, True)
    told = [each for each in till.events() if each.startswith(("charge.", "payment_intent."))]
    assert told[-5:] == [
        "charge.updated", "payment_intent.amount_capturable_updated", "charge.refunded",
        "charge.captured", "payment_intent.succeeded"]  # fmt: skip
