"""Payouts, from the API call to the bank statement and back."""

import pytest

from tests.stories.story import tell


def test_a_payout_reaches_its_owners_bank(database):
    tell(
        database,
        """
        fund    acct_1              100.00 usd
        payout  acct_1               60.00 usd
        expect  acct_1 payout pending
        expect  acct_1 available     40.00 usd
        bank    settles acct_1
        expect  acct_1 payout paid
        expect  acct_1 available     40.00 usd
        day     2
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


def test_a_bank_returns_a_payout(database):
    tell(
        database,
        """
        fund    acct_1              100.00 usd
        payout  acct_1               60.00 usd
        expect  acct_1 available     40.00 usd
        bank    returns acct_1 R03
        expect  acct_1 payout failed no_account
        expect  acct_1 available    100.00 usd
        day     2
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


def test_a_bank_returns_a_payout_it_had_taken(database):
    tell(
        database,
        """
        fund    acct_1              100.00 usd
        payout  acct_1               60.00 usd
        bank    settles acct_1
        expect  acct_1 payout paid
        bank    returns acct_1 R01
        expect  acct_1 payout failed insufficient_funds
        expect  acct_1 available    100.00 usd
        day     2
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


def test_a_payout_that_no_bank_has_seen_is_canceled(database):
    tell(
        database,
        """
        fund    acct_1              100.00 usd
        payout  acct_1               60.00 usd
        cancel  acct_1
        expect  acct_1 payout canceled
        expect  acct_1 available    100.00 usd
        day     3
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


def test_a_return_file_that_comes_after_the_statement(database):
    tell(
        database,
        """
        fund    acct_1              100.00 usd
        payout  acct_1               60.00 usd
        bank    holds returns
        bank    settles acct_1
        payout  acct_1               10.00 usd
        bank    releases
        bank    settles acct_1
        day     2
        expect  acct_1 available     30.00 usd
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


def test_files_that_come_twice_change_nothing(database):
    tell(
        database,
        """
        fund    acct_1              100.00 usd
        payout  acct_1               60.00 usd
        bank    doubles returns
        bank    doubles bai2
        bank    doubles camt
        bank    doubles ack
        bank    returns acct_1 R03
        expect  acct_1 available    100.00 usd
        day     2
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


def test_one_format_of_a_statement_is_enough(database):
    tell(
        database,
        """
        fund    acct_1              100.00 usd
        payout  acct_1               60.00 usd
        bank    loses bai2
        bank    settles acct_1
        day     2
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


def test_a_truncated_statement_changes_nothing_and_the_other_format_serves(database):
    tell(
        database,
        """
        fund    acct_1              100.00 usd
        payout  acct_1               60.00 usd
        bank    truncates bai2
        bank    settles acct_1
        day     2
        expect  acct_1 available     40.00 usd
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


def test_many_accounts_share_a_file(database):
    tell(
        database,
        """
        fund    acct_1              100.00 usd
        fund    acct_2               50.00 usd
        fund    acct_3               75.50 usd
        payout  acct_1               60.00 usd
        payout  acct_2               50.00 usd
        payout  acct_3               75.50 usd
        bank    returns acct_2 R02
        bank    settles acct_1
        bank    settles acct_3
        expect  acct_1 available     40.00 usd
        expect  acct_2 available     50.00 usd
        expect  acct_3 available      0.00 usd
        day     3
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_nobody_knows_whether_the_bank_has_the_file(database, when):
    tell(
        database,
        f"""
        fund    acct_1              100.00 usd
        payout  acct_1               60.00 usd
        bank    drops {when}
        bank    settles acct_1
        expect  acct_1 available     40.00 usd
        day     2
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


def test_an_account_is_paid_out_by_itself(database):
    tell(
        database,
        """
        fund     acct_1             100.00 usd
        schedule acct_1 daily
        day      1
        expect   acct_1 available     0.00 usd
        day      4
        expect   acct_1 available     0.00 usd
        expect   clearing             0.00 usd
        expect   bank tied
        """,
    )
