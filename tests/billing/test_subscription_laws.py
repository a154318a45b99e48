"""What a subscription costs: each second of it once, whatever is changed, and by whom first."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from fractions import Fraction
from itertools import permutations
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bezant.api.context import Caller, Context
from bezant.commit.change_set import Refused
from bezant.kernel.errors import ApiError
from bezant.resources.billing import renewing, subscriptions
from bezant.resources.billing.subscription import Subscription
from bezant.resources.billing.subscription_params import (
    CancelSubscription,
    ItemChange,
    UpdateSubscription,
)
from bezant.resources.core.later import Matter
from tests.billing.subscriber import (
    DAY,
    at,
    begun,
    canceled,
    changed,
    invoices,
    now_of,
    period,
    price,
    waiting,
)
from tests.billing.test_invoices import customer
from tests.payments.till import Till

PRICES = {"tea": (2_996, 30), "cake": (4_804, 30), "week": (776, 7)}
"""What some days cost, in multiples of four, so that a quarter off is exact."""


class Step(NamedTuple):
    """What is done after some seconds, perhaps before jobs that are due."""

    after: int
    name: str
    quantity: int
    how: str
    late: bool


STEPS = st.builds(
    Step,
    st.integers(0, 40 * DAY),
    st.sampled_from(sorted(PRICES)),
    st.integers(0, 3),
    st.sampled_from(["create_prorations", "always_invoice", "cut"]),
    st.booleans(),
)


@settings(max_examples=15, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.lists(STEPS, max_size=5), st.booleans(), st.integers(1, 40 * DAY))
def test_each_second_costs_what_it_costs(
    till: Till, steps: list[Step], discounted: bool, rest: int
) -> None:
    who = customer(till, None)
    prices = {name: price(till, amount, recurring={"interval": "day", "interval_count": days})
              for name, (amount, days) in PRICES.items()}  # fmt: skip
    terms: dict[str, Any] = {"collection_method": "send_invoice", "days_until_due": 90}
    if discounted:
        coupon = till.post("/v1/coupons", percent_off=25, duration="forever")["id"]
        terms["discounts"] = [{"coupon": coupon}]
    made = begun(till, who, prices["tea"], **terms)
    item, rate, cost = made["items"]["data"][0]["id"], rate_of("tea", 1), Fraction(0)
    for step in steps:
        till.pass_time(seconds=step.after)
        if not step.late or step.how == "cut":
            till.work_off()
        cost += rate * step.after
        if step.how == "cut":
            end = period(now_of(till, made))[1]
            changed(till, made, cancel_at=at(till) + (end - at(till) + 1) // 2)
            changed(till, made, cancel_at="")
        else:
            items = [{"id": item, "price": prices[step.name], "quantity": step.quantity}]
            changed(till, made, items=items, proration_behavior=step.how)
            rate = rate_of(step.name, step.quantity)
    till.pass_time(seconds=rest)
    cost += rate * rest
    canceled(till, made, prorate=True)
    billed = sum(each["total"] for each in invoices(till, made)) + sum(waiting(till, who))
    assert abs(billed - cost * (Fraction(3, 4) if discounted else 1)) <= 2 * len(steps) + 1


def rate_of(name: str, quantity: int) -> Fraction:
    amount, days = PRICES[name]
    return Fraction(amount * quantity, days * DAY)


Act = Callable[[Context, str], Awaitable[object]]


async def renew(ctx: Context, name: str) -> None:
    await renewing.renewed(ctx, Matter(ctx.caller.platform, ctx.account, False, name))


async def grow(ctx: Context, name: str) -> None:
    subscription = await ctx.load(Subscription, name)
    change = ItemChange(id=subscription.items.data[0].id, quantity=2)
    params = UpdateSubscription(items=[change], proration_behavior="always_invoice")
    await subscriptions.update(ctx, subscription, params)


async def cancel(ctx: Context, name: str) -> None:
    params = CancelSubscription(prorate=True, invoice_now=True)
    await subscriptions.cancel(ctx, await ctx.load(Subscription, name), params)


ACTS: dict[str, Act] = {each.__name__: each for each in (renew, grow, cancel)}
GROUPS = [("renew", "renew"), ("renew", "grow"), ("renew", "cancel"), ("grow", "cancel"),
          ("grow", "grow", "renew"), ("renew", "grow", "cancel")]  # fmt: skip


def orders() -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield who is committed after whom, and whether all have read before."""
    for group in GROUPS:
        for acts in sorted(set(permutations(group))):
            yield from ((acts, early) for early in (True, False))


async def play(till: Till, name: str, acts: tuple[str, ...], early: bool) -> None:
    waits: list[Context | None] = []
    for number, act in enumerate(acts):
        caller = Caller(till.platform, till.platform, False, f"req_{name}{number}")
        waits.append(till.context(caller))
        if early:
            waits[number] = await read(act, name, waits[number])
    for act, ctx in zip(acts, waits, strict=True):
        ready = ctx if early else await read(act, name, ctx)
        while ready is not None:
            (outcome,) = await ready.commit()
            if not isinstance(outcome, Refused):
                break
            assert outcome.code == "stale", outcome
            ready = await read(act, name, ready.again())


async def read(act: str, name: str, ctx: Context | None) -> Context | None:
    """Let a call read and decide; None if it is refused."""
    assert ctx is not None
    try:
        await ACTS[act](ctx, name)
    except ApiError:
        await ctx.undo()
        return None
    return ctx


@pytest.mark.alone
def test_the_sum_is_right_whoever_comes_first_when_a_period_is_over(till: Till) -> None:
    tea, wanted = price(till), list(orders())
    who = [customer(till) for _ in wanted]
    made = [begun(till, each, tea) for each in who]
    till.pass_time(seconds=max(period(each)[1] for each in made) - at(till))

    async def together() -> None:
        await asyncio.gather(
            *(play(till, each["id"], *order) for each, order in zip(made, wanted, strict=True))
        )

    till.run(together())
    till.work_off()
    till.pass_time(hours=1)
    till.work_off()
    charged, paid = 0, 0
    for payer, each, order in zip(who, made, wanted, strict=True):
        known, after = invoices(till, each), now_of(till, each)
        total = sum(one["total"] for one in known) + sum(waiting(till, payer))
        over, more = "cancel" in order[0], 6_000 if "grow" in order[0] else 3_000
        assert after["status"] == ("canceled" if over else "active"), order
        assert total == 3_000 + (0 if over else more), order
        cycles = [one for one in known if one["billing_reason"] == "subscription_cycle"]
        assert len(cycles) == 1 if not over else len(cycles) <= 1, order
        charged += sum(one["amount_paid"] for one in known)
        paid += sum(one["amount_paid"] > 0 for one in known)
    assert till.ledger()["incoming:cards"] == charged
    undone = {each.original for each in till.acquirer.asked if each.act == "reverse"}
    held = [each.id for each in till.acquirer.asked
            if each.act == "authorize" and each.id not in undone]  # fmt: skip
    assert len(held) == paid
