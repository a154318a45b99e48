"""Subscriptions that are not paid, or not asked to be: late, waited for, paused, owed by nobody."""

from tests.billing.subscriber import (
    BROKE,
    DAY,
    MONTH,
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
)
from tests.billing.test_invoices import customer, kept
from tests.payments.till import Till

PAUSED = {"keep_as_draft": "draft", "mark_uncollectible": "uncollectible", "void": "void"}


def test_a_subscription_that_nobody_pays_is_late_and_over_in_the_end(till: Till) -> None:
    for days in (30, 1):
        who = customer(till)
        each = price(till, recurring={"interval": "day", "interval_count": days})
        made = begun(till, who, each)
        changed(till, made, default_payment_method=kept(till, who, BROKE))
        go_to(till, at(till) + days * DAY)
        assert now_of(till, made)["status"] == "active"
        over_hour(till)
        assert now_of(till, made)["status"] == "past_due"
        for day in range(15):
            assert now_of(till, made)["status"] == "past_due", (days, day)
            go_to(till, at(till) + DAY)
        over = now_of(till, made)
        assert over["status"] == "canceled"
        assert over["cancellation_details"]["reason"] == "payment_failed"
        assert max(each["attempt_count"] for each in invoices(till, made)) == 4
        known = states(till, made)
        till.pass_time(days=40)
        till.work_off()
        assert states(till, made) == known


def test_a_cardholder_is_asked_as_often_as_a_bank(till: Till) -> None:
    who, other = customer(till), customer(till)
    made, paid = begun(till, who), begun(till, other)
    changed(till, made, default_payment_method=kept(till, who, "challenge"))
    changed(till, paid, default_payment_method=kept(till, other, "challenge"))
    go_to(till, at(till) + MONTH)
    over_hour(till)
    assert [now_of(till, each)["status"] for each in (made, paid)] == ["past_due"] * 2
    assert till.events().count("invoice.payment_action_required") == 2
    assert till.get(f"/v1/customers/{who}")["delinquent"] is True
    last = invoices(till, paid)[-1]
    assert last["next_payment_attempt"] == at(till) + 3 * DAY
    till.post(f"/v1/invoices/{last['id']}/pay", payment_method=till.card())
    for days in (3, 5):
        go_to(till, at(till) + days * DAY)
    assert invoices(till, made)[-1]["attempt_count"] == 3
    assert [now_of(till, each)["status"] for each in (made, paid)] == ["past_due", "active"]
    go_to(till, at(till) + 7 * DAY)
    assert now_of(till, made)["cancellation_details"]["reason"] == "payment_failed"


def test_one_that_is_late_is_in_order_again_when_all_is_paid(till: Till) -> None:
    who = customer(till, BROKE)
    made = begun(till, who, trial_period_days=1)
    go_to(till, at(till) + DAY)
    over_hour(till)
    assert now_of(till, made)["status"] == "past_due"
    last = invoices(till, made)[-1]
    till.post(f"/v1/invoices/{last['id']}/pay", payment_method=till.card())
    till.work_off()
    assert now_of(till, made)["status"] == "active"
    assert told(till) == ["created", "trial_will_end", "updated", "updated", "updated"]


def test_nobody_is_asked_for_money_while_collection_is_paused(till: Till) -> None:
    who, tea = customer(till), price(till)
    made = {name: changed(till, begun(till, who, tea), pause_collection={"behavior": name})
            for name in ("keep_as_draft", "mark_uncollectible", "void")}  # fmt: skip
    go_to(till, at(till) + MONTH)
    over_hour(till)
    for (name, each), status in zip(made.items(), ("draft", "uncollectible", "void"), strict=True):
        assert states(till, each)[1:] == [("cycle", status, 3_000)], name
        assert now_of(till, each)["status"] == "active"
        changed(till, each, pause_collection="")
    go_to(till, at(till) + MONTH)
    over_hour(till)
    assert {states(till, each)[2] for each in made.values()} == {("cycle", "paid", 3_000)}


