"""Instant payouts: what they cost by the account's plan, and how much may go in a day."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

from bezant.api.context import Context
from bezant.api.pages import bounds_between
from bezant.api.resource import Identified
from bezant.db.queries import load
from bezant.flows.fee_plan import Plan, Sale, parts_of
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.movement.engine import engine_of
from bezant.movement.route import Wish, route
from bezant.resources.core.balance_transactions import FeeDetail
from bezant.resources.core.bank_accounts import BankAccount, party
from bezant.resources.core.fee_plans import plans_of

METHOD = "instant_payout"
"""What rules of fee plans call them."""
QUERIES = load("bezant.resources.core", "instant_payouts.sql")
_MICROSECONDS = 1_000_000


class InstantTurn(Identified, tag="instant_turn"):
    """How many instant payouts an account has asked for in a currency; bounds have them in turn."""

    number: int


def price_of(ctx: Context, amount: Money) -> Sequence[FeeDetail]:
    """Return what it costs the acting account to pay an amount out instantly, part by part."""
    parts = parts_of(_plan(ctx), Sale(amount=amount, method=METHOD))
    return [
        FeeDetail(
            amount=part.amount,
            application=None,
            currency=amount.currency,
            description="Instant payout fee" if part.type == "stripe_fee" else part.description,
            type=part.type,
        )
        for part in parts
    ]


def net_of(ctx: Context, spendable: Money) -> Money:
    """Return the most that can be paid out instantly, so that its price is left for it."""
    least, most = 0, spendable.amount
    while least < most:
        middle = (least + most + 1) // 2
        price = sum(each.amount for each in price_of(ctx, Money(middle, spendable.currency)))
        if middle + price <= spendable.amount:
            least = middle
        else:
            most = middle - 1
    return Money(least, spendable.currency)


async def check_limit(ctx: Context, amount: Money) -> None:
    """Refuse what is more than the account may pay out instantly today.

    Of two at the same moment the second is looked at again when the first is there.
    """
    if amount.currency not in _plan(ctx).instant_daily_limit:
        return
    await _take_turn(ctx, amount.currency)
    left = await _left_today(ctx, amount.currency)
    if left is not None and amount.amount > left:
        raise InvalidRequest(
            f"No more than {Money(left, amount.currency)} can be paid out instantly today: lower "
            "the amount, or use `standard`.",
            code="instant_payouts_limit_exceeded",
            param="amount",
        )


async def net_available(ctx: Context, spendable: Money, destination: BankAccount) -> Money | None:
    """Return what can arrive at a bank account instantly; None where no instant rail reaches it."""
    amount = net_of(ctx, spendable)
    left = await _left_today(ctx, amount.currency)
    if left is not None:
        amount = min(amount, Money(left, amount.currency))
    if not amount:
        return None
    to = party(ctx, destination, None).account
    try:
        wish = Wish(amount, "credit", to, "instant", ctx.livemode)
        route(engine_of(ctx).banks, wish, ctx.now())
    except InvalidRequest:
        return None
    return amount


async def _take_turn(ctx: Context, currency: str) -> None:
    """Change what orders the instant payouts of an account, before they are added up."""
    name = f"iturn_{ctx.account.rpartition('_')[2]}_{currency}"
    turn = await ctx.find(InstantTurn, name)
    if turn is None:
        ctx.create(InstantTurn(id=name, number=1))
    else:
        ctx.save(turn, number=turn.number + 1)


def _plan(ctx: Context) -> Plan:
    return plans_of(ctx.runtime).of(ctx.account)


async def _left_today(ctx: Context, currency: str) -> int | None:
    """Return what is left of the account's limit for the day; None when it has none."""
    limits: Mapping[str, int] = _plan(ctx).instant_daily_limit
    if currency not in limits:
        return None
    day = datetime.combine(ctx.now().astimezone(UTC).date(), time(), UTC)
    since = bounds_between("po", unix_seconds(day) * _MICROSECONDS, None)
    assert since is not None, "a day without an end has ids"
    async with ctx.runtime.pool.connection() as conn:
        values = [ctx.book.id, currency, since.least]
        row = await (await conn.execute(QUERIES.today, values)).fetchone()
    assert row is not None, "a sum is a row"
    return max(limits[currency] - row[0], 0)
