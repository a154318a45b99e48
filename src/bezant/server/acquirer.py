"""The acquirer behind the port: card requests become messages, answers become values.

This is the one place where a card's number leaves the vault, for as long as its message is made
and sent; neither is logged or kept.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from bezant.db.gathering import Gathered
from bezant.kernel.clock import Clock
from bezant.kernel.errors import FileRefused, InvalidRequest, Unavailable
from bezant.kernel.log import get_logger
from bezant.rail.card_numbers import range_of
from bezant.rail.cards import About, Authentication, CardAnswer, CardRequest, Held
from bezant.rails.cards import answer, authentication, codes
from bezant.rails.cards.request import Station, dispute, pack, release
from bezant.sim.cards.codec import Unreadable
from bezant.sim.cards.matters import brought
from bezant.sim.cards.world import CardWorld
from bezant.vault.vault import Vault

ANSWERS_WITHIN_SECONDS = 20

log = get_logger(__name__)


class Wire(Protocol):
    """The way to an acquirer; raises TimeoutError when no answer comes."""

    async def message(self, data: bytes) -> bytes:
        """Send an ISO 8583 message and return the answer."""
        ...

    async def authentication(self, data: bytes) -> bytes:
        """Send a message of 3D Secure and return the answer."""
        ...


class SimulatedWire:
    """The way to the simulated acquirer, which is in the same process."""

    def __init__(self, world: CardWorld) -> None:
        """Talk to a world of cards."""
        self._world = world
        self._messages: Gathered[bytes, bytes] = Gathered(self._exchanged)

    async def message(self, data: bytes) -> bytes:
        """Return the network's answer."""
        return _come(await self._messages.get(data))

    async def authentication(self, data: bytes) -> bytes:
        """Return the directory's answer."""
        return _come(await asyncio.to_thread(self._world.directory.exchange, data))

    async def _exchanged(self, messages: Sequence[bytes]) -> Mapping[bytes, bytes]:
        return await asyncio.to_thread(self._world.network.exchange_all, messages)


class SimulatedNews:
    """What the simulated network is about to say, for who can't wait for its files."""

    def __init__(self, world: CardWorld) -> None:
        """Look into the books of a world of cards."""
        self._world = world

    async def disputes_of(self, about: About) -> int | None:
        """Return how many disputes a payment has or will have; None before it was captured."""
        words = f"{about.platform} {about.account} {about.subject}"
        return await asyncio.to_thread(brought, self._world.books, words)


def _come(reply: bytes | None) -> bytes:
    if reply is None:
        raise TimeoutError
    return reply


class WiredAcquirer:
    """An acquirer over a wire, for test mode; live mode has none."""

    def __init__(self, vault: Vault, clock: Clock, wire: Wire) -> None:
        """Take the vault whose numbers are sent."""
        self._vault = vault
        self._clock = clock
        self._wire = wire
        self._station = Station()

    async def ask(self, request: CardRequest) -> CardAnswer:
        """Return the answer to a request, `unknown` when none came that can be understood.

        Raises InvalidRequest in live mode, and for an amount that no message holds.
        """
        _only_in_test_mode(livemode=request.livemode)
        number = await self._vault.reveal(request.card.token)
        now = self._clock.now()
        try:
            message = pack(request, number, now, self._station)
        except FileRefused as problem:
            raise InvalidRequest(f"No card network can carry this: {problem}.") from None
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
                reply = await self._wire.message(message)
            return answer.unpack(reply, request, now, range_of(number.reveal()).brand)
        except (TimeoutError, FileRefused, Unreadable) as problem:
            log.warning(
                "card_answer_unknown",
                request=request.id,
                act=request.act,
                reason=type(problem).__name__,
            )
            return answer.unknown(request)

    async def let_go(self, held: Held, *, livemode: bool) -> bool:
        """Give back what a request holds; False if that is refused, Unavailable without answer."""
        _only_in_test_mode(livemode=livemode)
        code = await self._verdict(release(held, self._clock.now(), self._station))
        return code in (*codes.APPROVED, codes.NOT_FOUND)

    async def authenticate(self, request: CardRequest) -> Authentication:
        """Begin to authenticate the cardholder, or return how far that is."""
        _only_in_test_mode(livemode=request.livemode)
        number = await self._vault.reveal(request.card.token)
        message = authentication.ask(request, number, self._clock.now())
        return await self._authentication(message, authentication.id_of(request.id))

    async def challenge(self, id: str, *, passed: bool) -> Authentication:
        """Say for the cardholder whether the challenge was passed; what was said first stays."""
        return await self._authentication(authentication.complete(id, passed=passed), id)

    async def represent(self, case: str, evidence: str, *, livemode: bool) -> None:
        """Contest a case with evidence."""
        await self._dispute(case, evidence, livemode=livemode)

    async def accept(self, case: str, *, livemode: bool) -> None:
        """Give a case up."""
        await self._dispute(case, None, livemode=livemode)

    async def _authentication(self, message: bytes, id: str) -> Authentication:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
                return authentication.heard(await self._wire.authentication(message), id)
        except (TimeoutError, FileRefused, Unreadable) as problem:
            log.warning("authentication_unknown", id=id, reason=type(problem).__name__)
            return authentication.failed(id)

    async def _dispute(self, case: str, evidence: str | None, *, livemode: bool) -> None:
        """Raise Unavailable when no answer came; sent again, it counts once."""
        _only_in_test_mode(livemode=livemode)
        message = dispute(case, evidence, self._clock.now(), self._station)
        if await self._verdict(message) not in codes.APPROVED:
            raise InvalidRequest("The card network no longer takes anything about this dispute.")

    async def _verdict(self, message: bytes) -> str:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
                return answer.verdict(await self._wire.message(message))
        except (TimeoutError, FileRefused, Unreadable) as problem:
            raise Unavailable("The card network does not answer: try again.") from problem


def _only_in_test_mode(*, livemode: bool) -> None:
    if livemode:
        raise InvalidRequest(
            "No acquirer is connected, so cards are taken in test mode only.",
            code="payment_method_not_available",
        )
