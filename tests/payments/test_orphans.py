"""What a process has asked for that died before it could commit it: the network's files tell."""

from datetime import timedelta
from typing import Any

import pytest

from bezant.sim.cards.books import NetworkBooks
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


def test_books_of_before_keep_the_merchants_words_from_now_on(tmp_path: Any):
    path = tmp_path / "cards.sqlite3"
    books = NetworkBooks(path)
    books.change("ALTER TABLE authorization DROP COLUMN about")
    books.close()
    for _ in range(2):
        books = NetworkBooks(path)
        assert books.rows("SELECT about FROM authorization") == []
        books.close()
