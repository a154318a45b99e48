"""A platform to talk to over HTTP: the real API, door and database in this process, virtual time.

Banks are played by hand: `hear` says what one of them has to say about a payout or a top-up.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import httpx
import msgspec

from bezant.api.app import create_app
from bezant.api.backend import Key
from bezant.api.context import Caller, Context, Stale
from bezant.api.routes import places_of
from bezant.api.runtime import Runtime
from bezant.commit.door import Door
from bezant.db.pool import Pool
from bezant.kernel.clock import VirtualClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.ids import Ids
from bezant.ledger.balances import BalancePage, page
from bezant.ledger.book import Book, book_of
from bezant.movement.answer import apply
from bezant.movement.heard import Heard
from bezant.movement.movement import Movement, MovementFact
from bezant.movement.rows import Place
from bezant.rail.cards import Acquirer
from bezant.rails.ach.returns import return_reason
from bezant.resources.billing import (
    invoice_items,
    invoice_lines,
    invoice_payments,
    invoices,
    subscription_items,
    subscriptions,
)
from bezant.resources.catalogue import coupons, prices, products, promotion_codes
from bezant.resources.checkout import payment_links, sessions
from bezant.resources.checkout.page import add_checkout
from bezant.resources.connect import (
    account_links,
    account_sessions,
    accounts,
    application_fees,
    balance_settings,
    capabilities,
    external_accounts,
    persons,
    reserve_holds,
    reserve_plans,
    reserve_releases,
    tokens,
    transfer_reversals,
    transfers,
    v2_account_links,
    v2_accounts,
    v2_persons,
    v2_tokens,
)
from bezant.resources.connect.account_sessions import key_of_session
from bezant.resources.connect.onboarding_page import add_onboarding
from bezant.resources.connect.verification import Verifiers
from bezant.resources.core import (
    balance,
    balance_transactions,
    cash_balance,
    cash_balance_transactions,
    country_specs,
    customer_balance,
    customer_sources,
    customers,
    ephemeral_keys,
    exchange_rates,
    file_links,
    files,
    payout_reconciliation,
    payouts,
    tax_ids,
    topups,
)
from bezant.resources.core.ephemeral_key import key_of_secret
from bezant.resources.core.link_page import LinkPage
from bezant.resources.payments import (
    amount_details_line_items,
    cash_funding,
    charges,
    confirmation_tokens,
    disputes,
    mandates,
    pay_page,
    payment_intents,
    payment_methods,
    refunds,
    return_page,
    setup_attempts,
    setup_intents,
)
from bezant.resources.payments.authentication_page import AuthenticationPage
from bezant.resources.radar import (
    early_fraud_warnings,
    reviews,
    rules,
    value_list_items,
    value_lists,
)
from bezant.resources.reporting import report_runs, report_types
from bezant.resources.test_helpers import simulations
from bezant.resources.webhooks import events, thin_events
from bezant.server.acquirer import SimulatedWire, WiredAcquirer
from bezant.server.verifier import verifiers_of
from bezant.server.wiring import connected_banks, engine_over, jobs_of
from bezant.sim.cards.world import CardWorld
from bezant.store.objects import Reader
from bezant.vault.keyring import KeyFile
from bezant.vault.vault import ROLE as VAULT_ROLE
from bezant.vault.vault import Vault
from bezant.workers.run_jobs import JobRunner

URL = "https://pay.example.com"
SECRET = "sk_test_office"
OTHER_SECRET = "sk_test_other"
LIVE_SECRET = "sk_live_office"
PUBLISHABLE = "pk_test_office"
ROUTES = [
    accounts.routes,
    capabilities.routes,
    external_accounts.routes,
    persons.routes,
    account_links.routes,
    account_links.logins,
    account_sessions.routes,
    v2_account_links.routes,
    v2_accounts.routes,
    v2_persons.routes,
    v2_tokens.of_accounts,
    v2_tokens.of_persons,
    transfers.routes,
    transfer_reversals.routes,
    reserve_plans.routes,
    reserve_holds.routes,
    reserve_releases.routes,
    application_fees.routes,
    application_fees.refunds,
    payouts.routes,
    payout_reconciliation.routes,
    topups.routes,
    balance.routes,
    balance_transactions.routes,
    payment_intents.routes,
    amount_details_line_items.routes,
    setup_intents.routes,
    setup_attempts.routes,
    mandates.routes,
    confirmation_tokens.routes,
    charges.routes,
    refunds.routes,
    disputes.routes,
    early_fraud_warnings.routes,
    value_lists.routes,
    value_list_items.routes,
    rules.routes,
    reviews.routes,
    products.routes,
    prices.routes,
    coupons.routes,
    invoice_items.routes,
    invoice_lines.routes,
    invoice_payments.routes,
    invoices.routes,
    subscription_items.routes,
    subscriptions.routes,
    promotion_codes.routes,
    sessions.routes,
    sessions.line_items,
    sessions.pages,
    payment_links.routes,
    payment_links.line_items,
    events.routes,
    thin_events.routes,
    customers.routes,
    customer_sources.routes,
    tax_ids.routes,
    tax_ids.of_customer,
    ephemeral_keys.routes,
    cash_balance.routes,
    cash_balance_transactions.routes,
    cash_funding.routes,
    cash_funding.instructions,
    customer_balance.routes,
    country_specs.routes,
    exchange_rates.routes,
    files.routes,
    file_links.routes,
    balance_settings.routes,
    tokens.routes,
    payment_methods.routes,
    payment_methods.of_customer,
    simulations.routes,
    report_types.routes,
    report_runs.routes,
]


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


class Office:
    """What a client sees, and the ports behind it; also what the app asks for keys."""

    public_url = URL

    def __init__(self, url: str, ports: Mapping[type, Any] | None = None) -> None:
        self.runner = asyncio.Runner()
        self.traces = 0
        self.clock = VirtualClock(datetime(2026, 3, 2, 15, tzinfo=UTC))
        self.ids = Ids(self.clock, SeededEntropy(11))
        pool = Pool(url, role="bezant_app", size=4)
        self.folder = TemporaryDirectory(prefix="bezant-office-")
        entropy = SeededEntropy(12)
        keys = KeyFile(Path(self.folder.name) / "vault.keys", entropy)
        self.vault_pool = Pool(url, role=VAULT_ROLE, size=2)
        self.cards = CardWorld(Path(self.folder.name) / "cards", self.clock)
        vault = Vault(self.vault_pool, keys, self.ids, entropy)
        acquirer = WiredAcquirer(vault, self.clock, SimulatedWire(self.cards))
        self.runtime = Runtime(
            config=Config(public_url=URL),
            clock=self.clock,
            ids=self.ids,
            pool=pool,
            reader=Reader(pool),
            door=Door(url, self.clock, self.ids),
            places=places_of(ROUTES),
            ports={
                **engine_over(connected_banks()).ports(),
                Vault: vault,
                Acquirer: acquirer,
                Verifiers: verifiers_of(Config(), self.clock),
                **(ports or {}),
            },
        )
        self.move_in()
        self.app = create_app(ROUTES, self)
        self.app.add_route("/links/{token}", LinkPage(self.runtime))
        self.app.add_route("/authenticate/{account}/{secret}", AuthenticationPage(self.runtime))
        self.app.add_route(pay_page.PATH, pay_page.PayPage(self.runtime))
        self.app.add_route(return_page.PATH, return_page.ReturnPage(self.runtime))
        add_onboarding(self.app, self.runtime)
        add_checkout(self.app, self.runtime)
        self.run(self._open())

    def move_in(self) -> None:
        """Be another platform from now on, with nothing in it and the same keys."""
        self.platform = self.ids.new("acct")
        self.keys = {
            SECRET: Key("k1", self.platform, livemode=False),
            OTHER_SECRET: Key("k2", self.ids.new("acct"), livemode=False),
            LIVE_SECRET: Key("k3", self.platform, livemode=True),
            PUBLISHABLE: Key("k4", self.platform, livemode=False, kind="publishable"),
        }

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    async def _open(self) -> None:
        await self.runtime.pool.open()
        await self.vault_pool.open()
        await self.runtime.door.start()

    def close(self) -> None:
        self.run(self._close())
        self.runner.close()

    async def _close(self) -> None:
        await self.runtime.door.close()
        await self.runtime.pool.close()
        await self.vault_pool.close()
        self.cards.close()
        self.folder.cleanup()

    # What the app asks.

    async def authenticate(self, secret: str) -> Key | None:
        if secret.startswith("ek_"):
            return await key_of_secret(self.runtime.reader, secret, self.clock.now())
        return self.keys.get(secret) or await key_of_session(self.runtime, secret)

    async def connected(self, key: Key, account: str) -> bool:
        book = book_of(key.account, key.livemode)
        row = await self.runtime.reader.get(book.id, "account", account)
        return row is not None and not row.deleted

    def disguised(self, text: str) -> str:
        return self.runtime.port(Vault).disguised(text)

    def record(self, record):
        """Keep no request log here."""

    async def ready(self) -> str | None:
        return None

    def context(self, caller: Caller) -> Context:
        return Context(self.runtime, caller)

    # What a client does.

    async def send(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        account: str | None = None,
        secret: str = SECRET,
        file: tuple[str, bytes] | None = None,
        raw: bool = False,
        **headers: str,
    ) -> Any:
        """Send a request with its parameters in the form that the official clients use."""
        named = {"Authorization": f"Bearer {secret}"}
        if account is not None:
            named["Stripe-Account"] = account
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        fields = dict(flat(params or {}))
        sent: dict[str, Any] = {"data": fields} if method == "POST" else {"params": fields or None}
        if method == "POST" and path.startswith("/v2/"):
            sent = {"json": params or {}}
        if file is not None:
            sent["files"] = {"file": file}
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            got = await client.request(method, path, headers=named, **sent)
        return got if raw else Answer(got.status_code, got.headers, got.text)

    def ask(self, method: str, path: str, **params: Any) -> Answer:
        return self.run(self.send(method, path, **params))

    def get(self, path: str, account: str | None = None, **params: Any) -> Any:
        """Get, as the platform or one of its accounts, what must be there."""
        return good(self.run(self.send("GET", path, params, account=account)))

    def post(self, path: str, account: str | None = None, **params: Any) -> Any:
        """Post, as the platform or one of its accounts, what must be taken."""
        return good(self.run(self.send("POST", path, params, account=account)))

    def delete(self, path: str) -> Any:
        return good(self.run(self.send("DELETE", path)))

    def refused(
        self, path: str, account: str | None = None, *, verb: str = "POST", **params: Any
    ) -> dict[str, Any]:
        """Return the error of a request that must be refused with 400 or the like."""
        answer = self.run(self.send(verb, path, params, account=account))
        assert 400 <= answer.status < 500, answer.text
        return answer.error | {"status": answer.status}

    def listed(self, path: str, account: str | None = None, **params: Any) -> list[str]:
        """Return the ids of a page."""
        return [each["id"] for each in self.get(path, account, **params)["data"]]

    def events(self, account: str | None = None) -> list[str]:
        """Return the types of all events, oldest first."""
        shown = self.get("/v1/events", account, limit=100)["data"]
        return [each["type"] for each in reversed(shown)]

    # In business words.

    def open_shop(self, **others: Any) -> str:
        """Open an account that is paid by cards and out of bank accounts, too; returns its id."""
        wanted = ("card_payments", "sepa_debit_payments", "transfers",
                  "us_bank_account_ach_payments")  # fmt: skip
        asked = {name: {"requested": True} for name in wanted}
        return self.open_account(**{"capabilities": asked, **others})

    def open_account(self, **others: Any) -> str:
        """Open an account that may receive transfers and be paid out; returns its id."""
        params = {
            "type": "custom",
            "capabilities": {"transfers": {"requested": True}},
            "external_account": "btok_us_verified",
            **others,
        }
        return self.post("/v1/accounts", **params)["id"]

    def fund(self, amount: int, account: str | None = None) -> str:
        """Top an account up and let the money come; returns the top-up's id."""
        topup = self.post("/v1/topups", account, amount=amount, currency="usd")["id"]
        assert self.hear(topup, "settled", account=account) == 1
        return topup

    def hear(
        self, source: str, kind: str, code: str | None = None, *, account: str | None = None
    ) -> int:
        """Let a bank say something about a payout or a top-up; returns what it changed."""
        return self.run(self._hear(source, kind, code, account or self.platform))

    async def _hear(self, source: str, kind: str, code: str | None, account: str) -> int:
        caller = Caller(self.platform, account, livemode=False)
        movement = await self.context(caller).newest(Movement, {"source": source})
        assert movement is not None
        if kind == "submitted" and movement.reference is None:
            await self._name(movement)
        place = Place(movement.book.id, movement.id, self.platform)
        failure = return_reason(code).failure_code if code else None
        now = int(self.clock.now().timestamp())
        fact = MovementFact(kind, now, code=code, failure_code=failure)
        return await apply(self.runtime, [Heard(place, fact, "bf_test")], livemode=False)

    async def _name(self, movement: Movement) -> None:
        """Give a movement the trace that it would have had from its file."""
        self.traces += 1
        while True:  # Somebody may be changing it at the same time.
            ctx = self.context(Caller(self.platform, movement.account, livemode=False))
            found = await ctx.load(Movement, movement.id)
            ctx.save(found, reference=f"09100001{self.traces:07}")
            try:
                return await ctx.write()
            except Stale:
                continue

    def ledger(self, account: str | None = None) -> dict[str, int]:
        """Return the posted balances in usd of an account's book, without zeros."""
        return self.balances(book_of(account or self.platform, livemode=False))

    def house(self) -> dict[str, int]:
        """Return the posted balances in usd of the operator's book, without zeros."""
        return self.balances(book_of("house", livemode=False))

    def balances(self, book: Book, currency: str = "usd") -> dict[str, int]:
        async def read() -> dict[str, int]:
            async with self.runtime.pool.connection() as conn:
                found, _ = await page(conn, book, BalancePage(100, currency=currency))
            return {each.path: each.posted for each in found if each.posted}

        return self.run(read())

    def work(self) -> int:
        """Do the jobs that are due."""
        runner = JobRunner(self.runtime.pool, self.clock, SeededEntropy(5), jobs_of(self.runtime))
        return self.run(runner.run_once())

    def pass_time(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))


def good(answer: Answer) -> Any:
    assert answer.status == 200, answer.text
    return answer.json


def flat(tree: Mapping[str, Any], under: str = "") -> Iterator[tuple[str, str]]:
    """Yield a tree of parameters as the pairs of a form."""
    for name, value in tree.items():
        path = f"{under}[{name}]" if under else name
        if isinstance(value, Mapping):
            yield from flat(value, path)
        elif isinstance(value, list | tuple):
            yield from flat({str(at): each for at, each in enumerate(value)}, path)
        elif isinstance(value, bool):
            yield path, str(value).lower()
        else:
            yield path, str(value)
