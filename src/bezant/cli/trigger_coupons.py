"""What leads to the events of coupons, promotion codes and the discounts of customers."""

from bezant.cli.trigger_scene import Act, Object, Outcome, Scene


async def _coupon(scene: Scene) -> Object:
    return await scene.remote.post("/v1/coupons", percent_off=20)


async def _code(scene: Scene) -> Object:
    form = {"promotion[type]": "coupon", "promotion[coupon]": (await _coupon(scene))["id"]}
    return await scene.remote.post("/v1/promotion_codes", **form)


async def _discounted(scene: Scene) -> Object:
    customer = await scene.customer()
    path = f"/v1/customers/{customer['id']}"
    return await scene.remote.post(path, coupon=(await _coupon(scene))["id"])


async def _coupon_created(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await _coupon(scene))["id"])


async def _coupon_updated(scene: Scene) -> Outcome:
    made = await _coupon(scene)
    await scene.remote.post(f"/v1/coupons/{made['id']}", name="Changed")
    return Outcome(scene.remote, made["id"])


async def _coupon_deleted(scene: Scene) -> Outcome:
    made = await _coupon(scene)
    await scene.remote.delete(f"/v1/coupons/{made['id']}")
    return Outcome(scene.remote, made["id"])


async def _code_created(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await _code(scene))["id"])


async def _code_updated(scene: Scene) -> Outcome:
    made = await _code(scene)
    await scene.remote.post(f"/v1/promotion_codes/{made['id']}", active="false")
    return Outcome(scene.remote, made["id"])


async def _discount_created(scene: Scene) -> Outcome:
    return Outcome(scene.remote, (await _discounted(scene))["discount"]["id"])


async def _discount_updated(scene: Scene) -> Outcome:
    customer = await _discounted(scene)
    path = f"/v1/customers/{customer['id']}"
    changed = await scene.remote.post(path, coupon=(await _coupon(scene))["id"])
    return Outcome(scene.remote, changed["discount"]["id"])


async def _discount_deleted(scene: Scene) -> Outcome:
    customer = await _discounted(scene)
    await scene.remote.delete(f"/v1/customers/{customer['id']}/discount")
    return Outcome(scene.remote, customer["discount"]["id"])


COUPON_ACTS: dict[str, Act] = {
    "coupon.created": Act("A coupon is made.", _coupon_created),
    "coupon.updated": Act("A coupon gets a name.", _coupon_updated),
    "coupon.deleted": Act("A coupon is deleted.", _coupon_deleted),
    "promotion_code.created": Act("A coupon gets a promotion code.", _code_created),
    "promotion_code.updated": Act("A promotion code is turned off.", _code_updated),
    "customer.discount.created": Act("A customer redeems a coupon.", _discount_created),
    "customer.discount.updated": Act("A customer redeems another coupon.", _discount_updated),
    "customer.discount.deleted": Act("A customer's discount is taken away.", _discount_deleted),
}
"""Every event of theirs."""
