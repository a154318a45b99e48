"""SEPA from our files to a simulated bank's books and back: what it says and what it booked."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import structs

from bezant.kernel.clock import VirtualClock
from bezant.kernel.entropy import SeededEntropy
from bezant.rail import IbanAccount, Party
from bezant.rails.sepa import SEPA_CREDIT, SEPA_DEBIT_CORE, SEPA_INSTANT
from bezant.sim.bank import BankAccount, SimulatedBank
from bezant.sim.scheme import Client, Incoming
from bezant.sim.schemes import sepa as schemes
from tests.rails import sepa_samples as samples
from tests.rails.sepa_samples import ORIGINATOR, collection, instruction, original
from tests.sim.client import drop

CLOSED, REFUNDED, UNUSABLE = (
    "DE35370400440532013002",
    "AT591904300235473203",
    "AT511904300000066666",
)
ALL = (
    schemes.SEPA_CREDIT,
    schemes.SEPA_INSTANT,
    schemes.SEPA_DEBIT_CORE,
    schemes.SEPA_DEBIT_B2B,
)


@pytest.fixture
def bank(tmp_path):
    """A bank in Brussels on Monday, 2 March 2026, with an account in euro."""
    clock = VirtualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    client = Client("Bezant Demo Platform", "DE89370400440532013000", "COBADEFFXXX")
    account = BankAccount(client, "eur", "Europe/Brussels", statements=("camt",))
    bank = SimulatedBank(tmp_path, clock, account, ALL, entropy=SeededEntropy(3))
    yield bank
    bank.close()


def send(bank, rail, reference, *instructions):
    data = rail.pack(
        instructions,
        ORIGINATOR,
        created_at=samples.CREATED,
        file_modifier="A",
        reference=reference,
    )
    drop(bank.courier.to_bank, f"{reference}.xml", data)
    acks = bank.receive()
    assert [ack.status for ack in acks] == ["accepted"]


def heard(bank, rail):
    """Return what all the bank's letters say, as traces' last digit, kinds and codes."""
    letters = sorted(bank.courier.from_bank.iterdir())
    files = [path.read_bytes() for path in letters]
    facts = [fact for it in files if rail.recognize(it) for fact in rail.read(it).facts]
    return {(fact.trace[-1], fact.kind, fact.code) for fact in facts}


def settle(bank, *days):
    for day in days:
        bank.settle(date(2026, 3, day))


def to(iban):
    return {"counterparty": Party("Grace", IbanAccount(iban), "company")}


def test_a_transfer_settles_and_one_to_a_closed_account_comes_back(bank):
    send(bank, SEPA_CREDIT, "F1", instruction(1, 6000), instruction(2, 500, **to(CLOSED)))
    settle(bank, 2, 3, 4, 5)
    assert ("2", "returned", "AC04") in heard(bank, SEPA_CREDIT)
    assert [line.amount for line in bank.lines()] == [-6500, 500]
    assert bank.paid_out() == 6000


def test_an_instant_transfer_is_answered_at_once(bank):
    send(bank, SEPA_INSTANT, "F1", instruction(1, 6000, service="instant"))
    send(bank, SEPA_INSTANT, "F2", instruction(2, 500, service="instant", **to(CLOSED)))
    said = heard(bank, SEPA_INSTANT)
    assert {("1", "settled", "ACSC"), ("2", "rejected", "AC04")} <= said
    assert sum(line.amount for line in bank.lines()) == -6000


def test_a_collection_comes_in_and_goes_back_as_a_refund(bank):
    send(
        bank,
        SEPA_DEBIT_CORE,
        "F1",
        collection(1, 6000),
        collection(2, 500, **to(REFUNDED)),
        collection(3, 70, **to(UNUSABLE)),
    )
    settle(bank, 2, 3, 4, 5, 6, 24)
    assert heard(bank, SEPA_DEBIT_CORE) >= {("3", "rejected", "AG01")}
    assert [line.amount for line in bank.lines()] == [6500], "what is refunded has long been paid"
    bank._clock.advance(timedelta(weeks=3))
    settle(bank, 27)
    assert ("2", "returned", "MD06") in heard(bank, SEPA_DEBIT_CORE)
    assert [line.amount for line in bank.lines()] == [6500, -500]


def test_a_bank_in_a_hurry_lets_a_collection_count_before_it_is_refunded(bank):
    clock = bank._clock
    send(bank, SEPA_DEBIT_CORE, "F1", collection(1, 500, **to(REFUNDED)))
    bank.settle(date(2026, 3, 2), at_once=True)
    clock.advance(timedelta(seconds=5))
    bank.settle(date(2026, 3, 2), at_once=True)
    assert [line.amount for line in bank.lines()] == [500]
    clock.advance(timedelta(seconds=1))
    bank.settle(date(2026, 3, 2), at_once=True)
    assert [line.amount for line in bank.lines()] == [500, -500]


def test_a_recall_brings_the_money_back_once(bank):
    send(bank, SEPA_CREDIT, "F1", instruction(1, 6000))
    settle(bank, 2, 3)
    first, same_file, later = (
        instruction(number, act="recall", reason="DUPL", original=original(file_reference="F1"))
        for number in (7, 8, 9)
    )
    send(bank, SEPA_CREDIT, "R1", first, same_file)
    settle(bank, 4)
    send(bank, SEPA_CREDIT, "R2", later)
    settle(bank, 5)
    said = heard(bank, SEPA_CREDIT)
    assert {(trace, kind) for trace, kind, _ in said if trace in "789"} == {
        ("7", "recalled"),
        ("8", "recall_refused"),
        ("9", "recall_refused"),
    }
    assert sum(line.amount for line in bank.lines()) == 0


def test_an_enquiry_is_answered_by_the_order_it_is_about(bank):
    send(bank, SEPA_INSTANT, "F1", instruction(1, 6000, service="instant"))
    for path in bank.courier.from_bank.iterdir():
        path.unlink()
    asked = instruction(9, act="enquire", service="instant", original=original())
    send(bank, SEPA_INSTANT, "F2", asked)
    settle(bank, 2)
    assert ("1", "settled", "ACSC") in heard(bank, SEPA_INSTANT)


def test_a_payee_is_verified_before_anything_is_paid(bank):
    party = structs.replace(instruction().counterparty, name="Close Match Ltd")
    send(bank, SEPA_CREDIT, "V1", instruction(4, 0, act="verify", counterparty=party))
    settle(bank, 2)
    assert heard(bank, SEPA_CREDIT) == {("4", "verified", "CMTC")}
    assert bank.lines() == []


def test_money_that_comes_in_is_told(bank):
    coming = Incoming(
        kind="credit", amount=1234, currency="eur", name="Ada", account="AT611904300234573201",
        bank="BKAUATWW", reference="INV-7", remittance="", day=date(2026, 3, 2), number=0,
    )  # fmt: skip
    bank.bring("sepa_credit", coming)
    settle(bank, 2)
    assert {kind for _, kind, _ in heard(bank, SEPA_CREDIT)} == {"received"}
    assert [line.amount for line in bank.lines()] == [1234]
