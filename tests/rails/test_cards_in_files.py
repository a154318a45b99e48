"""The acquirer's files: what the simulated network writes, our reader reads, and it adds up."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.rail.cards import (
    About,
    CardNotice,
    Cleared,
    Decided,
    Disputed,
    FraudWarning,
    Held,
    RefundTold,
    Settled,
    reference_of,
)
from bezant.rails.cards.answer import verdict
from bezant.rails.cards.files import read_file, recognize
from bezant.rails.cards.message import VERSION_1993, read
from bezant.rails.cards.request import Station, dispute, release
from bezant.sim.cards.codec import FIELDS_1993, encode
from tests.rails.test_cards_at_the_network import START, Terminal

MONDAY = date(2026, 3, 2)
ABOUT = About("acct_platform", "acct_seller", "ch_1")
FRAUD, INQUIRY = "4000000000000259", "4000000000001976"


class Office(Terminal):
    """A terminal whose acquirer sends files and pays."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.paid: dict[str, tuple[int, date]] = {}
        self.read: set[str] = set()

    def sell(self, amount: int, number: str = "4242424242424242") -> str:
        request = self.request("authorize", amount, capture=True, about=ABOUT)
        answer = self.send(request, number)
        assert answer is not None
        assert answer.approved
        return request.id

    def pay(self, reference: str, currency: str, net: int, day: date) -> bool:
        assert reference not in self.paid
        self.paid[reference] = (net, day)
        return currency == "840"

    def work(self, *, at_once: bool = True) -> list[CardNotice]:
        """Let the network work, and return what its new files tell."""
        self.world.work(self.pay, at_once=at_once)
        told: list[CardNotice] = []
        for path in sorted(self.world.courier.from_bank.iterdir()):
            if path.name not in self.read:
                self.read.add(path.name)
                assert recognize(path.read_bytes())
                told += read_file(path.read_bytes())
        return told

    def contest(self, case: str, evidence: str | None) -> str:
        message = dispute(case, evidence, self.clock.now(), Station())
        return verdict(self.world.network.exchange(message) or b"")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    here = Office(tmp_path)
    yield here
    here.world.close()


def of(kind: type, notices: list[CardNotice]) -> list[CardNotice]:
    return [notice for notice in notices if isinstance(notice, kind)]


def test_a_day_is_cleared_when_it_has_ended_and_paid_on_the_next_banking_day(
    office: Office,
) -> None:
    sale = office.sell(10_000)
    refund = office.request("refund", 1_000, original=sale, about=ABOUT)
    office.send(refund)
    assert office.work(at_once=False) == []
    office.clock.advance(timedelta(days=1))
    first, second, total = office.work(at_once=False)
    assert isinstance(first, Cleared)
    assert isinstance(second, Cleared)
    assert isinstance(total, Settled)
    assert (first.amount, first.about) == (Money(10_000, "usd"), ABOUT)
    assert first.reference == reference_of(sale)
    assert (first.interchange, first.scheme_fee) == (Money(190, "usd"), Money(16, "usd"))
    assert second.amount == Money(-1_000, "usd")
    fees = [one.interchange.amount + one.scheme_fee.amount for one in (first, second)]
    assert (total.captured.amount, total.refunded.amount) == (10_000, 1_000)
    assert total.fees.amount == sum(fees)
    assert total.net.amount == 9_000 - sum(fees)
    assert total.pays_on == MONDAY + timedelta(days=2)
    assert office.paid == {}
    office.clock.advance(timedelta(days=1))
    assert office.work(at_once=False) == []
    assert office.paid == {total.reference: (total.net.amount, total.pays_on)}


