"""Payments collected from bank accounts: pending until the bank has the money for good."""

import asyncio
from typing import Any

import msgspec
import pytest

from bezant.api.context import Caller
from bezant.ledger.book import book_of
from bezant.movement import instruct
from bezant.resources.payments.microdeposit import Microdeposit
from bezant.store.objects import Page
from tests.payments.till import Till
from tests.resources.office import Answer

pytestmark = pytest.mark.alone

ACH = {"payment_method": "pm_usBankAccount_success", "currency": "usd"}
NAMED = {"billing_details": {"name": "Ada Lovelace", "email": "ada@example.com"}}
SEPA = {
    "payment_method_data": {
        "type": "sepa_debit",
        "sepa_debit": {"iban": "AT611904300234573201"},
        **NAMED,
    },
    "currency": "eur",
}
BACS = {
    "payment_method_data": {
        "type": "bacs_debit",
        "bacs_debit": {"account_number": "00012345", "sort_code": "10-88-00"},
        **NAMED,
    },
    "currency": "gbp",
}
ACSS = {
    "payment_method_data": {
        "type": "acss_debit",
        "acss_debit": {
            "account_number": "000123456789",
            "institution_number": "000",
            "transit_number": "11000",
        },
        **NAMED,
    },
    "currency": "cad",
}
TYPES = {
    "usd": "us_bank_account", "eur": "sepa_debit", "gbp": "bacs_debit", "cad": "acss_debit",
}  # fmt: skip


def debit(till: Till, asked: dict[str, Any] = ACH, amount: int = 10_000, **others: Any) -> Any:
    kind = TYPES[asked["currency"]]
    given = {"amount": amount, "confirm": True, "allowed_payment_method_types": [kind]}
    return till.post("/v1/payment_intents", **given, **asked, **others)


def charge_of(till: Till, intent: Any, account: str | None = None) -> Any:
    return till.get(f"/v1/charges/{intent['latest_charge']}", account)


def clear(till: Till, charge: str, account: str | None = None) -> None:
    assert till.hear(charge, "submitted", account=account) == 1
    assert till.hear(charge, "settled", account=account) == 1
    till.pass_time(days=15)
    till.work_off()


def test_a_debit_is_pending_and_then_paid(till: Till) -> None:
    intent = debit(till)
    assert (intent["status"], intent["amount_received"]) == ("processing", 0)
    charge = charge_of(till, intent)
    assert (charge["id"][:3], charge["status"], charge["paid"]) == ("py_", "pending", False)
    details = charge["payment_method_details"]["us_bank_account"]
    assert (details["last4"], details["routing_number"]) == ("6789", "110000000")
    assert details["expected_debit_date"] > "2026-03-02"
    assert till.transactions() == [("payment", 10_000, 80, "pending")]
    assert till.ledger() == {"incoming:ach": 10_000, "pending": 9_920, "fees_payable": 80}
    till.pass_time(days=15)
    assert till.mature() == 0, "time alone makes nothing available that the bank has not brought"
    clear(till, charge["id"])
    assert till.get(f"/v1/payment_intents/{intent['id']}")["status"] == "succeeded"
    charge = charge_of(till, intent)
    assert (charge["status"], charge["paid"]) == ("succeeded", True)
    assert charge["payment_method_details"]["us_bank_account"]["payment_reference"]
    assert till.mature() == 1
    assert till.transactions() == [("payment", 10_000, 80, "available")]
    ledger = {name: each for name, each in till.ledger().items() if "returnable" not in name}
    assert ledger == {"available": 9_920, "fees_payable": 80, "due": -10_000}
    assert till.house() == {"network:ach": 10_000, "due": 10_000}
    told = [each for each in till.events() if each.startswith(("charge", "payment_intent"))]
    assert told == [
        "payment_intent.created", "charge.pending", "payment_intent.processing", "charge.updated",
        "charge.succeeded", "payment_intent.succeeded",
    ]  # fmt: skip


