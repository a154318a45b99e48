"""`bezant keys` makes keys that work, shows each once, and revokes them."""

import asyncio

import pytest

from bezant.db.pool import Pool
from bezant.kernel.clock import SystemClock
from bezant.store.keys import KeyRing
from tests.cli.world import opened


@pytest.fixture
def served(database, tmp_path):
    """A database that has been served once, so that it has a platform and a first key."""

    async def start():
        async with opened(database, tmp_path, SystemClock()):
            pass

    asyncio.run(start())
    return database


def works(url, secret):
    """Whether the API would know a secret."""

    async def ask():
        async with Pool(url, size=1) as pool:
            return await KeyRing(pool, SystemClock()).find(secret) is not None

    return asyncio.run(ask())


def test_a_key_is_made_shown_once_listed_and_revoked(bezant, served):
    made = bezant("keys", "create", "the shop", "--json", url=served).json
    assert made["name"] == "the shop"
    assert made["secret"].startswith("sk_test_")
    assert works(served, made["secret"])
    said = bezant("keys", "list")
    assert made["secret"] not in said.out
    assert f"sk_test_…{made['secret'][-4:]}" in said.row(made["id"])
    assert bezant("keys", "revoke", made["id"]).out == f"{made['id']} is revoked.\n"
    assert not works(served, made["secret"])
    listed = {key["id"]: key for key in bezant("keys", "list", "--json").json}
    assert listed[made["id"]]["revoked"] is not None
    assert len(listed) == 2


def test_a_key_for_people_says_that_it_is_not_shown_again(bezant, served):
    said = bezant("keys", "create", "backend", url=served)
    name, secret = said.rows[0]
    assert works(served, secret)
    assert name.startswith("key_")
    assert "can't be shown again" in said.out


def test_live_keys_are_apart(bezant, served):
    made = bezant("keys", "create", "real money", "--live", "--json", url=served).json
    assert made["secret"].startswith("sk_live_")
    assert made["id"] not in bezant("keys", "list").out
    assert made["id"] in bezant("keys", "list", "--live").out


def test_a_key_is_revoked_once(bezant, served):
    made = bezant("keys", "create", "the shop", "--json", url=served).json
    assert bezant("keys", "revoke", made["id"], "--json").json == {
        "id": made["id"],
        "revoked": True,
    }
    said = bezant("keys", "revoke", made["id"])
    assert said.problem == f"There is no key {made['id']}, or it has been revoked before."
    assert said.code == 1
