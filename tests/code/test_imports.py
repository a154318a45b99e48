"""Imports point one way, stand at the top, and keep money's rules free of I/O."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.code.source import ROOT, modules

DRIVER = ("psycopg", "psycopg_pool")
INPUT_OUTPUT = {
    "aiofiles", "asyncio", "ftplib", "http", "httpx", "logging", "multiprocessing", "os",
    "pathlib", "psycopg", "psycopg_pool", "shutil", "smtplib", "socket", "ssl", "structlog",
    "subprocess", "tempfile", "threading", "urllib.request",
}  # fmt: skip
PURE = ("flows/", "rails/", "rail.py", "ledger/book.py", "ledger/chart.py", "ledger/entry.py")


def inside(name: str, packages: object) -> bool:
    """Whether a module is one of the packages or lies in one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_layers_point_one_way_without_circles():
    linter = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run(
        [linter, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_imports_stand_at_the_top():
    nested = [
        module.at(node)
        for module in modules()
        for function in module.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not nested, f"imports inside functions: {nested}"


def test_only_db_knows_the_driver():
    elsewhere = [
        f"{module.at(node)} imports {name}"
        for module in modules()
        if not module.name.startswith("db/")
        for node, name in module.imported()
        if inside(name, DRIVER)
    ]
    assert not elsewhere, "\n".join(elsewhere)


def test_only_declared_packages_are_imported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = project["dependencies"] + project["optional-dependencies"]["demo"]
    declared = {re.match(r"[\w-]+", requirement)[0] for requirement in requirements}
    providers = packages_distributions()
    strange = [
        f"{module.at(node)} imports {name}"
        for module in modules()
        for node, name in module.imported()
        if (top := name.partition(".")[0]) not in {"bezant", *sys.stdlib_module_names}
        if not declared
        & {provider.replace("_", "-").lower() for provider in providers.get(top, ())}
    ]
    assert not strange, "\n".join(strange)


def test_rails_flows_and_entries_do_no_input_or_output():
    impure = [
        f"{module.at(node)} imports {name}"
        for module in modules()
        if module.name.startswith(PURE)
        for node, name in module.imported()
        if inside(name, INPUT_OUTPUT)
    ]
    impure += [
        f"{module.at(node)} calls {node.func.id}"
        for module in modules()
        if module.name.startswith(PURE)
        for node in module.nodes(ast.Call)
        if isinstance(node.func, ast.Name) and node.func.id in {"open", "print", "input"}
    ]
    impure += [
        f"{module.at(node)} is asynchronous"
        for module in modules()
        if module.name.startswith(PURE)
        for node in module.nodes(ast.AsyncFunctionDef, ast.Await)
    ]
    assert not impure, "\n".join(impure)
