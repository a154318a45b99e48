"""API keys: made, recognised, revoked; their secrets are nowhere."""

import asyncio
import hashlib
from datetime import timedelta

import pytest

from bezant.kernel.errors import ConfigError, NotFound
from bezant.kernel.secret import Secret
from bezant.store import keys
from bezant.store.keys import TTL_SECONDS, KeyRing
from tests.webhooks.world import World, play
from tests.workers.statements import watch


async def make(
    world: World, account: str = "acct_1", terms: keys.Terms = keys.EVERYTHING, *,
    livemode: bool = False,
) -> keys.NewKey:  # fmt: skip
    async with world.pool.connection() as conn:
        return await keys.create(
            conn, world.ids, world.entropy, world.clock.now(),
            account=account, livemode=livemode, name="mine", terms=terms,
        )  # fmt: skip


async def roll(
    world: World, key: keys.Key, *, hours: int = 24, account: str = "acct_1"
) -> keys.NewKey:
    now = world.clock.now()
    async with world.pool.connection() as conn:
        return await keys.roll(
            conn, world.ids, world.entropy, now,
            account=account, name=key.id, until=now + timedelta(hours=hours),
        )  # fmt: skip


async def install(world: World, secret: str, account: str = "acct_1") -> keys.Key:
    async with world.pool.connection() as conn:
        return await keys.install(
            conn, world.ids, world.clock.now(), Secret(secret), account=account, name="given"
        )


async def revoke(world: World, key: keys.Key, account: str = "acct_1") -> bool:
    async with world.pool.connection() as conn:
        return await keys.revoke(conn, account, key.id, world.clock.now())


@pytest.mark.parametrize("livemode", [False, True])
def test_a_key_is_known_by_its_secret(database, livemode):
    async def story(world: World) -> None:
        made = await make(world, livemode=livemode)
        secret = made.secret.reveal()
        assert secret.startswith("sk_live_" if livemode else "sk_test_")
        assert len(secret) == len("sk_test_") + 43
        assert made.key.livemode is livemode
        assert secret.endswith(made.key.shown)
        assert len(made.key.shown) == 4
        ring = KeyRing(world.pool, world.clock)
        assert await ring.find(secret) == made.key
        for wrong in (secret[:-1], secret + "x", secret.swapcase(), ""):
            assert await ring.find(wrong) is None

    play(database, story)


def test_secrets_are_kept_as_digests_only(database):
    async def story(world: World) -> None:
        made = await make(world)
        secret = made.secret.reveal()
        assert secret not in repr(made)
        (row,) = await world.rows("select api_key::text, digest from api_key")
        assert secret[8:] not in row[0]
        assert row[1] == hashlib.sha256(secret.encode()).digest()

    play(database, story)


def test_no_two_secrets_are_alike(database):
    async def story(world: World) -> None:
        made = [await make(world) for _ in range(20)]
        assert len({one.secret.reveal() for one in made}) == 20
        async with world.pool.connection() as conn:
            listed = await keys.of_account(conn, "acct_1", livemode=False)
            assert listed == [one.key for one in made]
            assert await keys.of_account(conn, "acct_1", livemode=True) == []
            assert await keys.of_account(conn, "acct_2", livemode=False) == []

    play(database, story)


def test_a_given_secret_is_installed_once(database):
    async def story(world: World) -> None:
        first = await install(world, "sk_test_hello_bezant")
        assert (first.name, first.shown, first.livemode) == ("given", "zant", False)
        assert await install(world, "sk_test_hello_bezant") == first
        assert (await install(world, "sk_live_hello_bezant")).livemode
        with pytest.raises(ConfigError, match="another account"):
            await install(world, "sk_test_hello_bezant", "acct_2")
        for bad in (
            "",
            "sk_test_short",
            "pk_test_12345678",
            "sk_prod_12345678",
            "sk_test_a b c d e",
        ):
            with pytest.raises(ConfigError, match="sk_test_ or sk_live_"):
                await install(world, bad)

    play(database, story)


def test_a_revocation_is_felt_within_seconds(database):
    async def story(world: World) -> None:
        made = await make(world)
        here, there = (KeyRing(world.pool, world.clock) for _ in range(2))
        for ring in (here, there):
            assert await ring.find(made.secret.reveal()) == made.key
        assert not await revoke(world, made.key, "acct_2"), "only its owner may"
        assert await revoke(world, made.key)
        assert not await revoke(world, made.key)
        here.forget()
        assert await here.find(made.secret.reveal()) is None
        world.pass_time(seconds=TTL_SECONDS)
        assert await there.find(made.secret.reveal()) is None
        async with world.pool.connection() as conn:
            (listed,) = await keys.of_account(conn, "acct_1", livemode=False)
        assert listed.revoked is not None
        again = await install(world, made.secret.reveal())
        assert again.revoked is not None, "a revoked key does not come back"

    play(database, story)


