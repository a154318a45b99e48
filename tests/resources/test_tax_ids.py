"""Tax ids: their form is checked by type and country; a customer's and the account's own."""

from tests.resources.office import Office
from tests.resources.shapes import faults

GOOD = [
    ("eu_vat", "DE123456789", "DE"),
    ("eu_vat", "EL123456789", "GR"),
    ("eu_vat", "nl 123456789 b01", "NL"),
    ("gb_vat", "GB123456789", "GB"),
    ("us_ein", "12-3456789", "US"),
    ("br_cpf", "123.456.789-87", "BR"),
    ("ch_vat", "CHE-123.456.789 MWST", "CH"),
    ("eu_oss_vat", "EU123456789", None),
    ("ic_nif", "anything", "ES"),
]
BAD = [
    ("eu_vat", "DE12345678", "tax_id_invalid", "value"),
    ("eu_vat", "XX123456789", "tax_id_invalid", "value"),
    ("us_ein", "12-34567890", "tax_id_invalid", "value"),
    ("mars_vat", "1", "parameter_invalid", "type"),
    ("us_ein", "1" * 101, "parameter_invalid", "value"),
]


def test_forms_are_checked(office: Office) -> None:
    path = f"/v1/customers/{office.post('/v1/customers')['id']}/tax_ids"
    for kind, value, country in GOOD:
        made = office.post(path, type=kind, value=value)
        assert faults(made, "TaxId") == []
        assert (made["value"], made["country"]) == (value, country)
    for kind, value, code, param in BAD:
        error = office.refused(path, type=kind, value=value)
        assert (error["status"], error["code"], error["param"]) == (400, code, param), value
    assert len(office.listed(path)) == len(GOOD)


def test_each_customer_has_its_own(office: Office) -> None:
    made = office.post("/v1/customers", tax_id_data=[{"type": "us_ein", "value": "123456789"}])
    path = f"/v1/customers/{made['id']}/tax_ids"
    other = f"/v1/customers/{office.post('/v1/customers')['id']}/tax_ids"
    (name,) = office.listed(path)
    shown = office.get(f"{path}/{name}")
    assert shown["owner"] == {
        "type": "customer",
        "customer": made["id"],
        "customer_account": None,
    }
    assert office.get(f"/v1/tax_ids/{name}") == shown
    expanded = office.get(f"{path}/{name}", expand=["customer", "owner.customer"])
    assert expanded["customer"] == expanded["owner"]["customer"] == made
    assert office.listed(other) == []
    assert office.refused(f"{other}/{name}", verb="GET")["status"] == 404
    assert office.refused(f"{other}/{name}", verb="DELETE")["status"] == 404
    assert office.delete(f"{path}/{name}")["deleted"] is True
    assert office.refused(f"{path}/{name}", verb="GET")["status"] == 404
    assert office.events() == [
        "customer.created",
        "customer.tax_id.created",
        "customer.created",
        "customer.tax_id.deleted",
    ]


def test_the_account_has_its_own_too(office: Office) -> None:
    customer = office.post("/v1/customers")["id"]
    owner = {"type": "customer", "customer": customer}
    theirs = office.post("/v1/tax_ids", type="us_ein", value="123456789", owner=owner)
    own = office.post("/v1/tax_ids", type="us_ein", value="123456789", owner={"type": "self"})
    assert faults(own, "TaxId") == []
    assert own["owner"] == {"type": "self", "customer_account": None}
    assert office.listed("/v1/tax_ids") == [own["id"]]
    assert office.listed("/v1/tax_ids", owner=owner) == [theirs["id"]]
    assert office.delete(f"/v1/tax_ids/{own['id']}")["deleted"] is True
    assert office.listed("/v1/tax_ids") == []
    for owner, param in (
        ({"type": "customer"}, "owner[customer]"),
        ({"type": "customer", "customer": "cus_x"}, "owner[customer]"),
        ({"type": "application"}, "owner[type]"),
    ):
        error = office.refused("/v1/tax_ids", type="us_ein", value="123456789", owner=owner)
        assert (error["status"], error["param"]) == (400, param)
