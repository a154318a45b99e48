"""Payments by card held to an account's rules, reviews of them, and the lists that rules read."""

from typing import Any

import pytest

from tests.payments.cards import Shop, days_pass


def rule(shop: Shop, action: str, *conditions: tuple[str, str, str], **more: Any) -> Any:
    told = [dict(zip(("attribute", "operator", "value"), each, strict=True))
            for each in conditions]  # fmt: skip
    return shop.post("/v1/radar/rules", action=action, conditions=told, **more)


OUTCOMES = [
    ("visa", "authorized", "approved_by_network", None, "normal"),
    ("riskLevelElevated", "manual_review", "approved_by_network", "elevated_risk_level",
     "elevated"),
    ("riskLevelHighest", "blocked", "reversed_after_approval", "highest_risk_level", "highest"),
    ("radarBlock", "blocked", "not_sent_to_network", "highest_risk_level", "highest"),
    ("cvcCheckFail", "authorized", "approved_by_network", None, "normal"),
]  # fmt: skip


def test_what_becomes_of_each_risk_without_rules_of_ones_own(shop: Shop):
    for card, kind, status, reason, level in OUTCOMES:
        outcome = shop.pay(card)["outcome"]
        assert (outcome["type"], outcome["network_status"]) == (kind, status)
        assert (outcome["reason"], outcome["risk_level"]) == (reason, level)
        assert outcome["network_decline_code"] is None


def test_what_is_blocked_afterwards_is_given_back_to_the_card(shop: Shop):
    charge = shop.pay("riskLevelHighest")
    assert (charge["status"], charge["failure_code"]) == ("failed", "card_declined")
    days_pass(shop.office)
    states = "SELECT state, captured FROM authorization WHERE amount >= 0 AND card <> ''"
    assert ("closed", 0) in shop.office.cards.books.rows(states)
    assert shop.ledger() == {}


def test_a_rule_blocks_before_the_network_is_asked(shop: Shop):
    made = rule(shop, "block", ("card_country", "is", "US"), ("amount", "more_than", "999"))
    assert made["predicate"] == ":card_country: = 'US' and :amount: > 999"
    outcome = shop.pay("visa")["outcome"]
    assert (outcome["network_status"], outcome["reason"]) == ("not_sent_to_network", "rule")
    assert outcome["rule"] == made["id"]
    assert "risk_score" not in outcome
    assert shop.pay(amount=999)["status"] == "succeeded"
    error = shop.ask("POST", "/v1/charges", amount=5_000, currency="usd", source="tok_visa").error
    assert (error["code"], error["decline_code"]) == ("card_declined", "fraudulent")
    shop.post(f"/v1/radar/rules/{made['id']}", enabled=False)
    assert shop.pay("visa")["status"] == "succeeded"
    assert shop.delete(f"/v1/radar/rules/{made['id']}")["deleted"]
    assert shop.refused(f"/v1/radar/rules/{made['id']}", verb="GET")["status"] == 404


def test_a_code_that_is_wrong_may_be_blocked_and_a_known_payer_allowed(shop: Shop):
    rule(shop, "block", ("cvc_check", "is", "fail"))
    assert shop.pay("cvcCheckFail")["outcome"]["type"] == "blocked"
    customer = shop.post("/v1/customers", name="Ada")["id"]
    shop.post("/v1/radar/value_list_items", value_list="customer_id_allowlist", value=customer)
    allowed = shop.pay("cvcCheckFail", customer=customer)
    assert (allowed["status"], allowed["outcome"]["reason"]) == ("succeeded", "rule")


def test_an_account_may_decline_what_does_not_match(shop: Shop):
    office, path = shop.office, f"/v1/accounts/{shop.account}"
    choice = {"cvc_failure": True, "avs_failure": False}
    office.post(path, settings={"card_payments": {"decline_on": choice}})
    declined = shop.pay("cvcCheckFail")
    assert (declined["status"], declined["failure_code"]) == ("failed", "incorrect_cvc")
    assert declined["outcome"]["network_status"] == "reversed_after_approval"
    assert declined["outcome"]["network_decline_code"] is None
    assert shop.pay("avsZipFail")["status"] == "succeeded"
    office.post(path, settings={"card_payments": {"decline_on": {"avs_failure": True}}})
    assert shop.pay("avsZipFail")["failure_code"] == "incorrect_zip"
    assert shop.pay("visa")["status"] == "succeeded"


