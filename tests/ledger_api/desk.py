"""A ledger to talk to over HTTP: the real API, door and database in this process, virtual time."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
import msgspec

from bezant.api.app import create_app
from bezant.api.backend import Key
from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.commit.change_set import Accepted, ChangeSet, Posting
from bezant.commit.door import Door
from bezant.db.pool import Pool
from bezant.kernel.clock import VirtualClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.ids import Ids
from bezant.kernel.money import Money
from bezant.ledger import chart
from bezant.ledger.book import book_of
from bezant.ledger.entry import Move, entry
from bezant.ledger.verify import verify
from bezant.resources.ledger import (
    accounts,
    balance,
    batch,
    entries,
    statement,
    trial_balance,
)
from bezant.store.objects import Reader

URL = "https://pay.example.com"
OWN, OTHER = "sk_test_own", "sk_test_other"
MODULES = (accounts, balance, batch, entries, statement, trial_balance)
ROUTES = [module.routes for module in MODULES]


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


class Desk:
    """What a client sees, and the ports behind it; also what the app asks for keys."""

    public_url = URL

    def __init__(self, url: str) -> None:
        self.url = url
        self.runner = asyncio.Runner()
        self.clock = VirtualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
        self.ids = Ids(self.clock, SeededEntropy(7))
        pool = Pool(url, role="bezant_app", size=4)
        self.runtime = Runtime(
            config=Config(),
            clock=self.clock,
            ids=self.ids,
            pool=pool,
            reader=Reader(pool),
            door=Door(url, self.clock, self.ids),
        )
        self.app = create_app(ROUTES, self)
        self.key = OWN
        self.runner.run(self._open())

    async def _open(self) -> None:
        await self.runtime.pool.open()
        await self.runtime.door.start()

    def close(self) -> None:
        self.runner.run(self._close())
        self.runner.close()

    async def _close(self) -> None:
        await self.runtime.door.close()
        await self.runtime.pool.close()

    # What the app asks.

    async def authenticate(self, secret: str) -> Key | None:
        owners = {OWN: "acct_own", OTHER: "acct_other"}
        return Key(secret, owners[secret], livemode=False) if secret in owners else None

    async def connected(self, key: Key, account: str) -> bool:
        return (key.account, account) == ("acct_own", "acct_child")

    def disguised(self, text):
        return f"disguised {text}"

    def record(self, record):
        """Keep no request log here."""

    async def ready(self) -> str | None:
        return None

    def context(self, caller: Caller) -> Context:
        return Context(self.runtime, caller)

    # What a client does.

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request: text and bytes are a form, anything else is sent as JSON."""
        named = {"Authorization": f"Bearer {self.key}"}
        if body is not None:
            plain = isinstance(body, str | bytes)
            named["Content-Type"] = (
                "application/x-www-form-urlencoded" if plain else "application/json"
            )
            body = (body.encode() if isinstance(body, str) else body) if plain else encoded(body)
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            got = await client.request(method, path, content=body, headers=named)
        return Answer(got.status_code, got.headers, got.text)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return self.runner.run(self.send(method, path, body, **headers))

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", f"/v1/ledger{path}", **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.ask("POST", f"/v1/ledger{path}", body, **headers)

    def together(self, *calls: tuple[str, Any]) -> list[Answer]:
        """Post several at once and return their answers in the same order."""

        async def all_at_once() -> list[Answer]:
            return await asyncio.gather(
                *(self.send("POST", f"/v1/ledger{path}", body) for path, body in calls)
            )

        return self.runner.run(all_at_once())

    # In the words of a ledger.

    def open(self, name: str, currency: str = "usd", **others: Any) -> str:
        """Open an account and return its id."""
        params = {"name": name, "currency": currency, "normal_balance": "credit", **others}
        return good(self.post("/accounts", params))["id"]

    def enter(self, debit: str, credit: str, amount: int, **others: Any) -> dict[str, Any]:
        """Create an entry of one move in usd."""
        return good(self.post("/entries", {"moves": [move(debit, credit, amount)], **others}))

    def balances(self, account: str) -> tuple[int, int, int, int]:
        """Return posted, pending in, pending out and available."""
        shown = good(self.get(f"/accounts/{account}"))["balances"]
        names = ("posted", "pending_in", "pending_out", "available")
        return tuple(shown[name] for name in names)

    def pass_time(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    def now(self) -> int:
        return int(self.clock.now().timestamp())

    def problems(self) -> list[Any]:
        """Return what the verifier finds wrong with the books."""
        checks = verify(self.url, clock=self.clock).checks
        return [problem for check in checks for problem in check.problems]

    def fund(self, amount: int, owner: str = "acct_own") -> None:
        """Give an owner money to spend, as a top-up would."""
        book = book_of(owner, livemode=False)
        move = Move(Money(amount, "usd"), debit=chart.due(book), credit=chart.available(book))
        posting = Posting(self.ids.new("le", book.slot), entry("topup.settled", move), "tu_1")
        outcomes = self.runner.run(self.runtime.door.commit([ChangeSet(postings=[posting])]))
        assert outcomes == [Accepted()]


def move(debit: str, credit: str, amount: Any, currency: str = "usd") -> dict[str, Any]:
    return {"debit": debit, "credit": credit, "amount": amount, "currency": currency}


def good(answer: Answer) -> Any:
    assert answer.status == 200, answer.text
    return answer.json


def encoded(tree: Any) -> bytes:
    return msgspec.json.encode(tree)
