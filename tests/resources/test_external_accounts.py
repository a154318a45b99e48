"""External accounts and capabilities: numbers checked and hidden, one default, requests."""

from typing import Any

import pytest

from bezant.api.context import Caller
from bezant.resources.connect.capabilities import NAMES
from bezant.resources.core.bank_accounts import BankAccount, corrected
from tests.resources.office import Office
from tests.resources.shapes import SURFACE

BANK = {
    "object": "bank_account",
    "country": "US",
    "currency": "usd",
    "account_holder_name": "Ada Byron",
    "account_holder_type": "individual",
    "routing_number": "110000000",
    "account_number": "000123456789",
}
GERMAN, EMIRATI = "DE89370400440532013000", "AE070331234567890123456"
AUSTRALIAN = {
    "object": "bank_account",
    "country": "AU",
    "routing_number": "110000",
    "account_number": "000123456",
}


def abroad(country: str, number: str, routing: str | None = None, **others: str) -> dict[str, str]:
    given = {"object": "bank_account", "country": country, "account_number": number, **others}
    return given | ({"routing_number": routing} if routing else {})


TAKEN: list[tuple[dict[str, str], dict[str, Any]]] = [
    (BANK, {"bank_name": "TEST BANK", "available_payout_methods": ["standard", "instant"]}),
    (
        abroad("DE", "DE89 3704 0044 0532 0130 00"),
        {"currency": "eur", "last4": "3000", "routing_number": "COBADEFFXXX",
         "bank_name": "Commerzbank", "available_payout_methods": ["standard", "instant"]},
    ),
    (abroad("AT", "AT611904300234573201"), {"currency": "eur", "routing_number": None}),
    (
        abroad("CH", "CH9300762011623852957", "UBSWCHZH80A", currency="usd"),
        {"routing_number": "UBSWCHZH80A", "available_payout_methods": ["standard"]},
    ),
    (
        abroad("AU", "000123456", "ctba au 2s", currency="usd"),
        {"routing_number": "CTBAAU2S", "available_payout_methods": ["standard"]},
    ),
    (
        abroad("GB", "00012345", "10-88-00"),
        {"currency": "gbp", "routing_number": "108800", "last4": "2345",
         "available_payout_methods": ["standard", "instant"]},
    ),
    (
        abroad("GB", "GB33BUKB20201555555555"),
        {"currency": "gbp", "routing_number": "202015", "last4": "5555"},
    ),
    (abroad("GB", "GB33BUKB20201555555555", currency="eur"), {"last4": "5555"}),
    (
        abroad("CA", "000123456789", "11000-000"),
        {"currency": "cad", "routing_number": "11000-000", "bank_name": "TEST BANK",
         "available_payout_methods": ["standard"]},
    ),
    (
        abroad("CA", "12345", "0 003 00011"),
        {"routing_number": "00011-003", "bank_name": "ROYAL BANK OF CANADA", "last4": "2345"},
    ),
    (
        abroad("BR", "0001234", "110-0000"),
        {"currency": "brl", "routing_number": "110-0000", "bank_name": "TEST BANK",
         "available_payout_methods": ["standard", "instant"]},
    ),
    (abroad("BR", "12345-X", "260-1"), {"bank_name": "Nubank", "last4": "345X"}),
    (abroad("BR", "12345-X", "18236120-0001"), {"routing_number": "18236120-0001"}),
    (
        abroad("IN", "000123456789", "hdfc0000261"),
        {"currency": "inr", "routing_number": "HDFC0000261", "last4": "6789"},
    ),
]  # fmt: skip
BAD_INPUT: list[tuple[Any, str | None, str]] = [
    (BANK | {"routing_number": "110000001"}, "routing_number_invalid", "[routing_number]"),
    (BANK | {"routing_number": "11000000"}, "routing_number_invalid", "[routing_number]"),
    (BANK | {"account_number": "12A456"}, "account_number_invalid", "[account_number]"),
    (BANK | {"account_number": "1" * 18}, "account_number_invalid", "[account_number]"),
    (abroad("CA", "123456", "11000-00"), "routing_number_invalid", "[routing_number]"),
    (abroad("CA", "1234", "11000-000"), "account_number_invalid", "[account_number]"),
    (BANK | {"country": "GB"}, "account_number_invalid", "[account_number]"),
    (BANK | {"currency": "eur"}, "external_account_unsupported", "[country]"),
    (BANK | {"country": "Mars"}, "external_account_unsupported", "[country]"),
    (
        {k: v for k, v in BANK.items() if k != "currency"} | {"country": "ZZ"},
        "parameter_missing",
        "[currency]",
    ),
    (BANK | {"country": "MX", "currency": "mxn"}, "external_account_unsupported", "[currency]"),
    (AUSTRALIAN, "external_account_unsupported", "[currency]"),
    (AUSTRALIAN | {"currency": "usd"}, "routing_number_invalid", "[routing_number]"),
    (abroad("DE", "DE89370400440532013001"), "account_number_invalid", "[account_number]"),
    (abroad("FR", "DE89370400440532013000"), "account_number_invalid", "[account_number]"),
    (abroad("DE", GERMAN, "37040044"), "routing_number_invalid", "[routing_number]"),
    (abroad("AE", EMIRATI, currency="eur"), "external_account_unsupported", ""),
    (abroad("GB", "00012345", "10880"), "routing_number_invalid", "[routing_number]"),
    (abroad("GB", "012345", "108800"), "account_number_invalid", "[account_number]"),
    (abroad("BR", "0001234", "110"), "routing_number_invalid", "[routing_number]"),
    (abroad("BR", "0001234", "999-0001"), "routing_number_invalid", "[routing_number]"),
    (abroad("BR", "0001234/9", "110-0000"), "account_number_invalid", "[account_number]"),
    (abroad("IN", "000123456789", "HDFC1000261"), "routing_number_invalid", "[routing_number]"),
    (abroad("IN", "12", "HDFC0000261"), "account_number_invalid", "[account_number]"),
    (BANK | {"object": "card"}, "external_account_unsupported", ""),
    (BANK | {"number": "4242424242424242"}, None, "[number]"),
    (BANK | {"iban": "DE89"}, "parameter_unknown", "[iban]"),
    ({"object": "bank_account"}, "parameter_missing", "[country]"),
    ("btok_nowhere", "resource_missing", ""),
    ("tok_visa_debit", "external_account_unsupported", ""),
]


