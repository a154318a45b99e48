"""Persons: what is kept and hidden, parts in the business, tokens, papers, who may see."""

from typing import Any

import pytest

from tests.resources.office import Office

ADA = {
    "first_name": "Ada",
    "last_name": "Byron",
    "email": "ada@example.com",
    "phone": "+14155550100",
    "dob": {"day": 1, "month": 1, "year": 1901},
    "address": {"line1": "1 Main St", "city": "Reno", "state": "NV", "postal_code": "89501"},
    "id_number": "918273645",
}


@pytest.fixture
def company(office: Office) -> str:
    return office.post("/v1/accounts", type="custom", business_type="company")["id"]


def persons(account: str) -> str:
    return f"/v1/accounts/{account}/persons"


def test_a_person_is_kept_and_its_numbers_are_not_shown(office: Office, company: str) -> None:
    made = office.post(persons(company), **ADA, relationship={"owner": True, "title": "CEO"},
                       metadata={"a": "b"}, nationality="GB")  # fmt: skip
    assert made["id"].startswith("person_")
    assert (made["account"], made["dob"]["year"], made["nationality"]) == (company, 1901, "GB")
    assert (made["id_number_provided"], made["ssn_last_4_provided"]) == (True, False)
    assert made["relationship"]["owner"] is True
    assert made["relationship"]["director"] is False
    path = f"{persons(company)}/{made['id']}"
    changed = office.post(path, first_name="", dob="", id_number="", metadata={"a": ""},
                          address={"line2": "b"}, address_kana={"town": "x"},
                          relationship={"percent_ownership": "12.5"})  # fmt: skip
    assert (changed["first_name"], changed["dob"]["day"], changed["metadata"]) == (None, None, {})
    assert changed["id_number_provided"] is False
    assert (changed["address"]["city"], changed["address"]["line2"]) == ("Reno", "b")
    assert changed["address_kana"]["town"] == "x"
    assert changed["relationship"]["percent_ownership"] == 12.5
    assert office.get(path) == changed
    assert office.get(path, company) == changed
    assert office.delete(path) == {"id": made["id"], "object": "person", "deleted": True}
    assert office.refused(path, verb="GET")["code"] == "resource_missing"
    told = [name for name in office.events(company) if name.startswith("person.")]
    assert told == ["person.created", "person.updated", "person.deleted"]
    assert "918273645" not in str(office.get("/v1/events", company, limit=100))
    (event,) = office.get("/v1/events", company, type="person.updated")["data"]
    assert event["data"]["previous_attributes"]["first_name"] == "Ada"


def test_the_individual_behind_an_account_is_told_of(office: Office) -> None:
    made = office.post("/v1/accounts", business_type="individual", individual={"first_name": "Ada"})
    path = f"/v1/accounts/{made['id']}"
    office.post(path, individual={"last_name": "Byron"})
    for _ in range(2):  # The second changes nothing, and there is nothing to tell.
        office.post(path, metadata={"a": "b"})
    changed, _ = office.get("/v1/events", made["id"], type="account.updated")["data"]
    assert changed["data"]["previous_attributes"] == {"metadata": {"a": None}}
    told = office.get("/v1/events", made["id"], types=["person.created", "person.updated"])["data"]
    assert [each["type"] for each in told] == ["person.updated", "person.created"]
    assert told[0]["data"]["previous_attributes"]["last_name"] is None
    assert told[0]["data"]["object"]["id"] == made["individual"]["id"]


def test_persons_are_listed_by_their_part(office: Office, company: str) -> None:
    names = []
    for part in ("owner", "director", "owner", "representative"):
        names.append(office.post(persons(company), relationship={part: True})["id"])
        office.pass_time(seconds=1)
    assert office.listed(persons(company)) == names[::-1]
    assert office.listed(persons(company), relationship={"owner": True}) == [names[2], names[0]]
    assert office.listed(persons(company), limit=2, starting_after=names[3]) == names[2:0:-1]
    assert office.listed(persons(company), relationship={"executive": True}) == []


def test_there_is_one_representative_and_no_more_than_all_is_owned(
    office: Office, company: str
) -> None:
    first = office.post(persons(company), relationship={"representative": True})["id"]
    error = office.refused(persons(company), relationship={"representative": True})
    assert error["param"] == "relationship[representative]"
    assert office.refused(f"{persons(company)}/{first}", verb="DELETE")["status"] == 400
    office.post(persons(company), relationship={"owner": True, "percent_ownership": "60"})
    error = office.refused(persons(company), relationship={"percent_ownership": "40.5"})
    assert error["param"] == "relationship[percent_ownership]"
    office.post(persons(company), relationship={"percent_ownership": "40"})
    for wrong in ("101", "-1", "1e1", "nan"):
        error = office.refused(persons(company), relationship={"percent_ownership": wrong})
        assert error["code"] == "parameter_invalid"


def test_tokens_of_persons_work_once(office: Office, company: str) -> None:
    number = office.post("/v1/tokens", pii={"id_number": "000000000"})["id"]
    token = office.post("/v1/tokens", person={"first_name": "Ada", "relationship": {"owner": True}})
    assert (token["type"], token["id"][:4]) == ("person", "cpt_")
    made = office.post(persons(company), person_token=token["id"], id_number=number)
    assert (made["first_name"], made["id_number_provided"]) == ("Ada", True)
    error = office.refused(persons(company), person_token=token["id"])
    assert error["code"] == "token_already_used"
    other = office.post("/v1/tokens", person={"first_name": "Ada"})["id"]
    error = office.refused(persons(company), person_token=other, first_name="B")
    assert error["param"] == "first_name"
    assert office.refused(persons(company), person_token="cpt_1")["code"] == "resource_missing"


def test_papers_must_have_been_uploaded(office: Office, company: str) -> None:
    picture = ("passport.png", b"\x89PNG\r\n\x1a\n0123")
    sent = office.send("POST", "/v1/files", {"purpose": "identity_document"}, file=picture)
    file = office.run(sent).json["id"]
    made = office.post(persons(company), verification={"document": {"front": file}},
                       documents={"passport": {"files": [file]}})  # fmt: skip
    assert made["verification"]["document"]["front"] == file
    path = f"{persons(company)}/{made['id']}"
    shown = office.get(path, expand=["verification.document.front"])
    assert shown["verification"]["document"]["front"]["id"] == file
    error = office.refused(path, verification={"additional_document": {"back": "file_1"}})
    assert (error["code"], error["param"]) == (
        "resource_missing",
        "verification[additional_document][back]",
    )


def test_the_individual_is_one_of_the_persons(office: Office) -> None:
    made = office.post("/v1/accounts", type="custom", business_type="individual", individual=ADA)
    person = made["individual"]
    assert office.listed(persons(made["id"])) == [person["id"]]
    assert person["relationship"]["representative"] is True
    changed = office.post(f"{persons(made['id'])}/{person['id']}", maiden_name="M")
    account = office.get(f"/v1/accounts/{made['id']}")
    assert account["individual"] == changed
    again: Any = office.post(f"/v1/accounts/{made['id']}", individual={"last_name": "King"})
    assert (again["individual"]["id"], again["individual"]["maiden_name"]) == (person["id"], "M")
    assert office.get(f"{persons(made['id'])}/{person['id']}") == again["individual"]
