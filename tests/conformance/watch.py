"""Holds every answer of an application in this process against the API's surface.

What the surface does not have, such as the ledger's own operations, is held against the structs
that we declare ourselves. An error has the members and the codes that are documented.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import httpx
import jsonschema_rs
import msgspec

from bezant.api.error_codes import ERROR_CODES
from bezant.api.openapi_results import reference, result_schemas
from bezant.api.operation import Operation
from bezant.api.resource import Identified
from bezant.resources.webhooks.event_types import KNOWN
from tests.resources.shapes import SURFACE, WHOLE, deleted_faults, faults, is_gone, value_faults
from tools.surface import key_of

LIST = {"object", "data", "has_more", "url"}
LIST_OF_V2 = {"data", "next_page_url", "previous_page_url"}
ERROR_TYPES = {"api_error", "card_error", "idempotency_error", "invalid_request_error"}
ERROR_TYPES_OF_V2 = {"insufficient_funds", "rate_limit"}
ERROR_MEMBERS = {"advice_code", "charge", "code", "decline_code", "doc_url", "message",
                 "network_advice_code", "network_decline_code", "param", "payment_intent",
                 "payment_method", "payment_method_type", "request_log_url", "setup_intent",
                 "source", "type"}  # fmt: skip
EMBEDDED = {"payment_intent": "PaymentIntent", "payment_method": "PaymentMethod",
            "setup_intent": "SetupIntent"}  # fmt: skip
"""Objects that an error shows whole."""
CODES = {each.code for each in ERROR_CODES}

RETURNS = {key_of(method, path): returns for method, path, _, returns in WHOLE["operations"]}
KINDS = {
    shape["fields"]["object"][0]["enum"][0]: name
    for name, shape in SURFACE.items()
    if "enum" in shape["fields"].get("object", [()])[0] and not name.startswith("v2.")
}
"""The shape of each kind of object, by the word that its `object` has."""


SURFACE["Event"]["fields"]["type"] = [{"enum": sorted(KNOWN)}, ""]
"""Events of ours have types of their own; those of the surface are among all that are known."""


SURFACE["v2.core.Event"]["fields"]["related_object"] = [{"map": "str"}, "?"]
"""The surface has it in the shapes of the single types, of which there are hundreds."""
SURFACE["v2.core.EventDestination"]["nested"]["StatusDetails"]["nested"]["Disabled"]["fields"][
    "reason"
] = ["str", ""]
"""The reasons are an open enumeration, and one of ours is among them."""

SURFACE["Balance"]["fields"]["risk_reserved"] = ["#RefundAndDisputePrefunding", "?"]
"""What is kept back is a part of the balance in versions that are previews."""

SURFACE["ApplicationFee"]["fields"]["charge"][1] += "n"
"""The surface knows fees of payouts, and does not say that those have no charge."""

SURFACE["v2.core.Event"]["fields"]["data"] = [{"map": "any"}, "?"]
"""So it is with what some types say besides."""


def loosen(shape: dict[str, Any]) -> None:
    """Let what may be missing be null as well."""
    for field in shape["fields"].values():
        field[1] += "n" if "?" in field[1] else ""
    for each in shape.get("nested", {}).values():
        loosen(each)


for _name in ("v2.core.Account", "v2.core.AccountPerson"):
    loosen(SURFACE[_name])
"""The clients call optional what the API gives as null when it is not asked for or not known."""

OWN_SOURCES = [
    "br_bank_transfer",
    "ca_bank_transfer",
    "gb_bank_transfer",
    "in_bank_transfer",
    "swift_bank_transfer",
]
"""The types of sources are open; these are ours, for accounts that the surface has none for."""
SURFACE["Source"]["fields"] |= {name: [{"map": "any"}, "?"] for name in OWN_SOURCES}
SURFACE["Source"]["fields"]["type"][0]["enum"] += OWN_SOURCES


SURFACE["FundingInstructions"]["nested"]["BankTransfer"]["fields"]["type"][0]["enum"] += [
    "gb_bank_transfer",
    "us_bank_transfer",
]
"""The surface asks for more kinds of transfer than it has in the answer."""


class Nonconforming(AssertionError):
    """An answer is not what the surface says."""


def watch(transport: httpx.ASGITransport, request: httpx.Request, response: Any) -> None:
    """Raise Nonconforming if an answer of one of our applications is not as it should be."""
    router = getattr(transport.app, "_router", None)
    body = b"".join(response.stream._body)
    if router is None or response.headers.get("content-type") != "application/json" or not body:
        return
    found = router.find(request.url.path)
    responder = getattr(found[0], f"on_{request.method.lower()}", None) if found else None
    operation = getattr(getattr(responder, "__self__", None), "_operation", None)
    told = list(answer_faults(operation, response.status_code, msgspec.json.decode(body)))
    if told:
        raise Nonconforming(f"{request.method} {request.url.path}: " + "; ".join(told))


def answer_faults(operation: Operation | None, status: int, body: Any) -> Iterator[str]:
    """Yield everything in which an answer differs from what the operation should give."""
    if status >= 400:
        if operation is not None or "error" in body:
            yield from error_faults(body, v2=operation is not None and operation.second)
    elif operation is not None:
        returns = RETURNS.get(key_of(operation.method, operation.path))
        if returns is None:
            yield from own_faults(operation, body)
        elif is_gone(body):
            yield from deleted_faults(body, operation.name)
        else:
            yield from value_faults(body, returns, operation.name)
            yield from event_faults(body)


def error_faults(body: Any, *, v2: bool = False) -> Iterator[str]:
    """Yield what is wrong with the body of an error."""
    if body.keys() != {"error"}:
        yield f"an error has the members {sorted(body)}"
        return
    error = body["error"]
    for name in EMBEDDED.keys() & error.keys():
        yield from faults(error[name], EMBEDDED[name])
    plain = {name: value for name, value in error.items() if name not in EMBEDDED}
    if error.keys() - ERROR_MEMBERS or not all(isinstance(each, str) for each in plain.values()):
        yield f"an error has the members {error}"
    types = ERROR_TYPES | ERROR_TYPES_OF_V2 if v2 else ERROR_TYPES
    if error.get("type") not in types or not error.get("message"):
        yield f"an error has no known type or no message: {error}"
    if "code" in error and error["code"] not in CODES:
        yield f"the code {error['code']} is not documented"


def event_faults(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield in what the objects inside events differ from their shapes."""
    for event in body["data"] if body.get("object") == "list" else [body]:
        if isinstance(event, dict) and event.get("object") == "event":
            shown = event["data"]["object"]
            if shown["object"] in KINDS:
                yield from faults(shown, KINDS[shown["object"]])


