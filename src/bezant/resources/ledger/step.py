"""Steps in the life of an entry: each is an entry of its own that points to the first.

Nothing is ever changed. The door refuses a step that was worked out from an older state, and the
operation runs again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bezant.api.context import Context
from bezant.api.params import Metadata, Params, merged
from bezant.api.standard import missing
from bezant.commit.change_set import Posting
from bezant.kernel.codec import encode_json
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.chart import Account
from bezant.ledger.entry import Move, Phase, entry
from bezant.resources.ledger.account import load_accounts
from bezant.resources.ledger.account_ids import account_name
from bezant.resources.ledger.draft import Description
from bezant.resources.ledger.entry import EntryRow, LedgerEntry, MoveRow, load_rows
from bezant.resources.ledger.times import first_moment

_OWN = "ledger."
"""How the kinds of entries begin that were made through this API."""

Chart = Mapping[int, Account]


class Step(Params):
    """What a step may say of itself."""

    description: Description | None = None
    metadata: Metadata | None = None


async def load_entry(ctx: Context, name: str) -> EntryRow:
    """Return an entry of the acting account's book; NotFound when there is none."""
    row = (await load_rows(ctx, [name])).get(name)
    if row is None:
        raise missing(LedgerEntry, name)
    return row


async def load_own(ctx: Context, name: str) -> EntryRow:
    """Return an entry that was made through this API; InvalidRequest for one of the platform."""
    row = await load_entry(ctx, name)
    if not row.kind.startswith(_OWN):
        raise InvalidRequest(
            f"The ledger entry '{name}' ({row.kind}) is the platform's own: it belongs to "
            f"{row.source}, and what becomes of it is decided there.",
            code="ledger_entry_system",
        )
    return row


async def chart_of(ctx: Context, rows: Iterable[MoveRow]) -> Chart:
    """Return the accounts of some moves by their numbers."""
    numbers = {number for row in rows for number in (row.debit, row.credit)}
    names = {account_name(ctx.book, number): number for number in numbers}
    accounts = await load_accounts(ctx, names)
    return {names[name]: account.in_chart(ctx.book) for name, account in accounts.items()}


def move_of(chart: Chart, row: MoveRow, amount: int, phase: Phase) -> Move:
    """Return a move between the accounts of another one."""
    return Move(Money(amount, row.currency), chart[row.debit], chart[row.credit], phase)


def posting_of(
    ctx: Context,
    first: EntryRow,
    kind: str,
    moves: Sequence[Move],
    params: Step,
    *,
    effective_at: int | None,
    **links: Any,
) -> Posting:
    """Return the entry of a step; it has the source of the first, so that all are found by it."""
    metadata = merged({}, params.metadata)
    return Posting(
        id=ctx.new_id("le"),
        entry=entry(
            kind,
            *moves,
            effective_at=ctx.now() if effective_at is None else first_moment(effective_at),
        ),
        source=first.source,
        request=ctx.caller.request,
        description=params.description,
        metadata=encode_json(metadata).decode() if metadata else None,
        **links,
    )


def part_of(moves: Sequence[MoveRow], amount: int | None, left: int, what: str) -> int | None:
    """Return the part that is asked for; InvalidRequest if it cannot be, None for everything.

    `left` is what there is of the first move, and `what` says of what.
    """
    if amount is None:
        return None
    if len(moves) > 1:
        raise InvalidRequest(
            f"This entry has {len(moves)} moves, which go together: leave out the amount.",
            code="parameter_invalid",
            param="amount",
        )
    if amount > left:
        raise InvalidRequest(
            f"The amount ({amount}) is more than the {left} {moves[0].currency} (in minor units) "
            f"that {what}.",
            code="amount_too_large",
            param="amount",
        )
    return amount
