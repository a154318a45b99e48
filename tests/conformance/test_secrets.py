"""Canaries: secrets sent through every operation turn up nowhere but where they belong.

An API key is kept as a digest alone. Account and card numbers, security codes and personal
numbers belong into hidden columns and bank files; no answer, event, request log, log line or
other row shows them. Names are shown to their owner, in the log of his requests too, but are in
no log line of the server.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.test_tenants import example, leaves, open_account, placed
from tests.conformance.town import BANK, OPERATIONS, Town, Who

NUMBER = "000918273645019"
WORD = "canary-9182-x"
SECRET = {
    "account_number": (NUMBER, WORD),
    "number": ("4000050360000001", WORD),
    "cvc": (WORD,),
    "id_number": ("918273645", WORD),
    "id_number_secondary": (WORD,),
    "ssn_last_4": (WORD,),
    "tax_id": ("91-8273645", WORD),
    "registration_number": (WORD,),
    "vat_id": (WORD,),
}
"""What is secret by the name of its parameter: a canary that is taken, and one that is not."""
SHOWN = ("billing_details", "tax_id")
"""Of these parameters, what is shown to its owner where it is said how somebody pays."""
NAME = "Canaria Birdsong"
NAMES = {
    "given_name",
    "registered_name",
    "surname",
    "name",
    "first_name",
    "last_name",
    "maiden_name",
    "account_holder_name",
    "line1",
}
CANARIES = {each for values in SECRET.values() for each in values}
BELONGING = {"bank_file_content"}
"""Tables of bank files, which name the accounts that money goes to."""


def bodies(params: Any) -> Iterator[dict[str, Any]]:
    """Yield parameters with a canary in one place each, and what else that place needs."""
    for way in dict.fromkeys(leaves(params)):
        if way[-2:] == SHOWN:
            continue
        typed = "id_numbers" in way and way[-1] == "value"
        name = "id_number" if typed else way[-1]
        values = (NAME,) if name in NAMES else SECRET.get(name, ())
        for value in values:
            base: dict[str, Any] = {}
            if typed:
                base = placed(
                    base, way[:-1], {"type": "us_ein" if "business_details" in way else "us_ssn"}
                )
            if way[-1] == "account_number":
                for name, given in BANK.items():
                    base = placed(base, (*way[:-1], name), given)
            yield placed(base, way, value)


def rows_of(town: Town, table: str) -> str:
    """Return a table as text, without what is hidden."""
    found = town.rows(f"select (to_jsonb(t) - 'hidden')::text from {table} t")
    return "\n".join(text for (text,) in found)


def tables(town: Town) -> set[str]:
    sql = "select relname from pg_class join pg_namespace n on n.oid = relnamespace\
 where nspname = 'public' and relkind in ('r', 'p')"
    return {name for (name,) in town.rows(sql)}


def test_canaries_are_seen_nowhere(town: Town, capfd: pytest.CaptureFixture[str]) -> None:
    me, wrong = Who(town.own), "sk_test_" + "W0ng" * 8
    seller, other = open_account(town, me), open_account(town, me)
    things = town.furnish(me, seller) | {"accounts": other}
    sent = 0
    for operation in OPERATIONS.values():
        path = example(operation.path, things) or operation.path
        for secret in (wrong, town.own[:-1] + "x"):
            assert_clean(town, town.ask(Who(secret), operation.method, path).text, secret)
        for params in bodies(operation.params):
            answer = town.ask(me, operation.method, path, params)
            assert answer.status_code < 500
            assert_clean(town, answer.text, *CANARIES)
            sent += 1
    paid = town.good(me, "POST", "/v1/accounts", type="custom",
                     capabilities={"transfers": {"requested": True}},
                     external_account=BANK | {"account_number": NUMBER},
                     individual={"first_name": NAME, "id_number": "918273645"})  # fmt: skip
    to = Who(town.own, paid["id"])
    town.good(me, "POST", "/v1/transfers", amount=100, currency="usd", destination=paid["id"])
    town.good(to, "POST", "/v1/payouts", amount=100, currency="usd")
    town.pass_days(3)
    town.run(town.platform.request_log.flush())
    assert sent > 50
    assert_only_where_they_belong(town, town.own, wrong)
    logged = "".join(capfd.readouterr())
    assert "accounts.create" in logged
    assert_clean(town, logged, NAME, wrong, *CANARIES)


def assert_clean(town: Town, text: str, *canaries: str) -> None:
    assert [each for each in (town.own, *canaries) if each in text] == []


def assert_only_where_they_belong(town: Town, *keys: str) -> None:
    dumped = {table: rows_of(town, table) for table in tables(town)}
    assert len(dumped["request_log"]) > 1_000
    for table, text in dumped.items():
        found = [each for each in keys if each in text]
        if table not in BELONGING:
            found += [each for each in CANARIES if each in text]
        assert found == [], f"{table}: {[line for line in text.splitlines() if found[0] in line]}"
    hidden = town.rows("select count(*) from object where hidden::text like '%" + NUMBER + "%'")
    assert hidden[0][0] > 0, "the number has been kept where it belongs"
    assert all(key.encode() not in each for key in keys for each in files(town))
    cards = [path.read_bytes() for path in (town.platform.folder.parents[1] / "cards").rglob("*.*")]
    assert cards, "the card network has books and files"
    assert [each for each in CANARIES if any(each.encode() in data for data in cards)] == []


def files(town: Town) -> Iterator[bytes]:
    """Yield all files that the platform has written."""
    folder: Path = town.platform.folder
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())