def path_of(account: str) -> str:
    return f"/v1/accounts/{account}/external_accounts"


def test_numbers_are_checked_hidden_and_recognised(office: Office) -> None:
    account = office.open_account()
    made = office.post(path_of(account), external_account=BANK, metadata={"a": "b"})
    assert (made["last4"], made["routing_number"]) == ("6789", "110000000")
    assert (made["status"], made["bank_name"]) == ("new", "TEST BANK")
    assert (made["account_holder_name"], made["account"]) == ("Ada Byron", account)
    assert made["metadata"] == {"a": "b"}
    shown = office.ask("GET", f"{path_of(account)}/{made['id']}").text
    assert BANK["account_number"] not in shown
    (token,) = [each for each in office.get(path_of(account))["data"] if each["id"] != made["id"]]
    assert (token["status"], token["fingerprint"]) == ("verified", made["fingerprint"])
    other = office.post(path_of(account), external_account="btok_us_verified_noAccount")
    assert other["fingerprint"] != made["fingerprint"]


def test_bad_input_gets_its_error(office: Office) -> None:
    account = office.open_account()
    for given, code, param in BAD_INPUT:
        error = office.refused(path_of(account), external_account=given)
        told = (error["status"], error.get("code"), error.get("param"))
        assert told == (400, code, f"external_account{param}"), given
    assert len(office.listed(path_of(account))) == 1


@pytest.mark.parametrize(("given", "shown"), TAKEN, ids=[one[0]["country"] for one in TAKEN])
def test_numbers_of_each_country_are_taken_as_they_are_written_there(
    office: Office, given: dict[str, str], shown: dict[str, Any]
) -> None:
    account = office.open_account()
    made = office.post(path_of(account), external_account=given)
    assert shown.items() <= made.items()
    assert made["country"] == given["country"]
    token = office.post(
        "/v1/tokens", bank_account={k: v for k, v in given.items() if k != "object"}
    )
    assert token["bank_account"]["fingerprint"] == made["fingerprint"]
    again = office.post(path_of(account), external_account=token["id"])
    assert (again["last4"], again["currency"]) == (made["last4"], made["currency"])


def test_there_is_one_default(office: Office) -> None:
    account = office.open_account()
    path = path_of(account)
    (first,) = office.listed(path)
    second = office.post(path, external_account=BANK)
    assert second["default_for_currency"] is False
    third = office.post(path, external_account="btok_us_verified", default_for_currency=True)
    assert defaults(office, account) == [third["id"]]
    office.post(f"{path}/{first}", default_for_currency=True)
    assert defaults(office, account) == [first]
    error = office.refused(f"{path}/{first}", default_for_currency=False)
    assert error["param"] == "default_for_currency"
    assert office.refused(f"{path}/{first}", verb="DELETE")["status"] == 400
    gone = office.delete(f"{path}/{second['id']}")
    assert gone == {"id": second["id"], "object": "bank_account", "deleted": True}
    assert office.listed(path) == [third["id"], first]
    assert office.refused(f"{path}/{second['id']}", verb="GET")["status"] == 404


def test_the_last_of_another_currency_can_go(office: Office) -> None:
    account = office.open_account()
    path = path_of(account)
    european = {"object": "bank_account", "country": "DE", "currency": "eur",
                "account_number": "DE89370400440532013000"}  # fmt: skip
    first, second = (office.post(path, external_account=european)["id"] for _ in range(2))
    assert office.refused(f"{path}/{first}", verb="DELETE")["status"] == 400
    assert office.delete(f"{path}/{second}")["deleted"] is True
    assert office.delete(f"{path}/{first}")["deleted"] is True
    assert len(office.listed(path)) == 1


