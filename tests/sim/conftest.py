"""A simulated bank in a folder of its own, on a clock that stands still."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bezant.kernel.clock import VirtualClock
from bezant.kernel.entropy import SeededEntropy
from bezant.sim.bank import BankAccount, SimulatedBank
from bezant.sim.scheme import Client
from bezant.sim.schemes.ach import AchScheme
from tests.sim.client import ACCOUNT, ROUTING


@pytest.fixture
def clock():
    """Stand at noon of Sunday, 1 March 2026."""
    return VirtualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def bank(tmp_path: Path, clock: VirtualClock):
    """Hold 1,000.00 for the client."""
    account = BankAccount(Client("BEZANT", ACCOUNT, ROUTING), opening_balance=100_000)
    bank = SimulatedBank(tmp_path / "bank", clock, account, [AchScheme()], entropy=SeededEntropy(7))
    yield bank
    bank.close()