SPARED = "charge_for_pending_refund_disputed"
RETURNS = [
    ("R01", "insufficient_funds", "insufficient_funds"),
    ("R02", "account_closed", "account_closed"),
    ("R03", "no_account", "no_account"),
    ("R10", "debit_not_authorized", "debit_not_authorized"),
    ("R16", "account_frozen", "payment_method_bank_account_blocked"),
    ("R24", "could_not_process", "payment_method_provider_decline"),
]
"""What a bank says, what the charge then says, and the intent."""


def test_what_comes_back_has_failed_and_costs_nothing(till: Till) -> None:
    for code, failure, told in RETURNS:
        intent = debit(till)
        charge = intent["latest_charge"]
        for kind in ("submitted", "settled"):
            assert till.hear(charge, kind) == 1
        assert till.hear(charge, "returned", code) == 1
        till.work_off()
        failed = till.get(f"/v1/charges/{charge}", expand=["failure_balance_transaction"])
        assert (failed["status"], failed["failure_code"]) == ("failed", failure)
        back = failed["failure_balance_transaction"]
        assert (back["type"], back["net"], back["fee"]) == ("payment_failure_refund", -9_920, -80)
        assert back["reporting_category"] == "charge_failure"
        intent = till.get(f"/v1/payment_intents/{intent['id']}")
        assert (intent["status"], intent["payment_method"]) == ("requires_payment_method", None)
        error = intent["last_payment_error"]
        assert (error["code"], error["charge"]) == (told, charge)
        assert (till.ledger(), till.house()) == ({}, {})
    till.pass_time(days=15)
    till.work_off()
    assert till.get(f"/v1/charges/{charge}")["status"] == "failed"
    assert till.mature() == 0


def test_a_debit_in_another_currency_is_converted_and_undone_at_the_same_rate(till: Till) -> None:
    mine, house = (book_of(each, livemode=False) for each in (till.platform, "house"))
    for asked, rail in ((SEPA, "sepa_debit_core"), (BACS, "bacs")):
        currency = asked["currency"]
        intent = debit(till, asked)
        owed = {f"incoming:{rail}": 10_000, "due": 10_000}
        assert till.balances(mine, currency) == owed
        (kind, worth, fee, status) = till.transactions()[-1]
        assert (kind, status) == ("payment", "pending")
        assert till.ledger() == {"pending": worth - fee, "due": -worth, "fees_payable": fee}
        again = debit(till, asked)
        for each in (again, intent):
            assert till.hear(each["latest_charge"], "submitted") == 1
        assert till.hear(again["latest_charge"], "rejected") == 1
        assert till.hear(intent["latest_charge"], "settled") == 1
        assert till.hear(intent["latest_charge"], "returned") == 1
        till.work_off()
        for book in (mine, house):
            assert till.balances(book, currency) == {}
            assert till.balances(book) == {}
    assert [each[3] for each in till.transactions()] == ["available"] * 8
    assert sum(each[1] - each[2] for each in till.transactions()) == 0


def test_a_refund_waits_for_the_payment_that_it_is_of(till: Till) -> None:
    charge = debit(till)["latest_charge"]
    before = till.ledger()
    promised = [till.post("/v1/refunds", charge=charge, amount=each) for each in (3_000, 1_000)]
    for each in promised:
        assert (each["status"], each["pending_reason"]) == ("pending", "charge_pending")
        assert each["balance_transaction"] is None
    assert till.refused("/v1/refunds", charge=charge, amount=6_001)["code"] == "amount_too_large"
    wrong = {"refund_application_fee": True}, {"reverse_transfer": True}
    for each in wrong:
        assert till.refused("/v1/refunds", charge=charge, **each)["param"] == next(iter(each))
    assert (
        till.refused(f"/v1/refunds/{promised[0]['id']}/cancel")["code"] == "refund_not_cancelable"
    )
    assert till.ledger() == before, "nothing has moved"
    clear(till, charge)
    till.mature()
    for each in promised:
        now = till.get(f"/v1/refunds/{each['id']}")
        assert (now["status"], now["pending_reason"]) == ("pending", "processing")
        assert till.hear(each["id"], "submitted") == till.hear(each["id"], "settled") == 1
        assert till.get(f"/v1/refunds/{each['id']}")["status"] == "succeeded"
    assert till.get(f"/v1/charges/{charge}")["amount_refunded"] == 4_000
    assert till.house() == {"network:ach": 6_000, "due": 6_000}
    assert till.ledger()["available"] == 5_920
    charge = debit(till)["latest_charge"]
    refund = till.post("/v1/refunds", charge=charge)["id"]
    assert till.refused("/v1/refunds", charge=charge)["code"] == "charge_already_refunded"
    assert till.hear(charge, "submitted") == till.hear(charge, "rejected", "R03") == 1
    till.work_off()
    assert till.get(f"/v1/refunds/{refund}")["status"] == "canceled", "nobody has paid"
    assert till.ledger()["available"] == 5_920


