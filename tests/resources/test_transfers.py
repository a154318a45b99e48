"""Transfers and their reversals: both sides, limits, lists, expansion, who may receive."""

import pytest

from bezant.api.context import Caller, Stale
from bezant.resources.connect import transfer_reversals
from bezant.resources.payments.transfer import Transfer
from tests.resources.office import Office

BAD_INPUT: list[tuple[dict, str | None, str | None]] = [
    ({"amount": 0}, "parameter_invalid_integer", "amount"),
    ({"amount": -1}, "parameter_invalid_integer", "amount"),
    ({"amount": 2**63}, "parameter_invalid_integer", "amount"),
    ({"amount": "1e400"}, "parameter_invalid_integer", "amount"),
    ({"amount": "NaN"}, "parameter_invalid_integer", "amount"),
    ({"amount": 2**63 - 1}, "balance_insufficient", None),
    ({"currency": "xyz"}, "currency_not_supported", "currency"),
    ({"currency": "eur"}, "balance_insufficient", None),
    ({"destination": "acct_nobody"}, "resource_missing", "destination"),
    ({"source_transaction": "ch_1"}, "resource_missing", "source_transaction"),
    ({"source_type": "bank_account"}, None, "source_type"),
    ({"source_type": "cash"}, "parameter_invalid", "source_type"),
    ({"application_fee": 1}, "parameter_unknown", "application_fee"),
]


@pytest.fixture
def seller(office: Office) -> str:
    office.fund(10_000)
    return office.open_account()


def transfer(office: Office, seller: str, amount: int = 1_000, **others: object) -> dict:
    return office.post("/v1/transfers", amount=amount, currency="usd", destination=seller, **others)


def test_both_sides_see_it(office: Office, seller: str) -> None:
    made = transfer(office, seller, description="For March", transfer_group="ORDER_1")
    assert made["transfer_group"] == "ORDER_1"
    sent = office.get(f"/v1/balance_transactions/{made['balance_transaction']}")
    assert (sent["type"], sent["net"], sent["source"]) == ("transfer", -1_000, made["id"])
    assert sent["description"] == "For March"
    (received,) = office.get("/v1/balance_transactions", seller)["data"]
    assert (received["type"], received["net"]) == ("payment", 1_000)
    assert received["source"] == made["destination_payment"]
    charge = office.get(f"/v1/charges/{made['destination_payment']}", seller)
    assert (charge["amount"], charge["status"]) == (1_000, "succeeded")
    assert charge["source_transfer"] == made["id"]
    assert charge["payment_method_details"] == {"stripe_account": {}, "type": "stripe_account"}
    assert office.refused(f"/v1/charges/{charge['id']}", verb="GET")["status"] == 404


def test_no_group_is_made_up_where_none_is_sent(office: Office, seller: str) -> None:
    made = transfer(office, seller)
    assert made["transfer_group"] is None


def test_objects_of_the_other_side_can_be_expanded(office: Office, seller: str) -> None:
    paths = ["destination", "destination_payment.balance_transaction", "balance_transaction"]
    made = transfer(office, seller, expand=paths)
    assert made["destination"]["object"] == "account"
    assert made["destination_payment"]["object"] == "charge"
    assert made["destination_payment"]["balance_transaction"]["type"] == "payment"
    assert made["balance_transaction"]["type"] == "transfer"
    office.post(f"/v1/transfers/{made['id']}/reversals", amount=1)
    path = "data.reversals.data.destination_payment_refund"
    (shown,) = office.get("/v1/transfers", expand=[path])["data"]
    assert shown["reversals"]["data"][0]["destination_payment_refund"]["object"] == "refund"


