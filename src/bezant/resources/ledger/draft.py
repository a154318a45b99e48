"""Drafts: what a request asks to enter, checked and made into a posting and the entry shown."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta

from bezant.api import refusals
from bezant.api.context import Context, created_of
from bezant.api.pages import Bounds, bounds
from bezant.api.params import Amount, Currency, Metadata, Params, Timestamp, merged
from bezant.commit.change_set import Posting
from bezant.kernel.codec import encode_json, unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger import chart
from bezant.ledger.entry import Move, entry
from bezant.resources.ledger.account import LedgerAccount, load_accounts, system_accounts
from bezant.resources.ledger.entry import EntryMove, LedgerEntry
from bezant.resources.ledger.times import first_moment

MAX_MOVES = 100

Description = Annotated[str, Meta(max_length=500)]
Phase = Literal["posted", "pending"]


class MoveParams(Params, gc=False):
    """An amount from the account that is credited to the one that is debited."""

    debit: str
    credit: str
    amount: Amount
    currency: Currency


class CreateEntry(Params, gc=False):
    """What an entry moves; a pending one only reserves it, until it is posted or voided."""

    moves: Annotated[list[MoveParams], Meta(min_length=1, max_length=MAX_MOVES)]
    status: Phase = "posted"
    expires_at: Timestamp | None = None
    effective_at: Timestamp | None = None
    description: Description | None = None
    metadata: Metadata | None = None


class Draft(NamedTuple):
    """An entry on its way: for the ledger, and for the client."""

    posting: Posting
    shown: LedgerEntry


class _Usable(NamedTuple):
    """An account that may be posted to, as the chart has it."""

    account: chart.Account
    currency: str


class Drafter:
    """Drafts any number of entries of one request, over accounts that were loaded before."""

    def __init__(
        self,
        ctx: Context,
        accounts: Mapping[str, LedgerAccount],
        system: Mapping[str, LedgerAccount],
    ) -> None:
        """Know the accounts that users opened, and those of the platform, which are refused."""
        self._ctx = ctx
        self._known = {**accounts, **system}
        self._usable = {
            name: _Usable(account.in_chart(ctx.book), account.currency)
            for name, account in accounts.items()
            if account.status == "open"
        }
        self._now = ctx.now()
        self._second = unix_seconds(self._now)
        self._ids = bounds("le", self._second) or Bounds()

    @classmethod
    async def over(cls, ctx: Context, entries: Iterable[CreateEntry]) -> "Drafter":
        """Load the accounts of some entries in one statement."""
        moves = [move for params in entries for move in params.moves]
        names = {move.debit for move in moves} | {move.credit for move in moves}
        accounts = await load_accounts(ctx, names)
        unknown = names - accounts.keys()
        return cls(ctx, accounts, await system_accounts(ctx, unknown) if unknown else {})

    def draft(self, params: CreateEntry, path: str = "") -> Draft:
        """Return an entry; InvalidRequest names the parameter, which is below `path`."""
        moves = [self._move(move, params.status, at, path) for at, move in enumerate(params.moves)]
        metadata = merged({}, params.metadata) if params.metadata else {}
        effective = params.effective_at
        name = self._ctx.new_id("le")
        posting = Posting(
            id=name,
            entry=entry(
                "ledger.created",
                *moves,
                effective_at=self._now if effective is None else first_moment(effective),
            ),
            source=name,
            request=self._ctx.caller.request,
            expires_at=self._expiry(params, path),
            description=params.description,
            metadata=encode_json(metadata).decode() if metadata else None,
        )
        shown = LedgerEntry(
            id=name,
            created=self._created(name),
            livemode=self._ctx.livemode,
            description=params.description,
            effective_at=self._second if effective is None else effective,
            expires_at=params.expires_at,
            metadata=metadata,
            moves=tuple([_shown(move, params.status) for move in params.moves]),
            status=params.status,
            type="ledger.created",
        )
        return Draft(posting, shown)

    def _created(self, name: str) -> int:
        """Return the second of an id, which is seldom another than the request's."""
        least, most = self._ids
        if least is not None and most is not None and least <= name <= most:
            return self._second
        return created_of(name)

    def _move(self, params: MoveParams, phase: Phase, at: int, path: str) -> Move:
        debit, credit = self._usable.get(params.debit), self._usable.get(params.credit)
        if debit is None or credit is None:
            raise self._unusable(params, _below(path, f"moves[{at}]"))
        if params.debit == params.credit:
            raise refusals.invalid(
                "An amount moves between two accounts; debit and credit are the same.",
                _below(path, f"moves[{at}][credit]"),
            )
        if debit.currency != params.currency or credit.currency != params.currency:
            raise self._mismatch(params, _below(path, f"moves[{at}][currency]"))
        return Move(Money(params.amount, params.currency), debit.account, credit.account, phase)

    def _expiry(self, params: CreateEntry, path: str) -> datetime | None:
        if params.expires_at is None:
            return None
        param = _below(path, "expires_at")
        if params.status != "pending":
            raise refusals.invalid("Only a pending entry expires: set status to pending.", param)
        expires_at = first_moment(params.expires_at)
        if expires_at <= self._now:
            raise refusals.invalid("Invalid expires_at: it must be in the future.", param)
        return expires_at

    def _unusable(self, params: MoveParams, path: str) -> InvalidRequest:
        """Return why one of a move's accounts cannot be posted to."""
        side = "credit" if params.debit in self._usable else "debit"
        name = getattr(params, side)
        account = self._known.get(name)
        param = f"{path}[{side}]"
        if account is None:
            message = f"No such {LedgerAccount.title()}: '{name[:64]}'"
            return InvalidRequest(message, code="resource_missing", param=param)
        if account.type == "system":
            message = (
                f"The ledger account '{name}' ({account.name}) is the platform's own and can't be "
                "posted to: its money moves with payouts, transfers and the like."
            )
            return InvalidRequest(message, code="ledger_account_system", param=param)
        message = f"The ledger account '{name}' ({account.name}) is closed."
        return InvalidRequest(message, code="account_closed", param=param)

    def _mismatch(self, params: MoveParams, param: str) -> InvalidRequest:
        accounts = (self._known[params.debit], self._known[params.credit])
        other = next(each for each in accounts if each.currency != params.currency)
        return InvalidRequest(
            f"The currency is {params.currency}, but the ledger account '{other.id}' "
            f"({other.name}) is in {other.currency}.",
            code="ledger_currency_mismatch",
            param=param,
        )


def _shown(move: MoveParams, phase: Phase) -> EntryMove:
    pending = phase == "pending"
    return EntryMove(
        amount=move.amount,
        amount_pending=move.amount if pending else 0,
        amount_posted=0 if pending else move.amount,
        credit=move.credit,
        currency=move.currency,
        debit=move.debit,
        phase=phase,
    )


def _below(path: str, name: str) -> str:
    if not path:
        return name
    head, bracket, rest = name.partition("[")
    return f"{path}[{head}]{bracket}{rest}"
