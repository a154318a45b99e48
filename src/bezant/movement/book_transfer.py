"""Book transfers: a movement between two books of this ledger, whose other side we are ourselves.

Slip, acceptance, entries and both movements are one change set: it is settled, or it never was.
"""

import hashlib
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from bezant.api.context import Context, created_of
from bezant.flows import book_transfer as flow
from bezant.kernel.codec import from_base62, unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.movement.bank_file import BankFile
from bezant.movement.engine import engine_of
from bezant.movement.instruct import end_to_end, noted
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.order import Order, hidden_of, instruction
from bezant.movement.route import Decision
from bezant.rail import Originator, OwnAccount, Party, Rail, Timetable

RAIL = "book"
_TRACES = 10**14 - 1
_MODIFIER = "A"


@runtime_checkable
class Accepts(Protocol):
    """A rail whose other side is this ledger."""

    def accept(self, slip: bytes) -> bytes:
        """Return the acceptance of a slip."""
        ...


class Words(NamedTuple):
    """What is said about a transfer."""

    reference: str = ""
    remittance: str = ""


class Transferred(NamedTuple):
    """Both sides of a transfer: the payer's movement, and the payee's."""

    sent: Movement
    received: Movement


def transfer(ctx: Context, amount: Money, to: Book, words: Words) -> Transferred:
    """Move available money from the acting account's book to another, settled and final at once.

    Raises InvalidRequest for what the book rail refuses; the door refuses what is not there.
    """
    rail = engine_of(ctx).banks.rails[RAIL]
    assert isinstance(rail, Accepts), "the book rail accepts its own slips"
    now = ctx.now()
    table = rail.timetable(now, "instant")
    drafted = _movement(ctx, ctx.book, amount, table, "credit")
    order = Order(
        Party(to.owner, OwnAccount(to.owner)),
        reference=words.reference,
        remittance=words.remittance,
        key=ctx.caller.key,
    )
    originator = Originator(ctx.account, ctx.account, RAIL, OwnAccount(ctx.account), RAIL)
    number = from_base62(drafted.id.rpartition("_")[2]) % _TRACES + 1
    asked = instruction(drafted, order, rail.trace(originator, number))
    if reasons := rail.objections(asked):
        raise InvalidRequest(f"This can't be booked: {'; '.join(reasons)}.", code="rail_refuses")
    slip = rail.pack(
        [asked], originator, created_at=now, file_modifier=_MODIFIER, reference=asked.trace
    )
    accepted = rail.accept(slip)
    (said,) = rail.read(accepted).facts
    out = _kept(ctx, rail, slip, amount, asked.trace, "sent")
    back = _kept(ctx, rail, accepted, amount, asked.trace, "received")
    settled = MovementFact(
        "settled",
        unix_seconds(now),
        on=asked.effective_date.isoformat(),
        code=said.code,
        reason=said.reason,
        file=back,
        line=said.line,
    )
    return _store(ctx, drafted, order, _Booking(to, asked.trace, out, back, settled, table))


class _Booking(NamedTuple):
    to: Book
    trace: str
    out: str
    back: str
    settled: MovementFact
    table: Timetable


def _store(ctx: Context, drafted: Movement, order: Order, booking: _Booking) -> Transferred:
    """Store both movements with the entry that each side makes."""
    amount, settled = drafted.money, booking.settled
    theirs = _movement(ctx, booking.to, amount, booking.table, "debit")
    entry = ctx.post(flow.sent(amount, book=ctx.book), source=drafted.id)
    other = ctx.post(flow.received(amount, book=booking.to), source=theirs.id)
    drafted.reference = theirs.reference = booking.trace
    theirs.end_to_end_id = drafted.end_to_end_id
    drafted.file = booking.out
    submitted = MovementFact("submitted", settled.at, file=booking.out)
    drafted.facts = (noted(ctx, "created"), submitted, _tied(settled, entry, theirs))
    theirs.facts = (_tied(settled, other, drafted),)
    payer = Order(Party(ctx.account, OwnAccount(ctx.account)), remittance=order.remittance)
    return Transferred(
        ctx.create(drafted, hidden=hidden_of(order)),
        ctx.create(theirs, hidden=hidden_of(payer), book=booking.to),
    )


def _tied(fact: MovementFact, entry: str, other: Movement) -> MovementFact:
    return MovementFact(
        fact.kind,
        fact.at,
        on=fact.on,
        code=fact.code,
        reason=fact.reason,
        file=fact.file,
        line=fact.line,
        entries=(entry,),
        movement=other.id,
    )


def _movement(
    ctx: Context,
    book: Book,
    amount: Money,
    table: Timetable,
    direction: Literal["credit", "debit"],
) -> Movement:
    name = ctx.new_id("mv", book)
    at = unix_seconds(table.expected_settlement_at)
    pays = direction == "credit"
    return Movement(
        id=name,
        account=book.owner,
        platform=ctx.caller.platform,
        amount=amount.amount,
        created=created_of(name),
        currency=amount.currency,
        direction=direction,
        livemode=ctx.livemode,
        rail=RAIL,
        service="instant",
        source=None,
        subject=None,
        status="settled",
        bank=RAIL,
        act="pay" if pays else "receive",
        end_to_end_id=end_to_end(name),
        effective_date=table.effective_date.isoformat(),
        expected_settlement_at=at,
        available_at=at,
        return_by=at,
        final_at=at,
        route=Decision(0, "own_books") if pays else None,
    )


def _kept(
    ctx: Context,
    rail: Rail,
    data: bytes,
    amount: Money,
    trace: str,
    direction: Literal["sent", "received"],
) -> str:
    """Keep a slip or an acceptance like any bank's file; returns its id."""
    name, can = ctx.new_id("bf", ctx.house), rail.capabilities
    digest = hashlib.sha256(data).hexdigest()
    sent = direction == "sent"
    ctx.create(
        BankFile(
            id=name,
            bank=RAIL,
            created=created_of(name),
            credits=amount.amount,
            currency=amount.currency,
            debits=0,
            direction=direction,
            entries=1,
            format=can.format,
            livemode=ctx.livemode,
            name=f"{trace}{'' if sent else '-accepted'}{can.suffix}",
            problems=(),
            rail=RAIL,
            reference=trace if sent else digest,
            sha256=digest,
            size=len(data),
            status="confirmed" if sent else "read",
        ),
        book=ctx.house,
    )
    ctx.keep(name, data, ctx.house)
    return name
