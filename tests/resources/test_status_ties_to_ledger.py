"""A law: after any history, what objects say and what the ledger says is the same thing.

Random histories of operations and of banks' answers are played; then each object's status is held
against the entries with its id as their source, and each balance against its history.
"""

from collections import Counter
from random import Random
from typing import Any

import pytest

from bezant.ledger.book import book_of
from tests.resources.office import Office

STEPS = 80
HISTORIES = 4

PAYOUT_ENTRIES = {
    "pending": [],
    "in_transit": [],
    "paid": ["payout.settled"],
    "canceled": ["payout.dropped"],
}
"""What follows on `payout.created` in each status; a failed payout was dropped or returned."""
FAILED = ([*PAYOUT_ENTRIES["paid"], "payout.returned"], ["payout.dropped"])
TOPUP_ENTRIES = {
    "pending": [],
    "succeeded": ["topup.succeeded"],
    "canceled": ["topup.dropped"],
}


class History:
    """A platform, two sellers, one abroad who has no bank account, and what chance lets them do."""

    def __init__(self, office: Office, chance: Random) -> None:
        self.office = office
        self.chance = chance
        self.sellers = [office.open_account(), office.open_account()]
        asked = {"transfers": {"requested": True}}
        abroad = {"type": "custom", "default_currency": "eur", "capabilities": asked}
        self.abroad = office.post("/v1/accounts", **abroad)["id"]
        path = f"/v1/accounts/{office.platform}/external_accounts"
        office.post(path, external_account="btok_us_verified")
        self.owners = [office.platform, *self.sellers]
        office.fund(5_000)
        self.done: Counter[str] = Counter()

    def play(self, steps: int) -> None:
        steps_known = [self.top_up, self.transfer, self.reverse, self.pay_out, self.cancel]
        for _ in range(steps):
            step = self.chance.choice([*steps_known, self.answer, self.answer])
            if step() == 200:
                self.done[step.__name__] += 1
            self.office.pass_time(seconds=self.chance.randrange(3))

    def post(self, path: str, owner: str, **params: Any) -> int:
        """Post, and accept a refusal: chance asks for what cannot be."""
        acting = None if owner == self.office.platform else owner
        answer = self.office.ask("POST", path, params=params, account=acting)
        assert answer.status in (200, 400), answer.text
        return answer.status

    def amount(self) -> int:
        return self.chance.choice((1, 7, 100, 300, 1_000))

    def top_up(self) -> int:
        owner = self.chance.choice(self.owners)
        return self.post("/v1/topups", owner, amount=10 * self.amount(), currency="usd")

    def transfer(self) -> int:
        seller = self.chance.choice([*self.sellers, self.abroad])
        params = {"amount": self.amount(), "destination": seller}
        return self.post("/v1/transfers", self.office.platform, currency="usd", **params)

    def reverse(self) -> int:
        name = self.some("/v1/transfers", self.office.platform)
        params = {"amount": self.amount()} if self.chance.random() < 0.7 else {}
        path = f"/v1/transfers/{name}/reversals"
        return self.post(path, self.office.platform, **params) if name else 0

    def pay_out(self) -> int:
        owner = self.chance.choice(self.owners)
        return self.post("/v1/payouts", owner, amount=self.amount(), currency="usd")

    def cancel(self) -> int:
        owner, path = self.chance.choice(self.owners), self.chance.choice(("payouts", "topups"))
        name = self.some(f"/v1/{path}", owner)
        return self.post(f"/v1/{path}/{name}/cancel", owner) if name else 0

    def answer(self) -> int:
        """Let a bank say something about something; a bank may say anything, at any time."""
        owner = self.chance.choice(self.owners)
        if self.chance.random() < 0.5:
            name, kind = self.some("/v1/topups", owner), "settled"
        else:
            name = self.some("/v1/payouts", owner)
            kind = self.chance.choice(("submitted", "settled", "returned", "rejected"))
        if name is None:
            return 0
        return 200 * self.office.hear(name, kind, "R03", account=owner)

    def some(self, path: str, owner: str) -> str | None:
        acting = None if owner == self.office.platform else owner
        names = self.office.listed(path, acting, limit=100)
        return self.chance.choice(names) if names else None


@pytest.fixture(params=range(HISTORIES))
def history(office: Office, request: pytest.FixtureRequest) -> History:
    history = History(office, Random(request.param))
    history.play(STEPS)
    assert all(history.done[name] for name in ("top_up", "transfer", "pay_out", "answer"))
    return history


def all_of(office: Office, path: str, owner: str) -> list[dict[str, Any]]:
    acting = None if owner == office.platform else owner
    shown = office.get(path, acting, limit=100)
    assert shown["has_more"] is False
    return shown["data"]


