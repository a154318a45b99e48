"""Refunds of bank transfers: to the customer's bank, or to its cash balance where none is known.

What a customer has on its cash balance goes back the same way, by itself when it has stayed long.
"""

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from bezant.api.context import Context, created_of
from bezant.flows import bank_payment, conversion
from bezant.flows import cash_balance as flow
from bezant.flows import refund as refund_flow
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.log import get_logger
from bezant.kernel.money import Money
from bezant.resources.core.balance_transactions import record
from bezant.resources.core.cash_transaction import (
    KEPT_FOR,
    OLD_JOB,
    Cash,
    CashBalanceTransaction,
    OfRefund,
)
from bezant.resources.core.customer import Customer
from bezant.resources.core.later import Matter, later
from bezant.resources.payments.cash_paying import RAIL, reconcile
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.refund import Refund, announced
from bezant.resources.payments.refund_undone import purse_of, recorded, restored, worth_of
from bezant.resources.payments.refunding import CURRENCY, Way, Wish, give_back, plain
from bezant.resources.payments.returning import (
    GIVEN_UP,
    aim_of,
    begin,
    destination_of,
    is_reachable,
    sent,
)
from bezant.store.objects import Page

_KIND = "customer_cash_balance"
_AGAIN = KEPT_FOR / 10
"""How long after it is looked again whether anybody can be asked where old money may go."""
_AT_ONCE = 100

log = get_logger(__name__)


async def refund_transfer(ctx: Context, charge: Charge, wish: Wish) -> Refund:
    """Give a payment, or a part of it, back to the bank of whoever has sent it.

    Where neither an account nor an address is known, the customer has it on its cash balance.
    """
    customer = await ctx.find(Customer, charge.customer or "")
    if customer is None:
        raise InvalidRequest(
            f"The customer who paid {charge.id} is there no more, and neither is its cash "
            "balance: pay it back another way.",
            code="charge_not_refundable",
            param="charge",
        )
    aim = await aim_of(ctx, customer, charge.currency, wish.instructions_email)
    name = ctx.new_id("re")
    if aim.party is None and aim.email is None:
        return await _to_cash(ctx, charge, wish, name, customer)
    begun = begin(ctx, plain(charge, wish, name), aim)
    way = Way(rail=RAIL, destination=destination_of(charge.currency), told=begun.changes)
    refund = await give_back(ctx, charge, wish, name, way)
    entry = bank_payment.unapplied(wish.amount, book=ctx.book, rail=RAIL, name=name)
    ctx.post(entry, source=name)
    if begun.rail is not None:
        ctx.post(sent(ctx, refund, begun.rail), source=name)
    return ctx.save(refund, hidden=ctx.hidden(refund) | begun.hidden)


async def return_cash(ctx: Context, customer: Customer, wish: Wish) -> Refund:
    """Send what a customer has on its cash balance, or a part of it, back to its bank."""
    money = wish.amount
    cash = await Cash.of(ctx, customer)
    held = cash.held(money.currency)
    if money.amount > held:
        raise InvalidRequest(
            f"{customer.id} has {held} {money.currency} on its cash balance: send no more than "
            "that as `amount`.",
            code="balance_insufficient",
            param="amount",
        )
    aim = await aim_of(ctx, customer, money.currency, wish.instructions_email)
    name = ctx.new_id("re")
    bare = Refund(
        id=name,
        amount=money.amount,
        balance_transaction=None,
        charge=None,
        created=created_of(name),
        currency=money.currency,
        customer=customer.id,
        destination_details=destination_of(money.currency),
        metadata=wish.metadata,
        reason=wish.reason,
        status="pending",
    )
    begun = begin(ctx, bare, aim)
    entry = flow.return_initiated(money, book=ctx.book, name=customer.id, refund=name)
    ctx.post(entry, source=name)
    cash.change("return_initiated", -money.amount, money.currency)
    refund = replace(bare, **begun.changes)
    ctx.create(refund, event="refund.created", hidden=begun.hidden)
    if begun.rail is not None:
        ctx.post(sent(ctx, refund, begun.rail), source=name)
    return refund


async def end(ctx: Context, refund: Refund, *, canceled: bool) -> Refund:
    """End a return that has no account to go to: the money is where it came from again."""
    changes = await (_customer_again if refund.charge is None else _owner_again)(ctx, refund)
    hidden = {name: each for name, each in ctx.hidden(refund).items() if name != GIVEN_UP}
    return announced(
        ctx,
        ctx.current(refund),
        failure_reason="merchant_request" if canceled else "unknown",
        hidden=hidden,
        next_action=UNSET,
        pending_reason=UNSET,
        status="canceled" if canceled else "failed",
        **changes,
    )