def test_lists_are_filtered(office: Office, seller: str) -> None:
    other = office.open_account()
    first = transfer(office, seller, transfer_group="A")["id"]
    second = transfer(office, other, transfer_group="A")["id"]
    third = transfer(office, seller)["id"]
    assert office.listed("/v1/transfers") == [third, second, first]
    assert office.listed("/v1/transfers", destination=seller) == [third, first]
    assert office.listed("/v1/transfers", transfer_group="A") == [second, first]
    assert office.listed("/v1/transfers", transfer_group="A", destination=other) == [second]
    assert len(office.listed("/v1/charges", seller)) == 2


def test_metadata_and_description_change(office: Office, seller: str) -> None:
    made = transfer(office, seller, metadata={"a": "1", "b": "2"})
    path = f"/v1/transfers/{made['id']}"
    changed = office.post(path, description="New", metadata={"a": "", "c": "3"})
    assert (changed["description"], changed["metadata"]) == ("New", {"b": "2", "c": "3"})
    assert office.get(path) == changed
    assert office.events()[-1] == "transfer.updated"
    assert office.refused(path, amount=1)["code"] == "parameter_unknown"


def test_too_little_available_changes_nothing(office: Office, seller: str) -> None:
    office.post("/v1/topups", amount=5_000, currency="usd")  # Pending money does not count.
    before = office.ledger()
    error = office.refused("/v1/transfers", amount=10_001, currency="usd", destination=seller)
    assert (error["status"], error["code"]) == (400, "balance_insufficient")
    assert error["message"].startswith("You have insufficient available funds")
    assert office.ledger() == before
    assert office.ledger(seller) == {}
    assert office.listed("/v1/transfers") == []
    assert office.listed("/v1/balance_transactions", seller) == []


def test_bad_input_gets_its_error(office: Office, seller: str) -> None:
    for change, code, param in BAD_INPUT:
        params = {"amount": 100, "currency": "usd", "destination": seller, **change}
        error = office.refused("/v1/transfers", **params)
        told = (error["status"], error.get("code"), error.get("param"))
        assert told == (400, code, param), change
    assert office.ledger(seller) == {}


def test_the_platform_itself_is_no_destination(office: Office) -> None:
    office.fund(1_000)
    error = office.refused("/v1/transfers", amount=1, currency="usd", destination=office.platform)
    assert error["param"] == "destination"


def test_the_destination_needs_its_capability(office: Office) -> None:
    office.fund(1_000)
    asked = {"card_payments": {"requested": True}}
    seller = office.post("/v1/accounts", type="custom", country="US", capabilities=asked)["id"]
    error = office.refused("/v1/transfers", amount=1, currency="usd", destination=seller)
    assert error["code"] == "insufficient_capabilities_for_transfer"
    office.post(f"/v1/accounts/{seller}/capabilities/transfers", requested=True)
    transfer(office, seller)


def test_an_account_pays_its_platform_and_nobody_else(office: Office, seller: str) -> None:
    transfer(office, seller)
    other = office.open_account()
    made = office.post(
        "/v1/transfers", seller, amount=300, currency="usd", destination=office.platform
    )
    assert office.ledger(seller) == {"available": 700, "due": -700}
    assert office.ledger() == {"available": 9_300, "due": -9_300}
    assert office.get(f"/v1/charges/{made['destination_payment']}")["amount"] == 300
    error = office.refused("/v1/transfers", seller, amount=1, currency="usd", destination=other)
    assert error["code"] == "resource_missing"


