"""The description of the API is valid OpenAPI 3.1, whole, and tells what the decoders do."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from bezant.api.decoders import decoder
from bezant.api.openapi import document
from bezant.api.operation import Operation
from bezant.kernel.errors import InvalidRequest
from bezant.server.wiring import ROUTES
from tests.resources.office import URL, Office

OPERATIONS = {each.name: each for routes in ROUTES for each in routes.operations}
WHOLE = document(list(OPERATIONS.values()), URL)


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from [value] if name == "$ref" else references(value)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def body_of(operation: Operation) -> Any:
    """Return a validator of what an operation takes as JSON."""
    described = WHOLE["paths"][operation.path]["post"]["requestBody"]["content"]
    schema = described["application/x-www-form-urlencoded"]["schema"]
    return jsonschema_rs.Draft202012Validator(schema | {"components": WHOLE["components"]})


def test_it_is_valid() -> None:
    plain = msgspec.json.decode(msgspec.json.encode(WHOLE))
    assert [str(each) for each in OPENAPI_31_VALIDATOR.iter_errors(plain)] == []


def test_it_is_whole() -> None:
    described = [each for path in WHOLE["paths"].values() for each in path.values()]
    assert {each["operationId"] for each in described} == OPERATIONS.keys()
    assert len(described) == sum(len(routes.operations) for routes in ROUTES)
    assert all(each["summary"] for each in described)


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    components = WHOLE["components"]
    there = {f"#/components/{kind}/{name}" for kind, all in components.items() for name in all}
    found = set(references(WHOLE))
    assert found <= there
    assert {each for each in there if "/schemas/" in each} <= found


def test_schemas_are_of_the_draft_and_can_be_compiled() -> None:
    for name in WHOLE["components"]["schemas"]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": WHOLE["components"]}
        jsonschema_rs.Draft202012Validator(schema)


CASES: list[tuple[str, dict[str, Any]]] = [
    ("payouts.create", {}),
    ("payouts.create", {"amount": 1, "currency": "usd"}),
    ("payouts.create", {"amount": 0, "currency": "usd"}),
    ("payouts.create", {"amount": "1", "currency": "usd"}),
    ("payouts.create", {"amount": 1, "currency": "usd", "luck": 1}),
    ("payouts.create", {"amount": 1, "currency": "usd", "metadata": {"a": "b"}}),
    ("payouts.create", {"amount": 1, "currency": "usd", "metadata": {"a": 1}}),
    ("payouts.create", {"amount": 1, "currency": "usd", "metadata": ""}),
    ("payouts.create", {"amount": 1, "currency": "usd", "method": "fast"}),
    ("payouts.create", {"amount": 2**63, "currency": "usd"}),
    ("accounts.create", {"individual": {"dob": {"day": 1, "month": 1, "year": 1990}}}),
    ("accounts.create", {"individual": {"dob": {"day": "first"}}}),
    ("accounts.create", {"business_profile": {"support_address": {"city": ""}}}),
    ("accounts.create", {"capabilities": {"transfers": {"requested": True}}}),
    ("accounts.create", {"capabilities": {"transfers": {"requested": 1}}}),
    ("webhook_endpoints.create", {"url": "https://a.example", "enabled_events": []}),
    ("webhook_endpoints.create", {"url": "https://a.example", "enabled_events": "*"}),
    ("ledger.entries.create", {"moves": []}),
    ("ledger.entries.create", {"moves": [{"debit": "a", "credit": "b"}]}),
]


@pytest.mark.parametrize(("name", "body"), CASES)
def test_what_it_allows_is_what_is_taken(name: str, body: dict[str, Any]) -> None:
    operation = OPERATIONS[name]
    try:
        decoder(operation.params, json=True)(body)
        taken = True
    except InvalidRequest:
        taken = False
    assert body_of(operation).is_valid(body) == taken


def test_it_is_served_to_anybody(office: Office) -> None:
    told = office.ask("GET", "/openapi.json", secret="")
    assert (told.status, told.json["openapi"]) == (200, "3.1.0")
    assert "/v1/payouts" in told.json["paths"]
    assert told.headers["content-type"] == "application/json"
