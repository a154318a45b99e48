"""What leads to the events of payments."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bezant.cli.trigger_scene import Act, Object, Outcome, Scene

_PAYMENTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "charge.failed": ("A card is declined.", {"card": "chargeDeclined"}),
    "charge.succeeded": ("A card is charged.", {}),
    "payment_intent.amount_capturable_updated": (
        "Money is held by a card.",
        {"capture_method": "manual"},
    ),
    "payment_intent.created": ("A payment is asked for.", {"confirm": False}),
    "payment_intent.payment_failed": ("A card is declined.", {"card": "chargeDeclined"}),
    "payment_intent.requires_action": (
        "A cardholder has to say who they are.",
        {"card": "authenticationRequired"},
    ),
    "payment_intent.succeeded": ("A payment is made by card.", {}),
}
"""Events of a payment that is only asked for."""


def _payment_act(name: str) -> Callable[[Scene], Awaitable[Outcome]]:
    async def play(scene: Scene) -> Outcome:
        made = await scene.payment(**_PAYMENTS[name][1])
        about = made["id"] if name.startswith("payment_intent") else made["latest_charge"]
        return Outcome(scene.remote, about)

    return play


async def _charge_captured(scene: Scene) -> Outcome:
    held = await scene.payment(capture_method="manual")
    await scene.remote.post(f"/v1/payment_intents/{held['id']}/capture")
    return Outcome(scene.remote, held["latest_charge"])


async def _charge_updated(scene: Scene) -> Outcome:
    paid = await scene.payment()
    await scene.remote.post(f"/v1/charges/{paid['latest_charge']}", description="changed")
    return Outcome(scene.remote, paid["latest_charge"])


async def _payment_intent_canceled(scene: Scene) -> Outcome:
    made = await scene.payment(confirm=False)
    await scene.remote.post(f"/v1/payment_intents/{made['id']}/cancel")
    return Outcome(scene.remote, made["id"])


async def _charge_refunded(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await _refund(scene))["charge"])


async def _refund_created(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await _refund(scene))["id"])


async def _refund_updated(scene: Scene) -> Outcome:
    refund = await _refund(scene)
    await scene.remote.post(f"/v1/refunds/{refund['id']}", **{"metadata[seen]": "yes"})
    return Outcome(scene.remote, refund["id"])


async def _refund(scene: Scene) -> Object:
    paid = await scene.payment()
    return await scene.remote.post("/v1/refunds", payment_intent=paid["id"])


async def _application_fee_created(scene: Scene) -> Outcome:
    return Outcome(scene.remote, await _fee(scene))


async def _application_fee_refunded(scene: Scene) -> Outcome:
    fee = await _fee(scene)
    await scene.topup()
    await scene.remote.post(f"/v1/application_fees/{fee}/refunds")
    return Outcome(scene.remote, fee)


async def _application_fee_refund_updated(scene: Scene) -> Outcome:
    fee = await _fee(scene)
    await scene.topup()
    path = f"/v1/application_fees/{fee}/refunds"
    refund = await scene.remote.post(path)
    await scene.remote.post(f"{path}/{refund['id']}", **{"metadata[seen]": "yes"})
    return Outcome(scene.remote, refund["id"])


async def _fee(scene: Scene) -> str:
    seller = scene.remote.acting_for((await scene.seller())["id"])
    paid = await Scene(seller, scene.clock).payment(application_fee_amount=100)
    return (await seller.get(f"/v1/charges/{paid['latest_charge']}"))["application_fee"]


async def _charge_pending(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await _debit(scene))["latest_charge"])


async def _payment_intent_processing(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await _debit(scene))["id"])


async def _debit(scene: Scene) -> Object:
    form = {
        "amount": 2_000,
        "currency": "usd",
        "confirm": "true",
        "allowed_payment_method_types[]": "us_bank_account",
        "payment_method": "pm_usBankAccount_success",
    }
    return await scene.remote.post("/v1/payment_intents", **form)


async def _payment_intent_partially_funded(scene: Scene) -> Outcome:
    customer = (await scene.customer())["id"]
    form = {
        "amount": 2_000,
        "currency": "usd",
        "confirm": "true",
        "customer": customer,
        "allowed_payment_method_types[]": "customer_balance",
        "payment_method_data[type]": "customer_balance",
    }
    intent = await scene.remote.post("/v1/payment_intents", **form)
    await _fund(scene, customer)
    return Outcome(scene.remote, intent["id"])


async def _cash_balance_funds_available(scene: Scene) -> Outcome:
    customer = (await scene.customer())["id"]
    await _fund(scene, customer)
    return Outcome(scene.remote, None)


async def _fund(scene: Scene, customer: str) -> None:
    path = f"/v1/test_helpers/customers/{customer}/fund_cash_balance"
    await scene.remote.post(path, amount=500, currency="usd")


PAYMENT_ACTS: Mapping[str, Act] = {
    **{name: Act(how, _payment_act(name)) for name, (how, _) in _PAYMENTS.items()},
    "cash_balance.funds_available": Act(
        "A customer sends money that no payment waits for.", _cash_balance_funds_available
    ),
    "charge.pending": Act("A bank account is debited.", _charge_pending),
    "payment_intent.partially_funded": Act(
        "A customer sends a part of what a payment asks for.", _payment_intent_partially_funded
    ),
    "payment_intent.processing": Act("A bank account is debited.", _payment_intent_processing),
    "charge.captured": Act("Money that a card holds is taken.", _charge_captured),
    "payment_intent.canceled": Act(
        "A payment that was asked for is canceled.", _payment_intent_canceled
    ),
    "charge.updated": Act("A charge's description is changed.", _charge_updated),
    "charge.refunded": Act("A payment by card is given back.", _charge_refunded),
    "refund.created": Act("A payment by card is given back.", _refund_created),
    "charge.refund.updated": Act("A refund gets metadata.", _refund_updated),
    "refund.updated": Act("A refund gets metadata.", _refund_updated),
    "application_fee.created": Act(
        "A platform takes its fee of an account's payment.", _application_fee_created
    ),
    "application_fee.refund.updated": Act(
        "What is said about a fee that was given back is changed.", _application_fee_refund_updated
    ),
    "application_fee.refunded": Act("A platform gives its fee back.", _application_fee_refunded),
}
"""What leads to the events of payments."""
