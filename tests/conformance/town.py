"""A town: the whole platform in this process over a real database, with tenants who have things.

`furnish` gives a tenant one object of every kind that an id in a path can name, by the word that
stands before the id: `payouts`, `customers`. Whoever adds a resource adds it there.
"""

import asyncio
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from bezant.api.operation import Operation
from bezant.api.runtime import API_VERSION
from bezant.db.pool import connect_sync, in_database
from bezant.kernel.clock import VirtualClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.secret import Secret
from bezant.server.platform import Platform
from bezant.server.wiring import ROUTES
from bezant.store import keys
from tests.resources.office import flat

URL = "http://town.example"
OPERATIONS: dict[str, Operation] = {
    each.name: each for routes in ROUTES for each in routes.operations
}
NO_LIMITS = dict.fromkeys(
    ("rate_limit", "endpoint_rate_limit", "concurrency_limit", "endpoint_concurrency_limit"), 0
)
BANK = {
    "object": "bank_account",
    "country": "US",
    "currency": "usd",
    "routing_number": "110000000",
    "account_number": "000123456789",
    "account_holder_name": "Ada Byron",
}
Things = Mapping[str, str]
"""Ids by the word that stands before them in a path."""


class TownClock(VirtualClock):
    """Virtual time that may be steered, as the server's can."""

    def ahead(self, moment: datetime) -> timedelta:
        return moment - self.now()


class Who(NamedTuple):
    """Who sends a request: a secret, and perhaps the account that it is for."""

    secret: str
    account: str | None = None


