"""Destinations: accounts that money goes on to, by itself or out of a single payment."""

from collections.abc import Mapping

from bezant.api.context import Context
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book, book_of
from bezant.resources.core.converting import Exchanged, exchanged_in
from bezant.resources.core.owners import Owner
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.dispute import taken
from bezant.resources.payments.settled import settled_of
from bezant.resources.payments.shares import PASSED_ON, WENT_ON
from bezant.resources.payments.transfer import Transfer, Words, move

TRANSFERRED = "transferred"
"""Where a payment's hidden part has how much has been moved on out of it, in minor units."""


async def move_on(
    ctx: Context, charge: Charge, amount: Money, destination: Book, words: Words
) -> Transfer:
    """Move money out of a payment, at most what is left of it; pending as long as that is."""
    if charge.balance_transaction is None or charge.status != "succeeded":
        raise InvalidRequest(
            f"{charge.id} has not brought any money that could be moved on; a payment that is "
            "processing does once it has succeeded.",
            param="source_transaction",
        )
    brought = await settled_of(ctx, charge)
    if amount.currency != brought.total.currency:
        raise InvalidRequest(
            f"{charge.id} has brought {brought.total.currency}: transfer that.",
            code="invalid_source_usage",
            param="currency",
        )
    there = await arrives(ctx, amount, destination)
    hidden = ctx.hidden(charge)
    moved = hidden.get(TRANSFERRED, 0) + amount.amount
    left = charge.amount_captured - charge.amount_refunded - taken(ctx, charge).amount
    most = brought.total.amount * left // charge.amount_captured
    if moved + hidden.get(WENT_ON, hidden.get(PASSED_ON, 0)) > most:
        raise InvalidRequest(
            f"All transfers out of {charge.id} would come to more than the "
            f"{Money(most, amount.currency)} of it that have not been refunded or disputed.",
            code="amount_too_large",
            param="amount",
        )
    group = words.group or charge.transfer_group or f"group_{charge.id}"
    hidden = hidden | {TRANSFERRED: moved}
    ctx.save(charge, hidden=hidden, transfer_group=charge.transfer_group or group)
    words = Words(description=words.description, metadata=words.metadata, group=group)
    transfer, _ = await move(
        ctx, (amount, there), destination, words, source=charge, pending_until=brought.until
    )
    return transfer


async def check_goes_on(ctx: Context, charge: Charge) -> None:
    """Refuse to take a payment that goes on to an account that may not be given it any more."""
    if charge.transfer_data is not None:
        await destination_of(ctx, charge.transfer_data.destination, "transfer_data[destination]")


async def arrives(ctx: Context, amount: Money, destination: Book) -> Exchanged:
    """Return what an account gets of an amount; InvalidRequest if that is nothing."""
    there = await exchanged_in(ctx, destination, amount, certain=True)
    if there.worth:
        return there
    raise InvalidRequest(
        f"{amount} comes to nothing in {there.worth.currency}, the currency of "
        f"{destination.owner}: send more.",
        code="amount_too_small",
        param="amount",
    )


async def destination_of(ctx: Context, account: str, param: str = "destination") -> Book:
    """Return the book of an account that may receive transfers from the acting one."""
    book = book_of(account, ctx.livemode)
    if account == ctx.account:
        raise InvalidRequest(
            "The destination of a transfer can't be the account that makes it.",
            param=param,
        )
    if account == ctx.caller.platform:
        return book
    owner = None
    if not ctx.caller.connected:
        await ctx.foresee([(Owner, account, ctx.platform_book)])  # What arrives asks for it again.
        owner = await ctx.find(Owner, account, book=ctx.platform_book)
    if owner is None:
        raise InvalidRequest(
            f"No such destination: '{account[:64]}'", code="resource_missing", param=param
        )
    _check_capability(owner.capabilities)
    return book


def _check_capability(capabilities: Mapping[str, str]) -> None:
    if "active" not in (capabilities.get("transfers"), capabilities.get("legacy_payments")):
        raise InvalidRequest(
            "Your destination account needs to have at least one of the following capabilities "
            "enabled: transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
