"""What invoices come to: laws that hold for any lines, discounts and balances."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.kernel.currency import charge_step, minimum_charge
from bezant.kernel.money import Money
from bezant.resources.billing.reckoning import Given, due, fee_of, owed
from bezant.resources.core.coupon import Coupon
from bezant.resources.core.discounting import Reducible

CURRENCIES = st.sampled_from(["usd", "jpy", "isk", "kwd", "huf"])
AMOUNTS = st.integers(-(10**7), 10**7)


def coupon(name: str, percent: int | None, amount: int | None) -> Given:
    off = None if percent is None else Decimal(percent) / 100
    return name, Coupon(
        id=name, amount_off=amount, created=0, currency=None if amount is None else "usd",
        duration="once", livemode=False, metadata={}, percent_off=off,
    )  # fmt: skip


@st.composite
def coupons(draw: st.DrawFn, prefix: str) -> list[Given]:
    kinds = draw(st.lists(st.tuples(st.booleans(), st.integers(1, 10_000)), max_size=3))
    return [
        coupon(f"{prefix}{at}", value if percent else None, None if percent else value)
        for at, (percent, value) in enumerate(kinds)
    ]


@settings(max_examples=60)
@given(st.data(), st.lists(st.tuples(AMOUNTS, st.booleans()), min_size=1, max_size=5))
def test_the_total_is_the_sum_less_what_each_discount_takes_off(data, drawn) -> None:
    lines = [Reducible(amount, "usd", None, able) for amount, able in drawn]
    own = [data.draw(coupons(f"own{at}_")) for at in range(len(lines))]
    sums = owed(lines, own, data.draw(coupons("common")))
    assert sums.subtotal == sum(line.amount for line in lines)
    assert sums.total == sums.subtotal - sum(sums.by_discount.values())
    for line, taken in zip(lines, sums.taken, strict=True):
        off = sum(amount for _, amount in taken)
        assert 0 <= off <= max(line.amount, 0)
        assert off == 0 or line.discountable


@settings(max_examples=150)
@given(AMOUNTS, AMOUNTS, CURRENCIES)
def test_what_is_due_and_the_balance_after_it_are_all_that_there_was(total, balance, currency):
    found = due(Money(total, currency), balance)
    assert found.amount + found.balance == total + balance
    assert found.amount == 0 or found.amount >= minimum_charge(currency)
    assert found.amount % charge_step(currency) == 0
    assert found.amount == 0 or 0 <= found.balance < charge_step(currency)
    assert found.too_small == (found.balance > 0)


def test_a_platforms_share_is_rounded_half_up_and_never_nothing_said() -> None:
    assert fee_of(999, Decimal("12.5"), None) == 125
    assert fee_of(100, Decimal("0.5"), None) == 1
    assert fee_of(100, Decimal("0.4"), None) is None
    assert fee_of(100, Decimal(10), 7) == 7
    assert fee_of(100, None, 0) is None
