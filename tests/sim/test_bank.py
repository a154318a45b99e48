"""The simulated bank executes what it takes once, and its books balance."""

import json
from datetime import date

import pytest
from msgspec.structs import replace

from bezant.kernel.entropy import SeededEntropy
from tests.sim.client import OK, Pay, ach, drop, trace

SUNDAY, MONDAY, TUESDAY = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)
NO_ACCOUNT, CLOSED, INSUFFICIENT = "000111111116", "000111111113", "000222222227"


def give(bank, name, content):
    """Drop a file and let the bank take it; returns its one answer."""
    drop(bank.courier.to_bank, name, content)
    [ack] = bank.receive()
    return ack


def received(bank, suffix):
    """Return the names of the files of a kind that reached the client, in order."""
    return sorted(path.name for path in bank.courier.from_bank.iterdir() if path.suffix == suffix)


def returned_traces(bank, name):
    """Return the original trace numbers of a return file's addenda."""
    text = (bank.courier.from_bank / name).read_text()
    return [line[6:21] for line in text.splitlines() if line.startswith("799")]


def test_a_file_is_acknowledged_with_its_totals(bank):
    content = ach([Pay(6_000), Pay(4_000)])
    ack = give(bank, "a.ach", content)
    assert (ack.status, ack.entries, ack.credit, ack.debit) == ("accepted", 2, 10_000, 0)
    answer = json.loads((bank.courier.from_bank / "a.ach.ack").read_bytes())
    assert answer["status"] == "accepted"
    assert answer["reference"] == "BZREF001"
    assert answer["sha256"] == ack.sha256
    assert list(bank.courier.to_bank.iterdir()) == []
    assert bank.balance() == 100_000


def test_a_file_that_is_still_being_written_is_not_taken(bank):
    (bank.courier.to_bank / ".a.ach").write_bytes(ach([Pay(1)])[:50])
    assert bank.receive() == []


def test_a_broken_file_is_rejected_with_its_reasons_and_may_come_again(bank):
    content = ach([Pay(6_000)])
    ack = give(bank, "a.ach", content.replace(b"0000006000", b"0000006001", 1))
    assert ack.status == "rejected"
    assert any("credits says 6000, the records above make 6001" in why for why in ack.reasons)
    assert bank.settle(MONDAY).executed == 0
    assert give(bank, "a.ach", content).status == "accepted"
    assert bank.deliveries() == {"accepted": 1, "rejected": 1, "duplicate": 0}


def test_a_duplicate_is_answered_and_never_executed_again(bank):
    content = ach([Pay(6_000)])
    give(bank, "a.ach", content)
    again = give(bank, "b.ach", content)
    assert (again.status, again.duplicate, again.credit) == ("accepted", True, 6_000)
    bank.settle(MONDAY)
    give(bank, "a.ach", content)
    assert bank.settle(TUESDAY, at_once=True).executed == 0
    assert bank.deliveries()["duplicate"] == 2
    assert len(bank.executions(trace(1))) == 1
    assert bank.balance() == 94_000


def test_another_file_under_the_same_header_is_rejected(bank):
    give(bank, "a.ach", ach([Pay(6_000)]))
    ack = give(bank, "b.ach", ach([Pay(7_000)]))
    assert ack.status == "rejected"
    assert "taken before" in ack.reasons[0]


def test_a_file_settles_on_its_effective_date_as_one_debit(bank):
    give(bank, "a.ach", ach([Pay(6_000), Pay(4_000)], effective="260303"))
    assert bank.settle(MONDAY).executed == 0
    done = bank.settle(TUESDAY)
    assert (done.executed, done.debited, done.returned) == (2, 10_000, 0)
    [line] = bank.lines()
    assert (line.type_code, line.amount, line.customer_reference) == ("466", -10_000, "BZREF001")
    assert bank.balance() == 90_000
    assert bank.paid_out() == 10_000


def test_nothing_settles_while_banks_are_closed(bank):
    give(bank, "a.ach", ach([Pay(6_000)], effective="260301"))
    assert bank.settle(SUNDAY).executed == 0
    assert bank.settle(MONDAY).executed == 1


