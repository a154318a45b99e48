"""Customers: plain data kept and shown whole, deleted ones, their cash balance and tax ids."""

from typing import Any

from tests.resources.office import OTHER_SECRET, Office
from tests.resources.shapes import faults

WHOLE: dict[str, Any] = {
    "address": {"line1": "1 Main St", "city": "Reno", "country": "US"},
    "business_name": "Byron & Co",
    "description": "d",
    "email": "ada@example.com",
    "individual_name": "Ada Byron",
    "invoice_prefix": "ADA",
    "invoice_settings": {
        "custom_fields": [{"name": "PO", "value": "7"}],
        "footer": "Thank you",
        "rendering_options": {"amount_tax_display": "exclude_tax"},
    },
    "metadata": {"a": "b"},
    "name": "Ada",
    "next_invoice_sequence": 5,
    "phone": "+1 555 0100",
    "preferred_locales": ["en", "fr"],
    "shipping": {"address": {"line1": "2 Side St"}, "name": "Ada", "phone": "1"},
    "tax_exempt": "exempt",
}
BAD_INPUT: list[tuple[dict[str, Any], str | None, str]] = [
    ({"email": "nobody"}, "email_invalid", "email"),
    ({"email": "a b@example.com"}, "email_invalid", "email"),
    ({"balance": 10**16}, "parameter_invalid_integer", "balance"),
    ({"source": "btok_us"}, "parameter_invalid", "source"),
    ({"default_source": "card_1"}, "missing", "default_source"),
    ({"tax": {"ip_address": "::1"}}, None, "tax[ip_address]"),
    ({"test_clock": "clock_1"}, None, "test_clock"),
    ({"invoice_prefix": "a"}, "parameter_invalid", "invoice_prefix"),
    ({"invoice_settings": {"nope": "x"}}, "parameter_unknown", "invoice_settings[nope]"),
    ({"shipping": {"name": "x"}}, "parameter_missing", "shipping[address]"),
    (
        {"tax_id_data": [{"type": "eu_vat", "value": "1"}]},
        "tax_id_invalid",
        "tax_id_data[0][value]",
    ),
]


def test_a_customer_is_kept_as_it_was_sent(office: Office) -> None:
    made = office.post("/v1/customers", **WHOLE)
    assert faults(made, "Customer") == []
    assert made["address"]["city"] == "Reno"
    assert made["address"]["state"] is None
    assert made["shipping"]["name"] == "Ada"
    assert made["invoice_settings"]["custom_fields"] == [{"name": "PO", "value": "7"}]
    plain = WHOLE.keys() - {"address", "shipping", "invoice_settings"}
    assert {name: made[name] for name in plain} == {name: WHOLE[name] for name in plain}
    assert office.get(f"/v1/customers/{made['id']}") == made
    empty = office.post("/v1/customers")
    assert faults(empty, "Customer") == []
    assert (empty["balance"], empty["tax_exempt"], len(empty["invoice_prefix"])) == (0, "none", 8)
    assert office.events() == ["customer.created"] * 2


def test_an_update_changes_what_it_names_and_unsets_what_is_empty(office: Office) -> None:
    made = office.post("/v1/customers", **WHOLE)
    path = f"/v1/customers/{made['id']}"
    changed = office.post(path, name="Ada B.", metadata={"c": "d"}, invoice_settings={"footer": ""})
    assert faults(changed, "Customer") == []
    assert changed["name"] == "Ada B."
    assert changed["metadata"] == {"a": "b", "c": "d"}
    assert changed["invoice_settings"] == made["invoice_settings"] | {"footer": None}
    unchanged = made.keys() - {"name", "metadata", "invoice_settings"}
    assert {name: changed[name] for name in unchanged} == {name: made[name] for name in unchanged}
    told = office.get("/v1/events", type="customer.updated")["data"][0]["data"]
    assert told["previous_attributes"] == {
        "name": "Ada",
        "metadata": {"c": None},
        "invoice_settings": {"footer": "Thank you"},
    }
    unset = dict.fromkeys(
        ("address", "business_name", "description", "email", "name", "phone", "shipping"), ""
    )
    bare = office.post(path, preferred_locales="", tax_exempt="", **unset)
    assert faults(bare, "Customer") == []
    assert {name: bare.get(name) for name in unset} == dict.fromkeys(unset)
    assert (bare["preferred_locales"], bare["tax_exempt"]) == ([], "none")


def test_bad_input_gets_its_error(office: Office) -> None:
    for params, code, param in BAD_INPUT:
        error = office.refused("/v1/customers", **params)
        told = (error["status"], error.get("code"), error.get("param"))
        assert told == (400, code, param), params
    assert office.listed("/v1/customers") == []