def test_a_debit_is_called_back_until_the_bank_has_been_asked(till: Till) -> None:
    for asked in (ACH, SEPA):
        intent = debit(till, asked)
        refund = till.post("/v1/refunds", payment_intent=intent["id"], amount=1)["id"]
        path = f"/v1/payment_intents/{intent['id']}/cancel"
        canceled = till.post(path, cancellation_reason="duplicate")
        till.work_off()
        assert till.get(f"/v1/payment_intents/{intent['id']}") == canceled
        assert (canceled["status"], canceled["amount_received"]) == ("canceled", 0)
        charge = charge_of(till, canceled)
        assert (charge["status"], charge["failure_code"]) == ("failed", None)
        assert charge["failure_balance_transaction"]
        assert till.get(f"/v1/refunds/{refund}")["status"] == "canceled"
        assert (till.ledger(), till.house()) == ({}, {})
    stays = debit(till, ACH | {"payment_method": "pm_usBankAccount_processing"})
    ctx = till.context(Caller(till.platform, till.platform, livemode=False))
    movement = till.run(instruct.movement_of(ctx, stays["latest_charge"]))
    assert (movement.status, movement.due_at) == ("created", None), "no bank is asked"
    till.post(f"/v1/payment_intents/{stays['id']}/cancel")
    till.work_off()
    assert till.ledger() == {}
    for _ in range(3):
        intent = debit(till)

        async def both(intent: Any = intent) -> tuple[Answer, int]:
            path = f"/v1/payment_intents/{intent['id']}/cancel"
            heard = till._hear(intent["latest_charge"], "submitted", None, till.platform)
            return await asyncio.gather(till.send("POST", path, {}), heard)

        answer, heard = till.run(both())
        assert (answer.status == 200) == (heard == 0), "it is called back, or has left"
        if heard:
            assert answer.error["code"] == "payment_intent_unexpected_state"
            assert till.hear(intent["latest_charge"], "settled") == 1
            assert till.hear(intent["latest_charge"], "returned", "R01") == 1
        till.work_off()
        assert (till.ledger(), till.house()) == ({}, {})


def test_what_the_bank_takes_back_later_is_lost_once(till: Till) -> None:
    intent = debit(till)
    charge = intent["latest_charge"]
    clear(till, charge)
    till.mature()
    refund = till.post("/v1/refunds", charge=charge, amount=4_000)["id"]
    assert till.hear(charge, "returned", "R10") == 1
    till.work_off()
    shown = till.get(f"/v1/charges/{charge}")
    assert (shown["disputed"], shown["amount_refunded"]) == (True, 0)
    assert till.get(f"/v1/payment_intents/{intent['id']}")["status"] == "succeeded"
    spared = till.get(f"/v1/refunds/{refund}")
    assert (spared["status"], spared["failure_reason"]) == ("failed", SPARED)
    assert till.refused("/v1/refunds", charge=charge)["code"] == "charge_disputed"
    dispute = till.get("/v1/disputes", charge=charge)["data"][0]
    assert (dispute["reason"], dispute["status"]) == ("debit_not_authorized", "lost")
    cost = till.transactions()[-1][2]
    assert ("adjustment", -10_000, cost, "available") in till.transactions()
    lost = {"available": -80 - cost, "fees_payable": 80 + cost}
    assert (till.ledger(), till.house()) == (lost, {})


