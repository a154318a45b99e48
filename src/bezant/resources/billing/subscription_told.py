"""What subscriptions ask to be done later, by the kind of the job."""

from datetime import timedelta

from bezant.api.context import Context
from bezant.kernel.codec import unix_seconds
from bezant.resources.billing.drawing import moment
from bezant.resources.billing.subscription import Subscription
from bezant.resources.core.later import later

CANCEL_JOB = "billing.cancel_subscription"
EXPIRE_JOB = "billing.expire_subscription"
RENEW_JOB = "billing.renew_subscription"
TRIAL_JOB = "billing.remind_of_trial"
UPCOMING_JOB = "billing.tell_of_upcoming"
FIRST_PAYMENT = timedelta(hours=23)
"""How long the first payment may take."""
NOTICE = timedelta(days=3)
"""How long before it comes the end of a trial is told of, and the next invoice."""
_TOLD = "trial_told"
"""Where a subscription's hidden part has the end of a trial that was told of."""


def plan_ahead(ctx: Context, subscription: Subscription) -> None:
    """Let a subscription go on by itself: at the end of its period, and where it is to end."""
    now = unix_seconds(ctx.now())
    end = subscription.period.end
    _at(ctx, RENEW_JOB, subscription, end)
    _at(ctx, UPCOMING_JOB, subscription, max(unix_seconds(moment(end) - NOTICE), now))
    if subscription.cancel_at is not None:
        _at(ctx, CANCEL_JOB, subscription, subscription.cancel_at)


def plan_expiry(ctx: Context, subscription: Subscription) -> None:
    """Let a subscription end that is not paid for in time."""
    due = ctx.now() + FIRST_PAYMENT
    later(ctx, EXPIRE_JOB, subscription.id, ctx.book, ctx.caller.platform, at=due)


def tell_of_trial(ctx: Context, subscription: Subscription) -> None:
    """Say that a trial is about to end: some days before, or now if it is that short.

    It is said once of each end.
    """
    end = subscription.trial_end
    if subscription.status != "trialing" or end is None:
        return
    notice = unix_seconds(moment(end) - NOTICE)
    if notice > unix_seconds(ctx.now()):
        _at(ctx, TRIAL_JOB, subscription, notice)
    elif ctx.hidden(subscription).get(_TOLD) != end:
        ctx.save(subscription, hidden={**ctx.hidden(subscription), _TOLD: end})
        ctx.emit("customer.subscription.trial_will_end", subscription)


def _at(ctx: Context, kind: str, subscription: Subscription, seconds: int) -> None:
    later(ctx, kind, subscription.id, ctx.book, ctx.caller.platform, at=moment(seconds))
