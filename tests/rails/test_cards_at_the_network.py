"""Card requests against the simulated network, which reads and writes with nothing of ours."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.kernel.clock import VirtualClock
from bezant.kernel.errors import FileRefused
from bezant.kernel.money import Money
from bezant.kernel.secret import Secret
from bezant.rail.cards import (
    Authentication,
    CardAnswer,
    CardRequest,
    Checks,
    Merchant,
    Presented,
)
from bezant.rails.cards import authentication
from bezant.rails.cards.answer import unpack, verdict
from bezant.rails.cards.message import LONGEST, VERSION_1993, read
from bezant.rails.cards.request import Station, dispute, echo, from_network, pack, to_network
from bezant.sim.cards.network import OUTAGE, SILENCE
from bezant.sim.cards.world import CardWorld

START = datetime(2026, 3, 2, 15, tzinfo=UTC)  # A Monday.
GOOD = "4242424242424242"
MERCHANT = Merchant(id="acct_1ABCDEFGHIJKLMNOP", name="Café Ünïcode & Söhne")


class Terminal:
    """Asks a network of its own about cards."""

    def __init__(self, root: Path) -> None:
        self.clock = VirtualClock(START)
        self.world = CardWorld(root, self.clock)
        self.asked = 0

    def request(self, act: str, amount: int, **more: object) -> CardRequest:
        self.asked += 1
        card = {"token": "vcard_1", "exp_month": 12, "exp_year": 2034}
        card |= {name: more.pop(name) for name in ("cvc", "postal_code", "line1", "exp_year")
                 if name in more}  # fmt: skip
        values = {"id": f"ask_{self.asked}", "act": act, "amount": Money(amount, "usd"),
                  "card": Presented(**card), "merchant": MERCHANT, "livemode": False}  # fmt: skip
        return CardRequest(**(values | more))

    def send(self, request: CardRequest, number: str = GOOD) -> CardAnswer | None:
        message = pack(request, Secret(number), self.clock.now(), Station())
        reply = self.world.network.exchange(message)
        return None if reply is None else unpack(reply, request, self.clock.now(), "visa")

    def ask(self, act: str, amount: int, number: str = GOOD, **more: object) -> CardAnswer:
        answer = self.send(self.request(act, amount, **more), number)
        assert answer is not None
        return answer

    def prove(self, number: str, name: str, *, passed: bool = True) -> Authentication:
        request = self.request("authorize", 1000, id=name)
        asked = authentication.ask(request, Secret(number), self.clock.now())
        known = authentication.id_of(name)
        first = authentication.heard(self.world.directory.exchange(asked) or b"", known)
        if first.state != "challenge":
            return first
        done = authentication.complete(known, passed=passed)
        return authentication.heard(self.world.directory.exchange(done) or b"", known)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    here = Terminal(tmp_path)
    yield here
    here.world.close()


def test_an_approved_authorization_says_all_that_is_known_of_it(terminal: Terminal) -> None:
    answer = terminal.ask(
        "authorize", 1000, cvc=Secret("123"), postal_code="94107", line1="1 Main Street"
    )
    assert answer.approved
    assert answer.amount == Money(1000, "usd")
    assert answer.checks == Checks("pass", "pass", "pass")
    assert answer.expires_at == START + timedelta(days=7)
    assert len(answer.authorization_code) == 6
    assert len(answer.network_transaction_id) == 15


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000009987", "card_declined", "lost_card"),
        ("4000000000009979", "card_declined", "stolen_card"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4000000000000127", "incorrect_cvc", "incorrect_cvc"),
        ("4000000000000119", "processing_error", "processing_error"),
        ("4000000000006975", "card_declined", "card_velocity_exceeded"),
        ("4000000000000341", "card_declined", "generic_decline"),
        ("4100000000000019", "card_declined", "fraudulent"),
        ("4242424242424241", "incorrect_number", "incorrect_number"),
        ("4000002760003184", "authentication_required", "authentication_required"),
    ],
)
def test_a_test_number_is_refused_as_documented(
    terminal: Terminal, number: str, code: str, decline_code: str
) -> None:
    answer = terminal.ask("authorize", 1000, number, cvc=Secret("123"))
    assert (answer.outcome, answer.code, answer.decline_code) == ("declined", code, decline_code)
    assert answer.advice_code in {"", "try_again_later", "do_not_try_again", "confirm_card_data"}


@pytest.mark.parametrize(
    ("number", "checks"),
    [
        ("4000000000000101", Checks("fail", "pass", "pass")),
        ("4000000000000036", Checks("pass", "fail", "pass")),
        ("4000000000000028", Checks("pass", "pass", "fail")),
        ("4000000000000010", Checks("pass", "fail", "fail")),
        ("4000000000000044", Checks("pass", "unavailable", "unavailable")),
    ],
)
def test_checks_fail_for_the_numbers_made_for_it(
    terminal: Terminal, number: str, checks: Checks
) -> None:
    answer = terminal.ask(
        "verify", 0, number, cvc=Secret("123"), postal_code="94107", line1="1 Main Street"
    )
    assert answer.approved
    assert answer.checks == checks


def test_what_is_not_sent_is_not_checked(terminal: Terminal) -> None:
    assert terminal.ask("authorize", 1000).checks == Checks()


def test_risk_is_what_the_network_says(terminal: Terminal) -> None:
    levels = [
        terminal.ask("authorize", 100, number).risk.level
        for number in (GOOD, "4000000000009235", "4000000000004954", "4100000000000019")
    ]
    assert levels == ["normal", "elevated", "highest", "blocked"]


def test_an_expired_card_is_refused(terminal: Terminal) -> None:
    assert terminal.ask("authorize", 1000, exp_year=2025).code == "expired_card"


def test_the_same_request_has_the_same_answer_and_holds_once(terminal: Terminal) -> None:
    request = terminal.request("authorize", 1000)
    assert terminal.send(request) == terminal.send(request)
    assert terminal.ask("capture", 1000, original=request.id).approved
    assert not terminal.ask("capture", 1000, original=request.id).approved


def test_an_authorization_is_captured_in_parts_raised_and_given_back(terminal: Terminal) -> None:
    held = terminal.request("authorize", 1000)
    terminal.send(held)
    assert terminal.ask("increment", 500, original=held.id).approved
    assert terminal.ask("capture", 700, original=held.id, final=False).approved
    assert terminal.ask("reverse", 300, original=held.id).approved
    assert not terminal.ask("capture", 900, original=held.id).approved
    last = terminal.ask("capture", 500, original=held.id)
    assert last.approved
    assert len(last.acquirer_reference) == 23
    assert not terminal.ask("reverse", 1, original=held.id).approved


def test_what_an_authorization_was_raised_by_is_given_back_by_its_own_name(
    terminal: Terminal,
) -> None:
    held = terminal.request("authorize", 1000)
    terminal.send(held)
    more = terminal.request("increment", 500, original=held.id)
    assert terminal.ask("reverse", 500, original=more.id).approved
    assert not terminal.send(more).approved, "it was reversed before it came"
    more = terminal.request("increment", 500, original=held.id)
    assert terminal.send(more).approved
    for _ in range(2):
        assert terminal.ask("reverse", 500, original=more.id).approved
    assert not terminal.ask("capture", 1300, original=held.id).approved
    assert terminal.ask("capture", 1000, original=held.id).approved


def test_a_hold_expires(terminal: Terminal) -> None:
    held, longer = terminal.request("authorize", 1000), terminal.request("authorize", 9, extended=1)
    terminal.send(held)
    terminal.send(longer)
    terminal.clock.advance(timedelta(days=7))
    assert not terminal.ask("capture", 1000, original=held.id).approved
    assert terminal.ask("capture", 9, original=longer.id).approved


def test_no_more_is_refunded_than_was_captured(terminal: Terminal) -> None:
    sale = terminal.request("authorize", 1000, capture=True)
    terminal.send(sale)
    assert terminal.ask("refund", 600, original=sale.id).approved
    assert not terminal.ask("refund", 600, original=sale.id).approved
    late = terminal.request("refund", 400, original=sale.id)
    assert terminal.ask("reverse", 400, original=late.id).approved
    assert not terminal.send(late).approved, "it was reversed before it came"
    assert terminal.ask("refund", 400, original=sale.id).approved
    pending = terminal.request("authorize", 1000, capture=True)
    terminal.send(pending, "4000000000007726")
    assert terminal.ask("refund", 5, "4000000000007726", original=pending.id).pending


def test_what_nobody_answered_is_reversed_and_stays_so(terminal: Terminal) -> None:
    lost, unheard = (terminal.request("authorize", 1000, capture=True) for _ in range(2))
    terminal.world.books.adopt(OUTAGE, "1")
    assert terminal.send(lost) is None
    terminal.world.books.adopt(OUTAGE, "")
    terminal.world.books.adopt(SILENCE, "1")
    assert terminal.send(unheard) is None
    terminal.world.books.adopt(SILENCE, "")
    for request in (lost, unheard):
        assert terminal.ask("reverse", 1000, original=request.id).approved
    late = terminal.send(lost)
    assert late is not None
    assert not late.approved
    settled: list[int] = []
    terminal.world.work(lambda _r, _c, net, _d: not settled.append(net), at_once=True)
    assert settled == []


def test_an_authenticated_cardholder_is_taken_where_others_are_not(terminal: Terminal) -> None:
    number = "4000002760003184"
    proof = terminal.prove(number, "pay_1")
    assert (proof.state, proof.support, proof.eci) == ("authenticated", "required", "05")
    assert terminal.prove(number, "pay_1") == proof
    assert terminal.ask("authorize", 1000, number, authentication=proof).approved
    assert not terminal.ask("authorize", 1000, "4000008260003178", authentication=proof).approved
    refused = terminal.prove(number, "pay_2", passed=False)
    assert refused.state == "failed"
    assert not terminal.ask("authorize", 1000, number, authentication=refused).approved


def test_a_card_that_was_set_up_is_taken_without_its_cardholder(terminal: Terminal) -> None:
    number = "4000002500003155"
    absent = {"initiator": "merchant", "stored": "unscheduled"}
    assert terminal.ask("authorize", 1000, number, **absent).needs_authentication
    proof = terminal.prove(number, "setup_1")
    first = terminal.ask("verify", 0, number, stored="first", authentication=proof)
    again = terminal.ask("authorize", 1000, number, previous=first.network_transaction_id, **absent)
    assert again.approved
    assert terminal.ask("authorize", 1000, "4000003800000446", **absent).approved
    assert terminal.ask("authorize", 1000, "4000003800000446").needs_authentication


def test_a_directory_says_whether_a_card_can_be_authenticated(terminal: Terminal) -> None:
    assert terminal.prove(GOOD, "pay_1").support == "not_supported"
    assert terminal.prove("4000000000003055", "pay_2").support == "optional"
    assert terminal.prove("4000008400001280", "pay_3").state == "error"


def test_the_network_says_that_it_is_there(terminal: Terminal) -> None:
    reply = terminal.world.network.exchange(echo(terminal.clock.now(), Station(), "echo_1"))
    assert verdict(reply or b"") == "00"


def test_messages_that_come_together_are_answered_as_if_alone(terminal: Terminal) -> None:
    numbers, now = (GOOD, "4000000000000002", GOOD), terminal.clock.now()
    asked = [(terminal.request("authorize", 1000), Secret(number)) for number in numbers]
    sent = [pack(request, number, now, Station()) for request, number in asked]
    first = terminal.world.network.exchange(sent[0])
    told = terminal.world.network.exchange_all([*sent, b"no message", sent[1]])
    assert [verdict(told[each]) for each in sent] == ["00", "06", "00"]
    assert (told[sent[0]], len(told)) == (first, 3)
    terminal.world.books.adopt(OUTAGE, "1")
    assert terminal.world.network.exchange_all(sent) == {}


def test_a_case_that_nobody_knows_is_refused(terminal: Terminal) -> None:
    message = dispute("0000000009", "a receipt", terminal.clock.now(), Station())
    assert verdict(terminal.world.network.exchange(message) or b"") == "25"


def test_the_books_of_the_network_hold_no_number(terminal: Terminal, tmp_path: Path) -> None:
    terminal.ask("authorize", 1000, cvc=Secret("737"), capture=True)
    terminal.world.work(lambda *_: True, at_once=True)
    terminal.world.books.change("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) >= 2
    assert not [path for path in kept if GOOD.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("amount", "currency", "sent"),
    [(1000, "usd", 1000), (500, "jpy", 500), (500, "isk", 5), (70, "mga", 7000), (5, "bhd", 5)],
)
def test_amounts_go_out_in_the_minor_units_of_the_standard(
    amount: int, currency: str, sent: int
) -> None:
    assert to_network(Money(amount, currency)) == sent
    assert from_network(sent, currency) == Money(amount, currency)


@given(st.binary(max_size=400) | st.from_regex(rb"01[01]0[0-9A-F]{16}[0-9 ]{0,200}"))
def test_any_bytes_are_a_message_or_refused(data: bytes) -> None:
    for specification in (None, VERSION_1993):
        with suppress(FileRefused):
            found = read(data) if specification is None else read(data, specification)
            assert found["t"]


def test_a_message_that_is_too_long_is_refused() -> None:
    with pytest.raises(FileRefused):
        read(b"0" * (LONGEST + 1))


def test_an_answer_to_something_else_is_refused(terminal: Terminal) -> None:
    one, other = terminal.request("authorize", 1000), terminal.request("authorize", 1000)
    message = pack(one, Secret(GOOD), terminal.clock.now(), Station())
    reply = terminal.world.network.exchange(message) or b""
    with pytest.raises(FileRefused):
        unpack(reply, other, START, "visa")
