"""Accounts: types and responsibilities, data kept and hidden, rejection, deletion, who may see."""

from itertools import product
from typing import Any

import msgspec

from bezant.ledger.book import book_of
from tests.resources.office import Office

BAD_INPUT: list[tuple[dict[str, Any], str | None, str | None]] = [
    ({"type": "gold"}, "parameter_invalid", "type"),
    ({"type": "custom", "controller": {"fees": {"payer": "account"}}}, None, "type"),
    ({"country": "usa"}, "parameter_invalid", "country"),
    ({"country": "UK"}, "parameter_invalid", "country"),
    ({"email": "nobody"}, "email_invalid", "email"),
    ({"business_profile": {"url": "nonsense"}}, "parameter_invalid", "business_profile[url]"),
    (
        {"business_profile": {"support_phone": "call me"}},
        "parameter_invalid",
        "business_profile[support_phone]",
    ),
    ({"tos_acceptance": {"ip": "999.1.1.1"}}, "parameter_invalid", "tos_acceptance[ip]"),
    (
        {"individual": {"dob": {"day": 1, "month": 1, "year": 2090}}},
        "parameter_invalid",
        "individual[dob]",
    ),
    (
        {"settings": {"payments": {"statement_descriptor": "TEA <&>"}}},
        "parameter_invalid",
        "settings[payments][statement_descriptor]",
    ),
    (
        {"individual": {"dob": {"day": 31, "month": 2, "year": 1990}}},
        "parameter_invalid",
        "individual[dob]",
    ),
    (
        {"settings": {"payouts": {"schedule": {"interval": "weekly"}}}},
        "parameter_missing",
        "settings[payouts][schedule][weekly_payout_days]",
    ),
    (
        {
            "capabilities": {"card_payments": {"requested": True}},
            "tos_acceptance": {"service_agreement": "recipient"},
        },
        None,
        "capabilities[card_payments]",
    ),
    ({"account_token": "ct_1"}, "resource_missing", "account_token"),
    (
        {"capabilities": {"flying": {"requested": True}}},
        "parameter_unknown",
        "capabilities[flying]",
    ),
    ({"company": {"nope": 1}}, "parameter_unknown", "company[nope]"),
    ({"individual": {"dob": {"day": 40}}}, "parameter_invalid_integer", "individual[dob][day]"),
    ({"external_account": "btok_nowhere"}, "resource_missing", "external_account"),
    *(
        (
            {"settings": {"payouts": {"schedule": {"delay_days": delay}}}},
            "parameter_invalid",
            "settings[payouts][schedule][delay_days]",
        )
        for delay in ("soon", 0, 32)
    ),
]


def test_types_have_their_controllers(office: Office) -> None:
    payers = {"custom": "application_custom", "express": "application_express"}
    for kind in ("custom", "express", "standard"):
        made = office.post("/v1/accounts", type=kind)
        assert made["type"] == kind
        assert made["controller"]["fees"]["payer"] == payers.get(kind, "account")
    given = {
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": "express"},
    }
    made = office.post("/v1/accounts", controller=given)
    assert made["type"] == "express"
    assert {name: made["controller"][name] for name in given} == given


ALLOWED = {
    ("full", "stripe", "account", "stripe"): "standard",
    ("full", "stripe", "application", "stripe"): "none",
    ("express", "application", "application", "stripe"): "express",
    ("none", "application", "application", "application"): "custom",
    ("none", "stripe", "account", "stripe"): "none",
    ("none", "stripe", "application", "stripe"): "none",
}
"""Dashboard, losses, fees and requirements that go together, and the type of such an account."""


def test_only_what_goes_together_is_accepted_by_both_faces(office: Office) -> None:
    opened: dict[tuple[str, ...], str] = {}
    for dashboard, losses, fees, requirements in product(
        ("full", "express", "none"), ("stripe", "application"), ("account", "application"),
        ("stripe", "application")
    ):  # fmt: skip
        sent = {
            "fees": {"payer": fees},
            "losses": {"payments": losses},
            "requirement_collection": requirements,
            "stripe_dashboard": {"type": dashboard},
        }
        first = office.ask("POST", "/v1/accounts", params={"controller": sent})
        collectors = {"losses_collector": losses,
                      "fees_collector": "stripe" if fees == "account" else fees}  # fmt: skip
        said = {"dashboard": dashboard, "defaults": {"responsibilities": collectors}}
        second = office.ask("POST", "/v2/core/accounts", params=said)
        chosen = (dashboard, losses, fees, requirements)
        if first.status == 200:
            opened[chosen] = first.json["type"]
            assert second.status == 200, second.text
            continue
        assert first.error["param"].startswith("controller["), first.text
        if not any(each[:3] == chosen[:3] for each in ALLOWED):
            assert second.status == 400
            assert second.error["param"].startswith("defaults[responsibilities]")
    assert opened == ALLOWED