def test_customers_are_listed_by_email_and_creation(office: Office) -> None:
    first = office.post("/v1/customers", email="a@example.com")
    office.pass_time(hours=1)
    second = office.post("/v1/customers", email="b@example.com")
    third = office.post("/v1/customers", email="a@example.com")
    names = [third["id"], second["id"], first["id"]]
    assert office.listed("/v1/customers") == names
    assert office.listed("/v1/customers", email="a@example.com") == [third["id"], first["id"]]
    assert office.listed("/v1/customers", created={"lte": first["created"]}) == [first["id"]]
    assert office.listed("/v1/customers", limit=1, starting_after=third["id"]) == [second["id"]]
    office.delete(f"/v1/customers/{second['id']}")
    assert office.listed("/v1/customers") == [third["id"], first["id"]]


def test_a_deleted_customer_says_that_it_is(office: Office) -> None:
    name = office.post("/v1/customers", name="Ada")["id"]
    gone = {"id": name, "object": "customer", "deleted": True}
    assert office.delete(f"/v1/customers/{name}") == gone
    assert office.get(f"/v1/customers/{name}") == gone
    for path, verb in (("", "POST"), ("", "DELETE"), ("/cash_balance", "GET"), ("/tax_ids", "GET")):
        error = office.refused(f"/v1/customers/{name}{path}", verb=verb)
        assert (error["status"], error["code"]) == (404, "resource_missing")
    told = office.get("/v1/events", type="customer.deleted")["data"][0]["data"]["object"]
    assert (told["id"], told["name"]) == (name, "Ada")


def test_customers_of_others_are_missing(office: Office) -> None:
    seller = office.open_account()
    name = office.post("/v1/customers")["id"]
    theirs = office.post("/v1/customers", seller)["id"]
    assert office.refused(f"/v1/customers/{name}", seller, verb="GET")["status"] == 404
    assert office.refused(f"/v1/customers/{theirs}", verb="GET")["status"] == 404
    answer = office.ask("GET", f"/v1/customers/{name}", secret=OTHER_SECRET)
    assert (answer.status, answer.error["param"]) == (404, "id")
    assert office.refused("/v1/tax_ids", owner={"type": "customer", "customer": theirs}, type="x",
                          value="1")["status"] == 400  # fmt: skip


def test_the_cash_balance_keeps_how_it_is_reconciled(office: Office) -> None:
    mode = {"settings": {"reconciliation_mode": "manual"}}
    path = f"/v1/customers/{office.post('/v1/customers', cash_balance=mode)['id']}"
    shown = office.get(f"{path}/cash_balance")
    assert faults(shown, "CashBalance") == []
    assert shown["available"] is None
    assert settings(shown) == ("manual", False)
    office.post(path, name="x")
    assert settings(office.get(f"{path}/cash_balance")) == ("manual", False)
    update = {"settings": {"reconciliation_mode": "merchant_default"}}
    assert settings(office.post(f"{path}/cash_balance", **update)) == ("automatic", True)
    assert settings(office.get(f"{path}/cash_balance")) == ("automatic", True)


def settings(shown: Any) -> tuple[str, bool]:
    kept = shown["settings"]
    return kept["reconciliation_mode"], kept["using_merchant_default"]


def test_customers_are_searched(office: Office) -> None:
    ada = office.post(
        "/v1/customers", name="Ada Byron", email="Ada@example.com", metadata={"order": "6735"}
    )
    bob = office.post("/v1/customers", name="Bob", email="bob@example.com", phone="+1 555 0100")
    gone = office.post("/v1/customers", name="Bob", metadata={"order": "6735"})["id"]
    office.delete(f"/v1/customers/{gone}")
    for query, names in (
        ('name:"ada byron"', [ada["id"]]),
        ('name~"byr"', [ada["id"]]),
        ('email:"bob@example.com"', [bob["id"]]),
        ('email:"ada@EXAMPLE.com"', [ada["id"]]),
        ('phone~"555"', [bob["id"]]),
        ("metadata['order']:'6735'", [ada["id"]]),
        ("-metadata['order']:null", [ada["id"]]),
        (f"created>={ada['created']}", [bob["id"], ada["id"]]),
        ('name:"Bob" OR name:"Ada Byron"', [bob["id"], ada["id"]]),
        ('name:"nobody"', []),
    ):
        found = office.get("/v1/customers/search", query=query)
        assert [each["id"] for each in found["data"]] == names, query
        assert found["object"] == "search_result"
    error = office.refused("/v1/customers/search", verb="GET", query='amount:"5"')
    assert (error["status"], error["param"]) == (400, "query")
