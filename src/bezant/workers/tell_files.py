"""Tell files: what a bank says of a whole file or batch of ours is told to its movements."""

import re
from typing import Literal

import msgspec

from bezant.api.context import Caller, Context
from bezant.api.runtime import Runtime
from bezant.kernel.errors import FileRefused, Problem
from bezant.ledger.book import HOUSE
from bezant.movement.answer import apply_to_file
from bezant.movement.bank_file import BankFile, batches_of, sent_by_reference
from bezant.movement.heard import Only
from bezant.movement.movement import MovementFact
from bezant.movement.profile import BankProfile
from bezant.rail import Fact

_FILE_ID = re.compile(r"bf_[0-9A-Za-z]{24}")
"""Our names of files carry their ids."""

_DECIDES = {"acknowledged", "pending", "rejected"}
"""What may be said of a whole file: whether it is taken. Money moves by movement."""


class Acknowledgement(msgspec.Struct):
    """What a bank's acknowledgement says of a file that we sent, by its name and its digest."""

    file: str
    status: Literal["accepted", "rejected"]
    sha256: str
    reasons: list[str] = []


class FileTeller:
    """Tells the movements in files that were sent to one bank."""

    def __init__(self, runtime: Runtime, bank: BankProfile) -> None:
        """Take the ports, and the bank."""
        self._runtime = runtime
        self._bank = bank

    async def acknowledged(self, said: Acknowledgement, fact: MovementFact) -> int:
        """Apply a bank's yes or no to a file as it was handed over; returns who is told.

        Raises FileRefused for a file that was not sent, or not with these bytes.
        """
        return await self._tell(await self._sent(said), fact)

    async def of_rail(self, fact: Fact, told: MovementFact) -> bool:
        """Apply what a rail's file says of a whole file or batch; False where none is meant."""
        name = fact.details.get("file_reference") or fact.details.get("file", "")
        ctx = self._context()
        async with self._runtime.pool.connection() as conn:
            sent = await sent_by_reference(conn, ctx.house, [name], self._bank.name)
        if name not in sent or fact.kind not in _DECIDES:
            return False
        if fact.details.get("level") != "batch":
            await self._tell(sent[name], told)
            return True
        only = await self._in_batch(sent[name], fact.trace)
        if only is None:
            return False
        file, live = sent[name].id, self._bank.livemode
        await apply_to_file(self._runtime, file, told, file, livemode=live, only=only)
        return True

    async def _in_batch(self, sent: BankFile, name: str) -> Only | None:
        """Return which movements are in a batch of a file; none for a name that has no batch."""
        ctx = self._context()
        async with self._runtime.pool.connection() as conn:
            batches = await batches_of(conn, ctx.house, [sent.id])
        named = tuple(batch.id for batch in batches if batch.name == name)
        whole = not batches and name == sent.reference
        return Only(("credit", "debit"), named) if named or whole else None

    async def _tell(self, sent: BankFile, fact: MovementFact) -> int:
        live = self._bank.livemode
        told = await apply_to_file(self._runtime, sent.id, fact, sent.id, livemode=live)
        if fact.kind == "rejected":
            ctx = self._context()
            refused = await ctx.load(BankFile, sent.id, book=ctx.house)
            ctx.save(refused, status="rejected", problems=(fact.reason or "no reason is given",))
            await ctx.write()
        return told

    async def _sent(self, said: Acknowledgement) -> BankFile:
        """Return the file that is meant; a bank that took other bytes than ours is not believed."""
        ctx = self._context()
        found = await ctx.newest(BankFile, {"source": said.sha256}, book=ctx.house)
        if found is not None and found.direction == "sent":
            return found
        named = _FILE_ID.search(said.file)
        found = await ctx.find(BankFile, named[0], book=ctx.house) if named else None
        if found is None or found.direction != "sent":
            raise FileRefused([Problem(None, "file", "acknowledges a file that was not sent")])
        if said.status == "accepted":
            raise FileRefused([Problem(None, "sha256", "the bank took other bytes than were sent")])
        return found

    def _context(self) -> Context:
        return Context(self._runtime, Caller(HOUSE, HOUSE, self._bank.livemode))
