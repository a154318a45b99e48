"""Capturing what was authorized, or giving it back: in parts, in time, and only once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import Runtime
from bezant.kernel.codec import unix_seconds
from bezant.kernel.money import Money
from bezant.rail.cards import About, CardAct, CardRequest, Merchant, Presented
from bezant.resources.payments.ask_card import CAPTURES, ask_later, kept
from bezant.resources.payments.card import RAIL
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.concerns import money_gone
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.settling import Means, settle
from bezant.store.jobs import JobRow

EXPIRY_JOB = "payment_intents.expire"
EXPIRED = "expired"
"""Where a charge's hidden part says that it holds nothing any more."""
FEES = "fees"
"""Where it has the platform's fees: the id of each, after how much it came, and of how much."""
_RUNS = 20


class Authorization(Struct, frozen=True):
    """The request that an acquirer has approved, as a charge's hidden part has it."""

    id: str
    merchant: Merchant
    card: Presented


async def capture_charge(
    ctx: Context, charge: Charge, amount: Money, fee: int | None, *, final: bool = True
) -> Charge:
    """Take an amount of what is authorized; returns the charge, whose event is yet to be told."""
    charge = ctx.current(charge)
    before = ctx.hidden(charge).get(CAPTURES, [])
    request = _request(ctx, charge, "capture", amount, str(len(before) + 1), final=final)
    ask_later(ctx, request, charge.id)
    ctx.save(charge, hidden=ctx.hidden(charge) | {CAPTURES: [*before, kept(request)]})
    changes = await settle(ctx, charge, amount, _means(ctx, charge), fee)
    if "application_fee" in changes:
        changes["application_fee_amount"] += _noted(ctx, charge, changes["application_fee"], amount)
    captured = charge.amount_captured + amount.amount
    return ctx.save(charge, amount_captured=captured, captured=final, **changes)


def _noted(ctx: Context, charge: Charge, fee: str, amount: Money) -> int:
    """Note which fee the platform takes of which part; returns what it has taken before."""
    hidden = ctx.hidden(charge)
    taken = [*hidden.get(FEES, []), [fee, charge.amount_captured, amount.amount]]
    ctx.save(charge, hidden=hidden | {FEES: taken})
    return (charge.application_fee_amount or 0) if charge.application_fee is not None else 0


def release(ctx: Context, charge: Charge, amount: Money) -> None:
    """Give back to the cardholder's bank what will not be captured."""
    ask_later(ctx, reversal_of(ctx, charge, amount), charge.id)


def reversal_of(ctx: Context, charge: Charge, amount: Money) -> CardRequest:
    """Return the request by which an amount of what is held for a charge is given back."""
    return _request(ctx, charge, "reverse", amount, "reverse")


async def cancel_held(
    ctx: Context, intent: PaymentIntent, reason: str | None, *, expired: bool = False
) -> PaymentIntent:
    """End an intent whose money is held: what was captured stays, the rest goes back."""
    assert intent.latest_charge is not None, "money is held under a charge"
    charge = await ctx.load(Charge, intent.latest_charge)
    left = intent.amount_capturable
    if not expired:
        release(ctx, charge, Money(left, intent.currency))
    if intent.amount_received:
        gone = charge.amount_refunded == charge.amount_captured
        charge = ctx.save(charge, captured=True, refunded=gone, event="charge.captured")
        if gone:
            await money_gone(ctx, charge, "refunded")
    else:
        if expired:
            charge = ctx.save(charge, event="charge.expired")
        await money_gone(ctx, charge, "canceled")
    if intent.amount_received:
        return ctx.save(
            intent, amount_capturable=0, status="succeeded", event="payment_intent.succeeded"
        )
    return ctx.save(
        intent,
        amount_capturable=0,
        canceled_at=unix_seconds(ctx.now()),
        cancellation_reason=reason,
        status="canceled",
        event="payment_intent.canceled",
    )


def authorization_of(ctx: Context, charge: Charge) -> Authorization:
    """Return what an acquirer has approved for a charge."""
    return msgspec.convert(msgspec.to_builtins(ctx.hidden(charge)["authorization"]), Authorization)


def _request(
    ctx: Context, charge: Charge, act: CardAct, amount: Money, name: str, *, final: bool = True
) -> CardRequest:
    authorization = authorization_of(ctx, charge)
    words = charge.calculated_statement_descriptor or authorization.merchant.name
    return CardRequest(
        id=f"{authorization.id}/{name}",
        act=act,
        amount=amount,
        card=authorization.card,
        merchant=replace(authorization.merchant, name=words),
        livemode=ctx.livemode,
        original=authorization.id,
        about=About(ctx.caller.platform, ctx.account, charge.id),
        final=final,
    )


def _means(ctx: Context, charge: Charge) -> Means:
    details: dict[str, Any] = (charge.payment_method_details or {})["card"]
    return Means(
        method="card",
        rail=RAIL,
        brand=details["brand"] or "",
        country=details["country"] or "",
        at_once=ctx.hidden(charge).get("at_once", False),
    )


def expire_later(ctx: Context, charge: Charge, at: datetime | None) -> None:
    """Let what a charge without an intent holds go when its time to be captured is over."""
    if at is not None:
        payload = {"account": ctx.account, "charge": charge.id, "livemode": ctx.livemode,
                   "platform": ctx.caller.platform}  # fmt: skip
        ctx.enqueue(EXPIRY_JOB, payload, at=at)


async def _expired(ctx: Context, payload: Mapping[str, Any]) -> bool:
    """End what nobody has captured; False when somebody has."""
    if "charge" in payload:
        charge = await ctx.load(Charge, payload["charge"])
        if charge.captured or charge.refunded:
            return False
        ctx.save(charge, hidden=ctx.hidden(charge) | {EXPIRED: True}, event="charge.expired")
        return True
    intent = await ctx.load(PaymentIntent, payload["intent"])
    if intent.status != "requires_capture":
        return False
    await cancel_held(ctx, intent, "expired", expired=True)
    return True


class Expirer:
    """Runs the jobs that end what holds money whose time to be captured is over."""

    def __init__(self, runtime: Runtime) -> None:
        """Take the ports."""
        self._runtime = runtime

    async def run(self, job: JobRow) -> None:
        """End an intent or a charge, if its money is held still."""
        payload = msgspec.json.decode(job.payload)
        caller = Caller(payload["platform"], payload["account"], livemode=payload["livemode"])
        for _ in range(_RUNS):
            ctx = Context(self._runtime, caller)
            if not await _expired(ctx, payload):
                return
            try:
                await ctx.write()
            except Stale:
                continue
            return
