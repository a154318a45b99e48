"""Subscriptions: begun, renewed, changed, tried, paused and ended; every second is billed once."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bezant.api.context import Caller
from bezant.resources.billing import renewing
from bezant.resources.core.later import Matter
from tests.billing.test_invoices import adds_up, customer, kept
from tests.payments.till import Till
from tests.resources.shapes import faults

DAY = 86_400
DECLINES = "decline:insufficient_funds"


def price(till: Till, amount: int = 3_000, interval: str = "month", **others: Any) -> str:
    """Sell something again and again."""
    given = {"unit_amount": amount, "currency": "usd", "recurring": {"interval": interval}}
    return till.post("/v1/prices", product_data={"name": "Tea"}, **(given | others))["id"]


def begun(till: Till, who: str, *prices: str, **told: Any) -> Any:
    items = [{"price": each} for each in prices or (price(till),)]
    made = till.post("/v1/subscriptions", customer=who, items=items, **told)
    assert faults(made, "Subscription") == []
    return made


def changed(till: Till, made: Any, **told: Any) -> Any:
    return till.post(f"/v1/subscriptions/{made['id']}", **told)


def now(till: Till, made: Any) -> Any:
    return till.get(f"/v1/subscriptions/{made['id']}")


def item(made: Any) -> Any:
    return made["items"]["data"][0]


def pass_until(till: Till, seconds: int) -> None:
    till.pass_time(seconds=seconds - int(till.clock.now().timestamp()))
    till.work_off()


def renew(till: Till, made: Any) -> Any:
    """Let the running period end, and the hour in which its invoice is a draft."""
    pass_until(till, item(now(till, made))["current_period_end"])
    till.pass_time(hours=1)
    till.work_off()
    return now(till, made)


def invoices(till: Till, made: Any) -> list[Any]:
    listed = till.get("/v1/invoices", subscription=made["id"], limit=100)["data"]
    return [adds_up(each) for each in reversed(listed)]


def sums(till: Till, made: Any) -> list[tuple[str, int, str]]:
    return [(each["billing_reason"].removeprefix("subscription_"), each["total"], each["status"])
            for each in invoices(till, made)]  # fmt: skip


def waiting(till: Till, who: str) -> list[int]:
    listed = till.get("/v1/invoiceitems", customer=who, pending=True, limit=100)["data"]
    return [each["amount"] for each in listed]


def told(till: Till) -> list[str]:
    prefix = "customer.subscription."
    return [name.removeprefix(prefix) for name in till.events() if name.startswith(prefix)]


def test_a_subscription_is_paid_for_again_and_again(till: Till) -> None:
    made = begun(till, customer(till))
    assert (made["status"], item(made)["plan"]["amount"]) == ("active", 3_000)
    again = renew(till, made)
    assert item(again)["current_period_start"] == item(made)["current_period_end"]

    async def twice() -> bool:
        ctx = till.context(Caller(till.platform, till.platform, livemode=False))
        matter = Matter(till.platform, till.platform, livemode=False, subject=made["id"])
        return await renewing.renewed(ctx, matter)

    assert till.run(twice()) is False
    assert sums(till, made) == [("create", 3_000, "paid"), ("cycle", 3_000, "paid")]
    assert [amount for _, amount, *_ in till.transactions()] == [3_000, 3_000]
    assert told(till) == ["created", "updated"]
    assert [each["id"] for each in till.get("/v1/subscriptions")["data"]] == [made["id"]]


@pytest.mark.parametrize(
    ("behavior", "status", "asked"),
    [("allow_incomplete", "incomplete", 1), ("default_incomplete", "incomplete", 0)],
)
def test_a_first_payment_that_fails_leaves_it_incomplete_for_23_hours(
    till: Till, behavior: str, status: str, asked: int
) -> None:
    who = customer(till, DECLINES)
    made = begun(till, who, payment_behavior=behavior)
    (invoice,) = invoices(till, made)
    assert (made["status"], invoice["attempt_count"]) == (status, asked)
    paid = begun(till, who)
    till.post(f"/v1/invoices/{paid['latest_invoice']}/pay", payment_method=till.card())
    assert now(till, paid)["status"] == "active"
    till.pass_time(hours=23)
    till.work_off()
    assert now(till, made)["status"] == "incomplete_expired"
    assert [each["status"] for each in invoices(till, made)] == ["void"]
    assert now(till, paid)["status"] == "active"


def test_a_subscription_that_must_be_paid_is_not_there_if_it_is_not(till: Till) -> None:
    form = {"customer": customer(till, DECLINES), "items": [{"price": price(till)}],
            "payment_behavior": "error_if_incomplete"}  # fmt: skip
    refused = till.refused("/v1/subscriptions", **form)
    assert (refused["status"], refused["code"]) == (402, "card_declined")
    assert till.get("/v1/subscriptions", status="all")["data"] == []
    form["customer"] = customer(till, None)
    assert "default payment method" in till.refused("/v1/subscriptions", **form)["message"]


@pytest.mark.parametrize(
    ("missing", "status", "tells"),
    [
        ("create_invoice", "past_due", "updated"),
        ("cancel", "canceled", "deleted"),
        ("pause", "paused", "paused"),
    ],
)
def test_a_trial_ends_as_is_said_when_there_is_nothing_to_pay_by(
    till: Till, missing: str, status: str, tells: str
) -> None:
    who = customer(till, None)
    ends = {"end_behavior": {"missing_payment_method": missing}}
    made = begun(till, who, trial_period_days=7, trial_settings=ends)
    assert (made["status"], sums(till, made)) == ("trialing", [("create", 0, "paid")])
    pass_until(till, made["trial_end"] - 3 * DAY)
    assert told(till) == ["created", "trial_will_end"]
    after = renew(till, made)
    assert (after["status"], told(till)[-1]) == (status, tells)
    if status != "paused":
        return
    path = f"/v1/subscriptions/{made['id']}/resume"
    assert till.refused(path)["code"] == "resource_missing"
    settings = {"default_payment_method": kept(till, who, "good")}
    till.post(f"/v1/customers/{who}", invoice_settings=settings)
    assert till.post(path)["status"] == "active"
    assert sums(till, made)[-1] == ("update", 3_000, "paid")
    assert told(till)[-1] == "resumed"


def test_a_short_trial_is_told_of_at_once_and_can_be_ended(till: Till) -> None:
    made = begun(till, customer(till), trial_period_days=1)
    assert told(till) == ["created", "trial_will_end"]
    after = changed(till, made, trial_end="now")
    assert (after["status"], sums(till, made)[-1]) == ("active", ("update", 3_000, "paid"))


def test_it_ends_when_nobody_has_paid_four_times(till: Till) -> None:
    who = customer(till)
    made = begun(till, who)
    settings = {"default_payment_method": kept(till, who, DECLINES)}
    till.post(f"/v1/customers/{who}", invoice_settings=settings)
    assert renew(till, made)["status"] == "past_due"
    for days in (3, 5, 7):
        assert now(till, made)["status"] == "past_due"
        till.pass_time(days=days)
        till.work_off()
    after = now(till, made)
    assert (after["status"], after["cancellation_details"]["reason"]) == (
        "canceled",
        "payment_failed",
    )
    assert invoices(till, made)[-1]["attempt_count"] == 4
    assert told(till).count("deleted") == 1


def test_a_change_back_and_forth_at_one_moment_costs_nothing(till: Till) -> None:
    who = customer(till)
    made = begun(till, who)
    till.pass_time(days=10)
    dear = price(till, 7_000)
    changed(till, made, items=[{"id": item(made)["id"], "price": dear}])
    up = waiting(till, who)
    assert len(up) == 2
    assert sum(up) > 0
    back = [{"id": item(made)["id"], "price": item(made)["price"]["id"]}]
    changed(till, made, items=back, proration_behavior="always_invoice")
    assert (waiting(till, who), sums(till, made)[-1]) == ([], ("update", 0, "paid"))


def test_another_interval_begins_a_new_cycle_and_gives_the_rest_back(till: Till) -> None:
    who = customer(till)
    made = begun(till, who)
    start, end = item(made)["current_period_start"], item(made)["current_period_end"]
    till.pass_time(days=15)
    yearly = price(till, 30_000, "year")
    after = changed(till, made, items=[{"id": item(made)["id"], "price": yearly}])
    left = round(3_000 * (end - start - 15 * DAY) / (end - start))
    assert sums(till, made)[-1] == ("update", 30_000 - left, "paid")
    assert item(after)["current_period_start"] == start + 15 * DAY == after["billing_cycle_anchor"]


def test_what_is_left_is_given_back_when_it_is_canceled(till: Till) -> None:
    who = customer(till)
    made = begun(till, who)
    till.pass_time(days=6)
    gone = till.delete(f"/v1/subscriptions/{made['id']}?prorate=true&invoice_now=true")
    assert (gone["status"], gone["ended_at"]) == ("canceled", int(till.clock.now().timestamp()))
    reason, total, status = sums(till, made)[-1]
    assert (reason, status) == ("update", "paid")
    assert till.get(f"/v1/customers/{who}")["balance"] == total < 0
    assert told(till)[-1] == "deleted"
    assert till.get("/v1/subscriptions")["data"] == []
    again = till.refused(f"/v1/subscriptions/{made['id']}", description="Over")
    assert again["code"] == "subscription_not_changeable"


def test_its_last_period_is_as_short_as_it_is_to_be(till: Till) -> None:
    made = begun(till, customer(till))
    end = item(made)["current_period_end"] + 10 * DAY
    changed(till, made, cancel_at=end)
    after = renew(till, made)
    assert item(after)["current_period_end"] == end
    assert 0 < sums(till, made)[-1][1] < 3_000 // 2
    pass_until(till, end)
    assert now(till, made)["status"] == "canceled"
    assert len(invoices(till, made)) == 2


@pytest.mark.parametrize(
    ("behavior", "status"),
    [("keep_as_draft", "draft"), ("void", "void"), ("mark_uncollectible", "uncollectible")],
)
def test_nobody_is_asked_for_money_while_collection_is_paused(
    till: Till, behavior: str, status: str
) -> None:
    made = begun(till, customer(till))
    changed(till, made, pause_collection={"behavior": behavior})
    assert renew(till, made)["status"] == "active"
    assert sums(till, made)[-1] == ("cycle", 3_000, status)
    assert changed(till, made, pause_collection="")["pause_collection"] is None
    renew(till, made)
    assert sums(till, made)[-1] == ("cycle", 3_000, "paid")


def test_nothing_goes_on_that_a_deleted_customer_subscribed_to(till: Till) -> None:
    who = customer(till)
    made = begun(till, who)
    till.delete(f"/v1/customers/{who}")
    till.work_off()
    assert now(till, made)["status"] == "canceled"


def test_a_discount_is_on_as_many_invoices_as_it_is_for(till: Till) -> None:
    coupon = till.post("/v1/coupons", percent_off=50, duration="once")["id"]
    made = begun(till, customer(till), discounts=[{"coupon": coupon}])
    renew(till, made)
    assert [total for _, total, _ in sums(till, made)] == [1_500, 3_000]


def test_a_platform_keeps_its_part_of_every_invoice(till: Till) -> None:
    shop = till.open_shop()
    made = begun(till, customer(till), application_fee_percent="10",
                 transfer_data={"destination": shop})  # fmt: skip
    renew(till, made)
    fees = [each["amount"] for each in till.get("/v1/application_fees")["data"]]
    assert fees == [300, 300]
    alone = {"customer": customer(till), "items": [{"price": price(till)}]}
    refused = till.refused("/v1/subscriptions", application_fee_percent="10", **alone)
    assert refused["param"] == "application_fee_percent"


def test_a_preview_is_what_comes(till: Till) -> None:
    who = customer(till)
    made = begun(till, who)
    till.pass_time(days=10)
    items = [{"id": item(made)["id"], "quantity": 3}]
    asked = {"subscription": made["id"], "subscription_details": {"items": items}}
    seen = adds_up(till.post("/v1/invoices/create_preview", **asked) | {"ending_balance": None})
    assert (seen["id"][:12], waiting(till, who)) == ("upcoming_in_", [])
    changed(till, made, items=items)
    renew(till, made)
    came = invoices(till, made)[-1]
    assert came["total"] == seen["total"]
    shown = [[(each["amount"], each["description"]) for each in one["lines"]["data"]]
             for one in (seen, came)]  # fmt: skip
    assert shown[0] == shown[1]


CHANGES = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from([0, 1, 2, 5, "dear", "renewed"])),
    min_size=1, max_size=4,
)  # fmt: skip


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, left=st.integers(1, 20))
def test_every_second_is_billed_once(
    till: Till, changes: list[tuple[int, int | str]], left: int
) -> None:
    """All that is invoiced and that waits is what the seconds cost, within a unit a change."""
    till.move_in()
    who = customer(till)
    cheap, dear = price(till, 3_100), price(till, 9_300)
    made = begun(till, who, cheap)
    amount, exact = 3_100, Fraction(0)
    at = item(made)["current_period_start"]
    for days, what in [*changes, (left, "end")]:
        target = at + days * DAY
        while (end := item(now(till, made))["current_period_end"]) <= target:
            start = item(now(till, made))["current_period_start"]
            exact += Fraction(amount * (end - at), end - start)
            at = end
            pass_until(till, end)
        pass_until(till, target)
        running = item(now(till, made))
        span = running["current_period_end"] - running["current_period_start"]
        exact += Fraction(amount * (target - at), span)
        at = target
        if isinstance(what, int):
            changed(till, made, items=[{"id": running["id"], "quantity": what}])
        elif what == "dear":
            changed(till, made, items=[{"id": running["id"], "price": dear}])
        running = item(now(till, made))
        amount = running["quantity"] * running["price"]["unit_amount"]
    till.delete(f"/v1/subscriptions/{made['id']}?prorate=true&invoice_now=true")
    billed = sum(each["subtotal"] for each in invoices(till, made)) + sum(waiting(till, who))
    assert abs(billed - exact) <= 2 * len(changes) + 2
