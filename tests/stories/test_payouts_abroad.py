"""Payouts in other currencies, from the top-up to the bank statement, over the rails of each."""

import pytest

from tests.stories.story import tell

WAYS = [
    ("SEPA", "DE", "eur", "standard"),
    ("SEPA instant", "DE", "eur", "instant"),
    ("Bacs", "GB", "gbp", "standard"),
    ("Faster Payments", "GB", "gbp", "instant"),
    ("Pix", "BR", "brl", "instant"),
    ("UPI", "IN", "inr", "instant"),
    ("FedNow", "US", "usd", "instant"),
]
ids = [each[0] for each in WAYS]


@pytest.mark.parametrize(("_rail", "country", "currency", "method"), WAYS, ids=ids)
def test_a_payout_arrives_or_comes_back_whole(database, _rail, country, currency, method):
    tell(
        database,
        f"""
        account acct_1 in {country}
        account acct_2 in {country} no_account
        fund    acct_1              100.00 {currency}
        fund    acct_2               50.00 {currency}
        payout  acct_1               60.00 {currency} {method}
        payout  acct_2               50.00 {currency} {method}
        expect  acct_1 payout pending
        expect  acct_1 available     40.00 {currency}
        expect  acct_2 available      0.00 {currency}
        bank    settles acct_1
        expect  acct_1 payout paid
        bank    refuses acct_2
        expect  acct_2 payout failed no_account
        expect  acct_2 available     50.00 {currency}
        day     4
        expect  clearing              0.00 {currency}
        expect  bank tied
        """,
    )


@pytest.mark.parametrize(
    ("_rail", "country", "currency", "method"),
    [*WAYS, ("ACH", "US", "usd", "standard"), ("SWIFT", "CH", "usd", "standard")],
)
def test_the_fast_sandbox_pays_out_within_two_seconds(database, _rail, country, currency, method):
    tell(
        database,
        f"""
        account acct_1 in {country}
        fund    acct_1              100.00 {currency}
        payout  acct_1               60.00 {currency} {method}
        seconds 2
        expect  acct_1 payout paid
        expect  acct_1 available     40.00 {currency}
        """,
        sandbox="fast",
    )


def test_a_payout_in_dollars_goes_abroad_by_swift(database):
    tell(
        database,
        """
        account acct_1 in CH
        account acct_2 in AU no_account
        fund    acct_1              100.00 usd
        fund    acct_2              100.00 usd
        payout  acct_1              100.00 usd
        payout  acct_2              100.00 usd
        bank    settles acct_1
        bank    refuses acct_2
        expect  acct_2 payout failed no_account
        day     4
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


@pytest.mark.parametrize(
    "code", ["account_closed", "insufficient_funds", "debit_not_authorized", "invalid_currency"]
)
def test_sepa_says_why_a_payout_comes_back(database, code):
    tell(
        database,
        f"""
        account acct_1 in DE {code}
        fund    acct_1              100.00 eur
        payout  acct_1              100.00 eur
        bank    refuses acct_1
        expect  acct_1 payout failed {code}
        expect  acct_1 available    100.00 eur
        """,
    )
