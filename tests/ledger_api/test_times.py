"""Balances in both times, statements with their running balance, and the trial balance."""

import pytest

from tests.ledger_api.desk import OTHER, Desk, good

LAST_SECOND = 253_402_300_799


def read(desk: Desk, account: str, **times: int) -> dict:
    query = "&".join(f"{name}={value}" for name, value in times.items())
    return good(desk.get(f"/accounts/{account}/balance?{query}"))


def test_the_balance_of_this_moment(desk: Desk):
    wallet, bank = desk.open("wallet"), desk.open("bank")
    desk.enter(bank, wallet, 100)
    desk.enter(wallet, bank, 30, status="pending")
    desk.enter(bank, wallet, 7, status="pending")
    assert read(desk, wallet) == {
        "object": "ledger.account_balance",
        "account": wallet,
        "at": None,
        "available": 70,
        "currency": "usd",
        "effective_at": None,
        "livemode": False,
        "pending_in": 7,
        "pending_out": 30,
        "posted": 100,
    }


def test_balances_are_read_in_both_times(desk: Desk):
    wallet, bank = desk.open("wallet"), desk.open("bank", normal_balance="debit")
    day = 86_400
    start = desk.now()
    for number in range(4):  # On each day 100 for that day, and from the second 1 for the first.
        desk.enter(bank, wallet, 100)
        if number:
            desk.enter(bank, wallet, 1, effective_at=start)
        desk.pass_time(days=1)
    known = [read(desk, wallet, at=start + day * number)["posted"] for number in range(4)]
    assert known == [100, 201, 302, 403]
    effective = [
        read(desk, bank, effective_at=start + day * number)["posted"] for number in range(4)
    ]
    assert effective == [103, 203, 303, 403]
    both = read(desk, wallet, at=start + day, effective_at=start)
    assert (both["posted"], both["at"], both["effective_at"]) == (101, start + day, start)
    assert (both["available"], both["pending_in"], both["pending_out"]) == (None, None, None)
    assert read(desk, wallet, at=start - 1)["posted"] == 0
    assert read(desk, wallet, effective_at=start - 1)["posted"] == 0
    assert read(desk, wallet, at=LAST_SECOND, effective_at=LAST_SECOND)["posted"] == 403


def test_what_was_available_is_known_of_the_past(desk: Desk):
    wallet, bank = desk.open("wallet"), desk.open("bank")
    desk.enter(bank, wallet, 100)
    desk.enter(wallet, bank, 30, status="pending")
    then = desk.now()
    desk.pass_time(seconds=1)
    desk.enter(wallet, bank, 50)
    past = read(desk, wallet, at=then)
    assert (past["posted"], past["available"], past["pending_out"]) == (100, 70, 30)
    assert past["pending_in"] is None


def test_a_future_entry_takes_effect_in_its_time(desk: Desk):
    wallet, bank = desk.open("wallet"), desk.open("bank")
    desk.enter(bank, wallet, 100, effective_at=desk.now() + 3_600)
    assert read(desk, wallet, effective_at=desk.now())["posted"] == 0
    assert read(desk, wallet, effective_at=desk.now() + 3_600)["posted"] == 100


def test_an_account_without_moves_holds_nothing_at_any_time(desk: Desk):
    empty = desk.open("empty")
    assert read(desk, empty)["posted"] == 0
    assert read(desk, empty, at=desk.now())["available"] == 0
    assert read(desk, empty, effective_at=desk.now())["available"] is None
    page = good(desk.get(f"/accounts/{empty}/statement"))
    assert (page["data"], page["has_more"]) == ([], False)


@pytest.mark.parametrize("query", ["at=x", "at=-1", f"at={LAST_SECOND + 1}", "when=1", "at=1.5"])
def test_bad_times_are_refused(desk: Desk, query: str):
    wallet = desk.open("wallet")
    refused = desk.get(f"/accounts/{wallet}/balance?{query}")
    assert (refused.status, refused.error["param"]) == (400, query.partition("=")[0])


