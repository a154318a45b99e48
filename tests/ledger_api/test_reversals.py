"""Reversals: posted money moved back by a new entry, at most once, or in parts up to it."""

from tests.ledger_api.desk import Desk, good, move


def opened(desk: Desk) -> tuple[str, str]:
    return desk.open("wallet"), desk.open("bank")


def test_an_entry_is_reversed_once(desk: Desk):
    wallet, bank = opened(desk)
    fees = desk.open("fees")
    moves = [move(bank, wallet, 100), move(wallet, fees, 3)]
    first = good(desk.post("/entries", {"moves": moves}))["id"]
    desk.pass_time(days=1)
    reversal = good(desk.post(f"/entries/{first}/reverse", "description=Mistake"))
    assert reversal["type"] == "ledger.reversed"
    assert (reversal["reverses"], reversal["source"]) == (first, first)
    assert [(each["debit"], each["credit"], each["amount"]) for each in reversal["moves"]] == [
        (fees, wallet, 3),
        (wallet, bank, 100),
    ]
    assert good(desk.get(f"/entries/{reversal['id']}")) == reversal
    undone = good(desk.get(f"/entries/{first}"))
    assert [each["amount_reversed"] for each in undone["moves"]] == [100, 3]
    assert undone["reversed_by"] == [reversal["id"]]
    assert undone["status"] == "posted"
    for account in (wallet, bank, fees):
        assert desk.balances(account) == (0, 0, 0, 0)
    again = desk.post(f"/entries/{first}/reverse")
    assert (again.status, again.error["code"]) == (400, "ledger_entry_reversed")
    assert reversal["id"] in again.error["message"]
    back = desk.post(f"/entries/{reversal['id']}/reverse")
    assert back.error["code"] == "ledger_entry_not_reversible"


def test_an_entry_is_reversed_in_parts(desk: Desk):
    wallet, bank = opened(desk)
    first = desk.enter(bank, wallet, 100)["id"]
    one = good(desk.post(f"/entries/{first}/reverse", "amount=30"))
    over = desk.post(f"/entries/{first}/reverse", "amount=71")
    assert (over.error["code"], over.error["param"]) == ("amount_too_large", "amount")
    assert good(desk.get(f"/entries/{first}"))["moves"][0]["amount_reversed"] == 30
    rest = good(desk.post(f"/entries/{first}/reverse"))
    assert rest["moves"][0]["amount"] == 70
    shown = good(desk.get(f"/entries/{first}"))
    assert shown["reversed_by"] == [one["id"], rest["id"]]
    assert desk.balances(wallet) == (0, 0, 0, 0)
    assert desk.post(f"/entries/{first}/reverse", "amount=1").error["code"] == (
        "ledger_entry_reversed"
    )


def test_moves_that_belong_together_are_reversed_together(desk: Desk):
    wallet, bank = opened(desk)
    moves = [move(bank, wallet, 100), move(bank, wallet, 3)]
    first = good(desk.post("/entries", {"moves": moves}))["id"]
    refused = desk.post(f"/entries/{first}/reverse", "amount=3")
    assert (refused.error["code"], refused.error["param"]) == ("parameter_invalid", "amount")


def test_reversals_at_once_never_exceed_the_entry(desk: Desk):
    wallet, bank = opened(desk)
    first = desk.enter(bank, wallet, 100)["id"]
    answers = desk.together(*[(f"/entries/{first}/reverse", "amount=30")] * 8)
    codes = [answer.json.get("error", {}).get("code", "reversed") for answer in answers]
    assert sorted(codes) == ["amount_too_large"] * 5 + ["reversed"] * 3
    assert desk.balances(wallet)[0] == 10
    answers = desk.together(*[(f"/entries/{first}/reverse", None)] * 4)
    assert sorted(answer.status for answer in answers) == [200, 400, 400, 400]
    assert desk.balances(wallet)[0] == 0


def test_a_posted_pending_entry_is_reversed_by_its_own_id(desk: Desk):
    wallet, bank = opened(desk)
    first = desk.enter(bank, wallet, 100, status="pending")["id"]
    early = desk.post(f"/entries/{first}/reverse")
    assert early.error["code"] == "ledger_entry_not_reversible"
    step = good(desk.post(f"/entries/{first}/post", "amount=80"))["resolved_by"][0]
    reversal = good(desk.post(f"/entries/{first}/reverse", "amount=50"))
    assert (reversal["reverses"], reversal["source"]) == (step, first)
    shown = good(desk.get(f"/entries/{first}"))["moves"][0]
    assert (shown["amount"], shown["amount_posted"], shown["amount_reversed"]) == (100, 80, 50)
    assert desk.balances(wallet) == (30, 0, 0, 30)


def test_an_entry_posted_in_parts_is_reversed_part_by_part(desk: Desk):
    wallet, bank = opened(desk)
    first = desk.enter(bank, wallet, 100, status="pending")["id"]
    good(desk.post(f"/entries/{first}/post", "amount=40&final=false"))
    steps = good(desk.post(f"/entries/{first}/post"))["resolved_by"]
    refused = desk.post(f"/entries/{first}/reverse")
    assert refused.error["code"] == "ledger_entry_not_reversible"
    assert all(step in refused.error["message"] for step in steps)
    for step in steps:
        good(desk.post(f"/entries/{step}/reverse"))
    shown = good(desk.get(f"/entries/{first}"))
    assert shown["moves"][0]["amount_reversed"] == 100
    assert len(shown["reversed_by"]) == 2


def test_a_reversal_keeps_to_floors_and_dates(desk: Desk):
    wallet, bank = desk.open("wallet", floor=0), desk.open("bank")
    first = desk.enter(bank, wallet, 100)["id"]
    desk.enter(wallet, bank, 10)
    refused = desk.post(f"/entries/{first}/reverse")
    assert refused.error["code"] == "balance_insufficient"
    dated = good(desk.post(f"/entries/{first}/reverse", "amount=90&effective_at=1700000000"))
    assert dated["effective_at"] == 1_700_000_000


def test_a_void_entry_and_those_of_the_platform_are_not_reversed(desk: Desk):
    wallet, bank = opened(desk)
    first = desk.enter(bank, wallet, 100, status="pending")["id"]
    step = good(desk.post(f"/entries/{first}/void"))["resolved_by"][0]
    for name in (first, step):
        refused = desk.post(f"/entries/{name}/reverse")
        assert refused.error["code"] == "ledger_entry_not_reversible"
    desk.fund(100)
    (system,) = good(desk.get("/entries?source=tu_1"))["data"]
    for action in ("reverse", "post", "void"):
        refused = desk.post(f"/entries/{system['id']}/{action}")
        assert (refused.status, refused.error["code"]) == (400, "ledger_entry_system")
        assert "tu_1" in refused.error["message"]
