"""What is made to happen at a simulated bank reaches the books by the bank's own files."""

from tests.stories.story import tell


def test_a_payout_is_sent_back_with_the_code_that_was_asked_for(database):
    tell(database, """
        fund      acct_1            100.00 usd
        payout    acct_1             60.00 usd
        day
        simulate  ach return  to acct_1  code R02
        day       3
        expect    acct_1 payout     failed account_closed
        expect    acct_1 available  100.00 usd
        expect    clearing            0.00 usd
        expect    bank tied
    """)  # fmt: skip


def test_the_bank_is_out_of_order_over_a_cut_off_and_everything_comes_later(database):
    tell(database, """
        fund      acct_1            100.00 usd
        simulate  bank outage  seconds 90000
        payout    acct_1             60.00 usd
        day       2
        day       3
        expect    acct_1 payout      paid
        expect    clearing            0.00 usd
        expect    bank tied
    """)  # fmt: skip


def test_the_bank_takes_a_fee_that_nothing_explains(database):
    tell(database, """
        fund      acct_1            100.00 usd
        simulate  bank fee  amount 25
        day       2
        expect    suspense           -0.25 usd
    """)  # fmt: skip