async def expired(ctx: Context, matter: Matter) -> bool:
    """End a return whose customer has told no account in time."""
    refund = await ctx.load(Refund, matter.subject)
    if refund.status != "requires_action" or not refund.next_action:
        return False
    if refund.next_action["display_details"]["expires_at"] > unix_seconds(ctx.now()):
        return False  # It was asked again since.
    await end(ctx, refund, canceled=False)
    return True


async def given_up(ctx: Context, matter: Matter) -> bool:
    """End a return that a bank has sent back, and nobody can be asked for another account."""
    refund = await ctx.load(Refund, matter.subject)
    if not ctx.hidden(refund).get(GIVEN_UP):
        return False
    await end(ctx, refund, canceled=False)
    return True


async def return_old(ctx: Context, matter: Matter) -> bool:
    """Send back what has stayed on a cash balance for too long; what came first is used first."""
    before = await ctx.load(CashBalanceTransaction, matter.subject)
    customer = await ctx.find(Customer, before.customer)
    if customer is None:
        return False
    old = await _left_of(ctx, before)
    if old <= 0:
        return False
    aim = await aim_of(ctx, customer, before.currency, None)
    if not is_reachable(ctx, aim):
        log.warning("old_cash_has_nowhere_to_go", customer=customer.id, amount=old)
        at = ctx.now() + _AGAIN
        later(ctx, OLD_JOB, before.id, ctx.book, ctx.caller.platform, at=at)
        return True
    await return_cash(ctx, customer, Wish(amount=Money(old, before.currency), metadata={}))
    return True


async def _left_of(ctx: Context, before: CashBalanceTransaction) -> int:
    """Return what is left of all that had come until a change of a cash balance, in minor units.

    It is what there was after the latest change, less what has come since.
    """
    left: int | None = None
    came, after, more = 0, None, True
    while more:
        ask = Page(limit=_AT_ONCE, after=after, filters={"parent": before.customer})
        bodies, more = await ctx.page(CashBalanceTransaction, ask)
        for body in bodies:
            each = msgspec.json.decode(body, type=CashBalanceTransaction)
            after = each.id
            if each.currency != before.currency:
                continue
            left = each.ending_balance if left is None else left
            if each.id == before.id:
                return left - came
            came += max(each.net_amount, 0)
    raise AssertionError("a change is among those of its customer")


async def _to_cash(
    ctx: Context, charge: Charge, wish: Wish, name: str, customer: Customer
) -> Refund:
    cash = await Cash.of(ctx, customer)
    way = Way(rail=RAIL, destination={_KIND: {}, "type": _KIND})
    refund = await give_back(ctx, charge, wish, name, way)
    entry = bank_payment.unapplied(wish.amount, book=ctx.book, rail=RAIL, name=customer.id)
    ctx.post(entry, source=name)
    cash.change(
        "refunded_from_payment",
        wish.amount.amount,
        charge.currency,
        refunded_from_payment=OfRefund(name),
    )
    await reconcile(ctx, cash, charge.currency)
    return refund


async def _customer_again(ctx: Context, refund: Refund) -> dict[str, str]:
    """Let a customer have on its cash balance again what did not go back."""
    customer = await ctx.find(Customer, refund.customer or "")
    if customer is None:
        ctx.post(flow.left_behind(refund.money, book=ctx.book, refund=refund.id), source=refund.id)
        words = f"Cash of {refund.customer}, who was deleted before it could go back"
        record(ctx, "adjustment", refund.money, source=refund.id, description=words)
        return {}
    cash = await Cash.of(ctx, customer)
    entry = flow.return_canceled(refund.money, book=ctx.book, name=customer.id, refund=refund.id)
    ctx.post(entry, source=refund.id)
    cash.change("return_canceled", refund.amount, refund.currency)
    await reconcile(ctx, cash, refund.currency)
    return {}


async def _owner_again(ctx: Context, refund: Refund) -> dict[str, str]:
    """Let the owner of a payment have again what did not go back."""
    money, book = refund.money, ctx.book
    ctx.post(bank_payment.applied(money, book=book, rail=RAIL, name=refund.id), source=refund.id)
    worth, purse = worth_of(ctx, refund), purse_of(ctx, refund)
    if CURRENCY not in ctx.hidden(refund):
        ctx.post(refund_flow.failed(worth, book=book, rail=RAIL, purse=purse), source=refund.id)
    else:
        none = Money.zero(worth.currency)
        for entry in conversion.received(
            money, worth, none, book=book, rail=RAIL, purse=purse, house=ctx.house
        ):
            ctx.post(entry, source=refund.id)
    changes = recorded(ctx, refund, book)
    await restored(ctx, refund)
    return changes
