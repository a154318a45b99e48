"""Settling: what a captured payment writes into books, and where its money goes on to.

The payment itself with its fees, the platform's fee out of it, and the transfer to the account
that it is for stand in one change set. They are pending until the same day.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from bezant.api.context import COLUMNS, Context, Hidden
from bezant.flows import charge as flow
from bezant.flows import conversion
from bezant.flows.charge import Purse
from bezant.flows.fee_plan import Sale, parts_of
from bezant.flows.timing import available_from
from bezant.kernel.codec import unix_seconds
from bezant.kernel.money import Money
from bezant.ledger.book import book_of
from bezant.resources.core.application_fee import FeeSource, Taken, earn, fee_detail
from bezant.resources.core.balance_told import tell_at_once
from bezant.resources.core.balance_transactions import BalanceTransaction, FeeDetail, record
from bezant.resources.core.converting import (
    RATE,
    Exchanged,
    exchanged,
    exchanged_in,
    rate_of,
    share_of,
    shows_rate,
)
from bezant.resources.core.fee_plans import plans_of
from bezant.resources.core.owners import Owner, acting_owner, is_gone
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.destination import destination_of
from bezant.resources.payments.intent_amounts import check_worth
from bezant.resources.payments.reserve import keep_back
from bezant.resources.payments.settled import settled_by
from bezant.resources.payments.shares import PASSED_ON, WENT_ON, part_of
from bezant.resources.payments.transfer import Words, move

WAITING = "waiting"
"""Where a payment's hidden part has the transaction that waits for the bank, as it was made."""

TRANSFERS = "transfers"
"""Where a payment's hidden part has the transfers by which its captures have moved on."""
BILLED = "billed"
"""Where a payment's hidden part has what each capture has cost the platform, in minor units."""
BILL = "bill"
"""Where it has what it will cost the platform, once the bank has it."""


class Means(Struct, frozen=True):
    """How a payment was made, as far as its cost and its time depend on it.

    `rail` owes the money; `at_once` says that it need not become available first, `waits` that it
    is pending until the bank has it, and nothing moves on before that.
    """

    method: str
    rail: str
    brand: str = ""
    country: str = ""
    at_once: bool = False
    waits: bool = False


async def settle(
    ctx: Context, charge: Charge, amount: Money, means: Means, fee: int | None
) -> dict[str, Any]:
    """Write down what is captured of a payment; `fee` is the platform's, in minor units.

    Returns what changes of the charge.
    """
    owner = await _merchant(ctx, charge)
    came = await exchanged(ctx, owner, amount)
    worth, rate = came.worth, came.rate
    until = _until(ctx, owner, means)
    parts = parts_of(
        plans_of(ctx.runtime).of(owner.id),
        Sale(
            amount=worth,
            method=means.method,
            brand=means.brand,
            country=means.country,
            home=owner.country,
            converted=rate is not None,
        ),
    )
    details = [
        FeeDetail(part.amount, None, worth.currency, part.description, part.type) for part in parts
    ]
    cost = Money(sum(part.amount for part in parts), worth.currency)
    purse: Purse = "available" if until is None else "pending"
    if ctx.caller.connected and owner.id == ctx.account and owner.platform_pays_fees:
        if means.waits:
            ctx.save(charge, hidden=ctx.hidden(charge) | {BILL: cost.amount})
        else:
            _bill_platform(ctx, charge, cost, until)
        details, cost = [], Money.zero(worth.currency)
    _post(ctx, charge, (amount, worth, cost), means.rail, purse, converting=rate is not None)
    if means.waits:
        return {"balance_transaction": _waiting(ctx, charge, worth, details, until, rate)}
    taken = await _platform_fee(ctx, amount, came, fee)
    if ctx.caller.connected and taken:
        details.append(fee_detail(ctx, taken.cost))
    transaction = _recorded(ctx, charge, worth, details, until, rate)
    hidden = settled_by(ctx.hidden(charge), transaction)
    ctx.save(charge, hidden=hidden if rate is None else hidden | {RATE: str(rate)})
    shared = await _shared_out(ctx, charge, (amount, transaction), taken, until)
    if means.at_once:
        await tell_at_once(ctx, Money(transaction.net, transaction.currency))
    return {"balance_transaction": transaction.id, **shared}


