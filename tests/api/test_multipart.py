"""Files: multipart bodies as clients send them, within the limits of the operation."""

import json
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stripe._multipart_data_generator import MultipartDataGenerator

from bezant.api.multipart import Upload, decode
from bezant.kernel.errors import InvalidRequest
from bezant.store.request_log import without_secrets
from tests.api.shop import Answer, World

PATH = "/v1/desk/photos"
TYPE = "multipart/form-data; boundary=XX"


def part(name: str, content: bytes, *, filename: str | None = None, media: str = "") -> bytes:
    called = "" if filename is None else f'; filename="{filename}"'
    kind = f"\r\nContent-Type: {media}" if media else ""
    head = f'--XX\r\nContent-Disposition: form-data; name="{name}"{called}{kind}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def send(shop: World, *parts: bytes, end: bytes = b"--XX--\r\n", **headers: str) -> Answer:
    return shop.post(PATH, b"".join(parts) + end, **{"Content_Type": TYPE, **headers})


FILE = part("file", b"\x00\xff\r\n--X", filename="a b.png", media="image/png")


def test_a_file_arrives_as_it_was_sent(shop: World) -> None:
    answer = send(shop, part("of", "Zürich+%41".encode()), FILE, part("notes[0]", b"x"))
    assert answer.json == {
        "object": "photo",
        "account": "acct_platform",
        "of": "Zürich+%41",
        "notes": ["x"],
        "name": "a b.png",
        "type": "image/png",
        "size": 7,
        "text": "\x00\xff\r\n--X",
    }


def test_the_official_client_sends_files_so(shop: World) -> None:
    generator = MultipartDataGenerator()
    generator.add_params({"of": "me", "file": BytesIO(b"hello"), "notes": ["1", "2"]})
    kind = f"multipart/form-data; boundary={generator.boundary}"
    answer = shop.post(PATH, generator.get_post_data(), Content_Type=kind)
    assert (answer.status, answer.json["text"]) == (200, "hello")
    assert answer.json["notes"] == ["1", "2"]


@pytest.mark.parametrize(
    ("parts", "param", "message"),
    [
        ([part("of", b"x")], "file", "Missing required param: file."),
        ([part("of", b"x"), part("file", b"text")], "file", "Invalid file"),
        ([FILE, part("of", b"x", filename="of.txt")], "of", "Invalid string: 1 bytes of"),
        ([FILE, FILE, part("of", b"x")], "file", "A file cannot be sent as the parameter: file"),
        ([FILE, part("file", b"x")], "file", None),
        ([part("file[a]", b"x", filename="y")], "file[a]", None),
        ([FILE, part("of", b"\xff")], "of", "Invalid UTF-8"),
        ([FILE, part("of", b"a\x00")], "of", "Invalid null character"),
        ([FILE, part("of", b"x"), part("more", b"x")], "more", "Received unknown parameter"),
    ],
)
def test_parameters_that_are_refused(
    shop: World, parts: list[bytes], param: str, message: str | None
) -> None:
    answer = send(shop, *parts)
    assert (answer.status, answer.error["param"]) == (400, param)
    assert answer.error["message"].startswith(message or "")


@pytest.mark.parametrize(
    "body",
    [
        b"hello",
        FILE,
        b"--XX\r\nContent-Disposition: form-data\r\n--XX--",
        b"--XX\r\nContent-Type: text/plain\r\n\r\nx\r\n--XX--",
        b"--XX\r\nX: " + b"y" * 5_000 + b"\r\n\r\nx\r\n--XX--",
    ],
)
def test_bodies_that_cannot_be_read(shop: World, body: bytes) -> None:
    answer = shop.post(PATH, body, Content_Type=TYPE)
    assert (answer.status, answer.error["code"]) == (400, "request_body_invalid")


def test_a_file_needs_its_boundary_and_an_operation_that_takes_it(shop: World) -> None:
    answer = shop.post(PATH, FILE, Content_Type="multipart/form-data")
    assert (answer.status, answer.error["code"]) == (400, "request_body_invalid")
    answer = shop.post("/v1/parcels", FILE, Content_Type=TYPE)
    assert (answer.status, answer.error["code"]) == (400, "content_type_unsupported")
    answer = shop.post(PATH, json.dumps({}), Content_Type="application/json")
    assert answer.error["message"].endswith(
        "takes application/x-www-form-urlencoded or multipart/form-data."
    )
    assert shop.post(f"{PATH}?of=x", FILE, Content_Type=TYPE).status == 400


def test_a_file_is_no_larger_than_the_operation_takes(shop: World) -> None:
    frame = len(part("of", b"x")) + len(part("file", b"", filename="f")) + len(b"--XX--\r\n")
    room = 8_192 - frame
    fits = send(shop, part("of", b"x"), part("file", b"y" * room, filename="f"))
    assert (fits.status, fits.json["size"]) == (200, room)
    over = send(shop, part("of", b"x"), part("file", b"y" * (room + 1), filename="f"))
    assert (over.status, over.error["code"]) == (400, "request_body_too_large")


def test_a_request_has_so_many_parts(shop: World) -> None:
    with pytest.raises(InvalidRequest, match="Too many parameters"):
        decode(b"--XX\r\n\r\n\r\n" * 1_001 + b"--XX--", TYPE)
    assert send(shop, FILE, part("of", b"x")).status == 200


def test_a_key_tells_files_apart_and_the_log_keeps_none(shop: World) -> None:
    first = send(shop, FILE, part("of", b"x"), Idempotency_Key="k")
    again = send(shop, part("of", b"x"), FILE, Idempotency_Key="k")
    assert again.text == first.text
    changed = part("file", b"else", filename="a b.png", media="image/png")
    other = send(shop, changed, part("of", b"x"), Idempotency_Key="k")
    assert other.error["type"] == "idempotency_error"
    kept = without_secrets(shop.records[0].parameters)
    assert kept is not None
    assert "7 bytes of image/png, SHA-256 " in kept
    assert "--X" not in kept


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["XX", "-", "a'b"]))
def test_nothing_but_a_refusal_comes_of_nonsense(noise: bytes, boundary: str) -> None:
    kind = f"multipart/form-data; boundary={boundary}"
    for raw in (noise, b"--" + boundary.encode() + noise, FILE + noise + b"\r\n--XX--"):
        with suppress(InvalidRequest):
            tree: Any = decode(raw, kind)
            assert all(isinstance(each, (str, list, dict, Upload)) for each in tree.values())
