"""The door: the only way in which anything changes.

Change sets of all concurrent callers are gathered and written as one database transaction: while
one batch is in the database the next one fills, so a lone caller waits for nobody and a crowd
shares one fsync. A batch carries an id; when nobody hears how it ended it is sent again under the
same id, and the database tells what became of it.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from bezant.commit.batch import AccountKey, Batch
from bezant.commit.change_set import Accepted, Answer, ChangeSet, Outcome, Refused, Replayed
from bezant.db.errors import RETRYABLE, ConnectionLost, Error, UniqueViolation
from bezant.db.pool import Connection, connect
from bezant.db.queries import load, numbered
from bezant.kernel.clock import Clock
from bezant.kernel.errors import RateLimited, Unavailable
from bezant.kernel.ids import Ids
from bezant.kernel.log import get_logger

QUERIES = load(__package__ or "bezant.commit", "commit.sql")
COMMIT_BATCH = numbered(QUERIES.commit_batch)
UNKNOWN_ACCOUNT = "BZ001"
BATCH_WEIGHT = 20_000
"""About how many rows one database transaction writes at most, unless one request has more."""

OUT_OF_REACH = "The database is out of reach. Retry with the same idempotency key."

Fault = tuple[int, str, str]
"""The number of a refused change set within its batch, the code and the detail as JSON."""

log = get_logger(__name__)


@dataclass(slots=True)
class Request:
    """What one caller asks for, and where its outcomes go."""

    units: Sequence[ChangeSet]
    answer: Answer | None
    done: asyncio.Future[list[Outcome]]
    weight: int


class Door:
    """Group commit: `commit` from any task, answered when the change is durable or refused.

    `lanes` database connections work side by side, `batch_size` bounds the requests that share
    a transaction and `queue_limit` those that wait; beyond it callers are told to come back.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        ids: Ids,
        *,
        queue_limit: int = 10_000,
        batch_size: int = 1_000,
        lanes: int = 1,
        patience_seconds: float = 10,
    ) -> None:
        """Take the database's address; `start` connects."""
        self._url = url
        self._clock = clock
        self._ids = ids
        self._queue_limit = queue_limit
        self._batch_size = batch_size
        self._patience = patience_seconds
        self._queue: deque[Request] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._known: set[AccountKey] = set()
        self._lanes = [Lane(self) for _ in range(lanes)]
        self.batches = 0
        """How many database transactions have been sent, for reports."""

    async def start(self) -> None:
        """Open the lanes."""
        for lane in self._lanes:
            await lane.start()

    async def close(self) -> None:
        """Take nothing more, finish and answer what is queued, and disconnect."""
        self._closing = True
        self._wake.set()
        for lane in self._lanes:
            await lane.finished()

    async def commit(
        self, units: Sequence[ChangeSet], answer: Answer | None = None
    ) -> list[Outcome]:
        """Write change sets, each accepted or refused on its own, and return what became of each.

        With an answer whose key was used before, every outcome is Replayed. Raises RateLimited
        when too many wait, and Unavailable when the door is closing or the database is out of
        reach (the change may then have been made or not: retry under the same key).
        """
        assert units, "something is asked for"
        assert all(unit.gives_back_what_it_releases for unit in units), "holds follow releases"
        assert answer is None or answer.itemised or len(units) == 1, "an answer has one effect"
        if self._closing:
            raise Unavailable("The server is shutting down. Try again in a moment.")
        if len(self._queue) >= self._queue_limit:
            raise RateLimited("Too many requests are waiting to be written. Try again shortly.")
        done: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()
        weight = sum(unit.weight for unit in units)
        self._queue.append(Request(units, answer, done, weight))
        self._wake.set()
        return await done

    async def next_batch(self) -> list[Request]:
        """Return what waits, oldest first, as soon as anything does; nothing when closed."""
        while not self._queue:
            if self._closing:
                return []
            self._wake.clear()
            await self._wake.wait()
        taken = [self._queue.popleft()]
        weight = taken[0].weight
        while self._queue and len(taken) < self._batch_size:
            weight += self._queue[0].weight
            if weight > BATCH_WEIGHT:
                break
            taken.append(self._queue.popleft())
        return taken

    def columns(self, requests: Sequence[Request]) -> tuple[list[str], set[AccountKey]]:
        """Return a batch's parameters and the accounts that exist after it."""
        batch = Batch(self._clock.now(), self._known)
        for number, request in enumerate(requests, 1):
            if request.answer:
                batch.answers.append((number, request.answer))
            for unit in request.units:
                batch.add(number, unit)
        return batch.columns(), batch.touched()

    def learned(self, accounts: set[AccountKey]) -> None:
        """Remember accounts that exist now."""
        self._known |= accounts

    def forget(self) -> None:
        """Forget which accounts exist, as after the database has been replaced."""
        self._known.clear()

    def new_batch_id(self) -> str:
        """Return the id under which a batch may be sent again and again."""
        self.batches += 1
        return self._ids.new("batch")

    def deadline(self) -> float:
        """Return until when a batch is tried."""
        return self._clock.monotonic() + self._patience

    def expired(self, deadline: float) -> bool:
        """Tell whether patience is over."""
        return self._clock.monotonic() >= deadline

    async def pause(self) -> None:
        """Wait a little for a database that is coming back."""
        await self._clock.sleep(0.05)

    async def connect(self) -> Connection:
        """Open a connection with the privileges that a running server has."""
        return await connect(self._url, role="bezant_app", application="bezant-door")


