"""Balance settings: when an account is to be paid out, and what is to stay in its balance.

They are kept in the account's document, most of them where the account shows them too. The
account's payout schedule follows them.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import msgspec
from msgspec import Meta

from bezant.api.context import Context
from bezant.api.event_body import Cause, event_body, replaced
from bezant.api.params import Check, Emptyable, Params, payable_currency
from bezant.api.refusals import cut, invalid
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.commit.change_set import Event
from bezant.kernel.codec import encode_json
from bezant.resources.connect.account import Account, account_of
from bezant.resources.connect.account_parts import Weekday
from bezant.resources.connect.payout_schedules import KEPT, days_of, plan, scheduled
from bezant.resources.connect.standing import save
from bezant.resources.core.owners import STANDARD_DELAY_DAYS
from bezant.resources.core.refused import refused

PATH = "/v1/balance_settings"
UPDATED = "balance_settings.updated"
_MINIMUMS = "payments[payouts][minimum_balance_by_currency]"
_NO_METHODS = refused("Payout methods are not offered, so no rule can name one.")


def _timezone(text: str, param: str) -> str:
    if text in available_timezones():
        return text
    raise invalid(f"Invalid {param}: {cut(text)} is not a time zone, as Europe/Berlin is.", param)


class TransferRule(Params):
    """How an automatic payout is shared out."""

    payout_method: Annotated[str, _NO_METHODS]
    transfer_up_to_amount: Annotated[int, Meta(ge=1)] | None = None
    type: Literal["transfer_all", "transfer_up_to_amount"]


class Schedule(Params):
    """When payouts are to be made."""

    interval: Literal["daily", "manual", "monthly", "weekly"] | None = None
    monthly_payout_days: list[Annotated[int, Meta(ge=1, le=31)]] | None = None
    weekly_payout_days: list[Weekday] | None = None


class Payouts(Params):
    """What payouts are to be like; minimum balances are in minor units."""

    automatic_transfer_rules_by_currency: (
        Emptyable[dict[str, Emptyable[list[TransferRule]]]] | None
    ) = None
    minimum_balance_by_currency: (
        Emptyable[dict[str, Emptyable[Annotated[int, Meta(ge=0)]]]] | None
    ) = None
    schedule: Schedule | None = None
    statement_descriptor: Emptyable[Annotated[str, Meta(max_length=22)]] | None = None


class StartOfDay(Params):
    """When the account's day begins."""

    hour: Annotated[int, Meta(ge=0, le=23)] = 0
    minutes: Annotated[int, Meta(ge=0, le=59)] = 0
    timezone: Annotated[str, Check(_timezone)] = "Etc/UTC"


class SettlementTiming(Params):
    """How long funds wait."""

    delay_days_override: Emptyable[Annotated[int, Meta(ge=1, le=31)]] | None = None
    start_of_day: Emptyable[StartOfDay] | None = None


class Payments(Params):
    """The settings of the balance that payments make."""

    debit_negative_balances: bool | None = None
    payouts: Payouts | None = None
    settlement_timing: SettlementTiming | None = None


class UpdateBalanceSettings(Params):
    """What can be set."""

    payments: Payments | None = None


class BalanceSettings(Identified, tag="balance_settings"):
    """Named for its permission only: the answer has no id and is made from the account."""


routes = Routes(BalanceSettings, PATH, listed=False, retrieved=False)


@routes.get(PATH, returns=None)
async def retrieve(ctx: Context) -> dict[str, Any]:
    """Retrieve the settings of the account that the request is for."""
    account = await account_of(ctx, ctx.account)
    return _shown(account, ctx.hidden(account))


@routes.post(PATH, returns=None)
async def update(ctx: Context, params: UpdateBalanceSettings) -> dict[str, Any]:
    """Change settings; what is not sent stays."""
    account = await account_of(ctx, ctx.account)
    hidden = ctx.hidden(account)
    before = _shown(account, hidden)
    if params.payments is not None:
        account = _changed(ctx, account, params.payments)
        await plan(ctx, account)
    after = _shown(account, hidden)
    _tell(ctx, before, after)
    return after


def _changed(ctx: Context, account: Account, sent: Payments) -> Account:
    kept: dict[str, Any] = ctx.hidden(account).setdefault(KEPT, {})
    stored = account.settings["payouts"]
    changes: dict[str, Any] = {}
    if sent.debit_negative_balances is not None:
        changes["debit_negative_balances"] = sent.debit_negative_balances
    schedule = stored["schedule"]
    if sent.payouts is not None:
        if sent.payouts.statement_descriptor is not None:
            changes["statement_descriptor"] = sent.payouts.statement_descriptor or None
        if sent.payouts.schedule is not None:
            told = sent.payouts.schedule.changes(without=())
            schedule = scheduled(schedule, told, "payments[payouts][schedule]")
        _set_minimums(kept, sent.payouts)
    if sent.settlement_timing is not None:
        schedule = schedule | _timed(kept, sent.settlement_timing)
    payouts = stored | changes | {"schedule": schedule}
    return save(ctx, account, settings=account.settings | {"payouts": payouts})


def _set_minimums(kept: dict[str, Any], sent: Payouts) -> None:
    told = sent.minimum_balance_by_currency
    if told is None:
        return
    minimums: dict[str, int] = dict(kept.get("minimums") or {}) if told else {}
    for code, amount in (told or {}).items():
        currency = payable_currency(code, _MINIMUMS)
        if amount == "":
            minimums.pop(currency, None)
        else:
            minimums[currency] = amount
    kept["minimums"] = minimums


def _timed(kept: dict[str, Any], sent: SettlementTiming) -> dict[str, int]:
    """Keep when funds settle, and return what of it is in the schedule."""
    if sent.start_of_day is not None:
        kept["start_of_day"] = msgspec.to_builtins(sent.start_of_day) if sent.start_of_day else None
    if sent.delay_days_override is None:
        return {}
    kept["delay_days_override"] = sent.delay_days_override or None
    return {"delay_days": sent.delay_days_override or STANDARD_DELAY_DAYS}


def _shown(account: Account, hidden: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = hidden.get(KEPT, {})
    payouts = account.settings["payouts"]
    schedule = payouts["schedule"]
    timing: dict[str, Any] = {
        "delay_days": schedule["delay_days"],
        "start_of_day": kept.get("start_of_day"),
    }
    if kept.get("delay_days_override"):
        timing["delay_days_override"] = kept["delay_days_override"]
    return {
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": payouts["debit_negative_balances"],
            "payouts": {
                "automatic_transfer_rules_by_currency": {},  # Official clients read no null here.
                "minimum_balance_by_currency": kept.get("minimums") or None,
                "schedule": {"interval": schedule["interval"], **days_of(schedule)},
                "statement_descriptor": payouts["statement_descriptor"],
                "status": "enabled" if account.payouts_enabled else "disabled",
            },
            "settlement_timing": timing,
        },
    }


def _tell(ctx: Context, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Log the event of an object that has no id: the account's stands for it."""
    number = ctx.new_id("evt")
    cause = Cause(
        ctx.livemode,
        ctx.caller.request,
        ctx.caller.idempotency_key,
        ctx.account if ctx.caller.connected else None,
    )
    told = encode_json(after).decode()
    body = event_body(number, UPDATED, told, cause, replaced(before, after))
    event = Event(ctx.book, number, UPDATED, ctx.account, body, ctx.caller.request)
    ctx.units[-1].events.append(event)
