"""Days of cards: payments by the simulated network's cards, and what its files bring."""

from pathlib import Path
from typing import Any

from bezant.movement.transport import Folder
from bezant.server.wiring import CARD_HANDLERS
from bezant.workers.poll_cards import CardPoller
from tests.resources.office import Answer, Office, good


class Shop:
    """A connected account of an office that many tests share: what it does is its own."""

    def __init__(self, office: Office, account: str | None = None) -> None:
        self.office = office
        self.account = account or office.open_shop()

    def ask(self, verb: str, path: str, **params: Any) -> Answer:
        return self.office.run(self.office.send(verb, path, params, account=self.account))

    def get(self, path: str, **params: Any) -> Any:
        return good(self.ask("GET", path, **params))

    def post(self, path: str, **params: Any) -> Any:
        return good(self.ask("POST", path, **params))

    def delete(self, path: str) -> Any:
        return good(self.ask("DELETE", path))

    def refused(self, path: str, *, verb: str = "POST", **params: Any) -> Any:
        return self.office.refused(path, self.account, verb=verb, **params)

    def listed(self, path: str, **params: Any) -> list[str]:
        return self.office.listed(path, self.account, **params)

    def upload(self, purpose: str) -> str:
        png = ("receipt.png", b"\x89PNG\r\n\x1a\n0123")
        sent = self.office.send(
            "POST", "/v1/files", {"purpose": purpose}, account=self.account, file=png
        )
        return good(self.office.run(sent))["id"]

    def events(self, about: str) -> list[str]:
        """Return the types of events that begin with something, without that, oldest first."""
        told = self.office.events(self.account)
        return [each.removeprefix(about) for each in told if each.startswith(about)]

    def ledger(self) -> dict[str, int]:
        return self.office.ledger(self.account)

    def pay(self, card: str = "visa", amount: int = 10_000, **params: Any) -> Any:
        """Try to pay by a card of test mode, and return the charge, whatever came of it."""
        given = {"amount": amount, "currency": "usd", "confirm": True,
                 "payment_method": f"pm_card_{card}", **params}  # fmt: skip
        answer = self.ask("POST", "/v1/payment_intents", **given)
        name = answer.json["latest_charge"] if answer.status == 200 else answer.error["charge"]
        return self.get(f"/v1/charges/{name}")

    def disputed(self, card: str = "createDispute", amount: int = 10_000, **params: Any) -> Any:
        """Return the dispute of a payment whose cardholder always disputes it."""
        charge = self.pay(card, amount, **params)
        days_pass(self.office)
        (dispute,) = self.get("/v1/disputes", charge=charge["id"])["data"]
        return dispute

    def answer(self, dispute: Any, text: str) -> Any:
        """Send evidence, let the network decide, and return the dispute."""
        path = f"/v1/disputes/{dispute['id']}"
        self.post(path, evidence={"uncategorized_text": text})
        days_pass(self.office)
        return self.get(path)

    def adjustments(self) -> list[tuple[int, int, str]]:
        return adjustments(self.office, self.account)


def days_pass(office: Office, count: int = 1) -> None:
    """Let the network clear, settle and tell what it would, and hear it."""
    poller = CardPoller(office.runtime, Folder(Path(office.folder.name) / "cards"), CARD_HANDLERS)
    for _ in range(count):
        while office.work():
            pass
        office.cards.work(lambda *_: True, at_once=True)
        office.run(poller.run_once())


def adjustments(office: Office, account: str | None = None) -> list[tuple[int, int, str]]:
    """Return amount, fee and reporting category of the adjustments, oldest first."""
    shown = office.get("/v1/balance_transactions", account, type="adjustment", limit=100)["data"]
    for each in shown:
        assert each["net"] == each["amount"] - each["fee"]
        assert each["fee"] == sum(part["amount"] for part in each["fee_details"])
    return [(each["amount"], each["fee"], each["reporting_category"]) for each in reversed(shown)]