class Lane:
    """One connection and the task that keeps it busy."""

    def __init__(self, door: Door) -> None:
        """Belong to a door."""
        self._door = door
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect and begin to take batches."""
        self._connection = await self._door.connect()
        self._task = asyncio.create_task(self._run())

    async def finished(self) -> None:
        """Wait until the queue is empty, then disconnect."""
        if self._task:
            await self._task
        if self._connection:
            await self._connection.close()

    async def _run(self) -> None:
        while requests := await self._door.next_batch():
            await self._settle(requests)

    async def _settle(self, requests: Sequence[Request]) -> None:
        """Answer every request of a batch; what the database cannot take hurts only itself."""
        try:
            faults = await self._write(requests)
        except Unavailable as problem:
            _fail(requests, problem)
        except Exception as problem:  # Whatever it is, no caller may wait for ever.
            if len(requests) > 1:
                middle = len(requests) // 2
                await self._settle(requests[:middle])
                await self._settle(requests[middle:])
                return
            if isinstance(problem, (Error, ValueError)):
                log.warning("change_not_writable", problem=str(problem).strip())
            else:
                log.exception("change_not_writable")
            _fail(requests, problem)
        else:
            await self._tell(requests, faults)

    async def _write(self, requests: Sequence[Request]) -> list[Fault]:
        """Return the change sets that were refused, once the others are durable."""
        batch_id = self._door.new_batch_id()
        columns, touched = self._door.columns(requests)
        deadline = self._door.deadline()
        collided = False
        while True:
            try:
                faults = await self._call([batch_id, *columns])
            except UniqueViolation:
                # Another lane has written the same key meanwhile; now it is there to be seen.
                if collided:
                    raise
                collided = True
            except Error as problem:
                if problem.sqlstate == UNKNOWN_ACCOUNT:
                    self._door.forget()
                    columns, touched = self._door.columns(requests)
                    continue
                if not isinstance(problem, (*RETRYABLE, ConnectionLost)):
                    raise
                log.warning("batch_retried", batch=batch_id, problem=str(problem).strip())
                await self._pause(deadline, problem)
            else:
                self._door.learned(touched)
                return faults

    async def _pause(self, deadline: float, problem: Error) -> None:
        if self._door.expired(deadline):
            raise Unavailable(OUT_OF_REACH) from problem
        await self._door.pause()

    async def _call(self, parameters: Sequence[str]) -> list[Fault]:
        return await (await self._connected()).call(COMMIT_BATCH, parameters)

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = await self._door.connect()
        return self._connection

    async def _tell(self, requests: Sequence[Request], faults: Sequence[Fault]) -> None:
        """Hand every caller its outcomes; from here on nothing can be undone or done again."""
        refused = {unit: (code, detail) for unit, code, detail in faults}
        number = 0
        for request in requests:
            outcomes: list[Outcome] = []
            for _ in request.units:
                number += 1
                fault = refused.get(number) if refused else None
                outcomes.append(Accepted() if fault is None else _refusal(*fault))
            if request.answer and _is_replay(outcomes):
                await self._replay(request, request.answer)
            elif not request.done.done():  # A caller that was cancelled has gone.
                request.done.set_result(outcomes)

    async def _replay(self, request: Request, answer: Answer) -> None:
        """Tell a caller what its key was answered before."""
        try:
            found = await self._stored(answer)
        except Unavailable as problem:
            _fail([request], problem)
        else:
            if not request.done.done():
                request.done.set_result([found] * len(request.units))

    async def _stored(self, answer: Answer) -> Replayed:
        deadline = self._door.deadline()
        while True:
            try:
                cursor = await (await self._connected()).execute(
                    QUERIES.stored_answer, [answer.book.id, answer.key]
                )
                row = await cursor.fetchone()
            except (*RETRYABLE, ConnectionLost) as problem:
                await self._pause(deadline, problem)
            else:
                if row is None:
                    raise Unavailable("The stored answer has just lapsed. Send the request again.")
                return Replayed(*row)


def _is_replay(outcomes: Sequence[Outcome]) -> bool:
    first = outcomes[0] if outcomes else None
    return isinstance(first, Refused) and first.code == "replayed"


def _refusal(code: str, detail: str) -> Refused:
    return Refused(code, msgspec.json.decode(detail, type=dict[str, int | str | None]))


def _fail(requests: Sequence[Request], problem: Exception) -> None:
    for request in requests:
        if not request.done.done():
            request.done.set_exception(problem)
