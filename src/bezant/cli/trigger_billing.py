"""What leads to the events of billing: invoice items, invoices, and how they end."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from bezant.cli.trigger_scene import Act, Object, Outcome, Scene
from bezant.kernel.errors import NotFound

_PAYS, _DECLINES = "pm_card_visa", "pm_card_chargeCustomerFail"
_ASKS = "pm_card_threeDSecure2Required"


async def _customer(scene: Scene) -> Object:
    return await scene.remote.post("/v1/customers", email="ada@example.com")


async def _item(scene: Scene) -> Object:
    customer = await _customer(scene)
    form = {"customer": customer["id"], "amount": 2000, "currency": "usd"}
    return await scene.remote.post("/v1/invoiceitems", **form)


async def _invoice(scene: Scene, **form: object) -> Object:
    item = await _item(scene)
    told = {"customer": item["customer"], "pending_invoice_items_behavior": "include", **form}
    return await scene.remote.post("/v1/invoices", **told)


async def _drawn(scene: Scene) -> Outcome:
    made = await _invoice(scene)
    return Outcome(scene.remote, made["id"])


async def _item_made(scene: Scene) -> Outcome:
    made = await _item(scene)
    return Outcome(scene.remote, made["id"])


async def _item_deleted(scene: Scene) -> Outcome:
    made = await _item(scene)
    await scene.remote.delete(f"/v1/invoiceitems/{made['id']}")
    return Outcome(scene.remote, made["id"])


async def _deleted(scene: Scene) -> Outcome:
    made = await _invoice(scene)
    await scene.remote.delete(f"/v1/invoices/{made['id']}")
    return Outcome(scene.remote, made["id"])


async def _updated(scene: Scene) -> Outcome:
    made = await _invoice(scene)
    await scene.remote.post(f"/v1/invoices/{made['id']}", **{"metadata[order]": "6735"})
    return Outcome(scene.remote, made["id"])


async def _sent(scene: Scene) -> Outcome:
    made = await _invoice(scene, collection_method="send_invoice", days_until_due=7)
    await scene.remote.post(f"/v1/invoices/{made['id']}/send")
    return Outcome(scene.remote, made["id"])


def _then(*actions: str) -> Callable[[Scene], Awaitable[Outcome]]:
    async def play(scene: Scene) -> Outcome:
        made = await _invoice(scene)
        for action in actions:
            await scene.remote.post(f"/v1/invoices/{made['id']}/{action}")
        return Outcome(scene.remote, made["id"])

    return play


def _paid_by(card: str) -> Callable[[Scene], Awaitable[Outcome]]:
    async def play(scene: Scene) -> Outcome:
        made = await _invoice(scene)
        attach = f"/v1/payment_methods/{card}/attach"
        method = await scene.remote.post(attach, customer=made["customer"])
        with suppress(NotFound):  # What a server refuses, a declined card too.
            await scene.remote.post(f"/v1/invoices/{made['id']}/pay", payment_method=method["id"])
        return Outcome(scene.remote, made["id"])

    return play


async def _payment(scene: Scene) -> Outcome:
    paid = await _paid_by(_PAYS)(scene)
    found = await scene.remote.get("/v1/invoice_payments", invoice=paid.about)
    return Outcome(scene.remote, found["data"][0]["id"])


async def _overdue(scene: Scene) -> Outcome:
    made = await _invoice(scene, collection_method="send_invoice", days_until_due=0)
    await scene.remote.post(f"/v1/invoices/{made['id']}/finalize")
    return Outcome(scene.remote, made["id"])


BILLING_ACTS: Mapping[str, Act] = {
    "invoice.created": Act("An invoice is drawn.", _drawn),
    "invoice.deleted": Act("A draft is deleted.", _deleted),
    "invoice.finalized": Act("A draft is finalized.", _then("finalize")),
    "invoice.marked_uncollectible": Act(
        "Nobody expects the money of an invoice any more.", _then("finalize", "mark_uncollectible")
    ),
    "invoice.overdue": Act("An invoice that was to be paid at once is not.", _overdue),
    "invoice.paid": Act("An invoice is paid by card.", _paid_by(_PAYS)),
    "invoice.payment_action_required": Act(
        "A card's bank wants to know who pays an invoice.", _paid_by(_ASKS)
    ),
    "invoice.payment_failed": Act("The card for an invoice is declined.", _paid_by(_DECLINES)),
    "invoice.payment_succeeded": Act("An invoice is paid by card.", _paid_by(_PAYS)),
    "invoice.sent": Act("An invoice is sent.", _sent),
    "invoice.updated": Act("A draft gets metadata.", _updated),
    "invoice.voided": Act("An invoice is voided.", _then("finalize", "void")),
    "invoice_payment.paid": Act("An invoice is paid by card.", _payment),
    "invoiceitem.created": Act("A customer owes something.", _item_made),
    "invoiceitem.deleted": Act("What a customer owed is taken back.", _item_deleted),
}
"""What leads to the events of billing."""
BILLING_LATER: Mapping[str, str] = {
    "invoice.finalization_failed": (
        "a draft must have been impossible to charge when its hour was over"
    ),
}
"""Events of billing that only time brings about."""
