"""Money keeps its currency apart and loses no unit."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel.errors import AmountOverflow, CurrencyMismatch, MoneyError, UnknownCurrency
from bezant.kernel.money import MAX_AMOUNT, Money

amounts = st.integers(-MAX_AMOUNT, MAX_AMOUNT)
small_amounts = st.integers(-(2**61), 2**61)
weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=20).filter(any)


def usd(amount):
    return Money(amount, "usd")


@pytest.mark.parametrize("amount", [True, False, 1.0, "1", None])
def test_an_amount_is_an_integer(amount):
    with pytest.raises(TypeError):
        Money(amount, "usd")


def test_a_currency_is_a_text():
    with pytest.raises(TypeError):
        Money(1, None)


@pytest.mark.parametrize("amount", [2**63, -(2**63), 10**400])
def test_an_amount_fits_64_bits(amount):
    with pytest.raises(AmountOverflow):
        Money(amount, "usd")


def test_the_greatest_and_the_least_amount_are_each_others_negation():
    assert -usd(MAX_AMOUNT) == usd(-MAX_AMOUNT)
    assert abs(usd(-MAX_AMOUNT)) == usd(MAX_AMOUNT)


@pytest.mark.parametrize(
    "overflow",
    [
        lambda: usd(MAX_AMOUNT) + usd(1),
        lambda: usd(-MAX_AMOUNT) - usd(1),
        lambda: usd(2**62) * 2,
        lambda: -2 * usd(2**62),
    ],
)
def test_arithmetic_refuses_overflow(overflow):
    with pytest.raises(AmountOverflow):
        overflow()


@pytest.mark.parametrize(
    "mix",
    [
        lambda one, other: one + other,
        lambda one, other: one - other,
        lambda one, other: one < other,
        lambda one, other: one <= other,
        lambda one, other: one > other,
        lambda one, other: one >= other,
    ],
)
def test_currencies_do_not_mix_and_numbers_are_not_money(mix):
    with pytest.raises(CurrencyMismatch):
        mix(usd(1), Money(1, "eur"))
    with pytest.raises(TypeError):
        mix(usd(1), 1)


def test_amounts_of_two_currencies_are_not_equal():
    assert usd(1) != Money(1, "eur")
    assert usd(1) == usd(1)
    assert hash(usd(1)) == hash(usd(1))


@pytest.mark.parametrize("times", [1.5, True, "2"])
def test_money_is_multiplied_by_whole_numbers_only(times):
    with pytest.raises(TypeError):
        usd(1) * times


def test_of_looks_the_currency_up():
    assert Money.of(5, "usd") == usd(5)
    for code in ("usx", "USD", "dem"):
        with pytest.raises(UnknownCurrency):
            Money.of(5, code)


def test_zero_is_falsy_and_anything_else_is_not():
    assert not Money.zero("usd")
    assert usd(-1)
    assert usd(1)


def test_it_reads_as_people_write_it():
    assert str(usd(-123456)) == "-1,234.56 USD"


def test_a_decoder_reports_bad_money_instead_of_making_it():
    assert msgspec.json.decode(b'{"amount":5,"currency":"usd"}', type=Money) == usd(5)
    for amount in (b"9223372036854775808", b"1.5", b"true"):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(b'{"amount":%s,"currency":"usd"}' % amount, type=Money)


@given(small_amounts, small_amounts)
def test_adding_and_taking_away_undo_each_other(one, other):
    assert usd(one) + usd(other) - usd(other) == usd(one)
    assert usd(one) + usd(other) == usd(other) + usd(one) == usd(one + other)
    assert usd(one) - usd(other) == -(usd(other) - usd(one))


@given(amounts, amounts)
def test_money_is_ordered_as_its_amounts_are(one, other):
    assert (usd(one) < usd(other)) is (one < other)
    assert (usd(one) <= usd(other)) is (one <= other)
    assert (usd(one) > usd(other)) is (one > other)
    assert (usd(one) >= usd(other)) is (one >= other)


@given(amounts, amounts)
def test_a_sum_is_exact_or_refused(one, other):
    if abs(one + other) <= MAX_AMOUNT:
        assert (usd(one) + usd(other)).amount == one + other
    else:
        with pytest.raises(AmountOverflow):
            usd(one) + usd(other)


@given(amounts, weights)
def test_a_split_conserves_the_whole(amount, weights):
    shares = usd(amount).split(weights)
    assert len(shares) == len(weights)
    assert {share.currency for share in shares} == {"usd"}
    assert sum(share.amount for share in shares) == amount


@given(amounts, weights)
def test_a_share_is_its_quota_rounded_down_or_up(amount, weights):
    total = sum(weights)
    for share, weight in zip(usd(amount).split(weights), weights, strict=True):
        down, rest = divmod(abs(amount) * weight, total)
        assert abs(share.amount) in ({down, down + 1} if rest else {down})


@given(amounts, weights)
def test_a_greater_weight_never_gets_the_smaller_share(amount, weights):
    shares = [abs(share) for share in usd(amount).split(weights)]
    by_weight = sorted(zip(weights, shares, strict=True), key=lambda pair: (pair[0], pair[1]))
    assert [share for _, share in by_weight] == sorted(shares)


@given(amounts, weights, st.randoms(use_true_random=False))
def test_the_order_of_the_weights_changes_who_but_not_how_much(amount, weights, random):
    shuffled = random.sample(weights, len(weights))
    assert sorted(usd(amount).split(weights)) == sorted(usd(amount).split(shuffled))


@given(amounts, weights)
def test_splitting_a_debt_mirrors_splitting_a_claim(amount, weights):
    assert usd(-amount).split(weights) == [-share for share in usd(amount).split(weights)]


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (5, [0, 1], [0, 5]),
        (1, [1, 1], [1, 0]),
        (10, [1, 2, 4], [1, 3, 6]),
        (0, [3, 4], [0, 0]),
    ],
)
def test_split_by_example(amount, weights, shares):
    assert usd(amount).split(weights) == [usd(share) for share in shares]


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [-1], [0.5, 0.5], [True]])
def test_weights_that_share_nothing_out_are_refused(weights):
    with pytest.raises(MoneyError):
        usd(1).split(weights)
