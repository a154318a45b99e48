"""Payouts: to the right bank account, through every answer of a bank, and back when it fails."""

from datetime import UTC, datetime

import pytest

from bezant.iso20022 import reasons as iso20022
from bezant.rails.ach.returns import RETURN_REASONS
from bezant.rails.acss import reasons as acss
from bezant.rails.bacs import reasons as bacs
from bezant.rails.pix import reasons as pix
from bezant.rails.sepa import reasons as sepa
from bezant.rails.upi import codes as upi
from bezant.resources.core.payout import FAILURES
from tests.resources.office import Office

SWISS = "CH9300762011623852957"
BAD_INPUT: list[tuple[dict, str | None, str | None]] = [
    ({"amount": 0}, "parameter_invalid_integer", "amount"),
    ({"amount": 2**63}, "parameter_invalid_integer", "amount"),
    ({"amount": 1_001}, "balance_insufficient", None),
    ({"amount": 10**15}, "no_route", None),
    ({"currency": "eur"}, "no_external_account", None),
    ({"currency": "huf"}, "parameter_invalid_integer", "amount"),
    ({"destination": "ba_nowhere"}, "resource_missing", "destination"),
    ({"method": "instant", "amount": 10**10}, "instant_payouts_unsupported", "method"),
    ({"method": "pigeon"}, "parameter_invalid", "method"),
    ({"payout_method": "x"}, None, "payout_method"),
    ({"source_type": "fpx"}, None, "source_type"),
    ({"statement_descriptor": "x" * 23}, "parameter_invalid", "statement_descriptor"),
    ({"speed": 1}, "parameter_unknown", "speed"),
]


@pytest.fixture
def seller(office: Office) -> str:
    office.fund(5_000)
    seller = office.open_account()
    office.post("/v1/transfers", amount=1_000, currency="usd", destination=seller)
    return seller


def pay(office: Office, seller: str, amount: int = 600, **others: object) -> dict:
    return office.post("/v1/payouts", seller, amount=amount, currency="usd", **others)


def shown(office: Office, payout: dict, seller: str) -> dict:
    return office.get(f"/v1/payouts/{payout['id']}", seller)


def test_it_goes_to_the_default(office: Office, seller: str) -> None:
    made = pay(office, seller, description="March", statement_descriptor="MARCH", method="standard")
    path = f"/v1/accounts/{seller}/external_accounts"
    assert [made["destination"]] == office.listed(path)
    assert (made["description"], made["statement_descriptor"]) == ("March", "MARCH")
    arrival = datetime.fromtimestamp(made["arrival_date"], UTC)
    assert arrival == datetime(2026, 3, 3, tzinfo=UTC)
    assert made["trace_id"] == {"status": "pending", "value": None}
    transaction = office.get(f"/v1/balance_transactions/{made['balance_transaction']}", seller)
    assert (transaction["type"], transaction["net"]) == ("payout", -600)
    assert transaction["source"] == made["id"]


def test_it_goes_to_the_destination_that_is_named(office: Office, seller: str) -> None:
    path = f"/v1/accounts/{seller}/external_accounts"
    second = office.post(path, external_account="btok_us_verified_noAccount")["id"]
    made = pay(office, seller, destination=second, expand=["destination", "balance_transaction"])
    assert (made["destination"]["id"], made["destination"]["last4"]) == (second, "1116")
    assert made["balance_transaction"]["net"] == -600


def test_the_platform_pays_itself_out(office: Office) -> None:
    office.fund(1_000)
    params = {"amount": 400, "currency": "usd"}
    assert office.refused("/v1/payouts", **params)["code"] == "no_external_account"
    path = f"/v1/accounts/{office.platform}/external_accounts"
    bank = office.post(path, external_account="btok_us_verified")
    made = office.post("/v1/payouts", **params)
    assert made["destination"] == bank["id"]
    assert office.ledger() == {"available": 600, "in_transit:ach": 400, "due": -1_000}


def test_the_life_of_a_payout(office: Office, seller: str) -> None:
    made = pay(office, seller)
    assert office.hear(made["id"], "submitted", account=seller) == 1
    sent = shown(office, made, seller)
    assert (sent["status"], sent["trace_id"]["status"]) == ("in_transit", "supported")
    assert office.hear(made["id"], "settled", account=seller) == 1
    assert shown(office, made, seller)["status"] == "paid"
    assert office.ledger(seller) == {"available": 400, "due": -400}
    assert office.house()["network:ach"] == -600
    assert office.events(seller)[-3:] == ["payout.created", "payout.updated", "payout.paid"]
    assert office.hear(made["id"], "settled", account=seller) == 0


