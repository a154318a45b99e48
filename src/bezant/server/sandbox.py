"""The sandbox: simulated banks and the people who pay in, on the platform's clock.

Fast, they answer within a moment, so that nobody's tests wait for a calendar; by the calendar,
files are taken at once, settle on banking days and are reported when the day has ended.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import msgspec

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.db.queries import load
from bezant.kernel.currency import lookup
from bezant.kernel.entropy import Entropy
from bezant.ledger.book import book_of
from bezant.movement.movement import Movement
from bezant.movement.profile import SANDBOX, BankProfile, BankRail
from bezant.movement.transport import root_of
from bezant.rail import (
    Account,
    BicAccount,
    BrAccount,
    CaAccount,
    GbAccount,
    IbanAccount,
    InAccount,
    UpiAddress,
    UsAccount,
)
from bezant.resources.test_helpers.simulations import Simulation
from bezant.server.schemes import SCHEMES
from bezant.sim.actions import Wish, perform
from bezant.sim.bank import BankAccount, SimulatedBank
from bezant.sim.cards.world import CardWorld
from bezant.sim.people import Payer
from bezant.sim.scheme import Client

QUERIES = load("bezant.server", "sandbox.sql")
PAYERS_AT_ONCE = 10_000
SIMULATIONS_AT_ONCE = 100

ZONES: Mapping[str, str] = {
    "usd": "America/New_York",
    "eur": "Europe/Berlin",
    "gbp": "Europe/London",
    "cad": "America/Toronto",
    "brl": "America/Sao_Paulo",
    "inr": "Asia/Kolkata",
    "jpy": "Asia/Tokyo",
}
"""Where the simulated banks of a currency are."""

AMERICAN, OTHERS = ("bai2", "camt"), ("camt", "mt940")
"""The forms of statements that banks send, in the United States and elsewhere."""


class Sandbox:
    """Plays the banks and the payers of test mode, one step at a time."""

    def __init__(
        self,
        runtime: Runtime,
        profiles: Iterable[BankProfile],
        data: Path,
        entropy: Entropy,
        cards: CardWorld,
    ) -> None:
        """Keep the folders and books of each simulated bank below the data folder."""
        self._runtime = runtime
        self.cards = cards
        self.banks = {
            profile.name: _bank(runtime, profile, data, entropy)
            for profile in profiles
            if profile.simulated
        }
        self._payers = {name: Payer(bank) for name, bank in self.banks.items()}
        self._last_day: dict[str, date] = {}

    @property
    def bank(self) -> SimulatedBank:
        """The bank that test mode begins with."""
        return self.banks[SANDBOX.name]

    async def run_once(self) -> int:
        """Pay what is expected, do what was wished, and let the banks do what they would by now."""
        done = await self._pay_in() + await self._simulate()
        done += await asyncio.to_thread(
            self.cards.work, self._pay_for_cards, at_once=self._runtime.hurries
        )
        return done + await asyncio.to_thread(self._play_all)

    async def _pay_in(self) -> int:
        """Let people send the money that they have announced."""
        async with self._runtime.pool.connection() as conn:
            cursor = await conn.execute(QUERIES.expected, [PAYERS_AT_ONCE])
            bodies = [row[0] for row in await cursor.fetchall()]
        wires: dict[str, list[tuple[str, int]]] = {}
        for body in bodies:
            one = msgspec.json.decode(body, type=Movement)
            if one.reference and one.bank in self._payers:
                wires.setdefault(one.bank, []).append((one.reference, one.amount))
        paid = 0
        for name, asked in wires.items():
            paid += await asyncio.to_thread(self._payers[name].pay, asked)
        return paid

    async def _simulate(self) -> int:
        """Let happen what somebody has asked for, each wish once, and say what came of it."""
        async with self._runtime.pool.connection() as conn:
            cursor = await conn.execute(QUERIES.wished, [SIMULATIONS_AT_ONCE])
            rows = await cursor.fetchall()
        for name, hidden in rows:
            await self._fulfil(name, msgspec.json.decode(hidden, type=dict[str, str]))
        return len(rows)

    async def _fulfil(self, name: str, asker: Mapping[str, str]) -> None:
        ctx = Context(self._runtime, Caller(asker["platform"], asker["account"], livemode=False))
        book = book_of(asker["account"], livemode=False)
        wish = await ctx.load(Simulation, name, book=book)
        try:
            result = await asyncio.to_thread(self._perform, wish)
        except (LookupError, ValueError) as problem:
            ctx.save(wish, status="failed", result=str(problem.args[0]))
        else:
            ctx.save(wish, status="done", result=result)
        await ctx.write()

    def _perform(self, wish: Simulation) -> str:
        bank = self.banks.get(wish.bank)
        if bank is None:
            raise LookupError(f"there is no simulated bank {wish.bank}")
        return perform(
            bank,
            Wish(
                wish.id,
                wish.rail,
                wish.action,
                target=wish.target or "",
                key=wish.key or "",
                amount=wish.amount or 0,
                details=wish.details,
            ),
        )

    def _pay_for_cards(self, reference: str, currency: str, net: int, day: date) -> bool:
        """Let the acquirer pay a day's total to the bank that keeps its currency, if any does."""
        for bank in self.banks.values():
            if lookup(bank.account.currency).number == currency:
                bank.settle_cards(reference, net, day)
                return True
        return False

    def _play_all(self) -> int:
        return sum([self._play(bank) for bank in self.banks.values()])

    def _play(self, bank: SimulatedBank) -> int:
        today = bank.local_time().date()
        if self._runtime.hurries:
            bank.receive()
            settled = bank.settle(today, at_once=True)
            return int(bank.report(today) is not None) + settled.executed
        return self._play_by_calendar(bank, today)

    def _play_by_calendar(self, bank: SimulatedBank, today: date) -> int:
        acks = len(bank.receive())
        day = self._last_day.get(bank.name, today)
        while day < today:  # Every day that has ended is settled and reported.
            bank.settle(day)
            bank.report(day)
            day += timedelta(days=1)
        self._last_day[bank.name] = today
        return acks + bank.settle(today).executed


def _bank(runtime: Runtime, profile: BankProfile, data: Path, entropy: Entropy) -> SimulatedBank:
    american = profile.currency == "usd"
    clients = {rail: _client(profile, access) for rail, access in profile.rails.items()}
    first = next(iter(clients.values()))
    account = BankAccount(
        Client(profile.holder, profile.account, first.bank, first.company),
        profile.currency,
        ZONES.get(profile.currency, "UTC"),
        AMERICAN if american else OTHERS,
        receipts=not american,
        clients=clients,
    )
    return SimulatedBank(
        root_of(profile, data),
        runtime.clock,
        account,
        [SCHEMES[rail] for rail in profile.rails if rail in SCHEMES],
        entropy=entropy,
        name=profile.name,
    )


def _client(profile: BankProfile, access: BankRail) -> Client:
    """Return the operator as it is known on one rail."""
    us = access.originator
    return Client(profile.holder, _number(us.account), us.bank_id, us.company_id)


def _number(account: Account) -> str:
    match account:
        case IbanAccount(iban=number) | UpiAddress(vpa=number):
            return number
        case UsAccount() | GbAccount() | CaAccount() | BicAccount() | BrAccount() | InAccount():
            return account.account_number
        case _:
            raise AssertionError(f"no bank keeps an account such as {type(account).__name__}")
