"""What leads to the events of subscriptions: begun, changed, tried, paused, resumed, ended."""

from collections.abc import Mapping

from bezant.cli.trigger_scene import Act, Object, Outcome, Scene

_PAYS = "pm_card_visa"


async def _price(scene: Scene) -> str:
    product = await scene.remote.post("/v1/products", name="Tea of the month")
    form = {"product": product["id"], "unit_amount": 1500, "currency": "usd",
            "recurring[interval]": "month"}  # fmt: skip
    return (await scene.remote.post("/v1/prices", **form))["id"]


async def _subscription(scene: Scene, *, pays: bool = True, **form: object) -> Object:
    told: dict[str, object] = {"email": "ada@example.com"}
    if pays:
        told |= {"payment_method": _PAYS, "invoice_settings[default_payment_method]": _PAYS}
    customer = await scene.remote.post("/v1/customers", **told)
    given = {"customer": customer["id"], "items[0][price]": await _price(scene), **form}
    return await scene.remote.post("/v1/subscriptions", **given)


async def _begun(scene: Scene) -> Outcome:
    made = await _subscription(scene)
    return Outcome(scene.remote, made["id"])


async def _changed(scene: Scene) -> Outcome:
    made = await _subscription(scene)
    await scene.remote.post(f"/v1/subscriptions/{made['id']}", **{"metadata[order]": "6735"})
    return Outcome(scene.remote, made["id"])


async def _ended(scene: Scene) -> Outcome:
    made = await _subscription(scene)
    await scene.remote.delete(f"/v1/subscriptions/{made['id']}")
    return Outcome(scene.remote, made["id"])


async def _tried(scene: Scene) -> Outcome:
    made = await _subscription(scene, trial_period_days=1)
    return Outcome(scene.remote, made["id"])


async def _told_ahead(scene: Scene) -> Outcome:
    """What an invoice will be has no id of its own to be found by."""
    await _tried(scene)
    return Outcome(scene.remote, None)


async def _paused(scene: Scene) -> Outcome:
    behavior = {"trial_settings[end_behavior][missing_payment_method]": "pause"}
    made = await _subscription(scene, pays=False, trial_period_days=7, **behavior)
    await scene.remote.post(f"/v1/subscriptions/{made['id']}", trial_end="now")
    return Outcome(scene.remote, made["id"])


async def _resumed(scene: Scene) -> Outcome:
    paused = await _paused(scene)
    path = f"/v1/subscriptions/{paused.about}"
    customer = (await scene.remote.get(path))["customer"]
    method = await scene.remote.post(f"/v1/payment_methods/{_PAYS}/attach", customer=customer)
    await scene.remote.post(path, default_payment_method=method["id"])
    await scene.remote.post(f"{path}/resume")
    return paused


SUBSCRIPTION_ACTS: Mapping[str, Act] = {
    "customer.subscription.created": Act("Somebody subscribes to something.", _begun),
    "customer.subscription.deleted": Act("A subscription is canceled.", _ended),
    "customer.subscription.paused": Act("A trial ends, and there is nothing to pay by.", _paused),
    "customer.subscription.resumed": Act("A paused subscription goes on.", _resumed),
    "customer.subscription.trial_will_end": Act("A trial of a day begins.", _tried),
    "customer.subscription.updated": Act("A subscription gets metadata.", _changed),
    "invoice.upcoming": Act("A trial of a day begins, which is paid for after that.", _told_ahead),
}
"""What leads to the events of subscriptions."""
