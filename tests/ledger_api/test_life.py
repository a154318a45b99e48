"""Any life: random entries, steps and reversals, some refused, against the sums in plain Python."""

from collections import defaultdict
from random import Random

import pytest

from tests.ledger_api.desk import Desk, good, move

STATUSES = {"pending", "partially_posted", "posted", "voided", "released"}
REFUSALS = {
    "amount_too_large",
    "balance_insufficient",
    "ledger_entry_not_pending",
    "ledger_entry_not_reversible",
    "ledger_entry_reversed",
    "parameter_invalid",
}


def entry_of(dice: Random, accounts: list[str]) -> dict:
    moves = [
        move(*dice.sample(accounts, 2), dice.randint(1, 200)) for _ in range(dice.choice([1, 1, 2]))
    ]
    return {"moves": moves, "status": dice.choice(["posted", "pending"])}


def call_of(dice: Random, accounts: list[str], names: list[str]) -> tuple[str, dict]:
    """Return what to post next, and where."""
    if not names or dice.random() < 0.4:
        return "/entries", entry_of(dice, accounts)
    action = dice.choice(["post", "post", "void", "reverse", "reverse"])
    params = {} if dice.random() < 0.4 else {"amount": dice.randint(1, 120)}
    if action == "post" and dice.random() < 0.5:
        params["final"] = False
    return f"/entries/{dice.choice(names)}/{action}", {} if action == "void" else params


def listed(desk: Desk) -> list[dict]:
    """Return every entry."""
    found: list[dict] = []
    cursor = ""
    while True:
        page = good(desk.get(f"/entries?limit=100{cursor}"))
        found += page["data"]
        if not page["has_more"]:
            return found
        cursor = f"&starting_after={found[-1]['id']}"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_entries_tell_what_balances_hold(desk: Desk, seed: int):
    dice = Random(seed)
    accounts = [desk.open("floored", floor=0), desk.open("low", floor=-300), desk.open("free")]
    accounts += [desk.open("debit", normal_balance="debit", floor=-100)]
    names: list[str] = []
    for _ in range(40):
        calls = [call_of(dice, accounts, names) for _ in range(6)]
        for (path, _), answer in zip(calls, desk.together(*calls), strict=True):
            if answer.status == 200 and not path.endswith(("/post", "/void")):
                names.append(answer.json["id"])
            elif answer.status != 200:
                assert answer.error["code"] in REFUSALS, answer.text
        desk.pass_time(seconds=1)
    debits, credits_ = defaultdict(int), defaultdict(int)
    held_debits, held_credits = defaultdict(int), defaultdict(int)
    entries = listed(desk)
    for entry in entries:
        assert entry["status"] in STATUSES
        for each in entry["moves"]:
            assert each["amount_reversed"] <= each["amount_posted"] <= each["amount"]
            assert each["amount_posted"] + each["amount_pending"] <= each["amount"]
            held_debits[each["debit"]] += each["amount_pending"]
            held_credits[each["credit"]] += each["amount_pending"]
            if entry["resolves"] is None:  # Else it is told by the entry that it posts.
                debits[each["debit"]] += each["amount_posted"]
                credits_[each["credit"]] += each["amount_posted"]
    for account in accounts:
        net, out = credits_[account] - debits[account], held_debits[account]
        coming = held_credits[account]
        if account == accounts[-1]:
            net, out, coming = -net, coming, out
        assert desk.balances(account) == (net, coming, out, net - out)
    assert len(entries) > 50
    assert desk.problems() == []