def test_a_statement_shows_the_balance_after_each_move(desk: Desk):
    desk.open("wallet", floor=0)
    wallet, bank = good(desk.get("/accounts?name=wallet"))["data"][0]["id"], desk.open("bank")
    desk.enter(bank, wallet, 100, description="In")
    held = desk.enter(wallet, bank, 60, status="pending")["id"]
    desk.pass_time(minutes=1)
    posted = good(desk.post(f"/entries/{held}/post", "amount=45"))["resolved_by"][0]
    page = good(desk.get(f"/accounts/{wallet}/statement"))
    assert page["url"] == f"/v1/ledger/accounts/{wallet}/statement"
    lines = page["data"]
    shown = [(each["phase"], each["amount"], each["posted"], each["available"]) for each in lines]
    assert shown == [
        ("posted", -45, 55, 55),
        ("released", -60, 100, 100),
        ("pending", -60, 100, 40),
        ("posted", 100, 100, 100),
    ]
    assert [each["entry"] for each in lines[:3]] == [posted, posted, held]
    assert lines[0]["source"] == held
    first = lines[-1]
    assert first == {
        "object": "ledger.statement_line",
        "id": first["id"],
        "created": desk.now() - 60,
        "livemode": False,
        "account": wallet,
        "amount": 100,
        "available": 100,
        "counterparty": bank,
        "currency": "usd",
        "description": "In",
        "effective_at": desk.now() - 60,
        "entry": first["entry"],
        "phase": "posted",
        "posted": 100,
        "source": None,
        "type": "ledger.created",
    }


def test_a_statement_is_read_page_by_page_and_by_time(desk: Desk):
    wallet, bank = desk.open("wallet"), desk.open("bank")
    begin = desk.now()
    for number in range(1, 8):
        desk.enter(bank, wallet, number)
        desk.pass_time(seconds=1)
    path = f"/accounts/{wallet}/statement"
    first = good(desk.get(f"{path}?limit=3"))
    assert ([each["amount"] for each in first["data"]], first["has_more"]) == ([7, 6, 5], True)
    after = first["data"][-1]["id"]
    second = good(desk.get(f"{path}?limit=4&starting_after={after}"))
    assert ([each["amount"] for each in second["data"]], second["has_more"]) == (
        [4, 3, 2, 1],
        False,
    )
    before = second["data"][2]["id"]
    back = good(desk.get(f"{path}?limit=3&ending_before={before}"))
    assert ([each["amount"] for each in back["data"]], back["has_more"]) == ([5, 4, 3], True)
    assert len({each["id"] for each in first["data"] + second["data"]}) == 7
    table = [
        (f"created={begin + 2}", [3]),
        (f"created[gte]={begin + 5}", [7, 6]),
        (f"created[gt]={begin + 5}", [7]),
        (f"created[lt]={begin + 1}", [1]),
        (f"created[lte]={begin + 1}", [2, 1]),
        (f"created[gt]={begin}&created[lt]={begin + 3}", [3, 2]),
        (f"created[gt]={LAST_SECOND}", []),
        ("created[lt]=0", []),
    ]
    for query, amounts in table:
        lines = good(desk.get(f"{path}?{query}"))["data"]
        assert [each["amount"] for each in lines] == amounts, query


def test_a_line_of_another_account_is_no_cursor(desk: Desk):
    wallet, bank = desk.open("wallet"), desk.open("bank")
    desk.enter(bank, wallet, 1)
    line = good(desk.get(f"/accounts/{bank}/statement"))["data"][0]["id"]
    for cursor in (line, "lsl_1", "x", f"{line}0", line.removeprefix("lsl_")):
        refused = desk.get(f"/accounts/{wallet}/statement?starting_after={cursor}")
        assert (refused.status, refused.error["param"]) == (400, "starting_after")


