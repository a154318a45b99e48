"""Payment methods: shown whole with their numbers hidden, kept by one customer and let go."""

import asyncio
from typing import Any

import msgspec

from bezant.ledger.book import book_of
from bezant.resources.payments.payment_method_details import KINDS
from tests.resources.office import OTHER_SECRET, Office
from tests.resources.shapes import faults

PATH = "/v1/payment_methods"
US = {"account_number": "000123456789", "routing_number": "110000000"}
DETAILS: dict[str, dict[str, Any]] = {
    "card": {"token": "tok_mastercard"},
    "acss_debit": {
        "account_number": "000123456789",
        "institution_number": "000",
        "transit_number": "11000",
    },
    "au_becs_debit": {"account_number": "000123456", "bsb_number": "000-000"},
    "bacs_debit": {"account_number": "00012345", "sort_code": "10-88-00"},
    "boleto": {"tax_id": "000.000.000-00"},
    "eps": {"bank": "easybank_ag"},
    "fpx": {"bank": "maybank2u"},
    "ideal": {"bank": "ing"},
    "klarna": {"dob": {"day": 10, "month": 12, "year": 1990}},
    "nz_bank_account": {
        "account_number": "0001234",
        "bank_code": "12",
        "branch_code": "3000",
        "suffix": "00",
    },
    "p24": {"bank": "mbank_mtransfer"},
    "payto": {"pay_id": "ada@example.com"},
    "sepa_debit": {"iban": "AT61 1904 3002 3457 3201"},
    "sofort": {"country": "DE"},
    "us_bank_account": US,
}
UNSUPPORTED = "payment_method_unsupported_type"
BAD_INPUT: list[tuple[dict[str, Any], str | None, str]] = [
    ({"type": "card"}, "parameter_missing", "card"),
    ({"type": "card_present"}, UNSUPPORTED, "type"),
    ({"type": "gold"}, "parameter_invalid", "type"),
    ({"type": "metadata"}, "parameter_invalid", "type"),
    ({"type": "custom"}, "parameter_invalid", "type"),
    ({"type": "us_bank_account"}, "parameter_missing", "us_bank_account"),
    ({"type": "boleto"}, "parameter_missing", "boleto"),
    ({"type": "alipay", "boleto": {"tax_id": "1"}}, "parameter_invalid", "boleto"),
    ({"type": "eps", "eps": {"bank": "ing"}}, "parameter_invalid", "eps[bank]"),
    ({"type": "payto", "payto": {"bsb_number": "000000"}}, "parameter_missing", "payto[pay_id]"),
    (
        {"type": "us_bank_account", "us_bank_account": US | {"routing_number": "1"}},
        "routing_number_invalid",
        "us_bank_account[routing_number]",
    ),
    (
        {"type": "us_bank_account", "us_bank_account": {"financial_connections_account": "x"}},
        None,
        "us_bank_account[financial_connections_account]",
    ),
    ({"type": "alipay", "customer": "cus_1"}, None, "customer"),
]
BAD_IBANS = ("AT611904300234573202", "AT61190430023457320", "US611904300234573201", "AT", "ÄT61")


def test_every_type_has_its_shape(office: Office) -> None:
    assert DETAILS.keys() <= KINDS
    assert len(KINDS) > 50
    for kind in sorted(KINDS):
        sent = {kind: DETAILS[kind]} if kind in DETAILS else {}
        made = office.post(PATH, type=kind, **sent)
        assert faults(made, "PaymentMethod") == [], kind
        assert made["type"] == kind
        assert [name for name in KINDS if name in made] == [kind]
        assert office.get(f"{PATH}/{made['id']}") == made


def test_numbers_are_hidden_and_recognised(office: Office) -> None:
    for kind in ("us_bank_account", "sepa_debit", "bacs_debit", "au_becs_debit", "acss_debit"):
        first, second = (office.post(PATH, type=kind, **{kind: DETAILS[kind]}) for _ in range(2))
        assert first[kind]["fingerprint"] == second[kind]["fingerprint"]
        (number,) = hidden(office, first["id"]).values()
        assert number.endswith(first[kind]["last4"])
        assert number not in office.ask("GET", f"{PATH}/{first['id']}").text
    sepa = office.post(PATH, type="sepa_debit", sepa_debit=DETAILS["sepa_debit"])["sepa_debit"]
    assert (sepa["country"], sepa["bank_code"], sepa["branch_code"]) == ("AT", "19043", None)
    iban = {"iban": "FR14 2004 1010 0505 0001 3M02 606"}
    french = office.post(PATH, type="sepa_debit", sepa_debit=iban)["sepa_debit"]
    assert (french["bank_code"], french["branch_code"]) == ("20041", "01005")
    ideal = office.post(PATH, type="ideal", ideal=DETAILS["ideal"])["ideal"]
    assert ideal == {"bank": "ing", "bic": "INGBNL2A"}


