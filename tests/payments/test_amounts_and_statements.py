"""What may be paid, and what a statement says of it."""

from typing import Any

import pytest
from msgspec import Struct

from bezant.kernel.errors import InvalidRequest
from bezant.kernel.money import Money
from bezant.resources.core.owners import Owner
from bezant.resources.core.payment_method import PaymentMethod
from bezant.resources.payments.intent_amounts import check_amount, check_most, check_worth
from bezant.resources.payments.statement_descriptor import (
    _readable,
    _whole,
    card_descriptor,
    descriptor,
)

AMOUNTS = [
    ("usd", 49, "at least 0.50 USD"),
    ("usd", 50, None),
    ("gbp", 29, "at least 0.30 GBP"),
    ("jpy", 49, "at least 50 JPY"),
    ("jpy", 50, None),
    ("kwd", 5, "at least 0.010 KWD"),
    ("kwd", 1_005, "a multiple of 0.010 KWD"),
    ("kwd", 1_010, None),
    ("isk", 150, "a multiple of 1.00 ISK"),
    ("usd", 999_999_999_999, None),
    ("usd", 1_000_000_000_000, "no more than 9,999,999,999.99 USD"),
]
MOST = [("visa", "usd", 999_999_999_999), ("amex", "usd", 999_999_999),
        (None, "usd", 99_999_999), (None, "inr", 999_999_999)]  # fmt: skip


def test_amounts_are_within_what_can_be_paid():
    for currency, amount, problem in AMOUNTS:
        if problem is None:
            check_amount(Money(amount, currency))
            continue
        with pytest.raises(InvalidRequest, match=problem):
            check_amount(Money(amount, currency))
    with pytest.raises(InvalidRequest, match="no more than 999,999"):
        check_amount(Money(100_000_000, "usd"), ["us_bank_account"])


def test_what_is_converted_comes_to_the_least_there():
    check_worth(Money(7_000, "idr"), Money(50, "usd"))
    for worth in (0, 49):
        with pytest.raises(InvalidRequest, match=r"0\.50 USD\. 70\.00 IDR converts") as refused:
            check_worth(Money(7_000, "idr"), Money(worth, "usd"))
        assert (refused.value.code, refused.value.param) == ("amount_too_small", "amount")


def test_each_method_has_a_most_of_its_own():
    for brand, currency, most in MOST:
        kind: dict[str, Any] = {"card": {"brand": brand}} if brand else {"upi": {}}
        method = PaymentMethod(id="pm_1", created=0, livemode=False, metadata={},
                               type=next(iter(kind)), **kind)  # fmt: skip
        check_most(Money(most, currency), method)
        with pytest.raises(InvalidRequest) as refused:
            check_most(Money(most + 1, currency), method)
        assert refused.value.code == "amount_too_large"


class Said(Struct):
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None


def owner(whole: str | None = None, prefix: str | None = None) -> Owner:
    settings = {"payments": {"statement_descriptor": whole},
                "card_payments": {"statement_descriptor_prefix": prefix}}  # fmt: skip
    return Owner(id="acct_1", business_profile={"name": "The Old Tea House"}, settings=settings)


STATEMENTS = [
    (owner(), Said(), "The Old Tea House", "The Old Tea House"),
    (owner("TEA HOUSE LONDON"), Said(), "TEA HOUSE LONDON", "TEA HOUSE LONDON"),
    (owner(), Said("WINTER SALE"), "WINTER SALE", "The Old Te* WINTER SAL"),
    (owner("TEA HOUSE", "TEA"), Said(None, "ORDER 7"), "TEA* ORDER 7", "TEA* ORDER 7"),
    (owner("TEA HOUSE"), Said("SALE X", "ORDER 7"), "TEA HOUSE* ORDER 7", "TEA HOUSE* ORDER 7"),
    (Owner(id="acct_1"), Said(None, "ORDER 7"), "acct_1* ORDER 7", "acct_1* ORDER 7"),
]


def test_statements_begin_with_whom_the_payer_knows():
    for account, said, by_bank, by_card in STATEMENTS:
        assert descriptor(account, said) == by_bank
        assert card_descriptor(account, said) == by_card


def test_statements_can_be_read():
    for text in ("A", "Order 7", "7 & a"):
        assert _readable(text, "p") == text
    for text in ("7", "№ 7", "a*b", "a<b", "it's", 'a"b', "a\\b"):
        with pytest.raises(InvalidRequest) as refused:
            _readable(text, "p")
        assert refused.value.param == "p"
    with pytest.raises(InvalidRequest, match="5 characters"):
        _whole("TEA", "p")
