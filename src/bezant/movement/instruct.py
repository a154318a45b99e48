"""Instruct: a product asks for money to be moved, or says that money is expected."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bezant.api.context import Context, created_of
from bezant.api.resource import Resource
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.profile import BankProfile
from bezant.rail import Instruction, Party, Rail, Service

Rails = Mapping[str, Rail]

FAST = timedelta(seconds=1.5)
"""How long a fast sandbox leaves to cancel a movement before it goes out."""

_NO_TRACE = "0" * 15
"""Stands in for the trace, which is given when the file is made."""


def send(
    ctx: Context,
    subject: Resource,
    amount: Money,
    to: Party,
    *,
    rail: Rail,
    bank: BankProfile,
    service: Service = "standard",
) -> Movement:
    """Schedule money to be sent to a bank account for an object of the acting account.

    It goes out with the rail's next cut-off. Raises InvalidRequest for what the rail refuses.
    """
    table = rail.timetable(ctx.now(), service)
    name = ctx.new_id("mv")
    movement = Movement(
        id=name,
        account=ctx.account,
        platform=ctx.caller.platform,
        amount=amount.amount,
        created=created_of(name),
        currency=amount.currency,
        direction="credit",
        livemode=ctx.livemode,
        rail=rail.capabilities.name,
        service=service,
        source=subject.id,
        subject=subject.kind(),
        status="scheduled",
        bank=bank.name,
        due_at=_submit_at(ctx, table.cut_off).isoformat(),
        effective_date=table.effective_date.isoformat(),
        expected_settlement_at=unix_seconds(table.expected_settlement_at),
        available_at=unix_seconds(table.expected_settlement_at),
        return_by=unix_seconds(table.return_by),
        final_at=unix_seconds(table.return_by),
        facts=(MovementFact("created", created_of(name)),),
    )
    hidden = {"to": msgspec.to_builtins(to)}
    if objections := rail.objections(instruction(movement, hidden, _NO_TRACE)):
        raise InvalidRequest(
            f"This can't be sent by {rail.capabilities.title}: {'; '.join(objections)}.",
            code="rail_refuses",
        )
    return ctx.create(movement, hidden=hidden)


def expect(
    ctx: Context, subject: Resource, amount: Money, *, rail: str, bank: BankProfile, reference: str
) -> Movement:
    """Note that money is to come in under a reference, for an object of the acting account."""
    name = ctx.new_id("mv")
    movement = Movement(
        id=name,
        account=ctx.account,
        platform=ctx.caller.platform,
        amount=amount.amount,
        created=created_of(name),
        currency=amount.currency,
        direction="debit",
        livemode=ctx.livemode,
        rail=rail,
        service="standard",
        source=subject.id,
        subject=subject.kind(),
        status="created",
        bank=bank.name,
        reference=reference,
        facts=(MovementFact("created", created_of(name)),),
    )
    return ctx.create(movement)


async def movement_of(ctx: Context, source: str) -> Movement:
    """Return the latest movement behind an object of the acting account."""
    found = await ctx.newest(Movement, {"source": source})
    assert found is not None, f"{source} has a movement"
    return found


def cancel(ctx: Context, movement: Movement) -> Movement:
    """Take back a movement that no bank has seen; InvalidRequest when one may have."""
    if not movement.may_become("canceled") or movement.file is not None:
        raise InvalidRequest(
            "The money is already on its way to the bank and can't be called back.",
            code="movement_not_cancelable",
        )
    fact = MovementFact("canceled", unix_seconds(ctx.now()))
    return ctx.save(movement, due_at=None, **movement.with_fact(fact, "canceled"))


def instruction(movement: Movement, hidden: Mapping[str, Any], trace: str) -> Instruction:
    """Return what the rail is told about a movement."""
    assert movement.effective_date is not None, "a movement that is sent has its dates"
    return Instruction(
        movement=movement.id,
        trace=trace,
        amount=movement.money,
        direction="credit",
        counterparty=msgspec.convert(hidden["to"], Party),
        effective_date=datetime.fromisoformat(movement.effective_date).date(),
        service=movement.service,
        description="PAYOUT",
        reference=movement.id[-15:],
    )


def _submit_at(ctx: Context, cut_off: datetime) -> datetime:
    """Return when a movement goes out; a fast sandbox waits for no cut-off."""
    fast = not ctx.livemode and ctx.runtime.hurries
    return ctx.now() + FAST if fast else cut_off
