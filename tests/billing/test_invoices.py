"""Invoices: drawn, finalized, paid once, tried again, voided; their amounts always add up."""

from typing import Any

from bezant.api.context import Caller
from bezant.resources.core.payment_method import PaymentMethod, attach
from tests.payments.till import Till
from tests.resources.shapes import faults


def customer(till: Till, card: str | None = "good", **told: Any) -> str:
    """Keep a customer, with a card to pay by if one is named."""
    made = till.post("/v1/customers", name="Ada", **told)["id"]
    if card is not None:
        method = kept(till, made, card)
        settings = {"default_payment_method": method}
        till.post(f"/v1/customers/{made}", invoice_settings=settings)
    return made


def kept(till: Till, who: str, card: str) -> str:
    """Keep a card for a customer, whatever its bank will say when it is charged."""
    name = till.card(card)

    async def give() -> None:
        ctx = till.context(Caller(till.platform, till.platform, livemode=False))
        attach(ctx, await ctx.load(PaymentMethod, name), who)
        await ctx.write()

    till.run(give())
    return name


def item(till: Till, who: str, amount: int = 2_000, **told: Any) -> Any:
    return till.post("/v1/invoiceitems", customer=who, **({"amount": amount} | told))


def drawn(till: Till, who: str, *amounts: int, **told: Any) -> Any:
    for amount in amounts or (2_000,):
        item(till, who, amount)
    given = {"customer": who, "pending_invoice_items_behavior": "include", **told}
    return adds_up(till.post("/v1/invoices", **given))


def act(till: Till, invoice: Any, what: str, **params: Any) -> Any:
    return adds_up(till.post(f"/v1/invoices/{invoice['id']}/{what}", **params))


def shown(till: Till, invoice: Any) -> Any:
    return adds_up(till.get(f"/v1/invoices/{invoice['id']}"))


def adds_up(invoice: Any) -> Any:
    """Return an invoice whose amounts do."""
    assert faults(invoice, "Invoice") == []
    off = sum(each["amount"] for each in invoice["total_discount_amounts"])
    assert invoice["total"] == invoice["subtotal"] - off
    assert invoice["amount_paid"] + invoice["amount_remaining"] == invoice["amount_due"]
    if invoice["ending_balance"] is not None:
        applied = invoice["starting_balance"] - invoice["ending_balance"]
        assert invoice["amount_due"] == invoice["total"] + applied
    return invoice


def told(till: Till, prefix: str = "invoice") -> list[str]:
    return [name for name in till.events() if name.startswith(prefix)]


def test_an_invoice_is_drawn_of_what_waits_and_paid_by_card(till: Till) -> None:
    who = customer(till)
    made = drawn(till, who, 1_500, 500)
    assert (made["status"], made["total"], made["number"]) == ("draft", 2_000, None)
    assert [line["amount"] for line in made["lines"]["data"]] == [500, 1_500]
    assert faults(made["lines"]["data"][0], "InvoiceLineItem") == []
    paid = act(till, made, "pay")
    assert (paid["status"], paid["amount_paid"], paid["attempt_count"]) == ("paid", 2_000, 1)
    assert paid["number"].endswith("-0001")
    assert [type_ for type_, *_ in till.transactions()] == ["charge"]
    (payment,) = till.get("/v1/invoice_payments", invoice=made["id"])["data"]
    assert faults(payment, "InvoicePayment") == []
    assert (payment["status"], payment["amount_paid"]) == ("paid", 2_000)
    assert told(till) == [
        "invoiceitem.created", "invoiceitem.created", "invoice.created", "invoice.finalized",
        "invoice.paid", "invoice.payment_succeeded", "invoice_payment.paid",
    ]  # fmt: skip
    assert till.refused(f"/v1/invoices/{made['id']}/pay")["code"] == "invoice_not_editable"