def test_a_refund_goes_back_by_bank_and_may_come_back(till: Till) -> None:
    intent = debit(till)
    charge = intent["latest_charge"]
    clear(till, charge)
    till.mature()
    first = till.post("/v1/refunds", charge=charge, amount=4_000)
    assert (first["status"], first["pending_reason"]) == ("pending", "processing")
    assert first["destination_details"]["type"] == "us_bank_transfer"
    assert till.ledger()["in_transit:ach"] == 4_000
    assert till.hear(first["id"], "submitted") == 1
    assert till.hear(first["id"], "settled") == 1
    done = till.get(f"/v1/refunds/{first['id']}")
    assert (done["status"], "pending_reason" in done) == ("succeeded", False)
    assert done["destination_details"]["us_bank_transfer"]["reference_status"] == "available"
    second = till.post("/v1/refunds", charge=charge)
    assert second["amount"] == 6_000
    assert till.hear(second["id"], "submitted") == 1
    assert till.hear(second["id"], "settled") == 1
    assert till.hear(second["id"], "returned", "R02") == 1
    till.work_off()
    failed = till.get(f"/v1/refunds/{second['id']}")
    assert (failed["status"], failed["failure_reason"]) == ("failed", "unknown")
    assert till.get(f"/v1/charges/{charge}")["amount_refunded"] == 4_000
    ledger = {name: each for name, each in till.ledger().items() if "returnable" not in name}
    assert ledger == {"available": 5_920, "fees_payable": 80, "due": -6_000}
    assert till.house() == {"network:ach": 6_000, "due": 6_000}
    kinds = [each[0] for each in till.transactions()]
    assert kinds == ["payment", "payment_refund", "payment_refund", "refund_failure"]
    third = till.post("/v1/refunds", charge=charge)
    assert till.hear(third["id"], "rejected") == 1
    till.work_off()
    assert till.ledger()["available"] == 5_920


def test_what_is_for_others_moves_on_when_the_bank_has_paid(till: Till) -> None:
    ada = till.open_shop()
    intent = debit(
        till, transfer_data={"destination": ada}, application_fee_amount=1_000, amount=5_000
    )
    assert till.transactions(ada) == []
    clear(till, intent["latest_charge"])
    assert till.transactions(ada) == [("payment", 5_000, 1_000, "pending")]
    assert till.get("/v1/balance", ada)["instant_available"][0]["amount"] == 0
    till.mature()
    assert till.ledger(ada)["available"] == 4_000
    assert till.get("/v1/balance", ada)["instant_available"][0]["amount"] == 4_000
    direct = till.post(
        "/v1/payment_intents", ada, amount=2_000, currency="usd", confirm=True,
        payment_method="pm_usBankAccount_success", application_fee_amount=300,
        allowed_payment_method_types=["us_bank_account"],
    )  # fmt: skip
    assert till.transactions(ada)[-1] == ("payment", 2_000, 16, "pending")
    clear(till, direct["latest_charge"], ada)
    assert till.transactions(ada)[-1] == ("payment", 2_000, 316, "pending")
    till.mature()
    assert till.ledger(ada)["available"] == 5_684


