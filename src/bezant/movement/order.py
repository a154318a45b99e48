"""Orders: what a movement says to its rail beside amount and dates; stored with it, never shown."""

from datetime import date

import msgspec
from msgspec import Struct

from bezant.api.context import Hidden
from bezant.movement.movement import Movement
from bezant.rail import Instruction, Mandate, Original, Party


class Order(Struct, frozen=True):
    """Who is paid or collected from, and every word that travels along.

    `key` is the API key that asked, `about` the movement that the act is about as the network
    knows it; the rest is as in an Instruction.
    """

    to: Party
    description: str = ""
    reference: str = ""
    remittance: str = ""
    purpose: str = ""
    reason: str = ""
    mandate: Mandate | None = None
    about: Original | None = None
    details: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    key: str | None = None


class SentIn(Struct, frozen=True):
    """What the bank calls the file and the batch that a movement went in, and their format."""

    file: str = ""
    batch: str = ""
    format: str = ""


def hidden_place(sent: SentIn) -> Hidden:
    """Return where a movement went as it is stored, beside its order."""
    return {"sent_in": msgspec.to_builtins(sent)}


def sent_in(hidden: Hidden) -> SentIn:
    """Return where a movement went; nothing is known of what has not left in a file."""
    return msgspec.convert(hidden.get("sent_in", {}), SentIn)


def hidden_of(order: Order) -> Hidden:
    """Return an order as it is stored."""
    return {"order": msgspec.to_builtins(order)}


def order_of(hidden: Hidden) -> Order:
    """Return the order that is stored with a movement."""
    if "order" not in hidden:  # Stored before there were more rails than one.
        return Order(msgspec.convert(hidden["to"], Party), description="PAYOUT")
    return msgspec.convert(hidden["order"], Order)


def instruction(movement: Movement, order: Order, trace: str) -> Instruction:
    """Return what the rail is told about a movement."""
    assert movement.effective_date is not None, "a movement that is sent has its dates"
    assert movement.act != "receive", "what comes by itself is not sent"
    return Instruction(
        movement=movement.id,
        trace=trace,
        amount=movement.money,
        direction=movement.direction,
        counterparty=order.to,
        effective_date=date.fromisoformat(movement.effective_date),
        act=movement.act,
        service=movement.service,
        description=order.description,
        reference=order.reference or movement.id[-15:],
        end_to_end_id=movement.end_to_end_id or "",
        remittance=order.remittance,
        purpose=order.purpose,
        reason=order.reason,
        mandate=order.mandate,
        original=order.about,
        details=order.details,
    )