def test_payments_of_listed_cards_are_blocked_until_they_are_taken_out(shop: Shop):
    mark = shop.pay("visa")["payment_method_details"]["card"]["fingerprint"]
    item = shop.post(
        "/v1/radar/value_list_items", value_list="card_fingerprint_blocklist", value=mark
    )
    assert shop.pay("visa")["outcome"]["type"] == "blocked"
    assert shop.pay("mastercard")["status"] == "succeeded"
    shop.post("/v1/radar/value_list_items", value_list="card_bin_blocklist", value="555555")
    assert shop.pay("mastercard")["outcome"]["type"] == "blocked"
    shop.delete(f"/v1/radar/value_list_items/{item['id']}")
    assert shop.pay("visa")["status"] == "succeeded"


def test_who_tries_too_often_is_stopped_for_an_hour(shop: Shop):
    rule(shop, "block", ("tries_of_card_in_hour", "more_than", "2"))
    rule(shop, "review", ("tries_of_email_in_day", "more_than", "1"))
    assert [shop.pay("visa")["status"] for _ in range(4)] == ["succeeded"] * 3 + ["failed"]
    shop.office.pass_time(hours=1, seconds=1)
    assert shop.pay("visa")["status"] == "succeeded"
    mailed = [shop.pay("mastercard", receipt_email="a@example.com") for _ in range(3)]
    assert [each["outcome"]["type"] for each in mailed] == ["authorized"] * 2 + ["manual_review"]


def test_an_address_is_known_from_the_mandate(shop: Shop):
    rule(shop, "review", ("tries_of_ip_address_in_day", "more_than", "0"))
    shop.post(
        "/v1/radar/value_list_items", value_list="client_ip_address_blocklist", value="203.0.113.9"
    )

    def agreed(address: str) -> Any:
        online = {"ip_address": address, "user_agent": "A browser"}
        said = {"customer_acceptance": {"type": "online", "online": online}}
        return shop.pay(mandate_data=said)

    assert agreed("203.0.113.9")["outcome"]["type"] == "blocked"
    assert agreed("203.0.113.7")["outcome"]["type"] == "authorized"
    again = agreed("203.0.113.7")
    assert again["outcome"]["type"] == "manual_review"
    assert shop.get(f"/v1/reviews/{again['review']}")["ip_address"] == "203.0.113.7"


def test_a_rule_is_tried_on_the_past(shop: Shop):
    for amount in (100, 200, 300):
        shop.pay(amount=amount)
    shop.pay("mastercard", amount=400)
    big = {"attribute": "amount", "operator": "more_than", "value": "150"}
    visa = {"attribute": "card_brand", "operator": "is", "value": "visa"}
    often = {"attribute": "tries_of_card_in_day", "operator": "more_than", "value": "1"}
    test = shop.post("/v1/radar/rules/test", conditions=[big, visa])
    assert (test["examined"], test["matched"], test["amounts"]) == (4, 2, {"usd": 500})
    assert shop.post("/v1/radar/rules/test", conditions=[often])["amounts"] == {"usd": 300}


def bank(shop: Shop, kind: str = "us_bank_account", **params: Any) -> Any:
    """Try to pay out of a bank account, and return the charge, whatever came of it."""
    named = {"billing_details": {"name": "Ada", "email": "ada@example.com"}}
    iban = {"type": kind, "sepa_debit": {"iban": "AT611904300234573201"}, **named}
    how = {"currency": "eur", "payment_method_data": iban}
    if kind == "us_bank_account":
        how = {"currency": "usd", "payment_method": "pm_usBankAccount_success"}
    given = {"amount": 10_000, "confirm": True, "allowed_payment_method_types": [kind], **how}
    answer = shop.ask("POST", "/v1/payment_intents", **given, **params)
    name = answer.json["latest_charge"] if answer.status == 200 else answer.error["charge"]
    charge = shop.get(f"/v1/charges/{name}")
    intent = shop.get(f"/v1/payment_intents/{charge['payment_intent']}")
    assert (answer.status, intent["status"]) == (
        (200, "processing") if charge["status"] == "pending" else (402, "requires_payment_method")
    )
    assert (intent["review"], intent["latest_charge"]) == (charge["review"], name)
    return charge


