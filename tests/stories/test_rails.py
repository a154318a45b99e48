"""A story for every rail, from the instruction to finality, and for each way it can fail."""

from dataclasses import dataclass

import pytest

from bezant.rail import (
    Account,
    Address,
    BicAccount,
    CaAccount,
    GbAccount,
    IbanAccount,
    Party,
    PixKey,
    UpiAddress,
    UsAccount,
)
from tests.stories.rail_world import play

US_ADDRESS = Address("US", "Boston", "02110", "Franklin Street", "1", "MA")


@dataclass(frozen=True)
class Way:
    """A rail, an account that takes money, and accounts that do not, by what becomes of it."""

    rail: str
    currency: str
    service: str
    good: Account
    bad: tuple[tuple[str, Account], ...]
    address: Address | None = None
    holder: str = "individual"

    def __str__(self):
        return self.rail

    def party(self, account):
        return Party("Grace Hopper", account, self.holder, address=self.address)


def us(number):
    return UsAccount("110000000", number)


def gb(number):
    return GbAccount("108800", number)


def ca(number):
    return CaAccount("000", "11000", number)


def abroad(number):
    return BicAccount(number, "ABCDCHZZXXX", "CH")


WAYS = [
    Way(
        "ach",
        "usd",
        "standard",
        us("000123456789"),
        (("returned", us("000111111116")), ("returned", us("000222222227"))),
    ),
    *(
        Way(
            rail,
            "usd",
            service,
            us("000123456789"),
            (("rejected", us("000111111116")), ("settled", us("000555555559")))
            + ((("returned", us("000666666661")),) if rail != "rtp" else ()),
            US_ADDRESS,
        )
        for rail, service in (("fednow", "instant"), ("rtp", "instant"), ("fedwire", "urgent"))
    ),
    Way("bacs", "gbp", "standard", gb("00012345"), (("returned", gb("11111116")),)),
    Way("acss", "cad", "standard", ca("000123456789"), (("returned", ca("000111111116")),)),
    Way("fps", "gbp", "instant", gb("00012345"), (("rejected", gb("11111116")),)),
    Way(
        "chaps",
        "gbp",
        "urgent",
        gb("00012345"),
        (("rejected", gb("11111116")),),
        Address("GB", "London", "EC2R 8AH"),
    ),
    Way(
        "pix",
        "brl",
        "instant",
        PixKey("ada@pix.example", "email"),
        (("rejected", PixKey("nobody@pix.example", "email")),),
    ),
    Way(
        "upi",
        "inr",
        "instant",
        UpiAddress("ada@okbank"),
        (("rejected", UpiAddress("declined@okbank")),),
    ),
    Way(
        "swift",
        "usd",
        "standard",
        abroad("000123456789"),
        (("rejected", abroad("000111111116")),),
        Address("CH", "Zug", "6300"),
    ),
]

SEPA = [
    Way(
        "sepa_credit",
        "eur",
        "standard",
        IbanAccount("DE89370400440532013000"),
        (("returned", IbanAccount("DE62370400440532013001")),),
        Address("DE", "Berlin"),
    ),
    Way(
        "sepa_instant",
        "eur",
        "instant",
        IbanAccount("DE89370400440532013000"),
        (("rejected", IbanAccount("DE62370400440532013001")),),
        Address("DE", "Berlin"),
    ),
]
WAYS += SEPA

PLAIN = [way for way in WAYS if way.rail != "acss"]
"""Ways that have a story of their own here; those of ACSS are among its mishaps."""

each_way = pytest.mark.parametrize("way", PLAIN, ids=str)


@each_way
def test_money_arrives_and_stays_or_comes_back_whole(database, monkeypatch, way):
    async def story(world):
        await world.fund(1_000_000, way.currency)
        sent = await world.send(
            way.rail, way.good, 2_500, way.currency, service=way.service, party=way.party(way.good)
        )
        movement = await world.until(sent, "settled")
        assert movement.rail == way.rail
        assert world.executed(movement) == 1
        left = 1_000_000 - 2_500
        for end, account in way.bad:
            party = way.party(account)
            name = await world.send(
                way.rail, account, 1_000, way.currency, service=way.service, party=party
            )
            await world.until(name, end)
            left -= 1_000 if end == "settled" else 0
        assert await world.has(way.currency) == left
        await world.check()

    play(database, story, monkeypatch)


DEBITS = [
    Way(
        "ach",
        "usd",
        "standard",
        us("000123456789"),
        (("returned", us("000222222227")), ("returned", us("000333333335"))),
    ),
    *(
        Way(
            rail,
            "eur",
            "standard",
            IbanAccount("AT611904300234573201"),
            (("returned", IbanAccount("AT861904300235473202")),),
            Address("AT", "Wien"),
            holder,
        )
        for rail, holder in (("sepa_debit_core", "individual"), ("sepa_debit_b2b", "company"))
    ),
    Way("bacs", "gbp", "standard", gb("00012345"), (("returned", gb("22222227")),)),
    Way("acss", "cad", "standard", ca("000123456789"), (("returned", ca("000222222227")),)),
]


@pytest.mark.parametrize("way", [way for way in DEBITS if way.rail != "acss"], ids=str)
def test_money_is_collected_and_given_back_when_its_owner_says_so(database, monkeypatch, way):
    async def story(world):
        names = [
            await world.collect(
                way.rail,
                account,
                1_500,
                way.currency,
                service=way.service,
                party=way.party(account),
            )
            for account in (way.good, *(account for _, account in way.bad))
        ]
        kept, *lost = [await world.until(name, "settled", "returned") for name in names]
        for movement, (end, _) in zip(lost, way.bad, strict=True):
            await world.until(movement.id, end)
        assert kept.status == "settled"
        assert world.executed(kept) == 1
        assert await world.has(way.currency) == 1_500
        await world.check()

    play(database, story, monkeypatch)