def test_what_does_not_go_together_is_named(office: Office) -> None:
    def refused(**controller: Any) -> tuple[str, str]:
        error = office.refused("/v1/accounts", controller=controller)
        return error["param"], error["message"]

    alone = {"type": "none"}
    shown, asks = "controller[stripe_dashboard][type]", "controller[requirement_collection]"
    bears = "controller[losses][payments]"
    assert refused(stripe_dashboard=alone, losses={"payments": "application"}) == (
        bears, f"With {shown}=none and {asks}=stripe, {bears} must be stripe.")  # fmt: skip
    param, message = refused(requirement_collection="application")
    assert param == asks
    assert message == (
        f"With {shown}=full, {asks} must be stripe; only with {shown}=none it can be application."
    )
    borne = {"losses": {"payments": "stripe"}, "stripe_dashboard": {"type": "express"}}
    assert refused(**borne)[0] == bears
    newer = office.ask(
        "POST", "/v1/accounts", params={"controller": borne}, Stripe_Version="2026-06-24.preview"
    )
    assert newer.status == 200
    collectors = {"fees_collector": "stripe", "losses_collector": "application"}
    said = {"dashboard": "express", "defaults": {"responsibilities": collectors}}
    error = office.refused("/v2/core/accounts", **said)
    collected, borne_by = (f"defaults[responsibilities][{name}]" for name in collectors)
    assert error["param"] == collected
    assert error["message"] == f"With {borne_by}=application, {collected} must be application."


def test_what_it_may_do_follows_from_what_it_has(office: Office) -> None:
    asked = {"transfers": {"requested": True}, "card_payments": {"requested": True}}
    made = office.post("/v1/accounts", type="custom", capabilities=asked)
    flags = ("charges_enabled", "payouts_enabled", "details_submitted")
    assert [made[name] for name in flags] == [True, False, False]
    assert "external_account" in made["requirements"]["currently_due"]
    path = f"/v1/accounts/{made['id']}"
    changed = office.post(path, external_account="btok_us_verified")
    assert [changed[name] for name in flags] == [True, True, False]
    assert "external_account" not in changed["requirements"]["currently_due"]
    assert changed["capabilities"] == {"transfers": "active", "card_payments": "active"}
    bare = office.post("/v1/accounts", type="custom")
    assert [bare[name] for name in flags] == [False, False, False]
    assert bare["capabilities"] == {}


def test_numbers_are_kept_and_never_shown(office: Office) -> None:
    made = office.post(
        "/v1/accounts",
        business_type="company",
        company={"name": "C", "tax_id": "987654321", "registration_number": "55577"},
        individual={"first_name": "Ada", "ssn_last_4": "4321", "metadata": {"a": "b"}},
    )
    assert (made["company"]["name"], made["company"]["tax_id_provided"]) == ("C", True)
    assert made["company"]["vat_id_provided"] is False
    person = made["individual"]
    assert (person["first_name"], person["ssn_last_4_provided"]) == ("Ada", True)
    assert (person["account"], person["metadata"]) == (made["id"], {"a": "b"})
    answer = office.ask("GET", f"/v1/accounts/{made['id']}").text
    assert not [number for number in ("987654321", "55577", '"4321"') if number in answer]
    assert "987654321" not in str(office.get("/v1/events", made["id"]))