def test_what_a_bank_carries_is_held_to_the_rules_before_it_is_asked(shop: Shop):
    path, kinds = "/v1/radar/value_lists", ("us_bank_account", "sepa_debit")
    for kind, country in zip(kinds, ("US", "AT"), strict=True):
        charge = bank(shop, kind)
        assert (charge["status"], charge["outcome"]["type"]) == ("pending", "authorized")
        mark = f"{kind}_fingerprint"
        listed = shop.post(path, alias=f"bad_{kind}", name="Bad", item_type=mark)["id"]
        stop = rule(
            shop, "block", (mark, "in_list", listed), ("bank_account_country", "is", country)
        )
        assert bank(shop, kind)["status"] == "pending"
        value = charge["payment_method_details"][kind]["fingerprint"]
        shop.post("/v1/radar/value_list_items", value_list=listed, value=value)
        before = shop.ledger()
        stopped = bank(shop, kind)
        outcome = stopped["outcome"]
        assert (outcome["type"], outcome["network_status"], outcome["rule"]) == (
            "blocked",
            "not_sent_to_network",
            stop["id"],
        )
        assert (stopped["paid"], stopped["captured"], stopped["balance_transaction"]) == (
            False,
            False,
            None,
        )
        assert stopped["failure_code"] == "payment_intent_payment_attempt_failed"
        assert shop.ledger() == before
    shop.post("/v1/radar/value_list_items", value_list="email_allowlist", value="ada@example.com")
    allowed = bank(shop, "sepa_debit")
    assert (allowed["status"], allowed["outcome"]["reason"]) == ("pending", "rule")
    # A rule is tried on bank payments of the past as well.
    seen = {"attribute": "payment_method_type", "operator": "is", "value": "sepa_debit"}
    tried = shop.post("/v1/radar/rules/test", conditions=[seen])
    assert (tried["examined"], tried["matched"]) == (7, 4)


def test_bank_accounts_that_try_too_often_are_looked_at(shop: Shop):
    rule(shop, "review", ("tries_of_bank_account_in_hour", "more_than", "1"))
    found = [bank(shop) for _ in range(3)]
    assert [each["outcome"]["type"] for each in found] == ["authorized"] * 2 + ["manual_review"]
    assert shop.get(f"/v1/reviews/{found[2]['review']}")["open"]
    for kind in ("submitted", "settled", "returned"):
        assert shop.office.hear(found[2]["id"], kind, account=shop.account) == 1
    while shop.office.work():
        pass
    assert shop.get(f"/v1/charges/{found[2]['id']}")["status"] == "failed"
    closed = shop.get(f"/v1/reviews/{found[2]['review']}")
    assert (closed["open"], closed["closed_reason"]) == (False, "payment_never_settled")


WRONG = [
    (("amount", "more_than", "ten"), "conditions[0][value]"),
    (("amount", "in_list", "x"), "conditions[0][operator]"),
    (("email", "more_than", "x"), "conditions[0][operator]"),
    (("email", "in_list", "nowhere"), "conditions[0][value]"),
    (("tries_of_card_in_day", "more_than", "1001"), "conditions[0][value]"),
    (("weather", "is", "bad"), "conditions[0][attribute]"),
]


def test_what_cannot_be_compared_is_refused(shop: Shop):
    for condition, param in WRONG:
        told = dict(zip(("attribute", "operator", "value"), condition, strict=True))
        error = shop.refused("/v1/radar/rules", action="block", conditions=[told])
        assert error["param"] == param, condition


def reviewed(shop: Shop) -> Any:
    charge = shop.pay("riskLevelElevated")
    days_pass(shop.office)
    intent = shop.get(f"/v1/payment_intents/{charge['payment_intent']}")
    assert intent["review"] == charge["review"]
    return shop.get(f"/v1/reviews/{charge['review']}", expand=["charge"])


def approved(shop: Shop, review: Any) -> None:
    assert shop.post(f"/v1/reviews/{review['id']}/approve")["closed_reason"] == "approved"
    assert "closed" in shop.refused(f"/v1/reviews/{review['id']}/approve")["message"]


def refunded(shop: Shop, review: Any) -> None:
    shop.post("/v1/refunds", charge=review["charge"]["id"])