def test_what_is_held_is_told_once_when_its_day_is_over(office: Office) -> None:
    held = office.request("authorize", 10_000, about=ABOUT)
    taken, gone = office.request("authorize", 300), office.request("authorize", 400)
    raised = office.request("increment", 500, original=held.id)
    for request in (held, taken, gone):
        office.send(request)
    office.ask("capture", 300, original=taken.id)
    office.ask("reverse", 400, original=gone.id)
    office.clock.advance(timedelta(hours=1))
    office.send(raised)
    assert of(Held, office.work()) == []
    office.clock.advance(timedelta(days=1))
    since = START + timedelta(hours=1)
    first, second = of(Held, office.work(at_once=False))
    assert first == Held(reference=reference_of(held.id), about=ABOUT, since=START,
                         amount=Money(10_500, "usd"))  # fmt: skip
    assert second == Held(reference=reference_of(raised.id), about=ABOUT, since=since,
                          amount=Money(500, "usd"))  # fmt: skip
    office.clock.advance(timedelta(days=1))
    assert of(Held, office.work()) == []
    for each in (second, second, first):
        message = release(each, office.clock.now(), Station())
        assert verdict(office.world.network.exchange(message) or b"") == "00"
    assert not office.ask("capture", 100, original=held.id).approved


def test_a_dispute_takes_the_money_and_evidence_brings_it_back(office: Office) -> None:
    sale = office.sell(5_000, FRAUD)
    (case,) = of(Disputed, office.work())
    assert isinstance(case, Disputed)
    assert (case.stage, case.reason, case.network_reason) == ("chargeback", "fraudulent", "10.4")
    assert (case.amount, case.about) == (Money(5_000, "usd"), ABOUT)
    assert case.respond_by == MONDAY + timedelta(days=20)
    taken, total = office.work()
    assert isinstance(taken, Cleared)
    assert isinstance(total, Settled)
    assert (taken.amount, taken.case) == (Money(-5_000, "usd"), case.case)
    assert total.net == Money(-5_000, "usd")
    assert not office.ask("refund", 1, original=sale).approved, "the cardholder has it already"
    assert office.contest(case.case, "winning_evidence") == "00"
    assert office.contest(case.case, "winning_evidence") == "00", "sent again, it counts once"
    (decided,) = of(Decided, office.work())
    assert isinstance(decided, Decided)
    assert (decided.case, decided.won) == (case.case, True)
    (back, _) = office.work()
    assert isinstance(back, Cleared)
    assert back.amount == Money(5_000, "usd")
    assert office.ask("refund", 5_000, original=sale).approved


def test_cases_are_lost_when_given_up_or_forgotten(office: Office) -> None:
    office.sell(5_000, FRAUD)
    office.sell(4_000, FRAUD)
    given_up, forgotten = of(Disputed, office.work())
    assert isinstance(given_up, Disputed)
    assert isinstance(forgotten, Disputed)
    assert office.contest(given_up.case, None) == "00"
    (lost,) = of(Decided, office.work())
    assert isinstance(lost, Decided)
    assert (lost.case, lost.won) == (given_up.case, False)
    office.clock.advance(timedelta(days=22))
    (late,) = of(Decided, office.work())
    assert isinstance(late, Decided)
    assert (late.case, late.won) == (forgotten.case, False)
    assert office.contest(forgotten.case, "winning_evidence") == "12"


def test_an_inquiry_moves_money_only_once_it_is_escalated(office: Office) -> None:
    office.sell(3_000, INQUIRY)
    (asked,) = of(Disputed, office.work())
    assert isinstance(asked, Disputed)
    assert asked.stage == "inquiry"
    assert of(Settled, office.work()) == []
    assert office.contest(asked.case, "escalate_inquiry_evidence") == "00"
    (escalated,) = of(Disputed, office.work())
    assert isinstance(escalated, Disputed)
    assert (escalated.case, escalated.stage) == (asked.case, "chargeback")
    (total,) = of(Settled, office.work())
    assert isinstance(total, Settled)
    assert total.charged_back == Money(3_000, "usd")
    assert office.contest(asked.case, "winning_evidence") == "00"
    (decided,) = of(Decided, office.work())
    assert isinstance(decided, Decided)
    assert decided.won


def test_frauds_and_the_fates_of_refunds_are_told(office: Office) -> None:
    office.sell(2_000, "4000000000005423")
    pending = office.sell(2_000, "4000000000007726")
    failing = office.sell(2_000, "4000000000005126")
    for sale, number in ((pending, "4000000000007726"), (failing, "4000000000005126")):
        refund = office.request("refund", 500, original=sale, about=ABOUT)
        office.send(refund, number)
    told = office.work()
    (fraud,) = of(FraudWarning, told)
    assert isinstance(fraud, FraudWarning)
    assert fraud.about == ABOUT
    fates = [one.succeeded for one in of(RefundTold, told) if isinstance(one, RefundTold)]
    assert fates == [True, False]
    (back, _) = office.work()
    assert isinstance(back, Cleared)
    assert back.amount == Money(500, "usd")
    for sale, left in ((pending, 1_500), (failing, 2_000)):
        assert not office.ask("refund", left + 1, original=sale).approved
        assert office.ask("refund", left, original=sale).approved


