"""Pending entries: reserved, posted whole or in parts, voided, expired; never more than held."""

import pytest

from bezant.commit.change_set import Accepted, ChangeSet, HoldChange, Posting
from bezant.kernel.money import Money
from bezant.ledger import chart
from bezant.ledger.book import book_of
from bezant.ledger.entry import Move, entry
from tests.ledger_api.desk import Desk, good, move


@pytest.fixture
def wallet(desk: Desk) -> str:
    """An account that holds 100 and cannot go below zero."""
    wallet = desk.open("wallet", floor=0)
    desk.enter(desk.open("bank"), wallet, 100)
    return wallet


def bank_of(desk: Desk) -> str:
    return good(desk.get("/accounts?name=bank"))["data"][0]["id"]


def reserve(desk: Desk, wallet: str, amount: int, **others) -> str:
    return desk.enter(wallet, bank_of(desk), amount, status="pending", **others)["id"]


def parts(shown: dict) -> tuple[str, int, int]:
    """Return the status of an entry, and what is posted and pending of its first move."""
    first = shown["moves"][0]
    return shown["status"], first["amount_posted"], first["amount_pending"]


def test_what_is_pending_cannot_be_spent(desk: Desk, wallet: str):
    entry = desk.enter(wallet, bank_of(desk), 60, status="pending")
    assert parts(entry) == ("pending", 0, 60)
    assert entry["moves"][0]["phase"] == "pending"
    assert good(desk.get(f"/entries/{entry['id']}")) == entry
    assert desk.balances(wallet) == (100, 0, 60, 40)
    assert desk.balances(bank_of(desk)) == (-100, 60, 0, -100)
    refused = desk.post("/entries", {"moves": [move(wallet, bank_of(desk), 41)]})
    assert refused.error["code"] == "balance_insufficient"


def test_a_pending_entry_is_posted(desk: Desk, wallet: str):
    name = reserve(desk, wallet, 60)
    desk.pass_time(hours=1)
    posted = good(desk.post(f"/entries/{name}/post", "description=Shipped&metadata[box]=7"))
    assert (posted["id"], *parts(posted)) == (name, "posted", 60, 0)
    assert good(desk.get(f"/entries/{name}")) == posted
    assert desk.balances(wallet) == (40, 0, 0, 40)
    step = good(desk.get(f"/entries/{posted['resolved_by'][0]}"))
    assert (step["type"], step["status"], step["resolves"]) == ("ledger.posted", "posted", name)
    assert (step["description"], step["metadata"]) == ("Shipped", {"box": "7"})
    assert step["effective_at"] == desk.now()
    assert [each["phase"] for each in step["moves"]] == ["released", "posted"]
    for action in ("post", "void"):
        refused = desk.post(f"/entries/{name}/{action}")
        assert (refused.status, refused.error["code"]) == (400, "ledger_entry_not_pending")


def test_a_part_is_posted_and_the_rest_released(desk: Desk, wallet: str):
    name = reserve(desk, wallet, 60)
    posted = good(desk.post(f"/entries/{name}/post", "amount=45"))
    assert parts(posted) == ("partially_posted", 45, 0)
    assert good(desk.get(f"/entries/{name}")) == posted
    assert desk.balances(wallet) == (55, 0, 0, 55)
    assert desk.post(f"/entries/{name}/post").error["code"] == "ledger_entry_not_pending"


def test_parts_are_posted_one_after_the_other(desk: Desk, wallet: str):
    name = reserve(desk, wallet, 60)
    first = good(desk.post(f"/entries/{name}/post", {"amount": 20, "final": False}))
    assert parts(first) == ("partially_posted", 20, 40)
    assert desk.balances(wallet) == (80, 0, 40, 40)
    over = desk.post(f"/entries/{name}/post", {"amount": 41, "final": False})
    assert (over.error["code"], over.error["param"]) == ("amount_too_large", "amount")
    second = good(desk.post(f"/entries/{name}/post", {"amount": 40, "final": False}))
    assert parts(second) == ("posted", 60, 0)
    assert len(second["resolved_by"]) == 2
    assert good(desk.get(f"/entries/{name}")) == second
    life = good(desk.get(f"/entries?source={name}"))["data"]
    assert [each["id"] for each in life] == [*reversed(second["resolved_by"]), name]


def test_the_rest_of_a_part_is_voided(desk: Desk, wallet: str):
    name = reserve(desk, wallet, 60)
    good(desk.post(f"/entries/{name}/post", {"amount": 20, "final": False}))
    voided = good(desk.post(f"/entries/{name}/void"))
    assert parts(voided) == ("partially_posted", 20, 0)
    assert good(desk.get(f"/entries/{name}")) == voided
    assert desk.balances(wallet) == (80, 0, 0, 80)


def test_a_pending_entry_is_voided(desk: Desk, wallet: str):
    name = reserve(desk, wallet, 60)
    voided = good(desk.post(f"/entries/{name}/void", {"metadata": {"why": "changed mind"}}))
    assert parts(voided) == ("voided", 0, 0)
    assert good(desk.get(f"/entries/{name}")) == voided
    assert desk.balances(wallet) == (100, 0, 0, 100)
    step = good(desk.get(f"/entries/{voided['resolved_by'][0]}"))
    assert (step["type"], step["status"]) == ("ledger.voided", "released")


