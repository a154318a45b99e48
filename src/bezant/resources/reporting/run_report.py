"""Run a report: from the database to a file, a piece at a time, so that memory stays small.

The file's pieces are kept as they come, and the file appears with the last of them, together with
the run's success. A run that is made again, after a crash, keeps pieces of its own.
"""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bezant.api.context import Caller, Context
from bezant.api.pages import bounds_between
from bezant.api.runtime import Runtime
from bezant.db.errors import ConnectionLost, Error
from bezant.kernel import currency
from bezant.kernel.codec import decode_json, encode_json, from_microseconds, unix_seconds
from bezant.kernel.log import get_logger
from bezant.ledger.book import book_of
from bezant.resources.core import file as kept
from bezant.resources.core.file import File
from bezant.resources.core.sortable import sortable
from bezant.resources.reporting.catalogue import REPORTS
from bezant.resources.reporting.report import Report, Statement, statement
from bezant.resources.reporting.report_runs import ReportRun, shown
from bezant.store.jobs import JobRow

PIECE_BYTES = 1 << 20
_SECOND = 1_000_000

log = get_logger(__name__)


class _Asked(Struct):
    run: str
    platform: str
    account: str
    livemode: bool


class ReportRunner:
    """Makes the reports that jobs ask for."""

    def __init__(self, runtime: Runtime) -> None:
        """Work over the runtime."""
        self._runtime = runtime

    async def run(self, job: JobRow) -> None:
        """Make a report. Raises ConnectionLost, so that it is tried again."""
        asked = decode_json(job.payload, _Asked)
        caller = Caller(asked.platform, asked.account, asked.livemode)
        ctx = Context(self._runtime, caller)
        run = await ctx.load(ReportRun, asked.run)
        if run.status != "pending":
            return
        report = REPORTS[run.report_type]
        try:
            file, parts = await self._made(ctx, report, run)
        except ConnectionLost:
            raise
        except Error as problem:
            log.exception("report_failed", run=run.id, report=report.id, problem=str(problem))
            why = "The report could not be made. The server's log has the details under its id."
            ctx.save(run, status="failed", error=why, event="reporting.report_run.failed")
            await ctx.write()
            return
        kept.store(ctx, file, parts)
        ctx.save(
            run,
            status="succeeded",
            result=file,
            succeeded_at=unix_seconds(ctx.now()),
            event="reporting.report_run.succeeded",
        )
        await ctx.write()

    async def _made(self, ctx: Context, report: Report, run: ReportRun) -> tuple[File, int]:
        """Keep the pieces of a report and return its file, which is not stored, and how many."""
        names = shown(run.parameters, "columns") or report.default_columns
        asked = statement(report, names, _values(ctx, report, run))
        file = kept.made(ctx, "finance_report_run", f"{run.report_type}-{run.id}.csv", "csv", 0)
        parts = size = 0
        async for piece in self._pieces(asked):
            keeper = ctx.fresh()
            keeper.keep(kept.part_of(file.id, parts), piece)
            await keeper.write()
            parts, size = parts + 1, size + len(piece)
        return replace(file, size=size), parts

    async def _pieces(self, asked: Statement) -> AsyncGenerator[bytes]:
        """Yield a report in pieces of about PIECE_BYTES, from one look at the database."""
        gathered = bytearray()
        async with self._runtime.pool.connection() as conn:
            async for rows in conn.copy_out(asked.sql, asked.values):
                gathered += rows
                if len(gathered) >= PIECE_BYTES:
                    yield bytes(gathered)
                    gathered.clear()
        if gathered:
            yield bytes(gathered)


def _values(ctx: Context, report: Report, run: ReportRun) -> dict[str, Any]:
    parameters = run.parameters
    start, until = shown(parameters, "interval_start"), shown(parameters, "interval_end")
    account = shown(parameters, "connected_account") if report.connected else ctx.account
    return {
        "book": book_of(account, ctx.livemode).id,
        "platform": ctx.account,
        "livemode": ctx.livemode,
        "start": _moment(start),
        "until": _moment(until),
        "start_id": _first("txn", start),
        "until_id": _first("txn", until),
        "start_payout": _first("po", start),
        "until_payout": _first("po", until),
        "start_second": sortable(start),
        "until_second": sortable(until),
        "currency": shown(parameters, "currency"),
        "category": shown(parameters, "reporting_category"),
        "timezone": shown(parameters, "timezone") or "UTC",
        "exponents": encode_json(_exponents()).decode(),
    }


def _first(prefix: str, second: int) -> str:
    """Return the least id that anything made from a second on can have."""
    bounds = bounds_between(prefix, second * _SECOND, None)
    assert bounds is not None, "an open range is not empty"
    assert bounds.least is not None, "it begins somewhere"
    return bounds.least


def _moment(second: int) -> datetime:
    return from_microseconds(second * _SECOND)


def _exponents() -> dict[str, int]:
    return {code: currency.minor_units(code) for code in currency.table()}
