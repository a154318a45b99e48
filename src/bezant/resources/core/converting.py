"""Converting: what an account's money in other currencies comes to in the one it is paid out in.

Payments and transfers are converted in this one way: at the table of exchange rates, less the
spread of the account's fee plan.
"""

from decimal import ROUND_HALF_EVEN, Decimal

from msgspec import Raw, Struct

from bezant.api.context import Context
from bezant.api.resource import Identified
from bezant.flows.fee_plan import rate_of as rate_under
from bezant.kernel.currency import minor_units
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book, book_of
from bezant.resources.core.balance_transactions import BalanceTransaction
from bezant.resources.core.bank_accounts import default_for
from bezant.resources.core.exchange_rates import per_unit
from bezant.resources.core.fee_plans import plans_of
from bezant.resources.core.owners import Owner, shelf

RATE = "rate"
"""Where a payment's hidden part has the rate at which it was converted."""


class Exchanged(Struct, frozen=True):
    """What an amount is worth to an account; `rate` None says that it keeps its currency."""

    worth: Money
    rate: Decimal | None = None


async def exchanged(
    ctx: Context, owner: Owner, amount: Money, *, certain: bool = False
) -> Exchanged:
    """Return what an account gets of an amount, which keeps its currency if nobody knows a rate.

    Where it has to be `certain`, that is an InvalidRequest: before money is asked for, and not
    once it has come.
    """
    currency, own = amount.currency, owner.default_currency
    if currency == own:
        return Exchanged(amount)
    if await default_for(ctx, currency, book_of(owner.id, ctx.livemode)) is not None:
        return Exchanged(amount)
    market = per_unit(currency, own)
    if market is not None:
        rate = rate_under(plans_of(ctx.runtime).of(owner.id), market)
        return Exchanged(converted(amount, own, rate), rate)
    if not certain:
        return Exchanged(amount)
    raise InvalidRequest(
        f"There is no exchange rate of {currency} to {own}, the currency of {owner.id}: use "
        f"another currency, or add a bank account in {currency} to it first.",
        code="currency_not_supported",
        param="currency",
    )


async def exchanged_in(
    ctx: Context, book: Book, amount: Money, *, certain: bool = False
) -> Exchanged:
    """Return what the owner of a book gets of an amount."""
    found = await ctx.find(Owner, book.owner, book=shelf(ctx, book.owner))
    owner = found or Owner(id=book.owner)
    return await exchanged(ctx, owner, amount, certain=certain)


def converted(amount: Money, currency: str, rate: Decimal) -> Money:
    """Return what an amount is worth in another currency, to the nearest minor unit."""
    shift = minor_units(currency) - minor_units(amount.currency)
    exact = (amount.amount * rate).scaleb(shift)
    return Money(int(exact.quantize(Decimal(1), ROUND_HALF_EVEN)), currency)


def share_of(worth: Money, whole: int, before: int, amount: int) -> Money:
    """Return what a part of something comes to in another currency, of which some has gone before.

    `worth` is what the whole came to, and all parts come to that.
    """
    share = worth.amount * (before + amount) // whole - worth.amount * before // whole
    return Money(share, worth.currency)


def rate_of(ctx: Context, payment: Identified) -> Decimal | None:
    """Return at what rate a payment was converted, if it was."""
    rate: str | None = ctx.hidden(payment).get(RATE)
    return None if rate is None else Decimal(rate)


def shows_rate(ctx: Context, made: BalanceTransaction, rate: Decimal | None) -> BalanceTransaction:
    """Let what was just recorded say at what rate it was converted, if it was."""
    return made if rate is None else ctx.save(made, exchange_rate=Raw(str(rate).encode()))
