"""Made-up business for the interbank networks, and answers as their other side writes them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st
from msgspec import structs

from bezant.kernel.money import Money
from bezant.rail import (
    Address,
    GbAccount,
    IbanAccount,
    Instruction,
    Original,
    Originator,
    Party,
    UsAccount,
)
from bezant.rails.chaps import CHAPS
from bezant.rails.fednow import FEDNOW
from bezant.rails.fedwire import FEDWIRE
from bezant.rails.fps import FPS
from bezant.rails.rtp import RTP
from bezant.rails.swift import SWIFT
from bezant.sim.scheme import Answer, Client, Incoming
from bezant.sim.schemes import chaps, fednow, fedwire, fps, rtp, swift

CREATED = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
DAY = date(2026, 3, 4)

US = Originator(
    name="Bezant Demo Platform",
    company_id="1987654321",
    bank_id="021000021",
    account=UsAccount("021000021", "000111222333"),
    bank_name="Demo Bank",
    address=Address("US", "New York", "10001", "Broadway", "1500", "NY"),
)
GB = Originator(
    name="Bezant Demo Platform",
    company_id="BZ1",
    bank_id="DEMOGB2LXXX",
    account=GbAccount("108800", "00012345"),
    bank_name="Demo Bank",
    address=Address("GB", "London", "EC2R 8AH", "Threadneedle Street"),
)
GB_MEMBER = structs.replace(GB, bank_id="108800")
DE = Originator(
    name="Bezant Demo Platform",
    company_id="BZ1",
    bank_id="DEMODEFFXXX",
    account=IbanAccount("DE89370400440532013000", "DEMODEFFXXX"),
    bank_name="Demo Bank",
    address=Address("DE", "Berlin"),
)
BOSTON = Address("US", "Boston", "02110", "Franklin Street", "1", "MA")


@dataclass(frozen=True)
class World:
    """A network with its other side, and somebody on either."""

    rail: Any
    scheme: Any
    originator: Originator
    account: Any
    bank: str
    currency: str
    client_account: str

    @property
    def client(self) -> Client:
        """The originator, as the other side knows it."""
        return Client(self.originator.name, self.client_account, self.originator.bank_id)

    def pack(self, instruction, created_at=CREATED):
        return self.rail.pack(
            [instruction],
            self.originator,
            created_at=created_at,
            file_modifier="A",
            reference="BZ000001",
        )

    def order(self, instruction):
        """Return the one order that the other side reads."""
        return self.scheme.read(self.pack(instruction), self.client).orders[0]

    def answers(self, order, outcome, code="", **changes):
        """Return the facts of the messages with which the other side answers."""
        answer = self.answer(order, outcome, code, **changes)
        letters = self.scheme.write([answer], self.client, CREATED, 1)
        assert all(self.rail.recognize(letter.content) for letter in letters)
        return [fact for letter in letters for fact in self.rail.read(letter.content).facts]

    def answer(self, order, outcome, code="", **changes):
        """Return what the other side decides."""
        values = {"amount": order.amount, "day": DAY, "number": 7} | changes
        return Answer(order, outcome, code, **values)

    def letter(self, outcome, code=""):
        """Return the bytes of the answer to a payment."""
        order = self.order(instruction(self))
        answer = Answer(order, outcome, code, order.amount, DAY, 7)
        return self.scheme.write([answer], self.client, CREATED, 1)[0].content

    def brought(self, kind, **changes):
        """Return the facts of what the other side brings."""
        values = {
            "amount": 1234,
            "currency": self.currency,
            "name": "Grace Hopper",
            "account": "000987654321",
            "bank": self.bank,
            "reference": "INV-77",
            "remittance": "Invoice 77",
            "day": DAY,
            "number": 3,
        } | changes
        letters = self.scheme.bring([Incoming(kind, **values)], self.client, CREATED, 1)
        return self.rail.read(letters[0].content).facts

    def __str__(self) -> str:
        return self.rail.capabilities.name


_US_ACCOUNT = UsAccount("011401533", "000123456789")
WORLDS = [
    World(FEDNOW, fednow.FEDNOW, US, _US_ACCOUNT, "011401533", "usd", "000111222333"),
    World(RTP, rtp.RTP, US, _US_ACCOUNT, "011401533", "usd", "000111222333"),
    World(FEDWIRE, fedwire.FEDWIRE, US, _US_ACCOUNT, "011401533", "usd", "000111222333"),
    World(FPS, fps.FPS, GB_MEMBER, GbAccount("200000", "12345678"), "200000", "gbp", "00012345"),
    World(CHAPS, chaps.CHAPS, GB, GbAccount("200000", "12345678"), "200000", "gbp", "00012345"),
    World(
        SWIFT,
        swift.SWIFT,
        DE,
        IbanAccount("GB82WEST12345698765432", "WESTGB2L"),
        "WESTGB2L",
        "eur",
        "DE89370400440532013000",
    ),
]
FEDNOW_WORLD, RTP_WORLD, FEDWIRE_WORLD, FPS_WORLD, CHAPS_WORLD, SWIFT_WORLD = WORLDS

_ABOUT = {"return", "recall", "answer_recall", "enquire"}


def instruction(world, sequence=1, act="pay", **changes):
    """One instruction; `changes` replace parts of it or of its counterparty."""
    party = {"name": "Ada Lovelace", "account": world.account, "address": BOSTON}
    party |= {key: changes.pop(key) for key in [*changes] if key in Party.__struct_fields__}
    values = {
        "movement": f"mv_{sequence}",
        "trace": world.rail.trace(world.originator, sequence),
        "amount": Money(changes.pop("amount", 6000), changes.pop("currency", world.currency)),
        "direction": "debit" if act == "request" else "credit",
        "counterparty": Party(**party),
        "effective_date": DAY,
        "act": act,
        "remittance": "Invoice 7",
        "service": world.rail.capabilities.services[0],
    }
    if act in _ABOUT:
        original = world.rail.trace(world.originator, 1000)
        values["original"] = Original(original, Money(6000, world.currency), DAY, "E2E-1")
    if act in {"return", "recall"}:
        values["reason"] = "DUPL"
    return Instruction(**(values | changes))


@st.composite
def instruction_lists(draw, world):
    """One payment with anything that its texts may hold."""
    details = {}
    if world.rail is SWIFT:
        details["charges"] = draw(st.sampled_from(["OUR", "SHA", "BEN"]))
    return [
        instruction(
            world,
            draw(st.integers(1, 9_999_999_999)),
            amount=draw(st.integers(1, world.rail.limit(DAY))),
            name=draw(st.text(max_size=150).map(lambda text: f"A{text}")),
            holder=draw(st.sampled_from(["individual", "company"])),
            address=draw(st.sampled_from([BOSTON, Address("US", "Boston")])),
            reference=draw(st.sampled_from(["", "INV 7", "RF18539007547034"])),
            remittance=draw(st.text(max_size=200)),
            end_to_end_id=draw(st.sampled_from(["", "E2E-77", "A/b?c:d(e)"])),
            details=details,
        )
    ]


def many_instructions(world, count):
    return [instruction(world, number) for number in range(1, count + 1)]