async def check_settles(
    ctx: Context, owner: Owner, amount: Money, *, fee: bool, destination: str | None
) -> None:
    """Refuse a payment that could not be settled, before anybody is asked for its money.

    `fee` says that the platform takes one, and it may have a destination, which gets its share.
    """
    came = await exchanged(ctx, owner, amount, certain=True)
    if came.rate is not None:
        check_worth(amount, came.worth)
    if fee and ctx.caller.connected:
        await exchanged_in(ctx, ctx.platform_book, came.worth, certain=True)
    if destination is not None:
        book = await destination_of(ctx, destination, "transfer_data[destination]")
        await exchanged_in(ctx, book, came.worth, certain=True)


async def clear(ctx: Context, charge: Charge, fee: int | None) -> dict[str, Any]:
    """Let the money of a payment that has waited for the bank become available in its time.

    What others have of it moves on; `fee` is the platform's. Returns what changes of the charge.
    """
    assert charge.balance_transaction is not None, "what waits stands on the balance"
    waiting = await ctx.load(BalanceTransaction, charge.balance_transaction)
    worth = Money(waiting.amount, waiting.currency)
    came = Exchanged(worth, rate_of(ctx, charge))
    taken = await _platform_fee(ctx, charge.money, came, fee)
    details = list(waiting.fee_details)
    if ctx.caller.connected and taken:
        details.append(fee_detail(ctx, taken.cost))
    cost = sum(each.amount for each in details)
    waiting = ctx.save(
        waiting, hidden={}, fee=cost, fee_details=tuple(details), net=waiting.amount - cost
    )
    if bill := ctx.hidden(charge).get(BILL, 0):
        _bill_platform(ctx, charge, Money(bill, worth.currency), waiting.available_on)
    sums = charge.money, waiting
    return await _shared_out(ctx, charge, sums, taken, waiting.available_on)


def waiting_of(ctx: Context, charge: Charge) -> BalanceTransaction:
    """Return the first version of the transaction of a payment that waits for the bank."""
    return msgspec.json.decode(ctx.hidden(charge)[WAITING], type=BalanceTransaction)


async def _shared_out(
    ctx: Context,
    charge: Charge,
    brought: tuple[Money, BalanceTransaction],
    taken: Taken | None,
    until: int | None,
) -> dict[str, Any]:
    """Give the platform its fee, and others what is theirs; returns what changes of the charge.

    What was captured has brought what its balance transaction says.
    """
    amount, transaction = brought
    worth = Money(transaction.amount, transaction.currency)
    changes: dict[str, Any] = {}
    if ctx.caller.connected and taken:
        earned = earn(
            ctx,
            taken,
            book=ctx.book,
            source=FeeSource("charge", charge=charge.id),
            pending_until=until,
            card=transaction.type == "charge",
        )
        changes |= {"application_fee": earned.id, "application_fee_amount": taken.asked.amount}
    if charge.transfer_data is not None:
        changes |= await _passed_on(ctx, charge, (amount, worth), taken, until)
    if ctx.caller.connected:
        await keep_back(ctx, charge, worth, transaction.fee, book=ctx.book, until=until)
    return changes


def _bill_platform(ctx: Context, charge: Charge, cost: Money, until: int | None) -> None:
    """Let the platform pay what a capture of its account's payment costs."""
    hidden = ctx.hidden(charge)
    ctx.save(charge, hidden=hidden | {BILLED: [*bills_in(hidden), cost.amount]})
    if not cost:
        return
    purse: Purse = "available" if until is None else "pending"
    book = ctx.platform_book
    ctx.post(flow.fee_taken(cost, book=book, purse=purse), source=charge.id)
    text = f"Fees of {charge.id} of {ctx.account}"
    record(ctx, "stripe_fee", -cost, source=None, book=book, description=text, pending_until=until)


def bills_in(hidden: Hidden) -> list[int]:
    """Return what each capture has cost the platform; one number was once kept for all."""
    billed: int | list[int] = hidden.get(BILLED, [])
    return [billed] if isinstance(billed, int) else billed