def test_an_update_is_laid_over_what_is_known(office: Office) -> None:
    made = office.post(
        "/v1/accounts",
        email="a@example.com",
        metadata={"a": "b"},
        business_profile={"name": "N", "url": "https://a", "support_address": {"city": "Reno"}},
        settings={"payouts": {"schedule": {"interval": "weekly", "weekly_anchor": "friday"}}},
    )
    changed = office.post(
        f"/v1/accounts/{made['id']}",
        email="",
        metadata={"c": "d"},
        business_profile={"url": "", "support_address": {"state": "NV"}},
        settings={"payouts": {"schedule": {"delay_days": 7}, "statement_descriptor": "S"}},
        tos_acceptance={"date": 5, "ip": "10.0.0.1"},
        default_currency="EUR",
    )
    assert (changed["email"], changed["metadata"]) == (None, {"a": "b", "c": "d"})
    profile = changed["business_profile"]
    assert (profile["name"], profile["url"]) == ("N", None)
    assert (profile["support_address"]["city"], profile["support_address"]["state"]) == (
        "Reno",
        "NV",
    )
    payouts = changed["settings"]["payouts"]
    assert payouts["statement_descriptor"] == "S"
    assert payouts["schedule"] == {"delay_days": 7, "interval": "weekly", "weekly_anchor": "friday"}
    assert changed["tos_acceptance"] == {"date": 5, "ip": "10.0.0.1", "user_agent": None}
    assert changed["default_currency"] == "eur"
    assert office.get(f"/v1/accounts/{made['id']}") == changed
    assert office.get("/v1/accounts/" + made["id"], made["id"]) == changed


def test_updates_are_told_to_the_account_itself(office: Office) -> None:
    made = office.open_account()
    for _ in range(2):  # The second changes nothing, and there is nothing to tell.
        office.post(f"/v1/accounts/{made}", metadata={"a": "b"})
    (event,) = office.get("/v1/events", made, type="account.updated")["data"]
    assert (event["account"], event["data"]["object"]["id"]) == (made, made)
    assert event["data"]["previous_attributes"] == {"metadata": {"a": None}}
    assert office.events() == []


def test_an_account_sees_itself_and_no_other(office: Office) -> None:
    first, second = office.open_account(), office.open_account()
    assert office.get("/v1/account", first)["id"] == first
    error = office.refused(f"/v1/accounts/{second}", first, verb="GET")
    assert (error["status"], error["code"]) == (403, "account_invalid")
    error = office.refused("/v1/accounts/acct_nobody", verb="GET")
    assert (error["status"], error["code"]) == (403, "account_invalid")
    answer = office.ask("GET", f"/v1/accounts/{first}", secret="sk_test_other")
    assert answer.status == 403
    answer = office.ask("GET", "/v1/account", secret="sk_test_other", account=first)
    assert answer.status == 403
    assert office.listed("/v1/accounts", first) == []
    assert office.refused("/v1/accounts", first)["status"] == 400


def test_the_platform_has_an_account_too(office: Office) -> None:
    own = office.get("/v1/account")
    assert (own["id"], own["charges_enabled"], own["payouts_enabled"]) == (
        office.platform,
        True,
        False,
    )
    changed = office.post(f"/v1/accounts/{office.platform}", business_profile={"name": "P"})
    assert office.get("/v1/account") == changed
    assert office.get(f"/v1/accounts/{office.platform}") == changed
    assert office.listed("/v1/accounts") == []
    path = f"/v1/accounts/{office.platform}"
    assert office.refused(path, verb="DELETE")["status"] == 400


def test_accounts_are_listed_newest_first(office: Office) -> None:
    names = []
    for _ in range(3):
        names.append(office.open_account())
        office.pass_time(minutes=1)
    assert office.listed("/v1/accounts") == names[::-1]
    created = office.get(f"/v1/accounts/{names[1]}")["created"]
    assert office.listed("/v1/accounts", created={"gt": created}) == [names[2]]
    assert office.listed("/v1/accounts", limit=1, starting_after=names[2]) == [names[1]]


def test_a_rejected_account_may_do_nothing(office: Office) -> None:
    seller = office.open_account()
    office.fund(100)
    rejected = office.post(f"/v1/accounts/{seller}/reject", reason="fraud")
    assert rejected["requirements"]["disabled_reason"] == "rejected.fraud"
    assert rejected["capabilities"] == {"transfers": "inactive"}
    assert (rejected["charges_enabled"], rejected["payouts_enabled"]) == (False, False)
    error = office.refused("/v1/transfers", amount=1, currency="usd", destination=seller)
    assert error["code"] == "insufficient_capabilities_for_transfer"
    error = office.refused("/v1/payouts", seller, amount=1, currency="usd")
    assert error["code"] == "payouts_not_allowed"
    assert office.events(seller)[-2:] == ["account.updated", "capability.updated"]
    assert office.refused(f"/v1/accounts/{seller}/reject", reason="fraud")["status"] == 400
    back = office.post(f"/v1/accounts/{seller}/unreject")
    assert (back["capabilities"], back["payouts_enabled"]) == ({"transfers": "active"}, True)
    assert back["requirements"]["disabled_reason"] is None
    assert office.refused(f"/v1/accounts/{seller}/unreject")["status"] == 400
    liable = office.post("/v1/accounts", type="standard")["id"]
    for name in (liable, office.platform):
        error = office.refused(f"/v1/accounts/{name}/reject", reason="fraud")
        assert "losses" in error["message"], name


