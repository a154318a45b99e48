"""The transfer object and its reversals: money that moves between accounts of a platform.

What comes out of a payment that is still pending is pending on both sides, as long as it is.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.api.params import Emptyable, merged
from bezant.api.resource import Expands, Identified, Resource
from bezant.flows import conversion
from bezant.flows import transfer as flow
from bezant.flows.charge import Purse
from bezant.kernel.money import Money
from bezant.ledger.book import Book, book_of
from bezant.ledger.entry import Entry
from bezant.resources.core.application_fee import FeeSource, Taken, earn
from bezant.resources.core.balance_transactions import BalanceTransaction, record
from bezant.resources.core.converting import Exchanged, share_of
from bezant.resources.core.owners import is_gone
from bezant.resources.payments.charge import Charge, receive
from bezant.resources.payments.refund import give_back
from bezant.resources.payments.reserve import SourceTransaction, draw_on, keep_back

SHOWN = 10
"""How many reversals a transfer shows; the list of reversals has all."""


class TransferReversal(Identified, tag="transfer_reversal"):
    """All or a part of a transfer, taken back; in minor units."""

    expands: ClassVar[Expands] = {
        "balance_transaction": ("balance_transaction",),
        "destination_payment_refund": ("refund",),
        "source_refund": ("refund",),
        "transfer": ("transfer",),
    }

    amount: int
    balance_transaction: str
    created: int
    currency: str
    destination_payment_refund: str
    metadata: dict[str, str]
    source_refund: str | None = None
    transfer: str


class Reversals(Struct, kw_only=True):
    """The latest reversals of a transfer."""

    object: Literal["list"] = "list"
    data: list[TransferReversal] = field(default_factory=list[TransferReversal])
    has_more: bool = False
    url: str


class Transfer(Resource, tag="transfer"):
    """Money that has moved to another account, in minor units."""

    expands: ClassVar[Expands] = {
        "balance_transaction": ("balance_transaction",),
        "destination": ("account",),
        "destination_payment": ("charge",),
        "reversals.data.balance_transaction": ("balance_transaction",),
        "reversals.data.destination_payment_refund": ("refund",),
        "reversals.data.source_refund": ("refund",),
        "reversals.data.transfer": ("transfer",),
        "source_transaction": ("charge",),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "destination_payment": "destination",
        "reversals.data.destination_payment_refund": "destination",
    }

    amount: int
    amount_reversed: int = 0
    balance_transaction: str
    currency: str
    description: str | None = None
    destination: str
    destination_payment: str
    metadata: dict[str, str]
    reversals: Reversals
    reversed: bool = False
    source_transaction: str | None = None
    source_type: Literal["card"] = "card"
    transfer_group: str | None

    @property
    def left(self) -> Money:
        """What has not been taken back of it."""
        return Money(self.amount - self.amount_reversed, self.currency)


class Words(Struct, frozen=True, kw_only=True):
    """What is said about a transfer."""

    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    group: str | None = None


async def move(
    ctx: Context,
    sums: tuple[Money, Exchanged],
    destination: Book,
    words: Words,
    *,
    source: Charge | None = None,
    pending_until: int | None = None,
    fee: Taken | None = None,
    force: str | None = None,
) -> tuple[Transfer, Charge]:
    """Move money, pending as long as the payment is that it comes out of.

    The sums are the amount, and what it is worth there, where what the account's plans say is kept
    back.
    The platform takes its `fee` out of it again, on the other side. `force` names what may leave
    it owing what it moves.

    Returns the transfer and the payment that it is on the other side.
    """
    amount, there = sums
    name = ctx.new_id("tr")
    purse: Purse = "available" if pending_until is None else "pending"
    _post(ctx, name, sums, destination, purse, force)
    text = words.description
    transaction = record(
        ctx, "transfer", -amount, source=name, description=text, pending_until=pending_until
    )
    cost = share_of(there.worth, amount.amount, 0, fee.gain.worth.amount) if fee else None
    payment = receive(
        ctx,
        amount,
        there,
        transfer=name,
        book=destination,
        pending_until=pending_until,
        fee=cost,
        card=_by_card(source),
    )
    if fee and cost is not None:
        payment = _charge_fee(ctx, payment, fee, cost, destination, source, pending_until)
    transfer = Transfer(
        id=name,
        amount=amount.amount,
        balance_transaction=transaction.id,
        created=created_of(name),
        currency=amount.currency,
        description=text,
        destination=destination.owner,
        destination_payment=payment.id,
        livemode=ctx.livemode,
        metadata=words.metadata,
        reversals=Reversals(url=f"/v1/transfers/{name}/reversals"),
        source_transaction=None if source is None else source.id,
        transfer_group=words.group,
    )
    left = 0 if cost is None else cost.amount
    ctx.create(transfer, event="transfer.created")
    await keep_back(ctx, payment, there.worth, left, book=destination, until=pending_until)
    return transfer, payment


def _post(
    ctx: Context,
    name: str,
    sums: tuple[Money, Exchanged],
    destination: Book,
    purse: Purse,
    force: str | None,
) -> None:
    """Write down that money leaves one book and arrives in the other, as what it is worth there."""
    amount, there = sums
    entries: Sequence[Entry]
    if there.rate is None:
        entries = flow.created(
            amount, source=ctx.book, destination=destination, purse=purse, force=force
        )
    else:
        entries = conversion.transferred(
            amount,
            there.worth,
            source=ctx.book,
            destination=destination,
            purse=purse,
            force=force,
            house=ctx.house,
        )
    for entry in entries:
        ctx.post(entry, source=name)


def _charge_fee(
    ctx: Context,
    payment: Charge,
    fee: Taken,
    cost: Money,
    destination: Book,
    source: Charge | None,
    pending_until: int | None,
) -> Charge:
    """Take the platform's fee out of a payment, for which the account pays the cost."""
    earned = earn(
        ctx,
        replace(fee, cost=cost),
        book=destination,
        source=FeeSource("charge", charge=payment.id),
        originating=None if source is None else source.id,
        pending_until=pending_until,
        card=_by_card(source),
    )
    amount = fee.gain.worth.amount
    return ctx.save(payment, application_fee=earned.id, application_fee_amount=amount)


