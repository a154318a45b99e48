"""The checkers of others find nothing: ruff (all rules), its layout, pyright (strict)."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.code.source import ROOT


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "--no-cache"], id="ruff"),
        pytest.param(["ruff", "format", "--check", "--no-cache"], id="layout"),
        pytest.param(["pyright"], id="pyright"),
    ],
)
def test_checker_finds_nothing(command):
    program = Path(sys.executable).with_name(command[0])
    told = subprocess.run(
        [program, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
