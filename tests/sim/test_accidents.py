"""What goes wrong between a bank and its client can be made to go wrong here."""

from datetime import date

import pytest

from tests.sim.client import Pay, ach, drop

MONDAY = date(2026, 3, 2)
NO_ACCOUNT = "000111111116"


@pytest.fixture
def paid(bank):
    """A bank that has taken a file of which one payment will come back."""
    drop(bank.courier.to_bank, "a.ach", ach([Pay(6_000), Pay(4_000, NO_ACCOUNT)]))
    bank.receive()
    return bank


def arrived(bank):
    """Return the names of all that reached the client, acknowledgements aside."""
    names = {path.name for path in bank.courier.from_bank.iterdir()}
    return sorted(name for name in names if not name.endswith(".ack"))


def test_an_acknowledgement_is_lost_and_the_file_asked_for_again(bank):
    bank.courier.fault("lose", "ack")
    content = ach([Pay(6_000)])
    for duplicate in (False, True):
        drop(bank.courier.to_bank, "a.ach", content)
        assert (bank.courier.from_bank / "a.ach.ack").exists() is False
        [ack] = bank.receive()
        assert ack.duplicate is duplicate
    assert (bank.courier.from_bank / "a.ach.ack").exists()
    assert bank.settle(MONDAY).executed == 1


def test_a_return_file_comes_twice(paid):
    paid.courier.fault("double", "returns")
    paid.settle(MONDAY, at_once=True)
    first, again = arrived(paid)
    folder = paid.courier.from_bank
    assert (folder / first).read_bytes() == (folder / again).read_bytes()
    assert paid.balance() == 94_000


def test_the_statement_comes_before_the_return_file(paid):
    paid.courier.fault("hold", "returns")
    paid.run(MONDAY, at_once=True)
    assert [name.partition("-")[0] for name in arrived(paid)] == ["statement", "statement"]
    [late] = paid.courier.release()
    assert late.startswith("returns-")
    assert late in arrived(paid)


def test_both_forms_of_a_statement_come_late(paid):
    for kind in ("bai2", "camt"):
        paid.courier.fault("hold", kind)
    paid.run(MONDAY, at_once=True)
    assert [name.partition("-")[0] for name in arrived(paid)] == ["returns"]
    assert len(paid.courier.release()) == 2
    assert len(arrived(paid)) == 3


def test_a_statement_comes_twice(paid):
    paid.courier.fault("double", "bai2")
    paid.run(MONDAY, at_once=True)
    assert [name for name in arrived(paid) if name.endswith(".bai2")] == [
        "statement-20260302-000001-again.bai2",
        "statement-20260302-000001.bai2",
    ]


def test_a_truncated_statement_is_sent_again_whole(paid):
    paid.courier.fault("truncate", "bai2")
    paid.run(MONDAY, at_once=True)
    path = paid.courier.from_bank / "statement-20260302-000001.bai2"
    cut = path.read_bytes()
    paid.resend(path.name)
    whole = path.read_bytes()
    assert whole.startswith(cut)
    assert whole.count(b"\n99,") == 1
    assert b"\n99," not in cut
    with pytest.raises(LookupError):
        paid.resend("statement-of-another-bank.bai2")


def test_an_accident_happens_as_often_as_it_was_asked_for(bank):
    bank.courier.fault("lose", "bai2", times=2)
    for _ in range(3):
        bank.close_day(MONDAY)
    assert [name for name in arrived(bank) if name.endswith(".bai2")] == [
        "statement-20260302-000003.bai2"
    ]


def test_what_was_written_down_and_not_sent_goes_with_the_next_call(paid, monkeypatch):
    def fail(*_):
        raise OSError("the line is down")

    with monkeypatch.context() as line:
        line.setattr(paid.courier, "send", fail)
        with pytest.raises(OSError, match="down"):
            paid.settle(MONDAY, at_once=True)
    assert arrived(paid) == []
    assert paid.settle(MONDAY, at_once=True).executed == 0
    assert len(arrived(paid)) == 1
    assert paid.balance() == 94_000


def test_a_crash_before_the_file_is_put_aside_executes_nothing_twice(bank, monkeypatch):
    def fail(*_):
        raise OSError("the machine is gone")

    drop(bank.courier.to_bank, "a.ach", ach([Pay(6_000)]))
    with monkeypatch.context() as machine:
        machine.setattr(bank.courier, "keep", fail)
        with pytest.raises(OSError, match="gone"):
            bank.receive()
    [ack] = bank.receive()
    assert (ack.status, ack.duplicate) == ("accepted", True)
    assert bank.settle(MONDAY).debited == 6_000
