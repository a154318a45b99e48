"""The end of checkout sessions that nobody has paid in: by hand, or when their time is over."""

from collections.abc import Awaitable, Callable

import msgspec

from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.kernel.codec import unix_seconds
from bezant.resources.checkout.coupon_places import let_go_coupon
from bezant.resources.checkout.link_places import give_back
from bezant.resources.checkout.outcome import followed, intent_of_session, is_done
from bezant.resources.checkout.session import CheckoutSession
from bezant.resources.checkout.subscription_of import give_up
from bezant.resources.payments import paying
from bezant.resources.payments.setting_up import abandon
from bezant.resources.payments.setup_intent import SetupIntent
from bezant.store.jobs import JobRow

_RUNS = 20


async def expire(ctx: Context, session: CheckoutSession) -> CheckoutSession:
    """End a session that is open; what it has begun is canceled, and nothing has been paid."""
    intent = await intent_of_session(ctx, session)
    if intent is not None:
        if is_done(intent):
            return await followed(ctx, session, intent)
        if isinstance(intent, SetupIntent):
            await abandon(ctx, intent)
            ctx.save(intent, next_action=None, status="canceled", event="setup_intent.canceled")
        elif session.mode == "subscription":
            await give_up(ctx, session)
        else:
            ctx.save(
                await paying.abandon(ctx, intent),
                canceled_at=unix_seconds(ctx.now()),
                next_action=None,
                status="canceled",
                event="payment_intent.canceled",
            )
    await give_back(ctx, session)
    await let_go_coupon(ctx, session)
    return ctx.save(session, status="expired", url=None, event="checkout.session.expired")


class SessionJobs:
    """Runs the jobs of sessions: those of their end, and those that follow their intents."""

    def __init__(self, runtime: Runtime) -> None:
        """Take the ports."""
        self._runtime = runtime

    async def expire(self, job: JobRow) -> None:
        """End a session, if it is open still."""
        await self._do(job, _expire)

    async def follow(self, job: JobRow) -> None:
        """Take note of what became of a session's intent."""
        await self._do(job, _follow)

    async def _do(
        self, job: JobRow, act: Callable[[Context, CheckoutSession], Awaitable[object]]
    ) -> None:
        told = msgspec.json.decode(job.payload)
        caller = Caller(told["platform"], told["account"], livemode=told["livemode"])
        for _ in range(_RUNS):
            ctx = Context(self._runtime, caller)
            await act(ctx, await ctx.load(CheckoutSession, told["session"]))
            try:
                await ctx.write()
            except Stale:
                continue
            return


async def _expire(ctx: Context, session: CheckoutSession) -> None:
    if session.status == "open":
        await expire(ctx, session)


async def _follow(ctx: Context, session: CheckoutSession) -> None:
    intent = await intent_of_session(ctx, session)
    if intent is not None:
        await followed(ctx, session, intent)
