"""Files: what each purpose takes, where the bytes are had back, and links that end."""

import re
import zipfile
from io import BytesIO

import pytest

from bezant.resources.core.file_purposes import MOST_BYTES, PURPOSES
from tests.resources.office import OTHER_SECRET, Office, good

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PDF, JPG, GIF = b"%PDF-1.7\n...", b"\xff\xd8\xff\xe0....", b"GIF89a...."
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'
PEM = b"-----BEGIN CERTIFICATE-----\nAAAA\n"


def archive(*members: str) -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w") as made:
        for name in members:
            made.writestr(name, "x")
    return whole.getvalue()


EXAMPLES = {
    "apk": archive("AndroidManifest.xml"),
    "csv": b"a,b\n1,2\n",
    "docx": archive("word/document.xml"),
    "gif": GIF,
    "jpg": JPG,
    "json": b'{"a": 1}',
    "pdf": PDF,
    "pem": PEM,
    "png": PNG,
    "svg": SVG,
    "txt": "terms, einverstanden: ä".encode(),
    "xlsx": archive("xl/workbook.xml"),
}


def upload(office: Office, data: bytes = PNG, purpose: str = "business_logo", **others):
    name = others.pop("name", "logo.png")
    account = others.pop("account", None)
    asked = office.ask(
        "POST", "/v1/files", params={"purpose": purpose, **others}, file=(name, data),
        account=account,
    )  # fmt: skip
    return good(asked)


def refused(office: Office, data: bytes, purpose: str, **others) -> dict:
    params = {"purpose": purpose, **others}
    return office.ask("POST", "/v1/files", params=params, file=("f", data)).error


def test_a_file_is_had_back_as_it_was(office: Office) -> None:
    made = upload(office, name="..\\secret\\my logo.png")
    assert (made["filename"], made["type"], made["size"]) == ("my logo.png", "png", len(PNG))
    assert made["url"] == f"https://pay.example.com/v1/files/{made['id']}/contents"
    assert office.get(f"/v1/files/{made['id']}") == made
    office.post("/v1/customers", name="Ada")
    back = office.run(office.send("GET", f"/v1/files/{made['id']}/contents", raw=True))
    assert back.content == PNG
    assert back.headers["Content-Type"] == "image/png"
    assert back.headers["X-Content-Type-Options"] == "nosniff"
    assert "filename*=UTF-8''my%20logo.png" in back.headers["Content-Disposition"]
    assert office.events()[0] == "file.created"
    assert office.ask("GET", f"/v1/files/{made['id']}/contents", secret=OTHER_SECRET).status == 404


@pytest.mark.parametrize("purpose", [name for name in PURPOSES if name != "finance_report_run"])
def test_each_purpose_takes_its_types_and_no_others(office: Office, purpose: str) -> None:
    rule = PURPOSES[purpose]
    for kind, data in EXAMPLES.items():
        if kind in rule.types:
            made = upload(office, data, purpose)
            assert made["type"] in rule.types
            assert (made["url"] is None) == rule.private
            ends = made["expires_at"] and made["expires_at"] - made["created"]
            assert ends == rule.stays_seconds
        elif not {"txt", "csv"} & set(rule.types):
            assert refused(office, data, purpose)["code"] == "file_type_unsupported", kind
    assert refused(office, b"", purpose)["code"] == "parameter_invalid_empty"


@pytest.mark.parametrize(
    ("purpose", "data"),
    [("business_icon", PNG), ("customer_signature", SVG), ("dispute_evidence", PDF)],
)
def test_each_purpose_has_a_limit(office: Office, purpose: str, data: bytes) -> None:
    most = PURPOSES[purpose].most_bytes
    assert upload(office, data.ljust(most), purpose)["size"] == most
    assert refused(office, data.ljust(most + 1), purpose)["code"] == "file_too_large"


def test_the_whole_has_a_limit(office: Office) -> None:
    data = PDF.ljust(MOST_BYTES)
    assert upload(office, data, "pci_document")["size"] == MOST_BYTES
    assert refused(office, data.ljust(MOST_BYTES + 1), "pci_document")["code"] == "file_too_large"
    far = refused(office, data.ljust(MOST_BYTES + (1 << 17)), "pci_document")
    assert far["code"] == "request_body_too_large"


def test_purposes_and_bodies_that_are_none(office: Office) -> None:
    assert refused(office, PNG, "finance_report_run")["param"] == "purpose"
    assert refused(office, PNG, "logo")["param"] == "purpose"
    plain = office.refused("/v1/files", purpose="business_logo", file="hello")
    assert plain["param"] == "file"
    link = {"create": "false", "expires_at": 1}
    asked = refused(office, PNG, "business_logo", file_link_data=link)
    assert asked["param"] == "file_link_data[create]"


