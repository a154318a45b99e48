"""One idempotency key on the real door: however often it is used at once, it has one effect."""

import asyncio
from copy import copy
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bezant.api.app import create_app
from bezant.commit.door import Door
from bezant.workers.purge import Purge
from tests.resources.office import ROUTES, Answer, Office

CROWD = 64


def crowd(office: Office, path: str, params: dict[str, object], key: str) -> list[Answer]:
    """Send one request many times at once."""

    async def send() -> list[Answer]:
        return await asyncio.gather(
            *(office.send("POST", path, params, Idempotency_Key=key) for _ in range(CROWD))
        )

    return office.run(send())


def effect(answers: list[Answer]) -> str:
    """Return the one body that all who were answered got."""
    assert {each.status for each in answers} <= {200, 409}
    (body,) = {each.text for each in answers if each.status == 200}
    assert {each.error["code"] for each in answers if each.status == 409} <= {
        "idempotency_key_in_use"
    }
    return body


def test_64_uses_at_once_move_money_once(office: Office) -> None:
    office.fund(1_000)
    seller = office.open_account()
    params = {"amount": 300, "currency": "usd", "destination": seller}
    body = effect(crowd(office, "/v1/transfers", params, "k"))
    assert office.ledger()["available"] == 700
    assert office.ledger(seller)["available"] == 300
    assert effect(crowd(office, "/v1/transfers", params, "k")) == body
    assert office.ledger()["available"] == 700
    assert effect(crowd(office, "/v1/transfers", params, "other")) != body
    assert office.ledger()["available"] == 400


@pytest.mark.alone
def test_two_processes_that_are_sent_one_key_at_once_have_one_effect(
    office: Office, database: str
) -> None:
    other = copy(office)
    other.runtime = replace(office.runtime, door=Door(database, office.clock, office.ids))
    other.app = create_app(ROUTES, other)
    office.run(other.runtime.door.start())
    office.fund(1_000)
    seller = office.open_account()
    params = {"amount": 300, "currency": "usd", "destination": seller}

    async def send() -> list[Answer]:
        calls = [
            each.send("POST", "/v1/transfers", params, Idempotency_Key="k")
            for each in (office, other) * CROWD
        ]
        return await asyncio.gather(*calls)

    effect(office.run(send()))
    assert office.ledger()["available"] == 700
    assert office.ledger(seller)["available"] == 300
    office.run(other.runtime.door.close())


def test_a_replay_is_equal_to_the_byte_for_30_days(office: Office) -> None:
    office.fund(1_000)
    params = {"amount": 300, "currency": "usd", "destination": office.open_account()}
    purge = Purge(office.runtime.pool, office.clock)

    def transfer() -> Answer:
        return office.run(office.send("POST", "/v1/transfers", params, Idempotency_Key="k"))

    first = transfer()
    assert (first.status, first.headers.get("Idempotent-Replayed")) == (200, None)
    office.clock.advance(timedelta(days=30))
    office.run(purge.run_once())
    again = transfer()
    assert (again.text, again.headers["Idempotent-Replayed"]) == (first.text, "true")
    office.clock.advance(timedelta(seconds=1))
    office.run(purge.run_once())
    assert transfer().json["id"] != first.json["id"]
