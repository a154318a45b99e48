"""The demo's acts: what the platform asks of the API, by the official SDK."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from bezant.cli.demo.world import World
from bezant.kernel.entropy import Entropy

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 32
"""Requests under way at a time."""

ROUTING = "110000000"
GOOD, BROKE, GONE = "000123456789", "000222222227", "000111111116"
"""Bank accounts of the simulated world: one that takes money, one that sends it back as R01
(the receiver's account has no cover) and one as R03 (there is no such account)."""

NAMES = (
    "Ada's Bakery",
    "Bolt Bikes",
    "Cedar & Co",
    "Dune Coffee",
    "Echo Records",
    "Fern Florist",
    "Grove Games",
    "Harbor Fish",
    "Iris Optics",
    "Juniper Inn",
)


class Seller(NamedTuple):
    """A connected account and what its payouts will meet."""

    account: str
    name: str
    bank_account: str


async def each(
    items: Iterable[T], work: Callable[[T], Awaitable[R]], done: Callable[[], None]
) -> list[R]:
    """Do something for every item, several at a time, in their order; `done` counts."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> R:
        async with gate:
            result = await work(item)
        done()
        return result

    return list(await asyncio.gather(*[one(item) for item in items]))


async def open_sellers(world: World, count: int, done: Callable[[], None]) -> list[Seller]:
    """Create connected accounts, each with a bank account to be paid out to."""

    async def create(at: int) -> Seller:
        name = f"{NAMES[at % len(NAMES)]} {at // len(NAMES) + 1}"
        number = {3: BROKE, 7: GONE}.get(at % 10, GOOD)
        account = await world.client.v1.accounts.create_async(
            {
                "type": "custom",
                "country": "US",
                "email": f"seller{at}@example.com",
                "capabilities": {"transfers": {"requested": True}},
                "business_profile": {"name": name},
                "external_account": {
                    "object": "bank_account",
                    "country": "US",
                    "currency": "usd",
                    "routing_number": ROUTING,
                    "account_number": number,
                    "account_holder_name": name,
                    "account_holder_type": "company",
                },
            }
        )
        return Seller(account.id, name, number)

    return await each(range(count), create, done)


async def top_up(world: World, amount: int) -> Any:
    """Announce money that the platform wires to the operator's bank."""
    return await world.client.v1.topups.create_async(
        {"amount": amount, "currency": "usd", "description": "Sales of the week"}
    )


async def transfer(
    world: World, shares: Iterable[tuple[Seller, int]], done: Callable[[], None]
) -> list[Any]:
    """Move money from the platform to its sellers."""

    async def send(share: tuple[Seller, int]) -> Any:
        seller, amount = share
        return await world.client.v1.transfers.create_async(
            {"amount": amount, "currency": "usd", "destination": seller.account}
        )

    return await each(shares, send, done)


async def pay_out(
    world: World, orders: Iterable[tuple[Seller, int]], done: Callable[[], None]
) -> list[Any]:
    """Pay sellers out to their banks."""

    async def pay(order: tuple[Seller, int]) -> Any:
        seller, amount = order
        return await world.client.v1.payouts.create_async(
            {"amount": amount, "currency": "usd"}, {"stripe_account": seller.account}
        )

    return await each(orders, pay, done)


def amounts(entropy: Entropy, sellers: list[Seller], payouts: int) -> list[tuple[Seller, int]]:
    """Return payouts of 5.00 to about 660.00 for sellers in turn."""
    return [(sellers[at % len(sellers)], 500 + entropy.bits(16)) for at in range(payouts)]
