"""Why money came back, as a line of a statement or report says it in a code or among its words."""

import pytest

from bezant.server.rails import RAILS
from bezant.workers.why import Why, why


@pytest.mark.parametrize(
    ("rail", "code", "text", "said", "failure"),
    [
        ("ach", "R03", "", "R03", "no_account"),
        ("ach", "", "ACH RETURNED R02 GRACE HOPPER 000123", "R02", "account_closed"),
        ("ach", "", "REVERSAL OF A SETTLEMENT", None, None),
        ("sepa_credit", "AC04", "R03 among words", "AC04", "account_closed"),
        ("sepa_debit_core", "", "SEPA RETURNED AM04", "AM04", "insufficient_funds"),
        ("sepa_credit", "ZZ99", "", "ZZ99", "could_not_process"),
        ("fednow", "AC06", "", "AC06", "account_frozen"),
        ("pix", "AC03", "", "AC03", "no_account"),
        ("bacs", "B", "", "B", "account_closed"),
        ("upi", "U30", "", "U30", None),
        ("nobody", "", "R03", None, None),
    ],
)
def test_a_code_and_what_it_means(rail, code, text, said, failure):
    found = why(RAILS.get(rail), code, text)
    assert (found.code, found.failure_code) == (said, failure)
    assert (found.meaning is None) == (failure is None)
    assert why(None, "", "") == Why()
