"""Top-ups: money that an account's owner sends to its balance, by a wire under a reference.

It goes to the bank that holds the currency, and that bank's statement shows it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Annotated, ClassVar, Literal

from msgspec import Meta
from msgspec.structs import replace

from bezant.api.context import Context, Hidden, created_of
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Amount, Currency, Metadata, Params, RangeQuery, merged
from bezant.api.resource import Expands, Resource
from bezant.api.routes import Routes
from bezant.flows import prefunding
from bezant.flows import top_up as flow
from bezant.kernel.codec import from_base62, unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.ids import RANDOM_BITS
from bezant.kernel.money import Money
from bezant.movement import instruct
from bezant.movement.engine import engine_of
from bezant.movement.handler import Handler
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.profile import BankProfile
from bezant.resources.core.balance_transactions import (
    BalanceTransaction,
    BalanceType,
    become_available,
    record_apart,
    transaction,
    unread,
)
from bezant.resources.core.refused import refused
from bezant.resources.core.sortable import bounds, sortable
from bezant.resources.core.topup_source import Receiver, Source, receiving

RAIL = "wire"
BALANCE = "balance"
"""Where a top-up's hidden part has the balance that it is for, if it is not the usual one."""

_NO_SOURCE = refused(
    "A top-up can't be pulled from a source: leave it out, and send the money by wire under the "
    "reference in the top-up's `source`."
)
_REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""32 digits and letters, none of which looks like another (Crockford)."""
_REFERENCE_LENGTH = 10


class Topup(Resource, tag="topup"):
    """Money on its way to an account's balance, in minor units; dates in Unix seconds."""

    expands: ClassVar[Expands] = {
        "balance_transaction": ("balance_transaction",),
        "payment_method": ("payment_method",),
    }
    filters: ClassVar[Mapping[str, str]] = {"status": "status", "size": "reference"}

    amount: int
    balance_transaction: str | None = None
    currency: str
    description: str | None = None
    expected_availability_date: int
    failure_code: None = None
    failure_message: None = None
    initiated_by: Literal["user"] = "user"
    metadata: dict[str, str]
    payment_method: None = None
    payment_method_options: None = None
    source: Source
    statement_descriptor: str | None = None
    status: Literal["pending", "succeeded", "canceled"] = "pending"
    transfer_group: str | None = None

    @property
    def money(self) -> Money:
        """Its amount as money."""
        return Money(self.amount, self.currency)

    @property
    def size(self) -> str:
        """Its amount as a column has it."""
        return sortable(self.amount)

    @property
    def reference(self) -> str:
        """What the payer writes on the wire."""
        return self.source.receiver.address


class CreateTopup(Params):
    """What a top-up is made of; `destination_balance` is one that is kept apart."""

    amount: Amount
    currency: Currency
    description: str | None = None
    destination_balance: Literal["refund_and_dispute_prefunding"] | None = None
    metadata: Metadata | None = None
    payment_method: Annotated[str, _NO_SOURCE] | None = None
    source: Annotated[str, _NO_SOURCE] | None = None
    statement_descriptor: Annotated[str, Meta(max_length=15)] | None = None
    transfer_group: str | None = None


class UpdateTopup(Params):
    """What of a top-up can be changed."""

    description: str | None = None
    metadata: Metadata | None = None


class ListTopups(ListParams):
    """By what top-ups are listed; the amount in minor units."""

    amount: int | RangeQuery | None = None
    status: Literal["canceled", "failed", "pending", "succeeded"] | None = None


routes = Routes(Topup, "/v1/topups", prefix="tu", listed=False)


@routes.get("/v1/topups", listing=True)
async def list_all(ctx: Context, params: ListTopups) -> Page:
    """List top-ups, newest first."""
    filters = {} if params.status is None else {"status": params.status}
    ranges = {} if params.amount is None else {"reference": bounds(params.amount)}
    return await page_of(ctx, Topup, "tu", params, filters, ranges)


@routes.create
async def create(ctx: Context, params: CreateTopup) -> Topup:
    """Announce money: it is pending until the bank shows it under the top-up's reference."""
    bank = _bank(ctx, params.currency)
    name = ctx.new_id("tu")
    topup = Topup(
        id=name,
        amount=params.amount,
        balance_transaction=ctx.new_id("txn"),
        created=created_of(name),
        currency=params.currency,
        description=params.description,
        expected_availability_date=_expected(ctx, bank),
        livemode=ctx.livemode,
        metadata=merged({}, params.metadata),
        source=_instructions(ctx, params, bank),
        statement_descriptor=params.statement_descriptor,
        transfer_group=params.transfer_group,
    )
    instruct.expect(ctx, topup, topup.money, rail=RAIL, bank=bank, reference=topup.reference)
    hidden: Hidden = {}
    if params.destination_balance is None:
        entry = flow.created(topup.money, book=ctx.book, rail=RAIL)
    else:
        hidden[BALANCE] = params.destination_balance
        entry = prefunding.announced(topup.money, book=ctx.book, rail=RAIL)
    ctx.post(entry, source=name)
    ctx.create(_pending(topup, hidden))
    return ctx.create(topup, event="topup.created", hidden=hidden)


@routes.update
async def update(ctx: Context, topup: Topup, params: UpdateTopup) -> Topup:
    """Change the description and the metadata."""
    metadata = merged(topup.metadata, params.metadata)
    return ctx.save(topup, metadata=metadata, **params.changes())


