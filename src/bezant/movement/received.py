"""Received: money that comes or goes unasked becomes a movement of the house until it is claimed.

What a file or message brings, or collects from us, is booked between the network and suspense;
what only a statement shows is on suspense already. A claim moves it to whoever expected it.
"""

from typing import NamedTuple

from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.flows import received as flow
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import HOUSE
from bezant.movement.answer import take
from bezant.movement.engine import engine_of
from bezant.movement.errand import CLAIMED_BY
from bezant.movement.heard import CLAIMED
from bezant.movement.instruct import noted
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.order import Order, hidden_of
from bezant.movement.profile import BankProfile
from bezant.rail import Direction, Fact, Party

NO_RAIL = "statement"
"""Stands for the rail of what only a statement has shown."""


class Arrival(NamedTuple):
    """Money that has come in, or was collected: how much, under which name, and who says so.

    A direction is the counterparty's: whoever sends us money is debited. `words` are what else may
    say for whom it is, such as the name of a code that was paid.
    """

    amount: Money
    reference: str
    fact: MovementFact
    rail: str
    counterparty: Party | None = None
    remittance: str = ""
    direction: Direction = "debit"
    end_to_end_id: str = ""
    words: tuple[str, ...] = ()


CAME_JOB = "movements.came"
"""The job that looks whose money is that has come; its payload has the movement and its names."""


def take_in(ctx: Context, bank: BankProfile, arrival: Arrival) -> Movement:
    """Store what came in, or was collected, as a movement of the house that is nobody's yet."""
    name = ctx.new_id("mv", ctx.house)
    movement = Movement(
        id=name,
        account=HOUSE,
        platform=HOUSE,
        amount=arrival.amount.amount,
        created=created_of(name),
        currency=arrival.amount.currency,
        direction=arrival.direction,
        livemode=ctx.livemode,
        rail=arrival.rail,
        service="standard",
        source=None,
        subject=None,
        status="received",
        bank=bank.name,
        act="receive",
        end_to_end_id=arrival.end_to_end_id or None,
        reference=arrival.reference,
        effective_date=arrival.fact.on,
    )
    entries = arrival.fact.entries
    if arrival.rail != NO_RAIL:
        book = flow.arrived if arrival.direction == "debit" else flow.collected
        entry = book(arrival.amount, house=ctx.house, name=bank.name, rail=arrival.rail)
        entries = (ctx.post(entry, source=name),)
    movement.facts = (replace(arrival.fact, kind="received", entries=entries),)
    order = None
    if arrival.counterparty is not None:
        order = hidden_of(Order(arrival.counterparty, remittance=arrival.remittance))
    if arrival.direction == "debit":
        names = (arrival.reference, arrival.end_to_end_id, arrival.remittance, *arrival.words)
        known = list(dict.fromkeys(name for name in names if name))
        ctx.enqueue(CAME_JOB, {"livemode": ctx.livemode, "movement": name, "names": known})
    return ctx.create(movement, hidden=order, book=ctx.house)


def of_fact(bank: BankProfile, rail: str, fact: Fact, told: MovementFact) -> Arrival | None:
    """Return what a file or message says has come in or was collected; None for no amount."""
    if not fact.amount or fact.amount.currency != bank.currency:
        return None
    assert fact.direction, "a rail says which way unasked money goes"
    name = fact.trace or fact.end_to_end_id
    return Arrival(
        fact.amount,
        name,
        told,
        rail,
        fact.counterparty,
        fact.remittance,
        fact.direction,
        fact.end_to_end_id,
        (fact.details.get("txid", ""),),
    )


async def claim(ctx: Context, received: Movement, expected: Movement) -> Movement:
    """Give received money to the object that expects it; InvalidRequest unless it is the same sum.

    Both movements are settled by it.
    """
    if received.status != "received":
        raise InvalidRequest(
            f"{received.id} is {received.status}: only what is received can be claimed.",
            code="movement_not_ready",
        )
    if expected.act != "receive" or not expected.may_become("settled"):
        raise InvalidRequest(f"{expected.id} expects no money.", code="movement_not_ready")
    if received.direction != expected.direction:
        raise InvalidRequest(
            f"{received.id} was collected from the account: nobody can have it. Return it, where "
            "the rail allows that, or book it off suspense by an entry.",
            code="movement_not_ready",
        )
    if expected.money != received.money:
        raise InvalidRequest(
            f"{expected.id} expects {expected.amount} {expected.currency}, and "
            f"{received.amount} {received.currency} have come.",
            code="amounts_differ",
        )
    handler = engine_of(ctx).handlers[str(expected.subject)]
    made = ctx.made(handler.subject, str(expected.source))
    subject = made or await ctx.load(handler.subject, str(expected.source), book=expected.book)
    entry = flow.claimed(received.money, house=ctx.house, name=received.bank, rail=expected.rail)
    told = noted(ctx, "settled", "claimed", movement=expected.id)
    told = replace(told, entries=(ctx.post(entry, source=received.id),))
    whose = {
        CLAIMED: [expected.book.id, expected.id, expected.platform],
        CLAIMED_BY: expected.rail,
        "claimed_for": expected.subject,
    }
    hidden = {**ctx.hidden(received), **whose}
    ctx.save(received, source=expected.source, hidden=hidden, **received.with_fact(told))
    fact = noted(ctx, "settled", "claimed", movement=received.id)
    line = received.facts[0].statement_line
    settled = take(ctx, handler, subject, expected, replace(fact, statement_line=line))
    if house := handler.house.get("settled"):
        ctx.post(house(expected.money, house=ctx.house, rail=expected.rail), source=received.id)
    return settled
