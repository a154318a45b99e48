"""Every module says what it is for, under a name that says the same."""

import ast
import re

from tests.code.source import ROOT, modules

VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "service", "services"}
SUPPRESSION = re.compile(
    r"#\s*(?:noqa(?::[\sA-Z\d,]+)?|(?:type|pyright):\s*ignore(?:\[[^\]]*\])?)(?P<reason>.*)"
)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")


def test_every_module_says_in_a_few_lines_what_it_is_for():
    """A drawing or a table, which is indented, is not counted: the error tree is one."""
    told = []
    for module in modules():
        text = ast.get_docstring(module.tree) or ""
        prose = [line for line in text.splitlines() if line and not line.startswith(" ")]
        if not 1 <= len(prose) <= 5:
            told.append(f"{module.name}: a docstring of {len(prose)} lines")
    assert not told, "\n".join(told)


def test_no_module_has_a_name_that_says_nothing():
    parts = {part for module in modules() for part in module.name.removesuffix(".py").split("/")}
    assert not parts & VAGUE


def test_every_linter_rule_that_is_off_says_why():
    section = False
    told = []
    for number, line in enumerate((ROOT / "pyproject.toml").read_text().splitlines(), 1):
        if line.startswith("["):
            section = line.startswith("[tool.ruff.lint")
        if section and re.match(r'\s+"[A-Z]+\d*",', line) and not re.search(r"#\s+\S", line):
            told.append(f"pyproject.toml:{number} {line.strip()}")
    assert not told, "\n".join(told)


def test_no_checker_is_silenced_without_a_reason():
    """The reason follows on the line, or is a comment on the line above."""
    told = []
    for module in modules():
        lines = ["", *module.text.splitlines()]
        for number, line in enumerate(lines[1:], 1):
            found = SUPPRESSION.search(line)
            above = lines[number - 1].strip()
            if found and not re.search(r"[a-z]{2}", found["reason"]) and not above.startswith("#"):
                told.append(f"src/bezant/{module.name}:{number} {line.strip()}")
    assert not told, "\n".join(told)


def test_nothing_is_left_unfinished():
    told = [
        f"src/bezant/{module.name}:{number} {line.strip()}"
        for module in modules()
        for number, line in enumerate(module.text.splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not told, "\n".join(told)
