"""What many commands share: options, how help ends, and the settings as the server reads them."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from bezant.kernel.config import Config, load
from bezant.kernel.errors import ConfigError

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder of the embedded database and bank files.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
LiveOption = Annotated[bool, typer.Option("--live", help="Live mode, where money is real.")]

CODES = (
    "Exit codes: 0 done; 1 what was asked for is not there, or not allowed; 2 it could not begin: "
    "wrong usage, a bad setting, no database."
)


def closing(*examples: str, codes: str = CODES) -> str:
    """Return what a command's help ends with: examples as they are typed, and its exit codes."""
    shown = "".join(f"\n  {example}" for example in examples)
    return f"\b\nExamples:{shown}\n\n{codes}" if shown else codes


def configured(data: Path | None = None, **flags: object) -> Config:
    """Read the settings as the server would; what is not None wins. Raises ConfigError."""
    folder = None if data is None else str(data)
    return load(os.environ, Path("bezant.toml"), {"data": folder, **flags})


def named_values(given: Iterable[str]) -> dict[str, str]:
    """Return what `--set NAME=VALUE` gives. Raises ConfigError for what has no equals sign."""
    values: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise ConfigError(f"--set takes NAME=VALUE, and '{one}' has no equals sign")
        values[name] = value
    return values
