"""Stories: what happens to money, told in business words and played on the whole platform.

topup    50.00 usd                  the platform announces money, and wires it
account  acct_1 in DE [no_account]  an account with a bank account there, which answers so
fund     acct_1   100.00 usd        money comes to a connected account, by top-up and transfer
payout   acct_1    60.00 usd        the account pays itself out; the latest is "its payout"
payout   acct_1    60.00 usd instant
schedule acct_1 daily               the account is paid out by itself from then on
cancel   acct_1                     its payout is canceled
seconds  2                          so many seconds pass
day      3                          so many banking days pass, each until nine in the morning
bank settles acct_1                 days pass until its payout is paid
bank refuses acct_1                 days pass until its payout has failed
bank returns acct_1 R03             the receiver's bank sends it back, and days pass
bank loses|doubles|truncates|holds returns|bai2|camt|ack      an accident with the next file
expect   acct_1 available 40.00 usd
expect   acct_1 payout failed no_account
expect   clearing 0.00 usd          every clearing account, over all books
expect   bank tied                  each bank's books, its statements and our ledger agree
"""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import msgspec

from bezant.api.context import Caller, Context
from bezant.kernel.clock import VirtualClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.secret import Secret
from bezant.ledger.balances import balance_of, clearing_totals
from bezant.ledger.book import HOUSE
from bezant.ledger.chart import bank, house, suspense
from bezant.ledger.verify import verify
from bezant.movement.bank_file import BankFile
from bezant.movement.contents import content
from bezant.server.platform import Platform
from bezant.store.objects import Page

HOMES = {
    "US": ("usd", "110000000", {
        "": "000123456789", "no_account": "000111111116", "account_closed": "000111111113",
    }),
    "DE": ("eur", "", {
        "": "DE89370400440532013000", "no_account": "DE62370400440532013001",
        "account_closed": "DE35370400440532013002",
        "insufficient_funds": "DE08370400440532013003",
        "debit_not_authorized": "DE78370400440532013004",
        "invalid_currency": "DE51370400440532013005",
    }),
    "GB": ("gbp", "108800", {
        "": "00012345", "no_account": "11111116", "account_closed": "11111113",
        "insufficient_funds": "22222227",
    }),
    "BR": ("brl", "110-0000", {
        "": "0001234", "no_account": "1111116", "account_closed": "1111113",
    }),
    "IN": ("inr", "HDFC0000261", {"": "000123456789", "no_account": "000111111116"}),
    "CH": ("usd", "UBSWCHZH80A", {"": "CH9300762011623852957"}),
    "AU": ("usd", "CTBAAU2S", {"": "000123456", "no_account": "000111111116"}),
}  # fmt: skip
"""Bank accounts in each country: the currency, the routing number, and numbers by their answer."""