@pytest.mark.alone
def test_a_return_gives_the_money_back(office: Office, seller: str) -> None:
    made = pay(office, seller)
    for kind in ("submitted", "settled", "returned"):
        office.hear(made["id"], kind, "R01", account=seller)
    failed = shown(office, made, seller)
    assert (failed["status"], failed["failure_code"]) == ("failed", "insufficient_funds")
    assert failed["failure_message"] == FAILURES["insufficient_funds"]
    back = failed["failure_balance_transaction"]
    transaction = office.get(f"/v1/balance_transactions/{back}", seller)
    assert (transaction["type"], transaction["net"]) == ("payout_failure", 600)
    assert office.ledger(seller) == {"available": 1_000, "due": -1_000}
    assert office.house()["network:wire"] == 5_000
    assert "network:ach" not in office.house()
    names = office.listed("/v1/balance_transactions", seller, payout=made["id"])
    assert names == [made["balance_transaction"]]
    names = office.listed("/v1/balance_transactions", seller, source=made["id"])
    assert names == [back, made["balance_transaction"]]


def test_a_return_that_comes_before_the_settlement(office: Office, seller: str) -> None:
    made = pay(office, seller)
    office.hear(made["id"], "submitted", account=seller)
    office.hear(made["id"], "returned", "R03", account=seller)
    assert shown(office, made, seller)["failure_code"] == "no_account"
    assert office.events(seller)[-2:] == ["payout.paid", "payout.failed"]
    assert office.ledger(seller) == {"available": 1_000, "due": -1_000}
    assert office.hear(made["id"], "settled", account=seller) == 0


@pytest.mark.alone
def test_a_rejection_gives_the_money_back(office: Office, seller: str) -> None:
    made = pay(office, seller)
    office.hear(made["id"], "submitted", account=seller)
    office.hear(made["id"], "rejected", "R13", account=seller)
    failed = shown(office, made, seller)
    assert (failed["status"], failed["failure_code"]) == ("failed", "could_not_process")
    assert office.ledger(seller) == {"available": 1_000, "due": -1_000}
    assert "network:ach" not in office.house()


def test_every_reason_of_every_rail_has_its_words() -> None:
    codes = {reason.failure_code for reason in RETURN_REASONS.values()}
    codes |= {reason.failure_code for reason in iso20022.REASONS.values()}
    codes |= {reason.failure_code for reason in sepa.REASONS.values()}
    codes |= {reason.failure_code for reason in acss.RETURNS.values()}
    codes |= {reason.failure_code for reason in bacs.UNAPPLIED_CREDITS.values()}
    codes |= {reason.failure_code for reason in upi.REASONS.values() if reason.failure_code}
    codes |= {failure for _, failure in pix.REASONS.values()}
    assert codes - FAILURES.keys() == set()


ABROAD = [
    ({"country": "DE", "account_number": "DE89370400440532013000"}, "eur", "standard", 4),
    ({"country": "DE", "account_number": "DE89370400440532013000"}, "eur", "instant", 2),
    (
        {"country": "GB", "account_number": "00012345", "routing_number": "108800"},
        "gbp",
        "standard",
        4,
    ),
    (
        {"country": "GB", "account_number": "00012345", "routing_number": "108800"},
        "gbp",
        "instant",
        2,
    ),
    (
        {"country": "CA", "account_number": "000123456789", "routing_number": "11000-000"},
        "cad",
        "standard",
        3,
    ),
    (
        {"country": "BR", "account_number": "0001234", "routing_number": "110-0000"},
        "brl",
        "standard",
        2,
    ),
    (
        {"country": "CH", "account_number": SWISS, "routing_number": "UBSWCHZH80A"},
        "usd",
        "standard",
        5,
    ),
]


@pytest.mark.parametrize(("bank", "currency", "method", "day"), ABROAD)
def test_a_payout_arrives_by_the_calendar_of_its_rail(
    office: Office, bank: dict[str, str], currency: str, method: str, day: int
) -> None:
    given = {"object": "bank_account", "currency": currency, **bank}
    seller = office.open_account(country=bank["country"], external_account=given)
    topup = office.post("/v1/topups", amount=1_000, currency=currency)["id"]
    office.hear(topup, "settled")
    office.post("/v1/transfers", amount=1_000, currency=currency, destination=seller)
    made = office.post("/v1/payouts", seller, amount=600, currency=currency, method=method)
    assert datetime.fromtimestamp(made["arrival_date"], UTC) == datetime(2026, 3, day, tzinfo=UTC)
    office.hear(made["id"], "submitted", account=seller)
    trace = shown(office, made, seller)["trace_id"]
    assert trace["status"] == "supported"
    assert currency != "eur" or trace["value"].startswith("MV")


