"""Write tests/conformance/surface.json.gz from the reference of the API's surface.

    python -m tools.surface PATH/TO/reference/surface.json.gz

The reference is made from the official clients and lists operations, parameters and fields. Kept
are facts alone: names, types, what may be null or missing, the values of enumerations.

    version     the version of the API
    operations  [method, path, shape of the parameters, type of the answer]
    params      shapes by name; a field is [type, flags]: `r` must be given
    resources   shapes by name; `n` may be null, `?` may be missing; `nested` has shapes of its own
    events      names of thin events

A type is `str`, `int`, `bool`, `float`, `decimal`, `any` or `null`; `#Name` of a shape; or a hash
of one member: enum, list, map, page, search, union, exp (id or object), emptyable (or "").
"""

import gzip
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "tests" / "conformance" / "surface.json.gz"
Shape = dict[str, Any]
ALIASES = {
    "IssuingDisputeResource": "issuing.Dispute",
    "FinancialConnectionsAccountResource": "financial_connections.Account",
}
"""Names under which a client's class imports another because its own name is taken."""


def compact(reference: Mapping[str, Any]) -> Shape:
    """Return the compact form of the reference."""
    resources = reference["resources"]
    operations = {
        (each["m"], each["p"]): [each["P"], kind(each["R"], home_of(each), resources, {})]
        for each in reference["operations"]
    }
    return {
        "version": reference["meta"]["api_version"],
        "operations": [[*key, *operations[key]] for key in sorted(operations)],
        "params": {name: parameters(each) for name, each in reference["params"].items()},
        "resources": {
            name: shape(each, package(name), resources, {}) for name, each in resources.items()
        },
        "events": sorted({each["lookup"] for each in reference["thin_events"].values()}),
    }


def home_of(operation: Mapping[str, Any]) -> str:
    """Return the package of an operation's service; test helpers answer with the real things."""
    service = operation["s"].rpartition(".")[0]
    return package(service.removeprefix("test_helpers."))


def package(name: str) -> str:
    """Return the part of a class's name before its last dot."""
    return name.rpartition(".")[0]


def parameters(given: Mapping[str, Any]) -> Shape:
    """Return the shape of parameters; the names in their types are unique as they are."""
    return {
        name: [kind(field["t"], None, {}, {}), "r" if field.get("r") else ""]
        for name, field in given["fields"].items()
    }


def shape(
    given: Mapping[str, Any], home: str, resources: Mapping[str, Any], known: Mapping[str, Any]
) -> Shape:
    """Return the shape of a resource or of a hash in it; a flag that nobody knows allows null."""
    nested = given.get("nested") or {}
    known = {**known, **nested}
    fields = {
        name: [
            kind(field["t"], home, resources, known),
            ("?" if field.get("o") else "") + ("n" if field.get("n") or field.get("u") else ""),
        ]
        for name, field in given["fields"].items()
    }
    made: Shape = {"fields": fields}
    if nested:
        made["nested"] = {
            name: shape(each, home, resources, known) for name, each in nested.items()
        }
    return made


def kind(
    given: Any, home: str | None, resources: Mapping[str, Any], known: Mapping[str, Any]
) -> Any:
    """Return a type in the form that the head of this file describes."""
    if isinstance(given, str):
        return reference_of(given, home, resources, known) if given.startswith("#") else given
    word, inner = given[0], given[1]
    match word:
        case "opt":
            return kind(inner, home, resources, known)
        case "enum":
            return {"enum": inner}
        case "union":
            return {"union": [kind(each, home, resources, known) for each in inner]}
        case _:
            return {word: kind(inner, home, resources, known)}


def reference_of(
    given: str, home: str | None, resources: Mapping[str, Any], known: Mapping[str, Any]
) -> Any:
    """Return a shape by its full name: a nested one, or of the package, or of any of that name."""
    name = given[1:]
    if home is None or name in known:
        return given
    alias = ALIASES.get(name, name.removesuffix("Resource"))
    if alias != name and alias in resources:
        return f"#{alias}"
    while home:
        if f"{home}.{name}" in resources:
            return f"#{home}.{name}"
        home = package(home)
    elsewhere = [full for full in resources if full.rpartition(".")[2] == name]
    if not elsewhere:
        return "any"
    if name in elsewhere or len(elsewhere) == 1:
        return f"#{name}" if name in elsewhere else f"#{elsewhere[0]}"
    return {"union": [f"#{full}" for full in elsewhere]}


def read() -> Shape:
    """Return what the file says."""
    return json.loads(gzip.decompress(TARGET.read_bytes()))


def key_of(method: str, path: str) -> tuple[str, str]:
    """Return what an operation is found by, whatever the placeholders of its path are called."""
    return method, re.sub(r"\{\w+\}", "{}", path)


def main(source: str) -> None:
    """Write the file; the same reference gives the same bytes."""
    made = compact(json.loads(gzip.decompress(Path(source).read_bytes())))
    text = json.dumps(made, separators=(",", ":"), sort_keys=True).encode()
    TARGET.write_bytes(gzip.compress(text, mtime=0))
    print(f"{TARGET.name}: {len(made['operations'])} operations, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {Path(sys.argv[0]).name} REFERENCE")
    main(sys.argv[1])
