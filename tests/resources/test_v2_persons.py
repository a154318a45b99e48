"""v2 persons and tokens: the same persons through the other face, and what is said only once."""

import pytest

from tests.resources.office import Office
from tests.resources.test_v2_accounts import ADA, LOUD, PATH, TERMS, types


def test_persons_are_the_same_through_both_faces(office: Office) -> None:
    account = office.post(PATH, identity={"entity_type": "company"})["id"]
    path = f"{PATH}/{account}/persons"
    made = office.post(
        path,
        **ADA,
        relationship={"owner": True, "percent_ownership": "12.5", "title": "CEO"},
        additional_names=[{"purpose": "alias", "given_name": "Countess", "surname": "L"},
                          {"purpose": "maiden", "surname": "Byron"}],
        additional_addresses=[{"purpose": "registered", "city": "London", "town": "Marylebone"}],
        documents={"passport": {"type": "files", "files": ["file_identity_document_success"]}},
        script_names={"kana": {"given_name": "x"}},
        additional_terms_of_service=TERMS,
        metadata={"a": "b"},
    )  # fmt: skip
    first = office.get(f"/v1/accounts/{account}/persons/{made['id']}")
    assert (first["first_name"], first["relationship"]["percent_ownership"]) == ("Ada", 12.5)
    assert (first["full_name_aliases"], first["maiden_name"]) == (["Countess L"], "Byron")
    assert (first["registered_address"]["city"], first["first_name_kana"]) == ("London", "x")
    assert (made["relationship"]["percent_ownership"], made["metadata"]) == ("12.5", {"a": "b"})
    assert made["additional_addresses"][0]["town"] == "Marylebone"
    assert made["documents"]["passport"]["files"] == ["file_identity_document_success"]
    office.pass_time(hours=1)
    changed = office.post(f"{path}/{made['id']}", surname="King", phone=None,
                          id_numbers=[{"type": "us_itin", "value": "900700000"}])  # fmt: skip
    assert (changed["surname"], changed["phone"]) == ("King", None)
    assert changed["id_numbers"] == [{"type": "us_itin"}]
    assert changed["updated"] > made["updated"] >= made["created"]
    assert office.get(f"{path}/{made['id']}") == changed
    others = [office.post(path, given_name=name)["id"] for name in "xyz"]
    newest = office.get(path, limit=3)
    assert [each["id"] for each in newest["data"]] == others[::-1]
    after = office.get(newest["next_page_url"])
    assert ([each["id"] for each in after["data"]], after["next_page_url"]) == ([made["id"]], None)
    assert office.get(after["previous_page_url"])["data"] == newest["data"]
    gone = office.delete(f"{path}/{others[0]}")
    assert gone == {"id": others[0], "object": "v2.core.account_person"}
    assert office.refused(f"{path}/{others[0]}", verb="GET")["status"] == 404
    told = [name for name in types(office, account) if "person" in name]
    assert told == [
        *("v2.core.account_person.created", "v2.core.account_person.updated"),
        *["v2.core.account_person.created"] * 3,
        "v2.core.account_person.deleted",
    ]


@pytest.mark.alone
def test_tokens_are_used_once_and_not_for_long(office: Office) -> None:
    said = {"contact_email": "t@example.com", "identity": {
        "entity_type": "individual", "individual": {"given_name": "Ada"},
        "attestations": {"terms_of_service": {"account": {"shown_and_accepted": True}}},
    }}  # fmt: skip
    token = office.post("/v2/core/account_tokens", **said)
    assert (token["used"], token["object"]) == (False, "v2.core.account_token")
    made = office.post(PATH, account_token=token["id"], display_name="T", **LOUD)
    assert (made["contact_email"], made["display_name"]) == ("t@example.com", "T")
    assert made["identity"]["individual"]["given_name"] == "Ada"
    accepted = made["identity"]["attestations"]["terms_of_service"]["account"]
    assert (accepted["date"], accepted["ip"]) == ("2026-03-02T15:00:00.000Z", "127.0.0.1")
    assert office.get(f"/v2/core/account_tokens/{token['id']}")["used"] is True
    assert office.refused(PATH, account_token=token["id"])["code"] == "token_already_used"
    path = f"{PATH}/{made['id']}"
    tokens = [office.post(f"{path}/person_tokens", given_name="Eve", metadata={"a": "b"})["id"]
              for _ in range(2)]  # fmt: skip
    assert office.get(f"{path}/person_tokens/{tokens[0]}")["used"] is False
    other = office.post(PATH)["id"]
    assert office.refused(f"{PATH}/{other}/persons", person_token=tokens[0])["param"] == (
        "person_token"
    )
    assert office.refused(f"{PATH}/{other}/person_tokens/{tokens[0]}", verb="GET")["status"] == 404
    eve = office.post(f"{path}/persons", person_token=tokens[0], surname="Moneypenny")
    assert (eve["given_name"], eve["surname"], eve["metadata"]) == ("Eve", "Moneypenny", {"a": "b"})
    office.pass_time(minutes=16)
    assert "expired" in office.refused(f"{path}/persons", person_token=tokens[1])["message"]