def test_a_declined_card_leaves_the_invoice_open_and_is_told_as_402(till: Till) -> None:
    who = customer(till, "decline:insufficient_funds")
    made = drawn(till, who)
    answer = till.ask("POST", f"/v1/invoices/{made['id']}/pay")
    assert (answer.status, answer.error["code"]) == (402, "card_declined")
    after = shown(till, made)
    assert (after["status"], after["attempt_count"], after["attempted"]) == ("open", 1, True)
    assert after["next_payment_attempt"] is None
    assert told(till, "invoice.")[-2:] == ["invoice.finalized", "invoice.payment_failed"]
    paid = act(till, made, "pay", payment_method=till.card())
    assert (paid["status"], paid["attempt_count"]) == ("paid", 2)


def test_a_bank_that_wants_to_know_who_pays_is_asked_in_the_browser(till: Till) -> None:
    who = customer(till, "challenge")
    made = drawn(till, who)
    answer = till.ask("POST", f"/v1/invoices/{made['id']}/pay")
    assert answer.error["code"] == "invoice_payment_intent_requires_action"
    assert (answer.status, answer.error["type"]) == (402, "card_error")
    assert "invoice.payment_action_required" in told(till)
    secret = shown(till, made)["confirmation_secret"]["client_secret"]
    intent = secret.partition("_secret_")[0]
    till.post(f"/v1/test_helpers/payment_intents/{intent}/authenticate")
    till.work_off()
    assert shown(till, made)["status"] == "paid"
    assert told(till, "invoice.paid") == ["invoice.paid"]


def test_an_invoice_that_advances_by_itself_is_tried_again_after_3_5_and_7_days(till: Till) -> None:
    who = customer(till, "decline:insufficient_funds")
    made = drawn(till, who, auto_advance=True)
    assert made["next_payment_attempt"] == made["automatically_finalizes_at"] is not None
    till.pass_time(minutes=59)
    till.work_off()
    assert shown(till, made)["status"] == "draft"
    till.pass_time(minutes=1)
    till.work_off()
    for number, days in enumerate((3, 5, 7), 1):
        now = shown(till, made)
        assert (now["status"], now["attempt_count"]) == ("open", number)
        till.pass_time(days=days, seconds=-1)
        till.work_off()
        assert shown(till, made)["attempt_count"] == number
        till.pass_time(seconds=1)
        till.work_off()
    last = shown(till, made)
    assert (last["status"], last["attempt_count"], last["next_payment_attempt"]) == (
        "open",
        4,
        None,
    )
    assert till.get(f"/v1/customers/{who}")["delinquent"] is True
    till.pass_time(days=30)
    till.work_off()
    assert shown(till, made)["attempt_count"] == 4
    act(till, made, "pay", payment_method=till.card())
    assert till.get(f"/v1/customers/{who}")["delinquent"] is False


def test_credit_pays_first_and_comes_back_when_the_invoice_is_voided(till: Till) -> None:
    who = customer(till)
    path = f"/v1/customers/{who}/balance_transactions"
    till.post(path, amount=-700, currency="usd")
    made = act(till, drawn(till, who), "finalize")
    assert (made["starting_balance"], made["ending_balance"]) == (-700, 0)
    assert made["amount_due"] == 1_300
    assert till.get(f"/v1/customers/{who}")["balance"] == 0
    void = act(till, made, "void")
    assert void["status"] == "void"
    assert till.get(f"/v1/customers/{who}")["balance"] == -700
    kinds = [each["type"] for each in till.get(path, invoice=made["id"])["data"]]
    assert kinds == ["unapplied_from_invoice", "applied_to_invoice"]
    assert till.refused(f"/v1/invoices/{made['id']}/pay")["code"] == "invoice_not_editable"