def defaults(office: Office, account: str) -> list[str]:
    """Return the defaults, after checking that the account shows what the list says."""
    listed = office.get(path_of(account))["data"]
    assert office.get(f"/v1/accounts/{account}")["external_accounts"]["data"] == listed
    return [each["id"] for each in listed if each["default_for_currency"]]


def test_updates_are_shown_everywhere_and_told(office: Office) -> None:
    account = office.open_account()
    (name,) = office.listed(path_of(account))
    changed = office.post(
        f"{path_of(account)}/{name}",
        account_holder_name="Ada",
        account_holder_type="company",
        account_type="savings",
        metadata={"a": "b"},
    )
    assert (changed["account_holder_name"], changed["account_type"]) == ("Ada", "savings")
    assert (
        office.post(f"{path_of(account)}/{name}", account_holder_type="")["account_holder_type"]
        is None
    )
    assert defaults(office, account) == [name]
    assert "account.external_account.updated" in office.events(account)
    error = office.refused(f"{path_of(account)}/{name}", exp_month=1)
    assert error["param"] == "exp_month"


def test_what_a_bank_corrects_is_shown_in_the_account_too(office: Office) -> None:
    account = office.open_account()
    (name,) = office.listed(path_of(account))

    async def hear() -> None:
        ctx = office.context(Caller(office.platform, account, livemode=False))
        corrected(ctx, await ctx.load(BankAccount, name), {"name": "ADA BYRON"})
        await ctx.write()

    office.run(hear())
    assert office.work() == 1
    (shown,) = office.get(f"/v1/accounts/{account}")["external_accounts"]["data"]
    assert shown["account_holder_name"] == "ADA BYRON"
    assert defaults(office, account) == [name]


def test_replacing_the_default_through_the_account(office: Office) -> None:
    account = office.open_account()
    (old,) = office.listed(path_of(account))
    changed = office.post(f"/v1/accounts/{account}", external_account=BANK)
    (new,) = changed["external_accounts"]["data"]
    assert new["id"] != old
    assert office.listed(path_of(account)) == [new["id"]] == defaults(office, account)
    assert office.events(account) == [
        "account.external_account.created",
        "account.external_account.created",
        "account.external_account.deleted",
        "account.updated",
    ]


def test_an_account_shows_its_latest_ten(office: Office) -> None:
    account = office.open_account()
    for _ in range(10):
        office.post(path_of(account), external_account=BANK)
    shown = office.get(f"/v1/accounts/{account}")["external_accounts"]
    names = office.listed(path_of(account), limit=100)
    assert ([each["id"] for each in shown["data"]], shown["has_more"]) == (names[:10], True)
    assert office.listed(path_of(account), limit=2, starting_after=names[8]) == names[9:]
    assert office.listed(path_of(account), object="card") == []
    office.delete(f"{path_of(account)}/{names[0]}")
    shown = office.get(f"/v1/accounts/{account}")["external_accounts"]
    assert ([each["id"] for each in shown["data"]], shown["has_more"]) == (names[1:], False)


def test_capabilities_are_those_of_the_surface() -> None:
    assert SURFACE["Account"]["nested"]["Capabilities"]["fields"].keys() == NAMES


def test_capabilities_are_asked_for(office: Office) -> None:
    account = office.open_account()
    path = f"/v1/accounts/{account}/capabilities"
    assert office.get(f"{path}/card_payments")["status"] == "unrequested"
    asked = office.post(f"{path}/card_payments", requested=True)
    assert (asked["status"], asked["requested"], asked["account"]) == ("active", True, account)
    assert asked["requested_at"] == office.get(f"/v1/accounts/{account}")["created"]
    assert office.get(f"/v1/accounts/{account}")["charges_enabled"] is True
    assert office.listed(path) == ["card_payments", "transfers"]
    (event,) = office.get("/v1/events", account, type="capability.updated")["data"]
    assert event["data"]["object"] == asked
    assert event["data"]["previous_attributes"]["status"] == "unrequested"

    dropped = office.post(f"{path}/card_payments", requested=False)
    assert (dropped["status"], dropped["requested_at"]) == ("unrequested", None)
    assert office.get(f"/v1/accounts/{account}")["capabilities"] == {"transfers": "active"}
    assert office.listed(path) == ["card_payments", "transfers"]
    error = office.refused(f"{path}/flying", verb="GET")
    assert (error["status"], error["param"]) == (404, "capability")


def test_capabilities_change_with_the_account(office: Office) -> None:
    account = office.open_account()
    changes = {"card_payments": {"requested": True}, "transfers": {"requested": False}}
    changed = office.post(f"/v1/accounts/{account}", capabilities=changes)
    assert changed["capabilities"] == {"card_payments": "active"}
    assert office.events(account)[-3:] == [
        "account.updated",
        "capability.updated",
        "capability.updated",
    ]