def hidden(office: Office, name: str) -> dict[str, Any]:
    book = book_of(office.platform, livemode=False)
    row = office.run(office.runtime.reader.get(book.id, "payment_method", name))
    return msgspec.json.decode(row.hidden)


def test_bad_input_gets_its_error(office: Office) -> None:
    for params, code, param in BAD_INPUT:
        error = office.refused(PATH, **params)
        told = (error["status"], error.get("code"), error["param"].partition("[number]")[0])
        assert told == (400, code, param), params
    for iban in BAD_IBANS:
        error = office.refused(PATH, type="sepa_debit", sepa_debit={"iban": iban})
        assert (error["status"], error["code"]) == (400, "account_number_invalid")
    assert office.listed(PATH) == []


def test_a_customer_keeps_it_and_lets_it_go(office: Office) -> None:
    customer, other = (office.post("/v1/customers")["id"] for _ in range(2))
    method = made(office)
    path = f"{PATH}/{method}"
    attached = office.post(f"{path}/attach", customer=customer)
    assert attached["customer"] == customer
    assert office.post(f"{path}/attach", customer=customer) == attached
    assert "already been attached" in office.refused(f"{path}/attach", customer=other)["message"]
    shown = office.get(f"/v1/customers/{customer}/payment_methods/{method}", expand=["customer"])
    assert shown["customer"]["id"] == customer
    wrong = f"/v1/customers/{other}/payment_methods/{method}"
    assert office.refused(wrong, verb="GET")["status"] == 404
    detached = office.post(f"{path}/detach")
    assert detached["customer"] is None
    assert faults(detached, "PaymentMethod") == []
    assert "not attached" in office.refused(f"{path}/detach")["message"]
    assert "detached" in office.refused(f"{path}/attach", customer=customer)["message"]
    assert hidden(office, method)["account_number"] == US["account_number"]
    told = [name for name in office.events() if name.startswith("payment_method")]
    assert told == ["payment_method.attached", "payment_method.detached"]


def made(office: Office, kind: str = "us_bank_account") -> str:
    sent = {kind: DETAILS[kind]} if kind in DETAILS else {}
    return office.post(PATH, type=kind, **sent)["id"]


def test_of_many_customers_at_once_one_has_it(office: Office) -> None:
    customers = [office.post("/v1/customers")["id"] for _ in range(6)]
    path = f"{PATH}/{made(office)}/attach"

    async def attach_all() -> list[int]:
        tries = [office.send("POST", path, {"customer": name}) for name in customers]
        return [answer.status for answer in await asyncio.gather(*tries)]

    assert sorted(office.run(attach_all())) == [200] + [400] * 5


def test_what_makes_one_payment_is_kept_by_nobody(office: Office) -> None:
    customer = office.post("/v1/customers")["id"]
    error = office.refused(f"{PATH}/{made(office, 'eps')}/attach", customer=customer)
    assert (error["status"], "one payment" in error["message"]) == (400, True)
    error = office.refused(f"{PATH}/{made(office)}/attach", customer="cus_none")
    assert (error["code"], error["param"]) == ("resource_missing", "customer")


def test_only_one_that_is_kept_can_be_changed(office: Office) -> None:
    customer = office.post("/v1/customers")["id"]
    path = f"{PATH}/{made(office)}"
    assert "save this PaymentMethod" in office.refused(path, metadata={"a": "b"})["message"]
    office.post(f"{path}/attach", customer=customer)
    changed = office.post(
        path,
        allow_redisplay="always",
        billing_details={"name": "Ada", "address": {"city": "Reno"}},
        metadata={"a": "b"},
        us_bank_account={"account_type": "savings"},
    )
    assert faults(changed, "PaymentMethod") == []
    assert (changed["allow_redisplay"], changed["metadata"]) == ("always", {"a": "b"})
    assert changed["us_bank_account"]["account_type"] == "savings"
    assert changed["billing_details"]["address"]["city"] == "Reno"
    bare = office.post(path, billing_details={"address": ""})["billing_details"]
    assert (bare["name"], bare["address"]["city"]) == ("Ada", None)
    told = office.get("/v1/events", type="payment_method.updated")["data"][0]["data"]
    before = {"billing_details": {"address": {"city": "Reno"}}}
    assert told["previous_attributes"] == before
    assert office.refused(path, card={"exp_month": 5})["param"] == "card"