def test_what_is_too_little_to_be_charged_is_owed_the_next_time(till: Till) -> None:
    who = customer(till)
    small = act(till, drawn(till, who, 30), "finalize")
    assert (small["status"], small["amount_due"], small["ending_balance"]) == ("paid", 0, 30)
    large = act(till, drawn(till, who, 70), "pay")
    assert (large["amount_due"], large["ending_balance"]) == (100, 0)
    assert till.get(f"/v1/customers/{who}")["balance"] == 0
    path = f"/v1/customers/{who}/balance_transactions"
    till.post(path, amount=-1_980, currency="usd")
    nearly = act(till, drawn(till, who, 2_000), "finalize")
    assert (nearly["status"], nearly["amount_due"], nearly["ending_balance"]) == ("paid", 0, 20)
    changes = till.get(path, invoice=nearly["id"])["data"]
    assert [(each["type"], each["amount"], each["ending_balance"]) for each in changes] == [
        ("invoice_too_small", 20, 20), ("applied_to_invoice", 1_980, 0),
    ]  # fmt: skip
    till.post(path, amount=-20, currency="usd")
    credit = act(till, drawn(till, who, -500), "finalize")
    assert (credit["status"], credit["amount_due"]) == ("paid", 0)
    assert till.get(f"/v1/customers/{who}")["balance"] == -500


def test_a_draft_that_is_deleted_leaves_what_is_owed(till: Till) -> None:
    who = customer(till)
    made = drawn(till, who)
    assert till.delete(f"/v1/invoices/{made['id']}")["deleted"] is True
    assert drawn(till, who, 100)["total"] == 2_100


def test_lines_of_a_draft_are_added_changed_and_taken_off(till: Till) -> None:
    who = customer(till)
    product = till.post("/v1/products", name="Tea")["id"]
    price = till.post("/v1/prices", product=product, currency="usd", unit_amount=450)["id"]
    made = drawn(till, who)
    waiting = item(till, who, 300)
    added = act(till, made, "add_lines", lines=[
        {"pricing": {"price": price}, "quantity": 3},
        {"invoice_item": waiting["id"]},
        {"amount": -100, "description": "Sorry"},
    ])  # fmt: skip
    lines = added["lines"]["data"]
    assert [line["amount"] for line in lines] == [1_350, 300, -100, 2_000]
    assert lines[0]["description"] == "Tea"
    assert till.listed(f"/v1/invoices/{made['id']}/lines") == [line["id"] for line in lines]
    path = f"/v1/invoices/{made['id']}/lines/{lines[0]['id']}"
    assert till.post(path, quantity=2)["amount"] == 900
    changes = [{"id": lines[1]["id"], "amount": 500, "discountable": False}]
    assert act(till, made, "update_lines", lines=changes)["total"] == 900 + 500 - 100 + 2_000
    gone = [{"id": lines[1]["id"], "behavior": "unassign"},
            {"id": lines[2]["id"], "behavior": "delete"}]  # fmt: skip
    assert act(till, made, "remove_lines", lines=gone)["total"] == 2_900
    assert till.listed("/v1/invoiceitems", customer=who, pending=True) == [waiting["id"]]
    ours = till.get(
        f"/v1/invoiceitems/{lines[0]['parent']['invoice_item_details']['invoice_item']}"
    )
    assert faults(ours, "InvoiceItem") == []
    till.post(f"/v1/invoiceitems/{ours['id']}", quantity=1)
    assert shown(till, made)["total"] == 2_450
    till.delete(f"/v1/invoiceitems/{ours['id']}")
    assert act(till, made, "finalize")["total"] == 2_000
    assert till.refused(path, quantity=1)["code"] in ("resource_missing", "invoice_not_editable")
    assert till.refused(f"/v1/invoices/{made['id']}/add_lines",
                        lines=[{"amount": 1}])["code"] == "invoice_not_editable"  # fmt: skip


