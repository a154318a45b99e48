"""A till: the office with an acquirer behind it, and cards to pay with."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from bezant.api.context import Caller
from bezant.ledger.book import book_of
from bezant.rail.cards import Acquirer
from bezant.resources.core.fee_plans import plans_at
from bezant.resources.core.payment_method import made
from bezant.workers.mature import Maturer
from bezant.workers.sweep_fees import FeeSweeper
from tests.payments.acquirer import TestAcquirer
from tests.resources.office import Answer, Office

CARD = {
    "brand": "visa",
    "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": None},
    "country": "US",
    "display_brand": "visa",
    "exp_month": 12,
    "exp_year": 2034,
    "fingerprint": "f1",
    "funding": "credit",
    "generated_from": None,
    "last4": "4242",
    "networks": {"available": ["visa"], "preferred": None},
    "regulated_status": "unregulated",
    "three_d_secure_usage": {"supported": True},
    "wallet": None,
}


class Till(Office):
    """An office that takes cards."""

    def __init__(self, url: str) -> None:
        self.acquirer = TestAcquirer()
        super().__init__(url, {Acquirer: self.acquirer})

    def move_in(self) -> None:
        """Be another platform, whose acquirer has been asked nothing."""
        super().move_in()
        self.acquirer.__init__()

    def card(self, behaviour: str = "good", account: str | None = None, **shown: Any) -> str:
        """Return a payment method whose card behaves in some way."""

        async def make() -> str:
            ctx = self.context(Caller(self.platform, account or self.platform, livemode=False))
            method = made(ctx, "card", CARD | shown, {"token": behaviour})
            await ctx.write()
            return method.id

        return self.run(make())

    def pay(self, amount: int = 10_000, account: str | None = None, **params: Any) -> Any:
        """Create and confirm a payment by card that must succeed."""
        answer = self.try_to_pay(amount, account, **params)
        assert answer.status == 200, answer.text
        return answer.json

    def try_to_pay(
        self, amount: int = 10_000, account: str | None = None, card: str = "good", **params: Any
    ) -> Answer:
        """Create and confirm a payment by card."""
        given = {"amount": amount, "currency": "usd", "confirm": True, **params}
        given.setdefault("payment_method", self.card(card, account))
        return self.run(self.send("POST", "/v1/payment_intents", given, account=account))

    def transactions(self, account: str | None = None) -> list[tuple[str, int, int, str]]:
        """Return type, amount, fee and status of the balance transactions, oldest first."""
        shown = self.get("/v1/balance_transactions", account, limit=100)["data"]
        for each in shown:
            assert each["net"] == each["amount"] - each["fee"]
            assert each["fee"] == sum(part["amount"] for part in each["fee_details"])
        return [(each["type"], each["amount"], each["fee"], each["status"])
                for each in reversed(shown)]  # fmt: skip

    def mature(self) -> int:
        return self.run(Maturer(self.runtime).run_once())

    def sweep(self) -> int:
        return self.run(FeeSweeper(self.runtime).run_once())

    def work_off(self) -> None:
        """Do all jobs that are due."""
        while self.work():
            pass

    def dues(self, *accounts: str) -> dict[str, int]:
        """Return what `due` comes to over books, by currency; nothing at all is as it should be."""
        total: dict[str, int] = {}
        for owner in ("house", self.platform, *accounts):
            for currency in ("usd", "eur", "gbp"):
                found = self.balances(book_of(owner, livemode=False), currency).get("due", 0)
                total[currency] = total.get(currency, 0) + found
        return {currency: amount for currency, amount in total.items() if amount}


@contextmanager
def plan(till: Till, folder: Path, text: str) -> Iterator[None]:
    """Let fee plans be others for a while; the application asks for them each time."""
    path, before = folder / "plans.toml", till.runtime.config
    path.write_text(text)
    plans_at.cache_clear()
    till.runtime = msgspec.structs.replace(
        till.runtime, config=msgspec.structs.replace(before, fee_plans=path)
    )
    yield
    till.runtime = msgspec.structs.replace(till.runtime, config=before)
    plans_at.cache_clear()
