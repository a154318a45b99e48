"""Coupons and promotion codes: what is offered, who redeems it, how often and until when."""

import asyncio
from typing import Any

import pytest

from tests.resources.office import Office
from tests.resources.shapes import faults

DAY = 86_400


def now(office: Office) -> int:
    return int(office.clock.now().timestamp())


def coupon(office: Office, **params: Any) -> str:
    return office.post("/v1/coupons", **({"percent_off": 20} | params))["id"]


def code(office: Office, **params: Any) -> Any:
    sent = {"promotion": {"type": "coupon", "coupon": params.pop("coupon", None)}}
    if sent["promotion"]["coupon"] is None:
        sent["promotion"]["coupon"] = coupon(office)
    return office.post("/v1/promotion_codes", **sent, **params)


def given(office: Office, customer: str, **params: Any) -> Any:
    return office.post(f"/v1/customers/{customer}", **params)["discount"]


def test_a_coupon_is_offered_renamed_and_deleted(office: Office) -> None:
    made = office.post("/v1/coupons", percent_off="12.50", name="Spring", metadata={"a": "b"})
    assert faults(made, "Coupon") == []
    assert (made["percent_off"], made["duration"], made["valid"]) == (12.5, "once", True)
    path = f"/v1/coupons/{made['id']}"
    changed = office.post(path, name="", metadata={"c": "d"})
    assert changed == made | {"name": None, "metadata": {"a": "b", "c": "d"}}
    assert office.get(path) == changed
    assert office.delete(path) == {"id": made["id"], "object": "coupon", "deleted": True}
    assert office.ask("GET", path).status == 404
    assert office.events() == ["coupon.created", "coupon.updated", "coupon.deleted"]


def test_an_amount_is_taken_off_in_each_currency_that_is_named(office: Office) -> None:
    tea = office.post("/v1/products", name="Tea")["id"]
    made = office.post("/v1/coupons", amount_off=500, currency="USD", duration="forever",
                       currency_options={"EUR": {"amount_off": 450}},
                       applies_to={"products": [tea]})  # fmt: skip
    assert faults(made, "Coupon") == []
    assert (made["currency"], made["percent_off"]) == ("usd", None)
    assert made["applies_to"] == {"products": [tea]}
    assert office.get("/v1/coupons", expand=["data.applies_to"])["data"] == [made]
    more = office.post(f"/v1/coupons/{made['id']}", currency_options={"gbp": {"amount_off": 400}})
    amounts = {name: each["amount_off"] for name, each in more["currency_options"].items()}
    assert amounts == {"usd": 500, "eur": 450, "gbp": 400}


NO_COUPONS: list[tuple[dict[str, Any], str]] = [
    ({}, "percent_off"),
    ({"percent_off": 10, "amount_off": 100, "currency": "usd"}, "percent_off"),
    ({"percent_off": "0"}, "percent_off"),
    ({"percent_off": "100.01"}, "percent_off"),
    ({"percent_off": "1.234"}, "percent_off"),
    ({"amount_off": 100}, "currency"),
    ({"amount_off": 100, "currency": "usd", "currency_options": {"xau": {"amount_off": 1}}},
     "currency_options[xau]"),
    ({"amount_off": 100, "currency": "usd", "currency_options": {"usd": {"amount_off": 1}}},
     "currency_options[usd][amount_off]"),
    ({"percent_off": 10, "currency": "usd"}, "currency"),
    ({"percent_off": 10, "duration": "repeating"}, "duration_in_months"),
    ({"percent_off": 10, "duration_in_months": 3}, "duration_in_months"),
    ({"percent_off": 10, "redeem_by": 1_000_000_000}, "redeem_by"),
    ({"percent_off": 10, "id": "a b"}, "id"),
    ({"percent_off": 10, "applies_to": {"products": ["prod_none"]}}, "applies_to[products][0]"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "param"), NO_COUPONS)
def test_what_is_no_coupon_is_refused(office: Office, sent: dict[str, Any], param: str) -> None:
    assert office.refused("/v1/coupons", **sent)["param"] == param


def test_coupons_with_ids_of_their_own_stand_in_the_order_of_time(office: Office) -> None:
    names = [coupon(office, id=name) if name else coupon(office) for name in ("ZZ", "", "AA")]
    assert office.listed("/v1/coupons") == names[::-1]
    assert office.listed("/v1/coupons", limit=1, starting_after="AA") == [names[1]]
    assert office.listed("/v1/coupons", ending_before=names[1]) == ["AA"]
    assert office.listed("/v1/coupons", created={"gt": now(office)}) == []
    refused = office.refused("/v1/coupons", percent_off=10, id="AA")
    assert refused["code"] == "resource_already_exists"
    assert office.refused("/v1/coupons", verb="GET", starting_after="BB")["param"] == (
        "starting_after"
    )


