"""What the database says, in our names.

Error, the root of all of them
  ConnectionLost          no answer: down, starting, shutting down; a commit may have happened
  SerializationFailure    40001, and Deadlock, 40P01: nothing happened, run the same unit again
  UniqueViolation, CheckViolation, ForeignKeyViolation, NotNullViolation
  InsufficientPrivilege, LockTimeout (55P03), StatementTimeout (57014)
  RaisedBySql             `raise exception` in a function of ours
"""

import psycopg
import psycopg.errors
from psycopg.errors import (
    CheckViolation,
    ForeignKeyViolation,
    InsufficientPrivilege,
    NotNullViolation,
    SerializationFailure,
    UniqueViolation,
)

from bezant.kernel.errors import DatabaseError

Error = psycopg.Error
Deadlock = psycopg.errors.DeadlockDetected
LockTimeout = psycopg.errors.LockNotAvailable
StatementTimeout = psycopg.errors.QueryCanceled
RaisedBySql = psycopg.errors.RaiseException

RETRYABLE = (SerializationFailure, Deadlock)
"""After these the same work may simply be run again: nothing was committed."""

__all__ = [
    "RETRYABLE",
    "CheckViolation",
    "ConnectionLost",
    "Deadlock",
    "Error",
    "ForeignKeyViolation",
    "InsufficientPrivilege",
    "LockTimeout",
    "NotNullViolation",
    "RaisedBySql",
    "SerializationFailure",
    "StatementTimeout",
    "UniqueViolation",
    "lost",
]

_UNREACHABLE = frozenset({"57P01", "57P02", "57P03", "57P05"})
"""Shutdown by an administrator, crash, not yet up, idle too long (PostgreSQL, appendix A)."""


class ConnectionLost(psycopg.OperationalError, DatabaseError):
    """The server cannot be reached or went away; if it was asked to commit, it may have."""


def lost(error: psycopg.Error, *, closed: bool) -> ConnectionLost | None:
    """Return an error as ConnectionLost when it is the connection that failed.

    `closed` tells whether the connection is unusable since; the driver's own errors, without a
    state from the server, mean different things.
    """
    if isinstance(error, ConnectionLost):
        return error
    state = error.sqlstate or ""
    unreachable = state.startswith("08") or state in _UNREACHABLE
    if unreachable or (closed and isinstance(error, psycopg.OperationalError)):
        return ConnectionLost(str(error).strip())
    return None
