"""What the machine is asked: the data folder, its room, and whether the server answers."""

import http.client
import os
import pwd
import shutil
import stat
from contextlib import closing
from pathlib import Path

from bezant.cli.doctor.finding import Finding, bad, ok, warn
from bezant.kernel.config import Config

GIB = 2**30
LITTLE, TIGHT = 5 * GIB, GIB
"""Free bytes below which it is time to act, and below which a burst may fill the disk."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO
TIMEOUT_S = 3
READY = '"ready"'
"""What /readyz says of a server that can serve."""
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- read, not bound


def folder(config: Config) -> Finding:
    """Tell whether the data folder is there, ours, and closed to others."""
    name, path = "data folder", config.data.resolve()
    if not path.exists():
        return warn(name, f"{path} does not exist", "`bezant serve` makes it; --data names another")
    if not path.is_dir():
        return bad(name, f"{path} is no folder", "move it away, or name another with --data")
    about, person = path.stat(), os.geteuid()
    if person not in (0, about.st_uid):
        owner = _user(about.st_uid)
        return bad(
            name,
            f"{path} belongs to {owner}, and you are {_user(person)}",
            f"run as {owner}, or give the folder away with chown",
        )
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return bad(name, f"{path} cannot be written to", f"chmod 700 {path}, and look at its disk")
    if about.st_mode & OTHERS:
        return warn(
            name,
            f"{path} is open to other users, and bank files hold account numbers",
            f"chmod 700 {path}",
        )
    return ok(name, f"{path}, of {_user(about.st_uid)}")


def space(config: Config) -> Finding:
    """Tell how much room the disk of the data folder has."""
    name, path = "disk", config.data.resolve()
    while not path.exists():
        path = path.parent
    usage = shutil.disk_usage(path)
    said = f"{usage.free / GIB:,.1f} of {usage.total / GIB:,.1f} GiB are free"
    then = f"make room on the disk of {path}: a full disk stops every payment"
    if usage.free < TIGHT:
        return bad(name, said, then)
    return warn(name, said, then) if usage.free < LITTLE else ok(name, said)


def server(config: Config) -> Finding:
    """Tell whether the API answers, and is ready, where the settings say it is."""
    name, where = "server", f"http://{config.host}:{config.port}"
    try:
        status, said = _asked(ANYWHERE.get(config.host, config.host), config.port)
    except OSError as problem:
        why = problem.strerror or str(problem)
        return warn(name, f"nobody answers on {where}: {why}", "`bezant serve` starts it")
    except http.client.HTTPException:
        status, said = 0, ""
    if status == http.HTTPStatus.OK and READY in said:
        return ok(name, f"answers on {where}, and is ready")
    if status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        return bad(name, f"answers on {where}, and is not ready: {said}", "read the server's log")
    return bad(
        name,
        f"what answers on {where} is not Bezant",
        "end the other program, or choose another port with --port",
    )


def _asked(host: str, port: int) -> tuple[int, str]:
    with closing(http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)) as connection:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, answer.read(1_000).decode("utf-8", "replace").strip()


def inboxes(config: Config) -> list[Path]:
    """Return the files that banks have left and nobody has read."""
    found = (config.data / "banks").glob("*/from_bank/*")
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