def test_a_deleted_coupon_stays_with_whoever_has_it_and_its_id_can_be_used_again(
    office: Office,
) -> None:
    coupon(office, id="TEA")
    promo = code(office, coupon="TEA")
    customer = office.post("/v1/customers", coupon="TEA")
    office.delete("/v1/coupons/TEA")
    assert office.refused("/v1/customers", coupon="TEA")["code"] == "resource_missing"
    early = office.refused("/v1/coupons", id="TEA", percent_off=5)
    assert early["code"] == "lock_timeout"
    office.work()
    assert office.get(f"/v1/promotion_codes/{promo['id']}")["active"] is False
    again = office.post("/v1/coupons", id="TEA", percent_off=5)
    assert (again["percent_off"], again["times_redeemed"]) == (5, 0)
    assert office.listed("/v1/coupons") == ["TEA"]
    standing = office.get(f"/v1/customers/{customer['id']}")["discount"]
    assert standing == customer["discount"]


def test_a_customer_has_one_discount_at_a_time(office: Office) -> None:
    first, second = coupon(office), coupon(office, duration="repeating", duration_in_months=2)
    customer = office.post("/v1/customers", coupon=first, expand=["discount.source.coupon"])
    assert faults(customer, "Customer") == []
    assert customer["discount"]["source"]["coupon"]["times_redeemed"] == 1
    name = customer["id"]
    changed = given(office, name, coupon=second)
    assert changed["end"] == int(office.clock.now().replace(month=5).timestamp())
    assert given(office, name, description="Nothing else") == changed
    assert given(office, name, coupon="") is None
    assert given(office, name, coupon="") is None
    told = [each for each in office.events() if each.startswith("customer.discount")]
    assert told == [f"customer.discount.{word}" for word in ("created", "updated", "deleted")]
    assert office.get(f"/v1/coupons/{first}")["times_redeemed"] == 1
    path = f"/v1/customers/{name}/discount"
    assert office.refused(path, verb="DELETE")["status"] == 404
    discount = given(office, name, coupon=first)
    gone = office.delete(path)
    assert gone == discount | {"deleted": True, "end": now(office)}
    assert office.get(f"/v1/customers/{name}")["discount"] is None


def test_a_discount_for_some_months_leaves_its_customer_at_its_end(office: Office) -> None:
    name = coupon(office, duration="repeating", duration_in_months=1)
    customer = office.post("/v1/customers", coupon=name)["id"]
    office.pass_time(days=30)
    office.work()
    assert office.get(f"/v1/customers/{customer}")["discount"]["source"]["coupon"] == name
    office.pass_time(days=1)
    office.work()
    assert office.get(f"/v1/customers/{customer}")["discount"] is None
    assert office.events()[-1] == "customer.discount.deleted"


def test_a_coupon_is_redeemed_as_often_as_it_may_be(office: Office) -> None:
    name = coupon(office, max_redemptions=3)
    promo = code(office, coupon=name)["id"]

    async def all_at_once() -> list[int]:
        asked = [office.send("POST", "/v1/customers", {"coupon": name}) for _ in range(6)]
        return sorted(answer.status for answer in await asyncio.gather(*asked))

    assert office.run(all_at_once()) == [200] * 3 + [400] * 3
    found = office.get(f"/v1/coupons/{name}")
    assert (found["times_redeemed"], found["valid"]) == (3, False)
    assert office.refused("/v1/customers", coupon=name)["code"] == "coupon_expired"
    office.work()
    assert office.get(f"/v1/promotion_codes/{promo}")["active"] is False
    refused = office.refused(f"/v1/promotion_codes/{promo}", active=True)
    assert refused["code"] == "coupon_expired"


def test_a_coupon_can_be_redeemed_until_its_last_second(office: Office) -> None:
    last = now(office) + DAY
    name = coupon(office, redeem_by=last)
    sent = {"type": "coupon", "coupon": name}
    late = office.refused("/v1/promotion_codes", promotion=sent, expires_at=last + 1)
    assert late["param"] == "expires_at"
    promo = code(office, coupon=name)["id"]
    office.pass_time(days=1)
    customer = office.post("/v1/customers", coupon=name)
    assert customer["discount"]["source"] == sent
    office.pass_time(seconds=1)
    refused = office.refused("/v1/customers", coupon=name)
    assert (refused["code"], refused["param"]) == ("coupon_expired", "coupon")
    assert office.refused("/v1/customers", promotion_code=promo)["code"] == "coupon_expired"
    office.work()
    assert office.get(f"/v1/coupons/{name}")["valid"] is False
    assert office.listed("/v1/promotion_codes", active=True) == []
    assert office.refused("/v1/promotion_codes", promotion=sent)["param"] == "promotion[coupon]"