def test_discounts_go_off_lines_and_the_whole_and_one_for_one_invoice_is_spent(till: Till) -> None:
    who = customer(till)
    half = till.post("/v1/coupons", percent_off=50)["id"]
    ten = till.post("/v1/coupons", amount_off=1_000, currency="usd")["id"]
    till.post(f"/v1/customers/{who}", coupon=half)
    item(till, who, 3_000, discounts=[{"coupon": ten}])
    made = drawn(till, who, 333)
    assert (made["subtotal"], made["total"]) == (3_333, 1_166)
    assert sorted(each["amount"] for each in made["total_discount_amounts"]) == [1_000, 1_167]
    assert till.get(f"/v1/customers/{who}")["discount"] is None
    assert drawn(till, who, 500)["total"] == 500
    cleared = till.post(f"/v1/invoices/{made['id']}", discounts="")
    assert adds_up(cleared)["total"] == 2_333
    assert till.get(f"/v1/customers/{who}")["discount"]["id"] in made["discounts"]
    spent = till.post(f"/v1/invoices/{made['id']}", discounts=[{"discount": made["discounts"][0]}])
    assert adds_up(spent)["total"] == 1_166
    assert drawn(till, who, 500)["total"] == 500
    till.delete(f"/v1/invoices/{made['id']}")
    assert drawn(till, who, 500)["total"] == 1_416


def test_a_coupon_is_redeemed_for_one_invoice_or_item_and_used_for_no_other(till: Till) -> None:
    who = customer(till)
    tenth = till.post("/v1/coupons", percent_off=10, duration="forever", max_redemptions=2)["id"]
    given = [{"coupon": tenth}]
    made = drawn(till, who, discounts=given, number="OWN-7",
                 expand=["discounts.source.coupon"])  # fmt: skip
    whole = made["discounts"][0]
    assert (whole["invoice"], whole["source"]["coupon"]["id"], made["total"]) == (
        made["id"], tenth, 1_800,
    )  # fmt: skip
    waiting = item(till, who, discounts=given, expand=["discounts"])
    own = waiting["discounts"][0]
    assert (own["invoice"], own["invoice_item"]) == (None, waiting["id"])
    assert not any(name.startswith("customer.discount") for name in till.events())
    for other in (whole["id"], own["id"]):
        refusal = till.refused("/v1/invoices", customer=who, discounts=[{"discount": other}])
        assert refusal["param"] == "discounts[0][discount]"
    again = till.post(f"/v1/invoices/{made['id']}", discounts=[{"discount": whole["id"]}])
    assert adds_up(again)["total"] == 1_800
    assert till.get(f"/v1/coupons/{tenth}")["times_redeemed"] == 2
    assert act(till, made, "finalize")["number"] == "OWN-7"
    numbered = act(till, drawn(till, who), "finalize")["number"]
    assert numbered.endswith("-0001")
    for wrong in ("OWN-7", numbered):
        double = drawn(till, who, number=wrong)
        refusal = till.refused(f"/v1/invoices/{double['id']}/finalize")
        assert (refusal["code"], refusal["param"]) == ("resource_already_exists", "number")
    till.post(f"/v1/customers/{who}", next_invoice_sequence=1)
    last = drawn(till, who, 400, auto_advance=True)
    till.pass_time(hours=1)
    till.work_off()
    assert shown(till, last)["last_finalization_error"]["code"] == "resource_already_exists"
    till.post(f"/v1/customers/{who}", next_invoice_sequence=2)
    assert act(till, last, "finalize")["number"].endswith("-0002")


def test_a_promotion_code_for_enough_looks_at_what_an_invoice_or_item_comes_to(till: Till) -> None:
    who = customer(till)
    half = till.post("/v1/coupons", percent_off=50)["id"]
    least = {"minimum_amount": 2_000, "minimum_amount_currency": "usd"}
    code = till.post("/v1/promotion_codes", coupon=half, restrictions=least)["id"]
    given = [{"promotion_code": code}]
    poor = drawn(till, who, 1_999)
    assert "20.00 USD" in till.refused(f"/v1/invoices/{poor['id']}", discounts=given)["message"]
    item(till, who, 1, invoice=poor["id"])
    assert till.post(f"/v1/invoices/{poor['id']}", discounts=given)["total"] == 1_000
    assert drawn(till, who, 2_000, discounts=given)["total"] == 1_000
    waiting = item(till, who, 1_999)
    path = f"/v1/invoiceitems/{waiting['id']}"
    assert till.refused(path, discounts=given)["param"] == "discounts[0][promotion_code]"
    till.post(path, amount=2_000, discounts=given)
    assert drawn(till, who, 1)["total"] == 1_001


