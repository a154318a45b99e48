"""Top-ups: announced, recognised by a reference, available when the bank has the money."""

import re
from datetime import UTC, datetime

import pytest

from tests.resources.office import Office

BAD_INPUT: list[tuple[dict, str | None, str | None]] = [
    ({"amount": 0}, "parameter_invalid_integer", "amount"),
    ({"amount": "ten"}, "parameter_invalid_integer", "amount"),
    ({"currency": "chf"}, "currency_not_supported", "currency"),
    ({"source": "btok_us_verified"}, None, "source"),
    ({"payment_method": "pm_1"}, None, "payment_method"),
    ({"statement_descriptor": "x" * 16}, "parameter_invalid", "statement_descriptor"),
    ({"fee": 1}, "parameter_unknown", "fee"),
]


def topup(office: Office, amount: int = 1_000, **others: object) -> dict:
    return office.post("/v1/topups", amount=amount, currency="usd", **others)


def test_money_is_pending_until_the_bank_has_it(office: Office) -> None:
    made = topup(office, description="March", statement_descriptor="Top-up", metadata={"a": "b"})
    assert (made["status"], made["description"]) == ("pending", "March")
    transaction = office.get(f"/v1/balance_transactions/{made['balance_transaction']}")
    assert (transaction["type"], transaction["status"]) == ("topup", "pending")
    assert (transaction["net"], transaction["source"]) == (1_000, made["id"])
    assert transaction["available_on"] == made["expected_availability_date"]
    assert office.get("/v1/balance")["pending"][0]["amount"] == 1_000

    office.pass_time(hours=2)
    office.hear(made["id"], "settled")
    came = office.get(f"/v1/topups/{made['id']}")
    assert (came["status"], came["source"]["status"]) == ("succeeded", "consumed")
    assert came["source"]["receiver"]["amount_received"] == 1_000
    transaction = office.get(f"/v1/balance_transactions/{made['balance_transaction']}")
    assert transaction["status"] == "available"
    assert transaction["available_on"] == transaction["created"] + 7_200
    assert office.get("/v1/balance")["available"][0]["amount"] == 1_000
    assert office.house() == {"network:wire": 1_000, "due": 1_000}
    assert office.events() == ["topup.created", "topup.succeeded"]
    assert office.hear(made["id"], "settled") == 0


def test_the_source_says_where_to_send_the_money(office: Office) -> None:
    first, second = topup(office)["source"], topup(office)["source"]
    reference = first["receiver"]["address"]
    assert re.fullmatch("TU[0-9A-HJKMNP-TV-Z]{10}", reference)
    assert reference != second["receiver"]["address"]
    details = first["ach_credit_transfer"]
    assert (details["routing_number"], details["account_number"]) == ("091000019", "000100200300")


RECEIVING: list[tuple[str, str, dict[str, str], datetime]] = [
    ("usd", "ach_credit_transfer", {"routing_number": "091000019"}, datetime(2026, 3, 3)),
    ("eur", "sepa_credit_transfer", {"iban": "DE44999999990532013000"}, datetime(2026, 3, 4)),
    ("gbp", "gb_bank_transfer", {"sort_code": "009911"}, datetime(2026, 3, 4)),
    (
        "cad",
        "ca_bank_transfer",
        {"institution_number": "999", "transit_number": "00011"},
        datetime(2026, 3, 3),
    ),
    ("brl", "br_bank_transfer", {"ispb": "99999990", "branch": "1"}, datetime(2026, 3, 2)),
    ("inr", "in_bank_transfer", {"vpa": "operator@sandboxbank"}, datetime(2026, 3, 2)),
]


@pytest.mark.parametrize(("currency", "kind", "details", "day"), RECEIVING)
def test_each_currency_is_sent_to_the_bank_that_holds_it(
    office: Office, currency: str, kind: str, details: dict[str, str], day: datetime
) -> None:
    made = office.post("/v1/topups", amount=1_000, currency=currency)
    source = made["source"]
    assert (source["type"], source["currency"]) == (kind, currency)
    assert details.items() <= source[kind].items()
    assert source[kind]["bank_name"] == "SANDBOX BANK"
    expected = datetime.fromtimestamp(made["expected_availability_date"], UTC)
    assert expected == day.replace(tzinfo=UTC)
    office.hear(made["id"], "settled")
    (found,) = [one for one in office.get("/v1/balance")["available"] if one["amount"]]
    assert (found["amount"], found["currency"]) == (1_000, currency)


