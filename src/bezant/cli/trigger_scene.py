"""Where events are brought about: the API of a server, and how to wait for what takes a moment."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from bezant.cli.remote import Remote
from bezant.kernel.clock import Clock
from bezant.kernel.errors import NotFound

PATIENCE_S = 60.0
ROUTING, TAKES, SENDS_BACK = "110000000", "000123456789", "000111111116"
"""Bank accounts of the simulated world: one takes money, the other does not exist there."""

Object = dict[str, Any]


class Outcome(NamedTuple):
    """Whose event it is, and the id of what it is about, if that has one."""

    remote: Remote
    about: str | None


class Scene:
    """The API, and how to wait for what takes a moment."""

    def __init__(self, remote: Remote, clock: Clock) -> None:
        """Act for one account of one server."""
        self.remote = remote
        self.clock = clock

    async def until(
        self, remote: Remote, path: str, arrived: Callable[[Object], bool], **params: Any
    ) -> Object:
        """Return an object once it is as it should be. Raises NotFound after a minute."""
        deadline = self.clock.monotonic() + PATIENCE_S
        while True:
            found = await remote.get(path, **params)
            if arrived(found):
                return found
            if self.clock.monotonic() > deadline:
                raise NotFound(
                    f"{path} is not as it should be after {PATIENCE_S:.0f} s; is the sandbox slow, "
                    "or its clock frozen?"
                )
            await self.clock.sleep(0.1)

    async def status(self, remote: Remote, path: str, wanted: str) -> Object:
        """Return an object once it has a status."""
        return await self.until(remote, path, lambda found: found["status"] == wanted)

    async def topup(self, amount: int = 5_000) -> Object:
        """Announce money and return the top-up when it is there."""
        made = await self.remote.post("/v1/topups", amount=amount, currency="usd")
        return await self.status(self.remote, f"/v1/topups/{made['id']}", "succeeded")

    async def seller(self, number: str = TAKES) -> Object:
        """Open a connected account with a bank account."""
        return await self.remote.post(
            "/v1/accounts",
            **{
                "type": "custom",
                "country": "US",
                "capabilities[card_payments][requested]": "true",
                "capabilities[transfers][requested]": "true",
                **{f"external_account[{name}]": value for name, value in bank(number).items()},
            },
        )

    async def transfer(self, number: str = TAKES) -> Object:
        """Give a new connected account money."""
        await self.topup()
        seller = await self.seller(number)
        form = {"amount": 4_000, "currency": "usd", "destination": seller["id"]}
        return await self.remote.post("/v1/transfers", **form)

    async def payout(self, number: str = TAKES) -> tuple[Remote, Object]:
        """Let a new connected account pay itself out."""
        transfer = await self.transfer(number)
        seller = self.remote.acting_for(transfer["destination"])
        return seller, await seller.post("/v1/payouts", amount=3_000, currency="usd")

    async def payment(self, card: str = "visa", *, confirm: bool = True, **params: Any) -> Object:
        """Ask for a payment by a card of test mode; one that is declined stays as it is."""
        form = {"amount": 2_000, "currency": "usd", "payment_method": f"pm_card_{card}", **params}
        made = await self.remote.post("/v1/payment_intents", **form)
        path = f"/v1/payment_intents/{made['id']}"
        if confirm:
            with suppress(NotFound):  # What a server refuses, a declined card too.
                await self.remote.post(f"{path}/confirm")
        return await self.remote.get(path)

    async def customer(self) -> Object:
        """Take in a customer."""
        return await self.remote.post("/v1/customers", name="Ada Example", email="ada@example.com")


def bank(number: str) -> Mapping[str, str]:
    """Return the parameters of a bank account."""
    return {
        "object": "bank_account",
        "country": "US",
        "currency": "usd",
        "routing_number": ROUTING,
        "account_number": number,
    }


class Act(NamedTuple):
    """What is done, in words and in deed."""

    how: str
    play: Callable[[Scene], Awaitable[Outcome]]