def _by_card(source: Charge | None) -> bool:
    return source is not None and source.id.startswith("ch_")


async def take_back(
    ctx: Context,
    transfer: Transfer,
    amount: Money,
    *,
    description: str | None = None,
    metadata: Emptyable[dict[str, str]] | None = None,
    source_refund: str | None = None,
    force: str | None = None,
) -> TransferReversal:
    """Take money back from the account that it was moved to, at the rate at which it came.

    `force` names what may leave that account owing it, unless it has been deleted.
    """
    if await is_gone(ctx, transfer.destination):
        force = None
    book = book_of(transfer.destination, ctx.livemode)
    charge = ctx.current(await ctx.load(Charge, transfer.destination_payment, book=book))
    here = await ctx.load(BalanceTransaction, transfer.balance_transaction)
    assert charge.balance_transaction is not None, "what was received has changed a balance"
    there = await ctx.load(BalanceTransaction, charge.balance_transaction, book=book)
    name = ctx.new_id("trr")
    returned = ctx.new_id("pyr", book)
    source = SourceTransaction(refund=returned, type="refund")
    received = Money(there.amount, there.currency)
    worth = share_of(received, charge.amount, charge.amount_refunded, amount.amount)
    await draw_on(ctx, charge, worth, source, book=book)
    charge = ctx.current(charge)
    _post_back(ctx, name, (amount, worth), book, (here.status, there.status), force)
    refund = give_back(
        ctx,
        charge,
        (amount, worth),
        name=returned,
        reversal=name,
        book=book,
        description=description,
        pending_until=until(there),
    )
    transaction = record(
        ctx,
        "transfer_refund",
        amount,
        source=name,
        description=description,
        pending_until=until(here),
    )
    reversal = ctx.create(
        TransferReversal(
            id=name,
            amount=amount.amount,
            balance_transaction=transaction.id,
            created=created_of(name),
            currency=amount.currency,
            destination_payment_refund=refund.id,
            metadata=merged({}, metadata),
            source_refund=source_refund,
            transfer=transfer.id,
        )
    )
    _show(ctx, transfer, reversal)
    return reversal


def _post_back(
    ctx: Context,
    name: str,
    sums: tuple[Money, Money],
    destination: Book,
    purses: tuple[Purse, Purse],
    force: str | None,
) -> None:
    """Write down what comes back, and what it is worth where it is taken; purses likewise."""
    (amount, worth), (purse, there) = sums, purses
    entries: Sequence[Entry]
    if worth.currency == amount.currency:
        entries = flow.reversed_(
            amount,
            source=ctx.book,
            destination=destination,
            purse=purse,
            purse_there=there,
            force=force,
        )
    else:
        entries = conversion.transfer_reversed(
            amount,
            worth,
            source=ctx.book,
            destination=destination,
            purse=purse,
            purse_there=there,
            force=force,
            house=ctx.house,
        )
    for entry in entries:
        ctx.post(entry, source=name)


def until(transaction: BalanceTransaction) -> int | None:
    """Return until when a change of a balance is pending; None when it is no more."""
    return transaction.available_on if transaction.status == "pending" else None


def listed(transfer: Transfer, data: list[TransferReversal], *, more: bool) -> Reversals:
    """Return the reversals that a transfer shows."""
    return replace(transfer.reversals, data=data, has_more=more)


def _show(ctx: Context, transfer: Transfer, reversal: TransferReversal) -> None:
    data = [reversal, *transfer.reversals.data]
    more = transfer.reversals.has_more or len(data) > SHOWN
    amount_reversed = transfer.amount_reversed + reversal.amount
    ctx.save(
        transfer,
        amount_reversed=amount_reversed,
        reversals=listed(transfer, data[:SHOWN], more=more),
        reversed=amount_reversed == transfer.amount,
        event="transfer.reversed",
    )
