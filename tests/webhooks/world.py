"""Webhooks, whole: API, door, relay and deliverer over a real database, on a virtual clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
import msgspec

from bezant.api.app import create_app
from bezant.api.backend import Key
from bezant.api.context import Caller, Context, created_of
from bezant.api.places import Places
from bezant.api.resource import Resource
from bezant.api.routes import places_of
from bezant.api.runtime import Runtime
from bezant.commit.door import Door
from bezant.db.pool import Pool
from bezant.kernel.clock import VirtualClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.ids import Ids
from bezant.ledger.book import book_of
from bezant.resources import error_groups, request_logs
from bezant.resources.webhooks import (
    event_destinations,
    events,
    thin_events,
    webhook_deliveries,
    webhook_endpoints,
    webhook_resends,
    webhook_targets,
)
from bezant.store.objects import Reader
from bezant.workers.deliver import Deliverer
from bezant.workers.deliver_send import Sender
from bezant.workers.disable_endpoints import EndpointDisabler
from bezant.workers.relay_events import EventRelay
from bezant.workers.resend import Resender
from bezant.workers.run_jobs import JobRunner

PLATFORM, OTHER, CHILD = "acct_platform", "acct_other", "acct_child"
SECRETS = {
    "sk_test_platform": Key("key_1", PLATFORM, livemode=False),
    "sk_live_platform": Key("key_2", PLATFORM, livemode=True),
    "sk_test_other": Key("key_3", OTHER, livemode=False),
}
ROUTES = [
    webhook_endpoints.routes,
    events.routes,
    thin_events.routes,
    event_destinations.routes,
    webhook_targets.routes,
    webhook_deliveries.routes,
    webhook_resends.routes,
    request_logs.routes,
    error_groups.routes,
]
PLACES = Places({**places_of(ROUTES).paths, "parcel": ["/v1/parcels/{id}"]})


class Parcel(Resource, tag="parcel"):
    """Anything that something happens to."""

    weight: int


class Account(Resource, tag="account"):
    """A connected account."""


class Answer(NamedTuple):
    """What the API said."""

    status: int
    json: Any

    @property
    def error(self) -> dict[str, Any]:
        return self.json["error"]


class World:
    """Everything that has a part in webhooks; also what the API asks for keys."""

    public_url = "https://pay.example.com"

    def __init__(self, url: str) -> None:
        self.url = url
        # The official client looks at the real time when it verifies a signature.
        self.clock = VirtualClock(datetime.now(UTC))
        self.entropy = SeededEntropy(11)
        self.ids = Ids(self.clock, self.entropy)
        self.pool = Pool(url, role="bezant_app", size=6)
        self.runtime = Runtime(
            config=Config(),
            clock=self.clock,
            ids=self.ids,
            pool=self.pool,
            reader=Reader(self.pool),
            door=Door(url, self.clock, self.ids),
            places=PLACES,
        )
        self.app = create_app(ROUTES, self)
        self.key = "sk_test_platform"
        self.relay = EventRelay(self.pool, self.clock, self.ids)
        self.deliverer = self.new_deliverer()

        self.disabler = EndpointDisabler(self.runtime)
        jobs = {webhook_resends.JOB: Resender(self.runtime)}
        self.jobs = JobRunner(self.pool, self.clock, self.entropy, jobs)

    def new_deliverer(self, sender: Sender | None = None) -> Deliverer:
        return Deliverer(self.pool, self.clock, self.entropy, sender, PLACES)

    async def __aenter__(self):
        await self.pool.open()
        await self.runtime.door.start()
        return self

    async def __aexit__(self, *_error) -> None:
        await self.deliverer.close()
        await self.runtime.door.close()
        await self.pool.close()

    # What the API asks.

    async def authenticate(self, secret: str) -> Key | None:
        return SECRETS.get(secret)

    async def connected(self, key: Key, account: str) -> bool:
        return (key.account, account) == (PLATFORM, CHILD)

    def disguised(self, text: str) -> str:
        return f"disguised {text}"

    def record(self, record):
        """Keep no request log here."""

    async def ready(self) -> str | None:
        return None

    def context(self, caller: Caller) -> Context:
        return Context(self.runtime, caller)

    # What a client does.

    async def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        named = {"Authorization": f"Bearer {self.key}"}
        if body is not None:
            named["Content-Type"] = "application/x-www-form-urlencoded"
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url=self.public_url) as client:
            got = await client.request(method, f"/v1{path}", content=body, headers=named)
        return Answer(got.status_code, got.json())

    async def ask_v2(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Ask in JSON for something below /v2."""
        named = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = None if body is None else msgspec.json.encode(body)
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url=self.public_url) as client:
            got = await client.request(method, f"/v2/core{path}", content=sent, headers=named)
        return Answer(got.status_code, got.json())

    async def v2(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return good(await self.ask_v2(method, path, body, **headers))

    async def direct(self, url: str, *events: str, **more: Any) -> Any:
        """Create a destination for thin events, secret and address shown."""
        asked = {
            "name": "a destination",
            "type": "webhook_endpoint",
            "event_payload": "thin",
            "enabled_events": list(events) or ["*"],
            "webhook_endpoint": {"url": url},
            "include": ["webhook_endpoint.signing_secret", "webhook_endpoint.url"],
        }
        return await self.v2("POST", "/event_destinations", asked | more)

    async def get(self, path: str, **headers: str) -> Any:
        return good(await self.ask("GET", path, **headers))

    async def post(self, path: str, body: str = "", **headers: str) -> Any:
        return good(await self.ask("POST", path, body, **headers))

    async def listen(self, url: str, events: str = "*", more: str = "", **headers: str) -> Any:
        """Create an endpoint for some event types, separated by spaces."""
        wanted = "&".join(f"enabled_events[]={name}" for name in events.split())
        return await self.post("/webhook_endpoints", f"url={url}&{wanted}&{more}", **headers)

    # What the platform does.

    async def connect(self, *accounts: str, platform: str = PLATFORM) -> None:
        """Let a platform have connected accounts."""
        ctx = self.context(Caller(platform, platform, livemode=False))
        for account in accounts:
            now = int(self.clock.now().timestamp())
            ctx.create(Account(id=account, created=now, livemode=False))
        await ctx.write()

    async def happen(
        self,
        *types: str,
        account: str = PLATFORM,
        platform: str = PLATFORM,
        livemode: bool = False,
    ) -> list[str]:
        """Let events happen to an account and return the ids of the objects they are about."""
        ctx = self.context(Caller(platform, account, livemode, request="req_1"))
        names = [ctx.new_id("parcel") for _ in types]
        for weight, (name, kind) in enumerate(zip(names, types, strict=True)):
            parcel = Parcel(id=name, created=created_of(name), livemode=livemode, weight=weight)
            ctx.create(parcel, event=kind)
        await ctx.write()
        return names

    async def change(self, name: str | None = None, **changes: Any) -> str:
        """Update a parcel, or a new one, which is told as an update of a payout."""
        name = name or (await self.happen("payout.created"))[0]
        ctx = self.context(Caller(PLATFORM, PLATFORM, livemode=False, request="req_1"))
        ctx.save(await ctx.load(Parcel, name), event="payout.updated", **changes)
        await ctx.write()
        return name

    async def relay_all(self) -> int:
        """Relay until nothing is left."""
        return sum([done async for done in repeated(self.relay.run_once)])

    async def deliver_all(self) -> int:
        """Deliver until nothing is due or on its way."""
        return sum([done async for done in repeated(self.deliverer.run_once)])

    async def tell(self) -> None:
        """Relay and deliver what there is."""
        await self.relay_all()
        while await self.jobs.run_once():
            pass
        await self.deliver_all()

    def pass_time(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    # What an onlooker sees.

    async def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        async with self.pool.connection() as conn:
            return await (await conn.execute(sql.encode(), values)).fetchall()

    async def value(self, sql: str, *values: object) -> Any:
        ((value,),) = await self.rows(sql, *values)
        return value

    async def deliveries(self) -> list[tuple[Any, ...]]:
        """Return event type, endpoint's URL, status, attempts and answer of each delivery."""
        return await self.rows(
            "select e.type, o.body::json ->> 'url', d.status, d.attempts, d.answer"
            " from delivery d join event e on e.id = d.event join object o on o.id = d.endpoint"
            " order by d.id"
        )


async def repeated(step):
    """Yield what a step returns until it returns nothing."""
    while done := await step():
        yield done


def good(answer: Answer) -> Any:
    assert answer.status == 200, answer.json
    return answer.json


def book(account: str = PLATFORM, *, livemode: bool = False) -> int:
    return book_of(account, livemode).id


def decoded(body: bytes) -> dict[str, Any]:
    return msgspec.json.decode(body)


def play(database: str, story) -> None:
    """Run a story in a world of its own."""

    async def run() -> None:
        async with World(database) as world:
            await story(world)

    asyncio.run(run())