class Town:
    """The platform, and what a client sees of it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.runner = asyncio.Runner()
        self.url = url
        self.clock = TownClock(datetime(2026, 3, 2, 15, tzinfo=UTC))
        self.entropy = SeededEntropy(23)
        self.own = "sk_test_town" + "T0wn" * 6
        config = Config(
            data=folder, sandbox="calendar", test_secret_key=Secret(self.own), **NO_LIMITS
        )
        self.platform = Platform(config, url, self.clock, self.entropy)
        self.run(self.platform.start())
        self.account = self.platform.started.account
        self.reading = connect_sync(url)
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.platform.app), base_url=URL
        )

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def close(self) -> None:
        self.reading.close()
        self.run(self.http.aclose())
        self.run(self.platform.stop())
        self.runner.close()

    def new_key(self, account: str, *, livemode: bool) -> str:
        async def make() -> str:
            async with self.platform.pool.connection() as conn:
                made = await keys.create(
                    conn, self.platform.ids, self.entropy, self.clock.now(),
                    account=account, livemode=livemode, name="another",
                )  # fmt: skip
            return made.secret.reveal()

        return self.run(make())

    def ask(
        self,
        who: Who,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        **headers: str,
    ) -> httpx.Response:
        """Send a request as the official clients do."""
        named = {"Authorization": f"Bearer {who.secret}", **headers}
        if who.account is not None:
            named["Stripe-Account"] = who.account
        if path.startswith("/v2/") and method == "POST":
            return self.run(self.http.request(method, path, headers=named, json=params or {}))
        fields = dict(flat(params or {}))
        sent = {"data": fields} if method == "POST" else {"params": fields}
        return self.run(self.http.request(method, path, headers=named, **sent))

    def upload(self, who: Who) -> Any:
        """Upload a picture."""
        named = {"Authorization": f"Bearer {who.secret}"}
        if who.account is not None:
            named["Stripe-Account"] = who.account
        picture = ("logo.png", b"\x89PNG\r\n\x1a\n0123", "image/png")
        answer = self.run(
            self.http.post(
                "/v1/files",
                headers=named,
                data={"purpose": "business_logo"},
                files={"file": picture},
            )
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def good(self, who: Who, method: str, path: str, **params: Any) -> Any:
        answer = self.ask(who, method, path, params)
        assert answer.status_code == 200, f"{method} {path}: {answer.text}"
        return answer.json()

    def pass_days(self, count: int) -> None:
        """Let days pass in steps of a few hours, in which the banks and the workers do theirs."""
        for _ in range(count * 6):
            self.clock.advance(timedelta(hours=4))
            self.run(self.platform.tick())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.reading.execute(sql.encode()).fetchall()

    def furnish(self, who: Who, seller: str) -> Things:
        """Give a tenant one of everything; the seller is another account of its platform."""
        post = lambda path, **params: self.good(who, "POST", path, **params)["id"]  # noqa: E731
        amount = {"amount": 10_000, "currency": "usd"}
        customer = post("/v1/customers", name="Ada Byron", email="ada@example.com")
        things = {
            "customers": customer,
            "topups": post("/v1/topups", **amount),
            "webhook_endpoints": post(
                "/v1/webhook_endpoints", url="https://hooks.example.com", enabled_events=["*"]
            ),
            "payment_intents": post("/v1/payment_intents", customer=customer, **amount),
            "tokens": post("/v1/tokens", pii={"id_number": "000000000"}),
            "account_tokens": post("/v2/core/account_tokens", contact_email="ada@example.com"),
        }
        things["event_destinations"] = post(
            "/v2/core/event_destinations",
            name="hook",
            type="webhook_endpoint",
            event_payload="thin",
            enabled_events=["*"],
            webhook_endpoint={"url": "https://hooks.example.com"},
        )
        things |= self._setup(who, post, customer)
        things |= self._payment(who, post, customer, seller)
        things |= self._risk(who, post)
        things |= self._sale(post)
        things |= self._billed(who, post)
        things["files"] = self.upload(who)["id"]
        things["file_links"] = post("/v1/file_links", file=things["files"])
        things["webhook_targets"] = things["webhook_endpoints"]
        event = self.good(who, "GET", "/v1/events")["data"][0]["id"]
        things["webhook_resends"] = post(
            "/v1/webhook_resends", endpoint=things["webhook_endpoints"], event=event
        )
        tax = {"type": "us_ein", "value": "12-3456789"}
        things["tax_ids"] = post("/v1/tax_ids", **tax)
        kept = post(f"/v1/customers/{customer}/sources", source="tok_visa")
        things["customers/sources"] = kept
        things["customers/tax_ids"] = post(f"/v1/customers/{customer}/tax_ids", **tax)
        fund = f"/v1/test_helpers/customers/{customer}/fund_cash_balance"
        things["cash_balance_transactions"] = post(fund, amount=700, currency="usd")
        things["simulations"] = post("/v1/test_helpers/simulations", rail="bank", action="recover")
        things |= self._ledger(post)
        self.pass_days(3)
        things["movements"] = self.good(who, "GET", "/v1/movements")["data"][0]["id"]
        for word in ("disputes", "radar/early_fraud_warnings"):
            things[word] = self.good(who, "GET", f"/v1/{word}")["data"][0]["id"]
        if who.secret == self.own and who.account is None:
            things["bank_files"] = self.good(who, "GET", "/v1/bank_files")["data"][0]["id"]
        now = int(self.clock.now().timestamp())
        things["report_runs"] = post(
            "/v1/reporting/report_runs",
            report_type="balance.summary.1",
            parameters={"interval_start": now - 60, "interval_end": now},
        )
        if who.account is not None:
            things |= self._reserves(post)
            return things | {"payouts": post("/v1/payouts", amount=50, currency="usd")}
        things["transfers"] = transfer = post(
            "/v1/transfers", amount=5_000, currency="usd", destination=seller
        )
        reversal = post(f"/v1/transfers/{transfer}/reversals", amount=100)
        return things | {"reversals": reversal}

    def _setup(self, who: Who, post: Any, customer: str) -> dict[str, str]:
        """Set a card up with a mandate, gather another on a page, and make a key for an app."""
        online = {"ip_address": "203.0.113.7", "user_agent": "Mozilla/5.0"}
        done = self.good(
            who,
            "POST",
            "/v1/setup_intents",
            confirm=True,
            customer=customer,
            mandate_data={"customer_acceptance": {"type": "online", "online": online}},
            payment_method="pm_card_visa",
        )
        named = {"Stripe-Version": API_VERSION}
        key = self.ask(who, "POST", "/v1/ephemeral_keys", {"customer": customer}, **named)
        token = {"payment_method": "pm_card_visa"}
        return {
            "confirmation_tokens": post("/v1/test_helpers/confirmation_tokens", **token),
            "ephemeral_keys": key.json()["id"],
            "mandates": done["mandate"],
            "payment_methods": done["payment_method"],
            "setup_intents": done["id"],
        }

    def _payment(self, who: Who, post: Any, customer: str, seller: str) -> dict[str, str]:
        """Take a card and give a part back; the platform takes its fee of a seller's payment."""
        card = {"payment_method": "pm_card_visa", "confirm": True, "currency": "usd"}
        paid = post("/v1/payment_intents", amount=1_000, customer=customer, **card)
        post("/v1/refunds", payment_intent=paid, amount=100)
        if who.account is not None:
            return {}
        self.good(
            Who(who.secret, seller),
            "POST",
            "/v1/payment_intents",
            amount=500,
            application_fee_amount=50,
            **card,
        )
        fee = self.good(who, "GET", "/v1/application_fees")["data"][0]["id"]
        self.good(who, "POST", "/v1/topups", amount=500, currency="usd")
        self.pass_days(3)
        refund = post(f"/v1/application_fees/{fee}/refunds", amount=1)
        return {"application_fees": fee, "application_fees/refunds": refund}

    def _risk(self, who: Who, post: Any) -> dict[str, str]:
        """Take cards that bring trouble; the disputes and warnings are heard of in days."""
        card = {"confirm": True, "currency": "usd", "amount": 100}
        for name in ("createDispute", "createIssuerFraudRecord", "riskLevelElevated"):
            post("/v1/payment_intents", payment_method=f"pm_card_{name}", **card)
        listed = post("/v1/radar/value_lists", name="Ada Byron's", alias="known_names")
        condition = {"attribute": "email", "operator": "in_list", "value": "known_names"}
        return {
            "radar/value_lists": listed,
            "radar/value_list_items": post(
                "/v1/radar/value_list_items", value_list=listed, value="Ada Byron"
            ),
            "radar/rules": post("/v1/radar/rules", action="allow", conditions=[condition]),
            "reviews": self.good(who, "GET", "/v1/reviews")["data"][0]["id"],
        }

    def _reserves(self, post: Any) -> dict[str, str]:
        """Keep a part of an account's money back, and release some of it again."""
        after = int(self.clock.now().timestamp()) + 30 * 86_400
        schedule = {"release_schedule": {"release_after": after}}
        held = post("/v1/reserve/holds", amount=50, currency="usd", **schedule)
        return {
            "reserve/holds": held,
            "reserve/plans": post("/v1/reserve/plans", percent=1, type="manual_release"),
            "reserve/releases": post("/v1/reserve/releases", reserve_hold=held, amount=10),
        }

    def _sale(self, post: Any) -> dict[str, str]:
        """Offer something at a price, by a page and by a link."""
        product = post("/v1/products", name="Tea of Ada")
        price = post("/v1/prices", product=product, currency="usd", unit_amount=700)
        items = [{"price": price, "quantity": 2}]
        session = post("/v1/checkout/sessions", line_items=items, success_url=URL)
        link = post("/v1/payment_links", line_items=items)
        coupon = post("/v1/coupons", percent_off=20, name="Ada")
        code = post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": coupon})
        return {"coupons": coupon, "promotion_codes": code,
                "products": product, "prices": price, "checkout/sessions": session,
                "sessions": session, "payment_pages": session, "payment_links": link}  # fmt: skip

    def _billed(self, who: Who, post: Any) -> dict[str, str]:
        """Let a customer owe something by an invoice."""
        customer = post("/v1/customers", name="Ada of the invoice")
        item = post("/v1/invoiceitems", customer=customer, amount=900, currency="usd")
        asked = {"customer": customer, "pending_invoice_items_behavior": "include"}
        invoice = post("/v1/invoices", **asked)
        line = self.good(who, "GET", f"/v1/invoices/{invoice}/lines")["data"][0]["id"]
        post(f"/v1/invoices/{invoice}/finalize")
        payment = self.good(who, "GET", "/v1/invoice_payments")["data"][0]["id"]
        return {"invoiceitems": item, "invoices": invoice, "invoice_payments": payment,
                "invoices/lines": line, **self._subscribed(who, post, customer)}  # fmt: skip

    def _subscribed(self, who: Who, post: Any, customer: str) -> dict[str, str]:
        """Let a customer try what it will pay for every month."""
        product = post("/v1/products", name="Tea of the month of Ada")
        price = post("/v1/prices", product=product, currency="usd", unit_amount=900,
                     recurring={"interval": "month"})  # fmt: skip
        given = {"items": [{"price": price}], "trial_period_days": 60}
        made = post("/v1/subscriptions", customer=customer, **given)
        listed = self.good(who, "GET", "/v1/subscription_items", subscription=made)
        return {"subscriptions": made, "subscription_items": listed["data"][0]["id"]}

    def _ledger(self, post: Any) -> dict[str, str]:
        pair = [
            post("/v1/ledger/accounts", name=name, currency="usd", normal_balance="debit")
            for name in ("till", "safe")
        ]
        move = {"debit": pair[0], "credit": pair[1], "amount": 5, "currency": "usd"}
        return {
            "ledger/accounts": pair[0],
            "ledger/entries": post("/v1/ledger/entries", moves=[move], status="pending"),
        }


@contextmanager
def town_over(server: Any, template: str, name: str, folder: Path):
    """Build a town over a database of its own."""
    with connect_sync(server.url) as connection:
        connection.execute(
            f"create database {name} template {template} strategy file_copy".encode()
        )
    town = Town(in_database(server.url, name), folder)
    try:
        yield town
    finally:
        town.close()
        with connect_sync(server.url) as connection:
            connection.execute(f"drop database {name} with (force)".encode())
