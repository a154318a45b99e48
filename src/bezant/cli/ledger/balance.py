"""`bezant ledger balance`: what an account holds, or held at a time."""

import asyncio
from typing import Any

from bezant.cli.books import AccountArgument, Ask, BookOption, CurrencyOption, Found, find
from bezant.cli.database import connected
from bezant.cli.ledger.shown import plain, title
from bezant.cli.ledger.times import AtOption, EffectiveAtOption, Times
from bezant.cli.options import DataOption, JsonOption, LiveOption, closing, configured
from bezant.cli.output import as_json, console, print_table, table
from bezant.kernel.config import Config
from bezant.ledger.balances import Balance
from bezant.ledger.history import AsOf, as_of
from bezant.resources.ledger.account_ids import account_name

CLOSING = closing(
    "bezant ledger balance available",
    "bezant ledger balance bank:sandbox --book house --currency usd",
    "bezant ledger balance available --book acct_… --effective-at 2026-03-31",
)


def run(
    account: AccountArgument,
    *,
    book: BookOption = None,
    currency: CurrencyOption = None,
    at: AtOption = None,
    effective_at: EffectiveAtOption = None,
    live: LiveOption = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Show what an account holds, now or at a time.

    Posted is what has happened; pending is what holds would bring or have set aside; available
    is what is posted and not set aside. By effective time there is only posted.
    """
    times = Times(at, effective_at)
    ask = Ask(account, book, currency, live)
    found, past = asyncio.run(_read(configured(data), ask, times))
    if json:
        as_json([_told(found, *pair, times) for pair in zip(found.balances, past, strict=True)])
        return
    console.print(title(found))
    if past == [None] * len(past):
        _show_now(found.balances)
    else:
        _show_past(found.balances, past)


async def _read(config: Config, ask: Ask, times: Times) -> tuple[Found, list[AsOf | None]]:
    async with connected(config) as conn:
        found = await find(conn, ask)
        if times == (None, None):
            return found, [None for _ in found.balances]
        past = [
            await as_of(conn, found.book, it.account, known=times.known, effective=times.effective)
            for it in found.balances
        ]
    return found, past


def _show_now(balances: list[Balance]) -> None:
    figures = ("posted", "pending in", "pending out", "available")
    rows = table("currency", *figures, right=figures)
    for it in balances:
        amounts = (it.posted, it.pending_in, it.pending_out, it.available)
        rows.add_row(it.currency, *(plain(amount, it.currency) for amount in amounts))
    print_table(rows)


def _show_past(balances: list[Balance], past: list[AsOf | None]) -> None:
    rows = table("currency", "posted", "available", right=("posted", "available"))
    for now, then in zip(balances, past, strict=True):
        assert then is not None, "an account that was found is there"
        available = "" if then.available is None else plain(then.available, now.currency)
        rows.add_row(now.currency, plain(then.posted, now.currency), available)
    print_table(rows)


def _told(found: Found, now: Balance, then: AsOf | None, times: Times) -> dict[str, Any]:
    """Return a balance as JSON has it, in minor units."""
    told: dict[str, Any] = {
        "book": found.book.owner,
        "livemode": found.book.livemode,
        "account": now.path,
        "id": account_name(found.book, now.account),
        "currency": now.currency,
        "normal_balance": "credit" if now.credit_normal else "debit",
    }
    if then is not None:
        at = {"known_at": times.known, "effective_at": times.effective}
        return told | at | {"posted": then.posted, "available": then.available}
    return told | {
        "posted": now.posted,
        "pending_in": now.pending_in,
        "pending_out": now.pending_out,
        "available": now.available,
        "floor": now.floor,
        "closed_at": now.closed_at,
    }
