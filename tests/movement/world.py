"""A platform with two banks: the simulated one, and one that speaks Blink, played by hand."""

import asyncio
import json
from contextlib import asynccontextmanager

import httpx
import msgspec
from msgspec.structs import replace

from bezant.api.context import Caller, Context
from bezant.kernel.clock import VirtualClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.secret import Secret
from bezant.ledger.balances import balances_at, clearing_totals
from bezant.ledger.book import book_of
from bezant.ledger.chart import house
from bezant.ledger.verify import verify
from bezant.movement.banks import Banks
from bezant.movement.movement import Movement
from bezant.movement.profile import SANDBOX, BankProfile, BankRail
from bezant.rail import Originator, UsAccount
from bezant.server.platform import Platform
from bezant.server.rails import RAILS
from bezant.store import keys
from bezant.store.objects import Page
from tests.movement.blink import LATER, NOON, Blink, answer
from tests.resources.office import flat

KEY = "sk_test_world_12345678"
OWN = UsAccount("021000021", "555000111")
BLINKBANK = BankProfile(
    name="blinkbank",
    currency="usd",
    account=OWN.account_number,
    details=OWN,
    holder="BEZANT OPERATOR",
    bank_name="BLINK BANK",
    rails={
        "blink": BankRail(
            Originator("BEZANT", "99", "021000021", OWN, "BLINK BANK"), prices={"instant": 25}
        )
    },
)


class World:
    """The platform, its API, and the Blink bank's two folders."""

    def __init__(self, platform, clock, http, folder):
        self.platform = platform
        self.clock = clock
        self.http = http
        self.inbox = folder / "banks" / "blinkbank" / "from_bank"
        self.outbox = folder / "banks" / "blinkbank" / "to_bank"
        self.sent = 0

    async def ask(self, method, path, params=None, *, account=None, key=KEY):
        headers = {"Authorization": f"Bearer {key}"}
        if account:
            headers["Stripe-Account"] = account
        fields = dict(flat(params or {}))
        sent = {"data": fields} if method == "POST" else {"params": fields}
        return await self.http.request(method, path, headers=headers, **sent)

    async def good(self, verb, path, acting=None, **params):
        answered = await self.ask(verb, path, params, account=acting)
        assert answered.status_code == 200, answered.text
        return answered.json()

    async def refused(self, path, acting=None, *, key=KEY, **params):
        answered = await self.ask("POST", path, params, account=acting, key=key)
        assert answered.status_code in (400, 403, 404), answered.text
        return answered.json()["error"]["code"]

    async def seller(self, amount=100_000, name="Ada", number="000123456789"):
        """Open a connected account with money."""
        await self.good("POST", "/v1/topups", amount=amount, currency="usd")
        for _ in range(8):
            self.clock.advance(LATER * 600)
            await self.platform.tick()
        bank = {
            "object": "bank_account",
            "country": "US",
            "currency": "usd",
            "routing_number": "110000000",
            "account_number": number,
            "account_holder_name": name,
        }
        made = await self.good(
            "POST",
            "/v1/accounts",
            type="custom",
            country="US",
            capabilities={"transfers": {"requested": True}},
            external_account=bank,
        )
        await self.good(
            "POST", "/v1/transfers", amount=amount, currency="usd", destination=made["id"]
        )
        return made["id"]

    async def pay(self, seller, amount=1_000, method="instant"):
        return await self.good(
            "POST", "/v1/payouts", seller, amount=amount, currency="usd", method=method
        )

    async def tick(self, after=None):
        if after is not None:
            self.clock.advance(after)
        await self.platform.tick()

    def messages(self):
        """Return what the Blink bank has been sent so far, in order."""
        paths = sorted(path for path in self.outbox.iterdir() if not path.name.startswith("."))
        return [json.loads(path.read_bytes()) for path in paths]

    async def bank_says(self, *facts):
        self.sent += 1
        (self.inbox / f"answer{self.sent:03d}.json").write_bytes(answer(*facts))
        await self.platform.tick()

    async def movement(self, source, account):
        found = await self.good("GET", "/v1/movements", account, source=source)
        (one,) = [each for each in found["data"] if each["act"] in ("pay", "receive")]
        return one

    def house(self):
        return Context(self.platform.runtime, Caller("house", "house", livemode=False))

    async def movements(self, account):
        ctx = Context(self.platform.runtime, Caller(account, account, livemode=False))
        bodies, _ = await ctx.page(Movement, Page(limit=100))
        return [msgspec.json.decode(body, type=Movement) for body in bodies]

    async def second_key(self):
        async with self.platform.pool.connection() as conn:
            made = await keys.create(
                conn, self.platform.ids, SeededEntropy(5), self.clock.now(),
                account=self.platform.started.account, livemode=False, name="second",
            )  # fmt: skip
        return made.secret.reveal()

    async def held(self, account, path):
        async with self.platform.pool.connection() as conn:
            found = await balances_at(conn, book_of(account, livemode=False), [path])
        return sum(one.posted for one in found)

    async def of_house(self, path):
        async with self.platform.pool.connection() as conn:
            found = await balances_at(conn, house(livemode=False), [path])
        return sum(one.posted for one in found)

    async def clearing(self):
        """Return every clearing account that does not stand at zero."""
        async with self.platform.pool.connection() as conn:
            totals = await clearing_totals(conn)
        return {one.path: one.posted for one in totals if one.posted}


@asynccontextmanager
async def opened(url, folder, clock, *, blink=BLINKBANK, sandbox=SANDBOX, rails=None, seed=3):
    config = Config(data=folder, sandbox="calendar", test_secret_key=Secret(KEY))
    banks = Banks((sandbox, blink), {**RAILS, "blink": Blink(), **(rails or {})})
    async with Platform(config, url, clock, SeededEntropy(seed), banks=banks) as platform:
        transport = httpx.ASGITransport(platform.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://world") as http:
            yield World(platform, clock, http, folder)


def play(url, folder, story, **profiles):
    """Play a story in a new world; afterwards the books must prove themselves."""

    async def run():
        async with opened(url, folder, VirtualClock(NOON), **profiles) as world:
            await story(world)

    asyncio.run(run())
    report = verify(url)
    assert report.ok, report


def with_rail(profile, name, **changes):
    """Return a profile with one rail's access changed."""
    rails = {**profile.rails, name: replace(profile.rails[name], **changes)}
    return replace(profile, rails=rails)
