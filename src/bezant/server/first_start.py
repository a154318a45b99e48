"""The first start: the platform's own account, and a key to begin with."""

from typing import NamedTuple

from bezant.api.context import Caller, Context, Stale
from bezant.api.runtime import API_VERSION, Runtime
from bezant.db.pool import Connection
from bezant.db.queries import load
from bezant.kernel.entropy import Entropy
from bezant.kernel.errors import InvalidRequest
from bezant.kernel.secret import Secret
from bezant.resources.connect import external_accounts
from bezant.resources.connect.account import Account
from bezant.resources.connect.account import platform_account as blank_platform
from bezant.resources.connect.standing import keep
from bezant.store import keys

QUERIES = load("bezant.server", "first_start.sql")
TEST_BANK_ACCOUNT = "btok_us_verified"
"""Where the platform's own payouts of test mode go, so that the first one needs no set-up."""


class FirstStart(NamedTuple):
    """The platform's account, and the secret of a key that was made just now, to be shown once."""

    account: str
    new_secret: Secret | None


async def first_start(runtime: Runtime, entropy: Entropy) -> FirstStart:
    """Make sure that there is an account with a key of test mode; done once, by one process."""
    account = await _platform_account(runtime)
    await _open_account(runtime, account)
    async with runtime.pool.connection() as conn:
        return FirstStart(account, await _key(conn, runtime, entropy, account))


async def platform_account(conn: Connection) -> str | None:
    """Return the platform's account id, if there has been a first start."""
    cursor = await conn.execute(QUERIES.account)
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def _platform_account(runtime: Runtime) -> str:
    """Return the platform's account id; whoever comes first gives it."""
    async with runtime.pool.connection() as conn:
        await conn.execute(QUERIES.propose_account, [runtime.ids.new("acct")])
        account = await platform_account(conn)
    assert account is not None, "it was proposed just now"
    return account


async def _open_account(runtime: Runtime, account: str) -> None:
    ctx = Context(runtime, Caller(account, account, livemode=False))
    await _give_bank_account(ctx, ctx.create(blank_platform(account), book=ctx.house))
    try:
        await ctx.write()
    except Stale:
        return  # Another process was first.


async def _give_bank_account(ctx: Context, platform: Account) -> None:
    try:
        _, shown = await external_accounts.add(ctx, platform, TEST_BANK_ACCOUNT, default=True)
    except InvalidRequest as refused:
        if refused.code != "external_account_unsupported":
            raise
        return  # None of the banks that the settings name reaches the United States.
    keep(ctx, platform, external_accounts=shown)


async def _key(conn: Connection, runtime: Runtime, entropy: Entropy, account: str) -> Secret | None:
    """Install the key that the settings give; else make one if there is none."""
    now, given = runtime.clock.now(), runtime.config.test_secret_key
    if given is not None:
        await keys.install(
            conn, runtime.ids, now, given, account=account, name="BEZANT_TEST_SECRET_KEY"
        )
        return None
    if await keys.of_account(conn, account, livemode=False):
        return None
    made = await keys.create(
        conn,
        runtime.ids,
        entropy,
        now,
        account=account,
        livemode=False,
        name="first key",
        terms=keys.Terms(version=API_VERSION),
    )
    return made.secret