def refunded_as_fraud(shop: Shop, review: Any) -> None:
    charge = review["charge"]["id"]
    shop.post("/v1/refunds", charge=charge, reason="fraudulent", amount=9_000)
    shop.post("/v1/refunds", charge=charge, reason="fraudulent")
    assert shop.get(f"/v1/charges/{charge}")["fraud_details"] == {"user_report": "fraudulent"}
    again = shop.pay("riskLevelElevated")
    assert (again["outcome"]["type"], again["outcome"]["reason"]) == ("blocked", "rule")


@pytest.mark.parametrize("how", [approved, refunded, refunded_as_fraud])
def test_a_review_is_open_until_something_is_done(shop: Shop, how: Any):
    review = reviewed(shop)
    assert (review["open"], review["reason"], review["opened_reason"]) == (True, "rule", "rule")
    assert shop.listed("/v1/reviews") == [review["id"]]
    how(shop, review)
    closed = shop.get(f"/v1/reviews/{review['id']}")
    assert (closed["open"], closed["closed_reason"]) == (False, how.__name__)
    assert shop.listed("/v1/reviews") == []
    assert shop.events("review.") == ["opened", "closed"]


def test_a_review_closes_when_its_payment_is_disputed_or_canceled(shop: Shop):
    rule(shop, "review", ("currency", "is", "usd"))
    charge = shop.pay("createDispute")
    held = shop.pay("visa", capture_method="manual")
    days_pass(shop.office)
    shop.post(f"/v1/payment_intents/{held['payment_intent']}/cancel")
    for name, reason in ((charge["review"], "disputed"), (held["review"], "canceled")):
        assert shop.get(f"/v1/reviews/{name}")["closed_reason"] == reason


def test_lists_begin_with_those_that_everybody_has(shop: Shop):
    path = "/v1/radar/value_lists"
    own = shop.post(path, alias="good_mail", name="Good", item_type="email")
    names = [shop.get(path, limit=100)["data"][at]["alias"] for at in (0, 1, -1)]
    assert names == ["good_mail", "email_domain_blocklist", "card_bin_allowlist"]
    pages: list[str] = []
    while len(pages) < 17:
        after = {"starting_after": pages[-1]} if pages else {}
        page = shop.get(path, limit=4, **after)
        pages += [each["id"] for each in page["data"]]
        assert page["has_more"] == (len(pages) < 17)
    assert len(set(pages)) == 17
    before = shop.get(path, limit=4, ending_before=pages[8])
    assert [each["id"] for each in before["data"]] == pages[4:8]
    added = shop.post(f"{path.removesuffix('s')}_items", value_list="good_mail", value="A@b.c")
    assert shop.listed(path, contains="a@B.c") == [own["id"]]
    shown = shop.get(f"{path}/{own['id']}")
    assert [each["id"] for each in shown["list_items"]["data"]] == [added["id"]]
    twice = shop.refused("/v1/radar/value_list_items", value_list=own["id"], value="a@B.C")
    assert twice["code"] == "resource_already_exists"
    found = shop.listed("/v1/radar/value_list_items", value_list=own["id"], value="a@b.c")
    assert found == [added["id"]]
    assert shop.refused(path, alias="good_mail", name="x")["param"] == "alias"
    assert shop.post(f"{path}/{own['id']}", name="Better")["name"] == "Better"
    assert "Every account" in shop.refused(f"{path}/{pages[-1]}", name="x")["message"]
    used = rule(shop, "allow", ("email", "in_list", "good_mail"))
    assert used["id"] in shop.refused(f"{path}/{own['id']}", verb="DELETE")["message"]
    shop.delete(f"/v1/radar/rules/{used['id']}")
    assert shop.delete(f"{path}/{own['id']}")["deleted"]


TYPES = [
    ("account", "acct_1", "cus_1"),
    ("card_bin", "424242", "42424"),
    ("card_fingerprint", "f1", "f 1"),
    ("country", "de", "DEU"),
    ("customer_id", "cus_1", "1"),
    ("email", "a@b.c", "a"),
    ("ip_address", "203.0.113.9", "203.0.113"),
    ("sepa_debit_fingerprint", "f1", "-"),
]


def test_values_are_of_their_lists_type(shop: Shop):
    path = "/v1/radar/value_list_items"
    for kind, good, bad in TYPES:
        sent = {"alias": f"all_{kind}", "name": "x", "item_type": kind}
        made = shop.post("/v1/radar/value_lists", **sent)
        assert shop.refused(path, value_list=made["id"], value=bad)["param"] == "value", kind
        assert shop.post(path, value_list=made["id"], value=good)["value"] == good