EASTERN = ZoneInfo("America/New_York")
KEY = "sk_test_story_12345678"
OPEN = {"test_secret_key": Secret(KEY)}
MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def tell(url, text, *, sandbox="calendar"):
    """Play a story; afterwards the books must prove themselves."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(url, Config(data=Path(folder), sandbox=sandbox, **OPEN), text))
    report = verify(url)
    assert report.ok, report


class Unnoticed(VirtualClock):
    """A clock that nobody is known to move, as the sandbox must think to be fast."""

    @property
    def steered(self):
        return False


async def _play(url, config, text):
    clock = (VirtualClock if config.sandbox == "calendar" else Unnoticed)(MONDAY)
    async with Platform(config, url, clock, SeededEntropy(11)) as platform:
        transport = httpx.ASGITransport(platform.app)
        auth = {"Authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://story", headers=auth
        ) as http:
            teller = Teller(platform, clock, http)
            for line in text.strip().splitlines():
                words = line.split("#")[0].split()
                if words:
                    await teller.do(words, line)


class Teller:
    """Knows the accounts by the names that the story gives them."""

    def __init__(self, platform, clock, http):
        self.platform = platform
        self.clock = clock
        self.http = http
        self.bank = platform.sandbox.bank
        self.ach = platform.submitter.lanes["sandbox/ach"]
        self.accounts = {}
        self.payouts = {}

    async def do(self, words, line):
        """Do what a line says; `bank` and `expect` have verbs of their own."""
        verb, *rest = words
        if verb in ("bank", "expect"):
            verb, rest = f"{verb}_{rest[0]}", rest[1:]
            if not hasattr(self, verb):  # The second word is an account's name.
                verb, rest = "expect_account", words[1:]
        method = getattr(self, verb, None)
        assert method, f"no such words: {line}"
        await method(*rest)

    async def topup(self, amount, currency):
        await self.call("POST", "/v1/topups", {"amount": minor(amount), "currency": currency})
        await self.platform.tick()  # The payer sends it on the same day.
        await self.day()

    async def account(self, name, _in, country, answer=""):
        """Open a connected account with a bank account in a country."""
        currency, routing, numbers = HOMES[country]
        form = {
            "type": "custom",
            "country": country,
            "capabilities[transfers][requested]": "true",
            "external_account[object]": "bank_account",
            "external_account[country]": country,
            "external_account[currency]": currency,
            "external_account[account_number]": numbers[answer],
            "external_account[account_holder_name]": name,
        }
        if routing:
            form["external_account[routing_number]"] = routing
        self.accounts[name] = (await self.call("POST", "/v1/accounts", form))["id"]

    async def fund(self, name, amount, currency):
        await self.topup(amount, currency)
        form = {"amount": minor(amount), "currency": currency}
        form["destination"] = await self.opened(name)
        await self.call("POST", "/v1/transfers", form)

    async def payout(self, name, amount, currency, method="standard"):
        form = {"amount": minor(amount), "currency": currency, "method": method}
        payout = await self.call("POST", "/v1/payouts", form, await self.opened(name))
        self.payouts[name] = payout["id"]

    async def simulate(self, rail, action, *given):
        """Let something happen at the bank; `to NAME` is about an account's payout."""
        form, account = {"rail": rail, "action": action}, None
        words = iter(given)
        for word in words:
            value = next(words)
            if word == "to":
                form["target"], account = self.payouts[value], await self.opened(value)
            else:
                form[word] = value
        made = await self.call("POST", "/v1/test_helpers/simulations", form, account)
        assert made["status"] == "pending", made
        await self.platform.tick()
        path = f"/v1/test_helpers/simulations/{made['id']}"
        done = await self.call("GET", path, None, account)
        assert done["status"] == "done", done

    async def schedule(self, name, interval):
        form = {"payments[payouts][schedule][interval]": interval}
        await self.call("POST", "/v1/balance_settings", form, await self.opened(name))

    async def cancel(self, name):
        path = f"/v1/payouts/{self.payouts[name]}/cancel"
        await self.call("POST", path, {}, await self.opened(name))

    async def seconds(self, count):
        self.clock.advance(timedelta(seconds=int(count)))
        await self.platform.tick()

    async def day(self, count="1"):
        for _ in range(int(count)):
            await self.next_banking_morning()

    async def bank_settles(self, name):
        await self._until(name, "paid")

    async def bank_refuses(self, name):
        await self._until(name, "failed")

    async def bank_returns(self, name, code):
        await self._until_submitted(name)
        trace = (await self.latest(name))["trace_id"]["value"]
        self.bank.plan(trace, "returned", code)
        await self._until(name, "failed")

    async def bank_loses(self, kind):
        self.bank.courier.fault("lose", kind)

    async def bank_doubles(self, kind):
        self.bank.courier.fault("double", kind)

    async def bank_truncates(self, kind):
        self.bank.courier.fault("truncate", kind)

    async def bank_holds(self, kind):
        self.bank.courier.fault("hold", kind)

    async def bank_drops(self, when):
        self.ach.transport = Dropped(self.ach, when)

    async def bank_garbles(self):
        self.ach.transport = Garbled(self.ach)

    async def bank_sends(self, name, text):
        content = text.replace("_", " ").replace("|", "\n")
        (self.platform.folder / "from_bank" / name).write_text(content)
        await self.platform.tick()

    async def expect_file(self, name, status):
        ctx = Context(self.platform.runtime, Caller(HOUSE, HOUSE, livemode=False))
        bodies, _ = await ctx.page(BankFile, Page(limit=100), book=ctx.house)
        files = [msgspec.json.decode(body, type=BankFile) for body in bodies]
        (found,) = [file for file in files if file.name == name]
        assert found.status == status, found
        assert (found.problems == ()) == (status != "refused"), found
        async with self.platform.pool.connection() as conn:
            assert len(await content(conn, ctx.house, found.id)) == found.size

    async def bank_releases(self):
        self.bank.courier.release()
        await self.platform.tick()

    async def expect_clearing(self, amount, currency):
        async with self.platform.pool.connection() as conn:
            totals = await clearing_totals(conn)
        standing = {(one.path, one.currency): one.posted for one in totals if one.posted}
        assert standing == {}, standing
        assert minor(amount) == 0, f"clearing is only ever expected at zero, in {currency} as well"

    async def expect_bank(self, word):
        assert word == "tied", word
        own = house(livemode=False)
        async with self.platform.pool.connection() as conn:
            for name, one in self.platform.sandbox.banks.items():
                currency = one.account.currency
                mirrored = await balance_of(conn, bank(own, name), currency)
                unexplained = await balance_of(conn, suspense(own, name), currency)
                assert mirrored.posted == one.balance(), name
                assert unexplained.posted == 0, name

    async def expect_suspense(self, amount, currency):
        """What lines of the statement are explained by nothing; below zero it went out."""
        async with self.platform.pool.connection() as conn:
            found = await balance_of(conn, suspense(house(livemode=False), "sandbox"), currency)
        assert found.posted == minor(amount)

    async def expect_account(self, name, what, *values):
        if what == "payout":
            payout = await self.latest(name)
            found = [payout["status"], payout["failure_code"]]
            assert found[: len(values)] == list(values), (payout, self.clock.now())
            return
        balance = await self.call("GET", "/v1/balance", None, await self.opened(name))
        held = {one["currency"]: one["amount"] for one in balance[what]}
        assert held.get(values[1], 0) == minor(values[0]), (name, what, held)

    async def opened(self, name):
        """Return a connected account's id, opening it in the United States if nobody has."""
        if name not in self.accounts:
            await self.account(name, "in", "US")
        return self.accounts[name]

    async def latest(self, name):
        """Return an account's payout as it is now."""
        path = f"/v1/payouts/{self.payouts[name]}"
        return await self.call("GET", path, None, await self.opened(name))

    async def call(self, method, path, form, account=None):
        """Call the API, which must agree."""
        headers = {"Stripe-Account": account} if account else {}
        answer = await self.http.request(method, path, data=form, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def next_banking_morning(self):
        """Let time pass until nine in the morning of the next day that is not a weekend."""
        local = self.clock.now().astimezone(EASTERN)
        day = local + timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
        morning = day.replace(hour=9, minute=0)
        while self.clock.now() < morning:
            self.clock.to(min(morning, self.clock.now() + timedelta(hours=4)))
            await self.platform.tick()

    async def _until_submitted(self, name):
        for _ in range(4):
            if (await self.latest(name))["status"] in ("in_transit", "paid"):
                return
            self.clock.advance(timedelta(hours=4))
            await self.platform.tick()
        raise AssertionError(f"the payout of {name} never left")

    async def _until(self, name, status):
        for _ in range(8):
            if (await self.latest(name))["status"] == status:
                return
            await self.next_banking_morning()
        raise AssertionError(f"the payout of {name} was never {status}")


class Garbled:
    """A transport that damages one file: the entry hash no longer agrees."""

    def __init__(self, submitter):
        self.submitter = submitter
        self.whole = submitter.transport

    def put(self, name, data):
        self.submitter.transport = self.whole
        damaged = data.read().replace(b"000123456789 ", b"000123456780 ", 1)[:-300]
        self.whole.put(name, BytesIO(damaged))

    def took(self, name, digest):
        return self.whole.took(name, digest)


class Dropped:
    """A transport that breaks once, before or after the file has reached the bank."""

    def __init__(self, submitter, when):
        self.submitter = submitter
        self.whole = submitter.transport
        self.when = when

    def put(self, name, data):
        self.submitter.transport = self.whole
        if self.when == "after":
            self.whole.put(name, data)
        raise OSError("the line broke")

    def took(self, name, digest):
        return self.whole.took(name, digest)


def minor(amount):
    """Return cents."""
    whole, _, cents = amount.removeprefix("-").partition(".")
    found = int(whole) * 100 + int((cents or "0").ljust(2, "0"))
    return -found if amount.startswith("-") else found
