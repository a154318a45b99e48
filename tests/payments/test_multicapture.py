"""Payments that are captured in several parts: what comes back comes back of all of them."""

from datetime import date

from bezant.api.context import Caller
from bezant.rail.cards import About, RefundTold
from bezant.resources.payments.refund_told import refund_told
from tests.payments.till import Till


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


def test_the_fee_is_taken_once_with_the_first_capture(till: Till):
    shop = till.open_account()
    fee = {"application_fee_amount": 150}
    held = till.pay(1_000, capture_method="manual", transfer_data={"destination": shop}, **fee)
    path = f"/v1/payment_intents/{held['id']}/capture"
    till.post(path, amount_to_capture=600, final_capture=False)
    assert till.refused(path, application_fee_amount=10)["param"] == "application_fee_amount"
    till.post(path)
    assert [each[:2] for each in till.transactions() if each[0] == "application_fee"] == [
        ("application_fee", 150)]  # fmt: skip
