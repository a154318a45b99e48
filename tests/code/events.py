"""Which types of events the code can tell: the names that stand in it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from bezant.resources.webhooks.event_types import KNOWN, THIN

SOURCE = Path(__file__).parents[2] / "src/bezant"
TELLING = ("api", "movement", "resources", "workers", "sim", "server")
"""The packages that tell events; others name them for other reasons."""


def told() -> set[str]:
    """Return every type of event that is named where events are told."""
    return {name for package in TELLING for path in (SOURCE / package).rglob("*.py")
            for name in named(path) if path.name != "event_types.py"}  # fmt: skip


def named(path: Path) -> Iterator[str]:
    """Yield the event types among the texts of a file."""
    native = {name for name in THIN if name.startswith("v2.")}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and node.value in KNOWN | native:
            yield node.value
