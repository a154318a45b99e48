"""Report runs: a report that is made in the background, into a file of CSV."""

from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from msgspec import UNSET, Meta, Struct, UnsetType

from bezant.api.context import Context, created_of
from bezant.api.params import Check, Currency, Params, Timestamp
from bezant.api.resource import Resource
from bezant.api.routes import Routes
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.file import File
from bezant.resources.core.owners import Owner
from bezant.resources.reporting.catalogue import REPORTS
from bezant.resources.reporting.report import Report, check_columns
from bezant.resources.reporting.report_types import data_begins

JOB = "reporting.report_run"


class RunParameters(Struct):
    """What a run was asked for; `interval_end` is exclusive, both in Unix seconds."""

    columns: list[str] | UnsetType = UNSET
    connected_account: str | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    interval_end: int | UnsetType = UNSET
    interval_start: int | UnsetType = UNSET
    payout: str | UnsetType = UNSET
    reporting_category: str | UnsetType = UNSET
    timezone: str | UnsetType = UNSET


class ReportRun(Resource, tag="reporting.report_run"):
    """A report of a time; `result` is its file once it has succeeded, `error` why it has not."""

    error: str | None = None
    parameters: RunParameters
    report_type: str
    result: File | None = None
    status: Literal["pending", "succeeded", "failed"] = "pending"
    succeeded_at: int | None = None


@cache
def _timezones() -> frozenset[str]:
    # One name is in lower case, and says no more than "as this machine is set".
    return frozenset(name for name in available_timezones() if name[0].isupper())


def _timezone(text: str, param: str) -> str:
    if text in _timezones():
        return text
    raise InvalidRequest(
        f"Invalid {param}: {text[:80]} is no time zone. Send a name such as Europe/Berlin.",
        code="parameter_invalid",
        param=param,
    )


class RunParams(Params):
    """The interval, which every report needs, and what of it is to be shown."""

    columns: Annotated[list[str], Meta(min_length=1, max_length=200)] | None = None
    connected_account: str | None = None
    currency: Currency | None = None
    interval_end: Timestamp | None = None
    interval_start: Timestamp | None = None
    payout: str | None = None
    reporting_category: str | None = None
    timezone: Annotated[str, Check(_timezone)] | None = None


class CreateReportRun(Params):
    """Which report, of which time."""

    parameters: RunParams | None = None
    report_type: str


routes = Routes(ReportRun, "/v1/reporting/report_runs", prefix="frr")


@routes.create
async def create(ctx: Context, params: CreateReportRun) -> ReportRun:
    """Have a report made; `reporting.report_run.succeeded` tells when its file is there."""
    report = REPORTS.get(params.report_type)
    if report is None:
        raise InvalidRequest(
            f"No such report type: '{params.report_type[:80]}'. There are: {', '.join(REPORTS)}.",
            code="resource_missing",
            param="report_type",
        )
    asked = params.parameters or RunParams()
    _check_interval(ctx, asked)
    _check_taken(report, asked)
    check_columns(report, asked.columns or ())
    if report.connected:
        await _check_account(ctx, asked.connected_account)
    name = ctx.new_id("frr")
    run = ReportRun(
        id=name,
        created=created_of(name),
        livemode=ctx.livemode,
        parameters=RunParameters(**asked.changes(without=())),
        report_type=report.id,
    )
    caller = ctx.caller
    asked_by = {"platform": caller.platform, "account": caller.account}
    ctx.enqueue(JOB, {"run": name, "livemode": ctx.livemode, **asked_by})
    return ctx.create(run)


def _check_interval(ctx: Context, asked: RunParams) -> None:
    """Refuse a time without data; test mode may begin sooner, when all balances were zero."""
    for name in ("interval_start", "interval_end"):
        if getattr(asked, name) is None:
            raise InvalidRequest(
                f"Missing required param: parameters[{name}].",
                code="parameter_missing",
                param=f"parameters[{name}]",
            )
    start, end = asked.interval_start or 0, asked.interval_end or 0
    if start >= end:
        raise _wrong("interval_end", f"It has to be after interval_start, {start}.")
    if ctx.livemode and start < data_begins(ctx):
        raise _wrong("interval_start", f"There is data from {data_begins(ctx)} on.")
    now = unix_seconds(ctx.now())
    if end > now:
        raise _wrong("interval_end", f"There is data until now, {now}.")


def _check_taken(report: Report, asked: RunParams) -> None:
    everywhere = {"columns", "interval_end", "interval_start"}
    for name in asked.changes(without=()):
        if name not in report.takes | everywhere:
            raise _wrong(name, f"{report.id} does not take it: leave it out.")


async def _check_account(ctx: Context, account: str | None) -> None:
    if account is None:
        raise InvalidRequest(
            "Missing required param: parameters[connected_account]. Reports of all accounts in "
            "one are not made.",
            code="parameter_missing",
            param="parameters[connected_account]",
        )
    await ctx.load(Owner, account, param="parameters[connected_account]")


def _wrong(name: str, why: str) -> InvalidRequest:
    param = f"parameters[{name}]"
    return InvalidRequest(f"Invalid {param}. {why}", code="parameter_invalid", param=param)


def shown(parameters: RunParameters, name: str) -> Any:
    """Return what a run was asked for, or None."""
    value = getattr(parameters, name)
    return None if value is UNSET else value