RESTRICTED = keys.Terms("restricted", frozenset({"charge:read", "payout:write"}))


@pytest.mark.parametrize(
    ("terms", "prefix"),
    [
        (keys.Terms(version="2024-06-20"), "sk"),
        (RESTRICTED, "rk"),
        (keys.Terms("publishable"), "pk"),
    ],
)
def test_a_key_keeps_its_terms(database, terms, prefix):
    async def story(world: World) -> None:
        for livemode, mode in ((False, "test"), (True, "live")):
            made = await make(world, terms=terms, livemode=livemode)
            assert made.secret.reveal().startswith(f"{prefix}_{mode}_")
            assert made.key.redacted == f"{prefix}_{mode}_…{made.key.shown}"
            found = await KeyRing(world.pool, world.clock).find(made.secret.reveal())
            assert found == made.key
            assert found.terms == terms

    play(database, story)


@pytest.mark.parametrize(
    "terms",
    [
        keys.Terms("restricted"),
        keys.Terms("secret", frozenset({"charge:read"})),
        keys.Terms("restricted", frozenset({"charge"})),
        keys.Terms("restricted", frozenset({"charge:read write"})),
    ],
)
def test_terms_that_contradict_each_other_are_refused(database, terms):
    async def story(world: World) -> None:
        with pytest.raises(ConfigError):
            await make(world, terms=terms)
        with pytest.raises(ConfigError, match="in the future"):
            await make(world, terms=keys.Terms(expires=world.clock.now()))
        assert await world.rows("select id from api_key") == []

    play(database, story)


def test_a_key_expires_at_once_everywhere(database):
    async def story(world: World) -> None:
        terms = keys.Terms(expires=world.clock.now() + timedelta(seconds=2))
        made = await make(world, terms=terms)
        ring = KeyRing(world.pool, world.clock)
        assert await ring.find(made.secret.reveal()) == made.key
        world.pass_time(seconds=1)
        assert await ring.find(made.secret.reveal()) == made.key
        world.pass_time(seconds=1)
        assert await ring.find(made.secret.reveal()) is None
        assert await KeyRing(world.pool, world.clock).find(made.secret.reveal()) is None

    play(database, story)


def test_a_rolled_key_works_beside_its_successor_for_a_while(database):
    async def story(world: World) -> None:
        old = await make(world, terms=RESTRICTED)
        new = await roll(world, old.key, hours=24)
        assert (new.key.name, new.key.terms) == ("mine", RESTRICTED)
        ring = KeyRing(world.pool, world.clock)
        found = await ring.find(old.secret.reveal())
        assert found is not None
        assert found.successor == new.key.id
        world.pass_time(seconds=24 * 3600 - 1)
        assert await ring.find(old.secret.reveal()) is not None
        world.pass_time(seconds=1)
        assert await ring.find(old.secret.reveal()) is None
        assert await ring.find(new.secret.reveal()) == new.key

    play(database, story)


def test_a_key_is_rolled_once_by_its_owner_while_it_works(database):
    async def story(world: World) -> None:
        life = timedelta(hours=10)
        old = await make(world, terms=keys.Terms(expires=world.clock.now() + life))
        with pytest.raises(NotFound):
            await roll(world, old.key, account="acct_2")
        world.pass_time(seconds=9 * 3600)
        new = await roll(world, old.key, hours=24)
        assert new.key.terms.expires == world.clock.now() + life
        (was,) = await world.rows(f"select expires from api_key where id = '{old.key.id}'")
        assert was == (old.key.terms.expires,), "an overlap makes no life longer"
        with pytest.raises(ConfigError, match="already"):
            await roll(world, old.key)
        await revoke(world, new.key)
        with pytest.raises(NotFound):
            await roll(world, new.key)
        world.pass_time(seconds=3600)
        with pytest.raises(NotFound):
            await roll(world, old.key)

    play(database, story)


def test_many_requests_ask_the_database_once(database, monkeypatch):
    async def story(world: World) -> None:
        made = await make(world)
        ring = KeyRing(world.pool, world.clock)
        asked: list[bytes] = []
        watch(world, monkeypatch, asked.append)
        found = await asyncio.gather(*(ring.find(made.secret.reveal()) for _ in range(50)))
        assert set(found) == {made.key}
        assert len(asked) == 1
        world.pass_time(seconds=TTL_SECONDS - 1)
        await ring.find(made.secret.reveal())
        assert len(asked) == 1
        world.pass_time(seconds=1)
        await ring.find(made.secret.reveal())
        assert len(asked) == 2

    play(database, story)
