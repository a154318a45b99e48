"""Discounts on a page: the merchant's, and those that whoever pays types in; redeemed once paid."""

import asyncio
from typing import Any

from bezant.rail.cards import Acquirer
from tests.catalogue.test_coupons import code, coupon
from tests.checkout.shop import (
    CHALLENGED,
    DECLINED,
    DONE,
    TYPED,
    Counting,
    authenticate,
    customer,
    led,
    price,
    session,
    state,
    text_of,
)
from tests.resources.office import Office
from tests.resources.shapes import faults

SESSIONS = "/v1/checkout/sessions"


def redeemed(office: Office, name: str) -> int:
    return office.get(f"/v1/coupons/{name}")["times_redeemed"]


def test_a_merchant_makes_a_session_cheaper(office: Office) -> None:
    name = coupon(office, percent_off=15, name="Spring")
    sent = {"discounts": [{"coupon": name}], "expand": ["line_items", "discounts.coupon"]}
    made = session(office, **sent)
    assert faults(made, "checkout.Session") == []
    assert (made["amount_subtotal"], made["amount_total"]) == (3_000, 2_550)
    assert made["total_details"]["amount_discount"] == 450
    assert made["discounts"][0]["coupon"]["name"] == "Spring"
    (line,) = made["line_items"]["data"]
    assert (line["amount_subtotal"], line["amount_discount"], line["amount_total"]) == (
        3_000, 450, 2_550,
    )  # fmt: skip
    assert redeemed(office, name) == 0
    browser, page = customer(office, made["url"])
    told = text_of(page)
    assert "30.00 USD" in told
    assert "Subtotal 30.00 USD Spring (15% off) -4.50 USD Total 25.50 USD" in told
    assert "Promotion code" not in told
    assert "Nothing has been charged" in text_of(
        browser.submit(page, TYPED | {"card_number": DECLINED})
    )
    assert redeemed(office, name) == 0
    led(browser, browser.submit(browser.open(made["url"]), TYPED))
    wanted = ["payment_intent", "line_items.data.discounts", "total_details.breakdown"]
    shown = office.get(f"{SESSIONS}/{made['id']}", expand=wanted)
    assert shown["payment_intent"]["amount_received"] == 2_550
    (whole,) = shown["total_details"]["breakdown"]["discounts"]
    (part,) = shown["line_items"]["data"][0]["discounts"]
    assert whole == part
    assert (whole["amount"], whole["discount"]["checkout_session"]) == (450, made["id"])
    assert redeemed(office, name) == 1


def test_whoever_pays_types_in_a_promotion_code(office: Office) -> None:
    tea = {"currency": "usd", "product_data": {"name": "Tea"}, "unit_amount": 1_000}
    items = [{"price_data": tea, "adjustable_quantity": {"enabled": True}}]
    made = session(office, line_items=items, allow_promotion_codes=True)
    name = office.post("/v1/coupons", amount_off=300, currency="usd")["id"]
    promo = code(
        office,
        coupon=name,
        code="HELLO",
        restrictions={"minimum_amount": 2_000, "minimum_amount_currency": "usd"},
    )["id"]
    browser, page = customer(office, made["url"])
    assert "Promotion code" in text_of(page)
    applied = browser.submit(page, {"promotion_code": "hello", "quantity_1": "2", "again": "1"})
    assert "Total 17.00 USD" in text_of(applied)
    assert 'role="alert"' not in applied.text
    unasked = browser.submit(page, TYPED | {"promotion_code": "hello", "quantity_1": "3"})
    assert "Nothing has been charged, for you have changed" in text_of(unasked)
    assert ("Total 27.00 USD" in text_of(unasked), 'value="Ada' in unasked.text) == (True, True)
    assert 'value="4242' not in unasked.text
    assert state(office, made["id"]) == ("open", "unpaid")
    wrong = browser.open(made["url"] + "?promotion_code=NOPE")
    assert "This is no promotion code that is valid here." in text_of(wrong)
    assert "Pay 10.00 USD" in text_of(wrong)
    refused = browser.submit(wrong, TYPED)
    assert "This is no promotion code that is valid here." in text_of(refused)
    assert state(office, made["id"]) == ("open", "unpaid")
    few = browser.open(made["url"] + "?promotion_code=hello")
    assert "for purchases of 20.00 USD and more" in text_of(few)
    enough = browser.open(made["url"] + "?promotion_code=hello&quantity_1=2")
    assert "Subtotal 20.00 USD hello -3.00 USD Total 17.00 USD" in text_of(enough)
    again = browser.submit(enough, TYPED | {"card_number": DECLINED})
    assert "Total 17.00 USD" in text_of(again)
    led(browser, browser.submit(again, TYPED))
    shown = office.get(f"{SESSIONS}/{made['id']}", expand=["payment_intent"])
    assert (shown["amount_subtotal"], shown["amount_total"]) == (2_000, 1_700)
    assert shown["discounts"] == [{"coupon": None, "promotion_code": promo}]
    assert shown["payment_intent"]["amount_received"] == 1_700
    assert redeemed(office, name) == 1
    assert office.get(f"/v1/promotion_codes/{promo}")["times_redeemed"] == 1


