"""The bank around a scheme: what it books, when it answers, what it is made to do otherwise."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from bezant.kernel.clock import VirtualClock
from bezant.kernel.entropy import SeededEntropy
from bezant.sim.bank import OUTAGE, BankAccount, SimulatedBank
from bezant.sim.scheme import Client, Incoming
from tests.sim.client import drop
from tests.sim.toy import Toy, file_of, order

MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)
WEDNESDAY = date(2026, 3, 4)
BATCH, INSTANT = Toy("batch"), Toy("instant")


@pytest.fixture
def clock():
    return VirtualClock(datetime(2026, 3, 2, 17, tzinfo=UTC))


@pytest.fixture
def bank(tmp_path, clock):
    account = BankAccount(
        Client("BEZANT", "111", "091000019"), statements=("bai2", "camt", "mt940"), receipts=True
    )
    bank = SimulatedBank(
        tmp_path, clock, account, (BATCH, INSTANT), entropy=SeededEntropy(3), name="toy"
    )
    yield bank
    bank.close()


def send(bank, scheme, name, *orders):
    drop(bank.courier.to_bank, f"{name}.json", file_of(scheme, name, *orders))
    return bank.receive()


def told(bank, kind="answers"):
    """Return all that the bank has said in letters of a kind, in order."""
    paths = sorted(bank.courier.from_bank.glob(f"{kind}-*"))
    return [said for path in paths for said in msgspec.json.decode(path.read_bytes())]


def answers(bank):
    return [(said["key"], said["outcome"], said["code"]) for said in told(bank)]


def amounts(bank):
    return [line.amount for line in bank.lines()]


def test_a_file_settles_on_its_day_as_one_line_and_returns_come_a_day_later(bank):
    [ack] = send(
        bank, BATCH, "f1", order("a", 100), order("b", 50, "BACK"), order("c", 7, "BETTER")
    )
    assert (ack.status, ack.entries, ack.credit) == ("accepted", 3, 157)
    bank.settle(MONDAY)
    assert amounts(bank) == []
    bank.settle(TUESDAY)
    assert amounts(bank) == [-157]
    assert answers(bank) == []
    bank.settle(WEDNESDAY)
    assert amounts(bank) == [-157, 50]
    assert answers(bank) == [("b", "returned", "T1"), ("c", "corrected", "T2")]
    assert bank.paid_out() == 107


def test_a_file_may_collect_and_pay(bank):
    send(bank, BATCH, "f1", order("a", 100), order("b", 30, act="collect", is_credit=False))
    bank.settle(TUESDAY)
    assert sorted(amounts(bank)) == [-100, 30]


def test_what_is_refused_is_never_booked(bank):
    send(bank, BATCH, "f1", order("a", 100), order("b", 50, "NO"))
    bank.settle(TUESDAY)
    assert amounts(bank) == [-100]
    assert answers(bank) == [("b", "rejected", "T3")]


def test_a_message_is_answered_at_once(bank):
    send(bank, INSTANT, "m1", order("a", 100))
    send(bank, INSTANT, "m2", order("b", 50, "NO"))
    assert answers(bank) == [("a", "settled", ""), ("b", "rejected", "T3")]
    assert amounts(bank) == [-100]


def test_what_waits_is_booked_later(bank):
    send(bank, INSTANT, "m1", order("a", 100, "WAIT"))
    assert answers(bank) == [("a", "pending", "T4")]
    assert amounts(bank) == []
    bank.settle(MONDAY)
    assert answers(bank)[1:] == [("a", "settled", "")]
    assert amounts(bank) == [-100]


def test_what_waits_may_be_refused_after_all(bank):
    send(bank, INSTANT, "m1", order("a", 100, "WAIT"))
    bank.plan("a", "rejected", "T9")
    bank.settle(MONDAY)
    assert answers(bank)[1:] == [("a", "rejected", "T9")]
    assert amounts(bank) == []


def test_an_instant_payment_comes_back_when_its_receiver_says_so(bank):
    send(bank, INSTANT, "m1", order("a", 100))
    bank.plan("a", "returned", "T1")
    bank.settle(MONDAY)
    assert answers(bank) == [("a", "settled", ""), ("a", "returned", "T1")]
    assert amounts(bank) == [-100, 100]
    with pytest.raises(LookupError, match="has come back already"):
        bank.plan("a", "returned", "T1")


def test_an_enquiry_is_answered_by_the_answer_itself(bank):
    bank.courier.fault("lose", "answers")
    send(bank, INSTANT, "m1", order("a", 100))
    assert answers(bank) == []
    send(bank, INSTANT, "m2", order("q1", 0, act="enquire", original="a"))
    send(bank, INSTANT, "m3", order("q2", 0, act="enquire", original="zzz"))
    [about_a, about_z] = told(bank)
    assert (about_a["key"], about_a["outcome"], about_a["enquiry"]) == ("a", "settled", "q1")
    assert (about_z["key"], about_z["outcome"], about_z["code"]) == ("q2", "rejected", "")
    assert amounts(bank) == [-100]


@pytest.mark.parametrize(
    ("account", "outcome", "booked"),
    [("GOOD", "recalled", [-100, 100]), ("KEEP", "recall_refused", [-100])],
)
def test_a_recall_is_granted_while_the_money_is_there(bank, account, outcome, booked):
    send(bank, INSTANT, "m1", order("a", 100))
    send(bank, INSTANT, "m2", order("r", 100, account, act="recall", original="a"))
    send(bank, INSTANT, "m3", order("s", 100, act="recall", original="never"))
    assert [(key, what) for key, what, _ in answers(bank)[1:]] == [
        ("r", outcome),
        ("s", "recall_refused"),
    ]
    assert amounts(bank) == booked


def test_who_is_asked_to_pay_pays(bank):
    send(bank, INSTANT, "m1", order("q", 70, act="request", is_credit=False))
    assert answers(bank) == [("q", "accepted", "")]
    assert told(bank, "news") == [{"kind": "credit", "amount": 70, "for": "q"}]
    assert amounts(bank) == [70]


def test_a_name_is_checked(bank):
    send(bank, INSTANT, "m1", order("v", 0, act="verify"))
    send(bank, INSTANT, "m2", order("w", 0, "OTHER", act="verify"))
    assert answers(bank) == [("v", "verified", ""), ("w", "verified", "T6")]


def test_chance_decides_as_often_as_it_is_told(bank):
    bank.books.adopt("returns_per_mille", "1000")
    send(bank, INSTANT, "m1", order("a"))
    bank.books.adopt("refusals_per_mille", "1000")
    send(bank, INSTANT, "m2", order("b"))
    assert answers(bank) == [
        ("a", "settled", ""),
        ("a", "returned", "T7"),
        ("b", "rejected", "T8"),
    ]


def test_a_bank_that_is_out_of_order_takes_nothing_and_says_nothing(bank, clock):
    bank.books.adopt(OUTAGE, (clock.now() + timedelta(hours=2)).isoformat())
    assert send(bank, INSTANT, "m1", order("a")) == []
    assert answers(bank) == []
    clock.advance(timedelta(hours=2))
    bank.receive()
    assert answers(bank) == [("a", "settled", "")]


def test_letters_of_a_kind_change_places(bank):
    bank.courier.fault("reorder", "receipt")
    send(bank, INSTANT, "m1", order("a"))
    assert list(bank.courier.from_bank.glob("receipt-*")) == []
    send(bank, INSTANT, "m2", order("b"))
    first, second = sorted(bank.courier.from_bank.glob("receipt-*"))
    assert first.stat().st_mtime_ns >= second.stat().st_mtime_ns


def test_a_message_that_comes_twice_is_carried_out_once(bank):
    content = file_of(INSTANT, "m1", order("a"))
    for name in ("one.json", "two.json"):
        drop(bank.courier.to_bank, name, content)
    assert [ack.duplicate for ack in bank.receive()] == [False, True]
    assert amounts(bank) == [-100]


def test_what_no_scheme_knows_is_refused(bank):
    drop(bank.courier.to_bank, "x.bin", b"\x00\x01")
    [ack] = bank.receive()
    assert (ack.status, ack.reasons) == (
        "rejected",
        ["line 1: no scheme of this bank knows such a file"],
    )


def test_three_forms_of_one_statement_say_the_same(bank):
    send(bank, INSTANT, "m1", order("a", 12_345))
    bank.bring(
        INSTANT.name,
        Incoming("credit", 700, "usd", "EVE", "9", "B", "INV-1", "hello", MONDAY, 0),
    )
    bank.charge("fee", 25, "MONTHLY FEE")
    statement = bank.close_day(MONDAY)
    assert statement.closing == bank.balance() == -12_345 + 700 - 25
    names = sorted(path.name for path in bank.courier.from_bank.glob("statement-*"))
    assert [name.rpartition(".")[2] for name in names] == ["bai2", "mt940", "xml"]
    text = (bank.courier.from_bank / names[1]).read_text()
    assert ":62F:D260302USD116,70" in text
    assert "N" + "CHG" in text
