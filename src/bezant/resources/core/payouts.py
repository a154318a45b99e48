"""Payouts: money on its way from an account's balance to its owner's bank account."""

from typing import Annotated, Literal

from msgspec import Meta

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Amount, Currency, Metadata, Params, RangeQuery, merged
from bezant.api.routes import Routes
from bezant.kernel.currency import is_payable_amount, payout_step
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.movement import instruct
from bezant.resources.core.bank_accounts import BankAccount, default_for
from bezant.resources.core.instant_advances import Taken, check_enough, taken_ahead
from bezant.resources.core.instant_payouts import FREE, check_limits, price_of
from bezant.resources.core.owners import payee
from bezant.resources.core.payout import Payout, Wanted, begin
from bezant.resources.core.payout_answers import canceled
from bezant.resources.core.payout_reversals import check_reversible, take_back
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


class ReversePayout(Params):
    """What is said about a reversal."""

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
    amount, price, ahead = Money(params.amount, params.currency), FREE, Taken()
    if params.method == "instant":
        await check_limits(ctx, amount)
        price = price_of(ctx, owner, amount, destination.country)
        ahead = await taken_ahead(ctx, Money(amount.amount + price.total, amount.currency))
    wanted = Wanted(
        address=owner.address,
        ahead=ahead.parts,
        description=params.description,
        metadata=merged({}, params.metadata),
        method=params.method or "standard",
        price=price,
        statement_descriptor=params.statement_descriptor,
    )
    payout = begin(ctx, amount, destination, wanted)
    check_enough(ahead)
    return payout


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
    canceled(ctx, payout, movement, movement.facts[-1])
    return ctx.current(payout)


@routes.action
async def reverse(ctx: Context, payout: Payout, params: ReversePayout) -> Payout:
    """Take a payout back from the bank account that it went to, where the rail has reversals."""
    await check_reversible(ctx, payout)
    return await take_back(ctx, payout, merged({}, params.metadata))


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
