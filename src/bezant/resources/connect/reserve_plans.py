"""Reserve plans: made, changed and disabled by the platform that answers for the account."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta

from bezant.api.context import Caller, Context, Stale, created_of
from bezant.api.pages import ListParams, page_of
from bezant.api.pages import Page as Listing
from bezant.api.params import Currency, Metadata, Params, merged
from bezant.api.refusals import missing
from bezant.api.routes import Routes
from bezant.api.runtime import Runtime
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.connect.reserve_plan import (
    FixedRelease,
    FixedReleaseParams,
    ManualRelease,
    ReservePlan,
    RollingRelease,
    RollingReleaseParams,
    answered_for,
    expiry,
    put,
    release_time,
)
from bezant.resources.payments.reserve import ReserveHold, Why, release, scheduled
from bezant.store.jobs import JobRow
from bezant.store.objects import Page

JOB = "reserves.plan_changed"
AT_ONCE = 100
PATH = "/v1/reserve/plans"
Percent = Annotated[int, Meta(ge=1, le=100)]


class CreateReservePlan(Params):
    """What a plan is made of."""

    currency: Currency | None = None
    fixed_release: FixedReleaseParams | None = None
    metadata: Metadata | None = None
    percent: Percent
    rolling_release: RollingReleaseParams | None = None
    type: Literal["fixed_release", "manual_release", "rolling_release"]


class UpdateReservePlan(Params):
    """What of a plan can be changed."""

    fixed_release: FixedReleaseParams | None = None
    metadata: Metadata | None = None
    percent: Percent | None = None
    rolling_release: RollingReleaseParams | None = None


class ListReservePlans(ListParams):
    """By what plans are listed."""

    destination: Literal["risk_reserved", "settlement_reserved"] | None = None
    status: Literal["active", "disabled", "expired"] | None = None


routes = Routes(ReservePlan, PATH, prefix="resplan", listed=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, params: ListReservePlans) -> Listing:
    """List an account's plans, newest first."""
    if params.destination == "settlement_reserved":  # No plan here keeps back settlements.
        return Listing([])
    filters = {} if params.status is None else {"status": params.status}
    return await page_of(ctx, ReservePlan, "resplan", params, filters, {})


@routes.create
async def create(ctx: Context, params: CreateReservePlan) -> ReservePlan:
    """Keep a share of each payment to an account back from now on."""
    account = await answered_for(ctx)
    name = ctx.new_id("resplan")
    plan = ReservePlan(
        id=name,
        created=created_of(name),
        currency=params.currency,
        livemode=ctx.livemode,
        metadata=merged({}, params.metadata),
        percent=params.percent,
        type=params.type,
        **_release(ctx, params),
    )
    put(ctx, account, plan, new=True)
    return ctx.create(plan, event="reserve.plan.created")


@routes.update
async def update(ctx: Context, plan: ReservePlan, params: UpdateReservePlan) -> ReservePlan:
    """Change a plan; another date of a fixed release is that of the holds it has, too."""
    account = await answered_for(ctx)
    _check_active(plan)
    for kind in ("fixed_release", "rolling_release"):
        if getattr(params, kind) is not None and plan.type != kind:
            raise InvalidRequest(f"The plan's type is {plan.type}: leave this out.", param=kind)
    changes: dict[str, Any] = {} if params.percent is None else {"percent": params.percent}
    if params.fixed_release is not None:
        changes["fixed_release"] = _fixed(ctx, params.fixed_release)
        _enqueue(ctx, plan)
    if params.rolling_release is not None:
        changes["rolling_release"] = _rolled_on(ctx, plan, params.rolling_release)
    metadata = merged(plan.metadata, params.metadata)
    plan = ctx.save(plan, metadata=metadata, event="reserve.plan.updated", **changes)
    put(ctx, account, plan)
    return plan


