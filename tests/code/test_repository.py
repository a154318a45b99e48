"""The repository is whole: its commands exist, its links lead somewhere, its locks hold no address.

No file names a package registry or a folder of somebody's machine.
"""

import re
import subprocess
import tomllib

import pytest

from tests.code.source import ROOT, tracked

TEXT = {".cfg", ".css", ".csv", ".html", ".js", ".json", ".lock", ".md", ".py", ".sql", ".toml",
        ".txt", ".yml", ""}  # fmt: skip
# A bracket around one letter keeps this file from naming them itself.
FOREIGN = re.compile(
    r"files\.python[h]osted|\bpypi\.[o]rg|registry\.npm[j]s|deb\.debian\.[o]rg"
    r"|(?<![\w.])/[r]oot/|(?<![\w.])/[w]ork/|(?<![\w.])/[h]ome/\w|[f]ile:///(?:opt|srv|mnt)"
)
LOCKED = re.compile(
    r"[a-z0-9-]+==[\w.+!]+(?: ; [\w.<>=!'\" ]+)? \\\n"
    r"(?:    --hash=sha256:[0-9a-f]{64} \\\n)*    --hash=sha256:[0-9a-f]{64}\n"
)
PAGES = [path for path in tracked() if path.suffix == ".md"]


def test_no_file_names_a_registry_or_a_folder_of_a_machine():
    told = []
    for path in tracked():
        if path.suffix in TEXT:
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                if FOREIGN.search(line):
                    told.append(f"{path.relative_to(ROOT)}:{number} {line.strip()}")
    assert not told, "\n".join(told)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_is_names_versions_and_hashes_alone(name):
    text = (ROOT / name).read_text()
    assert LOCKED.sub("", text) == ""


def test_both_locks_name_the_same_versions():
    run, develop = (
        set(re.findall(r"^[a-z0-9-]+==\S+", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert run <= develop


def test_every_dependency_is_locked_and_has_its_argument():
    document = tomllib.loads((ROOT / "pyproject.toml").read_text())
    locked = (ROOT / "requirements.lock").read_text()
    argued = (ROOT / "docs/decisions/0007-dependencies.md").read_text()
    for requirement in document["project"]["dependencies"]:
        name = re.match(r"[A-Za-z0-9-]+", requirement)[0]
        assert f"\n{name}==" in f"\n{locked}", name
        assert re.search(rf"^\|.*\b{name}\b.*\|.*\|$", argued, re.MULTILINE), name


def test_every_make_command_of_the_documents_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = [
        f"{page.relative_to(ROOT)}: make {word}"
        for page in PAGES
        for word in re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(), re.MULTILINE)
        if word not in targets
    ]
    assert not told, "\n".join(told)
    assert {"demo", "test", "check", "bench", "serve", "clean", "help", "lock"} <= targets


def test_continuous_integration_runs_what_the_readme_says():
    commands = re.findall(r"^make .*$", (ROOT / ".ci/run").read_text(), re.MULTILINE)
    assert commands == ["make test"]
    assert re.search(r"^make test\b", (ROOT / "README.md").read_text(), re.MULTILINE)


def test_make_help_lists_every_word():
    printed = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    assert re.findall(r"make (\w+)", printed)[0] == "help"
    assert {line.split()[1] for line in printed.splitlines()} == set(phony.split())


def test_every_link_within_the_documents_leads_somewhere():
    told = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            path = target.partition("#")[0]
            if path and "://" not in path and not (page.parent / path).exists():
                told.append(f"{page.relative_to(ROOT)}: {target}")
    assert not told, "\n".join(told)


def test_a_decision_is_called_by_its_number():
    told = [
        f"{page.relative_to(ROOT)}: {label} is {number}"
        for page in PAGES
        for label, number in re.findall(
            r"\[[^\]]*[Dd]ecision (\d+)\]\([^)]*/(\d{4})-[^)]*\)", page.read_text()
        )
        if label != number
    ]
    assert not told, "\n".join(told)


def test_every_layer_stands_in_the_architecture():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    layers = {path.parent.name for path in (ROOT / "src/bezant").glob("*/__init__.py")}
    assert {name for name in layers if f"`{name}`" not in text} == set()


def test_every_decision_is_numbered_and_listed():
    folder = ROOT / "docs/decisions"
    listed = (folder / "README.md").read_text()
    pages = sorted(folder.glob("[0-9]*.md"))
    for number, page in enumerate(pages, 1):
        assert page.name.startswith(f"{number:04}-"), page.name
        assert page.read_text().startswith(f"# {number:04} "), page.name
        assert f"]({page.name})" in listed, page.name
    assert pages
