"""The catalogue of example profiles, which come with the package."""

from importlib import resources

from bezant.banks.load import SUFFIX
from bezant.kernel.errors import NotFound

_CATALOGUE = resources.files("bezant.banks.catalogue")


def names() -> tuple[str, ...]:
    """Return the names of the examples, by country."""
    files = (each.name for each in _CATALOGUE.iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in files if name.endswith(SUFFIX)))


def text(name: str) -> str:
    """Return an example as it stands; raises NotFound."""
    if name not in names():
        raise NotFound(f"There is no example {name}; there are {', '.join(names())}.")
    return (_CATALOGUE / f"{name}{SUFFIX}").read_text(encoding="utf-8")


def title(name: str) -> str:
    """Return what an example shows: its first line."""
    return text(name).partition("\n")[0].removeprefix("#").strip()
