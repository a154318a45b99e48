"""Ledger entries: created whole or not at all, refused by name, read and listed."""

import pytest

from tests.ledger_api.desk import OTHER, Desk, good, move

TOO_BIG = 2**63


def test_an_entry_is_created_and_reads_the_same(desk: Desk):
    cash, bank = desk.open("cash"), desk.open("bank", normal_balance="debit")
    form = (
        f"moves[0][debit]={bank}&moves[0][credit]={cash}&moves[0][amount]=1250"
        "&moves[0][currency]=usd&description=Deposit&metadata[order]=17"
    )
    entry = good(desk.post("/entries", form))
    assert entry == {
        "object": "ledger.entry",
        "id": entry["id"],
        "created": desk.now(),
        "livemode": False,
        "description": "Deposit",
        "effective_at": desk.now(),
        "expires_at": None,
        "metadata": {"order": "17"},
        "moves": [
            {
                "amount": 1250,
                "amount_pending": 0,
                "amount_posted": 1250,
                "amount_reversed": 0,
                "credit": cash,
                "currency": "usd",
                "debit": bank,
                "phase": "posted",
            }
        ],
        "resolved_by": [],
        "resolves": None,
        "reversed_by": [],
        "reverses": None,
        "source": None,
        "status": "posted",
        "type": "ledger.created",
    }
    assert entry["id"].startswith("le_")
    assert good(desk.get(f"/entries/{entry['id']}")) == entry
    assert desk.balances(cash) == (1250, 0, 0, 1250)
    assert desk.balances(bank) == (1250, 0, 0, 1250)


def test_moves_in_several_currencies_happen_together(desk: Desk):
    usd, eur = desk.open("mine"), desk.open("mine", "eur")
    desk_usd, desk_eur = desk.open("fx"), desk.open("fx", "eur")
    moves = [move(usd, desk_usd, 10_000), move(desk_eur, eur, 9_200, "eur")]
    entry = good(desk.post("/entries", {"moves": moves}))
    assert [each["amount"] for each in entry["moves"]] == [10_000, 9_200]
    assert (desk.balances(usd)[0], desk.balances(eur)[0]) == (-10_000, 9_200)
    assert good(desk.get(f"/entries/{entry['id']}")) == entry


def test_a_floor_refuses_the_whole_entry(desk: Desk):
    wallet = desk.open("wallet", floor=0)
    bank, fees = desk.open("bank"), desk.open("fees")
    desk.enter(bank, wallet, 100)
    entry = {"moves": [move(bank, fees, 5), move(wallet, bank, 101)]}
    refused = desk.post("/entries", entry)
    assert (refused.status, refused.error["code"]) == (400, "balance_insufficient")
    assert "100 available" in refused.error["message"]
    assert desk.balances(fees) == (0, 0, 0, 0)
    overdraft = desk.open("overdraft", floor=-50)
    desk.enter(overdraft, bank, 50)
    refused = desk.post("/entries", {"moves": [move(overdraft, bank, 1)]})
    assert refused.error["code"] == "balance_insufficient"


def test_amounts_to_the_edge_of_64_bits(desk: Desk):
    cash, bank = desk.open("cash"), desk.open("bank")
    desk.enter(bank, cash, TOO_BIG - 1)
    assert desk.balances(cash)[0] == TOO_BIG - 1
    over = desk.post("/entries", {"moves": [move(bank, cash, 1)]})
    assert (over.status, over.error["code"]) == (400, "amount_too_large")


@pytest.mark.parametrize(
    "amount", ["0", "-1", str(TOO_BIG), "1e400", "NaN", "1.0", "", " 1", "\u0661"]
)
def test_bad_amounts_in_a_form(desk: Desk, amount: str):
    cash, bank = desk.open("cash"), desk.open("bank")
    form = (
        f"moves[0][debit]={bank}&moves[0][credit]={cash}&moves[0][amount]={amount}"
        "&moves[0][currency]=usd"
    )
    refused = desk.post("/entries", form)
    assert refused.status == 400
    assert refused.error["param"] == "moves[0][amount]"
    assert refused.error["code"] in ("parameter_invalid_integer", "parameter_invalid_empty")
    assert desk.balances(cash) == (0, 0, 0, 0)


NOT_AMOUNTS = [
    "0",
    "-1",
    "9223372036854775808",
    "1e400",
    "1.5",
    "NaN",
    "Infinity",
    '"5"',
    "true",
    "[5]",
]


@pytest.mark.parametrize("amount", [*NOT_AMOUNTS, "9" * 5000])
@pytest.mark.parametrize("key", [None, "key_1"])
def test_bad_amounts_in_json(desk: Desk, amount: str, key: str | None):
    cash, bank = desk.open("cash"), desk.open("bank")
    body = (
        f'{{"moves":[{{"debit":"{bank}","credit":"{cash}","currency":"usd","amount":{amount}}}]}}'
    )
    headers = {"Content_Type": "application/json"} | ({"Idempotency_Key": key} if key else {})
    refused = desk.post("/entries", body, **headers)
    assert refused.status == 400, refused.text
    assert refused.error["param"] == "moves[0][amount]"
    assert refused.error["code"] == "parameter_invalid_integer"