def test_a_code_that_was_typed_in_is_taken_out_again(office: Office) -> None:
    made = session(office, allow_promotion_codes=True)
    name = coupon(office, max_redemptions=1)
    code(office, coupon=name, code="HELLO")
    browser, _ = customer(office, made["url"])
    cheap = browser.open(made["url"] + "?promotion_code=HELLO")
    browser.submit(cheap, TYPED | {"card_number": DECLINED})
    assert "Total 24.00 USD" in text_of(browser.open(made["url"]))
    whole = browser.open(made["url"] + "?promotion_code=")
    assert "Pay 30.00 USD" in text_of(whole)
    led(browser, browser.submit(whole, TYPED))
    shown = office.get(f"{SESSIONS}/{made['id']}")
    assert (shown["amount_total"], shown["discounts"]) == (3_000, None)
    assert redeemed(office, name) == 0
    other = session(office, discounts=[{"coupon": name}])
    office.post(f"/v1/payment_pages/{other['id']}/confirm", payment_method="pm_card_visa")
    assert redeemed(office, name) == 1


def test_a_link_takes_promotion_codes(office: Office) -> None:
    items = [{"price": price(office), "quantity": 2}]
    link = office.post("/v1/payment_links", line_items=items, allow_promotion_codes=True)
    name = coupon(office, percent_off=50)
    code(office, coupon=name, code="HALF")
    browser, plain = customer(office, link["url"] + "?client_reference_id=order_7")
    told = browser.submit(plain, TYPED | {"promotion_code": "HALF"})
    assert "Nothing has been charged, for you have changed" in text_of(told)
    assert office.get(SESSIONS, payment_link=link["id"])["data"] == []
    assert browser.submit(told, TYPED).status_code == 303
    (first,) = office.get(SESSIONS, payment_link=link["id"])["data"]
    assert (first["amount_total"], first["client_reference_id"]) == (1_500, "order_7")
    browser, page = customer(office, link["url"] + "?promotion_code=half")
    assert "half (50% off) -15.00 USD Total 15.00 USD" in text_of(page)
    assert browser.submit(page, TYPED).status_code == 303
    paid, _ = office.get(SESSIONS, payment_link=link["id"])["data"]
    assert (paid["amount_total"], paid["payment_status"]) == (1_500, "paid")
    assert redeemed(office, name) == 2
    office.post(f"/v1/payment_links/{link['id']}", allow_promotion_codes=False)
    _, page = customer(office, link["url"] + "?promotion_code=half")
    assert "Pay 30.00 USD" in text_of(page)


