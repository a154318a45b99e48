"""One call of an operation: run it, hand what it wants to the door, and tell what became of it.

Running has no effect, so an operation runs again when something it read has changed meanwhile,
and an idempotency key is settled by the door: the answer commits together with its effect.
"""

from itertools import islice
from typing import Any, NamedTuple

from msgspec import Struct

from bezant.api import expand, idempotency, results
from bezant.api.backend import Backend
from bezant.api.context import Caller, Context, Stale
from bezant.api.door_refusals import refusal
from bezant.api.download import Download
from bezant.api.failure import Failure
from bezant.api.operation import Operation
from bezant.api.params import Params
from bezant.api.replies import error_body
from bezant.api.resource import Identified
from bezant.api.standard import check_parent
from bezant.commit.change_set import Answer, Outcome, Refused, Replayed
from bezant.db.errors import ConnectionLost
from bezant.kernel.errors import ApiError, InsufficientFunds, KeyInUse, RateLimited, Unavailable
from bezant.ledger.book import book_of

MAX_RUNS = 20
MOST_TOUCHED = 100
"""How many of the objects that a call wrote are told for the request log."""
PATIENCE_SECONDS = 5
_PAUSE_SECONDS = 0.05
_READ_AGAIN = ("stale", "exists")


class Call(Struct, frozen=True, eq=False):
    """An operation with what it was called with; `path` is the one of the request.

    `place` holds the texts for the path's placeholders, and `digest` belongs to the
    idempotency key.
    """

    operation: Operation
    caller: Caller
    path: str
    place: tuple[str, ...]
    params: Params
    wanted: expand.Plan
    digest: bytes


class Told(Struct, frozen=True):
    """What the client is told; `original` is the request that was executed under the key.

    `made` is the id of the object that it answers with, `touched` are those that it wrote.
    """

    status: int
    body: str
    original: str
    replayed: bool = False
    code: str | None = None
    made: str | None = None
    touched: tuple[str, ...] = ()
    download: Download | None = None


class Ran(NamedTuple):
    """A run of an operation: its context, the answer, and what object that is, if it is one."""

    ctx: Context
    body: str
    itemised: bool = False
    made: str | None = None
    download: Download | None = None
    status: int = 200
    code: str | None = None

    def told(self, call: Call, body: str) -> Told:
        """Return what to tell of a run that has been committed."""
        documents = (each.id for unit in self.ctx.units for each in unit.documents)
        touched = tuple(islice(dict.fromkeys(documents), MOST_TOUCHED))
        request = call.caller.request or ""
        return Told(
            self.status,
            body,
            request,
            code=self.code,
            made=self.made,
            touched=touched,
            download=self.download,
        )


