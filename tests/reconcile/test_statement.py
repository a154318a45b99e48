"""Statements: they tie out, and their lines have names that do not depend on the format."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bezant.kernel.errors import AmountOverflow, MoneyError, UnknownCurrency
from bezant.kernel.money import Money
from bezant.reconcile.statement import (
    Line,
    Statement,
    exact_money,
    fingerprint,
    fingerprints,
    reference,
    ties_out,
)

DAY = date(2026, 3, 4)


def line(amount=100, *, credit=True, **changes):
    values = {
        "amount": Money(amount, changes.pop("currency", "usd")),
        "credit": credit,
        "booking_date": DAY,
        "value_date": DAY,
        "bank_reference": "B1",
        "customer_reference": "C1",
        "description": "ACH",
        "code": "466",
        "line_no": 5,
    }
    return Line(**(values | changes))


def statement(*lines, opening=0, closing=0, **changes):
    values = {
        "account": "000111222333",
        "currency": "usd",
        "id": "1",
        "sequence": "1",
        "from_date": DAY,
        "to_date": DAY,
        "opening": Money(opening, "usd"),
        "closing": Money(closing, "usd"),
        "lines": lines,
    }
    return Statement(**(values | changes))


@pytest.mark.parametrize(
    ("opening", "lines", "closing", "difference"),
    [
        (0, [], 0, 0),
        (1000, [line(300), line(50, credit=False)], 1250, 0),
        (1000, [line(300)], 1250, 50),
        (1000, [], 1001, -1),
        (-500, [line(500)], 0, 0),
        (0, [line(500, credit=False)], -500, 0),
    ],
)
def test_opening_and_lines_less_closing(opening, lines, closing, difference):
    said = statement(*lines, opening=opening, closing=closing)
    assert ties_out(said) == Money(difference, "usd")


def test_pending_lines_are_not_in_the_balance():
    assert ties_out(statement(opening=5, closing=5, pending=(line(100),))) == Money(0, "usd")


@pytest.mark.parametrize("missing", ["opening", "closing"])
def test_without_a_balance_there_is_nothing_to_prove(missing):
    assert ties_out(structs.replace(statement(), **{missing: None})) is None


@pytest.mark.parametrize(
    "change",
    [
        {"value_date": None},
        {"description": "ANOTHER TEXT"},
        {"code": "PMNT.ICDT.DMCT"},
        {"line_no": 99},
        {"customer_reference": ""},
        {"reversal": True},
    ],
)
def test_what_formats_tell_differently_is_not_in_a_name(change):
    assert fingerprint("a", line(**change)) == fingerprint("a", line())


@pytest.mark.parametrize(
    "other",
    [
        line(101),
        line(credit=False),
        line(booking_date=date(2026, 3, 5)),
        line(bank_reference="B2"),
        line(bank_reference="", customer_reference="C2"),
        line(currency="eur"),
    ],
)
def test_what_makes_another_line_makes_another_name(other):
    assert fingerprint("a", other) != fingerprint("a", line())


def test_the_customers_reference_stands_in_for_the_banks():
    assert fingerprint("a", line(bank_reference="X")) == (
        fingerprint("a", line(bank_reference="", customer_reference="X"))
    )


def test_accounts_and_occurrences_are_told_apart():
    names = {fingerprint("a", line(), 0), fingerprint("a", line(), 1), fingerprint("b", line(), 0)}
    assert len(names) == 3
    assert all(len(name) == 64 for name in names)


def test_equal_lines_of_a_statement_are_numbered():
    twice = statement(line(), line(7), line(), account="a")
    assert fingerprints(twice) == (
        fingerprint("a", line(), 0),
        fingerprint("a", line(7), 0),
        fingerprint("a", line(), 1),
    )


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.sampled_from(["", "x"]))))
def test_names_are_unique_and_do_not_depend_on_order(drawn):
    lines = [line(amount, credit=credit, bank_reference=ref) for amount, credit, ref in drawn]
    names = fingerprints(statement(*lines))
    assert len(set(names)) == len(lines)
    assert set(fingerprints(statement(*reversed(lines)))) == set(names)
    again = structs.replace(statement(*lines), id="another file")
    assert fingerprints(again) == names


@pytest.mark.parametrize(
    ("text", "meant"),
    [(" BZ000001 ", "BZ000001"), ("NOTPROVIDED", ""), ("nonref", ""), ("", ""), ("0", "0")],
)
def test_a_reference_that_says_there_is_none_is_none(text, meant):
    assert reference(text) == meant


@pytest.mark.parametrize(
    ("units", "decimals", "currency", "amount"),
    [
        (12345, 2, "usd", 12345),
        (12345, 0, "usd", 1234500),
        (12345, 0, "jpy", 12345),
        (100, 2, "jpy", 1),
        (12345, 3, "kwd", 12345),
        (5, 1, "kwd", 500),
        (700, 0, "isk", 70000),
    ],
)
def test_bank_amounts_in_the_units_of_the_api(units, decimals, currency, amount):
    assert exact_money(units, decimals, currency) == Money(amount, currency)


def test_nothing_is_rounded():
    with pytest.raises(MoneyError, match="finer than the 2 decimals of usd"):
        exact_money(12345, 3, "usd")
    with pytest.raises(UnknownCurrency):
        exact_money(1, 0, "zzz")
    with pytest.raises(AmountOverflow):
        exact_money(10**18, 0, "usd")
