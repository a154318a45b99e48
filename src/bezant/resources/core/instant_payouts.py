"""Instant payouts: what they cost and whom, and how much may go in a day."""

from collections.abc import Mapping
from datetime import UTC, datetime, time

from msgspec import Struct

from bezant.api.context import Context
from bezant.api.pages import bounds_between
from bezant.api.resource import Identified
from bezant.db.queries import load
from bezant.flows.fee_plan import Plan, Sale, application_fee_of, parts_of
from bezant.kernel.codec import unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.ledger.book import Book
from bezant.movement.engine import engine_of
from bezant.movement.route import Wish, route
from bezant.resources.core.application_fee import fee_detail
from bezant.resources.core.balance_transactions import FeeDetail
from bezant.resources.core.bank_accounts import BankAccount, party
from bezant.resources.core.fee_plans import plans_of
from bezant.resources.core.owners import Owner

METHOD = "instant_payout"
"""What rules of fee plans call them."""
QUERIES = load("bezant.resources.core", "instant_payouts.sql")
_MICROSECONDS = 1_000_000


class InstantTurn(Identified, tag="instant_turn"):
    """How many instant payouts were asked for in a currency; whoever is bound has them in turn."""

    number: int


class Price(Struct, frozen=True, kw_only=True):
    """What a payout costs: the account `fees`, its platform what is `billed` to it.

    The account's fees are the operator's, and at the end the platform's own, `application_fee`.
    """

    fees: tuple[FeeDetail, ...] = ()
    billed: int = 0
    application_fee: int = 0

    @property
    def total(self) -> int:
        """What the account pays beside the amount, in minor units."""
        return sum(each.amount for each in self.fees)

    @property
    def operators(self) -> int:
        """What of it is the operator's."""
        return self.total - self.application_fee


FREE = Price()
"""What a payout costs that is not instant."""


def price_of(ctx: Context, owner: Owner, amount: Money, country: str) -> Price:
    """Return what it costs to pay an amount of the acting account out instantly to a country."""
    plans = plans_of(ctx.runtime)
    sale = Sale(amount=amount, method=METHOD, country=country, home=owner.country)
    fees = [
        FeeDetail(
            amount=part.amount,
            application=None,
            currency=amount.currency,
            description="Instant payout fee" if part.type == "stripe_fee" else part.description,
            type=part.type,
        )
        for part in parts_of(plans.of(ctx.account), sale)
    ]
    if not ctx.caller.connected:
        return Price(fees=tuple(fees))
    billed = 0
    if owner.platform_pays_instant:
        billed, fees = sum(each.amount for each in fees), []
    own = application_fee_of(plans.of(ctx.caller.platform), amount, country)
    if own:
        fees.append(fee_detail(ctx, Money(own, amount.currency)))
    return Price(fees=tuple(fees), billed=billed, application_fee=own)


def net_of(ctx: Context, owner: Owner, spendable: Money, country: str) -> Money:
    """Return the most that can be paid out instantly, so that its price is left for it."""
    least, most = 0, spendable.amount
    while least < most:
        middle = (least + most + 1) // 2
        price = price_of(ctx, owner, Money(middle, spendable.currency), country)
        if middle + price.total <= spendable.amount:
            least = middle
        else:
            most = middle - 1
    return Money(least, spendable.currency)


async def check_limits(ctx: Context, amount: Money) -> None:
    """Refuse what is more than may be paid out instantly today, of the account or the platform.

    Of two at the same moment the second is looked at again when the first is there.
    """
    for limits, book in _bounds(ctx):
        if amount.currency in limits:
            await take_turn(ctx, amount.currency, book)
    left = await left_today(ctx, amount.currency)
    if left is not None and amount.amount > left:
        raise InvalidRequest(
            f"No more than {Money(left, amount.currency)} can be paid out instantly today: lower "
            "the amount, or use `standard`.",
            code="instant_payouts_limit_exceeded",
            param="amount",
        )


def net_available(
    ctx: Context, owner: Owner, spendable: Money, destination: BankAccount, left: int | None
) -> Money | None:
    """Return what can arrive at a bank account instantly; None where no instant rail reaches it.

    `left` is what is left of the limits of today.
    """
    amount = net_of(ctx, owner, spendable, destination.country)
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


async def take_turn(ctx: Context, currency: str, book: Book) -> None:
    """Change what orders the instant payouts of a book, before anything is added up.

    A platform's own payouts and those of all its accounts have one order: that of its book.
    """
    name = f"iturn_{book.owner.rpartition('_')[2]}_{currency}"
    if ctx.made(InstantTurn, name) is not None:
        return
    turn = await ctx.find(InstantTurn, name, book=book)
    if turn is None:
        ctx.create(InstantTurn(id=name, number=1), book=book)
    else:
        ctx.save(turn, number=turn.number + 1)


async def left_today(ctx: Context, currency: str) -> int | None:
    """Return what is left of all limits for the day; None where there are none."""
    day = datetime.combine(ctx.now().astimezone(UTC).date(), time(), UTC)
    since = bounds_between("po", unix_seconds(day) * _MICROSECONDS, None)
    assert since is not None, "a day without an end has ids"
    values = {
        "book": ctx.book.id,
        "currency": currency,
        "since": since.least,
        "livemode": ctx.livemode,
        "platform": ctx.platform_book.id,
    }
    lefts: list[int] = []
    for query, (limits, _) in zip(_TODAY, _bounds(ctx), strict=True):
        if currency in limits:
            async with ctx.runtime.pool.connection() as conn:
                row = await (await conn.execute(query, values)).fetchone()
            assert row is not None, "a sum is a row"
            lefts.append(max(limits[currency] - row[0], 0))
    return min(lefts, default=None)


_TODAY = (QUERIES.today, QUERIES.together_today)


def _bounds(ctx: Context) -> tuple[tuple[Mapping[str, int], Book], tuple[Mapping[str, int], Book]]:
    """Return the limits of a day: the account's own, and those that all of a platform share."""
    own, shared = plan_of(ctx), plans_of(ctx.runtime).of(ctx.caller.platform)
    return (
        (own.instant_daily_limit, ctx.book),
        (shared.instant_daily_limit_together, ctx.platform_book),
    )


def plan_of(ctx: Context) -> Plan:
    """Return the acting account's fee plan."""
    return plans_of(ctx.runtime).of(ctx.account)