def test_a_promotion_code_redeems_its_coupon(office: Office) -> None:
    made = code(office, code="Spring-26", max_redemptions=1)
    assert faults(made, "PromotionCode") == []
    named = office.post("/v1/customers", promotion_code=made["id"],
                        expand=["discount.promotion_code.promotion.coupon"])  # fmt: skip
    shown = named["discount"]["promotion_code"]
    assert (shown["times_redeemed"], shown["active"]) == (1, False)
    assert shown["promotion"]["coupon"]["times_redeemed"] == 1
    refused = office.refused("/v1/customers", promotion_code=made["id"])
    assert refused["code"] == "coupon_expired"
    assert office.refused("/v1/customers", promotion_code=made["id"], coupon="x")["param"] == (
        "promotion_code"
    )


def test_no_two_active_promotion_codes_are_the_same_text(office: Office) -> None:
    first = code(office, code="TEA")
    sent = {"promotion": first["promotion"], "code": "tea"}
    assert office.refused("/v1/promotion_codes", **sent)["code"] == "resource_already_exists"
    ada = office.post("/v1/customers")["id"]
    own = office.post("/v1/promotion_codes", **sent, customer=ada)["id"]
    office.post(f"/v1/promotion_codes/{first['id']}", active=False)
    second = office.post("/v1/promotion_codes", **sent)["id"]
    refused = office.refused(f"/v1/promotion_codes/{first['id']}", active=True)
    assert (refused["code"], refused["param"]) == ("resource_already_exists", "active")
    assert office.listed("/v1/promotion_codes", code="Tea") == [second, own, first["id"]]
    assert office.listed("/v1/promotion_codes", code="tea", active=False) == [first["id"]]
    assert office.listed("/v1/promotion_codes", customer=ada) == [own]
    office.post(f"/v1/promotion_codes/{second}", active=False)
    assert office.post(f"/v1/promotion_codes/{first['id']}", active=True)["active"] is True
    refused = office.refused("/v1/customers", promotion_code=own)
    assert "alone" in refused["message"]
    assert given(office, ada, promotion_code=own)["promotion_code"] == own


def test_a_promotion_code_ends_at_its_moment(office: Office) -> None:
    made = code(office, expires_at=now(office) + DAY)["id"]
    office.pass_time(days=1)
    assert office.refused("/v1/customers", promotion_code=made)["code"] == "coupon_expired"
    office.work()
    assert office.get(f"/v1/promotion_codes/{made}")["active"] is False
    assert office.events()[-1] == "promotion_code.updated"


def test_a_promotion_code_for_a_first_purchase_is_for_nobody_who_has_bought(
    office: Office,
) -> None:
    made = code(office, restrictions={"first_time_transaction": True})["id"]
    ada = office.post("/v1/customers")["id"]
    asked = {"amount": 500, "currency": "usd", "customer": ada, "confirm": True}
    office.refused("/v1/payment_intents", **asked, payment_method="pm_card_chargeDeclined")
    assert given(office, ada, promotion_code=made)["promotion_code"] == made
    office.post("/v1/payment_intents", **asked, payment_method="pm_card_visa")
    assert (
        "first purchase" in office.refused(f"/v1/customers/{ada}", promotion_code=made)["message"]
    )


def test_a_minimum_is_not_met_by_what_is_not_bought_yet(office: Office) -> None:
    least = {"minimum_amount": 5_000, "minimum_amount_currency": "usd"}
    made = code(office, restrictions=least | {"currency_options": {"eur": {"minimum_amount": 4}}})
    assert faults(made, "PromotionCode") == []
    assert office.refused("/v1/customers", promotion_code=made["id"])["param"] == "promotion_code"
    path = f"/v1/promotion_codes/{made['id']}"
    more = office.post(path, restrictions={"currency_options": {"gbp": {"minimum_amount": 3}}})
    assert sorted(more["restrictions"]["currency_options"]) == ["eur", "gbp", "usd"]


NO_CODES: list[tuple[dict[str, Any], str]] = [
    ({"promotion": {"type": "coupon"}}, "promotion[coupon]"),
    ({"promotion": {"type": "coupon", "coupon": "none"}}, "promotion[coupon]"),
    ({"coupon": "none"}, "coupon"),
    ({"code": "a b"}, "code"),
    ({"customer": "cus_none"}, "customer"),
    ({"expires_at": 1_000_000_000}, "expires_at"),
    ({"max_redemptions": 8}, "max_redemptions"),
    ({"restrictions": {"minimum_amount": 5}}, "restrictions[minimum_amount_currency]"),
    ({"restrictions": {"minimum_amount_currency": "usd"}}, "restrictions[minimum_amount]"),
    ({"restrictions": {"currency_options": {"eur": {"minimum_amount": 5}}}},
     "restrictions[currency_options]"),
]  # fmt: skip


def test_what_is_no_promotion_code_is_refused(office: Office) -> None:
    name = coupon(office, max_redemptions=7)
    for sent, param in NO_CODES:
        whole = sent if sent.keys() & {"coupon", "promotion"} else sent | {"coupon": name}
        assert office.refused("/v1/promotion_codes", **whole)["param"] == param, sent
