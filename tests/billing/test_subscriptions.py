"""Subscriptions: begun, tried, renewed, changed, not paid, paused and over; every cent of it."""

from typing import Any

import pytest

from bezant.api.context import Caller
from bezant.resources.billing import drawing, renewing
from bezant.resources.core.later import Matter
from tests.billing.subscriber import (
    BROKE,
    DAY,
    MONTH,
    PATH,
    at,
    begun,
    canceled,
    changed,
    go_to,
    invoices,
    now_of,
    over_hour,
    period,
    price,
    states,
    told,
    waiting,
    whole,
)
from tests.billing.test_invoices import adds_up, customer, kept
from tests.payments.till import Till


def test_a_month_is_paid_at_once_and_each_next_one_an_hour_after_it_begins(till: Till) -> None:
    made = begun(till, customer(till))
    start, end = period(made)
    assert (made["status"], start, end) == ("active", at(till), at(till) + MONTH)
    assert states(till, made) == [("create", "paid", 3_000)]
    go_to(till, end - 1)
    assert period(now_of(till, made)) == (start, end)
    go_to(till, end)
    after = now_of(till, made)
    assert period(after) == (end, end + MONTH)
    assert states(till, made)[1:] == [("cycle", "draft", 3_000)]
    go_to(till, end)
    over_hour(till)
    assert states(till, made)[1:] == [("cycle", "paid", 3_000)]
    assert after["latest_invoice"] == invoices(till, made)[1]["id"]
    looked_back = [(each["period_start"], each["period_end"]) for each in invoices(till, made)]
    assert looked_back == [(start, start), (start, end)]
    go_to(till, end + MONTH)
    assert period(now_of(till, made)) == (end + MONTH, end + 2 * MONTH)
    matter = Matter(till.platform, till.platform, livemode=False, subject=made["id"])
    ctx = till.context(Caller(till.platform, till.platform, livemode=False))
    assert till.run(renewing.renewed(ctx, matter)) is False
    assert told(till) == ["created", "updated", "updated"]
    assert till.listed(PATH) == [made["id"]]
    assert [kind for kind, *_ in till.transactions()] == ["charge", "charge"]


def test_what_comes_of_a_first_payment_is_as_its_behaviour(till: Till) -> None:
    broke = customer(till, BROKE)
    tea = price(till)
    sent = {"customer": broke, "items": [{"price": tea}]}
    refusal = till.refused(PATH, **sent, payment_behavior="error_if_incomplete")
    assert (refusal["status"], refusal["code"]) == (402, "card_declined")
    assert till.listed(PATH, status="all") == till.listed("/v1/invoices") == []
    sent["customer"] = customer(till, None)
    assert "default payment method" in till.refused(PATH, **sent)["message"]
    made = begun(till, broke, tea)
    assert made["status"] == "incomplete"
    assert states(till, made) == [("create", "open", 3_000)]
    assert till.refused(f"{PATH}/{made['id']}", trial_end="now")["param"] == "trial_end"
    waits = begun(till, customer(till), tea, payment_behavior="default_incomplete")
    assert waits["status"] == "incomplete"
    (invoice,) = invoices(till, waits)
    assert invoice["attempt_count"] == 0
    till.post(f"/v1/invoices/{invoice['id']}/pay")
    till.work_off()
    assert now_of(till, waits)["status"] == "active"
    go_to(till, at(till) + 23 * 3_600)
    assert now_of(till, made)["status"] == "incomplete_expired"
    assert states(till, made) == [("create", "void", 3_000)]
    assert now_of(till, waits)["status"] == "active"
    assert told(till) == ["created", "created", "updated", "updated"]


