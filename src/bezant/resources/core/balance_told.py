"""The day's news of a balance: that money has become available, told once a day to each account."""

from collections.abc import Mapping
from datetime import UTC

from bezant.api.context import Context
from bezant.api.event_body import Cause, event_body
from bezant.api.resource import Identified
from bezant.commit.change_set import Event
from bezant.kernel.codec import encode_json
from bezant.ledger.book import Book

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
    number = ctx.new_id("evt", book)
    cause = Cause(ctx.livemode, None, None, book.owner if connected else None)
    body = event_body(number, EVENT, encode_json(balance).decode(), cause, None)
    ctx.units[-1].events.append(Event(book, number, EVENT, book.owner, body, None))
