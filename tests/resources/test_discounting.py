"""What coupons take off: sums exact to the last minor unit, and nothing below zero."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.resources.core.coupon import AppliesTo, Coupon, CurrencyOption
from bezant.resources.core.discounting import Reducible, reduced


def coupon(off: str = "", /, *products: str, usd: int | None = None, **more: Any) -> Coupon:
    told: dict[str, Any] = {"percent_off": Decimal(off)} if off else {"amount_off": usd}
    told |= {"applies_to": AppliesTo(products)} if products else {}
    told |= {"currency": "usd"} if usd else {}
    return Coupon(id="c", created=0, livemode=False, duration="once", metadata={}, **told, **more)


def line(amount: int, product: str = "a", currency: str = "usd", **more: Any) -> Reducible:
    return Reducible(amount, currency, product, **more)


TABLE: list[tuple[list[Reducible], list[Coupon], list[list[int]]]] = [
    ([line(333)] * 3, [coupon("50")], [[167], [167], [166]]),
    ([line(1000)], [coupon("12.5"), coupon("10")], [[125, 88]]),
    ([line(1000)], [coupon("33.33")], [[333]]),
    ([line(1), line(1)], [coupon("50")], [[1], [0]]),
    ([line(700), line(300)], [coupon(usd=100)], [[70], [30]]),
    ([line(700), line(300)], [coupon(usd=5000)], [[700], [300]]),
    ([line(700), line(300)], [coupon("100"), coupon(usd=1)], [[700, 0], [300, 0]]),
    ([line(700), line(300, "b")], [coupon("10", "b")], [[0], [30]]),
    ([line(700), line(300, discountable=False)], [coupon("10")], [[70], [0]]),
    ([line(700), line(-300)], [coupon("10")], [[70], [0]]),
    ([line(700, currency="eur")], [coupon(usd=100)], [[0]]),
    ([line(700, currency="isk")], [coupon("10")], [[100]]),
    ([], [coupon("10")], []),
    ([line(700)], [], [[]]),
    (
        [line(700, currency="eur")],
        [coupon(usd=100, currency_options={"eur": CurrencyOption(90)})],
        [[90]],
    ),
]


@pytest.mark.parametrize(("lines", "coupons", "taken"), TABLE)
def test_what_coupons_take_off(
    lines: list[Reducible], coupons: list[Coupon], taken: list[list[int]]
) -> None:
    assert reduced(lines, coupons) == taken


PERCENTAGES = st.decimals("0.01", "100", places=2).map(lambda off: coupon(str(off)))
AMOUNTS = st.integers(1, 10**6).map(lambda off: coupon(usd=off))
LINES = st.builds(
    lambda amount, product, discountable: line(amount, product, discountable=discountable),
    st.integers(-(10**6), 10**12),
    st.sampled_from("ab"),
    st.booleans(),
)


@settings(max_examples=100)
@given(st.lists(LINES, max_size=6), st.lists(PERCENTAGES | AMOUNTS, max_size=4))
def test_each_coupon_takes_its_part_of_what_is_left_to_the_last_unit(
    lines: list[Reducible], coupons: list[Coupon]
) -> None:
    taken = reduced(lines, coupons)
    left = [max(each.amount, 0) if each.discountable else 0 for each in lines]
    for at, each in enumerate(coupons):
        shares = [row[at] for row in taken]
        whole = sum(left)
        if each.percent_off is None:
            assert sum(shares) == min(whole, each.amount_off or 0)
        else:
            assert abs(sum(shares) - whole * each.percent_off / 100) <= Decimal("0.5")
        assert all(0 <= share <= rest for share, rest in zip(shares, left, strict=True))
        left = [rest - share for share, rest in zip(shares, left, strict=True)]