def test_a_trial_costs_nothing_and_ends_as_is_said(till: Till) -> None:
    tea = price(till)
    ends: dict[str, Any] = {}
    for name in ("cancel", "pause", "create_invoice"):
        settings = {"end_behavior": {"missing_payment_method": name}}
        ends[name] = begun(till, customer(till, None), tea, trial_period_days=7,
                           trial_settings=settings)  # fmt: skip
    paying = begun(till, customer(till), tea, trial_period_days=2)
    assert told(till) == ["created"] * 4 + ["trial_will_end"]
    assert states(till, paying) == [("create", "paid", 0)]
    assert {each["status"] for each in ends.values()} == {"trialing"}
    go_to(till, at(till) + 2 * DAY)
    over_hour(till)
    assert now_of(till, paying)["status"] == "active"
    assert states(till, paying)[1:] == [("cycle", "paid", 3_000)]
    go_to(till, at(till) + 2 * DAY)
    assert told(till)[-3:] == ["trial_will_end"] * 3
    go_to(till, at(till) + 3 * DAY)
    over_hour(till)
    after = {name: now_of(till, each)["status"] for name, each in ends.items()}
    assert after == {"cancel": "canceled", "pause": "paused", "create_invoice": "past_due"}
    assert {"deleted", "paused"} <= set(told(till))
    assert now_of(till, ends["pause"])["status_details"]["paused"]
    assert states(till, ends["pause"]) == [("create", "paid", 0)]


def test_a_trial_that_is_moved_is_told_of_once_and_can_be_over_now(till: Till) -> None:
    made = begun(till, customer(till), trial_period_days=5)
    changed(till, made, trial_end=at(till) + 10 * DAY)
    go_to(till, at(till) + 6 * DAY)
    assert told(till) == ["created", "updated"]
    changed(till, made, trial_end=at(till) + 2 * DAY)
    go_to(till, at(till) + DAY)
    assert told(till)[2:].count("trial_will_end") == 1
    after = changed(till, made, trial_end="now")
    assert (after["status"], period(after)[0]) == ("active", at(till))
    assert states(till, made)[1:] == [("update", "paid", 3_000)]


def test_a_paused_subscription_goes_on_once_it_is_paid(till: Till) -> None:
    who = customer(till, None)
    made = begun(till, who, trial_period_days=1,
                 trial_settings={"end_behavior": {"missing_payment_method": "pause"}})  # fmt: skip
    go_to(till, at(till) + DAY)
    path = f"{PATH}/{made['id']}/resume"
    assert till.refused(path)["code"] == "resource_missing"
    assert now_of(till, made)["status"] == "paused"
    method = till.card()
    till.post(f"/v1/payment_methods/{method}/attach", customer=who)
    changed(till, made, default_payment_method=method)
    after = whole(till.post(path))
    assert (after["status"], period(after)[0]) == ("active", at(till))
    assert states(till, made)[1:] == [("update", "paid", 3_000)]
    assert told(till)[-2:] == ["updated", "resumed"]
    assert till.refused(path)["code"] == "subscription_not_changeable"