def test_files_are_listed_by_purpose_with_their_links(office: Office) -> None:
    logo, icon = upload(office), upload(office, purpose="business_icon")
    link = office.post("/v1/file_links", file=logo["id"])
    page = office.get("/v1/files")
    assert [each["id"] for each in page["data"]] == [icon["id"], logo["id"]]
    assert page["data"][1]["links"]["data"] == [link]
    assert office.listed("/v1/files", purpose="business_icon") == [icon["id"]]
    assert office.listed("/v1/files", starting_after=icon["id"]) == [logo["id"]]


def path_of(link: dict) -> str:
    return link["url"].removeprefix("https://pay.example.com")


def test_anybody_follows_a_link_until_it_ends(office: Office) -> None:
    now = int(office.clock.now().timestamp())
    made = upload(office, file_link_data={"create": "true", "expires_at": now + 60})
    (link,) = made["links"]["data"]
    assert re.fullmatch(r"/links/[0-9A-Za-z]{63}", path_of(link))
    followed = office.run(office.send("GET", path_of(link), secret="", raw=True))
    assert (followed.status_code, followed.content) == (200, PNG)
    assert "sandbox" in followed.headers["Content-Security-Policy"]
    for wrong in (path_of(link)[:-1] + "_", path_of(link)[:-1], "/links/" + "z" * 63):
        assert office.ask("GET", wrong, secret="").status == 404
    last = path_of(link)
    other = last[:-1] + ("0" if last[-1] != "0" else "1")
    assert office.ask("GET", other, secret="").status == 404
    office.pass_time(seconds=60)
    assert office.ask("GET", path_of(link), secret="").status == 404
    assert office.get(f"/v1/file_links/{link['id']}")["expired"] is True
    assert office.listed("/v1/file_links", expired="true") == [link["id"]]
    assert office.listed("/v1/file_links", expired="false") == []
    path = f"/v1/file_links/{link['id']}"
    assert office.refused(path, expires_at="")["code"] == "file_link_expired"


def test_a_link_can_be_changed_while_it_lasts(office: Office) -> None:
    now = int(office.clock.now().timestamp())
    link = office.post("/v1/file_links", file=upload(office)["id"], metadata={"a": "b"})
    path = f"/v1/file_links/{link['id']}"
    assert (link["expires_at"], link["expired"]) == (None, False)
    assert office.post(path, expires_at=now + 5)["expires_at"] == now + 5
    assert office.post(path, expires_at="", metadata={"c": "d"})["expires_at"] is None
    assert office.get(path)["metadata"] == {"a": "b", "c": "d"}
    assert office.refused(path, expires_at=now)["param"] == "expires_at"
    assert office.refused(path, expires_at="soon")["param"] == "expires_at"
    ended = office.post(path, expires_at="now")
    assert (ended["expired"], ended["expires_at"]) == (True, now)
    assert office.ask("GET", path_of(link), secret="").status == 404


def test_what_is_private_is_not_given_out(office: Office) -> None:
    made = upload(office, PDF, "identity_document")
    assert office.ask("GET", f"/v1/files/{made['id']}/contents").status == 404
    assert office.refused("/v1/file_links", file=made["id"])["code"] == "file_not_linkable"
    assert office.refused("/v1/file_links", file="file_1")["param"] == "file"


def test_what_has_expired_is_gone(office: Office) -> None:
    made = upload(office, SVG, "customer_signature")
    link = office.post("/v1/file_links", file=made["id"])
    office.pass_time(days=7)
    assert office.ask("GET", f"/v1/files/{made['id']}/contents").status == 404
    assert office.ask("GET", path_of(link), secret="").status == 404
    assert office.refused("/v1/file_links", file=made["id"])["param"] == "file"
    assert office.get(f"/v1/files/{made['id']}")["size"] == len(SVG)


def test_a_file_counts_by_its_bytes_under_a_key(office: Office) -> None:
    sent = {"params": {"purpose": "business_logo"}, "Idempotency_Key": "one"}
    first = office.ask("POST", "/v1/files", file=("a.png", PNG), **sent)
    again = office.ask("POST", "/v1/files", file=("a.png", PNG), **sent)
    assert again.text == first.text
    other = office.ask("POST", "/v1/files", file=("a.png", PNG + b"x"), **sent)
    assert other.error["type"] == "idempotency_error"
    assert len(office.listed("/v1/files")) == 1
