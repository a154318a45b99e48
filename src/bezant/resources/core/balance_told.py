"""News of a balance: that money has become available, told once a day to each account."""

from collections.abc import Mapping
from datetime import UTC

from bezant.api.context import Context
from bezant.api.event_body import Cause, event_body
from bezant.api.resource import Identified
from bezant.commit.change_set import Event
from bezant.kernel.codec import encode_json
from bezant.kernel.money import Money
from bezant.ledger.balances import balances_in
from bezant.ledger.book import Book
from bezant.resources.core.balance import ACCOUNTS, shown

EVENT = "balance.available"


class BalanceDay(Identified, tag="balance_day"):
    """The last day (UTC) on which an account was told."""

    day: str


def name_of(account: str) -> str:
    """Return the id of what is noted about an account."""
    return f"bday_{account.rpartition('_')[2]}"


def tell(
    ctx: Context,
    book: Book,
    balance: Mapping[str, object],
    before: BalanceDay | None,
    *,
    connected: bool,
) -> None:
    """Tell an account that money has become available, unless it was told today."""
    today = ctx.now().astimezone(UTC).date().isoformat()
    if before is not None and before.day == today:
        return
    if before is None:
        ctx.create(BalanceDay(id=name_of(book.owner), day=today), book=book)
    else:
        ctx.save(before, day=today)
    _announce(ctx, book, balance, connected=connected)


async def tell_at_once(ctx: Context, amount: Money) -> None:
    """Tell the acting account of money that is available as soon as it is there.

    Only test cards are so quick, and whoever tries them waits for the news each time.
    """
    async with ctx.runtime.pool.connection() as conn:
        found = await balances_in(conn, [ctx.book], *ACCOUNTS)
    added = {amount.currency: amount.amount}
    balance = shown(found, amount.currency, livemode=ctx.livemode, added=added)
    _announce(ctx, ctx.book, balance, connected=ctx.caller.connected)


def _announce(ctx: Context, book: Book, balance: Mapping[str, object], *, connected: bool) -> None:
    number = ctx.new_id("evt", book)
    cause = Cause(ctx.livemode, None, None, book.owner if connected else None)
    body = event_body(number, EVENT, encode_json(balance).decode(), cause, None)
    ctx.units[-1].events.append(Event(book, number, EVENT, book.owner, body, None))
