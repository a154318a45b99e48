"""Report types: what reports there are, and of which time they can tell."""

from bezant.api.context import Context, created_of
from bezant.api.pages import Page
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.kernel.codec import encode_json, unix_seconds
from bezant.kernel.errors import MalformedId, NotFound
from bezant.resources.reporting.catalogue import REPORTS
from bezant.resources.reporting.report import Report

UPDATED = 1_795_737_600
"""When the catalogue last changed: 27 November 2026."""


class ReportType(Identified, tag="reporting.report_type"):
    """A report that can be run; its data is there at once, up to the moment."""

    data_available_end: int
    data_available_start: int
    default_columns: list[str] | None
    livemode: bool
    name: str
    updated: int = UPDATED
    version: int


routes = Routes(ReportType, "/v1/reporting/report_types", listed=False, retrieved=False)


@routes.get("/v1/reporting/report_types", listing=True)
async def list_all(ctx: Context) -> Page:
    """List all report types."""
    return Page([encode_json(_shown(ctx, report)).decode() for report in REPORTS.values()])


@routes.get("/v1/reporting/report_types/{id}")
async def retrieve(ctx: Context, id: str) -> ReportType:
    """Retrieve a report type."""
    report = REPORTS.get(id)
    if report is None:
        raise NotFound(f"No such report type: '{id[:64]}'", param="id")
    return _shown(ctx, report)


def data_begins(ctx: Context) -> int:
    """Return when the account began, in Unix seconds; nothing can be told of the time before."""
    try:
        return created_of(ctx.account)
    except MalformedId:
        return 0


def _shown(ctx: Context, report: Report) -> ReportType:
    return ReportType(
        id=report.id,
        data_available_end=unix_seconds(ctx.now()),
        data_available_start=data_begins(ctx),
        default_columns=list(report.default_columns),
        livemode=ctx.livemode,
        name=report.name,
        version=report.version,
    )