def test_bad_moves_are_refused_by_name(desk: Desk):
    cash, bank, euro = desk.open("cash"), desk.open("bank"), desk.open("euro", "eur")
    desk.key = OTHER
    foreign = desk.open("cash")
    desk.key = "sk_test_own"
    table = [
        ({"moves": [move(foreign, cash, 1)]}, "resource_missing", "moves[0][debit]"),
        ({"moves": [move(bank, foreign, 1)]}, "resource_missing", "moves[0][credit]"),
        ({"moves": [move(bank, "lac_x", 1)]}, "resource_missing", "moves[0][credit]"),
        ({"moves": [move(bank, "acct_1", 1)]}, "resource_missing", "moves[0][credit]"),
        ({"moves": [move(bank, cash, 1, "eur")]}, "ledger_currency_mismatch", "moves[0][currency]"),
        ({"moves": [move(bank, euro, 1)]}, "ledger_currency_mismatch", "moves[0][currency]"),
        ({"moves": [move(bank, cash, 1, "xyz")]}, "currency_not_supported", "moves[0][currency]"),
        ({"moves": [move(cash, cash, 1)]}, "parameter_invalid", "moves[0][credit]"),
        (
            {"moves": [move(bank, cash, 1), move(bank, cash, 1) | {"side": "x"}]},
            "parameter_unknown",
            "moves[1][side]",
        ),
        (
            {"moves": [{"debit": bank, "credit": cash, "amount": 1}]},
            "parameter_missing",
            "moves[0]",
        ),
        ({"moves": []}, "parameter_invalid", "moves"),
        ({}, "parameter_missing", "moves"),
        ({"moves": "all"}, "parameter_invalid", "moves"),
        ({"moves": [move(bank, cash, 1)] * 101}, "parameter_invalid", "moves"),
        ({"moves": [move(bank, cash, 1)], "status": "voided"}, "parameter_invalid", "status"),
        ({"moves": [move(bank, cash, 1)], "expires_at": 1}, "parameter_invalid", "expires_at"),
        (
            {"moves": [move(bank, cash, 1)], "status": "pending", "expires_at": desk.now()},
            "parameter_invalid",
            "expires_at",
        ),
        (
            {"moves": [move(bank, cash, 1)], "effective_at": 2**62},
            "parameter_invalid_integer",
            "effective_at",
        ),
    ]
    for params, code, param in table:
        refused = desk.post("/entries", params)
        assert (refused.status, refused.error["code"]) == (400, code), refused.text
        assert refused.error["param"].startswith(param)
    assert desk.balances(cash) == (0, 0, 0, 0)
    assert desk.balances(bank) == (0, 0, 0, 0)


def test_bad_bodies_are_refused(desk: Desk):
    for body in ('{"moves":[],"moves":[]}', '{"moves":', "[1]", '{"a":' * 70 + "1" + "}" * 70):
        refused = desk.post("/entries", body, Content_Type="application/json")
        assert refused.status == 400
        assert refused.error["type"] == "invalid_request_error"


def test_an_entry_of_somebody_else_is_not_there(desk: Desk):
    cash, bank = desk.open("cash"), desk.open("bank")
    entry = desk.enter(bank, cash, 1)
    desk.key = OTHER
    for name in (entry["id"], "le_nothing", "x"):
        missing = desk.get(f"/entries/{name}")
        assert (missing.status, missing.error["code"]) == (404, "resource_missing")


def test_a_key_makes_an_entry_happen_once(desk: Desk):
    cash, bank = desk.open("cash"), desk.open("bank")
    params = {"moves": [move(bank, cash, 5)]}
    first = desk.post("/entries", params, Idempotency_Key="once")
    again = desk.post("/entries", params, Idempotency_Key="once")
    assert (again.status, again.text) == (200, first.text)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert desk.balances(cash)[0] == 5
    other = desk.post("/entries", {"moves": [move(bank, cash, 6)]}, Idempotency_Key="once")
    assert other.error["type"] == "idempotency_error"


def test_accounts_of_an_entry_can_be_expanded(desk: Desk):
    cash, bank = desk.open("cash"), desk.open("bank")
    entry = desk.enter(bank, cash, 5)
    shown = good(desk.get(f"/entries/{entry['id']}?expand[]=moves.debit"))
    assert shown["moves"][0]["debit"]["name"] == "bank"
    assert shown["moves"][0]["credit"] == cash


def test_the_platforms_entries_are_read_too(desk: Desk):
    desk.fund(700)
    names = {each["name"]: each["id"] for each in good(desk.get("/accounts"))["data"]}
    (entry,) = good(desk.get("/entries?source=tu_1"))["data"]
    assert (entry["type"], entry["source"], entry["status"]) == ("topup.settled", "tu_1", "posted")
    assert entry["moves"][0]["credit"] == names["available"]
