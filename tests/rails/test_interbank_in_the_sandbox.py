"""The interbank rails at the simulated bank: messages on the wire, and both books the same."""

import pytest

from bezant.kernel.clock import VirtualClock
from bezant.kernel.entropy import SeededEntropy
from bezant.sim.bank import BankAccount, SimulatedBank
from tests.rails.interbank_samples import CREATED, DAY, RTP_WORLD, WORLDS, instruction
from tests.sim.client import drop


class Wire:
    """One of the networks behind a simulated bank."""

    def __init__(self, world, folder):
        account = BankAccount(world.client, world.currency, opening_balance=1_000_000)
        self.world = world
        self.heard = set()
        self.bank = SimulatedBank(
            folder, VirtualClock(CREATED), account, [world.scheme], entropy=SeededEntropy(3)
        )

    def send(self, order):
        """Send an instruction and return what is heard of it, as kind and trace."""
        drop(self.bank.courier.to_bank, f"{order.movement}.xml", self.world.pack(order))
        [ack] = self.bank.receive()
        assert ack.status == "accepted", ack.reasons
        self.bank.settle(DAY)
        return self.listen()

    def booked(self):
        """Return what the bank's own lines add up to."""
        return sum(line.amount for line in self.bank.lines())

    def listen(self):
        told = []
        for path in sorted(self.bank.courier.from_bank.glob("*.xml")):
            data = path.read_bytes()
            if path.name not in self.heard and self.world.rail.recognize(data):
                self.heard.add(path.name)
                told += [(fact.kind, fact.trace) for fact in self.world.rail.read(data).facts]
        return told


@pytest.fixture(params=WORLDS, ids=str)
def wire(request, tmp_path):
    wire = Wire(request.param, tmp_path)
    yield wire
    wire.bank.close()


def magic(world, number):
    account = world.account
    if not hasattr(account, "account_number"):
        return None
    fields = {name: getattr(account, name) for name in account.__struct_fields__}
    return type(account)(**(fields | {"account_number": number}))


def test_a_payment_settles_comes_back_when_asked_and_the_books_are_as_before(wire):
    world = wire.world
    paid = instruction(world, 1)
    told = wire.send(paid)
    assert told[-1] == ("settled", paid.trace)
    assert wire.booked() == -6000
    original = instruction(world, act="recall").original
    about = type(original)(paid.trace, paid.amount, DAY, "")
    recall = instruction(world, 2, act="recall", original=about)
    told = wire.send(recall)
    assert sorted(told) == [("recalled", recall.trace), ("returned", paid.trace)]
    assert wire.booked() == 0


def test_what_is_rejected_is_never_booked_and_what_is_asked_is_answered(wire):
    world = wire.world
    number = "11111116" if world.currency == "gbp" else "000111111116"
    if account := magic(world, number):
        refused = instruction(world, 1, account=account)
        assert wire.send(refused)[-1] == ("rejected", refused.trace)
        assert wire.booked() == 0
    paid = instruction(world, 2)
    wire.send(paid)
    about = type(instruction(world, act="recall").original)(paid.trace, paid.amount, DAY, "")
    asked = instruction(world, 3, act="enquire", original=about)
    assert wire.send(asked) == [("settled", paid.trace)]
    never = instruction(world, 4, act="enquire")
    assert wire.send(never) == [("rejected", never.original.trace)]


def test_a_request_for_payment_is_answered_and_paid(wire):
    if "request" not in wire.world.rail.capabilities.acts:
        assert wire.world is not RTP_WORLD
        return
    asked = instruction(wire.world, 1, act="request")
    told = dict(wire.send(asked))
    assert told.pop("acknowledged") == asked.trace
    assert [*told] == ["received"]
    assert wire.booked() == 6000