@routes.action
async def disable(ctx: Context, plan: ReservePlan) -> ReservePlan:
    """End a plan for good, and release what it has kept back."""
    account = await answered_for(ctx)
    _check_active(plan)
    disabled = unix_seconds(ctx.now())
    plan = ctx.save(plan, disabled_at=disabled, status="disabled", event="reserve.plan.disabled")
    put(ctx, account, plan)
    _enqueue(ctx, plan)
    return plan


class PlanFollower:
    """Runs the jobs that bring the holds of a plan into line with it."""

    def __init__(self, runtime: Runtime) -> None:
        """Take the ports."""
        self._runtime = runtime

    async def run(self, job: JobRow) -> None:
        """Go through the plan's holds page by page, in a database transaction each."""
        payload = msgspec.json.decode(job.payload)
        caller = Caller(payload["platform"], payload["account"], livemode=payload["livemode"])
        before: str | None = None
        while True:
            try:
                last = await self._page(Context(self._runtime, caller), payload["plan"], before)
            except Stale:  # A hold has changed meanwhile: the page is read again.
                continue
            if last is None:
                return
            before = last

    async def _page(self, ctx: Context, name: str, after: str | None) -> str | None:
        """Deal with a page of holds; returns the last of them, None when there are no more."""
        plan = await ctx.load(ReservePlan, name)
        ask = Page(limit=AT_ONCE, after=after, filters={"parent": plan.id})
        bodies, more = await ctx.page(ReserveHold, ask)
        names = [msgspec.json.decode(body, type=ReserveHold).id for body in bodies]
        for held in (await ctx.load_many(ReserveHold, names)).values():
            if held.amount_releasable:
                _follow(ctx, plan, held)
        await ctx.write()
        return names[-1] if more else None


def _follow(ctx: Context, plan: ReservePlan, held: ReserveHold) -> None:
    if plan.status == "disabled":
        release(ctx, held, held.left, "plan_disabled", Why(), book=ctx.book)
    elif isinstance(plan.fixed_release, FixedRelease):
        schedule = scheduled(plan.fixed_release.release_after)
        ctx.save(held, release_schedule=schedule, event="reserve.hold.updated")


def _enqueue(ctx: Context, plan: ReservePlan) -> None:
    payload = {
        "account": ctx.account,
        "livemode": ctx.livemode,
        "plan": plan.id,
        "platform": ctx.caller.platform,
    }
    ctx.enqueue(JOB, payload)


def _check_active(plan: ReservePlan) -> None:
    if plan.status != "active":
        raise InvalidRequest(
            f"Reserve plan {plan.id} is {plan.status} and can't be changed: make a new one."
        )


def _release(ctx: Context, params: CreateReservePlan) -> dict[str, Any]:
    """Return what a new plan says about the release of what it keeps back."""
    for kind in ("fixed_release", "rolling_release"):
        if getattr(params, kind) is not None and params.type != kind:
            raise InvalidRequest(f"The plan's type is {params.type}: leave this out.", param=kind)
    if params.type == "fixed_release":
        if params.fixed_release is None:
            raise missing("fixed_release[release_after]")
        return {"fixed_release": _fixed(ctx, params.fixed_release)}
    if params.type == "manual_release":
        return {"manual_release": ManualRelease()}
    given = params.rolling_release
    if given is None or given.days_after_charge is None:
        raise missing("rolling_release[days_after_charge]")
    expires = expiry(ctx, given.expires_on)
    return {"rolling_release": RollingRelease(given.days_after_charge, expires)}


def _fixed(ctx: Context, given: FixedReleaseParams) -> FixedRelease:
    after = release_time(ctx, given.release_after, "fixed_release[release_after]")
    moment = scheduled(after).scheduled_release
    assert moment is not None, "a release with a date is scheduled"
    return FixedRelease(after, moment)


def _rolled_on(ctx: Context, plan: ReservePlan, given: RollingReleaseParams) -> RollingRelease:
    before = plan.rolling_release
    assert before is not UNSET, "a rolling plan says how it rolls"
    days, expires = given.days_after_charge, expiry(ctx, given.expires_on)
    return RollingRelease(
        before.days_after_charge if days is None else days,
        before.expires_on if expires is None else expires,
    )
