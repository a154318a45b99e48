"""Payments from banks, one by every method, through real files to the bank's statement."""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from bezant.kernel.clock import VirtualClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import SeededEntropy
from bezant.kernel.secret import Secret
from bezant.ledger.verify import verify
from bezant.rails.pix import brcode
from bezant.server.platform import Platform
from tests.resources.office import flat
from tests.stories.rail_world import START, World

KEY = "sk_test_bank_payments_1"
HOLDER = {"billing_details": {"name": "Grace Hopper", "email": "grace@example.com"}}
IBAN_GOOD, IBAN_POOR = "AT611904300234573201", "AT861904300235473202"


def sepa(iban: str) -> dict[str, Any]:
    return {"type": "sepa_debit", "sepa_debit": {"iban": iban}, **HOLDER}


def bacs(number: str) -> dict[str, Any]:
    account = {"account_number": number, "sort_code": "108800"}
    return {"type": "bacs_debit", "bacs_debit": account, **HOLDER}


def acss(number: str) -> dict[str, Any]:
    account = {"account_number": number, "institution_number": "000", "transit_number": "11000"}
    return {"type": "acss_debit", "acss_debit": account, **HOLDER}


SPORADIC = {"mandate_options": {"payment_schedule": "sporadic", "transaction_type": "personal"}}
CANADIAN = {"payment_method_options": {"acss_debit": SPORADIC}}


class Hurried(VirtualClock):
    """A clock by which the sandbox's banks answer within seconds, as they do in real time."""

    steered = False


class Shop:
    """Sells over the API; banks are those of the sandbox."""

    def __init__(self, world: World, http: httpx.AsyncClient) -> None:
        self.world = world
        self.http = http

    async def call(self, method: str, path: str, **params: Any) -> Any:
        fields = dict(flat(params))
        sent = {"data": fields} if method == "POST" else {"params": fields}
        answer = await self.http.request(method, path, **sent)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def sell(self, currency: str, kind: str, **params: Any) -> str:
        intent = await self.call(
            "POST", "/v1/payment_intents", amount=10_000, currency=currency, confirm=True,
            allowed_payment_method_types=[kind], **params,
        )  # fmt: skip
        return intent["id"]

    async def status(self, intent: str) -> str:
        return (await self.call("GET", f"/v1/payment_intents/{intent}"))["status"]

    async def seconds(self, count: int) -> None:
        """Let seconds pass, in which the sandbox's banks do what takes days elsewhere."""
        for _ in range(count):
            self.world.clock.advance(timedelta(seconds=2))
            await self.world.tick()


async def pay_by_code(shop: Shop, rail: str, reference: str) -> None:
    bank = {"pix": "sandbox-brl", "upi": "sandbox-inr"}[rail]
    account = {"pix": "0001234", "upi": "grace@examplebank"}[rail]
    await shop.call(
        "POST", "/v1/test_helpers/simulations", rail=rail, action="credit", bank=bank,
        amount=10_000, reference=reference, account=account, name="Grace Hopper",
    )  # fmt: skip


