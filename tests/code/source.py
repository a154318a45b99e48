"""The source of the project as the rules see it: files, syntax trees, strings, SQL."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "bezant"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file of the package."""

    path: Path

    @cached_property
    def name(self) -> str:
        """Its path below the package: `kernel/money.py`."""
        return self.path.relative_to(PACKAGE).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def at(self, node: ast.AST) -> str:
        """Where a node stands, as an editor takes it."""
        return f"src/bezant/{self.name}:{node.lineno}"

    def imported(self) -> Iterator[tuple[ast.AST, str]]:
        """Every module that this one imports, by its full name."""
        for node in self.nodes(ast.Import, ast.ImportFrom):
            if isinstance(node, ast.ImportFrom):
                yield node, node.module or ""
                yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)
            else:
                yield from ((node, alias.name) for alias in node.names)

    def strings(self) -> Iterator[ast.Constant]:
        """Every string that is not a docstring."""
        told = {id(docstring_of(node)) for node in ast.walk(self.tree) if documented(node)}
        for node in self.nodes(ast.Constant):
            if isinstance(node.value, str) and id(node) not in told:
                yield node


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the package, in the order of their names."""
    found = tuple(Module(path) for path in sorted(PACKAGE.rglob("*.py")))
    assert found, f"no package at {PACKAGE}"
    return found


@cache
def sql_files() -> tuple[Path, ...]:
    """Every SQL file of the package: migrations and named queries."""
    return tuple(sorted(PACKAGE.rglob("*.sql")))


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that the repository carries."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    paths = (ROOT / name for name in listing.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def documented(node: ast.AST) -> bool:
    """Whether a node can carry a docstring, and does."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return isinstance(node, kinds) and ast.get_docstring(node) is not None


def docstring_of(node: ast.AST) -> ast.Constant:
    """The constant that is a documented node's docstring."""
    return node.body[0].value


def functions(module: Module) -> Iterator[Function]:
    """Every function of a module that has a body: no stubs of protocols and overloads."""
    for node in module.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        body = node.body[1:] if documented(node) else node.body
        stub = len(body) == 1 and isinstance(body[0], ast.Expr)
        if body and not (stub and getattr(body[0].value, "value", None) is ...):
            yield node


def length(function: Function) -> int:
    """How many lines a function is: from `def` to its end, less decorators and docstring."""
    lines = function.end_lineno - function.lineno + 1
    if documented(function):
        told = docstring_of(function)
        lines -= told.end_lineno - told.lineno + 1
    return lines


def percentile(values: list[int], share: int) -> int:
    """The smallest of the values that `share` in a hundred of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def without_comments(sql: str) -> str:
    """SQL as the server runs it, line for line."""
    return re.sub(r"--[^\n]*", "", sql)