def _waiting(
    ctx: Context,
    charge: Charge,
    worth: Money,
    details: Sequence[FeeDetail],
    until: int | None,
    rate: Decimal | None,
) -> str:
    """Record what waits for the bank, and not for a day alone; returns the transaction's id."""
    made = _recorded(ctx, charge, worth, details, until, rate)
    ctx.save(made, hidden={COLUMNS: {"due_at": None}})
    kept: dict[str, Any] = {WAITING: ctx.encoded(ctx.current(made))}
    if rate is not None:
        kept[RATE] = str(rate)
    ctx.save(charge, hidden=settled_by(ctx.hidden(charge), made) | kept)
    return made.id


def _post(
    ctx: Context,
    charge: Charge,
    sums: tuple[Money, Money, Money],
    rail: str,
    purse: Purse,
    *,
    converting: bool,
) -> None:
    amount, worth, cost = sums
    if not converting:
        entry = flow.captured(amount, cost, book=ctx.book, rail=rail, purse=purse)
        ctx.post(entry, source=charge.id)
        return
    entries = conversion.received(
        amount, worth, cost, book=ctx.book, rail=rail, purse=purse, house=ctx.house
    )
    for entry in entries:
        ctx.post(entry, source=charge.id)


def _recorded(
    ctx: Context,
    charge: Charge,
    worth: Money,
    details: Sequence[FeeDetail],
    until: int | None,
    rate: Decimal | None,
) -> BalanceTransaction:
    kind = "payment" if charge.id.startswith("py_") else "charge"
    made = record(
        ctx,
        kind,
        worth,
        source=charge.id,
        description=charge.description,
        pending_until=until,
        fees=details,
    )
    return shows_rate(ctx, made, rate)


async def _platform_fee(
    ctx: Context, amount: Money, came: Exchanged, fee: int | None
) -> Taken | None:
    """Return the fee that the platform takes of what is captured, no more than that.

    Of a payment of an account's the platform has it in a currency that it is paid out in itself.
    """
    if not fee:
        return None
    asked = Money(min(fee, amount.amount), amount.currency)
    cost = share_of(came.worth, amount.amount, 0, asked.amount)
    gain = Exchanged(cost, came.rate)
    if ctx.caller.connected:
        gain = await exchanged_in(ctx, ctx.platform_book, cost)
    return Taken(asked, cost, gain) if gain.worth else None


async def _passed_on(
    ctx: Context,
    charge: Charge,
    sums: tuple[Money, Money],
    taken: Taken | None,
    until: int | None,
) -> dict[str, Any]:
    """Move the money on to the account that it is for, less the platform's fee out of it.

    The sums are what was captured, and what that was worth.
    """
    amount, worth = sums
    data = charge.transfer_data
    assert data is not None, "there is somebody that it is for"
    if await is_gone(ctx, data.destination):  # A bank has said yes after that.
        return {}
    part = part_of(ctx, charge, amount.amount)
    hidden = ctx.hidden(charge)
    group = charge.transfer_group or f"group_{charge.payment_intent or charge.id}"
    book, money = book_of(data.destination, ctx.livemode), share_of(worth, amount.amount, 0, part)
    there = await exchanged_in(ctx, book, money)
    if not there.worth:  # So little that it comes to nothing there.
        return {}
    transfer, payment = await move(
        ctx,
        (money, there),
        book,
        Words(group=group),
        source=charge,
        pending_until=until,
        fee=taken,
        force="fee",
    )
    kept: dict[str, Any] = {TRANSFERS: [*hidden.get(TRANSFERS, []), transfer.id]}
    kept[PASSED_ON] = hidden.get(PASSED_ON, 0) + part
    if worth.currency != amount.currency:
        kept[WENT_ON] = hidden.get(WENT_ON, 0) + money.amount
    ctx.save(charge, hidden=hidden | kept)
    changes: dict[str, Any] = {"transfer": transfer.id, "transfer_group": group}
    if taken:
        changes |= {"application_fee": payment.application_fee}
        changes |= {"application_fee_amount": taken.asked.amount}
    return changes


def _until(ctx: Context, owner: Owner, means: Means) -> int | None:
    if means.at_once:
        return None
    moment = available_from(means.method, owner.country, owner.delay_days, ctx.now())
    return unix_seconds(moment)


async def _merchant(ctx: Context, charge: Charge) -> Owner:
    """Return the account whose plan, country and currency a payment goes by."""
    if charge.on_behalf_of is None:
        return await acting_owner(ctx)
    return await ctx.load(Owner, charge.on_behalf_of, param="on_behalf_of", book=ctx.platform_book)
