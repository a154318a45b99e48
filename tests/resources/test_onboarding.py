"""The hosted page: opened once, used by whoever opened it, until everything due is known."""

import html
import re
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.resources.office import SECRET, URL, Office
from tests.resources.test_requirements import ASKED, HOSTED

PNG = b"\x89PNG\r\n\x1a\n0123"
BACK, AGAIN = "https://shop.example.com/done", "https://shop.example.com/again"
ANSWERS = {
    "business_type": "individual",
    "business_profile[mcc]": "5734",
    "business_profile[product_description]": "Hand-made <things>",
    "tos": "true",
    "external_account[account_holder_name]": "Ada Byron",
    "external_account[routing_number]": "110000000",
    "external_account[account_number]": "000123456789",
    "individual[first_name]": "Ada",
    "individual[last_name]": "Byron",
    "individual[email]": "ada@example.com",
    "individual[phone]": "+14155550100",
    "individual[dob][day]": "1",
    "individual[dob][month]": "1",
    "individual[dob][year]": "1902",
    "individual[address][line1]": "1 Main St",
    "individual[address][city]": "Reno",
    "individual[address][state]": "NV",
    "individual[address][postal_code]": "89501",
    "individual[ssn_last_4]": "0000",
}


class Browser:
    """A browser without scripts: it keeps cookies and fills in the forms that it is shown."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(office.app), base_url=URL)

    def open(self, url: str) -> httpx.Response:
        return self.office.run(self.client.get(url, follow_redirects=False))

    def enter(self, link: str) -> httpx.Response:
        moved = self.open(link)
        assert moved.status_code == 303, moved.text
        return self.open(moved.headers["Location"])

    def submit(
        self, page: httpx.Response, answers: dict[str, str], **forged: str
    ) -> httpx.Response:
        names = re.findall(r'name="([^"]+)"', page.text)
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        standing = r'<input[^>]* form="[^"]+" name="([^"]+)"[^>]* value="([^"]*)"'
        hidden += re.findall(standing, page.text)
        sent = {name: answers[name] for name in map(html.unescape, names) if name in answers}
        kept = {html.unescape(key): html.unescape(value) for key, value in hidden}
        body = urlencode({**kept, **sent, **forged})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        form = re.search(r'<form[^>]* method="post"[^>]* action="([^"]+)"', page.text)
        place = page.url.join(html.unescape(form[1])) if form else page.url
        return self.office.run(
            self.client.post(place, content=body, headers=headers, follow_redirects=False)
        )


@pytest.fixture
def seller(office: Office) -> str:
    return office.post("/v1/accounts", controller=HOSTED, country="US", capabilities=ASKED)["id"]


def link_for(office: Office, account: str, **others: Any) -> dict[str, Any]:
    params = {"refresh_url": BACK.replace("done", "again"), "return_url": BACK,
              "type": "account_onboarding", **others}  # fmt: skip
    answer = office.ask("POST", "/v1/account_links", params=params | {"account": account})
    assert answer.status == 200, answer.text
    return answer.json


def test_an_account_is_set_up_on_the_page(office: Office, seller: str) -> None:
    link = link_for(office, seller)
    assert link.keys() == {"object", "created", "expires_at", "url"}
    assert link["expires_at"] == link["created"] + 300
    browser = Browser(office)
    page = browser.enter(link["url"])
    assert (page.status_code, "What kind of business" in page.text) == (200, True)
    assert "<script" not in page.text
    assert "https://shop.example.com" in page.headers["Content-Security-Policy"]
    second = browser.submit(page, ANSWERS)
    assert second.status_code == 200, second.text
    assert "First name" in second.text
    assert "What kind of business" not in second.text
    wrong = browser.submit(second, ANSWERS | {"individual[email]": "nobody"})
    assert (wrong.status_code, 'class="wrong"' in wrong.text) == (200, True)
    assert 'value="Ada"' in wrong.text
    assert "0000" not in wrong.text
    done = browser.submit(wrong, ANSWERS)
    assert (done.status_code, done.headers.get("Location")) == (303, BACK)
    account = office.get(f"/v1/accounts/{seller}")
    assert (account["charges_enabled"], account["payouts_enabled"]) == (True, True)
    assert account["business_profile"]["product_description"] == "Hand-made <things>"
    assert account["tos_acceptance"]["ip"]
    assert account["tos_acceptance"]["date"]
    assert browser.open(str(done.request.url)).status_code == 303
    ask = {"types": ["v2.core.account_link.returned"]}
    (told,) = office.get("/v2/core/events", seller, **ask)["data"]
    assert told["data"] == {
        "account_id": seller,
        "configurations": ["merchant", "recipient"],
        "use_case": "account_onboarding",
    }


def test_whoever_is_not_believed_uploads_a_document(office: Office, seller: str) -> None:
    browser = Browser(office)
    watched = ANSWERS | {"individual[dob][year]": "1900"}
    page = browser.enter(link_for(office, seller)["url"])
    browser.submit(browser.submit(page, watched), watched)
    office.work()
    page = browser.open(str(page.url))
    paper = "individual.verification.document"
    assert (f'type="file" name="{paper}"' in page.text, "watch list" in page.text) == (True, True)
    token = re.findall(r'name="token" value="([^"]*)"', page.text)[0]

    def upload(field: str, data: bytes) -> httpx.Response:
        files = {field: ("ada.png", data, "image/png"), "none": ("", b"", "text/plain")}
        sent = browser.client.post(page.url, data={"token": token}, files=files)
        return office.run(sent)

    wrong = upload(paper, b"not a picture")
    assert (wrong.status_code, "of no type" in wrong.text) == (200, True)
    assert upload("company.verification.document", PNG).status_code == 200
    assert office.listed("/v1/files") == []
    assert upload(paper, PNG).status_code in (200, 303)
    (file,) = office.get("/v1/files")["data"]
    assert (file["purpose"], file["filename"]) == ("identity_document", "ada.png")
    office.work()
    account = office.get(f"/v1/accounts/{seller}")
    assert account["individual"]["verification"]["document"]["front"] == file["id"]
    assert account["charges_enabled"] is True


def test_a_link_opens_once_and_only_for_whoever_opened_it(office: Office, seller: str) -> None:
    link = link_for(office, seller)["url"]
    first, second = Browser(office), Browser(office)
    page = first.enter(link)
    for url in (link, str(page.url)):
        turned_away = second.open(url)
        assert (turned_away.status_code, turned_away.headers["Location"]) == (303, AGAIN)
    assert second.submit(page, ANSWERS).headers["Location"] == AGAIN
    assert first.submit(page, ANSWERS, token="x").headers["Location"] == AGAIN
    assert office.get(f"/v1/accounts/{seller}")["business_type"] is None
    assert first.open(link[:-1] + ("0" if link[-1] != "0" else "1")).headers["Location"] == AGAIN
    assert first.open("/setup/nowhere").status_code == 404


def test_a_bank_account_is_asked_for_as_its_country_names_it(office: Office) -> None:
    for country, bank, number in (
        ("US", "110000000", "000123456789"),
        ("GB", "10-88-00", "00012345"),
        ("CA", "11000-000", "000123456789"),
        ("IN", "HDFC0000261", "000123456789"),
        ("BR", "260-0001", "1234567"),
        ("JP", "BOTKJPJT", "1234567"),
        ("DE", "", "DE89370400440532013000"),
    ):
        made = office.post("/v1/accounts", controller=HOSTED, country=country, capabilities=ASKED)
        browser = Browser(office)
        page = browser.enter(link_for(office, made["id"])["url"])
        assert ("routing_number" in page.text) == bool(bank), country
        page = browser.submit(page, {"external_account[routing_number]": bank,
                                     "external_account[account_number]": number})  # fmt: skip
        due = office.get(f"/v1/accounts/{made['id']}")["requirements"]["currently_due"]
        assert "external_account" not in due, page.text


def test_an_account_that_is_closed_has_no_page(office: Office, seller: str) -> None:
    browser = Browser(office)
    page = browser.enter(link_for(office, seller)["url"])
    unopened = link_for(office, seller)["url"]
    office.post(f"/v1/accounts/{seller}/reject", reason="fraud")
    assert "has been closed" in browser.open(str(page.url)).text
    office.post(f"/v1/accounts/{seller}/unreject")
    assert browser.open(str(page.url)).status_code == 200
    office.delete(f"/v1/accounts/{seller}")
    for said in (browser.open(str(page.url)), browser.open(unopened), browser.submit(page, {})):
        assert (said.status_code, "has been closed" in said.text) == (403, True)


def test_links_and_pages_expire(office: Office, seller: str) -> None:
    late = link_for(office, seller)["url"]
    office.pass_time(seconds=301)
    assert Browser(office).open(late).headers["Location"] == AGAIN
    browser = Browser(office)
    page = browser.enter(link_for(office, seller)["url"])
    office.pass_time(hours=1)
    assert browser.submit(page, ANSWERS).headers["Location"] == AGAIN


def test_a_company_names_its_people(office: Office, seller: str) -> None:
    office.post(f"/v1/accounts/{seller}", business_type="company")
    browser = Browser(office)
    page = browser.enter(link_for(office, seller)["url"])
    told = {key.replace("individual", part): value for key, value in ANSWERS.items()
            for part in ("individual", "representative")}  # fmt: skip
    browser.submit(page, told | {"company[owners_provided]": "true"})
    (person,) = office.get(f"/v1/accounts/{seller}/persons")["data"]
    assert (person["first_name"], person["relationship"]["representative"]) == ("Ada", True)


def test_several_owners_are_named_and_told_apart(office: Office, seller: str) -> None:
    office.post(f"/v1/accounts/{seller}", business_type="company")
    browser = Browser(office)
    options = {"fields": "eventually_due"}
    page = browser.enter(link_for(office, seller, collection_options=options)["url"])
    told = {key.replace("individual", "representative"): value for key, value in ANSWERS.items()}
    told["representative[relationship][director]"] = "true"
    for first, last in (("Grace", "Hopper"), ("Mary", "Jackson")):
        told |= {"owners[first_name]": first, "owners[last_name]": last,
                 "owners[email]": f"{first}@example.com"}  # fmt: skip
        page = browser.submit(page, told)
        assert "Another owner" in page.text
        assert f'value="{first}"' not in page.text, "who is saved is not added once more"
    page = browser.submit(page, {"company[owners_provided]": "true"})
    assert ("Another owner" in page.text, "About Grace Hopper" in page.text,
            "About Mary Jackson" in page.text) == (False, True, True)  # fmt: skip
    people = office.get(f"/v1/accounts/{seller}/persons")["data"]
    assert [each["first_name"] for each in people] == ["Mary", "Grace", "Ada"]
    assert [each["relationship"]["owner"] for each in people] == [True, True, False]


def test_what_was_left_out_is_marked_and_nothing_else_taken(office: Office, seller: str) -> None:
    browser = Browser(office)
    page = browser.enter(link_for(office, seller)["url"])
    forged = {"company[name]": "Not asked for", "person_1[email]": "ada@example.com"}
    page = browser.submit(page, {"tos": "true", "business_profile[url]": "nowhere"}, **forged)
    assert page.text.count("This is still needed.") == len(
        ["business_type", "mcc", "routing_number", "account_number"])  # fmt: skip
    assert 'name="tos" value="true" checked' in page.text
    account = office.get(f"/v1/accounts/{seller}")
    assert (account["company"].get("name"), account["tos_acceptance"]["date"]) == (None, None)


def test_an_address_that_nobody_knows_is_corrected(office: Office, seller: str) -> None:
    browser = Browser(office)
    wrong = ANSWERS | {"individual[dob][year]": "1903",
                       "individual[address][line1]": "address_no_match"}  # fmt: skip
    page = browser.enter(link_for(office, seller)["url"])
    browser.submit(browser.submit(page, wrong), wrong)
    office.work()
    page = browser.open(str(page.url))
    assert browser.submit(page, {}).text.count("This is still needed.") == 1
    browser.submit(page, {"individual[address][line1]": "1 Main St"})
    office.work()
    assert office.get(f"/v1/accounts/{seller}")["charges_enabled"] is True


def test_login_links_open_the_page_of_express_accounts(office: Office, seller: str) -> None:
    path = f"/v1/accounts/{seller}/login_links"
    assert "not been onboarded" in office.refused(path)["message"]
    assert "express" in office.refused(f"/v1/accounts/{office.open_account()}/login_links")[
        "message"
    ]  # fmt: skip
    browser = Browser(office)
    page = browser.enter(link_for(office, seller)["url"])
    browser.submit(browser.submit(page, ANSWERS), ANSWERS)
    link = office.post(path)
    assert link.keys() == {"object", "created", "url"}
    assert "social security" not in Browser(office).enter(link["url"]).text


def test_bad_links_are_refused(office: Office, seller: str) -> None:
    good = {"account": seller, "refresh_url": AGAIN, "return_url": BACK,
            "type": "account_onboarding"}  # fmt: skip
    for change, param in (
        ({"return_url": "javascript:alert(1)"}, "return_url"),
        ({"refresh_url": "https://a b"}, "refresh_url"),
        ({"type": "account_update"}, "type"),
        ({"collect": "currently_due", "collection_options": {"fields": "currently_due"}},
         "collect"),
        ({"account": office.platform}, "account"),
    ):  # fmt: skip
        answer = office.ask("POST", "/v1/account_links", params=good | change)
        assert (answer.status, answer.error["param"]) == (400, param)
    without = {name: value for name, value in good.items() if name != "return_url"}
    answer = office.ask("POST", "/v1/account_links", params=without)
    assert answer.error["param"] == "return_url"


def test_links_of_v2_lead_to_the_same_page(office: Office, seller: str) -> None:
    options = {"fields": "eventually_due", "future_requirements": "include"}
    use = {"refresh_url": AGAIN, "return_url": BACK, "collection_options": options}
    case = {"type": "account_onboarding", "account_onboarding": use}
    made = link_of_v2(office, seller, case)
    link = made.json()
    assert (made.status_code, link["account"], link["use_case"]) == (200, seller, case)
    assert link["expires_at"] > link["created"]
    assert Browser(office).enter(link["url"]).status_code == 200
    for wrong, param in (
        ({"type": "account_update"}, "use_case[account_update]"),
        (case | {"account_update": use}, "use_case[account_update]"),
        ({"type": "account_update", "account_update": use}, "use_case[type]"),
    ):
        refused = link_of_v2(office, seller, wrong)
        assert (refused.status_code, refused.json()["error"]["param"]) == (400, param)


def link_of_v2(office: Office, account: str, case: dict[str, Any]) -> httpx.Response:
    body = {"account": account, "use_case": case}
    headers = {"Authorization": f"Bearer {SECRET}"}
    client = Browser(office).client
    return office.run(client.post("/v2/core/account_links", json=body, headers=headers))
