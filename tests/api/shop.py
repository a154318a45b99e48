"""A small API to test conventions with: parcels, their labels, and a backend in memory.

The door and the reader here keep documents and answers in dicts and follow the same contract as
the real ones: versions are checked, keys are settled together with their effect.
"""

import asyncio
import base64
from collections import deque
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, ClassVar, Literal, NamedTuple

import httpx
import msgspec
from msgspec import field

from bezant.api.app import create_app
from bezant.api.backend import Key, Record
from bezant.api.context import Caller, Context, Stale, created_of
from bezant.api.multipart import Upload
from bezant.api.operation import Options
from bezant.api.pages import Page
from bezant.api.params import Amount, Currency, Emptyable, Metadata, Params, merged
from bezant.api.resource import Identified, Resource
from bezant.api.results import Itemised
from bezant.api.routes import Routes
from bezant.commit.change_set import Accepted, Refused, Replayed
from bezant.db.errors import ConnectionLost
from bezant.kernel.clock import VirtualClock
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.errors import ApiError, InsufficientFunds, InvalidRequest, Unavailable
from bezant.kernel.ids import Ids
from bezant.store import idempotency
from bezant.store.objects import Row
from tests.api import crates

SECRET = "sk_test_" + "a1B2c3D4" * 3
OTHER = "sk_test_" + "z9Y8x7W6" * 3
PUBLISHABLE = "pk_test_" + "p1q2r3s4" * 3
RESTRICTED = "rk_test_" + "r5s6t7u8" * 3
OLD = "sk_test_" + "o4l4d4v4" * 3
URL = "https://pay.example.com"


class Shelf(Resource, tag="shelf"):
    """Where parcels stand."""

    name: str


class Parcel(Resource, tag="parcel"):
    """Something to be sent."""

    expands: ClassVar = {"shelf": ("shelf",), "twin": ("parcel",), "labels.data.shelf": ("shelf",)}

    amount: int
    currency: str
    status: Literal["packed", "sent", "lost"] = "packed"
    fragile: bool = False
    description: str | None = None
    shelf: str | None = None
    twin: str | None = None
    labels: dict[str, Any] | None = None
    metadata: dict[str, str] = field(default_factory=dict)


class Label(Identified, tag="label"):
    """A text on a parcel."""

    parcel: str
    text: str


class CreateParcel(Params):
    amount: Amount
    currency: Currency
    description: str | None = None
    fragile: bool = False
    shelf: str | None = None
    twin: str | None = None
    metadata: Metadata | None = None


class Photo(Params):
    file: Upload
    of: str
    notes: list[str] | None = None


class UpdateParcel(Params):
    description: Emptyable[str] | None = None
    metadata: Metadata | None = None


class CreateLabel(Params):
    text: str


class Ship(Params):
    by: Literal["air", "sea"] = "air"


class Batch(Params):
    parcels: list[CreateParcel]


shelves = Routes(Shelf, "/v1/shelves", prefix="shf")
parcels = Routes(
    Parcel,
    "/v1/parcels",
    prefix="par",
    filters={"status": "status", "shelf": "source", "fragile": "type"},
)
labels = Routes(Label, "/v1/parcels/{parcel}/labels", prefix="lbl", parent=Parcel)
desk = Routes(
    Parcel, "/v1/desk", listed=False, retrieved=False, options=Options(json=True, body_limit=4_096)
)


@shelves.create
async def create(ctx: Context, params: CreateLabel) -> Shelf:
    """Put up a shelf."""
    number = ctx.new_id("shf")
    return ctx.create(
        Shelf(id=number, created=created_of(number), livemode=ctx.livemode, name=params.text)
    )


def parcel_of(ctx: Context, params: CreateParcel) -> Parcel:
    number = ctx.new_id("par")
    return ctx.create(
        Parcel(
            id=number,
            created=created_of(number),
            livemode=ctx.livemode,
            amount=params.amount,
            currency=params.currency,
            fragile=params.fragile,
            description=params.description,
            shelf=params.shelf,
            twin=params.twin,
            metadata=merged({}, params.metadata),
        ),
        event="parcel.created",
    )


@parcels.create
async def create_parcel(ctx: Context, params: CreateParcel) -> Parcel:
    """Pack a parcel."""
    world: World = ctx.runtime.world  # type: ignore[attr-defined]
    world.runs += 1
    await world.step(params.description)
    return parcel_of(ctx, params)


@parcels.update
async def update(ctx: Context, parcel: Parcel, params: UpdateParcel) -> Parcel:
    """Write something else on it."""
    world: World = ctx.runtime.world  # type: ignore[attr-defined]
    world.runs += 1
    if params.description == "raced" and world.runs < 3:
        raise Stale(parcel.id)
    return ctx.save(parcel, **params.changes(), metadata=merged(parcel.metadata, params.metadata))