@routes.action
async def cancel(ctx: Context, topup: Topup) -> Topup:
    """Only a top-up whose money has not come can be canceled."""
    if "canceled" not in flow.NEXT[topup.status]:
        raise InvalidRequest(
            f"Top-ups with status {topup.status} can't be canceled: only pending ones can.",
            code="topup_not_cancelable",
        )
    instruct.cancel(ctx, await instruct.movement_of(ctx, topup.id))
    balance = _balance_of(ctx.hidden(topup))
    drop = flow.dropped if balance == "payments" else prefunding.dropped
    ctx.post(drop(topup.money, book=ctx.book, rail=RAIL), source=topup.id)
    assert topup.balance_transaction, "a top-up is recorded when it is made"
    become_available(ctx, await ctx.load(BalanceTransaction, topup.balance_transaction))
    words = topup.description
    record_apart(ctx, balance, "topup_reversal", -topup.money, source=topup.id, description=words)
    source = replace(topup.source, status="canceled")
    return ctx.save(topup, status="canceled", source=source, event="topup.canceled")


def _settled(ctx: Context, topup: Topup, movement: Movement, _fact: MovementFact) -> None:
    assert "succeeded" in flow.NEXT[topup.status], f"{topup.id} is {topup.status}"
    hidden = ctx.hidden(topup)
    come = flow.succeeded if _balance_of(hidden) == "payments" else prefunding.succeeded
    ctx.post(come(topup.money, book=movement.book, rail=movement.rail), source=topup.id)
    become_available(ctx, unread(ctx, _pending(topup, hidden), movement.book))
    receiver = replace(
        topup.source.receiver, amount_charged=topup.amount, amount_received=topup.amount
    )
    source = replace(topup.source, status="consumed", receiver=receiver)
    ctx.save(topup, status="succeeded", source=source, event="topup.succeeded")


def _returned(ctx: Context, topup: Topup, movement: Movement, _fact: MovementFact) -> None:
    """Give a top-up back to whoever sent it by mistake, or was robbed of it."""
    assert "reversed" in flow.NEXT[topup.status], f"{topup.id} is {topup.status}"
    balance, book = _balance_of(ctx.hidden(topup)), movement.book
    take = flow.taken_back if balance == "payments" else prefunding.taken_back
    ctx.post(take(topup.money, book=book), source=topup.id)
    back, words = -topup.money, topup.description
    record_apart(
        ctx, balance, "topup_reversal", back, source=topup.id, book=book, description=words
    )
    ctx.save(topup, status="reversed", event="topup.reversed")


handler = Handler(
    subject=Topup,
    on={"settled": _settled, "returned": _returned},
    house={"settled": flow.received, "returned": flow.given_back},
)


def _balance_of(hidden: Hidden) -> BalanceType:
    return hidden.get(BALANCE, "payments")


def _pending(topup: Topup, hidden: Hidden) -> BalanceTransaction:
    """Return the first version of a top-up's balance transaction."""
    assert topup.balance_transaction, "a top-up is recorded when it is made"
    return transaction(
        topup.balance_transaction,
        "topup",
        topup.money,
        source=topup.id,
        pending_until=topup.expected_availability_date,
        description=topup.description,
        balance_type=_balance_of(hidden),
    )


def _instructions(ctx: Context, params: CreateTopup, bank: BankProfile) -> Source:
    name = ctx.new_id("src")
    return Source(
        id=name,
        amount=params.amount,
        client_secret=ctx.new_id(f"{name}_secret"),
        created=created_of(name),
        currency=params.currency,
        livemode=ctx.livemode,
        metadata={},
        receiver=Receiver(address=_reference(name)),
        statement_descriptor=params.statement_descriptor,
        **receiving(bank),
    )


def _reference(name: str) -> str:
    """Return a short text that is easy to write on a wire, out of an id's random bits."""
    bits = from_base62(name.rpartition("_")[2]) & (1 << RANDOM_BITS) - 1
    places = range(0, 5 * _REFERENCE_LENGTH, 5)
    return "TU" + "".join(_REFERENCE_ALPHABET[bits >> place & 31] for place in places)


def _expected(ctx: Context, bank: BankProfile) -> int:
    """Return when the day begins on which the money can be there, in Unix seconds.

    It comes by the first rail of the bank that pays accounts; without one, it may come today.
    """
    lanes = engine_of(ctx).banks.lanes(livemode=ctx.livemode, currency=bank.currency)
    arrives = ctx.now()
    for lane in lanes:
        can = lane.rail.capabilities
        if lane.bank.name == bank.name and "credit" in can.directions:
            arrives = lane.rail.timetable(ctx.now(), can.services[0]).expected_settlement_at
            break
    return unix_seconds(datetime.combine(arrives.astimezone(UTC).date(), time(), UTC))


def _bank(ctx: Context, currency: str) -> BankProfile:
    """Return the bank that holds a currency; InvalidRequest when none does."""
    banks = engine_of(ctx).banks
    bank = banks.receiving(currency, livemode=ctx.livemode)
    if bank is not None:
        return bank
    held = sorted({one.currency for one in banks if one.livemode == ctx.livemode})
    if not held:
        raise InvalidRequest(
            "No bank is connected to live mode yet, so top-ups work in test mode only.",
            code="bank_not_connected",
        )
    raise InvalidRequest(
        f"No bank that is connected holds {currency}: top-ups are taken in {', '.join(held)}.",
        code="currency_not_supported",
        param="currency",
    )
