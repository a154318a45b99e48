"""Requirements: the table's laws, and an account's way from nothing to active and past due."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.resources.connect.capability import NAMES
from bezant.resources.connect.requirement_table import COUNTRIES, REGISTERED_SINCE, needs
from bezant.resources.connect.requirements import (
    GRACE,
    LATER,
    NOTICE,
    Check,
    Problem,
    State,
    Subject,
    assess,
)
from tests.resources.office import Office

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
START = int(NOW.timestamp())
TYPES = (None, "individual", "company", "non_profit", "government_entity")
BUSINESS = {
    "business_profile": {"mcc": "5734", "url": "https://shop.example.com"},
    "tos_acceptance": {"date": START, "ip": "192.0.2.1"},
    "external_account": "btok_us_verified",
}
ADDRESS = {"line1": "1 Main St", "city": "Reno", "state": "NV", "postal_code": "89501"}
ADA = {
    "first_name": "Ada",
    "last_name": "Byron",
    "email": "ada@example.com",
    "phone": "+14155550100",
    "dob": {"day": 1, "month": 1, "year": 1901},
    "address": ADDRESS,
    "ssn_last_4": "0000",
}
HOSTED = {
    "requirement_collection": "stripe",
    "stripe_dashboard": {"type": "express"},
    "losses": {"payments": "application"},
    "fees": {"payer": "application"},
}
ASKED = {"card_payments": {"requested": True}, "transfers": {"requested": True}}


def state(**changes: Any) -> State:
    basis: dict[str, Any] = {
        "country": "US",
        "business_type": "individual",
        "agreement": "full",
        "gated": True,
        "known": frozenset(),
        "people": {},
        "company": Subject(),
        "asked": {"transfers": START},
        "begun": {},
    }
    return State(**(basis | changes))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(COUNTRIES)),
    st.sampled_from(TYPES),
    st.sampled_from(["full", "recipient"]),
    st.sampled_from(sorted(NAMES)),
    st.booleans(),
    st.integers(0, 900),
    st.data(),
)
def test_what_is_due_is_never_more_than_what_will_be(
    country: str, kind: str | None, agreement: str, capability: str,
    gated: bool, days: int, data: Any,
) -> None:  # fmt: skip
    """Past due is within currently due, that within eventually due; what is known is not asked."""
    every = {need.field for need in needs(country, kind, agreement, capability)}
    known = data.draw(st.sets(st.sampled_from(sorted(every))))
    begun = {capability: START} if data.draw(st.booleans()) else {}
    now = NOW + timedelta(days=days)
    found = assess(
        state(country=country, business_type=kind, agreement=agreement, gated=gated,
              known=frozenset(known), asked={capability: START}, begun=begun,
              people={"individual": Subject(frozenset(
                  name.removeprefix("individual.") for name in known))}),
        now, has_bank=True,
    )  # fmt: skip
    for each in (found.account, found.future, found.capabilities[capability].requirements):
        assert set(each.past_due) <= set(each.currently_due) <= set(each.eventually_due)
        of_people = ("representative.", "owners.", "directors.", "executives.")
        assert not {name for name in known if not name.startswith(of_people)} & set(
            each.eventually_due
        )
        if each.current_deadline is not None:
            assert each.current_deadline > now.timestamp()
    current = {*found.account.currently_due, *found.future.currently_due}
    assert {*found.capabilities[capability].requirements.currently_due} <= current
    status = found.capabilities[capability].status
    assert (status == "inactive") == bool(found.capabilities[capability].requirements.past_due)
    assert found.again is None or found.again > now


def test_later_needs_have_a_deadline_and_then_disable() -> None:
    ada = Subject(frozenset({"ssn_last_4", "first_name", "last_name", "dob.day", "dob.month",
                             "dob.year", "email", "phone", "address.line1", "address.city",
                             "address.state", "address.postal_code"}),
                  check=Check("passed", "x", START))  # fmt: skip
    known = frozenset({"business_profile.mcc", "business_profile.url", "tos_acceptance.date",
                       "tos_acceptance.ip"})  # fmt: skip
    told = state(known=known, people={"individual": ada}, begun={"transfers": START})
    for passed, lists, status in (
        (timedelta(), ((), ()), "active"),
        (LATER, (("individual.id_number",), ()), "active"),
        (LATER + NOTICE, (("individual.id_number",), ("individual.id_number",)), "inactive"),
    ):
        found = assess(told, NOW + passed, has_bank=True)
        due = found.account
        assert (due.currently_due, due.past_due) == lists
        assert due.eventually_due == ("individual.id_number",)
        assert found.capabilities["transfers"].status == status
        assert found.submitted
    assert found.account.disabled_reason == "requirements.past_due"


def test_a_rule_to_come_is_told_before_its_day() -> None:
    day = datetime.combine(REGISTERED_SINCE, datetime.min.time(), UTC)
    assert date(2027, 4, 1) == REGISTERED_SINCE
    told = state(country="DE", business_type="company", gated=False)
    field = "company.registration_number"
    before = assess(told, day - timedelta(days=10), has_bank=True)
    assert field in before.future.currently_due
    assert before.future.current_deadline == int(day.timestamp())
    assert field not in before.account.eventually_due
    after = assess(told, day + timedelta(days=1), has_bank=True)
    assert field in after.account.currently_due
    assert field not in after.future.eventually_due


def test_what_failed_is_an_error_with_a_field_that_would_help() -> None:
    problem = Problem("verification_failed_id_number_match", "verification.document", "Not hers.")
    failed = Subject(frozenset({"first_name"}), check=Check("failed", "x", START, (problem,)))
    found = assess(state(people={"individual": failed}), NOW, has_bank=True)
    (error,) = found.account.errors
    assert error["requirement"] == "individual.verification.document"
    assert error["requirement"] in found.account.past_due
    begun = state(people={"individual": failed}, begun={"transfers": START}, gated=False)
    found = assess(begun, NOW, has_bank=True)
    assert error["requirement"] in found.account.currently_due
    assert found.account.current_deadline == int((NOW + NOTICE).timestamp())
    assert found.capabilities["transfers"].status == "active"


def test_an_account_that_is_onboarded_begins_when_all_is_verified(office: Office) -> None:
    made = office.post("/v1/accounts", controller=HOSTED, country="US", capabilities=ASKED)
    path = f"/v1/accounts/{made['id']}"
    flags = ("charges_enabled", "payouts_enabled", "details_submitted")
    assert [made[name] for name in flags] == [False, False, False]
    assert made["capabilities"] == {"card_payments": "inactive", "transfers": "inactive"}
    due = made["requirements"]
    assert due["disabled_reason"] == "requirements.past_due"
    assert due["past_due"] == due["currently_due"]
    assert {"business_type", "external_account", "business_profile.url"} <= set(due["past_due"])
    assert due["alternatives"] == [{
        "alternative_fields_due": ["business_profile.product_description"],
        "original_fields_due": ["business_profile.url"],
    }]  # fmt: skip
    sent = office.post(path, business_type="individual", **BUSINESS)
    assert "individual.first_name" in sent["requirements"]["past_due"]
    sent = office.post(path, individual=ADA)
    assert sent["requirements"]["past_due"] == []
    assert sent["requirements"]["disabled_reason"] == "requirements.pending_verification"
    assert "individual.ssn_last_4" in sent["requirements"]["pending_verification"]
    assert sent["individual"]["verification"]["status"] == "pending"
    capability = office.get(f"{path}/capabilities/transfers")
    assert (capability["status"], capability["requirements"]["disabled_reason"]) == (
        "pending",
        "pending.review",
    )
    assert office.work() == 1
    done = office.get(path)
    assert [done[name] for name in flags] == [True, True, True]
    assert done["capabilities"] == {"card_payments": "active", "transfers": "active"}
    assert done["individual"]["verification"]["status"] == "verified"
    assert done["requirements"]["eventually_due"] == ["individual.id_number"]
    told = office.events(made["id"])
    assert told[-4:] == ["account.updated", "capability.updated", "capability.updated",
                         "person.updated"]  # fmt: skip


@pytest.mark.alone
def test_an_account_falls_back_when_a_deadline_passes(office: Office) -> None:
    at_once = ADA | {"dob": {"day": 1, "month": 1, "year": 1902}}
    made = office.post("/v1/accounts", controller=HOSTED, country="US", capabilities=ASKED,
                       business_type="individual", individual=at_once, **BUSINESS)  # fmt: skip
    path = f"/v1/accounts/{made['id']}"
    assert made["charges_enabled"] is True
    office.clock.advance(LATER)
    assert office.work() == 1
    due = office.get(path)
    assert due["requirements"]["currently_due"] == ["individual.id_number"]
    assert due["requirements"]["current_deadline"] == int((NOW + LATER + NOTICE).timestamp())
    assert due["charges_enabled"] is True
    office.clock.advance(NOTICE)
    assert office.work() == 1
    late = office.get(path)
    assert late["requirements"]["past_due"] == ["individual.id_number"]
    assert (late["charges_enabled"], late["payouts_enabled"]) == (False, False)
    assert late["requirements"]["disabled_reason"] == "requirements.past_due"
    assert office.get(f"{path}/capabilities/transfers")["status"] == "inactive"
    told = office.get("/v1/events", made["id"], type="capability.updated")["data"]
    assert [each["data"]["object"]["status"] for each in told] == [*("inactive",) * 2,
                                                                   *("active",) * 2]  # fmt: skip
    was = told[2]["data"]["previous_attributes"]["requirements"]
    assert was == {"currently_due": [], "current_deadline": None}
    back = office.post(path, individual={"id_number": "222222222"})
    assert (back["charges_enabled"], back["payouts_enabled"]) == (True, True)
    assert back["requirements"]["eventually_due"] == []
    assert office.work() == 0


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"ssn_last_4": "1111"}, "verification_failed_id_number_match", "document"),
        ({"dob": {"day": 1, "month": 1, "year": 1900}}, "verification_failed_other", "document"),
        (
            {"address": ADDRESS | {"line1": "address_no_match"}},
            "verification_failed_address_match",
            "additional_document",
        ),
    ],
)
def test_what_could_not_be_verified_is_settled_by_a_document(
    office: Office, wrong: dict[str, Any], code: str, field: str
) -> None:
    made = office.post("/v1/accounts", controller=HOSTED, country="US", capabilities=ASKED,
                       business_type="individual", individual=ADA | wrong, **BUSINESS)  # fmt: skip
    assert office.work() == 1
    path = f"/v1/accounts/{made['id']}"
    failed = office.get(path)
    requirement = f"individual.verification.{field}"
    assert [each["code"] for each in failed["requirements"]["errors"]] == [code]
    assert failed["requirements"]["past_due"] == [requirement]
    assert failed["individual"]["requirements"]["past_due"] == [f"verification.{field}"]
    assert failed["individual"]["verification"]["details_code"] == code
    assert failed["charges_enabled"] is False
    papers = {field: {"front": "file_identity_document_success"}}
    office.post(path, individual={"verification": papers})
    assert office.work() == 1
    assert office.get(path)["charges_enabled"] is True


@pytest.mark.alone
def test_saying_something_else_gives_no_new_time(office: Office) -> None:
    """Who could not be verified has one deadline, and is not let in again before it is right."""
    made = office.post("/v1/accounts", controller=HOSTED, country="US", capabilities=ASKED,
                       business_type="individual",
                       individual=ADA | {"dob": {"day": 1, "month": 1, "year": 1902}},
                       **BUSINESS)  # fmt: skip
    path = f"/v1/accounts/{made['id']}"

    def says(**said: Any) -> dict[str, Any]:
        office.post(path, individual=said)
        office.work()
        return office.get(path)

    watched = says(dob={"day": 1, "month": 1, "year": 1900})
    deadline = watched["requirements"]["current_deadline"]
    told = office.get("/v1/events", made["id"], type="capability.updated")["data"][0]
    assert told["data"]["previous_attributes"]["requirements"]["errors"] == []
    assert deadline == int((NOW + NOTICE).timestamp())
    assert watched["charges_enabled"] is True
    office.clock.advance(NOTICE / 2)
    assert says(first_name="Adah")["requirements"]["current_deadline"] == deadline
    office.clock.advance(NOTICE / 2)
    office.work()
    assert office.get(path)["charges_enabled"] is False
    waits = office.post(path, individual={"first_name": "Adaline"})
    assert (waits["charges_enabled"], waits["payouts_enabled"]) == (False, False)
    assert waits["capabilities"] == dict.fromkeys(ASKED, "pending")
    assert waits["requirements"]["disabled_reason"] == "requirements.pending_verification"
    office.work()
    late = office.get(path)
    assert late["requirements"]["past_due"] == ["individual.verification.document"]
    assert late["capabilities"] == dict.fromkeys(ASKED, "inactive")
    right = says(verification={"document": {"front": "file_identity_document_success"}})
    assert (right["charges_enabled"], right["requirements"]["disabled_reason"]) == (True, None)
    again = says(verification={"document": {"front": ""}})
    assert again["requirements"]["current_deadline"] == deadline + NOTICE.total_seconds()


def test_a_company_needs_its_people(office: Office) -> None:
    company = {"name": "Ada Ltd", "phone": "+14155550100", "tax_id": "000000000",
               "address": ADDRESS}  # fmt: skip
    made = office.post("/v1/accounts", controller=HOSTED, country="US", capabilities=ASKED,
                       business_type="company", company=company, **BUSINESS)  # fmt: skip
    path = f"/v1/accounts/{made['id']}"
    due = set(made["requirements"]["past_due"])
    assert {"representative.first_name", "owners.first_name", "company.owners_provided"} <= due
    person = office.post(f"{path}/persons", relationship={"representative": True, "owner": True})
    assert "first_name" in person["requirements"]["past_due"]
    due = set(office.get(path)["requirements"]["past_due"])
    assert f"{person['id']}.first_name" in due
    assert not [name for name in due if name.startswith(("representative.", "owners."))]
    office.post(f"{path}/persons/{person['id']}", **ADA, relationship={"title": "CEO"})
    done = office.post(path, company={"owners_provided": True})
    assert done["requirements"]["past_due"] == []
    assert {f"{person['id']}.ssn_last_4", "company.tax_id"} <= set(
        done["requirements"]["pending_verification"]
    )
    assert office.work() == 2
    done = office.get(path)
    assert done["charges_enabled"] is True
    shown = office.get(f"{path}/persons/{person['id']}")
    assert shown["verification"]["status"] == "verified"


@pytest.mark.alone
def test_an_account_whose_platform_collects_works_at_once_and_has_time(office: Office) -> None:
    made = office.post("/v1/accounts", type="custom", capabilities=ASKED,
                       external_account="btok_us_verified")  # fmt: skip
    path = f"/v1/accounts/{made['id']}"
    assert (made["charges_enabled"], made["payouts_enabled"]) == (True, True)
    assert "business_type" in made["requirements"]["currently_due"]
    assert made["requirements"]["current_deadline"] == int((NOW + GRACE).timestamp())
    office.clock.advance(GRACE)
    assert office.work() == 1
    late = office.get(path)
    assert (late["charges_enabled"], late["payouts_enabled"]) == (False, False)
    assert "business_type" in late["requirements"]["past_due"]


def test_what_is_needed_twice_is_due_once_and_by_the_first_time(office: Office) -> None:
    other = office.post("/v1/accounts", type="custom", capabilities=ASKED, business_type="company")
    both = {"representative": True, "owner": True}
    person = office.post(f"/v1/accounts/{other['id']}/persons", relationship=both)
    assert {"dob.day", "address.city"} <= {*person["requirements"]["currently_due"]}
    named = office.get(f"/v1/accounts/{other['id']}/capabilities/transfers")["requirements"]
    assert len({*named["eventually_due"]}) == len(named["eventually_due"])