def test_what_no_instant_rail_carries_says_why(office: Office) -> None:
    given = {"object": "bank_account", "country": "CH", "currency": "usd", "account_number": SWISS}
    bank = given | {"routing_number": "UBSWCHZH80A"}
    seller = office.open_account(country="CH", external_account=bank)
    params = {"amount": 100, "currency": "usd", "method": "instant"}
    error = office.refused("/v1/payouts", seller, **params)
    assert (error["code"], error["param"]) == ("instant_payouts_unsupported", "method")
    assert "swift" in error["message"]


def test_swift_asks_for_the_address_from_its_day_on(office: Office) -> None:
    office.pass_time(days=300)
    given = {"object": "bank_account", "country": "CH", "currency": "usd", "account_number": SWISS}
    bank = given | {"routing_number": "UBSWCHZH80A"}
    seller = office.open_account(country="CH", external_account=bank)
    office.fund(1_000, seller)
    params = {"amount": 100, "currency": "usd"}
    error = office.refused("/v1/payouts", seller, **params)
    assert (error["code"], "town and country" in error["message"]) == ("rail_refuses", True)
    office.post(
        f"/v1/accounts/{seller}", company={"address": {"city": "Zug", "postal_code": "6300"}}
    )
    assert office.post("/v1/payouts", seller, **params)["status"] == "pending"


def test_only_pending_ones_are_canceled(office: Office, seller: str) -> None:
    made = pay(office, seller)
    path = f"/v1/payouts/{made['id']}/cancel"
    canceled = office.post(path, seller)
    assert canceled["status"] == "canceled"
    back = office.get(f"/v1/balance_transactions/{canceled['failure_balance_transaction']}", seller)
    assert (back["type"], back["net"]) == ("payout_cancel", 600)
    assert office.ledger(seller) == {"available": 1_000, "due": -1_000}
    assert office.hear(made["id"], "submitted", account=seller) == 0
    assert office.events(seller)[-1] == "payout.canceled"
    assert office.refused(path, seller)["code"] == "payout_not_cancelable"
    sent = pay(office, seller)
    office.hear(sent["id"], "submitted", account=seller)
    path = f"/v1/payouts/{sent['id']}/cancel"
    assert office.refused(path, seller)["code"] == "payout_not_cancelable"


def test_metadata_changes(office: Office, seller: str) -> None:
    made = pay(office, seller, metadata={"a": "b"})
    path = f"/v1/payouts/{made['id']}"
    assert office.post(path, seller, metadata={"c": "d"})["metadata"] == {"a": "b", "c": "d"}
    assert office.refused(path, seller, description="x")["code"] == "parameter_unknown"
    office.hear(made["id"], "submitted", account=seller)
    assert shown(office, made, seller)["metadata"] == {"a": "b", "c": "d"}


@pytest.mark.alone
def test_lists_are_filtered(office: Office, seller: str) -> None:
    first = pay(office, seller, 100)
    office.pass_time(days=1)
    second, third = pay(office, seller, 100), pay(office, seller, 100)
    office.hear(second["id"], "submitted", account=seller)
    names = [each["id"] for each in (third, second, first)]
    assert office.listed("/v1/payouts", seller) == names
    assert office.listed("/v1/payouts", seller, status="pending") == [names[0], names[2]]
    assert office.listed("/v1/payouts", seller, destination=first["destination"]) == names
    day = third["arrival_date"]
    assert office.listed("/v1/payouts", seller, arrival_date=day) == names[:2]
    assert office.listed("/v1/payouts", seller, arrival_date={"lt": day}) == names[2:]
    assert office.listed("/v1/payouts", seller, arrival_date=day, status="in_transit") == names[1:2]
    assert office.listed("/v1/payouts") == []
    assert office.refused(f"/v1/payouts/{names[0]}", verb="GET")["status"] == 404


def test_bad_input_gets_its_error(office: Office, seller: str) -> None:
    for change, code, param in BAD_INPUT:
        params = {"amount": 1, "currency": "usd", **change}
        error = office.refused("/v1/payouts", seller, **params)
        told = (error["status"], error.get("code"), error.get("param"))
        assert told == (400, code, param), change
    assert office.ledger(seller) == {"available": 1_000, "due": -1_000}
    assert office.listed("/v1/payouts", seller) == []


def test_an_account_without_a_bank_account_is_not_paid_out(office: Office) -> None:
    seller = office.post("/v1/accounts", type="standard")["id"]
    error = office.refused("/v1/payouts", seller, amount=1, currency="usd")
    assert error["code"] == "payouts_not_allowed"
