"""Ledger accounts: opened once, described, listed in order, closed when empty."""

import pytest

from tests.ledger_api.desk import OTHER, Desk, good


def test_an_account_is_opened_and_reads_the_same(desk: Desk):
    params = {
        "name": "customers/1042/wallet",
        "currency": "USD",
        "normal_balance": "credit",
        "floor": 0,
        "description": "Spendable money",
        "metadata": {"tier": "gold"},
    }
    account = good(desk.post("/accounts", params))
    assert account == {
        "object": "ledger.account",
        "id": account["id"],
        "created": desk.now(),
        "livemode": False,
        "name": "customers/1042/wallet",
        "currency": "usd",
        "normal_balance": "credit",
        "floor": 0,
        "description": "Spendable money",
        "metadata": {"tier": "gold"},
        "status": "open",
        "type": "custom",
        "balances": {"posted": 0, "pending_in": 0, "pending_out": 0, "available": 0},
    }
    assert account["id"].startswith("lac_")
    assert len(account["id"]) == 28
    assert good(desk.get(f"/accounts/{account['id']}")) == account
    form = "name=cash&currency=eur&normal_balance=debit&floor=&metadata[a]=b"
    cash = good(desk.post("/accounts", form))
    assert (cash["floor"], cash["normal_balance"], cash["metadata"]) == (None, "debit", {"a": "b"})


def test_a_name_is_taken_once_per_currency_and_book(desk: Desk):
    first = desk.open("cash")
    refused = desk.post("/accounts", "name=cash&currency=usd&normal_balance=debit")
    assert refused.status == 400
    assert refused.error["code"] == "resource_already_exists"
    assert refused.error["param"] == "name"
    assert first in refused.error["message"]
    assert desk.open("cash", "eur") != first
    desk.key = OTHER
    assert desk.open("cash") != first


def test_of_many_at_once_one_gets_the_name(desk: Desk):
    params = {"name": "cash", "currency": "usd", "normal_balance": "credit"}
    answers = desk.together(*[("/accounts", params)] * 8)
    assert sorted(answer.status for answer in answers) == [200] + [400] * 7
    codes = {answer.error["code"] for answer in answers if answer.status == 400}
    assert codes == {"resource_already_exists"}


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ("currency=usd&normal_balance=credit", "parameter_missing", "name"),
        ("name=a&normal_balance=credit", "parameter_missing", "currency"),
        ("name=a&currency=usd", "parameter_missing", "normal_balance"),
        ("name=&currency=usd&normal_balance=credit", "parameter_invalid_empty", "name"),
        ("name=a b&currency=usd&normal_balance=credit", "parameter_invalid", "name"),
        (f"name={'a' * 201}&currency=usd&normal_balance=credit", "parameter_invalid", "name"),
        ("name=a&currency=xyz&normal_balance=credit", "currency_not_supported", "currency"),
        ("name=a&currency=usd&normal_balance=both", "parameter_invalid", "normal_balance"),
        ("name=a&currency=usd&normal_balance=credit&floor=1", "parameter_invalid_integer", "floor"),
        (
            "name=a&currency=usd&normal_balance=credit&floor=-9223372036854775809",
            "parameter_invalid_integer",
            "floor",
        ),
        ("name=a&currency=usd&normal_balance=credit&color=red", "parameter_unknown", "color"),
    ],
)
def test_bad_accounts_are_refused(desk: Desk, params: str, code: str, param: str):
    refused = desk.post("/accounts", params)
    assert (refused.status, refused.error["code"], refused.error["param"]) == (400, code, param)
    assert good(desk.get("/accounts"))["data"] == []


def test_description_and_metadata_change_and_nothing_else(desk: Desk):
    account = desk.open("cash", metadata={"a": "1", "b": "2"}, description="old")
    changed = good(desk.post(f"/accounts/{account}", "description=new&metadata[a]=&metadata[c]=3"))
    assert (changed["description"], changed["metadata"]) == ("new", {"b": "2", "c": "3"})
    assert good(desk.post(f"/accounts/{account}", {"description": None}))["description"] is None
    refused = desk.post(f"/accounts/{account}", "name=other")
    assert refused.error["code"] == "parameter_unknown"


def test_an_empty_account_is_closed_for_good(desk: Desk):
    cash, bank = desk.open("cash"), desk.open("bank")
    desk.enter(bank, cash, 100)
    refused = desk.post(f"/accounts/{cash}/close")
    assert refused.error["code"] == "ledger_account_not_empty"
    desk.enter(cash, bank, 100)
    closed = good(desk.post(f"/accounts/{cash}/close"))
    assert closed["status"] == "closed"
    assert good(desk.get(f"/accounts/{cash}")) == closed
    assert desk.post(f"/accounts/{cash}/close").error["code"] == "account_closed"
    entry = {"moves": [{"debit": bank, "credit": cash, "amount": 1, "currency": "usd"}]}
    refused = desk.post("/entries", entry)
    assert (refused.error["code"], refused.error["param"]) == ("account_closed", "moves[0][credit]")
    never_moved = desk.open("unused")
    assert good(desk.post(f"/accounts/{never_moved}/close"))["status"] == "closed"


