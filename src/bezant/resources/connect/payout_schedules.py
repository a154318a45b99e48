"""Payout schedules: when each account is next paid out by itself, kept up with its settings.

An account's schedule is a document of its own, whose version is what makes a payout happen once.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from msgspec import convert

from bezant.api.context import Context, Hidden
from bezant.api.refusals import missing
from bezant.api.resource import Identified
from bezant.flows.payout_schedule import Schedule
from bezant.resources.connect.account import Account, own_book

KEPT = "balance_settings"
"""Where in the account's hidden part is what the account does not show."""

_ANCHORS = {"weekly_payout_days": "weekly_anchor", "monthly_payout_days": "monthly_anchor"}
"""The older settings that name a single day, by those that name several."""


class PayoutSchedule(Identified, tag="payout_schedule"):
    """When an account is next paid out (ISO 8601), None when that is left to its owner."""

    filters: ClassVar[Mapping[str, str]] = {"due_at": "due_at", "platform": "parent"}

    account: str
    platform: str
    livemode: bool
    due_at: str | None = None


def scheduled(stored: dict[str, Any], sent: dict[str, Any], under: str) -> dict[str, Any]:
    """Return a schedule once some of it was sent, with only those days that its interval is about.

    What names a day and what names several replace one another. Raises InvalidRequest, for a
    parameter under a name, when an interval is about days and none is named.
    """
    schedule = stored | sent
    for days, anchor in _ANCHORS.items():
        if days in sent:
            schedule.pop(anchor, None)
        elif anchor in sent:
            schedule.pop(days, None)
    own = f"{schedule['interval']}_payout_days"
    if own in _ANCHORS and not (schedule.get(own) or schedule.get(_ANCHORS[own])):
        raise missing(f"{under}[{own}]")
    others = {each for days, anchor in _ANCHORS.items() if days != own for each in (days, anchor)}
    return {name: value for name, value in schedule.items() if name not in others}


def days_of(schedule: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return on which days a schedule pays, also where a single one is named."""
    named: dict[str, Any] = {days: schedule.get(days) for days in _ANCHORS}
    for days, anchor in _ANCHORS.items():
        if anchor in schedule:
            named[days] = [schedule[anchor]]
    return {days: values for days, values in named.items() if values}


def schedule_of(account: Account, hidden: Hidden) -> Schedule:
    """Return when an account is to be paid out, by its settings."""
    stored: dict[str, Any] = account.settings["payouts"]["schedule"]
    start: dict[str, Any] = hidden.get(KEPT, {}).get("start_of_day") or {}
    return convert(stored | days_of(stored) | start, Schedule)


def minimums_of(hidden: Hidden) -> dict[str, int]:
    """Return what is to stay in an account's balance, in minor units by currency."""
    return hidden.get(KEPT, {}).get("minimums") or {}


async def plan(ctx: Context, account: Account) -> None:
    """Let an account be paid out next as its settings now say."""
    book = own_book(ctx, account)
    name = name_of(account.id)
    due = instant(schedule_of(account, ctx.hidden(account)).next_after(ctx.now()))
    known = await ctx.find(PayoutSchedule, name, book=book)
    if known is not None:
        ctx.save(known, due_at=due)
    elif due is not None:
        ctx.create(
            PayoutSchedule(
                id=name,
                account=account.id,
                platform=ctx.caller.platform,
                livemode=ctx.livemode,
                due_at=due,
            ),
            book=book,
        )


def name_of(account: str) -> str:
    """Return the id of an account's schedule."""
    return f"psch_{account.rpartition('_')[2]}"


def instant(moment: datetime | None) -> str | None:
    """Return a moment as a column has it."""
    return None if moment is None else moment.isoformat()
