"""Laws of the bank's books, over random days and over two processes at one counter."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bezant.kernel.clock import VirtualClock
from bezant.kernel.entropy import SeededEntropy
from bezant.sim.bank import BankAccount, SimulatedBank
from bezant.sim.scheme import Client as Known
from bezant.sim.schemes.ach import AchScheme
from bezant.sim.schemes.ach.receivers import MAGIC_ACCOUNTS
from tests.sim.client import ACCOUNT, OK, ROUTING, Pay, ach, drop, trace

FIRST = date(2026, 3, 1)
MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

payments = st.lists(
    st.builds(
        Pay,
        st.integers(1, 99_999),
        st.sampled_from([OK, *MAGIC_ACCOUNTS]),
        st.sampled_from(["22", "32", "27", "37"]),
    ),
    min_size=1,
    max_size=6,
)
deeds = st.lists(
    st.one_of(
        st.tuples(st.just("file"), payments, st.integers(0, 5)),
        st.tuples(st.just("again"), st.none(), st.none()),
        st.tuples(st.just("wire"), st.integers(1, 10**9), st.none()),
        st.tuples(st.just("settle"), st.booleans(), st.none()),
        st.tuples(st.just("night"), st.none(), st.none()),
    ),
    max_size=25,
)


def open_bank(root):
    """Open the bank in a folder, on a clock of its own."""
    account = BankAccount(Known("BEZANT", ACCOUNT, ROUTING), opening_balance=12_345)
    clock = VirtualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    return SimulatedBank(root, clock, account, [AchScheme()], entropy=SeededEntropy(1))


class Client:
    """Plays deeds on the bank and counts what they must come to."""

    def __init__(self, bank):
        self.bank = bank
        self.day = FIRST
        self.files = []
        self.wired = 0
        self.statements = []

    def play(self, deed, what, days):
        """Do one deed."""
        match deed:
            case "file":
                effective = f"{FIRST + timedelta(days=days):%y%m%d}"
                modifier = MODIFIERS[len(self.files)]
                content = ach(what, effective=effective, modifier=modifier, service="200")
                self.files.append((what, content))
                drop(self.bank.courier.to_bank, "a.ach", content)
                assert [ack.status for ack in self.bank.receive()] == ["accepted"]
            case "again" if self.files:
                drop(self.bank.courier.to_bank, "b.ach", self.files[-1][1])
                assert [ack.duplicate for ack in self.bank.receive()] == [True]
            case "wire":
                self.wired += self.bank.wire_in("w", what, day=self.day).amount
            case "settle":
                self.bank.settle(self.day, at_once=what)
            case "night":
                self.statements.append(self.bank.close_day(self.day))
                self.day += timedelta(days=1)

    def kept(self):
        """Return the cents that receivers have once everything is settled and returned."""
        return sum(
            pay.cents if pay.code in {"22", "32"} else -pay.cents
            for pays, _ in self.files
            for pay in pays
            if pay.account == OK
        )


@given(history=deeds)
@settings(max_examples=60, deadline=None)
def test_whatever_happens_the_books_balance_and_the_statements_tie_out(history):
    with tempfile.TemporaryDirectory() as root:
        bank = open_bank(Path(root))
        client = Client(bank)
        for deed in history:
            client.play(*deed)
            assert bank.balance() == 12_345 + client.wired - bank.paid_out()
        bank.settle(client.day, at_once=True)
        client.play("night", None, None)
        assert bank.paid_out() == client.kept()
        balance = 12_345
        for statement in client.statements:
            assert statement.opening == balance
            balance = statement.closing
        assert balance == bank.balance()
        reported = [line.number for statement in client.statements for line in statement.lines]
        assert sorted(reported) == [line.number for line in bank.lines()]
        assert len({line.bank_reference for line in bank.lines()}) == len(reported)
        bank.close()


def test_two_processes_at_one_counter_execute_everything_once(tmp_path):
    banks = [open_bank(tmp_path), open_bank(tmp_path)]
    for number, modifier in enumerate(MODIFIERS[:12]):
        content = ach([Pay(100 + number)], modifier=modifier)
        drop(banks[0].courier.to_bank, f"{modifier}.ach", content)

    def work(bank):
        for _ in range(5):
            bank.receive()
            bank.settle(date(2026, 3, 2), at_once=True)

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(work, banks)) == [None, None]
    assert banks[0].deliveries()["accepted"] == 12
    assert len(banks[0].executions(trace(1))) == 12
    assert banks[1].paid_out() == sum(100 + number for number in range(12))
    assert len(banks[1].lines()) == 12
    for bank in banks:
        bank.close()
