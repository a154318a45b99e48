"""Named SQL: files of statements, each under a line `-- name: the_name`.

A statement may be preceded by comment lines of its own. Parameters are the driver's: `%s` or
`%(name)s`, so a literal percent sign is written `%%`. Every statement is PREPAREd by the tests
on the real schema.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

_HEAD = re.compile(r"^--\s*name\s*:(?P<name>.*)$", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_PARAMETER = re.compile(r"%(?:%|\((?P<name>\w+)\)[sbt]|[sbt])")


class Query(NamedTuple):
    """One named statement and where it stands."""

    package: str
    file: str
    name: str
    sql: bytes


class Queries:
    """The statements of one file, as attributes; bytes, as the driver takes them."""

    def __init__(self, source: str, statements: Mapping[str, bytes]) -> None:
        """Offer these statements; `source` is where they come from, for messages."""
        self._source = source
        self._statements = dict(statements)

    def __getattr__(self, name: str) -> bytes:
        """Return a statement by its name; AttributeError names the nearest known one."""
        statements: dict[str, bytes] = self.__dict__.get("_statements", {})
        try:
            return statements[name]
        except KeyError:
            near = get_close_matches(name, statements, n=1)
            hint = f"; is it {near[0]}?" if near else ""
            raise AttributeError(f"{self.__dict__.get('_source')} has no {name}{hint}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._statements)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._statements]


def load(package: str, file: str, *names: str) -> Queries:
    """Read a file of named statements out of a package.

    With `names` the file must have exactly these. Raises ValueError for a file that is not made
    of uniquely named statements, and for a name that is missing or not asked for.
    """
    source = f"{package}/{file}"
    statements = parse((files(package) / file).read_text("utf-8"), source)
    if names and set(names) != set(statements):
        differing = ", ".join(sorted(set(names) ^ set(statements)))
        raise ValueError(f"{source} and the names asked for differ in: {differing}")
    return Queries(source, statements)


def parse(text: str, source: str) -> dict[str, bytes]:
    """Split a text at its `-- name:` lines; raises ValueError as `load` does."""
    heads = list(_HEAD.finditer(text))
    before = text[: heads[0].start()] if heads else text
    if _has_sql(before) or not heads:
        raise ValueError(f"{source}: a statement stands before the first `-- name:` line")
    statements: dict[str, bytes] = {}
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=True):
        name, sql = head["name"].strip(), text[head.end() : end].strip().removesuffix(";")
        if not _NAME.match(name) or name in statements or not _has_sql(sql):
            raise ValueError(f"{source}: `{name}` is not a new name with a statement under it")
        statements[name] = sql.encode()
    return statements


def numbered(sql: bytes) -> bytes:
    """Rewrite the driver's parameters as PostgreSQL's own `$1`, `$2`, for PREPARE and psql."""
    numbers: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        key = match["name"] or f"{len(numbers)}"  # A digit is no name, so unnamed ones are new.
        return f"${numbers.setdefault(key, len(numbers) + 1)}"

    return _PARAMETER.sub(number, sql.decode()).encode()


def all_queries() -> Iterator[Query]:
    """Yield every named statement of every package here, migrations aside."""
    yield from _below(files("bezant"), "bezant")


def _below(folder: Traversable, package: str) -> Iterator[Query]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name not in {"migrations", "__pycache__"}:
            yield from _below(entry, f"{package}.{entry.name}")
        elif entry.name.endswith(".sql"):
            for name, sql in parse(entry.read_text("utf-8"), f"{package}/{entry.name}").items():
                yield Query(package, entry.name, name, sql)


def _has_sql(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    return any(line and not line.startswith("--") for line in lines)