def own_faults(operation: Operation, body: Mapping[str, Any]) -> Iterator[str]:
    """Yield in what an answer differs from the struct that the operation returns."""
    returns = operation.options.returns
    if returns is None or not isinstance(body, dict):
        return
    if operation.options.listing:
        if body.keys() != (LIST_OF_V2 if operation.second else LIST):
            yield f"{operation.name} is not a list object: {sorted(body)}"
        for item in body.get("data", ()):
            yield from error_faults(item) if "error" in item else struct_faults(item, returns)
    elif body.get("object") == returns.kind():
        if body.get("deleted") is True:
            yield from deleted_faults(body, operation.name)
        elif operation.second and operation.method == "DELETE":
            if body.keys() != {"id", "object"}:
                yield f"{operation.name} says more of what is gone than its id: {sorted(body)}"
        else:
            yield from struct_faults(body, returns)


def struct_faults(value: Mapping[str, Any], kind: type[Identified]) -> Iterator[str]:
    """Yield in what an object differs from its struct, as /openapi.json describes that."""
    for error in validator(kind).iter_errors(value):
        yield f"{kind.kind()}{error.instance_path}: {error.message[:200]}"


@cache
def validator(kind: type[Identified]) -> jsonschema_rs.Validator:
    """Return what knows the schema of a kind of object."""
    whole = {"components": {"schemas": result_schemas([kind])}}
    return jsonschema_rs.Draft202012Validator(whole | reference(kind))