def test_a_hold_keeps_an_account_open(desk: Desk):
    cash, bank = desk.open("cash"), desk.open("bank")
    desk.enter(bank, cash, 100, status="pending")
    assert desk.post(f"/accounts/{cash}/close").error["code"] == "ledger_account_not_empty"


def test_accounts_of_others_are_not_there(desk: Desk):
    mine = desk.open("cash")
    desk.key = OTHER
    theirs = desk.open("cash")
    for path in (f"/accounts/{mine}", "/accounts/lac_nothing", f"/accounts/{mine[:-1]}0"):
        missing = desk.get(path)
        assert (missing.status, missing.error["code"]) == (404, "resource_missing")
        assert missing.error["message"].startswith("No such ledger account: 'lac_")
    assert desk.post(f"/accounts/{mine}", "description=x").status == 404
    assert desk.post(f"/accounts/{mine}/close").status == 404
    assert [each["id"] for each in good(desk.get("/accounts"))["data"]] == [theirs]


def test_a_platform_sees_the_book_of_the_account_it_acts_for(desk: Desk):
    mine = desk.open("cash")
    child = {"Stripe_Account": "acct_child"}
    params = {"name": "cash", "currency": "usd", "normal_balance": "credit"}
    theirs = good(desk.post("/accounts", params, **child))["id"]
    assert theirs != mine
    assert [each["id"] for each in good(desk.get("/accounts", **child))["data"]] == [theirs]
    assert desk.get(f"/accounts/{mine}", **child).status == 404


def test_accounts_of_the_platform_are_read_and_not_touched(desk: Desk):
    desk.fund(5_000)
    listed = good(desk.get("/accounts"))["data"]
    assert [(each["name"], each["type"]) for each in listed] == [
        ("available", "system"),
        ("due", "system"),
    ]
    available = listed[0]
    assert available["balances"]["available"] == 5_000
    assert available["floor"] == 0
    name = available["id"]
    assert good(desk.get(f"/accounts/{name}")) == available
    assert desk.post(f"/accounts/{name}", "description=mine").error["code"] == (
        "ledger_account_system"
    )
    assert desk.post(f"/accounts/{name}/close").error["code"] == "ledger_account_system"
    cash = desk.open("cash")
    entry = {"moves": [{"debit": name, "credit": cash, "amount": 1, "currency": "usd"}]}
    refused = desk.post("/entries", entry)
    assert refused.error["code"] == "ledger_account_system"
    assert refused.error["param"] == "moves[0][debit]"
    assert "(available)" in refused.error["message"]


def walked(desk: Desk, query: str) -> list[str]:
    """Return the names that a client sees who follows a list to its end."""
    names: list[str] = []
    cursor = ""
    while True:
        page = good(desk.get(f"/accounts?limit=2{query}{cursor}"))
        names += [each["name"] for each in page["data"]]
        if not page["has_more"]:
            return names
        cursor = f"&starting_after={page['data'][-1]['id']}"


def test_lists_page_over_own_and_system_accounts(desk: Desk):
    for number in range(5):
        desk.open(f"own/{number}", "eur" if number % 2 else "usd")
        desk.pass_time(seconds=1)
    desk.fund(100)
    everything = ["own/4", "own/3", "own/2", "own/1", "own/0", "available", "due"]
    assert walked(desk, "") == everything
    assert walked(desk, "&type=system") == everything[5:]
    assert walked(desk, "&type=custom") == everything[:5]
    assert walked(desk, "&currency=EUR") == ["own/3", "own/1"]
    assert walked(desk, "&name=own/3") == ["own/3"]
    assert walked(desk, "&name=available") == ["available"]
    assert walked(desk, "&status=closed") == []
    begin = desk.now() - 5
    assert walked(desk, f"&type=custom&created[gt]={begin}&created[lte]={begin + 2}") == [
        "own/2",
        "own/1",
    ]
    due = good(desk.get("/accounts?name=due"))["data"][0]["id"]
    before = good(desk.get(f"/accounts?limit=3&ending_before={due}"))
    assert [each["name"] for each in before["data"]] == ["own/1", "own/0", "available"]
    assert before["has_more"]
    first = good(desk.get(f"/accounts?limit=3&ending_before={before['data'][0]['id']}"))
    assert [each["name"] for each in first["data"]] == ["own/4", "own/3", "own/2"]
    assert not first["has_more"]


def test_an_unknown_cursor_is_refused(desk: Desk):
    refused = desk.get("/accounts?starting_after=lac_nothing")
    assert (refused.status, refused.error["param"]) == (400, "starting_after")
    both = desk.get("/accounts?starting_after=a&ending_before=b")
    assert both.status == 400
