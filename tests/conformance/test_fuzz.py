"""Thousands of requests made up from /openapi.json: no answer breaks, each is as described.

Schemathesis makes them, in order and beyond it; half of those with an id name something that
exists. The seed is fixed, so that the same code gets the same requests.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bezant.api.openapi import document
from bezant.api.operation import Operation, placeholders_of
from tests.conformance.town import BANK, OPERATIONS, URL, Town, Who
from tests.resources.office import flat

CASES = 5_000
EACH = -(-CASES // len(OPERATIONS))
WHOLE = msgspec.json.decode(msgspec.json.encode(document(list(OPERATIONS.values()), URL)))
SCHEMA = schemathesis.openapi.from_dict(WHOLE)
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def things(town: Town) -> Mapping[str, str]:
    """One of everything."""
    me = Who(town.own)
    asked = {"card_payments": {"requested": True}, "transfers": {"requested": True}}
    seller = town.good(
        me, "POST", "/v1/accounts", type="custom", capabilities=asked, external_account=BANK
    )
    return town.furnish(me, seller["id"]) | {"accounts": seller["id"]}


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_answer_breaks(name: str, town: Town, things: Mapping[str, str]) -> None:
    operation = OPERATIONS[name]
    described = SCHEMA[operation.path][operation.method]
    cases = st.one_of(described.as_strategy(mode) for mode in MODES)

    @settings(
        max_examples=EACH,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, real=st.booleans())
    def attempt(case: schemathesis.Case, real: bool) -> None:
        path = path_of(operation, case, things if real else {})
        answer = town.run(town.http.request(operation.method, path, **sent(town, case)))
        assert answer.status_code < 500, answer.text
        if answer.headers["content-type"] == "application/json":
            told = validator(name, answer.status_code).iter_errors(answer.json())
            assert [f"{error.instance_path}: {error.message}" for error in told] == []

    attempt()


def path_of(operation: Operation, case: schemathesis.Case, things: Mapping[str, str]) -> str:
    """Return the path with what was made up, or with things that exist, in its places."""
    words = operation.path.split("/")
    for at, word in enumerate(words):
        if word.startswith("{"):
            made_up = str((case.path_parameters or {}).get(word[1:-1], "x"))
            words[at] = quote(things.get(words[at - 1], made_up), safe="")
    assert len(placeholders_of(operation.path)) == operation.path.count("{")
    return "/".join(words)


def sent(town: Town, case: schemathesis.Case) -> dict[str, Any]:
    """Return the query, body and headers of a case, as httpx takes them."""
    given: dict[str, Any] = {"params": list(pairs(case.query or {}))}
    headers = {"Authorization": f"Bearer {town.own}"}
    if isinstance(case.body, dict | list | str | int | float | bool):
        json = case.media_type == "application/json"
        headers["Content-Type"] = case.media_type or FORM
        given["content"] = msgspec.json.encode(case.body) if json else form(case.body)
    return given | {"headers": headers}


def pairs(query: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of a query; `a[]` stands once for each item of its list."""
    for name, value in query.items():
        if name.endswith("[]") and isinstance(value, list):
            yield from ((name, str(each)) for each in value)
        else:
            yield from flat({name: value})


def form(body: Any) -> bytes:
    """Return a form; what is no hash is sent as it is."""
    if not isinstance(body, dict):
        return str(body).encode("utf-8", "replace")
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in flat(body)).encode()


def validator(name: str, status: int) -> jsonschema_rs.Validator:
    """Return what knows the answers of an operation."""
    operation = OPERATIONS[name]
    responses = WHOLE["paths"][operation.path][operation.method.lower()]["responses"]
    content = responses.get(str(status), responses["default"])["content"]
    return compiled(msgspec.json.encode(content["application/json"]["schema"]))


@lru_cache(maxsize=4)  # Each holds all components, and errors have one for all operations.
def compiled(schema: bytes) -> jsonschema_rs.Validator:
    """Return what knows the answers of a schema, as JSON."""
    whole = msgspec.json.decode(schema) | {"components": WHOLE["components"]}
    return jsonschema_rs.Draft202012Validator(whole)