def test_a_bank_account_takes_days_and_what_comes_back_is_a_failed_attempt(till: Till) -> None:
    who = customer(till, card=None)
    method = "pm_usBankAccount_success"
    made = drawn(till, who)
    open_ = act(till, made, "pay", payment_method=method)
    assert (open_["status"], open_["attempted"], open_["attempt_count"]) == ("open", True, 1)
    again = till.refused(f"/v1/invoices/{made['id']}/pay", payment_method=method)
    assert again["code"] == "payment_intent_unexpected_state"
    (charge,) = till.get("/v1/charges", customer=who)["data"]
    till.hear(charge["id"], "submitted")
    assert "bank has been asked" in till.refused(f"/v1/invoices/{made['id']}/void")["message"]
    till.hear(charge["id"], "returned", "R01")
    till.work_off()
    failed = shown(till, made)
    assert (failed["status"], failed["attempt_count"]) == ("open", 1)
    assert told(till, "invoice.")[-1] == "invoice.payment_failed"
    act(till, made, "pay", payment_method=method)
    charge = till.get("/v1/charges", customer=who)["data"][0]
    till.hear(charge["id"], "submitted")
    till.hear(charge["id"], "settled")
    till.pass_time(days=15)
    till.work_off()
    paid = shown(till, made)
    assert (paid["status"], paid["attempt_count"]) == ("paid", 2)
    assert told(till, "invoice.")[-2:] == ["invoice.paid", "invoice.payment_succeeded"]


def test_an_invoice_that_is_sent_is_due_on_its_day_and_overdue_after_it(till: Till) -> None:
    who = customer(till, email="ada@example.com")
    made = drawn(till, who, collection_method="send_invoice", days_until_due=7)
    sent = act(till, made, "send")
    due = sent["due_date"]
    assert (sent["status"], due) == ("open", int(till.clock.now().timestamp()) + 7 * 86_400)
    assert till.listed("/v1/invoices", customer=who, due_date={"lte": due}) == [made["id"]]
    assert till.listed("/v1/invoices", customer=who, due_date={"lt": due}) == []
    assert till.listed("/v1/invoices", status="open", collection_method="send_invoice",
                       customer=who) == [made["id"]]  # fmt: skip
    charged = drawn(till, who, collection_method="send_invoice", days_until_due=7)
    till.post(f"/v1/invoices/{charged['id']}", collection_method="charge_automatically")
    assert act(till, charged, "finalize")["due_date"] is None
    till.pass_time(days=7)
    till.work_off()
    assert told(till, "invoice.")[-2:] == ["invoice.finalized", "invoice.overdue"]
    assert act(till, made, "mark_uncollectible")["status"] == "uncollectible"
    elsewhere = act(till, made, "pay", paid_out_of_band=True)
    assert (elsewhere["status"], elsewhere["amount_paid_off_stripe"]) == ("paid", 2_000)
    assert till.transactions() == []
    (payment,) = till.get("/v1/invoice_payments", invoice=made["id"])["data"]
    assert payment["status"] == "canceled"
    intent = till.get(f"/v1/payment_intents/{payment['payment']['payment_intent']}")
    assert (intent["status"], intent["cancellation_reason"]) == ("canceled", "void_invoice")


def test_an_open_invoice_is_collected_by_itself_from_when_it_is_told_to(till: Till) -> None:
    made = act(till, drawn(till, customer(till)), "finalize")
    till.work_off()
    assert shown(till, made)["status"] == "open"
    path = f"/v1/invoices/{made['id']}"
    assert till.post(path, auto_advance=True, description="Tea")["next_payment_attempt"]
    till.work_off()
    assert (shown(till, made)["status"], shown(till, made)["description"]) == ("paid", "Tea")
    assert till.refused(path, days_until_due=3)["code"] == "invoice_not_editable"


