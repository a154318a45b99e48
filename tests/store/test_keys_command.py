"""`bezant keys`: terms are given and rolled on the command line, and nonsense is refused."""

import json

import pytest
from typer.testing import CliRunner

from bezant.api.runtime import API_VERSION
from bezant.cli.keys import app
from bezant.db.pool import connect_sync
from bezant.kernel.errors import BezantError, ConfigError


@pytest.fixture
def keys(database, monkeypatch):
    """Run the command on a database that has been served; returns what it printed, read."""
    with connect_sync(database) as connection:
        connection.execute("insert into setting values ('platform_account', 'acct_1')")
    parts = dict(part.split("=") for part in database.split())
    url = "postgresql://{user}@/{dbname}?host={host}".format(**parts)
    monkeypatch.setenv("BEZANT_DATABASE_URL", url)

    def run(*words: str):
        done = CliRunner().invoke(app, [*words, "--json"])
        if isinstance(done.exception, BezantError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    return run


def test_keys_of_every_kind_are_made_and_listed(keys):
    plain = keys("create", "shop")
    public = keys("create", "page", "--publishable", "--live")
    reports = keys("create", "reports", "--allow", "charge:read", "--allow", "payout:write",
                   "--expires", "90d", "--api-version", "2024-06-20")  # fmt: skip
    assert plain["secret"].startswith("sk_test_")
    assert public["secret"].startswith("pk_live_")
    assert reports["secret"].startswith("rk_test_")
    listed = keys("list")
    assert [each["name"] for each in listed] == ["shop", "reports"]
    assert [each["version"] for each in listed] == [API_VERSION, "2024-06-20"]
    assert [each["permissions"] for each in listed] == [[], ["charge:read", "payout:write"]]
    assert [each["expires"] is None for each in listed] == [True, False]
    assert "secret" not in listed[0]
    shown = CliRunner().invoke(app, ["list"]).output
    assert f"rk_test_…{reports['secret'][-4:]}" in shown
    assert "charge:read payout:write" in shown
    assert "everything" in shown


def test_a_key_is_rolled_with_an_overlap(keys):
    old = keys("create", "shop")
    new = keys("roll", old["id"], "--overlap", "24h")
    assert new["secret"] != old["secret"]
    (was, now) = keys("list")
    assert (was["successor"], was["expires"] is None) == (new["id"], False)
    assert (now["name"], now["expires"]) == ("shop", None)
    with pytest.raises(ConfigError, match="already"):
        keys("roll", old["id"])
    newest = keys("roll", new["id"], "--overlap", "0")
    with pytest.raises(BezantError, match="works"):
        keys("roll", new["id"])
    assert keys("revoke", newest["id"]) == {"id": newest["id"], "revoked": True}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--allow", "charges:read"], "the nearest is charge:read"),
        (["--allow", "charge:read", "--publishable"], "no other key has any"),
        (["--expires", "soon"], "no length of time"),
        (["--expires", "90"], "no length of time"),
        (["--expires", "0"], "in the future"),
        (["--api-version", "2031-01-01"], "Invalid Stripe API version"),
    ],
)
def test_nonsense_is_refused(keys, words, told):
    with pytest.raises(BezantError, match=told):
        keys("create", "shop", *words)
    assert keys("list") == []
