"""docs/coverage.md: how much of the API's surface is here, and how the rest is refused."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import msgspec

from bezant.api.operation import Operation
from bezant.api.params import Params, Refusal
from bezant.server.wiring import ROUTES
from tools.reference import table
from tools.surface import key_of, read

SURFACE = read()
EVERYWHERE = {"expand"}
MAX_DEPTH = 6
"""How deep parameters are counted; a few of the surface's contain themselves."""
HEAD = """\
# Coverage

How much of the API is here, counted against the official clients of version `{version}`: \
**{here} of {all} operations**, which take **{taken} of the {known} parameters** that those \
operations have. This page is made from the code by `make docs`. Every answer that the tests \
see is held against the same description of the API, field by field.

What is not here is refused, never ignored:

- An operation that is not listed below answers 404 with `url_unknown`.
- A parameter that an operation does not take answers 400 with `parameter_unknown` and its name, \
before anything has happened.
- A value that an enumeration does not have here answers 400 with `parameter_invalid` and the \
values that it has.
- A path in `expand` that leads nowhere answers 400 before anything has happened.
- A few parameters are known and always refused, with the reason: [below](#always-refused).

Parameters are counted at every depth: `address[city]` is one, and so is `address[line1]`. Lists \
take `limit`, `starting_after` and `ending_before`, and every operation takes `expand`.
"""


class Covered(NamedTuple):
    """An operation of the surface: how many parameters it has, and which of them are missing."""

    group: str
    method: str
    path: str
    operation: Operation | None
    known: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()

    @property
    def taken(self) -> int:
        """How many of its parameters are taken."""
        return len(self.known) - len(self.missing)


def page() -> str:
    """Return the whole page."""
    every = list(covered())
    here = [each for each in every if each.operation]
    head = HEAD.format(
        version=SURFACE["version"],
        here=len(here),
        all=len(every),
        known=f"{sum(len(each.known) for each in here):,}",
        taken=f"{sum(each.taken for each in here):,}",
    )
    parts = [head, groups(every), operations(every), always_refused(), own(every)]
    return "\n".join(parts)


def covered() -> Iterator[Covered]:
    """Yield every operation of the surface, by path."""
    ours = {key_of(each.method, each.path): each for each in served()}
    rows = sorted(SURFACE["operations"], key=lambda row: (group_of(row[1]), row[1], row[0]))
    for method, path, params, _ in rows:
        found = ours.get(key_of(method, path))
        if found is None:
            yield Covered(group_of(path), method, path, None)
            continue
        package = params.rpartition(".")[0]
        known = frozenset(leaves(SURFACE["params"][params], package=package))
        taken = set(taken_by(found.params)) | EVERYWHERE
        missing = frozenset(name for name in known if not is_taken(name, taken))
        yield Covered(group_of(path), method, path, found, known, missing)


def served() -> Iterator[Operation]:
    """Yield every operation that is here."""
    for routes in ROUTES:
        yield from routes.operations


def group_of(path: str) -> str:
    """Return the first words of a path: `payouts`, `issuing/cards`, `v2/core/accounts`."""
    words = [word for word in path.removeprefix("/v1/").strip("/").split("/") if "{" not in word]
    return "/".join(words[: DEPTHS.get(words[0], 1)])


DEPTHS = {"v2": 3, "issuing": 2, "treasury": 2, "terminal": 2, "test_helpers": 2}
"""How many words name a group below some first words; elsewhere it is the first alone."""


def leaves(
    fields: Mapping[str, Any], path: str = "", depth: int = 0, package: str = ""
) -> Iterator[str]:
    """Yield the full name of every parameter of the surface that is no hash of others.

    A hash is named in full, or as its package calls it.
    """
    for name, (kind, _) in fields.items():
        where = f"{path}[{name}]" if path else name
        inside = [hash_of(each, package) for each in hashes(kind)] if depth < MAX_DEPTH else []
        if not inside:
            yield where
        for each in inside:
            yield from leaves(each, where, depth + 1, package)


COMMON = {"AmountParam": {"currency": ["str", "r"], "value": ["int", "r"]}}
"""Hashes that the clients share, so that the surface has them in no package."""


def hash_of(name: str, package: str) -> Mapping[str, Any]:
    """Return a hash of parameters."""
    known = {**COMMON, **SURFACE["params"]}
    return known[name] if name in known else known[f"{package}.{name}"]


def hashes(kind: Any) -> Iterator[str]:
    """Yield the names of the hashes that a parameter of the surface may be."""
    if isinstance(kind, dict):
        ((word, inner),) = kind.items()
        for each in inner if word == "union" else [] if word in ("enum", "map") else [inner]:
            yield from hashes(each)
    elif kind.startswith("#"):
        yield kind[1:]


def taken_by(params: type[Params], path: str = "") -> Iterator[str]:
    """Yield the full names of an operation's parameters; `[*]` stands for any name."""
    for field in msgspec.structs.fields(params):
        where = f"{path}[{field.encode_name}]" if path else field.encode_name
        if not any(reason_of(rule) for rule in rules_of(field.type)):
            yield from names_of(field.type, where)