def test_a_draft_that_cannot_be_charged_when_its_hour_is_over_says_why(till: Till) -> None:
    made = till.post("/v1/invoices", customer=customer(till), auto_advance=True)
    till.pass_time(hours=1)
    till.work_off()
    after = shown(till, made)
    assert (after["status"], after["auto_advance"]) == ("draft", False)
    assert after["last_finalization_error"]["code"] == "invoice_no_customer_line_items"
    assert told(till, "invoice.")[-1] == "invoice.finalization_failed"


def test_without_anything_to_pay_by_it_is_refused_by_hand_and_failed_by_itself(till: Till) -> None:
    made = drawn(till, customer(till, card=None), auto_advance=True)
    assert till.refused(f"/v1/invoices/{made['id']}/pay")["code"] == "resource_missing"
    assert shown(till, made)["status"] == "draft"
    till.pass_time(hours=1)
    till.work_off()
    after = shown(till, made)
    assert (after["status"], after["attempt_count"]) == ("open", 1)
    assert after["next_payment_attempt"] is not None


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("invoices", {}, "customer"),
    ("invoices", {"collection_method": "send_invoice"}, "days_until_due"),
    ("invoices", {"days_until_due": 3}, "days_until_due"),
    ("invoices", {"automatically_finalizes_at": 2_000_000_000}, "automatically_finalizes_at"),
    ("invoices", {"default_payment_method": "pm_card_visa"}, "default_payment_method"),
    ("invoices", {"automatic_tax": {"enabled": True}}, "automatic_tax[enabled]"),
    ("invoices", {"payment_settings": {"payment_method_types": ["klarna"]}},
     "payment_settings[payment_method_types]"),
    ("invoiceitems", {}, "amount"),
    ("invoiceitems", {"amount": 5, "quantity": 2}, "quantity"),
    ("invoiceitems", {"amount": 5, "unit_amount_decimal": "5"}, "amount"),
    ("invoiceitems", {"unit_amount_decimal": "999999999999999", "quantity": 2}, "quantity"),
    ("invoiceitems", {"unit_amount_decimal": "-999999999999999", "quantity": 999_999_999},
     "quantity"),
    ("invoiceitems", {"amount": 5, "period": {"start": 2, "end": 1}}, "period[end]"),
    ("invoiceitems", {"amount": 5, "currency": "eur"}, "currency"),
    ("invoiceitems", {"amount": 5, "invoice": "in_none"}, "invoice"),
    ("invoiceitems", {"amount": 5, "subscription": "sub_none"}, "subscription"),
]  # fmt: skip


def test_what_does_not_go_together_is_refused(till: Till) -> None:
    who = customer(till)
    item(till, who, currency="usd")
    for path, sent, param in WRONG:
        given = sent if param == "customer" else {"customer": who, **sent}
        refusal = till.refused(f"/v1/{path}", **given)
        assert (refusal["param"], refusal["status"]) == (param, 400), (path, sent, refusal)


def test_a_platform_has_its_share_and_an_account_gets_the_rest(till: Till) -> None:
    shop = till.open_account()
    who = customer(till)
    made = drawn(till, who, 10_000, transfer_data={"destination": shop},
                 application_fee_amount=900)  # fmt: skip
    assert act(till, made, "pay")["status"] == "paid"
    (fee,) = till.get("/v1/application_fees")["data"]
    assert (fee["amount"], fee["account"]) == (900, shop)
    (moved,) = till.get("/v1/transfers", destination=shop)["data"]
    assert moved["amount"] == 10_000
    alone = drawn(till, who, 10_000, application_fee_amount=900)
    assert till.refused(f"/v1/invoices/{alone['id']}/finalize")["param"] == "application_fee_amount"


