"""Batches: every item with its own outcome, or all together; the same again for the same key."""

from tests.ledger_api.desk import Desk, good, move


def opened(desk: Desk) -> tuple[str, str, str]:
    """Return a wallet that holds 100 and cannot go below zero, a bank, and an account in euro."""
    wallet, bank = desk.open("wallet", floor=0), desk.open("bank")
    desk.enter(bank, wallet, 100)
    return wallet, bank, desk.open("euro", "eur")


def test_items_succeed_and_fail_each_on_its_own(desk: Desk):
    wallet, bank, euro = opened(desk)
    entries = [
        {"moves": [move(wallet, bank, 60)], "metadata": {"n": "0"}},
        {"moves": [move(wallet, bank, 60)]},
        {"moves": [move(wallet, bank, 0)]},
        {"moves": [move(wallet, euro, 1)]},
        {"moves": [move(wallet, bank, 40)], "status": "pending"},
        {"moves": [move(wallet, bank, 1)], "colour": "red"},
        "nothing",
        {"moves": [move(bank, wallet, 5)]},
    ]
    answer = good(desk.post("/entries/batch", {"entries": entries}))
    assert (answer["object"], answer["has_more"]) == ("list", False)
    told = [
        each["status"] if "id" in each else (each["error"]["code"], each["error"].get("param"))
        for each in answer["data"]
    ]
    assert told == [
        "posted",
        ("balance_insufficient", None),
        ("parameter_invalid_integer", "entries[2][moves][0][amount]"),
        ("ledger_currency_mismatch", "entries[3][moves][0][currency]"),
        "pending",
        ("parameter_unknown", "entries[5][colour]"),
        ("parameter_invalid", "entries[6]"),
        "posted",
    ]
    assert desk.balances(wallet) == (45, 0, 40, 5)
    for each in answer["data"]:
        if "id" in each:
            assert good(desk.get(f"/entries/{each['id']}")) == each


def test_an_atomic_batch_happens_whole_or_not_at_all(desk: Desk):
    wallet, bank, euro = opened(desk)
    sound = {"moves": [move(wallet, bank, 60)]}
    refused = desk.post("/entries/batch", {"entries": [sound, sound], "atomic": True})
    assert (refused.status, refused.error["code"]) == (400, "balance_insufficient")
    wrong = {"moves": [move(wallet, euro, 1)]}
    refused = desk.post("/entries/batch", {"entries": [sound, wrong], "atomic": True})
    assert refused.error["param"] == "entries[1][moves][0][currency]"
    unread = {"moves": [move(wallet, bank, -1)]}
    refused = desk.post("/entries/batch", {"entries": [sound, unread], "atomic": True})
    assert refused.error["param"] == "entries[1][moves][0][amount]"
    assert desk.balances(wallet) == (100, 0, 0, 100)
    back = {"moves": [move(bank, wallet, 20)]}
    answer = good(desk.post("/entries/batch", {"entries": [sound, back, sound], "atomic": True}))
    assert [each["status"] for each in answer["data"]] == ["posted"] * 3
    assert desk.balances(wallet) == (0, 0, 0, 0)


def test_a_replay_tells_the_same_to_the_byte(desk: Desk):
    wallet, bank, _ = opened(desk)
    entries = [
        {"moves": [move(wallet, bank, 80)]},
        {"moves": [move(wallet, bank, 80)]},
        {"moves": [move(wallet, bank, -1)]},
        {"moves": [move(wallet, bank, 20)]},
    ]
    params = {"entries": entries}
    first = desk.post("/entries/batch", params, Idempotency_Key="batch")
    assert ["id" in each for each in good(first)["data"]] == [True, False, False, True]
    desk.enter(bank, wallet, 1_000)
    again = desk.post("/entries/batch", params, Idempotency_Key="batch")
    assert (again.status, again.text) == (200, first.text)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert desk.balances(wallet)[0] == 1_000
    changed = desk.post("/entries/batch", {"entries": entries[:1]}, Idempotency_Key="batch")
    assert changed.error["type"] == "idempotency_error"


def test_a_form_can_carry_a_batch(desk: Desk):
    wallet, bank, _ = opened(desk)
    fields = [
        f"entries[{n}][moves][0][{name}]={value}"
        for n in range(3)
        for name, value in move(wallet, bank, 10 * n).items()
    ]
    answer = good(desk.post("/entries/batch", "&".join(fields)))
    assert ["id" in each for each in answer["data"]] == [False, True, True]
    assert answer["data"][0]["error"]["param"] == "entries[0][moves][0][amount]"
    assert desk.balances(wallet)[0] == 70


def test_ten_thousand_entries_in_one_call_and_no_more(desk: Desk):
    wallet, bank, _ = opened(desk)
    entries = [{"moves": [move(bank, wallet, 1)]}] * 10_000
    answer = good(desk.post("/entries/batch", {"entries": entries}))
    assert len({each["id"] for each in answer["data"]}) == 10_000
    assert desk.balances(wallet)[0] == 10_100
    refused = desk.post("/entries/batch", {"entries": [*entries, entries[0]]})
    assert (refused.status, refused.error["param"]) == (400, "entries")
    assert desk.balances(wallet)[0] == 10_100
    assert desk.post("/entries/batch", {"entries": []}).error["param"] == "entries"
    assert desk.post("/entries/batch", {}).error["code"] == "parameter_missing"


def test_a_batch_beyond_its_limit_in_bytes_is_refused(desk: Desk):
    refused = desk.post("/entries/batch", b"x" * ((8 << 20) + 1), Content_Type="application/json")
    assert (refused.status, refused.error["code"]) == (400, "request_body_too_large")