def test_a_description_that_changes_does_not_get_in_the_way(office: Office) -> None:
    made = topup(office, description="Old")
    changed = office.post(f"/v1/topups/{made['id']}", description="New", metadata={"a": "b"})
    assert (changed["description"], changed["metadata"]) == ("New", {"a": "b"})
    office.hear(made["id"], "settled")
    assert office.get(f"/v1/topups/{made['id']}")["description"] == "New"


def test_only_pending_ones_are_canceled(office: Office) -> None:
    made = topup(office)
    canceled = office.post(f"/v1/topups/{made['id']}/cancel")
    assert (canceled["status"], canceled["source"]["status"]) == ("canceled", "canceled")
    assert office.ledger() == {}
    kinds = [
        (each["type"], each["net"], each["status"])
        for each in office.get("/v1/balance_transactions")["data"]
    ]
    assert kinds == [("topup_reversal", -1_000, "available"), ("topup", 1_000, "available")]
    assert office.events()[-1] == "topup.canceled"
    assert office.hear(made["id"], "settled") == 0
    done = office.fund(500)
    for name in (made["id"], done):
        assert office.refused(f"/v1/topups/{name}/cancel")["code"] == "topup_not_cancelable"


def test_lists_are_filtered(office: Office) -> None:
    names = []
    for amount in (100, 200, 300, 400):
        names.append(topup(office, amount)["id"])
        office.pass_time(minutes=1)
    office.hear(names[1], "settled")
    assert office.listed("/v1/topups") == names[::-1]
    assert office.listed("/v1/topups", status="succeeded") == [names[1]]
    assert office.listed("/v1/topups", amount=300) == [names[2]]
    assert office.listed("/v1/topups", amount={"gte": 200, "lt": 400}) == [names[2], names[1]]
    assert office.listed("/v1/topups", amount={"gt": 200}, status="pending") == names[:1:-1]
    created = office.get(f"/v1/topups/{names[2]}")["created"]
    assert office.listed("/v1/topups", created={"gte": created}) == names[:1:-1]
    assert office.refused("/v1/topups", verb="GET", status="lost")["param"] == "status"


def test_pages_of_amounts_go_both_ways(office: Office) -> None:
    names = [topup(office, 1 + at % 2)["id"] for at in range(24)]
    odd = names[::2][::-1]
    first = office.get("/v1/topups", amount=1, limit=5)
    assert ([each["id"] for each in first["data"]], first["has_more"]) == (odd[:5], True)
    second = office.get("/v1/topups", amount=1, limit=7, starting_after=odd[4])
    assert ([each["id"] for each in second["data"]], second["has_more"]) == (odd[5:], False)
    back = office.get("/v1/topups", amount=1, limit=3, ending_before=odd[5])
    assert ([each["id"] for each in back["data"]], back["has_more"]) == (odd[2:5], True)


def test_an_account_can_top_itself_up(office: Office) -> None:
    seller = office.open_account()
    office.fund(800, seller)
    assert office.ledger(seller) == {"available": 800, "due": -800}


def test_bad_input_gets_its_error(office: Office) -> None:
    for change, code, param in BAD_INPUT:
        error = office.refused("/v1/topups", **{"amount": 1, "currency": "usd", **change})
        told = (error["status"], error.get("code"), error["param"])
        assert told == (400, code, param), change
    assert office.ledger() == {}


def test_live_mode_has_no_bank_yet(office: Office) -> None:
    params = {"amount": 1, "currency": "usd"}
    answer = office.ask("POST", "/v1/topups", params=params, secret="sk_live_office")
    assert answer.error["code"] == "bank_not_connected"