def names_of(kind: Any, where: str) -> Iterator[str]:
    """Yield what a parameter of a type is called, and what is in it."""
    origin, members = get_origin(kind), get_args(kind)
    if origin is Annotated or origin is list:
        yield from names_of(members[0], where)
    elif origin in (Union, UnionType):
        for member in members:
            yield from names_of(member, where)
    elif origin is dict:
        yield where
        yield from names_of(members[1], f"{where}[*]")
    elif isinstance(kind, type) and issubclass(kind, Params):
        yield from taken_by(kind, where)
    elif kind is not type(None):
        yield where


def is_taken(name: str, taken: set[str]) -> bool:
    """Tell whether a parameter is among those taken, one below any name included."""
    if name in taken:
        return True
    head, *rest = name.split("[")
    for at in range(len(rest)):
        if "[".join([head, *rest[:at], "*]", *rest[at + 1 :]]) in taken:
            return True
    return False


def groups(every: Sequence[Covered]) -> str:
    """Return how much there is of each group, and the groups of which there is nothing."""
    rows: list[tuple[str, ...]] = []
    absent: Counter[str] = Counter()
    for name, members in groupby(every, key=lambda each: each.group):
        listed = list(members)
        here = [each for each in listed if each.operation]
        if not here:
            words = name.split("/")
            absent["/".join(words[: 2 if words[0] == "v2" else 1])] += len(listed)
            continue
        known = sum(len(each.known) for each in here)
        taken = sum(each.taken for each in here)
        link = f"[{name}](#{name.replace('/', '')})"
        rows.append((link, f"{len(here)} of {len(listed)}", f"{taken:,} of {known:,}"))
    head = ("resource", "operations", "parameters of those")
    others = ", ".join(f"`{name}` {count}" for name, count in sorted(absent.items()))
    return (
        f"## By resource\n\n{table(head, rows)}\n"
        f"Not here at all, with the number of operations: {others}.\n"
    )


def operations(every: Sequence[Covered]) -> str:
    """Return the operations of each group that has any here, and what they do not take."""
    parts = ["## Operations\n\nWhat stands under *refused* is what the operation does not take.\n"]
    for name, members in groupby(every, key=lambda each: each.group):
        listed = list(members)
        rows = [row(each) for each in listed if each.operation]
        absent = [f"`{each.method} {each.path}`" for each in listed if not each.operation]
        if rows:
            head = ("operation", "parameters", "refused")
            parts.append(f"\n### {name}\n\n{table(head, rows)}")
            parts += [f"\nNot here: {', '.join(absent)}.\n"] if absent else []
    return "".join(parts)


def row(each: Covered) -> tuple[str, str, str]:
    """Return the table row of an operation that is here."""
    absent = ", ".join(f"`{name}`" for name in folded(each.known, each.missing))
    count = f"{each.taken} of {len(each.known)}" if each.known else "it has none"
    return f"`{each.method} {each.path}`", count, absent


def folded(known: Collection[str], missing: Collection[str]) -> list[str]:
    """Return the missing names; a hash of which nothing is taken is one, by its own name."""
    found: set[str] = set()
    for name in missing:
        parts = name.split("[")
        heads = ("[".join(parts[:length]) for length in range(1, len(parts) + 1))
        found.add(next(head for head in heads if is_whole(head, known, missing)))
    return sorted(found)


def is_whole(head: str, known: Collection[str], missing: Collection[str]) -> bool:
    """Tell whether everything of that name, and in it, is missing."""
    return all(each in missing for each in known if each == head or each.startswith(f"{head}["))


def always_refused() -> str:
    """Return the parameters that are known and refused, with the reason."""
    rows = sorted(
        {
            (f"`{name}`", reason)
            for operation in served()
            for name, reason in refusals(operation.params)
        }
    )
    return f"## Always refused\n\n{table(('parameter', 'answer'), rows)}"


def refusals(params: type[Params], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the parameters that are always refused, and the reason."""
    for field in msgspec.structs.fields(params):
        where = f"{path}[{field.encode_name}]" if path else field.encode_name
        for rule in rules_of(field.type):
            if reason := reason_of(rule):
                yield where, reason
        for inner in structs_of(field.type):
            yield from refusals(inner, where)


def rules_of(kind: Any) -> Iterator[Any]:
    """Yield what stands in `Annotated` anywhere in a type."""
    if get_origin(kind) is Annotated:
        yield from kind.__metadata__
    for member in get_args(kind):
        yield from rules_of(member)


def structs_of(kind: Any) -> Iterator[type[Params]]:
    """Yield the hashes in a type."""
    if isinstance(kind, type) and issubclass(kind, Params):
        yield kind
    for member in get_args(kind):
        yield from structs_of(member)


def reason_of(rule: Any) -> str:
    """Return why a rule refuses whatever is sent, or nothing if it does not."""
    return rule.why if isinstance(rule, Refusal) else ""


def own(every: Sequence[Covered]) -> str:
    """Return the operations that only this platform has."""
    known = {key_of(each.method, each.path) for each in every}
    ours = [each for each in served() if key_of(each.method, each.path) not in known]
    lines = "".join(f"- `{each.method} {each.path}`\n" for each in ours)
    return f"## Only here\n\nOperations that the API's clients do not know.\n\n{lines}"
