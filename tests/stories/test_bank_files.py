"""Bank files that are wrong: each is kept with its reasons, and changes nothing."""

from tests.stories.story import tell

HEAD = "01,091000019,CLIENT,260306,0100,3,,,2/|02,CLIENT,091000019,1,260305,2359,USD,2/"
LINE = "16,195,500,,B1,R1,WIRE/"
STRANGER = f"{HEAD}|03,999,USD,010,0,,,015,500,,/|{LINE}|49,1000,3/|98,1000,1,5/|99,1000,1,7/"
ODD = (
    f"{HEAD}|03,000100200300,USD,010,10000,,,015,10400,,/|{LINE}|"
    "49,20900,3/|98,20900,1,5/|99,20900,1,7/"
)


def test_a_file_that_arrives_damaged_is_rejected_by_the_bank_and_the_money_comes_back(database):
    tell(
        database,
        """
        fund    acct_1              100.00 usd
        payout  acct_1               60.00 usd
        bank    garbles
        day     1
        expect  acct_1 payout failed
        expect  acct_1 available    100.00 usd
        day     2
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


def test_what_is_no_bank_file_is_kept_and_refused(database):
    tell(
        database,
        """
        fund    acct_1              100.00 usd
        bank    sends notes.txt Dear_customer,|we_are_closed.
        expect  file notes.txt refused
        bank    sends empty.bai2 01,
        expect  file empty.bai2 refused
        bank    sends wrong.ack {"status":"accepted","sha256":"00"}
        expect  file wrong.ack refused
        bank    sends broken.ack {"status":
        expect  file broken.ack refused
        expect  acct_1 available    100.00 usd
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


def test_a_statement_of_another_account_is_refused(database):
    tell(
        database,
        f"""
        fund    acct_1              100.00 usd
        bank    sends other.bai2 {STRANGER}
        expect  file other.bai2 refused
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )


def test_a_statement_that_does_not_add_up_is_refused(database):
    tell(
        database,
        f"""
        fund    acct_1              100.00 usd
        bank    sends odd.bai2 {ODD}
        expect  file odd.bai2 refused
        expect  clearing              0.00 usd
        expect  bank tied
        """,
    )
