"""Payments by Pix and UPI: a code is shown, the payer sends the money, and it may go back."""

from typing import Any

from bezant.api.context import Caller, Context
from bezant.kernel.money import Money
from bezant.ledger.book import HOUSE, book_of
from bezant.movement.engine import engine_of
from bezant.movement.movement import MovementFact
from bezant.movement.received import Arrival, take_in
from bezant.rail import BrAccount, Party, UpiAddress
from bezant.rails.pix import brcode
from tests.payments.till import Till

NAME = "E99999004202603021500" + "00000000001"
PAYERS = {
    "pix": Party("Ada", BrAccount("99999004", "1", "0001234")),
    "upi": Party("Ada", UpiAddress("ada@examplebank")),
}
CURRENCIES = {"pix": "brl", "upi": "inr"}


def ask(till: Till, kind: str, **options: Any) -> Any:
    return till.post(
        "/v1/payment_intents",
        amount=10_000,
        currency=CURRENCIES[kind],
        confirm=True,
        allowed_payment_method_types=[kind],
        payment_method_data={"type": kind},
        payment_method_options={kind: options} if options else {},
    )


def reference_of(kind: str, intent: Any) -> str:
    """Return what a telephone reads in the code that is shown."""
    if kind == "pix":
        text = intent["next_action"]["pix_display_qr_code"]["data"]
        code = brcode.read(text)
        assert code.amount == Money(10_000, "brl")
        return code.txid
    shown = intent["next_action"]["upi_handle_redirect_or_display_qr_code"]["qr_code"]
    assert shown["image_url_png"].startswith("data:image/png;base64,")
    return ""


async def arrive(till: Till, kind: str, words: tuple[str, ...], amount: int = 10_000) -> None:
    ctx = Context(till.runtime, Caller(HOUSE, HOUSE, livemode=False))
    currency = CURRENCIES[kind]
    bank = engine_of(ctx).banks.receiving(currency, livemode=False)
    assert bank is not None
    fact = MovementFact("received", int(till.clock.now().timestamp()), on="2026-03-02")
    money = Money(amount, currency)
    take_in(ctx, bank, Arrival(money, NAME, fact, kind, PAYERS[kind], words=words))
    await ctx.write()


def balances(till: Till, owner: str, kind: str) -> dict[str, int]:
    return till.balances(book_of(owner, livemode=False), CURRENCIES[kind])


def test_whoever_pays_the_code_has_paid(till: Till) -> None:
    kind = "upi"
    canceled_expects_nothing(till)
    intent = ask(till, kind)
    assert (intent["status"], intent["latest_charge"]) == ("requires_action", None)
    reference_of(kind, intent)
    assert till.hear(intent["id"], "settled") == 1
    assert till.get(f"/v1/payment_intents/{intent['id']}")["status"] == "processing"
    till.work_off()
    paid = till.get(f"/v1/payment_intents/{intent['id']}", expand=["latest_charge"])
    assert (paid["status"], paid["amount_received"]) == ("succeeded", 10_000)
    assert paid["latest_charge"]["payment_method_details"]["type"] == kind
    assert f"cash:{kind}" not in balances(till, till.platform, kind)
    assert balances(till, "house", kind)[f"network:{kind}"] == 10_000
    (made, *_), *_ = till.transactions()
    assert made == "payment"
    error = till.refused("/v1/refunds", payment_intent=intent["id"])
    assert error["code"] == "charge_not_refundable", "nobody knows who has paid"


def test_what_comes_by_pix_is_found_by_the_code_s_reference_and_goes_back_in_parts(
    till: Till,
) -> None:
    intent = ask(till, "pix")
    reference = reference_of("pix", intent)
    till.run(arrive(till, "pix", ("ANOTHERCODE",)))
    till.work_off()
    assert till.get(f"/v1/payment_intents/{intent['id']}")["status"] == "requires_action"
    till.run(arrive(till, "pix", (reference,)))
    till.work_off()
    paid = till.get(f"/v1/payment_intents/{intent['id']}", expand=["latest_charge"])
    assert paid["status"] == "succeeded"
    details = paid["latest_charge"]["payment_method_details"]["pix"]
    assert details["bank_transaction_id"] == NAME
    for amount in (4_000, 6_000):
        refund = till.post("/v1/refunds", payment_intent=intent["id"], amount=amount)
        assert (refund["status"], refund["destination_details"]["type"]) == ("pending", "pix")
        assert till.hear(refund["id"], "submitted") == 1
        assert till.hear(refund["id"], "settled") == 1
        assert till.get(f"/v1/refunds/{refund['id']}")["status"] == "succeeded"
    assert "in_transit:pix" not in balances(till, till.platform, "pix")
    assert balances(till, "house", "pix")["network:pix"] == 10_000, "the other one is nobody's"


def test_a_code_that_nobody_pays_expires(till: Till) -> None:
    intent = ask(till, "pix", expires_after_seconds=60)
    till.pass_time(seconds=61)
    till.work_off()
    late = till.get(f"/v1/payment_intents/{intent['id']}")
    assert (late["status"], late["next_action"]) == ("requires_payment_method", None)
    assert late["last_payment_error"]["code"] == "payment_intent_payment_attempt_expired"
    assert balances(till, till.platform, "pix") == {}


def canceled_expects_nothing(till: Till) -> None:
    intent = ask(till, "upi")
    till.post(f"/v1/payment_intents/{intent['id']}", metadata={"a": "b"})
    assert till.get(f"/v1/payment_intents/{intent['id']}")["status"] == "requires_action"
    till.post(f"/v1/payment_intents/{intent['id']}/cancel")
    assert till.hear(intent["id"], "settled") == 0
    till.pass_time(days=1)
    till.work_off()
    assert till.get(f"/v1/payment_intents/{intent['id']}")["status"] == "canceled"