def test_what_nobody_owes_is_neither_paid_nor_given_back(till: Till) -> None:
    for name, total in (("keep_as_draft", 1_500), ("mark_uncollectible", 3_000), ("void", 3_000)):
        who = customer(till)
        made = changed(till, begun(till, who), pause_collection={"behavior": name})
        if name == "void":
            till.post(f"/v1/customers/{who}", balance=-5_000)
        till.post("/v1/invoiceitems", customer=who, amount=700)
        go_to(till, period(made)[1])
        items = [{"id": made["items"]["data"][0]["id"], "quantity": 1, "metadata": {"a": "b"}}]
        changed(till, made, items=items, proration_behavior="always_invoice")
        till.pass_time(days=15)
        canceled(till, made, prorate=True)
        drawn = total + 700 if name == "keep_as_draft" else total
        assert states(till, made)[1:] == [("cycle", PAUSED[name], drawn)], name
        assert waiting(till, who) == ([] if name == "keep_as_draft" else [700])
        balance = till.get(f"/v1/customers/{who}")["balance"]
        assert balance == (-5_000 if name == "void" else 0)


def test_what_only_a_draft_says_is_taken_off_that_when_it_is_over(till: Till) -> None:
    who = customer(till)
    made = begun(till, who)
    till.pass_time(seconds=period(made)[1] + 20 * DAY - at(till))
    over = canceled(till, made, prorate=True, invoice_now=True)
    assert period(over) == (period(made)[1], period(made)[1] + MONTH)
    till.work_off()
    over_hour(till)
    assert states(till, made)[1:] == [("cycle", "draft", 2_000)]
    assert (waiting(till, who), till.get(f"/v1/customers/{who}")["balance"]) == ([], 0)


