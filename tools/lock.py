"""Write requirements.lock and requirements-dev.lock from pyproject.toml: `make lock`.

Each line is `name==version` with the hashes of its files, and no address: an installation takes
the files from wherever it is told to, and refuses any that are not these.
"""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / "requirements.lock"
DEVELOP = ROOT / "requirements-dev.lock"


def wanted(*, develop: bool) -> list[str]:
    """Collect the requirements of pyproject.toml: to run Bezant, or to work on it as well."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, groups = document["project"], document["dependency-groups"]
    names = [*project["dependencies"], *project["optional-dependencies"]["demo"], *groups["build"]]
    return [*names, *groups["dev"]] if develop else names


def lock_with_uv(uv: str, names: list[str], target: Path, arguments: list[str]) -> None:
    """Resolve for every platform at once, with the hashes of all files of a release."""
    command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version=3.11"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]
    command += ["--constraint", str(RUN)] if target != RUN else []
    command += ["--output-file", str(target), *arguments, "-"]
    subprocess.run(command, input="\n".join(names), text=True, check=True, cwd=ROOT)


def lock_with_pip(names: list[str], target: Path, arguments: list[str]) -> None:
    """Resolve for this platform and Python alone: pip names only the files it would take."""
    with TemporaryDirectory() as folder:
        report, pins = Path(folder, "report.json"), Path(folder, "pins.txt")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
        command += ["-qq", "--report", str(report), *arguments, *names]
        if target != RUN:
            lines = RUN.read_text().splitlines()
            pins.write_text("\n".join(line.rstrip(" \\") for line in lines if "==" in line))
            command += ["--constraint", str(pins)]
        subprocess.run(command, check=True, cwd=ROOT)
        target.write_text(locked(json.loads(report.read_text())["install"]))


def locked(releases: list[dict]) -> str:
    """Turn the releases of a report by pip into the lines of a lock file."""
    lines = []
    for release in releases:
        about, archive = release["metadata"], release["download_info"]["archive_info"]
        lines.append(
            f"{about['name'].lower().replace('_', '-')}=={about['version']} \\\n"
            f"    --hash=sha256:{archive['hashes']['sha256']}\n",
        )
    return "".join(sorted(lines))


def main() -> None:
    """Lock what running needs first, then the rest on top of the same versions."""
    uv = shutil.which("uv")
    for target in (RUN, DEVELOP):
        names = wanted(develop=target == DEVELOP)
        if uv:
            lock_with_uv(uv, names, target, sys.argv[1:])
        else:
            lock_with_pip(names, target, sys.argv[1:])
        print(f"{target.name}: {target.read_text().count('==')} packages")


if __name__ == "__main__":
    main()
