"""The currency table is complete and dated, and the special cases are Stripe's."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel import currency
from bezant.kernel.currency import (
    format_amount,
    is_chargeable_amount,
    is_payable_amount,
    lookup,
    minor_units,
    parse_amount,
    plain_amount,
    table,
)
from bezant.kernel.errors import MoneyError, UnknownCurrency
from bezant.kernel.money import MAX_AMOUNT, Money

codes = st.sampled_from(sorted(table()))


def in_use():
    return [line for line in table().values() if line.valid_to is None]


def test_list_one_is_whole():
    assert len(in_use()) == 178
    assert sum(line.payable for line in in_use()) == 155


def test_exponents_other_than_two_are_those_of_the_standard():
    by_exponent = {
        0: "bif clp djf gnf isk jpy kmf krw pyg rwf ugx vnd vuv xaf xof xpf",
        3: "bhd iqd jod kwd lyd omr tnd",
    }
    for exponent, wanted in by_exponent.items():
        found = {line.code for line in in_use() if line.payable and line.exponent == exponent}
        assert found == set(wanted.split())
    odd = {line.exponent for line in in_use() if line.payable} - {0, 2, 3}
    assert not odd
    assert [lookup(code).exponent for code in ("clf", "uyw", "uyi")] == [4, 4, 0]


def test_every_line_is_well_formed():
    for code, line in table().items():
        assert code == line.code
        assert code.isascii()
        assert code.islower()
        assert len(code) == 3
        assert line.name
        assert line.number.isdigit() or code in {"xfo", "xfu", "xre"}
        assert (line.valid_from or date.min) <= (line.valid_to or date.max)


def test_no_two_currencies_in_use_share_a_number():
    twice = [number for number, times in Counter(c.number for c in in_use()).items() if times > 1]
    assert not twice


def test_a_number_is_that_of_the_currency_in_use():
    in_use = {code: row.number for code, row in currency.table().items() if not row.valid_to}
    found = {code: currency.by_number().get(number) for code, number in in_use.items()}
    assert all(code == each for code, each in found.items() if in_use[code])
    assert currency.by_number()["352"] == "isk"


def test_every_successor_exists_and_outlives_whom_it_follows():
    for line in table().values():
        if line.successor:
            assert line.valid_to is not None, line.code
            assert (table()[line.successor].valid_to or date.max) >= line.valid_to, line.code


@pytest.mark.parametrize(
    ("code", "day", "known"),
    [
        ("hrk", date(2023, 1, 14), True),
        ("hrk", date(2023, 1, 15), False),
        ("hrk", date(1994, 5, 29), False),
        ("dem", date(2001, 12, 31), True),
        ("dem", date(2002, 1, 1), False),
        ("frf", date(2002, 2, 17), True),
        ("frf", date(2002, 2, 18), False),
        ("bgn", date(2025, 12, 31), True),
        ("bgn", date(2026, 2, 1), False),
        ("eur", date(1998, 12, 31), False),
        ("eur", date(1999, 1, 1), True),
        ("try", date(2004, 12, 31), False),
        ("trl", date(2004, 12, 31), True),
        ("zwg", date(2026, 1, 1), True),
        ("xcg", date(2025, 3, 30), False),
        ("usd", date(1980, 1, 1), True),
    ],
)
def test_a_currency_has_its_days(code, day, known):
    if known:
        assert lookup(code, day).code == code
    else:
        with pytest.raises(UnknownCurrency):
            lookup(code, day)


def test_without_a_day_only_currencies_in_use_are_found():
    assert lookup("usd").number == "840"
    with pytest.raises(UnknownCurrency, match="until 2023-01-14; its successor is 'eur'"):
        lookup("hrk")


@pytest.mark.parametrize("code", ["", "us", "USD", "usdd", "u\u017fd", "\x00", "x" * 10_000])
def test_a_code_that_is_none_is_refused_in_a_short_message(code):
    with pytest.raises(UnknownCurrency) as refused:
        lookup(code)
    assert len(str(refused.value)) < 100
    with pytest.raises(UnknownCurrency):
        minor_units(code)


def test_the_nearest_code_is_named():
    with pytest.raises(UnknownCurrency, match="nearest is 'usd'"):
        lookup("USD")


def test_funds_and_metals_are_not_payable():
    for code in ("xau", "xdr", "clf", "bov", "usn", "xts", "xxx", "xad"):
        assert not lookup(code).payable
    assert lookup("eur").payable


@pytest.mark.parametrize(
    ("code", "units"),
    [
        ("usd", 2),
        ("jpy", 0),
        ("bhd", 3),
        ("isk", 2),  # ISO has 0; the API writes two that are 00
        ("ugx", 2),
        ("mga", 0),  # ISO has 2
        ("huf", 2),
        ("dem", 2),
        ("iqd", 3),
    ],
)
def test_the_minor_units_are_those_of_the_api(code, units):
    assert minor_units(code) == units


@pytest.mark.parametrize(
    ("amount", "code", "plain", "formatted"),
    [
        (123456, "usd", "1234.56", "1,234.56 USD"),
        (-5, "usd", "-0.05", "-0.05 USD"),
        (0, "usd", "0.00", "0.00 USD"),
        (1234567, "jpy", "1234567", "1,234,567 JPY"),
        (-1, "jpy", "-1", "-1 JPY"),
        (1, "bhd", "0.001", "0.001 BHD"),
        (MAX_AMOUNT, "usd", "92233720368547758.07", "92,233,720,368,547,758.07 USD"),
    ],
)
def test_amounts_are_written_for_banks_and_for_people(amount, code, plain, formatted):
    assert plain_amount(Money(amount, code)) == plain
    assert format_amount(Money(amount, code)) == formatted


@given(st.integers(-MAX_AMOUNT, MAX_AMOUNT), codes)
def test_a_written_amount_reads_back(amount, code):
    assert parse_amount(plain_amount(Money(amount, code)), code) == amount


@pytest.mark.parametrize(
    ("text", "code", "amount"),
    [("12", "usd", 1200), ("12.5", "usd", 1250), ("12.5000", "usd", 1250), ("7.00", "jpy", 7)],
)
def test_fewer_decimals_and_zeros_beyond_are_read(text, code, amount):
    assert parse_amount(text, code) == amount


@pytest.mark.parametrize(
    "text",
    ["", "-", ".", "1.", ".5", "1.005", "1,00", "+1", "--1", "1e3", "NaN", " 1", "1_0", "\u0661"],
)
def test_what_is_not_an_amount_is_refused(text):
    with pytest.raises(MoneyError):
        parse_amount(text, "usd")


@pytest.mark.parametrize(
    ("amount", "code", "chargeable", "payable"),
    [
        (50, "usd", True, True),
        (49, "usd", False, True),
        (1, "usd", False, True),
        (0, "usd", False, False),
        (-100, "usd", False, False),
        (30, "gbp", True, True),
        (17_500, "huf", True, True),
        (17_550, "huf", True, False),  # whole forints for payouts only
        (150, "twd", True, False),
        (200, "twd", True, True),
        (100, "isk", True, True),
        (150, "isk", False, False),
        (200, "ugx", True, True),
        (201, "ugx", False, False),
        (5120, "kwd", True, True),
        (5124, "kwd", False, False),
        (50, "jpy", True, True),
        (49, "jpy", False, True),
        (1, "xof", True, True),
    ],
)
def test_what_may_be_charged_and_paid_out(amount, code, chargeable, payable):
    assert is_chargeable_amount(Money(amount, code)) is chargeable
    assert is_payable_amount(Money(amount, code)) is payable


def test_the_special_cases_name_currencies_in_use():
    special = {*currency.ZERO_DECIMAL, *currency.THREE_DECIMAL, *currency.MINIMUM_CHARGE}
    assert all(lookup(code).payable for code in special)
    assert all(lookup(code).exponent == 3 for code in currency.THREE_DECIMAL)


@given(codes)
def test_the_least_charge_may_be_charged(code):
    assert is_chargeable_amount(Money(currency.minimum_charge(code), code))