def test_moves_that_belong_together_are_posted_together(desk: Desk, wallet: str):
    bank, fees = bank_of(desk), desk.open("fees")
    moves = [move(wallet, bank, 50), move(wallet, fees, 5)]
    name = good(desk.post("/entries", {"moves": moves, "status": "pending"}))["id"]
    refused = desk.post(f"/entries/{name}/post", "amount=50")
    assert (refused.error["code"], refused.error["param"]) == ("parameter_invalid", "amount")
    kept = good(desk.post(f"/entries/{name}/post"))
    assert [each["amount_posted"] for each in kept["moves"]] == [50, 5]
    assert kept["status"] == "posted"
    assert good(desk.get(f"/entries/{name}")) == kept
    assert (desk.balances(wallet), desk.balances(fees)) == ((45, 0, 0, 45), (5, 0, 0, 5))


def test_only_what_is_pending_can_be_posted(desk: Desk, wallet: str):
    entry = desk.enter(wallet, bank_of(desk), 10)
    for action in ("post", "void"):
        refused = desk.post(f"/entries/{entry['id']}/{action}")
        assert refused.error["code"] == "ledger_entry_not_pending"
        assert "is posted" in refused.error["message"]
    assert desk.post("/entries/le_nothing/post").status == 404


@pytest.mark.parametrize("amount", ["0", "-1", "x", "9223372036854775808"])
def test_a_part_must_be_an_amount(desk: Desk, wallet: str, amount: str):
    name = reserve(desk, wallet, 60)
    refused = desk.post(f"/entries/{name}/post", f"amount={amount}")
    assert (refused.status, refused.error["param"]) == (400, "amount")


def release_lapsed(desk: Desk, name: str, amount: int) -> None:
    """Release a lapsed hold of the wallet for the bank, as the worker does."""
    book = book_of("acct_own", livemode=False)
    wallet = chart.custom(book, "wallet", credit_normal=True, floor=0)
    bank = chart.custom(book, "bank", credit_normal=True, floor=None)
    release = Move(Money(amount, "usd"), debit=wallet, credit=bank, phase="released")
    posting = Posting(
        desk.ids.new("le", book.slot), entry("hold.expired", release), name, resolves=name
    )
    hold = HoldChange(book, name, 0, expected=amount, remaining=0, expiring=True)
    unit = ChangeSet(postings=[posting], holds=[hold])
    assert desk.runner.run(desk.runtime.door.commit([unit])) == [Accepted()]


def test_a_pending_entry_expires(desk: Desk, wallet: str):
    name = reserve(desk, wallet, 60, expires_at=desk.now() + 60)
    desk.pass_time(seconds=60)
    lapsed = good(desk.get(f"/entries/{name}"))
    assert parts(lapsed) == ("expired", 0, 60)
    for action in ("post", "void"):
        refused = desk.post(f"/entries/{name}/{action}")
        assert refused.error["code"] == "ledger_entry_expired"
    release_lapsed(desk, name, 60)
    assert parts(good(desk.get(f"/entries/{name}"))) == ("expired", 0, 0)
    assert desk.balances(wallet) == (100, 0, 0, 100)
    assert desk.post(f"/entries/{name}/post").error["code"] == "ledger_entry_expired"


def test_what_was_posted_before_it_expired_stays(desk: Desk, wallet: str):
    name = reserve(desk, wallet, 60, expires_at=desk.now() + 60)
    good(desk.post(f"/entries/{name}/post", "amount=15&final=false"))
    desk.pass_time(hours=1)
    release_lapsed(desk, name, 45)
    assert parts(good(desk.get(f"/entries/{name}"))) == ("partially_posted", 15, 0)


def test_parts_posted_at_once_never_exceed_what_is_held(desk: Desk, wallet: str):
    name = reserve(desk, wallet, 100)
    call = (f"/entries/{name}/post", "amount=30&final=false")
    answers = desk.together(*[call] * 8)
    codes = [answer.json.get("error", {}).get("code", "posted") for answer in answers]
    assert sorted(codes) == ["amount_too_large"] * 5 + ["posted"] * 3
    assert parts(good(desk.get(f"/entries/{name}"))) == ("partially_posted", 90, 10)
    assert desk.balances(wallet) == (10, 0, 10, 0)


def test_posted_and_voided_at_once_one_of_them_happens(desk: Desk, wallet: str):
    for _ in range(5):
        name = reserve(desk, wallet, 10)
        answers = desk.together((f"/entries/{name}/post", None), (f"/entries/{name}/void", None))
        assert sorted(answer.status for answer in answers) == [200, 400]
        (refused,) = [answer for answer in answers if answer.status == 400]
        assert refused.error["code"] == "ledger_entry_not_pending"
        assert good(desk.get(f"/entries/{name}"))["status"] in ("posted", "voided")
        assert desk.balances(wallet)[2] == 0


def test_a_step_under_a_key_happens_once(desk: Desk, wallet: str):
    name = reserve(desk, wallet, 60)
    first = desk.post(f"/entries/{name}/post", "amount=20&final=false", Idempotency_Key="part")
    again = desk.post(f"/entries/{name}/post", "amount=20&final=false", Idempotency_Key="part")
    assert again.text == first.text
    assert parts(good(desk.get(f"/entries/{name}"))) == ("partially_posted", 20, 40)
