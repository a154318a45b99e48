"""Mandates of Bacs: lodged before anything is collected under them, and ended where they should."""

from typing import Any

import msgspec
import pytest

from bezant.api.context import Caller
from bezant.movement.movement import Movement
from bezant.store.objects import Page
from tests.payments.test_bank_debits import BACS, charge_of, clear, debit
from tests.payments.till import Till


@pytest.fixture
def till(shared_till: Till) -> Till:
    """One for all: each test minds its own mandates."""
    return shared_till


def stands(till: Till, mandate: str) -> None:
    """Let a mandate be lodged, and its bank be silent until it stands."""
    for kind in ("submitted", "settled"):
        assert till.hear(mandate, kind) == 1
    till.work_off()


def lodged(till: Till, intent: Any) -> Any:
    """Return the mandate under which an intent is paid by Bacs."""
    details = charge_of(till, intent)["payment_method_details"]["bacs_debit"]
    return till.get(f"/v1/mandates/{details['mandate']}")


def states(mandate: Any) -> tuple[str, str, str | None]:
    shown = mandate["payment_method_details"]["bacs_debit"]
    return mandate["status"], shown["network_status"], shown["revocation_reason"]


def movements(till: Till, source: str) -> list[tuple[str, str]]:
    """Return act and status of the movements of an object, latest first."""

    async def read() -> list[tuple[str, str]]:
        ctx = till.context(Caller(till.platform, till.platform, livemode=False))
        bodies, _ = await ctx.page(Movement, Page(10, filters={"source": source}))
        found = [msgspec.json.decode(body, type=Movement) for body in bodies]
        return [(each.act, each.status) for each in found]

    return till.run(read())


def saved(till: Till) -> dict[str, Any]:
    customer = till.post("/v1/customers", name="Ada")["id"]
    return {"customer": customer, "setup_future_usage": "off_session"}


def test_nothing_is_collected_by_bacs_before_the_mandate_stands(till: Till) -> None:
    intent = debit(till, BACS, **saved(till))
    mandate, charge = lodged(till, intent), intent["latest_charge"]
    assert states(mandate) == ("pending", "pending", None)
    shown = mandate["payment_method_details"]["bacs_debit"]
    assert len(shown["service_user_number"]) == 6
    assert movements(till, mandate["id"]) == [("mandate", "scheduled")]
    assert movements(till, charge) == [("pay", "created")]
    again = debit(till, {"currency": "gbp", "payment_method": intent["payment_method"]},
                  customer=intent["customer"], off_session=True)  # fmt: skip
    assert lodged(till, again)["id"] == mandate["id"], "it is lodged once"
    stands(till, mandate["id"])
    assert states(till.get(f"/v1/mandates/{mandate['id']}")) == ("active", "accepted", None)
    for each in (intent, again):
        assert movements(till, each["latest_charge"]) == [("pay", "scheduled")]
    details = charge_of(till, intent)["payment_method_details"]["bacs_debit"]
    assert details["expected_debit_date"] > "2026-03-02"
    clear(till, charge)
    assert till.get(f"/v1/payment_intents/{intent['id']}")["status"] == "succeeded"
    # Whoever lets the account go tells its bank that the mandate has ended.
    till.post(f"/v1/payment_methods/{intent['payment_method']}/detach")
    assert states(till.get(f"/v1/mandates/{mandate['id']}")) == ("inactive", "revoked", None)
    assert movements(till, mandate["id"]) == [("mandate", "scheduled"), ("mandate", "settled")]
    told = till.get("/v1/events", type="mandate.updated", limit=100)["data"]
    assert sum(each["data"]["object"]["id"] == mandate["id"] for each in told) == 2


@pytest.mark.parametrize("late", [False, True])
def test_a_mandate_that_a_bank_refuses_lets_what_waits_fail(till: Till, late: bool) -> None:
    intent = debit(till, BACS, **saved(till))
    mandate = lodged(till, intent)["id"]
    assert till.hear(mandate, "submitted") == 1
    if late:
        assert till.hear(mandate, "settled") == 1
    assert till.hear(mandate, "rejected", "R02") == 1
    till.work_off()
    assert states(till.get(f"/v1/mandates/{mandate}")) == (
        "inactive", "refused", "account_closed")  # fmt: skip
    charge = charge_of(till, intent)
    assert (charge["status"], charge["failure_code"]) == ("failed", "account_closed")
    assert movements(till, charge["id"]) == [("pay", "rejected")]
    intent = till.get(f"/v1/payment_intents/{intent['id']}")
    assert intent["status"] == "requires_payment_method"
    refused = till.refused("/v1/payment_intents", amount=900, currency="gbp", confirm=True,
                           allowed_payment_method_types=["bacs_debit"], mandate=mandate,
                           payment_method=charge["payment_method"], off_session=True,
                           customer=charge["customer"])  # fmt: skip
    assert refused["code"] == "payment_intent_mandate_invalid"


def test_a_payer_cancels_a_mandate_at_the_bank(till: Till) -> None:
    first, second = (debit(till, BACS, **saved(till)) for _ in range(2))
    names = [lodged(till, each)["id"] for each in (first, second)]
    for name in names:
        stands(till, name)
    assert till.hear(names[0], "mandate_changed", "1") == 1
    assert till.hear(second["latest_charge"], "mandate_changed", "B") == 1
    till.work_off()
    for name in names:
        assert states(till.get(f"/v1/mandates/{name}"))[:2] == ("inactive", "revoked")
    assert till.hear(names[0], "mandate_changed", "R") == 1
    assert states(till.get(f"/v1/mandates/{names[0]}")) == ("active", "accepted", None)
    # What comes back for want of a mandate says the same.
    for kind, code in (("submitted", None), ("settled", None), ("returned", "1")):
        assert till.hear(first["latest_charge"], kind, code) == 1
    till.work_off()
    assert states(till.get(f"/v1/mandates/{names[0]}")) == (
        "inactive", "revoked", "could_not_process")  # fmt: skip


def test_an_account_that_is_let_go_before_its_mandate_was_lodged_is_not_debited(till: Till) -> None:
    intent = debit(till, BACS, **saved(till))
    mandate = lodged(till, intent)["id"]
    till.post(f"/v1/payment_methods/{intent['payment_method']}/detach")
    till.work_off()
    assert movements(till, mandate) == [("mandate", "canceled")]
    charge = charge_of(till, intent)
    assert (charge["status"], charge["failure_code"]) == ("failed", "debit_not_authorized")


def test_a_mandate_for_one_payment_is_used_up_by_it_alone(till: Till) -> None:
    paid = lodged(till, debit(till, BACS))["id"]
    once = {"single_use": {"amount": 900, "currency": "gbp"}, "confirm": True}
    agreed = {"customer_acceptance": {"type": "offline"}}
    set_up = till.post("/v1/setup_intents", allowed_payment_method_types=["bacs_debit"], **once,
                       payment_method_data=BACS["payment_method_data"],
                       mandate_data=agreed)["single_use_mandate"]  # fmt: skip
    for name, status in ((paid, "inactive"), (set_up, "active")):
        assert states(till.get(f"/v1/mandates/{name}"))[:2] == ("pending", "pending")
        stands(till, name)
        assert states(till.get(f"/v1/mandates/{name}"))[:2] == (status, "accepted")
