"""Giving a platform's fee back to the account whose payment or payout it was taken of.

It goes back out of the purse that the fee is in, into the one that the payment is in: what is
pending on either side is pending as long as that is, and nobody may spend it before.
"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from bezant.api.context import Context, created_of
from bezant.flows import application_fee as flow
from bezant.flows import conversion
from bezant.flows.charge import Purse
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book, book_of
from bezant.ledger.entry import Entry
from bezant.resources.core.application_fee import (
    SHOWN,
    SUMS,
    ApplicationFee,
    ApplicationFeeRefund,
    FeeRefunds,
)
from bezant.resources.core.balance_transactions import BalanceTransaction, record
from bezant.resources.core.converting import rate_of, share_of, shows_rate
from bezant.resources.core.owners import is_gone
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.settled import settled_of
from bezant.resources.payments.transfer import until


class _Payment(Struct, frozen=True):
    """In which purse a payment is, until when, and at what rate it was converted."""

    status: Purse
    until: int | None = None
    rate: Decimal | None = None


async def give_back_fee(
    ctx: Context,
    fee: ApplicationFee,
    amount: Money,
    metadata: dict[str, str],
    *,
    force: str | None = None,
) -> ApplicationFeeRefund:
    """Give a fee back to the account that has paid it, or a part of it.

    `force` names what may leave the platform owing it.
    """
    if await is_gone(ctx, fee.account):
        raise InvalidRequest(
            f"{fee.account} has been deleted, so nothing can be given back to it: leave "
            "`refund_application_fee` out."
        )
    platform, book = ctx.platform_book, book_of(fee.account, ctx.livemode)
    here = await ctx.load(BalanceTransaction, fee.balance_transaction, book=platform)
    there = await _there(ctx, fee, book)
    name = ctx.new_id("fr", platform)
    worth, gain = _sums(ctx, fee, amount)
    entries: Sequence[Entry]
    if worth.currency != gain.currency:
        entries = conversion.fee_refunded(
            gain,
            worth,
            source=platform,
            destination=book,
            purse=here.status,
            purse_there=there.status,
            force=force,
            house=ctx.house,
        )
    elif gain:
        entries = flow.refunded(
            gain,
            source=platform,
            destination=book,
            purse=here.status,
            purse_there=there.status,
            force=force,
        )
    else:  # So little that it comes to nothing on either side.
        entries = ()
    for entry in entries:
        ctx.post(entry, source=name)
    kind = "application_fee_refund"
    transaction = record(ctx, kind, -gain, source=name, book=platform, pending_until=until(here))
    transaction = ctx.save(transaction, exchange_rate=here.exchange_rate)
    back = record(ctx, kind, worth, source=name, book=book, pending_until=there.until)
    shows_rate(ctx, back, there.rate)
    refund = ApplicationFeeRefund(
        id=name,
        amount=amount.amount,
        balance_transaction=transaction.id,
        created=created_of(name),
        currency=amount.currency,
        fee=fee.id,
        metadata=metadata,
    )
    ctx.create(refund, book=platform)
    _show(ctx, fee, refund)
    return refund


async def _there(ctx: Context, fee: ApplicationFee, book: Book) -> _Payment:
    """Return what of the account's payment counts for the fee."""
    if fee.charge is None:  # A payout takes what may be spent.
        return _Payment("available")
    charge = ctx.current(await ctx.load(Charge, fee.charge, book=book))
    there = await settled_of(ctx, charge, book=book)
    until = there.until if there.status == "pending" else None
    return _Payment(there.status, until, rate_of(ctx, charge))


def _sums(ctx: Context, fee: ApplicationFee, amount: Money) -> tuple[Money, Money]:
    """Return what the account has paid for an amount of the fee, and what the platform has of it.

    Both go back, and all parts come to what was taken.
    """
    sums: Sequence[tuple[int, str]] = ctx.hidden(fee).get(SUMS, ())
    if not sums:
        return amount, amount
    cost, gain = (
        share_of(Money(*each), fee.amount, fee.amount_refunded, amount.amount) for each in sums
    )
    return cost, gain


def share_of_fee(fee: ApplicationFee, whole: int, before: int, amount: int) -> Money:
    """Return what of a fee falls on an amount of its payment, of which some has gone before.

    All shares come to the whole fee, and none is more than what is left of it.
    """
    share = fee.amount * (before + amount) // whole - fee.amount * before // whole
    return min(Money(share, fee.currency), fee.left)


def _show(ctx: Context, fee: ApplicationFee, refund: ApplicationFeeRefund) -> None:
    refunded = fee.amount_refunded + refund.amount
    shown = [refund, *fee.refunds.data]
    ctx.save(
        fee,
        amount_refunded=refunded,
        refunded=refunded == fee.amount,
        refunds=FeeRefunds(
            data=shown[:SHOWN],
            has_more=fee.refunds.has_more or len(shown) > SHOWN,
            url=fee.refunds.url,
        ),
        event="application_fee.refunded",
    )