def entries(office: Office, owner: str, source: str) -> list[tuple[str, int]]:
    """Return kind and amount of the entries for an object, in the order of their recording."""

    async def read() -> list[tuple[str, int]]:
        async with office.runtime.pool.connection() as conn:
            cursor = await conn.execute(
                b"select e.kind, min(m.amount) from entry e"
                b" join move m on m.book_id = e.book_id and m.entry_id = e.id"
                b" where e.book_id = %s and e.source = %s"
                b" group by e.kind, e.id, e.recorded_at order by e.recorded_at, e.id",
                [book_of(owner, livemode=False).id, source],
            )
            return await cursor.fetchall()

    return office.run(read())


@pytest.mark.alone
def test_objects_and_ledger_say_the_same(history: History) -> None:
    office = history.office
    for owner in history.owners:
        check_payouts(office, owner)
        check_topups(office, owner)
        check_balance(office, owner)
    check_transfers(office)
    check_balance(office, history.abroad, "eur")
    check_clearing(history)


def check_payouts(office: Office, owner: str) -> None:
    for payout in all_of(office, "/v1/payouts", owner):
        kinds = [kind for kind, _ in entries(office, owner, payout["id"])]
        assert kinds[0] == "payout.created"
        if payout["status"] == "failed":
            assert kinds[1:] in FAILED
        else:
            assert kinds[1:] == PAYOUT_ENTRIES[payout["status"]]
        back = payout["failure_balance_transaction"] is not None
        assert back == (payout["status"] in ("failed", "canceled"))
        assert (payout["failure_code"] is None) == (payout["status"] != "failed")


def check_topups(office: Office, owner: str) -> None:
    for topup in all_of(office, "/v1/topups", owner):
        kinds = [kind for kind, _ in entries(office, owner, topup["id"])]
        assert kinds == ["topup.created", *TOPUP_ENTRIES[topup["status"]]]


def check_transfers(office: Office) -> None:
    for transfer in all_of(office, "/v1/transfers", office.platform):
        seller, amount = transfer["destination"], transfer["amount"]
        charge = shown(office, "/v1/charges", transfer["destination_payment"], seller)
        worth = charge["balance_transaction"]["amount"]
        assert entries(office, office.platform, transfer["id"]) == [("transfer.created", amount)]
        assert entries(office, seller, transfer["id"]) == [("transfer.received", worth)]
        reversals = office.get(f"/v1/transfers/{transfer['id']}/reversals", limit=100)["data"]
        for reversal in reversals:
            amount, name = reversal["amount"], reversal["id"]
            assert entries(office, office.platform, name) == [("transfer.reversed", amount)]
            refund = shown(office, "/v1/refunds", reversal["destination_payment_refund"], seller)
            gone = -refund["balance_transaction"]["amount"]
            told = [("transfer.taken_back", gone)] if gone else []
            assert entries(office, seller, name) == told
            worth -= gone
        back = sum(each["amount"] for each in reversals)
        assert transfer["amount_reversed"] == back
        assert transfer["reversed"] == (back == transfer["amount"])
        assert worth >= 0
        assert worth == 0 or not transfer["reversed"]
        assert (charge["amount_refunded"], charge["refunded"]) == (back, transfer["reversed"])


def shown(office: Office, path: str, name: str, owner: str) -> dict[str, Any]:
    return office.get(f"{path}/{name}", owner, expand=["balance_transaction"])


def check_balance(office: Office, owner: str, currency: str = "usd") -> None:
    """The history of a balance adds up to the balance, and both to the ledger."""
    acting = None if owner == office.platform else owner
    sums: Counter[str] = Counter()
    for each in all_of(office, "/v1/balance_transactions", owner):
        sums[each["status"]] += each["net"]
    balance = office.get("/v1/balance", acting)
    ledger = office.balances(book_of(owner, livemode=False), currency)
    for status in ("available", "pending"):
        (shown,) = balance[status]
        assert shown["amount"] == sums[status] == ledger.get(status, 0)
    assert sum_of(office, "/v1/payouts", owner, ("pending", "in_transit")) == ledger.get(
        "in_transit:ach", 0
    )
    assert sum_of(office, "/v1/topups", owner, ("pending",)) == ledger.get("incoming:wire", 0)


def sum_of(office: Office, path: str, owner: str, statuses: tuple[str, ...]) -> int:
    found = all_of(office, path, owner)
    return sum(each["amount"] for each in found if each["status"] in statuses)


def check_clearing(history: History) -> None:
    """Between all books nothing is left over, and networks owe what banks have said."""
    office = history.office
    books = [office.ledger(owner) for owner in history.owners]
    house = office.house()
    assert sum(book.get("due", 0) for book in [*books, house]) == 0
    both = (book_of(owner, livemode=False) for owner in (history.abroad, "house"))
    assert sum(office.balances(book, "eur").get("due", 0) for book in both) == 0
    paid = sum(sum_of(office, "/v1/payouts", owner, ("paid",)) for owner in history.owners)
    came = sum(sum_of(office, "/v1/topups", owner, ("succeeded",)) for owner in history.owners)
    assert house.get("network:ach", 0) == -paid
    assert house.get("network:wire", 0) == came
