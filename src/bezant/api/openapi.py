"""The API described in OpenAPI 3.1, from the declarations that serve it: `/openapi.json`."""

import inspect
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args, get_origin

import falcon.asgi
import msgspec

from bezant.api.download import Download
from bezant.api.error_codes import ERROR_CODES
from bezant.api.openapi_params import EXPAND, ParamSchemas, Schema
from bezant.api.openapi_results import reference, result_schemas
from bezant.api.operation import Operation, placeholders_of
from bezant.api.resource import Identified
from bezant.api.results import Itemised
from bezant.api.runtime import API_VERSION
from bezant.kernel.codec import encode_json

_ERROR: Schema = {"$ref": "#/components/schemas/Error"}
_HEADERS: dict[str, Schema] = {
    "Stripe-Account": {"description": "The connected account that the request is for."},
    "Stripe-Version": {"description": "The version of the API that the client was written for."},
    "Idempotency-Key": {"description": "The same key makes the same request happen once."},
}
_ERROR_SCHEMA: Schema = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["type", "message", "request_log_url"],
            "properties": {
                "type": {
                    "enum": [
                        "api_error",
                        "card_error",
                        "idempotency_error",
                        "invalid_request_error",
                    ]
                },
                "code": {"enum": [each.code for each in ERROR_CODES]},
                "doc_url": {"type": "string"},
                "message": {"type": "string"},
                "param": {"type": "string"},
                "request_log_url": {"type": "string"},
            },
        }
    },
}


class Description:
    """Serves the document, to anybody; it is made when it is first asked for."""

    def __init__(self, operations: Sequence[Operation], public_url: str) -> None:
        """Describe these operations."""
        self._operations = operations
        self._public_url = public_url
        self._made: bytes | None = None

    async def on_get(self, _request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        """Send the document."""
        if self._made is None:
            self._made = encode_json(document(self._operations, self._public_url))
        response.data = self._made


def document(operations: Sequence[Operation], public_url: str) -> dict[str, Any]:
    """Return the document of some operations."""
    kinds = dict.fromkeys(each.options.returns for each in operations if each.options.returns)
    results = result_schemas(kinds)
    params = ParamSchemas(reserved=[*results, "Error"])
    deletable = {each.path for each in operations if each.method == "DELETE"}
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        described = _operation(each, params, deletable=each.path in deletable)
        paths.setdefault(each.path, {})[each.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "Bezant", "version": API_VERSION},
        "servers": [{"url": public_url}],
        "security": [{"bearer": []}, {"basic": []}],
        "tags": _tags(kinds),
        "paths": paths,
        "components": {
            "schemas": {**results, **params.components, "Error": _ERROR_SCHEMA},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "The API key is the user name; there is no password.",
                },
            },
            "parameters": {
                name: {"name": name, "in": "header", "schema": {"type": "string"}, **about}
                for name, about in _HEADERS.items()
            },
        },
    }


def _tags(kinds: Iterable[type[Identified]]) -> list[Schema]:
    return [{"name": kind.kind(), "description": inspect.getdoc(kind) or ""} for kind in kinds]


def _operation(operation: Operation, params: ParamSchemas, *, deletable: bool) -> Schema:
    summary, _, rest = operation.doc.partition("\n\n")
    returns = operation.options.returns
    described: Schema = {
        "operationId": operation.name,
        "summary": summary.replace("\n", " "),
        "tags": [returns.kind()] if returns else [],
        "parameters": [*_parameters(operation, params), *_headers(operation)],
        "responses": {
            "200": {
                "description": "What was asked for, or what became of it.",
                "content": _content(operation, deletable=deletable),
            },
            "default": {"description": "The error; nothing happened.", "content": _json(_ERROR)},
        },
        "x-permission": operation.permission,
    }
    if rest:
        described["description"] = rest
    if operation.method == "POST":
        described["requestBody"] = _body(operation, params)
    return described


def _parameters(operation: Operation, params: ParamSchemas) -> Iterator[Schema]:
    for name in placeholders_of(operation.path):
        schema = {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if operation.method != "GET":
        return
    for field in msgspec.structs.fields(operation.params):
        schema = params.of_type(field.type)
        yield _query(field.encode_name, schema, required=field.required)
    yield _query("expand", EXPAND, required=False)


def _query(name: str, schema: Schema, *, required: bool) -> Schema:
    """Return a parameter of the query; `a[b]=1` is written as a deep object, `a[]=1` as a list."""
    if schema.get("type") == "array":
        return {"name": f"{name}[]", "in": "query", "required": required, "schema": schema}
    query = {"name": name, "in": "query", "required": required, "schema": schema}
    if any("$ref" in each for each in schema.get("anyOf", [schema])):
        query |= {"style": "deepObject", "explode": True}
    return query


def _headers(operation: Operation) -> Iterator[Schema]:
    for name in _HEADERS:
        if name != "Idempotency-Key" or operation.keyed:
            yield {"$ref": f"#/components/parameters/{name}"}


def _body(operation: Operation, params: ParamSchemas) -> Schema:
    schema = params.body(operation.params)
    encoding = {
        name: {"style": "deepObject", "explode": True}
        for name, each in schema["properties"].items()
        if each.get("type") not in ("string", "integer", "boolean")
    }
    form = {"schema": schema, **({"encoding": encoding} if encoding else {})}
    if operation.options.files:
        return {"required": True, "content": {"multipart/form-data": form}}
    content: dict[str, Schema] = {}
    if operation.options.form:
        content["application/x-www-form-urlencoded"] = form
    if operation.options.json:
        content["application/json"] = {"schema": schema}
    return {"required": bool(schema.get("required")), "content": content}


def _content(operation: Operation, *, deletable: bool) -> Schema:
    if _returned(operation) is Download:
        return {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    return _json(_result(operation, deletable=deletable))


def _returned(operation: Operation) -> Any:
    return inspect.get_annotations(operation.function, eval_str=True).get("return")


def _result(operation: Operation, *, deletable: bool) -> Schema:
    returns = operation.options.returns
    shape = _returned(operation)
    if returns is None or get_origin(shape) is dict:
        return {"type": "object"}
    if operation.options.listing:
        apart = Itemised in (shape, *get_args(shape))
        item = {"anyOf": [reference(returns), _ERROR]} if apart else reference(returns)
        return _list_of_v2(item) if operation.second else _list(item)
    if operation.method == "DELETE" and shape is None:
        return _deleted(returns, v2=operation.second)
    if operation.second:
        return reference(returns)
    return {"anyOf": [reference(returns), _deleted(returns)]} if deletable else reference(returns)


def _list(item: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["object", "data", "has_more", "url"],
        "additionalProperties": False,
        "properties": {
            "object": {"const": "list"},
            "data": {"type": "array", "items": item},
            "has_more": {"type": "boolean"},
            "url": {"type": "string"},
        },
    }


def _list_of_v2(item: Schema) -> Schema:
    url = {"type": ["string", "null"]}
    members = {
        "data": {"type": "array", "items": item},
        "next_page_url": url,
        "previous_page_url": url,
    }
    return {
        "type": "object",
        "required": [*members],
        "additionalProperties": False,
        "properties": members,
    }


def _deleted(kind: type[Identified], *, v2: bool = False) -> Schema:
    members: Schema = {"id": {"type": "string"}, "object": {"const": kind.kind()}}
    if not v2:
        members["deleted"] = {"const": True}
    return {
        "type": "object",
        "required": [*members],
        "additionalProperties": False,
        "properties": members,
    }


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}