def test_a_currency_without_a_bank_stays_owed(office: Office) -> None:
    office.sell(700)
    office.world.work(lambda *_: False, at_once=True)
    office.clock.advance(timedelta(days=3))
    office.world.work(office.pay, at_once=True)
    assert len(office.paid) == 1


def test_a_file_counts_only_whole(office: Office) -> None:
    office.sell(1_000, FRAUD)
    office.world.work(office.pay, at_once=True)
    for path in office.world.courier.from_bank.iterdir():
        data = path.read_bytes()
        assert read_file(data)
        for broken in (
            data[:-4],
            data[: len(data) // 2],
            data + data,
            data.replace(b"000000001000", b"000000001001", 1),
            data.replace(b"1644", b"1645", 1),
            data.replace(b"840", b"xxx", 1),
        ):
            with pytest.raises(FileRefused) as refused:
                read_file(broken)
            assert refused.value.problems


def rewritten(data: bytes, change: Callable[[list[dict[int, str]]], object]) -> bytes:
    """Return a file whose records between header and trailer are others, and which adds up."""
    bodies: list[bytes] = []
    while (length := int.from_bytes(data[:4])) > 0:
        bodies.append(data[4 : 4 + length])
        data = data[4 + length :]
    inner = [
        {
            0 if name == "t" else int(name): text
            for name, text in message.items()
            if name not in "p1"
        }
        for message in (read(body, VERSION_1993, 1) for body in bodies[1:-1])
    ]
    change(inner)
    last = {0: "1644", 24: "695", 48: f"0301016{sum(int(each.get(4, 0)) for each in inner):016d}"}
    last[48] += f"0306008{len(inner) + 2:08d}"
    found = [bodies[0], *(encode(each, FIELDS_1993) for each in [*inner, last])]
    return b"".join(len(body).to_bytes(4) + body for body in found) + bytes(4)


def test_what_a_file_clears_makes_its_total(office: Office) -> None:
    """A file that is short, doubled or odd is refused, however well its trailer adds up."""
    sale = office.sell(10_000)
    office.sell(2_000)
    office.send(office.request("refund", 1_000, original=sale, about=ABOUT))
    office.world.work(office.pay, at_once=True)
    (path,) = office.world.courier.from_bank.iterdir()
    data = path.read_bytes()
    whole = read_file(rewritten(data, lambda _: None))
    assert whole == read_file(data)
    assert set(read_file(rewritten(data, lambda lines: lines.reverse()))) == set(whole)
    for change, said in (
        (lambda lines: lines.pop(0), "another total"),
        (lambda lines: lines.append(lines[0]), "another total"),
        (lambda lines: lines.pop(), "has 0 totals"),
        (lambda lines: lines.append(lines[-1]), "has 2 totals"),
        (lambda lines: lines[0].update({4: "000000010001"}), "another total"),
        (lambda lines: lines[0].update({3: "200000"}), "another total"),
        (lambda lines: lines[0].update({48: lines[0][48].replace("190", "191", 1)}),
         "another total"),
        (lambda lines: lines[1].update({31: lines[0][31]}), "is cleared twice"),
    ):  # fmt: skip
        with pytest.raises(FileRefused) as refused:
            read_file(rewritten(data, change))
        assert said in str(refused.value.problems)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(at=st.integers(0, 1_000), byte=st.integers(0, 255))
def test_any_damage_is_read_or_refused(office: Office, at: int, byte: int) -> None:
    if not office.read:
        office.sell(1_000, FRAUD)
        office.work()
    for path in office.world.courier.from_bank.iterdir():
        data = bytearray(path.read_bytes())
        data[at % len(data)] = byte
        with suppress(FileRefused):
            assert read_file(bytes(data))