def test_reversals_add_up(office: Office, seller: str) -> None:
    made = transfer(office, seller)
    path = f"/v1/transfers/{made['id']}/reversals"
    first = office.post(path, amount=400, metadata={"why": "late"}, description="Late")
    assert (first["transfer"], first["metadata"]) == (made["id"], {"why": "late"})
    transaction = office.get(f"/v1/balance_transactions/{first['balance_transaction']}")
    assert (transaction["type"], transaction["net"]) == ("transfer_refund", 400)
    assert (transaction["source"], transaction["description"]) == (first["id"], "Late")
    refund = office.get(f"/v1/refunds/{first['destination_payment_refund']}", seller)
    assert (refund["charge"], refund["amount"]) == (made["destination_payment"], 400)
    assert refund["source_transfer_reversal"] == first["id"]
    charge = office.get(f"/v1/charges/{made['destination_payment']}", seller)
    assert (charge["amount_refunded"], charge["refunded"]) == (400, False)

    error = office.refused(path, amount=601)
    assert (error["code"], error["param"]) == ("amount_too_large", "amount")
    rest = office.post(path)
    assert rest["amount"] == 600
    shown = office.get(f"/v1/transfers/{made['id']}")
    assert (shown["amount_reversed"], shown["reversed"]) == (1_000, True)
    assert office.get(f"/v1/charges/{made['destination_payment']}", seller)["refunded"] is True
    assert office.refused(path)["code"] == "transfer_already_reversed"
    assert office.ledger(seller) == {}
    assert office.ledger() == {"available": 10_000, "due": -10_000}
    assert office.listed(path) == [rest["id"], first["id"]]
    assert office.get(f"{path}/{first['id']}") == first
    assert office.events().count("transfer.reversed") == 2


def test_a_reversal_needs_what_the_destination_has_left(office: Office, seller: str) -> None:
    made = transfer(office, seller)
    office.post("/v1/payouts", seller, amount=900, currency="usd")
    path = f"/v1/transfers/{made['id']}/reversals"
    assert office.refused(path, amount=101)["code"] == "balance_insufficient"
    office.post(path, amount=100)
    assert office.get(f"/v1/transfers/{made['id']}")["amount_reversed"] == 100


def test_a_transfer_shows_its_latest_ten_reversals(office: Office, seller: str) -> None:
    made = transfer(office, seller)
    path = f"/v1/transfers/{made['id']}/reversals"
    names = [office.post(path, amount=1)["id"] for _ in range(11)]
    shown = office.get(f"/v1/transfers/{made['id']}")["reversals"]
    assert [each["id"] for each in shown["data"]] == names[:0:-1]
    assert shown["has_more"] is True
    assert office.listed(path, limit=20) == names[::-1]
    office.post(f"{path}/{names[-1]}", metadata={"a": "b"})
    shown = office.get(f"/v1/transfers/{made['id']}")["reversals"]["data"][0]
    assert shown == office.get(f"{path}/{names[-1]}")
    assert shown["metadata"] == {"a": "b"}


def test_a_reversal_belongs_to_its_transfer(office: Office, seller: str) -> None:
    first, second = transfer(office, seller), transfer(office, seller)
    reversal = office.post(f"/v1/transfers/{first['id']}/reversals", amount=1)["id"]
    path = f"/v1/transfers/{second['id']}/reversals/{reversal}"
    assert office.refused(path, verb="GET")["status"] == 404
    assert office.refused(path, metadata={"a": "b"})["status"] == 404


def test_a_repeated_request_moves_money_once(office: Office, seller: str) -> None:
    params = {"amount": 100, "currency": "usd", "destination": seller}
    ask = {"params": params, "Idempotency_Key": "once"}
    first = office.ask("POST", "/v1/transfers", **ask)
    assert office.ask("POST", "/v1/transfers", **ask).text == first.text
    assert office.ledger(seller) == {"available": 100, "due": -100}


def test_a_reversal_that_has_read_half_of_another_runs_again(office: Office, seller: str) -> None:
    """The transfer is read before the other reversal is there, and its payment after it."""
    made = transfer(office, seller, 1_000)
    ctx = office.context(Caller(office.platform, office.platform, livemode=False))
    known = office.run(ctx.load(Transfer, made["id"]))
    office.post(f"/v1/transfers/{made['id']}/reversals", amount=700)
    params = transfer_reversals.CreateReversal(amount=700)
    office.run(transfer_reversals.create(ctx, known, params))
    with pytest.raises(Stale):
        office.run(ctx.write())
    assert office.get(f"/v1/transfers/{made['id']}")["amount_reversed"] == 700