def test_a_first_period_that_is_paid_when_it_is_over_has_a_next_one(till: Till) -> None:
    made = begun(till, customer(till, BROKE), billing_cycle_anchor=at(till) + DAY // 2)
    go_to(till, at(till) + DAY * 3 // 4)
    till.post(f"/v1/invoices/{made['latest_invoice']}/pay", payment_method=till.card())
    till.work_off()
    assert period(now_of(till, made))[0] == made["billing_cycle_anchor"]
    assert states(till, made) == [("create", "paid", 50), ("cycle", "draft", 3_000)]


def test_a_bill_that_is_sent_is_late_after_its_day_and_in_order_when_it_is_paid(till: Till) -> None:
    made = begun(till, customer(till), collection_method="send_invoice", days_until_due=3)
    over_hour(till)
    assert (made["status"], states(till, made)) == ("active", [("create", "open", 3_000)])
    go_to(till, at(till) + 3 * DAY)
    assert now_of(till, made)["status"] == "past_due"
    till.post(f"/v1/invoices/{made['latest_invoice']}/pay", paid_out_of_band=True)
    till.work_off()
    assert now_of(till, made)["status"] == "active"


def test_a_bank_that_takes_days_to_pay_the_first_invoice_is_waited_for(till: Till) -> None:
    who = customer(till, BROKE)
    made, left = begun(till, who), begun(till, who)
    for each in (made, left):
        till.post(f"/v1/invoices/{each['latest_invoice']}/pay",
                  payment_method="pm_usBankAccount_success")  # fmt: skip
    assert canceled(till, left)["status"] == "canceled"
    till.work_off()
    assert now_of(till, made)["status"] == "active"
    go_to(till, at(till) + 23 * 3_600)
    assert now_of(till, made)["status"] == "active"
    till.delete(f"/v1/customers/{who}")
    till.work_off()
    assert now_of(till, made)["status"] == "canceled"


def test_what_is_paid_at_once_makes_one_that_was_late_be_in_order(till: Till) -> None:
    who = customer(till, BROKE)
    made = begun(till, who, trial_period_days=1)
    go_to(till, at(till) + DAY)
    over_hour(till)
    assert now_of(till, made)["status"] == "past_due"
    items = [{"id": made["items"]["data"][0]["id"], "quantity": 2}]
    paid = changed(till, made, default_payment_method=kept(till, who, "good"), items=items,
                   proration_behavior="always_invoice")  # fmt: skip
    assert paid["status"] == "active"


def test_a_first_debit_that_comes_back_is_tried_again_by_what_is_still_there(till: Till) -> None:
    who = customer(till, "good")
    bank = till.post("/v1/payment_methods/pm_usBankAccount_success/attach", customer=who)["id"]
    made = begun(till, who, default_payment_method=bank)
    assert (made["status"], states(till, made)) == ("active", [("create", "open", 3_000)])
    (charge,) = till.get("/v1/charges", customer=who)["data"]
    till.hear(charge["id"], "submitted")
    till.hear(charge["id"], "returned", "R01")
    till.work_off()
    assert now_of(till, made)["status"] == "past_due"
    assert till.get(f"/v1/customers/{who}")["delinquent"] is True
    till.post(f"/v1/payment_methods/{bank}/detach")
    go_to(till, at(till) + 3 * DAY)
    assert (now_of(till, made)["status"], states(till, made)) == (
        "active", [("create", "paid", 3_000)],
    )  # fmt: skip
    assert till.get(f"/v1/customers/{who}")["delinquent"] is False


def test_what_was_charged_before_is_given_back_when_a_change_is_owed_by_nobody(till: Till) -> None:
    who = customer(till)
    made = begun(till, who)
    till.pass_time(seconds=MONTH // 2)
    changed(till, made, default_payment_method=kept(till, who, BROKE))
    item = {"id": made["items"]["data"][0]["id"], "quantity": 5}
    late = changed(till, made, items=[item], proration_behavior="always_invoice")
    assert (late["status"], states(till, made)[1:]) == ("past_due", [("update", "open", 6_000)])
    till.post(f"/v1/invoices/{late['latest_invoice']}/void")
    canceled(till, made, prorate=True)
    assert waiting(till, who) == [-1_500]


def test_one_that_nobody_can_pay_ends_with_a_last_invoice(till: Till) -> None:
    who = customer(till, None)
    made = begun(till, who, default_payment_method=kept(till, who, "good"))
    item = {"id": made["items"]["data"][0]["id"], "quantity": 3}
    till.pass_time(seconds=MONTH // 2)
    changed(till, made, default_payment_method="", items=[item])
    till.pass_time(seconds=MONTH // 4)
    over = canceled(till, made, prorate=True, invoice_now=True)
    assert (over["status"], states(till, made)[1:]) == ("canceled", [("update", "open", 750)])
    go_to(till, at(till) + 5 * DAY)
    assert states(till, made)[1:] == [("update", "open", 750)]


def test_a_card_that_was_detached_in_a_trial_does_not_pay_after_it(till: Till) -> None:
    who = customer(till, None)
    card = kept(till, who, "good")
    ends = {"end_behavior": {"missing_payment_method": "cancel"}}
    tried = begun(till, who, default_payment_method=card, trial_period_days=1, trial_settings=ends)
    till.post(f"/v1/payment_methods/{card}/detach")
    go_to(till, at(till) + DAY)
    assert now_of(till, tried)["status"] == "canceled"


def test_a_price_that_is_no_longer_sold_stays_with_those_who_have_it(till: Till) -> None:
    tea = price(till)
    made = begun(till, customer(till), tea)
    till.post(f"/v1/prices/{tea}", active=False)
    item = {"id": made["items"]["data"][0]["id"], "price": tea, "quantity": 2}
    assert changed(till, made, items=[item])["items"]["data"][0]["quantity"] == 2
    assert till.refused("/v1/subscription_items", subscription=made["id"], price=tea)
