"""Error digest: the API's errors of a time by code, operation and account, the most first.

Errors are counted by the minute in which they came; first and last times are of all of a group.
"""

from bezant.db.queries import load
from bezant.resources.reporting.report import Report, time

REPORT = Report(
    id="error_digest.1",
    name="Error digest",
    version=1,
    query=load("bezant.resources.reporting", "error_digest.sql").rows,
    columns={
        "errors": "r.errors",
        "code": "r.code",
        "operation": "r.operation",
        "account": "r.account",
        "status": "r.status",
        "first_seen": time("r.first_seen", local=True),
        "last_seen": time("r.last_seen", local=True),
        "example_request": "r.example",
        "message": "r.message",
    },
    default_columns=(
        "errors",
        "code",
        "operation",
        "account",
        "first_seen",
        "last_seen",
        "example_request",
    ),
    takes=frozenset({"timezone"}),
)
