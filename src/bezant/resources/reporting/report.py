"""What a report is: a query over one book, the columns that it offers, and what a run may say.

A query has the parameters of a run: `book`, `platform`, `livemode`, `start` and `until` as moments,
`start_id` and `until_id` as the ids of that time, `currency` and `category` or null, `timezone`,
and `exponents`, the decimals of each currency as JSON.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from bezant.kernel.errors import InvalidRequest

OF_CONNECTED = "connected_account_"
Columns = Mapping[str, str]
"""SQL over the query's rows, which are called `r`, by the name of the column."""


class Report(Struct, frozen=True):
    """A report: `takes` are the parameters of a run beside its interval and its columns.

    `metadata` are columns of the form `name[key]`, whose SQL is a hash of texts. The query's own
    order is kept. `connected` ones are run by a platform for one of its accounts.
    """

    id: str
    name: str
    version: int
    query: bytes
    columns: Columns
    default_columns: Sequence[str]
    takes: frozenset[str] = frozenset({"currency", "timezone"})
    metadata: Columns = {}
    connected: bool = False


class Statement(NamedTuple):
    """What the database is asked for, and with which values."""

    sql: bytes
    values: Mapping[str, Any]


def of_connected(report: Report) -> Report:
    """Return the same report for a platform that asks about a connected account."""
    return replace(
        report,
        id=OF_CONNECTED + report.id,
        name=f"Connected account: {report.name}",
        takes=report.takes | {"connected_account"},
        connected=True,
    )


def time(expression: str, *, local: bool) -> str:
    """Return SQL that writes a moment as reports do, in UTC or in the run's time zone."""
    zone = "%(timezone)s" if local else "'UTC'"
    return f"to_char({expression} at time zone {zone}, 'YYYY-MM-DD HH24:MI:SS')"


def major(amount: str, currency: str = "r.currency") -> str:
    """Return SQL that writes minor units as major ones, with all their decimals."""
    decimals = f"(%(exponents)s::jsonb ->> {currency})::int"
    return f"round({amount} / power(10::numeric, {decimals}), {decimals})"


def check_columns(report: Report, names: Sequence[str]) -> None:
    """Refuse columns that a report does not have. Raises InvalidRequest."""
    for at, name in enumerate(names):
        if _expression(report, name) is None:
            raise InvalidRequest(
                f"{report.id} has no column {name[:80]!r}. It has: {', '.join(_offered(report))}.",
                code="parameter_invalid",
                param=f"parameters[columns][{at}]",
            )


def statement(report: Report, names: Sequence[str], values: Mapping[str, Any]) -> Statement:
    """Return what makes the CSV of a run."""
    given, columns = dict(values), list[str]()
    for at, name in enumerate(names):
        found = _expression(report, name)
        assert found is not None, f"{name} was checked when the run was made"
        expression, key = found
        if key is not None:
            given[f"key{at}"] = key
            expression = f"{expression} ->> %(key{at})s"
        columns.append(f"{expression} as {_quoted(name)}")
    rows = " ".join(("select", ", ".join(columns), "from (", report.query.decode(), ") r"))
    return Statement(f"copy ({rows}) to stdout with (format csv, header true)".encode(), given)


def _expression(report: Report, name: str) -> tuple[str, str | None] | None:
    """Return the SQL of a column, and the key if it is one of metadata."""
    if name in report.columns:
        return report.columns[name], None
    keyed = _KEYED.fullmatch(name)
    if keyed is None or keyed[1] not in report.metadata:
        return None
    return report.metadata[keyed[1]], keyed[2]


def _offered(report: Report) -> list[str]:
    return [*report.columns, *(f"{name}[key]" for name in report.metadata)]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


_KEYED = re.compile(r"([a-z_]+)\[([^\[\]\0]{1,40})\]")
