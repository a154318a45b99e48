"""Whom the server runs as: never root, and with nothing left of what root may do."""

import ctypes
import os
import pwd
import signal
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bezant.db.postgres.refused import Refused

CANDIDATES = ("bezant", "postgres", "nobody")
"""For a new cluster started by root: the first of these that the machine has."""

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
"""From <linux/prctl.h>."""


class Account(NamedTuple):
    """A user and a group, by their numbers."""

    uid: int
    gid: int


def choose(cluster: os.stat_result | None) -> Account | None:
    """Return whom root hands the server to, or nothing when we are not root.

    A cluster that exists belongs to somebody already, and runs as nobody else. Raises Refused
    when it is not ours to run, or when there is no account.
    """
    if os.geteuid() != 0:
        if cluster and cluster.st_uid != os.geteuid():
            raise Refused(f"the cluster belongs to user {cluster.st_uid}: start as that user")
        return None
    if cluster:
        if cluster.st_uid == 0:
            raise Refused("the cluster belongs to root, as whom PostgreSQL does not run: chown it")
        return Account(cluster.st_uid, cluster.st_gid)
    for name in CANDIDATES:
        with suppress(KeyError):
            found = pwd.getpwnam(name)
            return Account(found.pw_uid, found.pw_gid)
    raise Refused(f"PostgreSQL does not run as root: add one of the accounts {CANDIDATES}")


def name_of_person() -> str:
    """Return the name of who runs us. Raises Refused when the machine knows none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        raise Refused(
            f"user {os.getuid()} has no name on this machine, and PostgreSQL needs one: "
            "add a line to /etc/passwd, or set BEZANT_DATABASE_URL"
        ) from None


def is_public(folder: Path) -> bool:
    """Tell whether any account may walk to this folder."""
    folder = folder.resolve()
    return all(part.stat().st_mode & stat.S_IXOTH for part in (folder, *folder.parents))


def become(account: Account | None, parent: int) -> None:
    """Give up every privilege for good, and end when the parent does.

    For a freshly forked child. The kernel sends SIGINT, PostgreSQL's fast shutdown, at the
    parent's end; a change of user would clear that, so it comes last. Raises OSError when the
    kernel refuses, and Refused when the parent has ended already.
    """
    if account:
        os.setgroups([])
        os.setresgid(account.gid, account.gid, account.gid)
        os.setresuid(account.uid, account.uid, account.uid)
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:
        raise Refused("the supervisor has ended")


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")