def test_it_ends_at_once_at_a_moment_or_with_its_period(till: Till) -> None:
    who, tea = customer(till), price(till)
    start, end = at(till), at(till) + MONTH
    at_end = changed(till, begun(till, who, tea), cancel_at_period_end=True)
    assert (at_end["cancel_at"], at_end["canceled_at"]) == (end, at(till))
    stays = changed(till, begun(till, who, tea), cancel_at=start + 5 * DAY)
    stays = changed(till, stays, cancel_at="")
    assert (stays["cancel_at"], stays["canceled_at"]) == (None, None)
    assert stays["cancellation_details"]["reason"] is None
    early = begun(till, who, tea, cancel_at=start + 10 * DAY)
    assert early["canceled_at"] == start
    assert early["cancellation_details"]["reason"] == "cancellation_requested"
    later = begun(till, who, tea, cancel_at=end + 15 * DAY)
    now = begun(till, who, tea)
    go_to(till, start + MONTH // 2)
    assert now_of(till, early)["status"] == "canceled"
    over = canceled(till, now, prorate=True, invoice_now=True,
                    cancellation_details={"feedback": "unused"})  # fmt: skip
    assert (over["status"], over["ended_at"]) == ("canceled", at(till))
    assert over["cancellation_details"]["feedback"] == "unused"
    assert states(till, now)[1:] == [("update", "paid", -1_500)]
    assert till.get(f"/v1/customers/{who}")["balance"] == -1_500
    go_to(till, end)
    over_hour(till)
    assert now_of(till, at_end)["ended_at"] == end
    assert period(now_of(till, stays)) == (end, end + MONTH)
    assert period(now_of(till, later)) == (end, end + 15 * DAY)
    assert states(till, later)[1:] == [("cycle", "paid", 1_500)]
    go_to(till, end + 15 * DAY)
    assert now_of(till, later)["status"] == "canceled"
    assert told(till).count("deleted") == 4
    answer = till.ask("DELETE", f"{PATH}/{now['id']}")
    assert answer.error["code"] == "subscription_not_changeable"
    alone = canceled(till, begun(till, who, tea), invoice_now=True)
    assert states(till, alone) == [("create", "paid", 3_000)]


def test_what_changes_is_paid_for_to_the_second_and_back_again_is_for_nothing(till: Till) -> None:
    who, tea, cake = customer(till), price(till), price(till, 5_999)
    made = begun(till, who, tea)
    start, end = period(made)
    item = made["items"]["data"][0]["id"]
    till.pass_time(days=7, seconds=11)
    changed(till, made, items=[{"id": item, "price": cake, "quantity": 3}])
    changed(till, made, items=[{"id": item, "price": tea, "quantity": 1}])
    assert sum(waiting(till, who)) == 0
    assert len(waiting(till, who)) == 4
    till.pass_time(days=8, seconds=-11)
    changed(till, made, items=[{"id": item, "quantity": 2}])
    assert waiting(till, who)[4:] == [-1_500, 3_000]
    refusal = till.refused(f"{PATH}/{made['id']}", items=[{"id": item, "quantity": 4}],
                           proration_date=start + 8 * DAY)  # fmt: skip
    assert refusal["param"] == "proration_date"
    refusal = till.refused(f"{PATH}/{made['id']}", items=[{"id": item, "quantity": 4}],
                           proration_date=end - DAY)  # fmt: skip
    assert refusal["param"] == "proration_date"
    changed(till, made, items=[{"id": item, "quantity": 4}], proration_behavior="always_invoice")
    assert states(till, made)[1:] == [("update", "paid", 4_500)]
    assert waiting(till, who) == []
    till.post("/v1/subscription_items", subscription=made["id"], price=cake,
              proration_behavior="none")  # fmt: skip
    go_to(till, end)
    over_hour(till)
    assert states(till, made)[2:] == [("cycle", "paid", 4 * 3_000 + 5_999)]


def test_another_interval_begins_a_cycle_of_its_own(till: Till) -> None:
    who, tea = customer(till), price(till)
    yearly = price(till, 30_000, recurring={"interval": "day", "interval_count": 365})
    made = begun(till, who, tea, billing_cycle_anchor=at(till) + MONTH // 2)
    start, end = period(made)
    assert (start, end) == (at(till), at(till) + MONTH // 2)
    first = states(till, made)[0][2]
    till.pass_time(seconds=(end - start) // 2)
    item = made["items"]["data"][0]["id"]
    sent = {"items": [{"id": item, "price": yearly}]}
    refusal = till.refused(f"{PATH}/{made['id']}", **sent, proration_date=start - 1)
    assert refusal["param"] == "proration_date"
    after = changed(till, made, **sent, proration_date=start)
    assert (first, after["billing_cycle_anchor"]) == (1_500, at(till))
    assert period(after) == (at(till), at(till) + 365 * DAY)
    assert states(till, made)[1:] == [("update", "paid", 30_000 - first)]
    go_to(till, end)
    assert len(invoices(till, made)) == 2


def test_a_first_period_that_is_free_is_not_invoiced(till: Till) -> None:
    ahead = at(till) + 10 * DAY
    made = begun(till, customer(till), billing_cycle_anchor=ahead, proration_behavior="none")
    assert (made["status"], made["latest_invoice"]) == ("active", None)
    assert period(made) == (at(till), ahead)
    go_to(till, ahead)
    over_hour(till)
    assert states(till, made) == [("cycle", "paid", 3_000)]


def test_a_discount_is_for_one_invoice_for_some_or_for_an_item(till: Till) -> None:
    who, tea = customer(till), price(till)
    once = till.post("/v1/coupons", percent_off=50)["id"]
    months = till.post("/v1/coupons", percent_off=10, duration="repeating",
                       duration_in_months=2)["id"]  # fmt: skip
    first = begun(till, who, tea, discounts=[{"coupon": once}])
    some = begun(till, who, tea, discounts=[{"coupon": months}])
    items = [{"price": tea, "discounts": [{"coupon": once}]}]
    single = begun(till, who, items=items)
    totals = [states(till, each)[0][2] for each in (first, some, single)]
    assert totals == [1_500, 2_700, 1_500]
    till.pass_time(seconds=MONTH // 2)
    for each in (first, single):
        canceled(till, each, prorate=True)
    assert waiting(till, who) == [-750, -750]
    for _ in range(3):
        go_to(till, period(now_of(till, some))[1])
    over_hour(till)
    months_off = [total for *_, total in states(till, some)]
    assert (months_off[:2], months_off[3]) == ([2_700, 2_700], 3_000)
    given = changed(till, some, discounts=[{"coupon": months}])
    assert len(given["discounts"]) == 1
    till.delete(f"{PATH}/{some['id']}/discount")
    assert now_of(till, some)["discounts"] == []


def test_what_is_bought_besides_in_a_trial_does_not_end_it(till: Till) -> None:
    who = customer(till)
    made = begun(till, who, trial_period_days=5)
    once = {"currency": "usd", "product": till.post("/v1/products", name="Cup")["id"]}
    added = [{"price_data": {**once, "unit_amount": 700}}]
    after = changed(till, made, add_invoice_items=added, proration_behavior="always_invoice")
    assert (after["status"], states(till, made)[1:]) == ("trialing", [("update", "paid", 700)])
    changed(till, made, default_payment_method=kept(till, who, BROKE), add_invoice_items=added,
            proration_behavior="always_invoice")  # fmt: skip
    go_to(till, at(till) + 3 * DAY)
    assert states(till, made)[2:] == [("update", "open", 700)]
    assert now_of(till, made)["status"] == "trialing"


def test_what_waits_for_another_subscription_is_in_nobodys_way(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "MOST_LINES", 3)
    who, tea = customer(till), price(till)
    first, second = begun(till, who, tea), begun(till, who, tea)
    for each, amount in ((first, 5), *((second, 1) for _ in range(7))):
        till.post("/v1/invoiceitems", customer=who, subscription=each["id"], amount=amount)
    others = {"customer": customer(till), "subscription": first["id"], "amount": 5}
    assert till.refused("/v1/invoiceitems", **others)["param"] == "subscription"
    go_to(till, period(first)[1])
    assert [states(till, each)[1][2] for each in (first, second)] == [3_005, 3_002]
    assert waiting(till, who) == [1] * 5


def test_subscriptions_of_a_customer_that_is_deleted_are_over(till: Till) -> None:
    who = customer(till)
    made = [begun(till, who), begun(till, who)]
    till.delete(f"/v1/customers/{who}")
    till.work_off()
    assert {now_of(till, each)["status"] for each in made} == {"canceled"}
    go_to(till, at(till) + MONTH)
    over_hour(till)
    assert [len(invoices(till, each)) for each in made] == [1, 1]


def test_a_platform_has_its_share_of_each_month(till: Till) -> None:
    shop = till.open_shop()
    made = begun(till, customer(till), application_fee_percent=10,
                 transfer_data={"destination": shop})  # fmt: skip
    go_to(till, period(made)[1])
    over_hour(till)
    fees = till.get("/v1/application_fees")["data"]
    assert [(each["amount"], each["account"]) for each in fees] == [(300, shop)] * 2
    moved = till.get("/v1/transfers", destination=shop)["data"]
    assert [each["amount"] for each in moved] == [3_000] * 2
    alone = {"customer": customer(till), "items": [{"price": price(till)}]}
    refusal = till.refused(PATH, application_fee_percent=10, **alone)
    assert refusal["param"] == "application_fee_percent"


def test_accounts_have_subscriptions_of_their_own(till: Till) -> None:
    shop = till.open_shop()
    who = till.post("/v1/customers", shop, name="Grace")["id"]
    card = till.card(account=shop)
    till.post(f"/v1/payment_methods/{card}/attach", shop, customer=who)
    made = whole(till.post(PATH, shop, customer=who, application_fee_percent=10,
                           default_payment_method=card,
                           items=[{"price": price(till, account=shop)}]))  # fmt: skip
    assert (made["status"], made["application"] is None) == ("active", False)
    go_to(till, period(made)[1])
    over_hour(till)
    shown = till.get("/v1/invoices", shop, subscription=made["id"])["data"]
    assert [each["status"] for each in shown] == ["paid", "paid"]
    assert shown[0]["application"] == shown[1]["application"]
    assert [each["amount"] for each in till.get("/v1/application_fees")["data"]] == [300, 300]
    assert till.ask("GET", f"{PATH}/{made['id']}").status == 404


def test_an_account_subscribes_to_what_its_platform_sells(till: Till) -> None:
    account = till.run(till.send("POST", "/v2/core/accounts", {
        "display_name": "Ada", "contact_email": "ada@example.com",
        "configuration": {"customer": {}},
    })).json["id"]  # fmt: skip
    method = till.card()
    made = whole(till.post(PATH, customer_account=account, days_until_due=7,
                           collection_method="send_invoice",
                           items=[{"price": price(till)}]))  # fmt: skip
    assert (made["customer_account"], made["status"]) == (account, "active")
    over_hour(till)
    (first,) = invoices(till, made)
    assert (first["status"], first["customer_account"]) == ("open", account)
    till.post(f"/v1/invoices/{first['id']}/pay", payment_method=method)
    go_to(till, period(made)[1])
    assert len(invoices(till, made)) == 2


def test_one_that_ends_with_its_period_ends_with_the_one_that_runs_then(till: Till) -> None:
    who, yearly = (
        customer(till),
        price(till, 30_000, recurring={"interval": "day", "interval_count": 365}),
    )
    made = changed(till, begun(till, who), cancel_at_period_end=True)
    tried = changed(till, begun(till, who), cancel_at_period_end=True)
    till.pass_time(days=15)
    item = made["items"]["data"][0]["id"]
    after = changed(till, made, items=[{"id": item, "price": yearly}])
    assert after["cancel_at"] == period(after)[1] == at(till) + 365 * DAY
    assert states(till, made)[1:] == [("update", "paid", 28_500)]
    tried = changed(till, tried, trial_end=at(till) + 40 * DAY)
    assert tried["cancel_at"] == tried["trial_end"] == at(till) + 40 * DAY
    go_to(till, at(till) + 40 * DAY)
    assert (now_of(till, tried)["status"], now_of(till, made)["status"]) == ("canceled", "active")


def test_a_coupon_for_one_invoice_is_kept_for_one_that_costs_something(till: Till) -> None:
    coupon = till.post("/v1/coupons", percent_off=50)["id"]
    own = customer(till, coupon=coupon)
    made = [begun(till, customer(till), trial_period_days=1, discounts=[{"coupon": coupon}]),
            begun(till, own, trial_period_days=1)]  # fmt: skip
    for _ in range(2):
        go_to(till, period(now_of(till, made[0]))[1])
    assert [[total for *_, total in states(till, each)] for each in made] == [[0, 1_500, 3_000]] * 2


def test_a_preview_is_what_comes(till: Till) -> None:
    who = customer(till)
    made = begun(till, who)
    till.pass_time(days=10)
    items = [{"id": made["items"]["data"][0]["id"], "quantity": 3}]
    asked = {"subscription": made["id"], "subscription_details": {"items": items}}
    seen = adds_up(till.post("/v1/invoices/create_preview", **asked) | {"ending_balance": None})
    assert (seen["id"][:12], waiting(till, who)) == ("upcoming_in_", [])
    changed(till, made, items=items)
    go_to(till, period(made)[1])
    came = invoices(till, made)[-1]
    assert (came["total"], came["billing_reason"]) == (seen["total"], "subscription_cycle")
    shown = [[(each["amount"], each["description"]) for each in one["lines"]["data"]]
             for one in (seen, came)]  # fmt: skip
    assert shown[0] == shown[1]
