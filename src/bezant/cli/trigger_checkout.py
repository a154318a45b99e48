"""What leads to the events of selling by page: products, prices, sessions and payment links."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bezant.cli.trigger_scene import Act, Object, Outcome, Scene

_DONE = "https://example.com/done"
_PAYS, _SENDS_BACK = "AT611904300234573201", "AT861904300235473202"
"""Bank accounts in SEPA: one pays what is debited, the other sends it back."""


async def _product(scene: Scene) -> Object:
    return await scene.remote.post("/v1/products", name="A cup of tea")


async def _price(scene: Scene) -> Object:
    product = await _product(scene)
    form = {"product": product["id"], "currency": "usd", "unit_amount": 450}
    return await scene.remote.post("/v1/prices", **form)


async def _items(scene: Scene) -> Mapping[str, Any]:
    price = await _price(scene)
    return {"line_items[0][price]": price["id"], "line_items[0][quantity]": 2}


async def _session(scene: Scene) -> Object:
    form = {**await _items(scene), "success_url": _DONE, "mode": "payment"}
    return await scene.remote.post("/v1/checkout/sessions", **form)


async def _link(scene: Scene) -> Object:
    return await scene.remote.post("/v1/payment_links", **await _items(scene))


async def _product_deleted(scene: Scene) -> Outcome:
    made = await _product(scene)
    await scene.remote.delete(f"/v1/products/{made['id']}")
    return Outcome(scene.remote, made["id"])


async def _session_completed(scene: Scene) -> Outcome:
    made = await _session(scene)
    path = f"/v1/payment_pages/{made['id']}/confirm"
    await scene.remote.post(path, payment_method="pm_card_visa")
    return Outcome(scene.remote, made["id"])


def _by_bank(iban: str) -> Callable[[Scene], Awaitable[Outcome]]:
    async def play(scene: Scene) -> Outcome:
        line = "line_items[0][price_data]"
        form = {
            f"{line}[currency]": "eur",
            f"{line}[unit_amount]": 900,
            f"{line}[product_data][name]": "A cup of tea",
            "payment_method_types[0]": "sepa_debit",
            "success_url": _DONE,
        }
        made = await scene.remote.post("/v1/checkout/sessions", **form)
        account = {"type": "sepa_debit", "sepa_debit[iban]": iban,
                   "billing_details[name]": "Ada Example"}  # fmt: skip
        method = await scene.remote.post("/v1/payment_methods", **account)
        path = f"/v1/payment_pages/{made['id']}/confirm"
        await scene.remote.post(path, payment_method=method["id"])
        return Outcome(scene.remote, made["id"])

    return play


async def _session_expired(scene: Scene) -> Outcome:
    made = await _session(scene)
    await scene.remote.post(f"/v1/checkout/sessions/{made['id']}/expire")
    return Outcome(scene.remote, made["id"])


def _created(make: Callable[[Scene], Awaitable[Object]]) -> Callable[[Scene], Awaitable[Outcome]]:
    async def play(scene: Scene) -> Outcome:
        return Outcome(scene.remote, (await make(scene))["id"])

    return play


def _updated(
    make: Callable[[Scene], Awaitable[Object]], path: str
) -> Callable[[Scene], Awaitable[Outcome]]:
    async def play(scene: Scene) -> Outcome:
        made = await make(scene)
        await scene.remote.post(f"{path}/{made['id']}", **{"metadata[seen]": "yes"})
        return Outcome(scene.remote, made["id"])

    return play


CHECKOUT_ACTS: Mapping[str, Act] = {
    "checkout.session.async_payment_failed": Act(
        "A bank account that is debited on a page sends the money back.", _by_bank(_SENDS_BACK)
    ),
    "checkout.session.async_payment_succeeded": Act(
        "A bank account is debited on a page, and the money comes.", _by_bank(_PAYS)
    ),
    "checkout.session.completed": Act("Somebody pays on a page.", _session_completed),
    "checkout.session.expired": Act("A page is closed before anybody has paid.", _session_expired),
    "payment_link.created": Act("Something is offered by a link.", _created(_link)),
    "payment_link.updated": Act("A link gets metadata.", _updated(_link, "/v1/payment_links")),
    "price.created": Act("A product gets a price.", _created(_price)),
    "price.updated": Act("A price gets metadata.", _updated(_price, "/v1/prices")),
    "product.created": Act("A product is offered.", _created(_product)),
    "product.updated": Act("A product gets metadata.", _updated(_product, "/v1/products")),
    "product.deleted": Act("A product that has no price is deleted.", _product_deleted),
}
"""What leads to the events of selling by page."""
