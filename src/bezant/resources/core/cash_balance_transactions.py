"""Cash balance transactions: what came onto a customer's cash balance, and what went from there."""

from datetime import timedelta

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.routes import Routes
from bezant.flows import bank_payment
from bezant.flows import cash_balance as flow
from bezant.movement.handler import Handler
from bezant.movement.movement import Movement, MovementFact
from bezant.resources.core.cash_transaction import (
    REVERSE_JOB,
    TAKEN,
    CashBalanceTransaction,
    enqueue_about,
)
from bezant.resources.core.customer import Customer

PATH = "/v1/customers/{customer}/cash_balance_transactions"

routes = Routes(CashBalanceTransaction, PATH, prefix="ccsbtxn", listed=False, retrieved=False)


@routes.get(PATH, listing=True)
async def list_all(ctx: Context, customer: Customer, params: ListParams) -> Page:
    """List the changes of a customer's cash balance, newest first."""
    parent = {"parent": customer.id}
    return await page_of(ctx, CashBalanceTransaction, "ccsbtxn", params, parent)


@routes.get(PATH + "/{id}")
async def retrieve(
    _ctx: Context, customer: Customer, transaction: CashBalanceTransaction
) -> CashBalanceTransaction:
    """Retrieve a change of a customer's cash balance."""
    assert transaction.customer == customer.id, "the path has been checked"
    return transaction


def _settled(
    ctx: Context, made: CashBalanceTransaction, movement: Movement, _fact: MovementFact
) -> None:
    ctx.post(flow.settled(made.money, book=movement.book, rail=movement.rail), source=made.id)


def _returned(
    ctx: Context, made: CashBalanceTransaction, movement: Movement, _fact: MovementFact
) -> None:
    """Give money back to whoever sent it by mistake, or was robbed of it; it may have been used."""
    entry = flow.taken_back(made.money, book=movement.book, funding=made.id)
    ctx.post(entry, source=made.id)
    ctx.save(made, hidden={TAKEN: True})
    enqueue_about(ctx, REVERSE_JOB, made.id, movement.book, movement.platform, after=timedelta())


handler = Handler(
    subject=CashBalanceTransaction,
    on={"settled": _settled, "returned": _returned},
    house={"settled": flow.received, "returned": bank_payment.went_back},
)
