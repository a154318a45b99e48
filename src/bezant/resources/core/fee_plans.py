"""Fee plans as files: those that come along, and the operator's own instead of them."""

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec

from bezant.api.runtime import Runtime
from bezant.flows.fee_plan import Plans
from bezant.kernel.errors import ConfigError

STANDARD = "standard"
_FILE = files("bezant.resources.core") / "fee_plans.toml"


def plans_of(runtime: Runtime) -> Plans:
    """Return the plans of a platform."""
    return plans_at(runtime.config.fee_plans)


@cache
def plans_at(path: Path | None) -> Plans:
    """Return the plans in a file, or those that come along.

    Raises ConfigError for a file that cannot be read and for a plan that nobody can keep to.
    """
    try:
        text = _FILE.read_text("utf-8") if path is None else path.read_text("utf-8")
        plans = msgspec.convert(tomllib.loads(text), Plans)
    except (OSError, ValueError) as error:
        raise ConfigError(f"the fee plans in {path} cannot be read: {error}") from error
    missing = {STANDARD, *plans.accounts.values()} - plans.plans.keys()
    if missing:
        raise ConfigError(f"{path} has no fee plan {', '.join(sorted(missing))}")
    return plans