@parcels.delete
async def delete(ctx: Context, parcel: Parcel) -> None:
    """Throw it away."""
    ctx.delete(parcel)


@parcels.action
async def ship(ctx: Context, parcel: Parcel, params: Ship) -> Parcel:
    """Send it."""
    if parcel.status != "packed":
        raise InvalidRequest(f"Parcels with status {parcel.status} cannot be shipped.")
    return ctx.save(parcel, status="sent", description=params.by)


@labels.create
async def stick(ctx: Context, parcel: Parcel, params: CreateLabel) -> Label:
    """Stick a label on a parcel."""
    return ctx.create(Label(id=ctx.new_id("lbl"), parcel=parcel.id, text=params.text))


@labels.action
async def read_aloud(ctx: Context, parcel: Parcel, label: Label) -> dict[str, Any]:
    """Say what a label says."""
    return {"object": "speech", "text": f"{parcel.id}: {label.text}", "livemode": ctx.livemode}


@desk.get("/v1/desk/{drawer}")
async def look(ctx: Context, drawer: str) -> dict[str, Any]:
    """Say what is in a drawer."""
    return {"object": "drawer", "name": drawer, "account": ctx.account}


@desk.get("/v1/desk/{drawer}/parcels", listing=True)
async def search(ctx: Context, drawer: str) -> Page:
    """List everything of one kind."""
    rows = ctx.runtime.reader.rows.values()
    return Page([row.body for row in rows if row.kind == drawer])


@desk.post("/v1/desk/batch")
async def batch(ctx: Context, params: Batch) -> Itemised:
    """Pack several parcels, each for itself."""
    items: list[Parcel | ApiError] = []
    for item in params.parcels:
        ctx.item()
        made = parcel_of(ctx, item)
        refused = item.description == "refuse"
        items.append(InvalidRequest("Not this one.", param="parcels") if refused else made)
    return Itemised(items)


@desk.post("/v1/desk/photos", files=True, json=False, body_limit=8_192)
async def take_photo(ctx: Context, params: Photo) -> dict[str, Any]:
    """Look at a photo."""
    file = params.file
    text = file.data.decode("latin-1")
    told = {"name": file.name, "type": file.media_type, "size": len(file.data), "text": text}
    whose = {"account": ctx.account, "of": params.of, "notes": params.notes}
    return {"object": "photo", **whose, **told}


@desk.get("/v1/open", publishable=True)
async def doors(ctx: Context) -> dict[str, Any]:
    """Say whether the shop is open, to anybody with any key."""
    return {"object": "hours", "open": True, "livemode": ctx.livemode}


ROUTES = [shelves, parcels, labels, desk, crates.routes]


class Reader:
    """Documents by key."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, str, str], Row] = {}
        self.columns: dict[tuple[int, str, str], dict[str, str | None]] = {}
        self.statements = 0
        self.lost = 0

    async def get(self, book: int, kind: str, name: str) -> Row | None:
        if self.lost:
            self.lost -= 1
            raise ConnectionLost("the server closed the connection")
        self.statements += 1
        return self.rows.get((book, kind, name))

    async def many(self, keys: list[tuple[int, str, str]]) -> dict[tuple[int, str, str], Row]:
        self.statements += 1
        return {key: self.rows[key] for key in keys if key in self.rows}


class Door:
    """Accepts or refuses at once; `refuse` holds what the next change sets are refused with."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.answers: dict[tuple[int, str], Replayed] = {}
        self.refuse: deque[Refused | ApiError | None] = deque()
        self.commits = 0

    async def commit(self, units: list[Any], answer: Any = None) -> list[Any]:
        self.commits += 1
        await asyncio.sleep(0)
        if answer is not None and (found := self.answers.get((answer.book.id, answer.key))):
            return [found] * len(units)
        outcomes = [self._decide(unit) for unit in units]
        faults = [(at, out) for at, out in enumerate(outcomes) if isinstance(out, Refused)]
        if answer is not None and (answer.itemised or not faults):
            told = [(at, out.code, msgspec.json.encode(out.detail).decode()) for at, out in faults]
            self.answers[answer.book.id, answer.key] = Replayed(
                answer.digest,
                answer.status,
                answer.body,
                answer.request,
                msgspec.json.encode(told).decode() if told else None,
            )
        return outcomes

    def _decide(self, unit: Any) -> Accepted | Refused:
        scripted = self.refuse.popleft() if self.refuse else None
        if isinstance(scripted, ApiError):
            raise scripted
        if scripted is not None:
            return scripted
        for document in unit.documents:
            known = self.reader.rows.get((document.book.id, document.kind, document.id))
            if (known.version if known else 0) != document.expected:
                return Refused("stale", {"id": document.id})
        for document in unit.documents:
            key = (document.book.id, document.kind, document.id)
            self.reader.columns[key] = document.columns
            self.reader.rows[key] = Row(
                document.kind,
                document.id,
                document.expected + 1,
                document.body,
                document.hidden,
                document.deleted,
            )
        return Accepted()


