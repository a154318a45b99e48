"""Simulations: what may be asked for, and what is refused before any bank hears of it."""

import pytest

from tests.resources.office import Office

PATH = "/v1/test_helpers/simulations"

BAD_INPUT = [
    ({"rail": "pigeon", "action": "return"}, "rail", "No such rail"),
    ({"rail": "ach", "action": "explode"}, "action", "can't happen to ach: it has"),
    ({"rail": "ach", "action": "outage"}, "action", "can't happen to ach"),
    ({"rail": "ach", "action": "return"}, "target", "needs `target`"),
    ({"rail": "bank", "action": "fee"}, "amount", "needs `amount`"),
    ({"rail": "bank", "action": "recover", "code": "R01"}, "code", "takes no `code`"),
    ({"rail": "ach", "action": "return", "target": "po_none"}, "target", "No money is moved"),
    ({"rail": "ach", "action": "return", "target": "mv_none"}, "target", "No such"),
    ({"rail": "bank", "action": "fee", "amount": 0}, "amount", "greater than or equal to 1"),
    ({"rail": "bank", "action": "outage", "seconds": 10**9}, "seconds", "less than or equal to"),
]


@pytest.mark.parametrize(("form", "param", "message"), BAD_INPUT)
def test_what_cannot_be_is_said_so(office: Office, form: dict, param: str, message: str) -> None:
    error = office.refused(PATH, **form)
    assert error["param"] == param
    assert message in error["message"]


def test_it_waits_until_the_bank_comes_round_to_it(office: Office) -> None:
    made = office.post(PATH, rail="bank", action="fee", amount=25, remittance="MARCH")
    assert (made["status"], made["bank"], made["result"]) == ("pending", "sandbox", None)
    assert made["details"] == {"remittance": "MARCH"}
    assert office.get(f"{PATH}/{made['id']}") == made
    assert office.listed(PATH) == [made["id"]]


def test_a_payout_that_has_not_left_can_not_come_back(office: Office) -> None:
    office.fund(1_000)
    seller = office.open_account()
    office.post("/v1/transfers", amount=1_000, currency="usd", destination=seller)
    payout = office.post("/v1/payouts", seller, amount=600, currency="usd")
    form = {"rail": "ach", "action": "return", "target": payout["id"]}
    error = office.refused(PATH, seller, **form)
    assert (error["code"], error["param"]) == ("movement_not_sent", "target")
    error = office.refused(PATH, seller, **{**form, "rail": "fednow", "action": "reject"})
    assert (error["param"], "goes by ach" in error["message"]) == ("rail", True)