def test_a_magic_account_sends_the_money_back_on_the_next_banking_day(bank):
    give(bank, "a.ach", ach([Pay(6_000), Pay(4_000, NO_ACCOUNT)]))
    assert bank.settle(MONDAY).returned == 0
    assert received(bank, ".ach") == []
    assert bank.settle(TUESDAY).returned == 1
    [name] = received(bank, ".ach")
    assert returned_traces(bank, name) == [trace(2)]
    back = bank.lines()[-1]
    assert (back.type_code, back.amount, back.customer_reference) == ("257", 4_000, trace(2))
    assert bank.balance() == 94_000
    assert bank.paid_out() == 6_000


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (NO_ACCOUNT, "R03"),
        (CLOSED, "R02"),
        (INSUFFICIENT, "R01"),
        ("000333333335", "R10"),
        ("000444444440", "R17"),
        (OK, None),
        ("000888888883", None),
    ],
)
def test_accounts_answer_by_their_number(bank, account, code):
    give(bank, "a.ach", ach([Pay(500, account)]))
    done = bank.settle(MONDAY, at_once=True)
    assert done.returned == (code is not None)
    assert [(run.return_code) for run in bank.executions(trace(1))] == [code]


def test_at_once_does_not_wait_for_days(bank):
    give(bank, "a.ach", ach([Pay(4_000, NO_ACCOUNT)], effective="260305"))
    done = bank.settle(SUNDAY, at_once=True)
    assert (done.executed, done.returned) == (1, 1)
    assert [line.amount for line in bank.lines()] == [-4_000, 4_000]
    assert bank.executions(trace(1))[0].returned_on == SUNDAY


def test_an_entry_comes_back_on_demand_before_and_after_execution(bank):
    give(bank, "a.ach", ach([Pay(1_000), Pay(2_000)]))
    bank.plan(trace(1), "returned", "R04")
    bank.settle(MONDAY)
    bank.plan(trace(2), "returned", "R16")
    assert bank.settle(TUESDAY).returned == 2
    assert [bank.executions(trace(n))[0].return_code for n in (1, 2)] == ["R04", "R16"]
    with pytest.raises(LookupError):
        bank.plan(trace(2), "returned", "R16")
    assert bank.balance() == 100_000


def test_debits_bring_money_and_their_returns_take_it(bank):
    content = ach([Pay(3_000, code="27"), Pay(1_000, INSUFFICIENT, "27")], service="225")
    give(bank, "a.ach", content)
    bank.settle(MONDAY, at_once=True)
    assert [(line.type_code, line.amount) for line in bank.lines()] == [
        ("166", 4_000),
        ("557", -1_000),
    ]
    assert bank.paid_out() == -3_000


def test_a_prenote_moves_no_money_and_may_come_back(bank):
    give(bank, "a.ach", ach([Pay(0, NO_ACCOUNT, "23")]))
    assert bank.settle(MONDAY, at_once=True).returned == 1
    assert bank.lines() == []
    assert len(received(bank, ".ach")) == 1


def test_chance_returns_the_share_that_was_asked_for_and_the_seed_repeats_it(bank):
    bank.books.adopt("returns_per_mille", "100")
    give(bank, "a.ach", ach([Pay(100) for _ in range(2_000)]))
    done = bank.settle(MONDAY, at_once=True)
    assert 150 < done.returned < 250
    assert bank.balance() == 100_000 - 100 * (2_000 - done.returned)


def test_the_books_survive_the_bank(bank, clock):
    give(bank, "a.ach", ach([Pay(6_000)]))
    bank.settle(MONDAY)
    again = type(bank)(
        bank.courier.to_bank.parent,
        clock,
        replace(bank.account, opening_balance=5),
        [*bank.schemes.values()],
        entropy=SeededEntropy(1),
    )
    assert again.balance() == 94_000
    assert len(again.executions(trace(1))) == 1
    again.close()


def test_twenty_thousand_entries_settle_in_a_day(bank):
    drop(
        bank.courier.to_bank,
        "a.ach",
        ach([Pay(100 + n, NO_ACCOUNT if n % 50 == 0 else OK) for n in range(20_000)]),
    )
    [ack] = bank.receive()
    done = bank.settle(MONDAY, at_once=True)
    bank.close_day(MONDAY)
    assert (ack.entries, done.executed, done.returned) == (20_000, 20_000, 400)
    assert bank.balance() == 100_000 - bank.paid_out()
