"""Two and three calls about one payment at the same moment, in every order that matters.

A call reads, decides and is committed. Calls are committed in every order, and each has read either
before all others were committed or right before it is itself. Each such interleaving is played by
hand, on a payment of its own of which a part is captured and moved on already; then every sum must
be right, and the acquirer must have given back what the books say.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from itertools import combinations_with_replacement, permutations, product
from typing import NamedTuple

import pytest

from bezant.api.context import Caller, Context
from bezant.commit.change_set import Refused
from bezant.kernel.errors import ApiError
from bezant.kernel.money import Money
from bezant.ledger.book import book_of
from bezant.rail.cards import About, Disputed
from bezant.resources.connect import transfer_reversals
from bezant.resources.core.converting import converted
from bezant.resources.core.exchange_rates import per_unit
from bezant.resources.payments import payment_intents, refunds
from bezant.resources.payments.capturing import cancel_held
from bezant.resources.payments.charge import Charge
from bezant.resources.payments.dispute import DISPUTED
from bezant.resources.payments.dispute_told import disputed
from bezant.resources.payments.payment_intent import PaymentIntent
from bezant.resources.payments.payment_intent_params import (
    CancelPaymentIntent,
    CapturePaymentIntent,
    CreatePaymentIntent,
    TransferDataParams,
)
from bezant.resources.payments.transfer import Transfer
from tests.payments.till import Till

HELD, TAKEN, MORE, CONTESTED = 1_000, 400, 300, 50
"""What is authorized, what is captured of it at first, how much each call is about, and how much
each dispute."""

Act = Callable[[Context, str], Awaitable[object]]


class Interleaving(NamedTuple):
    """Calls in the order of their commits, and after how many commits each has read."""

    acts: tuple[str, ...]
    reads: tuple[int, ...]


async def capture(ctx: Context, name: str) -> None:
    intent = await ctx.load(PaymentIntent, name)
    await payment_intents.capture(ctx, intent, CapturePaymentIntent(amount_to_capture=MORE))


async def cancel(ctx: Context, name: str) -> None:
    await payment_intents.cancel(ctx, await ctx.load(PaymentIntent, name), CancelPaymentIntent())


async def expire(ctx: Context, name: str) -> None:
    intent = await ctx.load(PaymentIntent, name)
    if intent.status == "requires_capture":
        await cancel_held(ctx, intent, "automatic", expired=True)


async def refund(ctx: Context, name: str) -> None:
    await refunds.create(ctx, refunds.CreateRefund(payment_intent=name, amount=MORE))


async def reverse(ctx: Context, name: str) -> None:
    intent = await ctx.load(PaymentIntent, name)
    charge = await ctx.load(Charge, intent.latest_charge or "")
    transfer = await ctx.load(Transfer, str(charge.transfer))
    params = transfer_reversals.CreateReversal(amount=MORE)
    await transfer_reversals.create(ctx, transfer, params)


async def dispute(ctx: Context, name: str) -> None:
    intent = await ctx.load(PaymentIntent, name)
    notice = Disputed(
        case=f"case of {ctx.caller.request}",
        acquirer_reference="arn1",
        about=About(ctx.caller.platform, ctx.account, intent.latest_charge or ""),
        stage="chargeback",
        amount=Money(CONTESTED, "usd"),
        network_reason="10.4",
        reason="fraudulent",
        respond_by=date(2026, 3, 20),
        on=date(2026, 3, 2),
    )
    await disputed(ctx, notice)


ACTS: dict[str, Act] = {
    each.__name__: each for each in (capture, cancel, dispute, expire, refund, reverse)
}


def interleavings(count: int) -> Iterator[Interleaving]:
    """Yield each once: of calls of the same kind, which of them is the first does not matter."""
    for group in combinations_with_replacement(ACTS, count):
        for acts in sorted(set(permutations(group))):
            for reads in product(*({0, at} for at in range(count))):
                yield Interleaving(acts, reads)


class Play:
    """Plays interleavings on a platform."""

    def __init__(self, till: Till, shop: str, card: str) -> None:
        self.till, self.shop, self.card = till, shop, card
        self.calls = 0

    def context(self) -> Context:
        self.calls += 1
        name = f"req_{self.calls}"
        return self.till.context(Caller(self.till.platform, self.till.platform, False, name))

    async def payment(self) -> str:
        """Hold money, and capture a part of it, which moves on."""
        ctx = self.context()
        intent = await payment_intents.create(
            ctx,
            CreatePaymentIntent(
                amount=HELD,
                currency="usd",
                confirm=True,
                capture_method="manual",
                payment_method=self.card,
                transfer_data=TransferDataParams(destination=self.shop),
            ),
        )
        assert isinstance(intent, PaymentIntent)
        await ctx.write()
        ctx = self.context()
        first = CapturePaymentIntent(amount_to_capture=TAKEN, final_capture=False)
        await payment_intents.capture(ctx, await ctx.load(PaymentIntent, intent.id), first)
        await ctx.write()
        return intent.id

    async def play(self, wanted: Interleaving) -> str:
        """Return the intent once all calls have had their answers."""
        name = await self.payment()
        waiting: dict[int, Context | None] = {}
        for turn, act in enumerate(wanted.acts):
            for at, read in enumerate(wanted.reads):
                if read == turn:
                    waiting[at] = await self.read(wanted.acts[at], name, self.context())
            await self.commit(act, name, waiting[turn])
        return name

    async def read(self, act: str, name: str, ctx: Context) -> Context | None:
        """Let a call read and decide; None if it is refused."""
        try:
            await ACTS[act](ctx, name)
        except ApiError:
            await ctx.undo()
            return None
        return ctx

    async def commit(self, act: str, name: str, ctx: Context | None) -> None:
        """Commit a call, which runs again when what it has read has changed."""
        while ctx is not None:
            (outcome,) = await ctx.commit()
            if not isinstance(outcome, Refused):
                return
            assert outcome.code in ("stale", "floor"), outcome
            ctx = await self.read(act, name, ctx.again()) if outcome.code == "stale" else None


@pytest.mark.parametrize(
    ("count", "currency"),
    [(2, "usd"), pytest.param(2, "eur", marks=pytest.mark.alone), (3, "usd")],
)
def test_every_sum_is_right_whoever_comes_first(till: Till, count: int, currency: str):
    asked = {"transfers": {"requested": True}}
    shop = till.post("/v1/accounts", type="custom", default_currency=currency, capabilities=asked)[
        "id"
    ]
    play = Play(till, shop, till.card())
    wanted = list(interleavings(count))

    async def together() -> list[str]:
        return await asyncio.gather(*(play.play(each) for each in wanted))

    names = till.run(together())
    till.work_off()
    charged, moved, refunded = 0, 0, 0
    states = till.run(states_of(play, names))
    for each, (intent, charge, transfers, contested) in zip(wanted, states, strict=True):
        assert 0 <= charge.amount_refunded <= charge.amount_captured <= charge.amount, each
        assert intent.amount_received == charge.amount_captured, each
        assert (intent.status == "requires_capture") == (intent.amount_capturable > 0), each
        assert intent.amount_received + intent.amount_capturable <= HELD, each
        assert sum(one.amount for one in transfers) == charge.amount_captured, each
        assert all(0 <= one.amount_reversed <= one.amount for one in transfers), each
        assert charge.amount_refunded + contested <= charge.amount_captured, each
        assert contested == CONTESTED * each.acts.count("dispute"), each
        refunded += charge.amount_refunded
        charged -= contested
        charged += charge.amount_captured - charge.amount_refunded
        moved += sum(_there(one, currency) for one in transfers)
    assert till.ledger()["incoming:cards"] == charged
    assert till.balances(book_of(shop, livemode=False), currency)["pending"] == moved
    assert till.dues(shop) == {}
    undone = {each.original for each in till.acquirer.asked if each.act == "reverse"}
    given = [each for each in till.acquirer.asked if each.act == "refund" and each.id not in undone]
    assert refunded == sum(
        each.amount.amount for each in given if till.acquirer.answers[each.id].approved
    )


def _there(transfer: Transfer, currency: str) -> int:
    """Return what of a transfer its account still has: all but the share that has gone back."""
    if currency == transfer.currency:
        return transfer.left.amount
    rate = per_unit(transfer.currency, currency)
    assert rate is not None
    whole = converted(Money(transfer.amount, transfer.currency), currency, rate).amount
    return whole - whole * transfer.amount_reversed // transfer.amount


State = tuple[PaymentIntent, Charge, list[Transfer], int]


async def states_of(play: Play, names: list[str]) -> list[State]:
    return await asyncio.gather(*(state_of(play.context(), name) for name in names))


async def state_of(ctx: Context, name: str) -> State:
    """Return what has become of a payment, and how much of it disputes have taken."""
    intent = await ctx.load(PaymentIntent, name)
    charge = await ctx.load(Charge, intent.latest_charge or "")
    hidden = ctx.hidden(charge)
    found = await ctx.load_many(Transfer, hidden["transfers"])
    return intent, charge, list(found.values()), sum(hidden.get(DISPUTED, {}).values())