class Pool:
    """A connection that knows one query: what a key was answered."""

    def __init__(self, door: Door) -> None:
        self.door = door

    @asynccontextmanager
    async def connection(self):
        yield self

    async def execute(self, query: bytes, values: list[Any]) -> "Pool":
        assert query == idempotency.QUERIES.answer
        self.found = self.door.answers.get((values[0], values[1]))
        return self

    async def fetchone(self) -> Replayed | None:
        return self.found


class ShopContext(Context):
    """Lists from memory."""

    async def page(self, kind: Any, ask: Any, *, book: Any = None) -> tuple[list[str], bool]:
        reader = self.runtime.reader
        rows = sorted(
            (
                row
                for key, row in reader.rows.items()
                if key[:2] == (self.book.id, kind.kind())
                and not row.deleted
                and all(reader.columns[key].get(n) == v for n, v in ask.filters.items())
                and (ask.after is None or row.id < ask.after)
                and (ask.before is None or row.id > ask.before)
                and (ask.least is None or row.id >= ask.least)
                and (ask.most is None or row.id <= ask.most)
            ),
            key=lambda row: row.id,
            reverse=ask.before is None,
        )
        chosen = [row.body for row in rows[: ask.limit]]
        return chosen[:: -1 if ask.before else 1], len(rows) > ask.limit


class Answer(NamedTuple):
    """A response, read."""

    status: int
    headers: httpx.Headers
    text: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.text)

    @property
    def error(self) -> dict[str, Any]:
        return self.json["error"]


class World:
    """The shop with its backend; it is also what the app asks for keys and contexts."""

    public_url = URL

    def __init__(self) -> None:
        self.clock = VirtualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
        self.ids = Ids(self.clock, SeededEntropy(7))
        self.reader = Reader()
        self.door = Door(self.reader)
        self.runs = 0
        self.why_not_ready: str | None = None
        self.gate: asyncio.Event | None = None
        self.started = asyncio.Event()
        self.keys_lost = False
        self.keys = {
            SECRET: Key("key_1", "acct_platform", livemode=False),
            OTHER: Key("key_2", "acct_other", livemode=False),
            PUBLISHABLE: Key("key_3", "acct_platform", livemode=False, kind="publishable"),
            RESTRICTED: Key(
                "key_4",
                "acct_platform",
                livemode=False,
                kind="restricted",
                permissions=frozenset({"parcel:write", "shelf:read"}),
            ),
            OLD: Key("key_5", "acct_platform", livemode=False, version="2024-06-20"),
        }
        self.records: list[Record] = []
        self.connections = {("acct_platform", "acct_child")}
        self.app = create_app(ROUTES, self)

    async def step(self, description: str | None) -> None:
        """Let a description decide how packing goes."""
        self.started.set()
        if self.gate is not None:
            await self.gate.wait()
        match description:
            case "too dear":
                raise InsufficientFunds("There is not enough money for that.")
            case "bad":
                raise InvalidRequest("That cannot be packed.", param="description")
            case "away":
                raise Unavailable("The database is away.")
            case "bug":
                raise RuntimeError("a secret that nobody may read")

    async def authenticate(self, secret: str) -> Key | None:
        if self.keys_lost:
            raise ConnectionLost("the server closed the connection")
        return self.keys.get(secret)

    async def connected(self, key: Key, account: str) -> bool:
        return (key.account, account) in self.connections

    async def ready(self) -> str | None:
        return self.why_not_ready

    def disguised(self, text: str) -> str:
        return f"disguised {text}"

    def record(self, record: Record) -> None:
        self.records.append(record)

    def context(self, caller: Caller) -> Context:
        runtime: Any = SimpleNamespace(
            clock=self.clock,
            ids=self.ids,
            pool=Pool(self.door),
            reader=self.reader,
            door=self.door,
            world=self,
        )
        return ShopContext(runtime, caller)

    def later(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app)
        return httpx.AsyncClient(
            transport=transport, base_url=URL, headers={"Authorization": f"Bearer {SECRET}"}
        )

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = body.encode() if isinstance(body, str) else body
        if content is not None:
            named.setdefault("Content-Type", "application/x-www-form-urlencoded")
        async with self.client() as client:
            got = await client.request(method, path, content=content, headers=named)
        return Answer(got.status_code, got.headers, got.text)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return asyncio.run(self.send(method, path, body, **headers))

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.ask("POST", path, body, **headers)

    def pack(self, **values: Any) -> str:
        """Create a parcel and return its id."""
        body = "&".join(f"{name}={value}" for name, value in values.items())
        made = self.post("/v1/parcels", f"amount=5&currency=usd&{body}")
        assert made.status == 200, made.text
        return made.json["id"]


def basic(secret: str) -> str:
    return "Basic " + base64.b64encode(f"{secret}:".encode()).decode()
