"""The platform: every part wired together, ready to serve and to work."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

import falcon.asgi

from bezant.api.app import create_app
from bezant.api.limits import rates_of
from bezant.api.routes import places_of
from bezant.api.runtime import Runtime
from bezant.banks.transports import opened
from bezant.commit.door import Door
from bezant.db import migrate
from bezant.db.pool import Pool, connect_sync
from bezant.kernel.clock import Clock, SteeredClock
from bezant.kernel.config import Config
from bezant.kernel.entropy import Entropy
from bezant.kernel.ids import Ids
from bezant.movement.banks import Banks
from bezant.movement.engine import Engine
from bezant.movement.profile import SANDBOX
from bezant.movement.transport import Folder
from bezant.rail.cards import Acquirer
from bezant.resources.checkout.page import add_checkout
from bezant.resources.connect.automatic_payouts import AutomaticPayouts
from bezant.resources.connect.negative_balances import NegativeBalances
from bezant.resources.connect.onboarding_page import add_onboarding
from bezant.resources.connect.verification import Verifiers
from bezant.resources.core.fee_plans import plans_at
from bezant.resources.core.link_page import LinkPage
from bezant.resources.core.payout_reconciliation import PayoutReconciler
from bezant.resources.core.prefunding import PrefundingDrawer
from bezant.resources.payments import pay_page, return_page
from bezant.resources.payments.authentication_page import AuthenticationPage
from bezant.resources.payments.card_news import CardNews
from bezant.resources.stripecli.sockets import Sockets
from bezant.server.acquirer import SimulatedNews, SimulatedWire, WiredAcquirer
from bezant.server.backend import PlatformBackend
from bezant.server.first_start import FirstStart, first_start
from bezant.server.sandbox import Sandbox
from bezant.server.smtp import mailers_of
from bezant.server.steering import Steering
from bezant.server.verifier import verifiers_of
from bezant.server.wiring import (
    CARD_HANDLERS,
    ROUTES,
    connected_banks,
    engine_over,
    jobs_of,
)
from bezant.sim.cards.world import CardWorld
from bezant.store.keys import KeyRing
from bezant.store.objects import Reader
from bezant.store.request_log import RequestLog
from bezant.vault.keyring import KeyFile
from bezant.vault.vault import ROLE as VAULT_ROLE
from bezant.vault.vault import Vault
from bezant.workers.deliver import Deliverer
from bezant.workers.disable_endpoints import EndpointDisabler
from bezant.workers.loop import Loop
from bezant.workers.mature import Maturer
from bezant.workers.mind_deadlines import DeadlineMinder
from bezant.workers.poll_banks import BanksPoller
from bezant.workers.poll_cards import CardPoller
from bezant.workers.purge import Purge
from bezant.workers.relay_events import EventRelay
from bezant.workers.release_reserves import ReserveReleaser
from bezant.workers.run_jobs import JobRunner
from bezant.workers.run_jobs_schedule import Recurring, Scheduler
from bezant.workers.seal import Sealer
from bezant.workers.spot_spikes import SpikeSpotter
from bezant.workers.submit_batches import BatchSubmitter
from bezant.workers.sweep_fees import FeeSweeper
from bezant.workers.sweep_holds import HoldSweeper

ROLE = "bezant_app"
VAULT_CONNECTIONS = 2
PURGE_SECONDS = 600
NEGATIVE_SECONDS = 6 * 3_600
SPIKE_SECONDS = 60
DRAW_SECONDS = 60
SWEEP_SECONDS = 60
RELAY_SECONDS = 0.05
"""How long events gather before the next of them are relayed: a few at a time cost as much."""
SANDBOX_SECONDS = POLL_SECONDS = 0.2
"""How long payments gather before banks and networks tell of them: each time makes files."""
SEAL_SECONDS = 2.0
"""How long entries gather before the next seal is put on them."""


class Worker(Protocol):
    """Something that is done again and again; returns how much there was to do."""

    async def run_once(self) -> int:
        """Do what there is to do now."""
        ...


class Named(NamedTuple):
    """A worker, and how long it rests when there was nothing to do and when there was."""

    name: str
    worker: Worker
    idle_seconds: float
    rest_seconds: float = 0.0


class Platform:
    """One process's parts; a context manager that starts and stops them in order.

    `works` says whether this process does the work in the background, too; `door` makes the door,
    `banks` stand for those that the settings name.
    """

    def __init__(
        self,
        config: Config,
        url: str,
        clock: Clock,
        entropy: Entropy,
        *,
        works: bool = True,
        door: Callable[..., Door] = Door,
        banks: Banks | None = None,
    ) -> None:
        """Wire the parts; nothing is connected yet. Raises ConfigError for wrong fee plans."""
        plans_at(config.fee_plans)
        self.ids = Ids(clock, entropy)
        self.pool = Pool(url, size=config.pool_size, role=ROLE)
        self._vault_pool = Pool(url, size=VAULT_CONNECTIONS, role=VAULT_ROLE)
        keys = KeyFile(config.vault_key_file, entropy)
        vault = Vault(self._vault_pool, keys, self.ids, entropy)
        self.banks = banks or connected_banks(config.banks, config.modulus_table)
        self.cards = CardWorld(config.data / "cards", clock)
        self.runtime = Runtime(
            config=config,
            clock=clock,
            ids=self.ids,
            pool=self.pool,
            reader=Reader(self.pool),
            door=door(url, clock, self.ids, queue_limit=config.queue_limit),
            places=places_of(ROUTES),
            ports=self._ports(config, vault, clock),
        )
        self.keys = KeyRing(self.pool, clock)
        self.request_log = RequestLog(self.pool, clock, reads=config.request_log_reads)
        self.backend = PlatformBackend(
            self.runtime, self.keys, self.request_log, lambda: self._stopping
        )
        self.app: falcon.asgi.App[Any, Any] = create_app(ROUTES, self.backend, rates_of(config))
        self.app.add_route("/links/{token}", LinkPage(self.runtime))
        self.app.add_route("/authenticate/{account}/{secret}", AuthenticationPage(self.runtime))
        self.app.add_route(pay_page.PATH, pay_page.PayPage(self.runtime))
        self.app.add_route(return_page.PATH, return_page.ReturnPage(self.runtime))
        add_onboarding(self.app, self.runtime)
        add_checkout(self.app, self.runtime)
        self.served = Sockets(self.app, self.runtime)
        self.started: FirstStart | None = None
        self._stopping = False
        self._loops: list[Loop] = []
        self._at_work: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._url = url
        self._entropy = entropy
        self._works = works
        self.folder: Path = config.data / "banks" / SANDBOX.name
        self.sandbox = (
            Sandbox(self.runtime, self.banks, config.data, entropy, self.cards) if works else None
        )
        self.workers: Sequence[Named] = ()
        self._steering: Steering | None = None
        if isinstance(clock, SteeredClock):
            self._steering = Steering(self.pool, clock, self.tick if works else None)
        self.deliverer = Deliverer(self.pool, clock, entropy, places=self.runtime.places)
        if self.sandbox:
            self._set_to_work(config, entropy)

    def _set_to_work(self, config: Config, entropy: Entropy) -> None:
        """Make the workers, and the sandbox the first of them."""
        clock = self.runtime.clock
        assert self.sandbox is not None, "the process that works plays the banks, too"
        transports = {
            bank.name: opened(bank, config.data, self.runtime.clock) for bank in self.banks
        }
        self.submitter = BatchSubmitter(self.runtime, transports)
        self.card_poller = CardPoller(self.runtime, Folder(config.data / "cards"), CARD_HANDLERS)
        self.poller = BanksPoller(self.runtime, transports, self.card_poller.run_once)
        self.workers = (
            Named("sandbox", self.sandbox, 0.2, SANDBOX_SECONDS),
            *self._of_balances(),
            Named("submit_batches", self.submitter, 0.2),
            Named("poll_cards", self.card_poller, 0.2, POLL_SECONDS),
            Named("poll_banks", self.poller, 0.2, POLL_SECONDS),
            Named("mind_deadlines", DeadlineMinder(self.runtime), 0.5),
            Named("relay_events", EventRelay(self.pool, clock, self.ids), 0.2, RELAY_SECONDS),
            Named("deliver", self.deliverer, 0.2),
            Named("disable_endpoints", EndpointDisabler(self.runtime), 5),
            Named("sweep_holds", HoldSweeper(self.runtime), 0.5),
            Named("seal", Sealer(self.pool, self.runtime.clock), 2, SEAL_SECONDS),
            Named("run_jobs", JobRunner(self.pool, clock, entropy, jobs_of(self.runtime)), 0.5),
            Named("schedule", Scheduler(self.pool, clock, self._recurring()), 1),
        )

    def _of_balances(self) -> Sequence[Named]:
        return (
            Named("mature", Maturer(self.runtime), 0.5),
            Named("release_reserves", ReserveReleaser(self.runtime), 0.5),
            Named("automatic_payouts", AutomaticPayouts(self.runtime), 0.5),
            Named("reconcile_payouts", PayoutReconciler(self.runtime), 1),
        )

    def _ports(self, config: Config, vault: Vault, clock: Clock) -> dict[type, Any]:
        acquirer = WiredAcquirer(vault, clock, SimulatedWire(self.cards))
        return {
            Vault: vault,
            Engine: engine_over(self.banks),
            Acquirer: acquirer,
            CardNews: SimulatedNews(self.cards),
            Verifiers: verifiers_of(config, clock),
            **mailers_of(config),
        }

    def _recurring(self) -> dict[str, Recurring]:
        return {
            "purge": Recurring(PURGE_SECONDS, Purge(self.pool, self.runtime.clock).run_once),
            "draw_prefunding": Recurring(DRAW_SECONDS, PrefundingDrawer(self.runtime).run_once),
            "sweep_fees": Recurring(SWEEP_SECONDS, FeeSweeper(self.runtime).run_once),
            "negative_balances": Recurring(
                NEGATIVE_SECONDS, NegativeBalances(self.runtime).run_once
            ),
            "spot_spikes": Recurring(SPIKE_SECONDS, SpikeSpotter(self.runtime).run_once),
        }

    async def start(self) -> None:
        """Migrate, connect, make the first account and key on the first start, begin to work."""
        await asyncio.to_thread(_migrate, self._url)
        await self.pool.open()
        await self._vault_pool.open()
        await self.runtime.door.start()
        self.started = await first_start(self.runtime, self._entropy)
        if self._steering:
            await self._steering.start()

    def begin_work(self) -> None:
        """Let the workers run until `stop`; a simulation steps them by `tick` instead."""
        for named in self.workers:
            loop = Loop(
                named.name,
                partial(self._once, named),
                self.runtime.clock,
                idle_seconds=named.idle_seconds,
                rest_seconds=named.rest_seconds,
            )
            loop.start()
            self._loops.append(loop)

    async def tick(self) -> int:
        """Run every worker until none has anything left to do now; returns how much was done.

        It ends with a round of workers that had nothing to do, wherever that began.
        """
        done = idle = 0
        for named in cycle(self.workers):
            did = await self._once(named)
            done, idle = done + did, 0 if did else idle + 1
            if idle >= len(self.workers):
                break
        return done

    async def _once(self, named: Named) -> int:
        """Let a worker do a step; it never does two at a time, whoever asks."""
        async with self._at_work[named.name]:
            return await named.worker.run_once()

    async def stop(self) -> None:
        """Finish what was begun, answer everybody, and disconnect."""
        self._stopping = True
        if self._steering:
            await self._steering.stop()
        for loop in self._loops:
            await loop.stop()
        await self.deliverer.close()
        await self.runtime.door.close()
        await self.request_log.close()
        await self._vault_pool.close()
        await self.pool.close()
        self.cards.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()


def _migrate(url: str) -> None:
    with connect_sync(url) as connection:
        migrate.apply(connection)
