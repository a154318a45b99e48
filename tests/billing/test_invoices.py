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


def settle(till: Till) -> None:
    """Do all jobs that are due, and those that they ask for."""
    while till.work():
        pass


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
    settle(till)
    assert shown(till, made)["status"] == "paid"
    assert told(till, "invoice.paid") == ["invoice.paid"]


def test_an_invoice_that_advances_by_itself_is_tried_again_after_3_5_and_7_days(till: Till) -> None:
    who = customer(till, "decline:insufficient_funds")
    made = drawn(till, who, auto_advance=True)
    assert made["next_payment_attempt"] == made["automatically_finalizes_at"] is not None
    till.pass_time(minutes=59)
    settle(till)
    assert shown(till, made)["status"] == "draft"
    till.pass_time(minutes=1)
    settle(till)
    for number, days in enumerate((3, 5, 7), 1):
        now = shown(till, made)
        assert (now["status"], now["attempt_count"]) == ("open", number)
        till.pass_time(days=days, seconds=-1)
        settle(till)
        assert shown(till, made)["attempt_count"] == number
        till.pass_time(seconds=1)
        settle(till)
    last = shown(till, made)
    assert (last["status"], last["attempt_count"], last["next_payment_attempt"]) == (
        "open",
        4,
        None,
    )
    assert till.get(f"/v1/customers/{who}")["delinquent"] is True
    till.pass_time(days=30)
    settle(till)
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
    credit = act(till, drawn(till, who, -500), "finalize")
    assert (credit["status"], credit["amount_due"]) == ("paid", 0)
    assert till.get(f"/v1/customers/{who}")["balance"] == -500


def test_a_draft_that_is_deleted_leaves_what_is_owed(till: Till) -> None:
    who = customer(till)
    made = drawn(till, who)
    assert till.delete(f"/v1/invoices/{made['id']}")["deleted"] is True
    assert drawn(till, who, 100)["total"] == 2_100
