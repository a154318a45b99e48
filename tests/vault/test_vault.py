"""The vault on a real database: tokens, roles, rotation under traffic, and its key file."""

import asyncio
import os

import pytest

from bezant.cli import run
from bezant.db.errors import Error
from bezant.db.pool import Pool, connect, connect_sync
from bezant.kernel.clock import SystemClock
from bezant.kernel.entropy import SystemEntropy
from bezant.kernel.errors import ConfigError, NotFound
from bezant.kernel.ids import Ids
from bezant.kernel.secret import Secret
from bezant.vault.envelope import Tampered
from bezant.vault.keyring import KeyFile, add_key, read, read_or_make
from bezant.vault.vault import ROLE, Vault, census, rotate

CLOCK, ENTROPY = SystemClock(), SystemEntropy()


@pytest.fixture
def path(tmp_path):
    read_or_make(tmp_path / "vault.keys", ENTROPY)
    return tmp_path / "vault.keys"


def numbers(count, start=0):
    return [f"{4_000_000_000_000_000 + start + at}" for at in range(count)]


def play(database, path, story):
    async def run():
        async with Pool(database, role=ROLE, size=4) as pool:
            return await story(Vault(pool, KeyFile(path, ENTROPY), Ids(CLOCK, ENTROPY), ENTROPY))

    return asyncio.run(run())


async def keep(vault, *digits, owner="acct_1"):
    return [await vault.keep(owner, Secret(number), CLOCK.now()) for number in digits]


def test_a_number_has_one_token_for_each_owner(database, path):
    async def story(vault):
        [first] = await keep(vault, "4242424242424242")
        [again] = await keep(vault, "4242424242424242")
        [other] = await keep(vault, "4242424242424242", owner="acct_2")
        assert first == again
        assert other.token != first.token
        assert other.fingerprint != first.fingerprint
        return (await vault.reveal(other.token)).reveal()

    assert play(database, path, story) == "4242424242424242"


def test_many_at_once_agree_on_one_token(database, path):
    async def story(vault):
        kept = await asyncio.gather(*(keep(vault, "4242424242424242") for _ in range(20)))
        return {one.token for [one] in kept}

    assert len(play(database, path, story)) == 1


def test_nothing_but_the_vaults_role_can_read_it(database, path):
    play(database, path, lambda vault: keep(vault, "4242424242424242"))
    with connect_sync(database, role="bezant_app") as connection, pytest.raises(Error) as refused:
        connection.execute(b"select * from vault.card")
    assert refused.value.sqlstate == "42501"
    with connect_sync(database, role=ROLE) as connection, pytest.raises(Error) as refused:
        connection.execute(b"select * from object")
    assert refused.value.sqlstate == "42501"


def test_a_token_that_is_none_and_a_row_that_was_changed(database, path):
    async def story(vault):
        kept = await keep(vault, *numbers(2))
        with pytest.raises(NotFound):
            await vault.reveal("vcard_nothing")
        with connect_sync(database) as connection:
            connection.execute(
                b"update vault.card set sealed = (select max(sealed) from vault.card)"
            )
        outcomes = []
        for one in kept:
            try:
                outcomes.append((await vault.reveal(one.token)).reveal())
            except Tampered:
                outcomes.append(None)
        return outcomes

    outcomes = play(database, path, story)
    assert outcomes.count(None) == 1


def test_a_rotation_goes_on_under_traffic(database, path):
    async def story(vault):
        kept = await keep(vault, *numbers(40))
        ring = add_key(path, "k2", ENTROPY)
        async with await connect(database) as conn:
            while await rotate(conn, ring, ENTROPY, batch=7):
                kept += await keep(vault, *numbers(1, start=len(kept)))
                assert (await vault.reveal(kept[0].token)).reveal() == numbers(1)[0]
            counts = await census(conn)
        found = [(await vault.reveal(one.token)).reveal() for one in kept]
        return counts, found

    counts, found = play(database, path, story)
    assert counts == {"k2": len(found)}
    assert found == numbers(len(found))


def test_the_key_file_is_its_owners_alone_and_the_first_one_counts(tmp_path):
    path = tmp_path / "vault.keys"
    first = read_or_make(path, ENTROPY)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_or_make(path, ENTROPY).key("k1") == first.key("k1")
    assert [*tmp_path.iterdir()] == [path]
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        read(path)


@pytest.mark.parametrize("text", ["", "primary = 1", "[keys", "primary = 'k1'\nmore = 1"])
def test_a_damaged_key_file_is_refused(tmp_path, text):
    path = tmp_path / "vault.keys"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="not a file of vault keys"):
        read(path)


def test_the_command_rotates_and_tells(database, path, monkeypatch, capsys):
    play(database, path, lambda vault: keep(vault, *numbers(3)))
    monkeypatch.setenv("BEZANT_DATABASE_URL", database_url(database))
    monkeypatch.setenv("BEZANT_VAULT_KEYS", str(path))
    assert run(["vault", "rotate", "k2", "--json"]) == 0
    assert '"cards":3' in capsys.readouterr().out.replace(" ", "").replace("\n", "")
    assert run(["vault", "status"]) == 0
    shown = capsys.readouterr().out
    assert [line.split()[:2] for line in shown.splitlines() if line.startswith(("k1", "k2"))] == [
        ["k1", "0"],
        ["k2", "3"],
    ]


def database_url(conninfo):
    """Return the address that a person would write for these words."""
    parts = dict(part.split("=", 1) for part in conninfo.split())
    folder = parts["host"].replace(os.sep, "%2F")
    return f"postgresql://{parts['user']}@{folder}/{parts['dbname']}"