class Executor:
    """Carries out calls; knows which idempotency keys are in use in this process."""

    def __init__(self, backend: Backend) -> None:
        """Work for a backend."""
        self._backend = backend
        self._in_use: set[tuple[int, str]] = set()

    async def call(self, call: Call) -> Told:
        """Carry out a call, once per idempotency key; raises the ApiError that it ends with."""
        key = call.caller.idempotency_key
        if not call.operation.writes or key is None:
            return await self._carry_out(call)
        mark = (book_of(call.caller.account, call.caller.livemode).id, key)
        if mark in self._in_use:
            raise KeyInUse(
                f"There is currently another in-progress request using this Idempotent Key: {key}. "
                "Please try again later."
            )
        self._in_use.add(mark)
        try:
            return await self._carry_out(call)
        finally:
            self._in_use.discard(mark)

    async def _carry_out(self, call: Call) -> Told:
        ctx = self._backend.context(call.caller)
        for _ in range(MAX_RUNS):
            try:
                ran = await self._run_patiently(ctx, call)
            except ApiError as error:
                return await self._failed(ctx, call, error)
            except Stale:
                ctx = ctx.again()
                continue
            ctx, body, itemised = ran.ctx, ran.body, ran.itemised
            if not call.operation.writes:
                return ran.told(call, body)
            outcomes = await ctx.commit(_answer(ctx, call, ran.status, body, itemised=itemised))
            if isinstance(outcomes[0], Replayed):
                await ctx.undo()  # Unless it is what the answer is about.
                return self._replayed(call, outcomes[0])
            if itemised:
                return self._itemised(call, ran, outcomes)
            (outcome,) = outcomes
            told = await self._settled(call, ran, outcome)
            if told is not None:
                return told
            ctx = ctx.again()
        return await self._failed(ctx, call, _kept_changing())

    async def _run_patiently(self, ctx: Context, call: Call) -> Ran:
        """Run until the database is there: a run has no effect, so it may stop anywhere."""
        clock = self._backend.clock
        deadline = clock.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return await self._run(ctx, call)
            except ConnectionLost as error:
                if clock.monotonic() >= deadline:
                    raise out_of_reach() from error
            await clock.sleep(_PAUSE_SECONDS)
            ctx = ctx.again()

    async def _run(self, ctx: Context, call: Call) -> Ran:
        operation = call.operation
        arguments = await _arguments(ctx, call)
        if operation.takes_params:
            arguments.append(call.params)
        result = await operation.function(ctx, *arguments)
        returns = operation.options.returns
        if result is None:
            assert returns is not None, f"{operation.name} returns nothing"
            gone = results.deleted(returns.kind(), call.place[-1], v2=operation.second)
            return Ran(ctx, gone)
        if isinstance(result, Download):
            return Ran(ctx, "", download=result)
        if isinstance(result, Failure):
            error, request = result.error, call.caller.request or ""
            body = error_body(error, request, self._backend.public_url, v2=operation.second)
            return Ran(ctx, body, status=error.status, code=error.code)
        body = results.rendered(ctx, result, path=call.path, public_url=self._backend.public_url)
        if call.wanted:
            body = await expand.expanded(ctx, body, call.wanted)
        made = result.id if isinstance(result, Identified) else None
        return Ran(ctx, body, isinstance(result, results.Itemised), made)

    async def _failed(self, ctx: Context, call: Call, error: ApiError) -> Told:
        """Tell what the key was answered before; without that, the error is the answer.

        What the runs have had done outside is undone, and then the error is kept under the key:
        sent again, the call would be told that it is done. Whoever is asked to try again finds it
        as it is.
        """
        key = call.caller.idempotency_key
        if not call.operation.writes or key is None:
            await ctx.undo()
            raise error
        if isinstance(error, (RateLimited, Unavailable)):
            raise error
        found = await idempotency.find(ctx, key)
        if found is not None:
            await ctx.undo()
            return self._replayed(call, found)
        if ctx.outside or isinstance(error, InsufficientFunds):
            return await self._keep_error(ctx, call, error)
        raise error

    async def _settled(self, call: Call, ran: Ran, outcome: Outcome) -> Told | None:
        """Return what to tell of a whole change set; None if it has to be made again."""
        if not isinstance(outcome, Refused):
            return ran.told(call, ran.body)
        if outcome.code in _READ_AGAIN:
            return None
        error = refusal(outcome)
        if call.caller.idempotency_key is None:
            await ran.ctx.undo()
            raise error
        return await self._keep_error(ran.ctx, call, error)

    async def _keep_error(self, ctx: Context, call: Call, error: ApiError) -> Told:
        """Keep an error under the key, since the call had begun to be executed."""
        request = call.caller.request or ""
        public_url, v2 = self._backend.public_url, call.operation.second
        body = error_body(error, call.caller.logged_as, public_url, v2=v2)
        undone = ctx.again()
        outcomes = await undone.commit(_answer(undone, call, error.status, body, itemised=False))
        if isinstance(outcomes[0], Replayed):
            await ctx.undo()
            return self._replayed(call, outcomes[0])
        return Told(error.status, body, request, code=error.code)

    def _itemised(self, call: Call, ran: Ran, outcomes: list[Outcome]) -> Told:
        faults = {
            unit: outcome for unit, outcome in enumerate(outcomes) if isinstance(outcome, Refused)
        }
        body = results.with_faults(
            ran.body, faults, call.caller.logged_as, self._backend.public_url
        )
        return ran.told(call, body)

    def _replayed(self, call: Call, found: Replayed) -> Told:
        key = call.caller.idempotency_key or ""
        was = idempotency.replay(found, key, call.digest)
        url = self._backend.public_url
        place = call.caller.log_place(was.request)
        body = results.with_faults(was.body, was.faults, place, url)
        return Told(was.status, body, was.request, replayed=True)


def _kept_changing() -> RateLimited:
    return RateLimited(
        "This object cannot be accessed right now because other requests keep changing it. "
        "Retry in a moment.",
        code="lock_timeout",
    )


def out_of_reach() -> Unavailable:
    """Return the error of a request that the database did not come back for."""
    return Unavailable("The database is out of reach. Try again in a moment.")


async def _arguments(ctx: Context, call: Call) -> list[Any]:
    """Return an argument for each placeholder: the object, loaded, or the text."""
    arguments: list[Any] = []
    parent: Identified | None = None
    for resource, name in zip(call.operation.arguments, call.place, strict=True):
        if resource is None:
            arguments.append(name)
            continue
        loaded = await ctx.load(resource, name)
        if parent is not None:
            check_parent(loaded, parent.id)
        arguments.append(loaded)
        parent = loaded
    return arguments


def _answer(ctx: Context, call: Call, status: int, body: str, *, itemised: bool) -> Answer | None:
    key = call.caller.idempotency_key
    if key is None:
        return None
    request = call.caller.request or ""
    return Answer(ctx.book, key, call.digest, status, body, request, itemised)
