"""Payouts: money on its way from an account's balance to its owner's bank account."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from bezant.api.context import Context, created_of
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Amount, Currency, Metadata, Params, RangeQuery, merged
from bezant.api.resource import Expands, Resource
from bezant.api.routes import Routes
from bezant.flows import payout as flow
from bezant.kernel.codec import unix_seconds
from bezant.kernel.currency import is_payable_amount, payout_step
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.entry import Entry
from bezant.movement import instruct
from bezant.movement.handler import Handler, Notice
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.order import Order
from bezant.resources.core.balance_transactions import record
from bezant.resources.core.bank_accounts import BankAccount, corrected, default_for, party
from bezant.resources.core.owners import check_payouts
from bezant.resources.core.refused import refused
from bezant.resources.core.sortable import bounds, sortable

FAILURES: Mapping[str, str] = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "bank_account_restricted": "The bank account takes no payments of this kind.",
    "bank_ownership_changed": "The account now belongs to another bank.",
    "could_not_process": "The bank could not process the payout.",
    "debit_not_authorized": "The bank did not allow the payment to this account.",
    "declined": "The bank has declined the payout.",
    "insufficient_funds": "The bank reported insufficient funds.",
    "invalid_account_number": "The routing number is right, but the account number is not.",
    "invalid_currency": "The bank could not take the payout in this currency.",
    "no_account": "The bank has found no account with these details.",
}
"""Why payouts fail, by failure code."""


class TraceId(Struct, frozen=True):
    """The bank's name for the payment, by which the receiver's bank can look for it."""

    status: Literal["pending", "supported", "unsupported"] = "pending"
    value: str | None = None


class Payout(Resource, tag="payout"):
    """Money on its way to a bank account, in minor units; `arrival_date` in Unix seconds."""

    expands: ClassVar[Expands] = {
        "application_fee": ("application_fee",),
        "balance_transaction": ("balance_transaction",),
        "destination": ("bank_account",),
        "failure_balance_transaction": ("balance_transaction",),
        "original_payout": ("payout",),
        "reversed_by": ("payout",),
    }
    filters: ClassVar[Mapping[str, str]] = {
        "status": "status",
        "destination": "destination",
        "arrives": "reference",
    }

    amount: int
    application_fee: None = None
    application_fee_amount: None = None
    arrival_date: int
    automatic: bool = False
    balance_transaction: str | None = None
    currency: str
    description: str | None = None
    destination: str
    failure_balance_transaction: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    metadata: dict[str, str]
    method: Literal["standard", "instant"] = "standard"
    original_payout: str | None = None
    payout_method: None = None
    reconciliation_status: Literal["completed", "in_progress", "not_applicable"] = "not_applicable"
    reversed_by: str | None = None
    source_type: Literal["card"] = "card"
    statement_descriptor: str | None = None
    status: Literal["pending", "in_transit", "paid", "canceled", "failed"] = "pending"
    trace_id: TraceId = TraceId()
    type: Literal["bank_account"] = "bank_account"

    @property
    def money(self) -> Money:
        """Its amount as money."""
        return Money(self.amount, self.currency)

    @property
    def arrives(self) -> str:
        """Its arrival as a column has it."""
        return sortable(self.arrival_date)


class CreatePayout(Params):
    """What a payout is made of."""

    amount: Amount
    currency: Currency
    description: str | None = None
    destination: str | None = None
    metadata: Metadata | None = None
    method: Literal["standard", "instant"] | None = None
    payout_method: (
        Annotated[str, refused("Payout methods are not offered; use `destination`.")] | None
    ) = None
    source_type: Literal["card", "bank_account", "fpx"] | None = None
    statement_descriptor: Annotated[str, Meta(max_length=22)] | None = None


class UpdatePayout(Params):
    """What of a payout can be changed."""

    metadata: Metadata | None = None


class ListPayouts(ListParams):
    """By what payouts are listed."""

    arrival_date: int | RangeQuery | None = None
    destination: str | None = None
    status: str | None = None


routes = Routes(Payout, "/v1/payouts", prefix="po", listed=False)


@routes.get("/v1/payouts", listing=True)
async def list_all(ctx: Context, params: ListPayouts) -> Page:
    """List payouts, newest first."""
    chosen = {"status": params.status, "destination": params.destination}
    filters = {name: value for name, value in chosen.items() if value is not None}
    asked = params.arrival_date
    ranges = {} if asked is None else {"reference": bounds(asked)}
    return await page_of(ctx, Payout, "po", params, filters, ranges)


@routes.create
async def create(ctx: Context, params: CreatePayout) -> Payout:
    """Send money to a bank account; it leaves the balance at once and the bank when it takes it."""
    _check(params)
    await check_payouts(ctx)
    destination = await _destination(ctx, params)
    name = ctx.new_id("po")
    payout = Payout(
        id=name,
        amount=params.amount,
        arrival_date=created_of(name),
        created=created_of(name),
        currency=params.currency,
        description=params.description,
        destination=destination.id,
        livemode=ctx.livemode,
        metadata=merged({}, params.metadata),
        method=params.method or "standard",
        statement_descriptor=params.statement_descriptor,
    )
    order = Order(party(ctx, destination), description="PAYOUT")
    movement = _sent(ctx, payout, order)
    entry = flow.created(payout.money, book=ctx.book, rail=movement.rail)
    instruct.tie(ctx, movement, ctx.post(entry, source=name))
    transaction = _recorded(ctx, "payout", -payout.money, payout)
    payout.arrival_date = _day(movement)
    payout.balance_transaction = transaction
    return ctx.create(payout, event="payout.created")


@routes.update
async def update(ctx: Context, payout: Payout, params: UpdatePayout) -> Payout:
    """Change the metadata."""
    metadata = merged(payout.metadata, params.metadata)
    return ctx.save(payout, metadata=metadata, event="payout.updated")


@routes.action
async def cancel(ctx: Context, payout: Payout) -> Payout:
    """Only a payout that no bank has seen can be canceled."""
    if payout.status != "pending":
        raise InvalidRequest(
            f"Payouts with status {payout.status} can't be canceled: only pending ones can.",
            code="payout_not_cancelable",
        )
    movement = instruct.cancel(ctx, await instruct.movement_of(ctx, payout.id))
    _canceled(ctx, payout, movement, movement.facts[-1])
    return ctx.current(payout)


# What is heard from the bank.


def _submitted(ctx: Context, payout: Payout, movement: Movement, _fact: MovementFact) -> None:
    trace = TraceId("supported", movement.reference)
    _become(ctx, payout, "in_transit", "payout.updated", trace_id=trace)


def _settled(ctx: Context, payout: Payout, movement: Movement, _fact: MovementFact) -> None:
    entry = flow.settled(payout.money, book=movement.book, rail=movement.rail)
    ctx.post(entry, source=payout.id)
    _become(ctx, payout, "paid", "payout.paid")


def _returned(ctx: Context, payout: Payout, movement: Movement, fact: MovementFact) -> None:
    ctx.post(flow.returned(payout.money, book=movement.book), source=payout.id)
    _failed(ctx, payout, movement, fact)


def _canceled(ctx: Context, payout: Payout, movement: Movement, _fact: MovementFact) -> None:
    entry = flow.dropped(payout.money, book=movement.book, rail=movement.rail)
    ctx.post(entry, source=payout.id)
    back = _recorded(ctx, "payout_cancel", payout.money, payout, book=movement.book)
    _become(ctx, payout, "canceled", "payout.canceled", failure_balance_transaction=back)


def _rejected(ctx: Context, payout: Payout, movement: Movement, fact: MovementFact) -> None:
    entry = flow.dropped(payout.money, book=movement.book, rail=movement.rail)
    ctx.post(entry, source=payout.id)
    _failed(ctx, payout, movement, fact)


def _failed(ctx: Context, payout: Payout, movement: Movement, fact: MovementFact) -> None:
    code = fact.failure_code or "could_not_process"
    back = _recorded(ctx, "payout_failure", payout.money, payout, book=movement.book)
    _become(
        ctx,
        payout,
        "failed",
        "payout.failed",
        failure_balance_transaction=back,
        failure_code=code,
        failure_message=FAILURES.get(code, FAILURES["could_not_process"]),
    )


def _house_settled(total: Money, house: Book, rail: str) -> Entry:
    return flow.paid_out(total, house=house, rail=rail)


def _house_returned(total: Money, house: Book, rail: str) -> Entry:
    return flow.given_back(total, house=house, rail=rail)


async def _correct(ctx: Context, notices: Sequence[Notice]) -> dict[str, str]:
    """Correct the bank accounts that payouts went to."""
    names = [(one.movement.book, one.subject.destination) for one in notices]
    found = await ctx.load_all(BankAccount, names)
    told: dict[str, str] = {}
    for one in notices:
        bank_account = found.get(one.subject.destination)
        if bank_account is None:
            continue
        if changed := corrected(ctx, ctx.current(bank_account), one.details):
            told[one.movement.id] = f"corrected {', '.join(changed)} of {bank_account.id}"
    return told


handler = Handler(
    subject=Payout,
    on={
        "submitted": _submitted,
        "settled": _settled,
        "returned": _returned,
        "rejected": _rejected,
        "canceled": _canceled,
        "recalled": _returned,
    },
    house={
        "settled": _house_settled,
        "returned": _house_returned,
        "recalled": _house_returned,
    },
    corrects=_correct,
)


def _become(ctx: Context, payout: Payout, status: str, event: str, **changes: Any) -> None:
    assert status in flow.NEXT[payout.status], f"{payout.id}: {payout.status} to {status}"
    ctx.save(payout, status=status, event=event, **changes)


def _recorded(
    ctx: Context, kind: str, amount: Money, payout: Payout, book: Book | None = None
) -> str:
    """Store a balance transaction of a payout and return its id."""
    description = payout.description
    return record(ctx, kind, amount, source=payout.id, book=book, description=description).id


def _sent(ctx: Context, payout: Payout, order: Order) -> Movement:
    """Send it by whichever rail reaches the account; an instant one says so when none does."""
    try:
        return instruct.send(ctx, payout, payout.money, order, service=payout.method)
    except InvalidRequest as refused:
        if payout.method != "instant" or refused.code != "no_route":
            raise
        raise InvalidRequest(
            f"This can't be paid out instantly. {refused.message} Use `standard`.",
            code="instant_payouts_unsupported",
            param="method",
        ) from refused


def _day(movement: Movement) -> int:
    """Return when the day of the expected settlement begins, in Unix seconds."""
    assert movement.effective_date is not None, "a movement that is sent has its dates"
    day = date.fromisoformat(movement.effective_date)
    return unix_seconds(datetime.combine(day, time(), UTC))


async def _destination(ctx: Context, params: CreatePayout) -> BankAccount:
    if params.destination is None:
        found = await default_for(ctx, params.currency)
        if found is None:
            raise InvalidRequest(
                f"This account has no external account in {params.currency}: add one first.",
                code="no_external_account",
            )
        return found
    found = await ctx.load(BankAccount, params.destination, param="destination")
    if found.currency != params.currency:
        raise InvalidRequest(
            f"The destination takes {found.currency}, and this payout is in {params.currency}.",
            param="destination",
        )
    return found


def _check(params: CreatePayout) -> None:
    if params.source_type not in (None, "card"):
        raise InvalidRequest(
            "The whole balance is of the source type `card`; leave `source_type` out.",
            param="source_type",
        )
    amount = Money(params.amount, params.currency)
    if not is_payable_amount(amount):
        raise InvalidRequest(
            f"Payouts in {params.currency} are multiples of {payout_step(params.currency)} "
            "minor units.",
            code="parameter_invalid_integer",
            param="amount",
        )
