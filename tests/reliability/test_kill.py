"""Kill -9, thirty times, under load: what was acknowledged is there, nothing is there twice.

That goes for what a card's bank holds as well, which is asked while a call is under way.
"""

import asyncio
import itertools
import random
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, time, timedelta

import httpx

from bezant.db.pool import connect_sync
from bezant.ledger.verify import verify
from tests.reliability.served import KEY, Served

CYCLES = 30
CLIENTS = 16
AMOUNT = 70


def test_thirty_kills_under_load_lose_nothing_and_double_nothing(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    served = Served(tmp_path, port)
    served.day_ends = datetime.combine(datetime.now(UTC).date() + timedelta(days=1), time(), UTC)
    served.start()
    try:
        asyncio.run(_thirty_cycles(served))
    finally:
        served.stop()


async def _thirty_cycles(served):
    chance = random.Random(30)
    keys = itertools.count(1)
    async with httpx.AsyncClient(
        base_url=served.url, headers={"Authorization": f"Bearer {KEY}"}, timeout=60
    ) as client:
        destination = await _fund(client)
        told = {}
        for cycle in range(CYCLES):
            load = Load(client, destination, keys, told)
            tasks = [asyncio.create_task(load.run()) for _ in range(CLIENTS)]
            await asyncio.sleep(chance.uniform(0.1, 0.5))
            await asyncio.to_thread((served.kill_server, served.kill_database)[cycle % 2])
            load.stopped = True
            unanswered = [key for some in await asyncio.gather(*tasks) for key in some]
            if cycle % 2 == 0:
                await asyncio.to_thread(served.start)
            await asyncio.to_thread(served.wait_ready)
            for key in unanswered:  # Whoever did not hear asks again, under the same key.
                told[key] = await load.send(key)
            await _replays(load, told, chance)
            await asyncio.to_thread(_check, served, told)


class Load:
    """Clients that move money, each under a key of its own, until one gets no answer.

    Every fourth of them holds it on a card, the others transfer it.
    """

    def __init__(self, client, destination, keys, told):
        self.client = client
        self.destination = destination
        self.keys = keys
        self.told = told
        self.stopped = False

    async def run(self):
        """Go on until stopped; returns the keys whose answers were never heard."""
        while not self.stopped:
            key = f"key-{next(self.keys)}"
            try:
                answer = await self._post(key)
            except httpx.TransportError:
                return [key]
            if answer.status_code != 200:  # An honest "I don't know" while the database is away.
                assert answer.status_code in (429, 503), answer.text
                return [key]
            self.told[key] = answer.text
        return []

    async def send(self, key):
        """Move money under a key until it is answered."""
        for _ in range(1_200):
            answer = await self._post(key)
            if answer.status_code == 200:
                return answer.text
            assert answer.status_code in (409, 429, 503), answer.text
            await asyncio.sleep(0.05)
        raise AssertionError(f"{key} was never answered")

    async def _post(self, key):
        form = {"amount": AMOUNT, "currency": "usd"}
        headers = {"Idempotency-Key": key}
        if not _is_by_card(key):
            form |= {"destination": self.destination}
            return await self.client.post("/v1/transfers", data=form, headers=headers)
        form |= {"confirm": "true", "capture_method": "manual", "payment_method": "pm_card_visa"}
        return await self.client.post("/v1/payment_intents", data=form, headers=headers)


def _is_by_card(key):
    return int(key.rpartition("-")[2]) % 4 == 0


async def _fund(client):
    form = {"type": "custom", "country": "US", "capabilities[transfers][requested]": "true"}
    account = (await client.post("/v1/accounts", data=form)).json()
    topup = await client.post("/v1/topups", data={"amount": 10**9, "currency": "usd"})
    for _ in range(1_200):
        found = (await client.get(f"/v1/topups/{topup.json()['id']}")).json()
        if found["status"] == "succeeded":
            return account["id"]
        await asyncio.sleep(0.05)
    raise AssertionError("the top-up was never paid")


async def _replays(load, told, chance):
    """Old keys are answered with the same bytes, whatever has been killed since."""
    for key in chance.sample(sorted(told), min(len(told), 20)):
        assert await load.send(key) == told[key]


def _check(served, told):
    report = verify(served.database())
    assert report.ok, report
    with connect_sync(served.database()) as connection:
        (count,) = connection.execute(
            "select count(*) from object where kind = 'transfer'"
        ).fetchone()
        (entries,) = connection.execute(
            "select count(*) from entry where kind = 'transfer.created'"
        ).fetchone()
        (charges,) = connection.execute(
            "select count(*) from object where kind = 'charge' and id like 'ch_%'"
        ).fetchone()
    by_card = sum(_is_by_card(key) for key in told)
    assert count == entries == len(told) - by_card
    with closing(sqlite3.connect(served.folder / "cards" / "cards.sqlite3")) as network:
        (held,) = network.execute(
            "select count(*) from authorization where state = 'open'"
        ).fetchone()
    assert charges == by_card
    assert held == charges or datetime.now(UTC) > served.day_ends  # Then calls were named anew.