def test_the_last_redemption_is_whose_bank_is_asked_first(office: Office) -> None:
    name = coupon(office, max_redemptions=1)
    first, second = (session(office, discounts=[{"coupon": name}]) for _ in range(2))
    browser, page = customer(office, first["url"])
    challenged = browser.submit(page, TYPED | {"card_number": CHALLENGED})
    assert challenged.status_code == 303
    rival, page = customer(office, second["url"])
    late = text_of(rival.submit(page, TYPED))
    assert "be had any more, and nothing has been charged" in late
    assert office.refused("/v1/customers", coupon=name)["code"] == "coupon_expired"
    assert office.get(f"/v1/coupons/{name}")["valid"] is True
    authenticate(office, first["id"], "failed")
    office.work()
    led(rival, rival.submit(page, TYPED))
    assert state(office, second["id"]) == ("complete", "paid")
    assert redeemed(office, name) == 1
    gone = text_of(browser.submit(browser.open(first["url"]), TYPED))
    assert "be had any more, and nothing" in gone
    office.pass_time(days=1, seconds=1)
    office.work()
    assert state(office, first["id"]) == ("expired", "unpaid")


def test_a_redemption_of_a_page_that_ends_is_anybodys(office: Office) -> None:
    name = coupon(office, max_redemptions=1)
    made = session(office, discounts=[{"coupon": name}])
    path = f"{SESSIONS}/{made['id']}/expire"
    acquirer = Counting(office.runtime.ports[Acquirer], lambda: office.send("POST", path))
    office.runtime.ports[Acquirer], before = acquirer, office.runtime.ports[Acquirer]
    try:
        browser, page = customer(office, made["url"])
        browser.submit(page, TYPED)
        office.work()
    finally:
        office.runtime.ports[Acquirer] = before
    assert (state(office, made["id"])[0], acquirer.held) == ("expired", set())
    assert office.post("/v1/customers", coupon=name)["discount"] is not None


def test_a_price_that_was_promised_is_kept_whatever_becomes_of_the_coupon(office: Office) -> None:
    name = coupon(office)
    made = session(office, discounts=[{"coupon": name}])
    browser, page = customer(office, made["url"])
    answer = browser.submit(page, TYPED | {"card_number": CHALLENGED})
    office.delete(f"/v1/coupons/{name}")
    authenticate(office, made["id"], "succeeded")
    led(browser, answer)
    assert office.get(f"{SESSIONS}/{made['id']}")["amount_total"] == 2_400


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"discounts": [{"coupon": "none"}]}, "discounts[0][coupon]"),
    ({"discounts": [{"coupon": "ALL", "promotion_code": "x"}]}, "discounts[0]"),
    ({"discounts": [{"coupon": "ALL"}]}, "discounts[0][coupon]"),
    ({"discounts": [{"coupon": "EUR"}]}, "discounts[0][coupon]"),
    ({"discounts": [{"coupon": "EUR"}, {"coupon": "ALL"}]}, "discounts"),
    ({"discounts": [{"coupon": "ALL"}], "allow_promotion_codes": True}, "allow_promotion_codes"),
]


def test_what_cannot_make_a_session_cheaper_is_refused(office: Office) -> None:
    coupon(office, id="ALL", percent_off=100)
    office.post("/v1/coupons", id="EUR", amount_off=100, currency="eur")
    for sent, param in REFUSED:
        items = [{"price": price(office), "quantity": 1}]
        refused = office.refused(SESSIONS, line_items=items, success_url=DONE, **sent)
        assert refused["param"] == param, sent
    setup = office.refused(SESSIONS, mode="setup", success_url=DONE, allow_promotion_codes=True)
    assert setup["param"] == "allow_promotion_codes"


def test_as_many_pay_less_at_once_as_may(office: Office) -> None:
    name = coupon(office, max_redemptions=2)
    made = [session(office, discounts=[{"coupon": name}])["id"] for _ in range(5)]

    async def all_at_once() -> list[int]:
        asked = [
            office.send("POST", f"/v1/payment_pages/{each}/confirm",
                        {"payment_method": "pm_card_visa"}) for each in made
        ]  # fmt: skip
        return sorted(answer.status for answer in await asyncio.gather(*asked))

    assert office.run(all_at_once()) == [200, 200, 400, 400, 400]
    assert redeemed(office, name) == 2
    paid = [each["amount"] for each in office.get("/v1/charges")["data"]]
    assert paid == [2_400, 2_400]