def test_a_bank_account_is_verified_by_what_stands_on_its_statement(till: Till) -> None:
    numbers = {"account_number": "000123456789", "routing_number": "110000000"}
    data = {"type": "us_bank_account", "us_bank_account": numbers, **NAMED}
    asked = {"payment_method_data": data, "currency": "usd"}
    intent = debit(till, asked)
    action = intent["next_action"]["verify_with_microdeposits"]
    assert (intent["status"], action["microdeposit_type"]) == ("requires_action", "descriptor_code")
    path = f"/v1/payment_intents/{intent['id']}/verify_microdeposits"
    mismatch = "payment_method_microdeposit_verification_descriptor_code_mismatch"
    assert till.refused(path, descriptor_code="SM00ZZ")["code"] == mismatch
    assert till.refused(path, amounts=[1, 2])["code"].endswith("amounts_mismatch")
    assert till.refused(path)["code"] == "parameter_missing"
    paid = till.post(path, amounts=[32, 45])
    assert (paid["status"], paid["next_action"]) == ("processing", None)
    method = paid["payment_method"]
    again = till.post("/v1/payment_intents", amount=500, currency="usd", confirm=True,
                      payment_method=method,
                      allowed_payment_method_types=["us_bank_account"])  # fmt: skip
    assert again["status"] == "processing", "once is enough"
    fourth = debit(till, asked)
    cent = movement_of(till, fourth["id"])
    assert till.hear(cent, "submitted") == till.hear(cent, "settled") == 1
    assert till.hear(cent, "returned", "R03") == 1
    till.work_off()
    fourth = till.get(f"/v1/payment_intents/{fourth['id']}")
    assert fourth["last_payment_error"]["code"] == "payment_method_microdeposit_failed"
    assert till.house() == {}
    late = debit(till, asked)["id"]
    till.pass_time(days=11)
    till.work_off()
    late = till.get(f"/v1/payment_intents/{late}")
    assert late["last_payment_error"]["code"].endswith("verification_timeout")
    assert (late["status"], late["next_action"]) == ("requires_payment_method", None)
    assert till.get(f"/v1/payment_intents/{paid['id']}")["status"] == "processing"
    unseen = debit(till, ACH | {"payment_method": "pm_usBankAccount_failMicrodeposits"})
    assert unseen["next_action"]["type"] == "verify_with_microdeposits"
    till.post(f"/v1/payment_intents/{unseen['id']}/cancel")
    third = debit(till, asked)
    page = third["next_action"]["verify_with_microdeposits"]["hosted_verification_url"]
    shown = till.run(till.send("GET", page, raw=True))
    assert (shown.status_code, 'name="code"' in shown.text) == (200, True)
    wrong = till.run(till.send("POST", page, {"code": "SM00ZZ"}, raw=True))
    assert "not the one that was sent" in wrong.text
    assert till.run(till.send("GET", page[:-1] + "~", raw=True)).status_code == 404
    path = f"/v1/payment_intents/{third['id']}/verify_microdeposits"
    assert till.refused(path, descriptor_code="SM33CC")["code"].endswith("attempts_exceeded")
    third = till.get(f"/v1/payment_intents/{third['id']}")
    assert third["status"] == "requires_payment_method"
    for wrong, param in REFUSED:
        given = {"amount": 500, "currency": "usd", "confirm": True,
                 "payment_method": "pm_usBankAccount_success",
                 "allowed_payment_method_types": ["us_bank_account"], **wrong}  # fmt: skip
        assert till.refused("/v1/payment_intents", **given)["param"] == param


