"""What the database server is asked: its version, its promises, its clock and its schema."""

from datetime import timedelta

from bezant.cli.doctor.finding import Finding, bad, lasting, ok, warn
from bezant.cli.doctor.patient import QUERIES, Patient
from bezant.cli.output import moment
from bezant.db import migrate
from bezant.kernel.errors import MigrationError

NAME, CONNECTIONS, SCHEMA, CLOCK = "database", "connections", "schema", "clock"

OLDEST = 150_000
"""PostgreSQL 15, as `server_version_num` counts."""
BESIDES = 5
"""Connections that a process has besides its pool, and that people need to look after things."""

DRIFT, ASTRAY = timedelta(seconds=2), timedelta(seconds=30)


def promises(patient: Patient) -> Finding:
    """Tell whether the server is new enough, and keeps what it commits."""
    version, number, durable, _ = patient.one(QUERIES.settings)
    if number < OLDEST:
        return bad(NAME, f"PostgreSQL {version} is too old", "move to PostgreSQL 15 or newer")
    if not durable:
        return bad(
            NAME,
            f"PostgreSQL {version} may forget what it has committed",
            "set fsync, full_page_writes and synchronous_commit to on",
        )
    return ok(NAME, f"PostgreSQL {version}, {patient.whence}")


def connections(patient: Patient) -> Finding:
    """Tell whether the server lets as many in as the settings ask for."""
    *_, limit = patient.one(QUERIES.settings)
    workers, pool = patient.config.workers, patient.config.pool_size
    needed = workers * (pool + BESIDES)
    said = f"up to {needed} of {limit} are wanted, by {workers} with a pool of {pool} each"
    if needed > limit:
        then = "raise max_connections there, or lower workers or pool_size"
        return bad(CONNECTIONS, said, then)
    return ok(CONNECTIONS, said)


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