async def story(shop: Shop, world: World) -> None:
    customer = (await shop.call("POST", "/v1/customers", name="Grace", email="g@example.com"))["id"]
    good = {
        "ach": await shop.sell("usd", "us_bank_account", payment_method="pm_usBankAccount_success"),
        "sepa": await shop.sell("eur", "sepa_debit", payment_method_data=sepa(IBAN_GOOD)),
        "bacs": await shop.sell("gbp", "bacs_debit", payment_method_data=bacs("00012345")),
    }
    numbers = {"account_number": "000123456789", "routing_number": "110000000"}
    account = {"type": "us_bank_account", "us_bank_account": numbers, **HOLDER}
    checked = await shop.sell("usd", "us_bank_account", payment_method_data=account)
    canadian, broke = [
        await shop.sell("cad", "acss_debit", payment_method_data=acss(number), **CANADIAN)
        for number in ("000123456789", "000222222227")
    ]
    poor = {
        "ach": await shop.sell(
            "usd", "us_bank_account", payment_method="pm_usBankAccount_insufficientFunds"
        ),
        "sepa": await shop.sell("eur", "sepa_debit", payment_method_data=sepa(IBAN_POOR)),
        "bacs": await shop.sell("gbp", "bacs_debit", payment_method_data=bacs("22222227")),
        "acss": broke,
    }
    pix = await shop.sell("brl", "pix", payment_method_data={"type": "pix"})
    upi = await shop.sell("inr", "upi", payment_method_data={"type": "upi"})
    cash = await shop.sell(
        "usd", "customer_balance", customer=customer,
        payment_method_data={"type": "customer_balance"},
    )  # fmt: skip
    shown = (await shop.call("GET", f"/v1/payment_intents/{pix}"))["next_action"]
    await pay_by_code(shop, "pix", brcode.read(shown["pix_display_qr_code"]["data"]).txid)
    await pay_by_code(shop, "upi", await reference_of(shop, upi))
    shown = (await shop.call("GET", f"/v1/payment_intents/{cash}"))["next_action"]
    account = shown["display_bank_transfer_instructions"]["financial_addresses"][0]["aba"]
    await shop.call(
        "POST", "/v1/test_helpers/simulations", rail="bank", action="wire-in", amount=10_000,
        reference=account["account_number"],
    )  # fmt: skip
    await shop.seconds(4)
    for each in (checked, canadian, broke):
        path = f"/v1/payment_intents/{each}/verify_microdeposits"
        await shop.call("POST", path, descriptor_code="SM11AA")
    await shop.seconds(10)
    paid = [*good.values(), checked, canadian, pix, upi, cash]
    assert {each: await shop.status(each) for each in paid} == dict.fromkeys(paid, "succeeded")
    for each in poor.values():
        assert await shop.status(each) == "requires_payment_method"
        intent = await shop.call("GET", f"/v1/payment_intents/{each}")
        assert intent["last_payment_error"]["code"] == "insufficient_funds"
    refunds = [
        (await shop.call("POST", "/v1/refunds", payment_intent=each, amount=4_000))["id"]
        for each in paid
    ]
    fund = f"/v1/test_helpers/customers/{customer}/fund_cash_balance"
    await shop.call("POST", fund, amount=10_000, currency="jpy")
    yen = await shop.call(
        "POST", "/v1/refunds", origin="customer_balance", customer=customer, currency="jpy",
        amount=4_000,
    )  # fmt: skip
    refunds.append(yen["id"])
    await tell(shop, refunds[-2], routing="110000000", number="000123456789")
    await tell(shop, refunds[-1], routing="BOTKJPJT", number="1234567", town="Tokyo")
    await shop.seconds(8)
    states = {each: (await shop.call("GET", f"/v1/refunds/{each}"))["status"] for each in refunds}
    assert states == dict.fromkeys(refunds, "succeeded")
    held = {name: bank.balance() for name, bank in world.banks.items()}
    assert held == {
        "sandbox": 17_999,  # A cent has proved that somebody sees the account.
        "sandbox-eur": 6_000,
        "sandbox-gbp": 6_000,
        "sandbox-cad": 5_998,  # And two cents in Canada.
        "sandbox-brl": 6_000,
        "sandbox-inr": 6_000,
        "sandbox-jpy": 6_000,
    }
    for name in world.banks:
        assert await world.unexplained(name) == 0, (name, world.banks[name].lines())
    await world.mirrors()


async def tell(shop: Shop, refund: str, **account: str) -> None:
    """Tell, as the customer, to which account a refund may go."""
    place = (await shop.call("GET", f"/v1/refunds/{refund}/instructions"))["url"]
    path = "/refunds/" + place.partition("/refunds/")[2]
    answer = await shop.http.post(path, data={"name": "Grace Hopper", **account})
    assert "on its way" in answer.text, answer.text


async def reference_of(shop: Shop, intent: str) -> str:
    """Return the reference in the link that an intent's code shows."""
    async with shop.world.platform.pool.connection() as conn:
        cursor = await conn.execute(
            "select reference from object where kind = 'movement' and source = %s", [intent]
        )
        row = await cursor.fetchone()
    assert row is not None
    return row[0]


def test_every_method_brings_its_money_to_the_statement_and_back(database: str) -> None:
    async def run(folder: Path) -> None:
        clock = Hurried(START)
        config = Config(data=folder, sandbox="fast", test_secret_key=Secret(KEY))
        async with Platform(config, database, clock, SeededEntropy(11)) as platform:
            world = World(platform, clock, folder)
            await world.tick()
            transport = httpx.ASGITransport(app=platform.app)
            auth = {"Authorization": f"Bearer {KEY}"}
            async with httpx.AsyncClient(
                transport=transport, base_url="http://story", headers=auth
            ) as http:
                await story(Shop(world, http), world)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))
    report = verify(database)
    assert report.ok, report
