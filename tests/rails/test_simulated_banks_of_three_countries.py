"""Files and messages all the way: our rails hand them to a simulated bank and hear what it says."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bezant.kernel.clock import VirtualClock
from bezant.kernel.entropy import SeededEntropy
from bezant.sim.bank import BankAccount, SimulatedBank
from bezant.sim.scheme import Client
from bezant.sim.schemes.bacs import BACS
from bezant.sim.schemes.fps import FPS
from bezant.sim.schemes.pix import PIX
from bezant.sim.schemes.upi import UPI
from tests.rails import bacs_samples, interbank_samples, pix_samples, upi_samples
from tests.rails.interbank_samples import FPS_WORLD
from tests.sim.client import drop

MONDAY = date(2026, 3, 2)


@pytest.fixture
def play(tmp_path):
    """Return what plays a bank for some days and tells its account's lines and our facts."""

    def run(scheme, client, rail, *files):
        clock = VirtualClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
        account = BankAccount(client, scheme.currency, "UTC", statements=("camt",))
        bank = SimulatedBank(tmp_path, clock, account, [scheme], entropy=SeededEntropy(7))
        for number, content in enumerate(files):
            drop(bank.courier.to_bank, f"{number}{rail.capabilities.suffix}", content)
        acks = bank.receive()
        assert [(ack.status, ack.reasons) for ack in acks] == [("accepted", [])] * len(files)
        for day in range(6):
            bank.settle(MONDAY + timedelta(days=day))
        letters = [path.read_bytes() for path in sorted(bank.courier.from_bank.iterdir())]
        heard = [letter for letter in letters if rail.recognize(letter)]
        facts = [fact for letter in heard for fact in rail.read(letter).facts]
        amounts = [line.amount for line in bank.lines()]
        bank.close()
        return amounts, sorted((fact.trace, fact.kind, fact.code or "") for fact in facts)

    return run


def test_bacs_pays_collects_and_comes_back(play):
    file = bacs_samples.packed(
        bacs_samples.instruction(1, 6000),
        bacs_samples.instruction(2, 500, account_number="11111113"),
        bacs_samples.collection(3, 9000),
        bacs_samples.collection(4, 700, account_number="22222227"),
        bacs_samples.collection(5, 0, act="mandate", account_number="11111116"),
        bacs_samples.collection(6, 800, account_number="55555559"),
    )
    client = Client("BEZANT", "55779911", "200000", "123456")
    amounts, facts = play(BACS, client, bacs_samples.BACS, file)
    assert facts == [
        ("0000002", "returned", "B"),
        ("0000004", "returned", "0"),
        ("0000005", "rejected", "5"),
        ("0000006", "returned", "DDIC2"),
    ]
    assert sorted(amounts) == [-6500, -800, -700, 500, 10_500]


def test_faster_payments_answers_each_message(play):
    accounts = {1: "12345678", 2: "11111113", 3: "66666661"}
    messages = [
        FPS_WORLD.pack(
            interbank_samples.instruction(
                FPS_WORLD,
                number,
                effective_date=MONDAY,
                account=bacs_samples.GbAccount("200000", account),
            )
        )
        for number, account in accounts.items()
    ]
    amounts, facts = play(FPS, FPS_WORLD.client, FPS_WORLD.rail, *messages)
    assert facts == [
        ("108800BZ0000000001", "settled", "ACSC"),
        ("108800BZ0000000002", "rejected", "AC04"),
        ("108800BZ0000000003", "returned", "AC06"),
        ("108800BZ0000000003", "settled", "ACSC"),
    ]
    assert sorted(amounts) == [-6000, -6000, 6000]


def test_pix_settles_rejects_and_sends_back(play):
    keys = {1: "ada@loja.com.br", 2: "closed@pix.example", 3: "honest@pix.example"}
    messages = [
        pix_samples.packed(pix_samples.instruction(number, 6000, key))
        for number, key in keys.items()
    ]
    client = Client("Bezant", "1234567", "12345678", "11222333000181")
    amounts, facts = play(PIX, client, pix_samples.PIX, *messages)
    assert facts == [
        ("BZ000000001", "settled", "ACSC"),
        ("BZ000000002", "rejected", "AC07"),
        ("BZ000000003", "returned", "MD06"),
        ("BZ000000003", "settled", "ACSC"),
    ]
    assert sorted(amounts) == [-6000, -6000, 6000]


def test_upi_pays_collects_and_is_declined(play):
    messages = [
        upi_samples.packed(upi_samples.instruction(1, 6000)),
        upi_samples.packed(upi_samples.request(2, 4000)),
        upi_samples.packed(upi_samples.request(3, 4000, "declined@demobank")),
        upi_samples.packed(upi_samples.instruction(4, 0, "other@demobank", act="verify")),
    ]
    client = Client("Bezant", "bezant@demobank", "100000")
    amounts, facts = play(UPI, client, upi_samples.UPI, *messages)
    traces = [upi_samples.UPI.trace(upi_samples.ORIGINATOR, number) for number in (1, 2, 3, 4)]
    assert facts == [
        (traces[0], "settled", "00"),
        (traces[1], "settled", "00"),
        (traces[2], "rejected", "ZA"),
        (traces[3], "verified", "00"),
    ]
    assert sorted(amounts) == [-6000, 4000]
