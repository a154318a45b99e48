"""v2 accounts: the same accounts through the other face, and what is told of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.resources.connect.v2_fields import ACCOUNT, PERSON, Pair, found, put, shown, told
from tests.resources.office import LIVE_SECRET, OTHER_SECRET, Office

PATH = "/v2/core/accounts"
ALL = [
    *("configuration.customer", "configuration.merchant", "configuration.recipient"),
    *("defaults", "future_requirements", "identity", "requirements"),
]
TRANSFERS = {"stripe_balance": {"stripe_transfers": {"requested": True}}}
CARDS = {"card_payments": {"requested": True}}
ADA = {
    "given_name": "Ada",
    "surname": "Byron",
    "email": "ada@example.com",
    "phone": "+14155550100",
    "date_of_birth": {"day": 1, "month": 1, "year": 1901},
    "address": {"line1": "1 Main St", "city": "Reno", "state": "NV", "postal_code": "89501",
                "country": "us"},
    "id_numbers": [{"type": "us_ssn_last_4", "value": "0000"}],
}  # fmt: skip
TERMS = {"account": {"date": "2026-03-02T15:00:00Z", "ip": "192.0.2.1"}}
SHOP = {
    "contact_email": "shop@example.com",
    "contact_phone": "+14155550111",
    "dashboard": "none",
    "display_name": "The shop",
    "configuration": {
        "merchant": {
            "capabilities": CARDS,
            "mcc": "5734",
            "statement_descriptor": {"descriptor": "THE SHOP", "prefix": "SHOP"},
            "support": {"phone": "+14155550112", "address": {"city": "Reno", "town": "Sparks"}},
        },
        "recipient": {"capabilities": TRANSFERS},
    },
    "defaults": {
        "profile": {"business_url": "https://shop.example.com", "doing_business_as": "Shop"},
        "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
        "locales": ["en-US"],
    },
    "identity": {
        "country": "us",
        "entity_type": "individual",
        "individual": ADA,
        "attestations": {"terms_of_service": TERMS},
    },
    "metadata": {"a": "b"},
}
LOUD = {"include": ALL}


@pytest.fixture(scope="module")
def office(shared_database: str) -> Iterator[Office]:
    """One platform for all of them."""
    office = Office(shared_database)
    yield office
    office.close()


def bank(office: Office, account: str) -> None:
    office.post(f"/v1/accounts/{account}/external_accounts", external_account="btok_us_verified")


def entries(account: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["description"]: each for each in account["requirements"]["entries"]}


def types(office: Office, account: str) -> list[str]:
    listed = office.get("/v2/core/events", account, limit=100)["data"]
    return [each["type"] for each in reversed(listed) if each["type"].startswith("v2.")]


def values(pair: Pair) -> st.SearchStrategy[Any]:
    if pair.kind == "flag":
        return st.booleans()
    return (
        st.just("2026-03-02T15:00:00.000Z") if pair.kind == "moment" else st.text("ab", min_size=1)
    )


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([ACCOUNT, PERSON]), st.data())
def test_what_is_said_is_shown_again(pairs: Any, data: Any) -> None:
    """No two fields of v2 are kept at the same place in v1, and what goes there comes back."""
    sent: dict[str, Any] = {}
    for pair in pairs:
        put(sent, pair.second, data.draw(values(pair)))
    back = shown(told(sent, pairs), {}, pairs)
    assert [each for each in pairs if found(back, each.second) != found(sent, each.second)] == []
    assert len({each.first for each in pairs}) == len({each.second for each in pairs})


def test_both_faces_show_the_same_account(office: Office) -> None:
    made = office.post(PATH, **SHOP, **LOUD)
    path = f"/v1/accounts/{made['id']}"
    first = office.get(path)
    assert (first["type"], first["country"], first["business_type"]) == (
        "custom",
        "US",
        "individual",
    )
    assert (first["email"], first["metadata"]) == ("shop@example.com", {"a": "b"})
    profile = first["business_profile"]
    assert (profile["mcc"], profile["url"], profile["name"], profile["support_phone"]) == (
        "5734", "https://shop.example.com", "Shop", "+14155550112",
    )  # fmt: skip
    assert first["settings"]["payments"]["statement_descriptor"] == "THE SHOP"
    assert first["settings"]["dashboard"]["display_name"] == "The shop"
    assert first["tos_acceptance"]["date"] == 1772463600
    assert first["capabilities"] == {"card_payments": "active", "transfers": "active"}
    person = first["individual"]
    assert (person["first_name"], person["dob"]["year"], person["ssn_last_4_provided"]) == (
        "Ada", 1901, True,
    )  # fmt: skip
    office.post(path, business_profile={"mcc": "5999"}, individual={"last_name": "King"},
                company={"name": "Shop Inc", "tax_id": "000000000"})  # fmt: skip
    again = office.get(f"{PATH}/{made['id']}", **LOUD)
    merchant = again["configuration"]["merchant"]
    assert (merchant["mcc"], merchant["support"]["address"]["town"]) == ("5999", "Sparks")
    assert merchant["capabilities"]["card_payments"] == {"status": "active", "status_details": []}
    assert merchant["capabilities"]["stripe_balance"]["payouts"]["status"] == "restricted"
    identity = again["identity"]
    assert identity["individual"]["surname"] == "King"
    assert identity["individual"]["id_numbers"] == [{"type": "us_ssn_last_4"}]
    assert identity["business_details"]["registered_name"] == "Shop Inc"
    assert identity["business_details"]["id_numbers"] == [{"registrar": None, "type": "us_ein"}]
    assert identity["attestations"]["terms_of_service"]["account"]["date"] == (
        "2026-03-02T15:00:00.000Z"
    )
    assert again["defaults"]["locales"] == ["en-US"]
    assert again["defaults"]["responsibilities"] == {
        "fees_collector": "application", "losses_collector": "application",
        "requirements_collector": "application",
    }  # fmt: skip
    assert (again["contact_phone"], again["dashboard"]) == ("+14155550111", "none")
    bank(office, made["id"])
    ready = office.get(f"{PATH}/{made['id']}", **LOUD)
    (method,) = ready["defaults"]["payout_methods"].items()
    assert method[0] == "usd"
    assert method[1].startswith("ba_")
    assert (
        ready["configuration"]["recipient"]["capabilities"]["stripe_balance"]["payouts"]["status"]
        == "active"
    )


def test_an_account_of_v1_is_seen_too(office: Office) -> None:
    first = office.post("/v1/accounts", type="express", email="e@example.com", country="GB",
                        capabilities={"transfers": {"requested": True}})  # fmt: skip
    second = office.get(f"{PATH}/{first['id']}", **LOUD)
    assert (second["dashboard"], second["applied_configurations"]) == ("express", ["recipient"])
    assert (second["identity"]["country"], second["defaults"]["currency"]) == ("GB", "gbp")
    assert second["configuration"] | {"recipient": None} == dict.fromkeys(second["configuration"])
    status = second["configuration"]["recipient"]["capabilities"]["stripe_balance"]
    assert status["stripe_transfers"] == {
        "status": "restricted",
        "status_details": [{"code": "requirements_past_due", "resolution": "provide_info"}],
    }
    assert office.listed(PATH, limit=1) == [first["id"]]


def test_parts_are_null_unless_they_are_asked_for(office: Office) -> None:
    parts = ("configuration", "defaults", "future_requirements", "identity", "requirements")
    made = office.post(PATH, **SHOP)
    assert [made[name] for name in parts] == [None] * 5
    for name in ("defaults", "identity", "requirements"):
        got = office.get(f"{PATH}/{made['id']}", include=[name])
        assert [each for each in parts if got[each] is not None] == [name]
    got = office.get(f"{PATH}/{made['id']}", include=["configuration.merchant"])["configuration"]
    assert (got["merchant"]["applied"], got["recipient"], got["customer"]) == (True, None, None)
    refused = office.refused(f"{PATH}/{made['id']}", verb="GET", include=["secrets"])
    assert refused["param"] == "include[0]"


def test_null_unsets_and_the_rest_stays(office: Office) -> None:
    made = office.post(PATH, **SHOP)
    changed = office.post(
        f"{PATH}/{made['id']}",
        contact_email=None,
        contact_phone=None,
        configuration={"merchant": {"support": None}},
        identity={
            "individual": {"address": None, "id_numbers": None, "nationalities": ["gb", "us"]},
            "business_details": {"structure": "trust"},
        },
        metadata={"a": None, "c": "d"},
        **LOUD,
    )
    assert (changed["contact_email"], changed["contact_phone"]) == (None, None)
    assert (changed["configuration"]["merchant"]["support"], changed["metadata"]) == (
        None, {"c": "d"},
    )  # fmt: skip
    person = changed["identity"]["individual"]
    assert (person["address"], person["id_numbers"], person["surname"]) == (None, None, "Byron")
    assert person["nationalities"] == ["GB", "US"]
    assert changed["identity"]["business_details"]["structure"] == "trust"
    first = office.get(f"/v1/accounts/{made['id']}")
    assert first["individual"]["nationality"] == "GB"
    assert first["company"].get("structure") is None
    changed = office.post(f"{PATH}/{made['id']}", **LOUD,
                          identity={"business_details": {"structure": "llc"}})  # fmt: skip
    assert changed["identity"]["business_details"]["structure"] == "llc"


def test_configurations_come_and_go(office: Office) -> None:
    made = office.post(PATH, configuration={"customer": {"shipping": {"name": "Ada"}}}, **LOUD)
    path = f"{PATH}/{made['id']}"
    assert (made["applied_configurations"], made["dashboard"]) == (["customer"], "none")
    assert made["configuration"]["customer"]["shipping"]["name"] == "Ada"
    both = office.post(path, configuration={"recipient": {"capabilities": TRANSFERS}})
    assert both["applied_configurations"] == ["customer", "recipient"]
    gone = office.post(path, configuration={"recipient": {"applied": False}})
    assert gone["applied_configurations"] == ["customer"]
    assert office.get(f"/v1/accounts/{made['id']}")["capabilities"] == {}
    back = office.post(path, configuration={"recipient": {"applied": True}}, **LOUD)
    assert back["configuration"]["recipient"] == {"applied": True, "capabilities": None}


def test_an_account_pays_as_a_customer(office: Office) -> None:
    payer = office.post(PATH, contact_email="ada@example.com", display_name="Ada",
                        configuration={"customer": {"applied": True}})["id"]  # fmt: skip
    card = office.post("/v1/payment_methods", type="card", card={"token": "tok_visa"})["id"]
    kept = office.post(f"/v1/payment_methods/{card}/attach", customer_account=payer)
    customer = kept["customer"]
    assert (customer, kept["customer_account"]) == (payer.replace("acct_", "cus_"), payer)
    shown = office.get(f"/v1/customers/{customer}")
    assert (shown["name"], shown["email"]) == ("Ada", "ada@example.com")
    assert shown["customer_account"] == payer
    who = {"customer": customer, "customer_account": payer}
    for named in (who, {"customer": customer}, {"customer_account": payer}):
        made = office.post("/v1/setup_intents", payment_method=card, confirm=True, **named)
        assert {name: made[name] for name in who} == who
        paid = office.post("/v1/payment_intents", amount=500, currency="usd", confirm=True,
                           payment_method=card, **named)  # fmt: skip
        assert (paid["status"], {name: paid[name] for name in who}) == ("succeeded", who)
    opened = office.post("/v1/payment_intents", amount=500, currency="usd")["id"]
    changed = office.post(f"/v1/payment_intents/{opened}", customer_account=payer)
    assert {name: changed[name] for name in who} == who
    shirt = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "A shirt"}}
    session = office.post("/v1/checkout/sessions", customer_account=payer, mode="payment",
                          line_items=[{"price_data": shirt, "quantity": 1}],
                          success_url="https://shop.example.com")  # fmt: skip
    assert {name: session[name] for name in who} == who
    assert office.listed("/v1/checkout/sessions", customer_account=payer) == [session["id"]]
    for path, count in (("payment_intents", 4), ("setup_intents", 3), ("payment_methods", 1)):
        assert len(office.listed(f"/v1/{path}", customer_account=payer)) == count, path
    let_go = office.post(f"/v1/payment_methods/{card}/detach")
    assert (let_go["customer"], let_go["customer_account"]) == (None, None)
    seller = office.open_account()
    for account, wrong in ((None, seller), (None, "acct_none"), (seller, payer)):
        error = office.refused("/v1/payment_intents", account, amount=500, currency="usd",
                               customer_account=wrong)  # fmt: skip
        assert error["param"] == "customer_account"


def test_lists_are_filtered_and_paged(office: Office) -> None:
    recipients = [
        office.post(PATH, configuration={"recipient": {"capabilities": TRANSFERS}})["id"]
        for _ in range(3)
    ]
    both = office.post(PATH, **SHOP)["id"]
    office.post("/v1/accounts", type="custom")
    assert office.listed(PATH, applied_configurations=["merchant"], limit=1) == [both]
    first = office.get(PATH, applied_configurations=["recipient"], limit=2)
    assert [each["id"] for each in first["data"]] == [both, recipients[2]]
    after = office.get(first["next_page_url"])
    assert [each["id"] for each in after["data"]] == [recipients[1], recipients[0]]
    assert office.get(after["previous_page_url"])["data"] == first["data"]
    all_of = ["merchant", "recipient"]
    assert office.listed(PATH, applied_configurations=all_of, limit=1) == [both]
    customers = office.listed(PATH, applied_configurations=["customer"])
    assert {*customers}.isdisjoint({both, *recipients})


def test_a_closed_account_is_shown_as_such(office: Office) -> None:
    made = office.post(PATH, **SHOP)["id"]
    path = f"{PATH}/{made}"
    office.fund(500)
    office.post("/v1/transfers", amount=500, currency="usd", destination=made)
    assert "has money" in office.refused(f"{path}/close")["message"]
    (transfer,) = office.listed("/v1/transfers")
    office.post(f"/v1/transfers/{transfer}/reversals")
    wrong = office.refused(f"{path}/close", applied_configurations=["merchant"])
    assert wrong["param"] == "applied_configurations"
    closed = office.post(f"{path}/close", applied_configurations=["merchant", "recipient"])
    assert (closed["closed"], closed["applied_configurations"]) == (True, [])
    assert office.get(path) == closed
    assert made not in office.listed(PATH)
    assert office.listed(PATH, closed=True) == [made]
    assert office.refused(f"/v1/accounts/{made}", verb="GET")["status"] == 403
    assert "closed" in office.refused(path, contact_email="x@example.com")["message"]
    plain = office.post("/v1/accounts", type="custom")["id"]
    office.delete(f"/v1/accounts/{plain}")
    assert office.listed(PATH, closed=True) == [plain, made]


def test_requirements_have_an_entry_each(office: Office) -> None:
    made = office.post(PATH, dashboard="express", **LOUD, configuration={
        "merchant": {"capabilities": CARDS}, "recipient": {"capabilities": TRANSFERS},
    })  # fmt: skip
    told = entries(made)
    assert {
        "identity.entity_type", "configuration.merchant.mcc", "defaults.profile.business_url",
        "identity.attestations.terms_of_service.account.date", "external_account",
    } <= told.keys()  # fmt: skip
    mcc = told["configuration.merchant.mcc"]
    assert (mcc["awaiting_action_from"], mcc["minimum_deadline"]) == (
        "user",
        {"status": "past_due"},
    )
    assert mcc["requested_reasons"] == [{"code": "routine_onboarding"}]
    assert mcc["impact"]["restricts_capabilities"] == [
        {"capability": name, "configuration": kind, "deadline": {"status": "past_due"}}
        for name, kind in (
            ("card_payments", "merchant"), ("stripe_balance.stripe_transfers", "recipient"),
        )
    ]  # fmt: skip
    assert told["external_account"]["impact"]["restricts_capabilities"][0]["capability"] == (
        "stripe_balance.payouts"
    )
    assert made["requirements"]["summary"]["minimum_deadline"] == {
        "status": "past_due", "time": None,
    }  # fmt: skip
    (way,) = made["requirements"]["alternatives"]
    assert way["original_entries"][0]["description"] == "defaults.profile.business_url"
    assert [each["description"] for each in way["options"][0]["entries"]] == [
        "defaults.profile.product_description"
    ]


def test_a_failed_verification_is_an_entry_with_its_error(office: Office) -> None:
    wrong = ADA | {"id_numbers": [{"type": "us_ssn", "value": "111111111"}]}
    made = office.post(PATH, **SHOP | {"identity": SHOP["identity"] | {"individual": wrong}})
    bank(office, made["id"])
    waiting = entries(office.get(f"{PATH}/{made['id']}", **LOUD))
    assert waiting["identity.individual.id_numbers.us_ssn"]["awaiting_action_from"] == "stripe"
    while office.work():
        pass
    entry = entries(office.get(f"{PATH}/{made['id']}", **LOUD))[
        "identity.individual.documents.primary_verification"
    ]
    assert [each["code"] for each in entry["errors"]] == ["verification_failed_id_number_match"]
    assert entry["requested_reasons"] == [{"code": "routine_verification"}]
    paper = {"type": "front_back", "front_back": {"front": "file_identity_document_success"}}
    shows = {"individual": {"documents": {"primary_verification": paper}}}
    office.post(f"{PATH}/{made['id']}", identity=shows)
    while office.work():
        pass
    done = office.get(f"{PATH}/{made['id']}", **LOUD)
    assert done["requirements"]["entries"] == []
    assert done["requirements"]["summary"] is None
    assert done["identity"]["individual"]["documents"]["primary_verification"] == {
        "front_back": {"back": None, "front": "file_identity_document_success"},
        "type": "front_back",
    }


def test_a_european_company_is_told_of_a_rule_to_come(office: Office) -> None:
    made = office.post(PATH, identity={"country": "fr", "entity_type": "company"}, **LOUD,
                       configuration={"recipient": {"capabilities": TRANSFERS}})  # fmt: skip
    (entry,) = made["future_requirements"]["entries"]
    assert entry["description"] == "identity.business_details.id_numbers"
    office.pass_time(days=250)
    while office.work():
        pass
    later = office.get(f"{PATH}/{made['id']}", **LOUD)["future_requirements"]
    assert later["minimum_transition_date"] == "2027-04-01T00:00:00.000Z"
    numbers = [{"type": "fr_siren", "value": "123456789"}, {"type": "fr_vat", "value": "FR1"}]
    told = office.post(f"{PATH}/{made['id']}", **LOUD,
                       identity={"business_details": {"id_numbers": numbers}})  # fmt: skip
    assert told["future_requirements"]["entries"] == []
    assert [each["type"] for each in told["identity"]["business_details"]["id_numbers"]] == [
        "fr_siren", "fr_vat",
    ]  # fmt: skip


BAD_INPUT: list[tuple[dict[str, Any], str]] = [
    ({"identity": {"nope": 1}}, "identity[nope]"),
    ({"identity": {"entity_type": "club"}}, "identity[entity_type]"),
    (
        {"identity": {"individual": {"date_of_birth": {"day": 31, "month": 2, "year": 1990}}}},
        "identity[individual][date_of_birth]",
    ),
    (
        {"identity": {"business_details": {
            "registration_date": {"day": 1, "month": 1, "year": 2099}}}},
        "identity[business_details][registration_date]",
    ),
    (
        {"configuration": {"merchant": {"statement_descriptor": {"descriptor": "T>"}}}},
        "configuration[merchant][statement_descriptor][descriptor]",
    ),
    (
        {"identity": {"individual": {"id_numbers": [{"type": "us_lucky", "value": "7"}]}}},
        "identity[individual][id_numbers][0][type]",
    ),
    (
        {"identity": {"individual": {"documents": {"passport": {"type": "files",
                                                                "files": ["file_1"]}}}}},
        "identity[individual][documents][passport][files][0]",
    ),
    (
        {"configuration": {"merchant": {"capabilities": {"flying": {"requested": True}}}}},
        "configuration[merchant][capabilities][flying]",
    ),
    (
        {"configuration": {"recipient": {"capabilities": {"cards": {"requested": True}}}}},
        "configuration[recipient][capabilities][cards][requested]",
    ),
    (
        {"configuration": {"customer": {"test_clock": "clock_1"}}},
        "configuration[customer][test_clock]",
    ),
    ({"account_token": "accttok_1"}, "account_token"),
    ({"defaults": {"locales": ["xx"]}}, "defaults[locales][0]"),
    (
        {"dashboard": "full", "defaults": {"responsibilities": {
            "fees_collector": "application_custom", "losses_collector": "application"}}},
        "defaults[responsibilities][fees_collector]",
    ),
]  # fmt: skip


def test_what_is_wrong_is_named(office: Office) -> None:
    for sent, param in BAD_INPUT:
        error = office.refused(PATH, **sent)
        assert (error["status"], error["param"]) == (400, param), error
    made = office.post(PATH, **SHOP)["id"]
    assert office.refused(f"{PATH}/{made}", dashboard="express")["param"] == "dashboard"
    assert office.refused(f"{PATH}/acct_nobody", verb="GET")["status"] == 404
    assert office.ask("GET", f"{PATH}/{made}", secret=OTHER_SECRET).status == 404
    assert office.ask("GET", f"{PATH}/{made}", secret=LIVE_SECRET).status == 404
    own = office.ask("GET", f"{PATH}/{made}", Stripe_Context=made)
    assert own.json["id"] == made


def test_a_key_makes_one_account(office: Office) -> None:
    path, sent = PATH, {"display_name": "Once"}
    twice = [office.ask("POST", path, params=sent, Idempotency_Key="k") for _ in range(2)]
    assert twice[0].text == twice[1].text
    assert twice[1].headers["Idempotent-Replayed"] == "true"
    assert office.listed(PATH, limit=2).count(twice[0].json["id"]) == 1
    assert office.get(PATH, limit=2)["data"][1]["display_name"] != "Once"


def test_changes_are_told_in_thin_events(office: Office) -> None:
    made = office.post(PATH, **SHOP)["id"]
    assert types(office, made) == ["v2.core.account.created", "v2.core.account_person.created"]
    office.post(f"{PATH}/{made}", contact_phone=None, defaults={"locales": ["de"]})
    office.post(f"/v1/accounts/{made}", business_profile={"mcc": "5999"})
    assert types(office, made)[2:] == [
        "v2.core.account.updated", "v2.core.account[defaults].updated",
        "v2.core.account.updated", "v2.core.account[configuration.merchant].updated",
    ]  # fmt: skip
    office.post(f"{PATH}/{made}", configuration={"recipient": {"applied": False}})
    office.post(f"/v1/accounts/{made}/reject", reason="fraud")
    listed = office.get("/v2/core/events", made, limit=100)["data"]
    told = [each for each in listed if "capability_status" in each["type"]]
    assert [(each["type"].split("[")[1], each["data"]["updated_capability"]) for each in told] == [
        ("configuration.merchant].capability_status_updated", "card_payments"),
        ("configuration.recipient].capability_status_updated", "stripe_balance.stripe_transfers"),
    ]
    assert told[0]["related_object"] == {
        "id": made, "type": "v2.core.account", "url": f"{PATH}/{made}",
    }  # fmt: skip
    assert (told[0]["context"], told[0]["changes"]) == (made, None)
    shown_now = office.get(f"{PATH}/{made}", **LOUD)
    assert shown_now["configuration"]["merchant"]["capabilities"]["card_payments"] == {
        "status": "rejected",
        "status_details": [{"code": "rejected_fraud", "resolution": "contact_stripe"}],
    }
    office.post(f"{PATH}/{made}/close")
    ask = {"types": ["v2.core.account.closed"], "limit": 1}
    (closed,) = office.get("/v2/core/events", **ask)["data"]
    assert (closed["related_object"]["id"], closed["context"]) == (made, None)