def test_lists(office: Office) -> None:
    customer = office.post("/v1/customers")["id"]
    free, bank, sepa = (made(office, kind) for kind in ("alipay", "us_bank_account", "sepa_debit"))
    for method in (bank, sepa):
        office.post(f"{PATH}/{method}/attach", customer=customer)
    office.post(f"{PATH}/{bank}", allow_redisplay="limited")
    assert office.listed(PATH) == [sepa, bank, free]
    assert office.listed(PATH, type="alipay") == [free]
    assert office.listed(PATH, customer=customer) == [sepa, bank]
    assert office.listed(PATH, customer=customer, type="sepa_debit") == [sepa]
    theirs = f"/v1/customers/{customer}/payment_methods"
    assert office.listed(theirs) == [sepa, bank]
    assert office.listed(theirs, type="us_bank_account") == [bank]
    assert office.listed(theirs, allow_redisplay="limited") == [bank]
    assert office.listed(theirs, limit=1, starting_after=sepa) == [bank]
    error = office.refused(PATH, verb="GET", customer="cus_none")
    assert (error["status"], error["param"]) == (400, "customer")


def test_a_customer_begins_with_one_that_test_mode_knows(office: Office) -> None:
    customer = office.post("/v1/customers", payment_method="pm_usBankAccount_noAccount")["id"]
    (method,) = office.get(f"/v1/customers/{customer}/payment_methods")["data"]
    assert faults(method, "PaymentMethod") == []
    assert (method["us_bank_account"]["last4"], method["customer"]) == ("1116", customer)
    kept = office.post(f"{PATH}/pm_usBankAccount_success/attach", customer=customer)
    assert kept["id"] != method["id"]
    card = office.post(f"{PATH}/pm_card_visa/attach", customer=customer)
    assert card["card"]["last4"] == "4242"
    assert office.refused("/v1/customers", payment_method="pm_x")["code"] == "resource_missing"


def test_the_default_is_one_that_the_customer_has(office: Office) -> None:
    method = made(office)
    settings = {"default_payment_method": method}
    param = "invoice_settings[default_payment_method]"
    customer = office.post("/v1/customers")["id"]
    path = f"/v1/customers/{customer}"
    error = office.refused(path, invoice_settings=settings)
    assert (error["code"], error["param"]) == ("resource_missing", param)
    assert office.refused("/v1/customers", invoice_settings=settings)["param"] == param
    both = office.post("/v1/customers", payment_method=method, invoice_settings=settings)
    assert both["invoice_settings"]["default_payment_method"] == method
    shown = office.get(f"/v1/customers/{both['id']}", expand=[param.replace("[", ".")[:-1]])
    assert shown["invoice_settings"]["default_payment_method"]["id"] == method
    office.post(f"{PATH}/{method}/detach")
    after = office.get(f"/v1/customers/{both['id']}")
    assert after["invoice_settings"]["default_payment_method"] is None
    second = office.post(f"{PATH}/{made(office)}/attach", customer=customer)["id"]
    office.post(path, invoice_settings={"default_payment_method": second})
    bare = office.post(path, invoice_settings={"default_payment_method": ""})
    assert bare["invoice_settings"]["default_payment_method"] is None


def test_a_deleted_customer_lets_all_go(office: Office) -> None:
    customer = office.post("/v1/customers")["id"]
    methods = [made(office) for _ in range(3)]
    for method in methods:
        office.post(f"{PATH}/{method}/attach", customer=customer)
    office.delete(f"/v1/customers/{customer}")
    assert [office.get(f"{PATH}/{method}")["customer"] for method in methods] == [None] * 3
    assert office.events().count("payment_method.detached") == 3


def test_payment_methods_of_others_are_missing(office: Office) -> None:
    method = made(office)
    seller = office.open_account()
    theirs = office.post("/v1/customers", seller)["id"]
    assert office.refused(f"{PATH}/{method}/attach", customer=theirs)["param"] == "customer"
    assert office.refused(f"{PATH}/{method}", seller, verb="GET")["status"] == 404
    answer = office.ask("GET", f"{PATH}/{method}", secret=OTHER_SECRET)
    assert answer.error["message"] == f"No such PaymentMethod: '{method}'"
