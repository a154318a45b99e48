"""What a process has asked for that died before it could commit it: the network's files tell."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bezant.api.context import Caller
from bezant.ledger.book import HOUSE
from bezant.movement.bank_file import BankFile
from bezant.sim.cards.books import NetworkBooks
from bezant.store.objects import Page
from tests.checkout.shop import session
from tests.payments.cards import days_pass
from tests.payments.doorkeeper import Doorkeeper
from tests.resources.office import Answer, Office


@pytest.fixture
def door(office: Office, monkeypatch: pytest.MonkeyPatch) -> Doorkeeper:
    keeper = Doorkeeper(office.runtime.door)
    monkeypatch.setattr(office.runtime.door, "commit", keeper.commit)
    return keeper


def held(office: Office) -> list[int]:
    """Return what issuers hold, the least first."""
    return sorted(row[0] for row in office.cards.books.rows(
        "SELECT amount - captured FROM authorization WHERE state = 'open' AND about LIKE ?",
        (f"{office.platform} %",),
    ))  # fmt: skip


def ask(office: Office, path: str, *, key: str = "", **params: Any) -> Answer:
    named = {"Idempotency_Key": key} if key else {}
    return office.run(office.send("POST", path, params, **named))


def hold(amount: int = 700, **params: Any) -> dict[str, Any]:
    given = {"amount": amount, "currency": "usd", "payment_method": "pm_card_visa", **params}
    return {**given, "capture_method": "manual"}


def next_day(office: Office) -> None:
    """Let a day end, hear of it, and let the time pass in which calls may be sent again."""
    office.clock.advance(timedelta(days=1))
    days_pass(office)
    office.clock.advance(timedelta(hours=12))
    while office.work():
        pass


def test_a_hold_of_a_call_that_was_cut_off_goes_back(office: Office, door: Doorkeeper):
    known = [
        office.post("/v1/payment_intents", **hold(100, confirm=True)),
        office.post("/v1/payment_intents", **hold(200)),
    ]
    office.post(f"/v1/payment_intents/{known[1]['id']}/confirm")
    raised = f"/v1/payment_intents/{known[1]['id']}/increment_authorization"
    office.post(raised, amount=300)
    old = office.post("/v1/charges", amount=50, currency="usd", source="tok_visa", capture=False)
    cut = office.post("/v1/payment_intents", **hold(900))["id"]
    sold = session(office)["id"]
    for path, params in (
        ("/v1/payment_intents", hold(800, confirm=True)),
        ("/v1/charges", {"amount": 70, "currency": "usd", "source": "tok_visa", "capture": False}),
        (f"/v1/payment_intents/{cut}/confirm", {}),
        (f"/v1/payment_pages/{sold}/confirm", {"payment_method": "pm_card_visa"}),
        (raised, {"amount": 3_300}),
    ):
        door.deals = [door.die]
        assert ask(office, path, **params).status == 503
    assert held(office) == [50, 70, 100, 800, 900, 3_000, 3_300]
    next_day(office)
    assert held(office) == [50, 100, 300]
    for path, amount in ((f"/v1/payment_intents/{cut}/confirm", 900), (raised, 3_300)):
        params = {"amount": amount} if path == raised else {}
        assert ask(office, path, **params).json["amount_capturable"] == amount
    next_day(office)
    assert held(office) == [50, 100, 900, 3_300]
    office.post(f"/v1/charges/{old['id']}/capture")
    for each in (*known, {"id": cut}):
        office.post(f"/v1/payment_intents/{each['id']}/capture")
    days_pass(office)
    assert (held(office), office.ledger().get("incoming:cards", 0)) == ([], 0)


def test_a_call_that_is_sent_again_in_time_has_what_it_asked_for(office: Office, door: Doorkeeper):
    given = hold(confirm=True)
    door.deals = [door.die]
    assert ask(office, "/v1/payment_intents", key="c-1", **given).status == 503
    office.clock.advance(timedelta(hours=8))
    intent = ask(office, "/v1/payment_intents", key="c-1", **given).json
    next_day(office)
    assert held(office) == [700]
    office.post(f"/v1/payment_intents/{intent['id']}/capture")


def test_a_hold_about_nothing_known_is_odd(office: Office):
    office.post("/v1/payment_intents", **hold(confirm=True))
    office.cards.books.change(
        "UPDATE authorization SET about = '' WHERE about LIKE ?", (f"{office.platform} %",)
    )
    next_day(office)
    ((reference,),) = office.cards.books.rows(
        "SELECT reference FROM authorization WHERE about = ''"
    )
    ctx = office.context(Caller(HOUSE, HOUSE, livemode=False))
    (newest,), _ = office.run(ctx.page(BankFile, Page(limit=1), book=ctx.house))
    expected = f"1 holds about nothing known, the first of them {reference}"
    assert msgspec.json.decode(newest)["warnings"] == [expected]


def test_a_replay_on_another_day_holds_nothing(office: Office):
    given = hold(confirm=True)
    first = ask(office, "/v1/payment_intents", key="c-2", **given)
    office.clock.advance(timedelta(days=2))
    for _ in range(2):
        assert ask(office, "/v1/payment_intents", key="c-2", **given).text == first.text
        while office.work():
            pass
        assert held(office) == [700]


def test_a_refund_of_a_call_that_was_cut_off_is_written_down(office: Office, door: Doorkeeper):
    intent = office.post("/v1/payment_intents", **hold(1_000, confirm=True))
    path = f"/v1/payment_intents/{intent['id']}/capture"
    office.post(path, amount_to_capture=400, final_capture=False)
    office.post(path)
    days_pass(office)
    asked = {"payment_intent": intent["id"], "amount": 100}
    office.post("/v1/refunds", **asked)
    door.deals = [door.die]
    assert ask(office, "/v1/refunds", key="r-1", **asked).status == 503
    days_pass(office)
    assert office.ledger()["incoming:cards"] == 100  # It was taken, and nothing says why.
    next_day(office)
    assert office.ledger().get("incoming:cards", 0) == 0
    charge = office.get(f"/v1/charges/{intent['latest_charge']}")
    assert charge["amount_refunded"] == 200
    found = office.get("/v1/refunds")["data"][0]
    assert (found["amount"], found["status"], found["charge"]) == (100, "succeeded", charge["id"])
    again = ask(office, "/v1/refunds", key="r-1", **asked)
    assert (again.status, again.json["id"]) == (200, found["id"])
    days_pass(office)
    assert len(office.listed("/v1/refunds")) == 2
    assert office.ledger().get("incoming:cards", 0) == 0


def test_a_refund_that_was_cut_off_and_then_failed_is_the_owners_again(
    office: Office, door: Doorkeeper
):
    card = {"payment_method": "pm_card_refundFail"}
    intent = office.post("/v1/payment_intents", **hold(1_000, confirm=True, **card))
    office.post(f"/v1/payment_intents/{intent['id']}/capture")
    days_pass(office)
    door.deals = [door.die]
    assert ask(office, "/v1/refunds", payment_intent=intent["id"]).status == 503
    days_pass(office)  # The files tell in one that it is cleared and that it has failed.
    next_day(office)
    (refund,) = office.get("/v1/refunds")["data"]
    assert (refund["amount"], refund["status"]) == (1_000, "failed")
    charge = office.get(f"/v1/charges/{intent['latest_charge']}")
    assert (charge["amount_refunded"], charge["refunded"]) == (0, False)
    assert office.ledger().get("incoming:cards", 0) == 0


class Shop:
    """Holds, takes and gives back, while the door does what it is told to."""

    def __init__(self, office: Office, door: Doorkeeper) -> None:
        self.office, self.door, self.calls = office, door, 0
        self.intent = office.post("/v1/payment_intents", **hold(1_000))["id"]

    def act(self, what: str, fate: str, *, again: bool) -> None:
        """Call, and perhaps once more under the same key; errors are answers as well."""
        self.calls += 1
        path, params = f"/v1/payment_intents/{self.intent}/{what}", {}
        if what == "create":
            path, params = "/v1/payment_intents", hold(1_000, confirm=True)
        elif what == "increment_authorization":
            params = {"amount": 1_000 + 100 * self.calls}
        elif what == "capture":
            params = {"amount_to_capture": 300, "final_capture": False}
        elif what == "refund":
            path, params = "/v1/refunds", {"payment_intent": self.intent, "amount": 50}
        self.door.deals = [getattr(self.door, fate)] if fate else []
        for _ in range(1 + again):
            answer = ask(self.office, path, key=f"{self.office.platform}-{self.calls}", **params)
            self.door.deals = []
        if what == "create" and answer.status == 200:
            self.intent = answer.json["id"]


ACTS = ("create", "confirm", "increment_authorization", "capture", "cancel", "refund")
FATES = ("", "refuse", "die", "lose")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(FATES), st.booleans()),
                min_size=2, max_size=8))  # fmt: skip
def test_whatever_the_door_does_the_network_and_the_books_agree_in_the_end(
    office: Office, door: Doorkeeper, calls: list[tuple[str, str, bool]]
):
    office.move_in()
    shop = Shop(office, door)
    for what, fate, again in calls:
        shop.act(what, fate, again=again)
        if what == "capture":
            days_pass(office)
    for _ in range(2):
        next_day(office)
        days_pass(office)
    intents = office.get("/v1/payment_intents", limit=100)["data"]
    expected = sorted(each["amount_capturable"] for each in intents if each["amount_capturable"])
    assert held(office) == expected
    assert office.ledger().get("incoming:cards", 0) == 0


def test_books_of_before_keep_the_merchants_words_from_now_on(tmp_path: Any):
    path = tmp_path / "cards.sqlite3"
    books = NetworkBooks(path)
    books.change("ALTER TABLE authorization DROP COLUMN about")
    books.close()
    for _ in range(2):
        books = NetworkBooks(path)
        assert books.rows("SELECT about FROM authorization") == []
        books.close()