def test_a_canadian_debit_says_what_was_agreed_and_is_verified_first(till: Till) -> None:
    def agreed(**said: Any) -> dict[str, Any]:
        return {"payment_method_options": {"acss_debit": {"mandate_options": said}}}

    terms = "payment_method_options[acss_debit][mandate_options]"
    for said, param in (
        ({}, f"{terms}[payment_schedule]"),
        ({"payment_schedule": "sporadic"}, f"{terms}[transaction_type]"),
        ({"payment_schedule": "interval", "transaction_type": "business"},
         f"{terms}[interval_description]"),
    ):  # fmt: skip
        given = {"amount": 500, "confirm": True, "allowed_payment_method_types": ["acss_debit"]}
        refused = till.refused("/v1/payment_intents", **given, **ACSS, **agreed(**said))
        assert (refused["code"], refused["param"]) == ("parameter_missing", param)
    options = agreed(
        payment_schedule="interval", transaction_type="business",
        custom_mandate_url="https://shop.example/agreed?of=1&by=2",
        interval_description="on the first of each month",
    )  # fmt: skip
    customer = till.post("/v1/customers", name="Ada")["id"]
    intent = debit(till, ACSS, customer=customer, setup_future_usage="off_session", **options)
    shown = intent["payment_method_options"]["acss_debit"]
    assert (shown["verification_method"], shown["mandate_options"]["payment_schedule"]) == (
        "automatic", "interval",
    )  # fmt: skip
    page = intent["next_action"]["verify_with_microdeposits"]["hosted_verification_url"]
    assert (
        'href="https://shop.example/agreed?of=1&amp;by=2"'
        in till.run(till.send("GET", page, raw=True)).text
    )
    path = f"/v1/payment_intents/{intent['id']}/verify_microdeposits"
    intent = till.post(path, descriptor_code="SM11AA")
    assert intent["status"] == "processing"
    charge = charge_of(till, intent)
    details = charge["payment_method_details"]["acss_debit"]
    assert details["bank_name"] == "TEST BANK"
    assert (details["institution_number"], details["transit_number"]) == ("000", "11000")
    assert details["expected_debit_date"] == "2026-03-03"
    mandate = till.get(f"/v1/mandates/{details['mandate']}")
    assert mandate["payment_method_details"]["acss_debit"] == {
        "interval_description": "on the first of each month",
        "payment_schedule": "interval",
        "transaction_type": "business",
    }
    again = till.post(
        "/v1/payment_intents", amount=700, currency="cad", confirm=True, off_session=True,
        customer=customer, payment_method=intent["payment_method"],
        allowed_payment_method_types=["acss_debit"],
    )  # fmt: skip
    assert again["status"] == "processing", "what was agreed and verified holds"
    for kind in ("submitted", "settled"):
        assert till.hear(charge["id"], kind) == till.hear(again["latest_charge"], kind) == 1
    assert till.hear(charge["id"], "returned", "R01") == 1
    till.pass_time(days=15)
    till.work_off()
    assert charge_of(till, again)["status"] == "succeeded"
    failed = till.get(f"/v1/payment_intents/{intent['id']}")["last_payment_error"]
    assert failed["code"] == "insufficient_funds"


def movement_of(till: Till, intent: str) -> str:
    """Return the microdeposit that was sent for an intent."""

    async def find() -> str:
        ctx = till.context(Caller(till.platform, till.platform, livemode=False))
        bodies, _ = await ctx.page(Microdeposit, Page(limit=10))
        shown = [msgspec.json.decode(body, type=Microdeposit) for body in bodies]
        return next(each.id for each in shown if each.intent == intent)

    return till.run(find())


def test_a_refund_and_the_way_back_of_its_payment_at_once_give_the_money_back_once(
    till: Till,
) -> None:
    for _ in range(3):
        charge = debit(till)["latest_charge"]
        clear(till, charge)

        async def both(charge: str = charge) -> tuple[Answer, int]:
            refund = till.send("POST", "/v1/refunds", {"charge": charge})
            back = till._hear(charge, "returned", "R10", till.platform)
            return await asyncio.gather(refund, back)

        answer, heard = till.run(both())
        till.work_off()
        assert heard == 1
        if answer.status == 200:
            assert till.get(f"/v1/refunds/{answer.json['id']}")["failure_reason"] == SPARED
        else:
            assert answer.error["code"] == "charge_disputed"
        till.mature()
        ledger = till.ledger()
        assert ledger.keys() == {"available", "fees_payable"}
        assert ledger["available"] == -ledger["fees_payable"]
        assert till.house() == {}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"capture_method": "manual"}, "capture_method"),
    ({"currency": "eur"}, "allowed_payment_method_types"),
    ({"allowed_payment_method_types": ["acss_debit"]}, "allowed_payment_method_types"),
    ({"allowed_payment_method_types": ["card"]}, "payment_method"),
    ({"payment_method_options": {"us_bank_account": {"target_date": "2026-04-01"}}},
     "payment_method_options[us_bank_account][target_date]"),
]  # fmt: skip