def test_payouts_of_a_rejected_account_can_go_on(office: Office) -> None:
    seller = office.open_account()
    rejected = office.post(f"/v1/accounts/{seller}/reject", reason="other", payouts_action="none")
    assert rejected["payouts_enabled"] is True


def test_an_account_with_money_stays(office: Office) -> None:
    seller = office.open_account()
    office.fund(1_000)
    made = office.post("/v1/transfers", amount=100, currency="usd", destination=seller)
    path = f"/v1/accounts/{seller}"
    assert office.refused(path, verb="DELETE")["status"] == 400
    office.post(f"/v1/transfers/{made['id']}/reversals")
    gone = office.delete(path)
    assert gone == {"id": seller, "object": "account", "deleted": True}
    assert office.refused(path, verb="GET")["status"] == 403
    assert office.refused(path, verb="DELETE")["status"] == 403
    error = office.refused("/v1/transfers", amount=1, currency="usd", destination=seller)
    assert error["code"] == "resource_missing"
    assert office.listed("/v1/accounts") == []


def test_what_banks_say_of_a_deleted_account_is_written_down(office: Office) -> None:
    seller = office.open_account()
    office.fund(1_000)
    moved = office.post("/v1/transfers", amount=600, currency="usd", destination=seller)
    paid = office.post("/v1/payouts", seller, amount=600, currency="usd")
    for kind in ("submitted", "settled"):
        office.hear(paid["id"], kind, account=seller)
    office.delete(f"/v1/accounts/{seller}")
    path = f"/v1/transfers/{moved['id']}/reversals"
    assert office.refused(path)["code"] == "balance_insufficient"
    office.hear(paid["id"], "returned", "R03", account=seller)
    assert office.ledger(seller)["available"] == 600
    assert "network:ach" not in office.house()
    office.post(path)
    assert office.ledger(seller) == {}


def test_an_account_that_never_had_money_can_be_deleted(office: Office) -> None:
    office.post(f"/v1/accounts/{office.platform}", business_profile={"name": "Market"})
    seller = office.open_account()
    assert office.delete(f"/v1/accounts/{seller}")["deleted"] is True
    query = (
        "select body from event where book_id = %s and type = 'account.application.deauthorized'"
    )

    async def told() -> Any:
        async with office.runtime.pool.connection() as conn:
            cursor = await conn.execute(query, [book_of(seller, livemode=False).id])
            ((body,),) = await cursor.fetchall()
            return msgspec.json.decode(body)

    event = office.run(told())
    named = {"id": f"ca_{office.platform[5:]}", "object": "application", "name": "Market"}
    assert (event["account"], event["data"]["object"]) == (seller, named)


def test_who_answers_for_its_requirements_makes_good_what_it_owes(office: Office) -> None:
    for kind, debited in (("custom", False), ("express", True), ("standard", True)):
        made = office.post("/v1/accounts", type=kind)
        assert made["settings"]["payouts"]["debit_negative_balances"] is debited


def test_bad_input_gets_its_error(office: Office) -> None:
    for change, code, param in BAD_INPUT:
        error = office.refused("/v1/accounts", **change)
        told = (error["status"], error.get("code"), error.get("param"))
        assert told == (400, code, param), change
    assert office.listed("/v1/accounts") == []


def test_live_mode_reviews_capabilities(office: Office) -> None:
    params = {"capabilities": {"transfers": {"requested": True}}}
    answer = office.ask("POST", "/v1/accounts", params=params, secret="sk_live_office")
    assert answer.json["capabilities"] == {"transfers": "inactive"}
    assert "business_type" in answer.json["requirements"]["past_due"]
    assert office.listed("/v1/accounts") == []