def test_accounts_of_others_tell_nothing(desk: Desk):
    wallet = desk.open("wallet")
    desk.key = OTHER
    for part in ("balance", "statement"):
        missing = desk.get(f"/accounts/{wallet}/{part}")
        assert (missing.status, missing.error["code"]) == (404, "resource_missing")


def test_accounts_of_the_platform_have_statements_too(desk: Desk):
    desk.fund(700)
    account = good(desk.get("/accounts?name=available"))["data"][0]
    (line,) = good(desk.get(f"/accounts/{account['id']}/statement"))["data"]
    assert (line["amount"], line["type"], line["source"]) == (700, "topup.settled", "tu_1")
    due = good(desk.get("/accounts?name=due"))["data"][0]["id"]
    assert line["counterparty"] == due
    assert read(desk, account["id"], at=desk.now())["posted"] == 700


def test_the_trial_balance_is_even_in_every_currency(desk: Desk):
    wallets = [desk.open(f"customers/{number}/wallet") for number in range(3)]
    bank = desk.open("bank", normal_balance="debit")
    euro, euro_bank = desk.open("customers/1/wallet", "eur"), desk.open("bank", "eur")
    for wallet in wallets[:2]:
        desk.enter(bank, wallet, 100)
    desk.enter(wallets[2], bank, 10)
    then = desk.now()
    desk.pass_time(days=1)
    move = {"debit": euro_bank, "credit": euro, "amount": 5, "currency": "eur"}
    good(desk.post("/entries", {"moves": [move]}))
    desk.fund(1_000)
    now = good(desk.get("/trial_balance"))
    assert now["object"] == "ledger.trial_balance"
    assert (now["at"], now["balanced"], now["livemode"]) == (None, True, False)
    assert [
        (
            each["currency"],
            each["type"],
            each["name"],
            each["accounts"],
            each["debit"],
            each["credit"],
        )
        for each in now["lines"]
    ] == [
        ("eur", "custom", "bank", 1, 5, 0),
        ("eur", "custom", "customers", 1, 0, 5),
        ("usd", "custom", "bank", 1, 190, 0),
        ("usd", "custom", "customers", 3, 10, 200),
        ("usd", "system", "available", 1, 0, 1_000),
        ("usd", "system", "due", 1, 1_000, 0),
    ]
    assert now["totals"] == [
        {"balanced": True, "credit": 5, "currency": "eur", "debit": 5},
        {"balanced": True, "credit": 1_200, "currency": "usd", "debit": 1_200},
    ]
    past = good(desk.get(f"/trial_balance?at={then}"))
    usd = [line for line in now["lines"] if (line["currency"], line["type"]) == ("usd", "custom")]
    assert (past["at"], past["balanced"], past["lines"]) == (then, True, usd)
    euros = good(desk.get("/trial_balance?currency=EUR"))
    assert [total["currency"] for total in euros["totals"]] == ["eur"]
    desk.key = OTHER
    empty = good(desk.get("/trial_balance"))
    assert (empty["lines"], empty["totals"], empty["balanced"]) == ([], [], True)


def test_the_books_prove_themselves_in_the_end(desk: Desk):
    """What this API writes holds before the verifier, which shares nothing with the door."""
    wallet, bank = desk.open("wallet", floor=0), desk.open("bank")
    first = desk.enter(bank, wallet, 100, effective_at=desk.now() - 86_400)["id"]
    held = desk.enter(wallet, bank, 60, status="pending", expires_at=desk.now() + 60)["id"]
    good(desk.post(f"/entries/{held}/post", "amount=20&final=false"))
    good(desk.post(f"/entries/{held}/void"))
    good(desk.post(f"/entries/{first}/reverse", "amount=50"))
    good(desk.post(f"/entries/{held}/reverse"))
    closed = desk.open("closed")
    good(desk.post(f"/accounts/{closed}/close"))
    assert desk.problems() == []
