"""Payouts: money on its way from an account's balance to its owner's bank account."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Amount, Currency, Metadata, Params, RangeQuery, merged
from bezant.api.routes import Routes
from bezant.flows import payout as flow
from bezant.kernel.currency import is_payable_amount, payout_step
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.ledger.entry import Entry
from bezant.movement import instruct
from bezant.movement.engine import engine_of
from bezant.movement.handler import Handler, Notice
from bezant.movement.movement import Movement, MovementFact
from bezant.resources.core.bank_accounts import BankAccount, corrected, default_for
from bezant.resources.core.owners import payee
from bezant.resources.core.payout import FAILURES, Payout, TraceId, Wanted, begin, recorded
from bezant.resources.core.refused import refused
from bezant.resources.core.sortable import bounds


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
    owner = await payee(ctx)
    destination = await _destination(ctx, params)
    wanted = Wanted(
        address=owner.address,
        description=params.description,
        metadata=merged({}, params.metadata),
        method=params.method or "standard",
        statement_descriptor=params.statement_descriptor,
    )
    return begin(ctx, Money(params.amount, params.currency), destination, wanted)


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
    can = engine_of(ctx).banks.rails[movement.rail].capabilities
    name = movement.end_to_end_id if can.traced_by == "end_to_end_id" else movement.reference
    trace = TraceId("supported", name)
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
    back = recorded(ctx, "payout_cancel", payout.money, payout, book=movement.book)
    _become(ctx, payout, "canceled", "payout.canceled", failure_balance_transaction=back)


def _rejected(ctx: Context, payout: Payout, movement: Movement, fact: MovementFact) -> None:
    entry = flow.dropped(payout.money, book=movement.book, rail=movement.rail)
    ctx.post(entry, source=payout.id)
    _failed(ctx, payout, movement, fact)


def _failed(ctx: Context, payout: Payout, movement: Movement, fact: MovementFact) -> None:
    code = fact.failure_code or "could_not_process"
    back = recorded(ctx, "payout_failure", payout.money, payout, book=movement.book)
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
