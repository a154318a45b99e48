"""What the database server is asked: its version, its promises, its clock and its schema."""

from datetime import timedelta

from bezant.cli.doctor.finding import Finding, bad, lasting, ok, warn
from bezant.cli.doctor.patient import QUERIES, Patient
from bezant.cli.output import moment
from bezant.db import migrate
from bezant.kernel.errors import MigrationError

NAME, SCHEMA, CLOCK = "database", "schema", "clock"

OLDEST = 150_000
"""PostgreSQL 15, as `server_version_num` counts."""
BESIDES = 5
"""Connections that a process has besides its pool, and that people need to look after things."""

DRIFT, ASTRAY = timedelta(seconds=2), timedelta(seconds=30)


def promises(patient: Patient) -> Finding:
    """Tell whether the server is new enough, keeps what it commits, and lets everybody in."""
    version, number, durable, connections = patient.one(QUERIES.settings)
    if number < OLDEST:
        return bad(NAME, f"PostgreSQL {version} is too old", "move to PostgreSQL 15 or newer")
    if not durable:
        return bad(
            NAME,
            f"PostgreSQL {version} may forget what it has committed",
            "set fsync, full_page_writes and synchronous_commit to on",
        )
    needed = patient.config.workers * (patient.config.pool_size + BESIDES)
    if needed > connections:
        return bad(
            NAME,
            f"it takes {connections} connections, and {patient.config.workers} processes with "
            f"pools of {patient.config.pool_size} want {needed}",
            "raise max_connections there, or lower workers or pool_size",
        )
    return ok(NAME, f"PostgreSQL {version}, {patient.whence}")


def schema(patient: Patient) -> Finding:
    """Tell whether the schema is the one that this version needs."""
    try:
        pending = migrate.plan(patient.connection)
    except MigrationError as problem:
        return bad(SCHEMA, str(problem), "run the version that made this database")
    if pending:
        files = ", ".join(step.file for step in pending)
        return bad(SCHEMA, f"not applied: {files}", "run `bezant migrate`")
    return ok(SCHEMA, "is up to date")


def clock(patient: Patient) -> Finding:
    """Tell whether this machine's clock agrees with the server's, and with the past."""
    (asked_at,) = patient.one(QUERIES.asked_at)
    drift = abs(patient.clock.now() - asked_at)
    if drift > DRIFT:
        said = f"this machine and the database's differ by {lasting(drift)}"
        then = "let both keep time by NTP"
        return bad(CLOCK, said, then) if drift > ASTRAY else warn(CLOCK, said, then)
    (latest,) = patient.one(QUERIES.latest_move)
    if latest is not None and latest - patient.now > DRIFT:
        return bad(
            CLOCK,
            f"the newest move was recorded {lasting(latest - patient.now)} from now",
            "set the clock right: until then new moves carry that moment, too",
        )
    frozen_at, _ = patient.one(QUERIES.platform_clock)
    if frozen_at is not None:
        return warn(
            CLOCK,
            f"test mode stands still at {moment(frozen_at)} UTC, and nothing becomes due",
            "`bezant clock run` lets it go",
        )
    return ok(CLOCK, "agrees with the database's and with the newest move")