def test_accounts_draw_invoices_of_their_own(till: Till) -> None:
    shop = till.open_shop()
    who = till.post("/v1/customers", shop, name="Grace")["id"]
    till.post("/v1/invoiceitems", shop, customer=who, amount=4_000)
    made = till.post("/v1/invoices", shop, customer=who, pending_invoice_items_behavior="include",
                     application_fee_amount=100)  # fmt: skip
    card = till.card(account=shop)
    paid = adds_up(till.post(f"/v1/invoices/{made['id']}/pay", shop, payment_method=card))
    assert (paid["status"], paid["application"] is None) == ("paid", False)
    assert till.get("/v1/application_fees")["data"][0]["amount"] == 100
    assert till.ask("GET", f"/v1/invoices/{made['id']}").status == 404


def test_an_invoice_is_paid_by_a_payment_that_was_made_without_it(till: Till) -> None:
    who, other = customer(till), customer(till)
    made, again = (act(till, drawn(till, who), "finalize") for _ in range(2))

    def paid(amount: int, customer: str | None = who, **told: Any) -> Any:
        given = {"amount": amount, "currency": "usd", "customer": customer, "confirm": True}
        return till.post(
            "/v1/payment_intents",
            payment_method="pm_card_visa",
            off_session=True,
            **{name: value for name, value in given.items() if value},
            **told,
        )["id"]

    path = f"/v1/invoices/{made['id']}/attach_payment"
    back = paid(2_000)
    till.post("/v1/refunds", payment_intent=back, amount=1)
    waits = till.post("/v1/payment_intents", amount=2_000, currency="usd", customer=who)["id"]
    for wrong in (paid(1_999), paid(2_000, other), paid(2_000, None), back, waits, "pi_none"):
        assert till.refused(path, payment_intent=wrong)["param"] == "payment_intent"
    assert till.refused(path)["param"] == "payment_intent"
    intent = paid(2_000)
    done = act(till, made, "attach_payment", payment_intent=intent)
    assert (done["status"], done["amount_paid"], done["attempt_count"]) == ("paid", 2_000, 0)
    assert told(till)[-3:] == ["invoice.paid", "invoice.payment_succeeded", "invoice_payment.paid"]
    new, own = till.get("/v1/invoice_payments", invoice=made["id"])["data"]
    assert (new["payment"]["payment_intent"], new["status"]) == (intent, "paid")
    assert (new["amount_paid"], new["is_default"], own["status"]) == (2_000, False, "canceled")
    before = till.get(f"/v1/payment_intents/{own['payment']['payment_intent']}")
    assert before["status"] == "canceled"
    assert till.refused(f"/v1/invoices/{again['id']}/attach_payment",
                        payment_intent=intent)["param"] == "payment_intent"  # fmt: skip
    assert till.refused(path, payment_intent=paid(2_000))["code"] == "invoice_not_editable"


def test_an_intent_of_an_invoice_is_confirmed_by_its_secret_and_changed_by_nobody(till: Till):
    made = act(till, drawn(till, customer(till)), "finalize")
    intent = made["confirmation_secret"]["client_secret"].partition("_secret_")[0]
    path = f"/v1/payment_intents/{intent}"
    for sent in ({"amount": 5_000}, {"currency": "eur"}, {"capture_method": "manual"}):
        assert till.refused(path, **sent)["code"] == "payment_intent_unexpected_state", sent
    assert till.refused(f"{path}/cancel")["code"] == "payment_intent_unexpected_state"
    held = {"card": {"capture_method": "manual"}}
    refusal = till.refused(f"{path}/confirm", payment_method_options=held)
    assert refusal["code"] == "payment_intent_unexpected_state"
    lost = till.card("decline:lost_card")
    assert till.refused(f"{path}/confirm", payment_method=lost)["status"] == 402
    till.work_off()
    assert shown(till, made)["attempt_count"] == 1
    till.post(f"{path}/confirm", payment_method=till.card())
    till.work_off()
    assert (shown(till, made)["status"], shown(till, made)["attempt_count"]) == ("paid", 2)
    wanted = ["payments.data.payment.payment_intent", "confirmation_secret", "customer"]
    expanded = till.get(f"/v1/invoices/{made['id']}", expand=wanted)
    assert expanded["payments"]["data"][0]["payment"]["payment_intent"]["id"] == intent
