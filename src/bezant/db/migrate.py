"""The schema's migrations: plain SQL files, each applied once, in the order of their numbers.

`NNNN_name.pre.sql` runs before new code starts, `NNNN_name.post.sql` when the old code is gone;
each is one database transaction, unless its first line is `-- no transaction`. What may one day
be spread over machines is created in one file and constrained in a later one: between them is
where it would be distributed.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import takewhile
from typing import Literal, cast, get_args

import psycopg

from bezant.db.errors import Deadlock, Error, LockTimeout
from bezant.db.pool import SyncConnection
from bezant.kernel.clock import Clock, SystemClock
from bezant.kernel.errors import MigrationError

Phase = Literal["pre", "post"]
FOLDER = files("bezant.db") / "migrations"

_NAME = re.compile(r"(?P<number>\d{4})_(?P<name>[a-z0-9_]+)\.(?P<phase>pre|post)\.sql\Z")
_ALONE = "-- no transaction"
_LOCK = 0x62657A616E74
"""The advisory lock that one migrator holds: the name of the project in ASCII."""
_LOCK_PATIENCE = "10min"
_BLOCKS_TRAFFIC = "2s"
_ATTEMPTS = 10
_PAUSE_S = 0.5
_TABLE = """
create table if not exists schema_migration (
  number     integer primary key,
  name       text not null,
  phase      text not null,
  sha256     text not null,
  applied_at timestamptz not null
)
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One migration file."""

    number: int
    name: str
    phase: Phase
    sql: str
    sha256: str

    @property
    def file(self) -> str:
        """Its file's name."""
        return f"{self.number:04d}_{self.name}.{self.phase}.sql"

    @property
    def alone(self) -> bool:
        """Whether it runs outside of a database transaction."""
        return self.sql.partition("\n")[0].strip() == _ALONE


def steps(folder: Traversable = FOLDER) -> list[Step]:
    """Read the files of a folder in order.

    Raises MigrationError when a name is malformed, a number doubled or missing.
    """
    found = [_step(entry) for entry in folder.iterdir() if entry.name.endswith(".sql")]
    found.sort(key=lambda step: step.number)
    for expected, step in enumerate(found, 1):
        if step.number != expected:
            raise MigrationError(f"{step.file} stands where number {expected:04d} should")
    return found


def plan(connection: SyncConnection, folder: Traversable = FOLDER) -> list[Step]:
    """Return what is still to be applied.

    Raises MigrationError when an applied file has changed or was applied out of order.
    """
    known = steps(folder)
    applied = _applied(connection)
    for step in known:
        if step.number in applied and applied[step.number] != (step.file, step.sha256):
            raise MigrationError(
                f"{step.file} was changed after it had been applied "
                f"as {applied[step.number][0]}; put the file back and write a new one"
            )
    pending = [step for step in known if step.number not in applied]
    if pending and applied and max(applied) > pending[0].number:
        raise MigrationError(
            f"{pending[0].file} is not applied, but number {max(applied):04d} after it is"
        )
    return pending


def apply(
    connection: SyncConnection,
    phase: Phase | None = None,
    *,
    folder: Traversable = FOLDER,
    clock: Clock | None = None,
) -> list[Step]:
    """Apply what is pending, of one phase or of both, and return it.

    Only one migrator works at a time; others wait for it and then find nothing to do. A change
    that cannot have its locks within two seconds stands back and tries again, so that traffic
    never queues behind it for longer. Raises MigrationError as `plan` does, when a step of the
    other phase stands in the way, and when a file fails; what came before it stays applied.
    """
    clock = clock or SystemClock()
    _lock(connection)
    try:
        connection.execute(_TABLE)
        todo = _of_phase(plan(connection, folder), phase)
        for step in todo:
            _run(connection, step, clock)
        return todo
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(%s)", [_LOCK])


def _step(entry: Traversable) -> Step:
    match = _NAME.match(entry.name)
    if match is None:
        raise MigrationError(f"{entry.name} is not named NNNN_name.pre.sql or NNNN_name.post.sql")
    content = entry.read_bytes()
    phase = cast("Phase", match["phase"])
    assert phase in get_args(Phase)
    digest = hashlib.sha256(content).hexdigest()
    return Step(int(match["number"]), match["name"], phase, content.decode(), digest)


def _applied(connection: SyncConnection) -> dict[int, tuple[str, str]]:
    """Return the applied files' names and checksums by number."""
    known = connection.execute("select to_regclass('schema_migration')::text").fetchone()
    if known == (None,):
        return {}
    rows = connection.execute("select number, name, phase, sha256 from schema_migration")
    return {
        number: (f"{number:04d}_{name}.{phase}.sql", sha256) for number, name, phase, sha256 in rows
    }


def _of_phase(pending: Sequence[Step], phase: Phase | None) -> list[Step]:
    """Keep the steps of a phase, which must come before any of the other phase."""
    todo = list(takewhile(lambda step: phase in (None, step.phase), pending))
    left = [step for step in pending[len(todo) :] if step.phase == phase]
    if left:
        raise MigrationError(
            f"{left[0].file} must wait for {pending[len(todo)].file} of the other phase: finish "
            "that release first, or stop every server and migrate without naming a phase"
        )
    return todo


def _lock(connection: SyncConnection) -> None:
    connection.execute("select set_config('lock_timeout', %s, false)", [_LOCK_PATIENCE])
    try:
        connection.execute("select pg_advisory_lock(%s)", [_LOCK])
    except LockTimeout as error:
        raise MigrationError(f"another migration has been running for {_LOCK_PATIENCE}") from error
    finally:
        if not connection.closed:
            connection.execute("reset lock_timeout")


def _run(connection: SyncConnection, step: Step, clock: Clock) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            (_run_alone if step.alone else _run_inside)(connection, step, clock)
            return
        except (LockTimeout, Deadlock) as error:
            if attempt == _ATTEMPTS:
                raise MigrationError(
                    f"{step.file} could not have its locks in {_ATTEMPTS} attempts: {error}"
                ) from error
            connection.execute("select pg_sleep(%s)", [_PAUSE_S])
        except Error as error:
            raise MigrationError(f"{step.file} failed: {error}") from error


def _run_inside(connection: SyncConnection, step: Step, clock: Clock) -> None:
    """Run all statements of a file and note it, in one database transaction."""
    with connection.transaction():
        connection.execute("select set_config('lock_timeout', %s, true)", [_BLOCKS_TRAFFIC])
        psycopg.ClientCursor(connection).execute(step.sql.encode())
        _note(connection, step, clock)


def _run_alone(connection: SyncConnection, step: Step, clock: Clock) -> None:
    """Run the one statement of a file that PostgreSQL does not take inside a transaction."""
    connection.execute(step.sql.encode())
    _note(connection, step, clock)


def _note(connection: SyncConnection, step: Step, clock: Clock) -> None:
    connection.execute(
        "insert into schema_migration (number, name, phase, sha256, applied_at)"
        " values (%s, %s, %s, %s, %s)",
        [step.number, step.name, step.phase, step.sha256, clock.now()],
    )
