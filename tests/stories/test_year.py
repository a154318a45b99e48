"""A year of five rails on the platform's clock: every payment arrives or comes back whole."""

from datetime import timedelta

from bezant.rail import Address, IbanAccount, Party, PixKey
from tests.stories.rail_world import play
from tests.stories.test_rails import gb, us

BERLIN = Address("DE", "Berlin")
BOSTON = Address("US", "Boston", "02110", "Franklin Street", "1", "MA")

PAYMENTS = (
    ("ach", "usd", "standard", us("000123456789"), None),
    ("fednow", "usd", "instant", us("000123456789"), BOSTON),
    ("sepa_credit", "eur", "standard", IbanAccount("DE89370400440532013000"), BERLIN),
    ("fps", "gbp", "instant", gb("00012345"), None),
    ("pix", "brl", "instant", PixKey("ada@pix.example", "email"), None),
)
RETURNED = ("ach", "usd", "standard", us("000111111116"), None)
WEEKS = 52


def test_a_year_of_five_rails(database, monkeypatch):
    async def story(world):
        for currency in ("usd", "eur", "gbp", "brl"):
            await world.fund(10_000_000, currency)
        sent, came_back = [], []
        for week in range(WEEKS):
            for rail, currency, service, account, address in (*PAYMENTS, RETURNED):
                party = Party("Grace Hopper", account, address=address)
                name = await world.send(
                    rail, account, 1_000 + week, currency, service=service, party=party
                )
                (came_back if account == RETURNED[3] else sent).append(name)
            for _ in range(7):
                world.clock.advance(timedelta(hours=24))
                await world.tick()
        await world.check()
        for names, end in ((sent, "settled"), (came_back, "returned")):
            found = [(await world.movement(name)).status for name in names]
            assert found == [end] * len(found)
        paid = sum(1_000 + week for week in range(WEEKS))
        assert await world.has("usd") == 10_000_000 - 2 * paid
        assert await world.has("eur") == 10_000_000 - paid

    play(database, story, monkeypatch)
