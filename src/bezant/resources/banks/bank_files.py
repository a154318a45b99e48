"""Bank files: every file that went to a bank or came from one, raw and explained line by line."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.download import Download
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Params
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.kernel.errors import FileRefused, InvalidRequest
from bezant.movement.bank_file import BankFile, content
from bezant.movement.engine import engine_of
from bezant.movement.rows import Place, by_reference
from bezant.rail import Fact
from bezant.reconcile.bai2 import read_bai2
from bezant.reconcile.camt import read_camt053
from bezant.reconcile.statement import Statement
from bezant.resources.banks.operator import house_of

LONGEST_LINE = 500
_PIECE = 1 << 16
_STATEMENTS = {"bai2": read_bai2, "camt.053": read_camt053}


class ListBankFiles(ListParams):
    """By what bank files are listed."""

    direction: Literal["sent", "received"] | None = None
    reference: str | None = None
    status: (
        Literal[
            "prepared",
            "unknown",
            "asked",
            "delivered",
            "confirmed",
            "rejected",
            "received",
            "read",
            "refused",
        ]
        | None
    ) = None


class ReadLines(Params):
    """Which lines: so many, after a line by its number."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    starting_after: Annotated[int, Meta(ge=0)] = 0


class Said(Struct, frozen=True):
    """What a line says: a kind of fact, or a `booking` of a statement; amounts in minor units.

    `movement` is the one that it speaks of, by `reference`.
    """

    kind: str
    amount: int | None
    code: str | None
    currency: str | None
    movement: str | None
    reason: str | None
    reference: str


class FileLine(Struct, frozen=True):
    """A line of a file, its text cut after 500 characters, and what it says, if anything."""

    number: int
    says: tuple[Said, ...]
    text: str


class FileLines(Identified, tag="bank_file.lines"):
    """Lines of a bank file."""

    data: tuple[FileLine, ...]
    has_more: bool
    total: int


routes = Routes(BankFile, "/v1/bank_files", prefix="bf", listed=False, retrieved=False)


@routes.get("/v1/bank_files", listing=True)
async def list_all(ctx: Context, params: ListBankFiles) -> Page:
    """List the files that went to banks and came from them, newest first."""
    chosen = {"type": params.direction, "reference": params.reference, "status": params.status}
    filters = {name: value for name, value in chosen.items() if value is not None}
    return await page_of(await house_of(ctx), BankFile, "bf", params, filters)


@routes.get("/v1/bank_files/{id}")
async def retrieve(ctx: Context, id: str) -> BankFile:
    """Retrieve a bank file and what became of it."""
    return await (await house_of(ctx)).load(BankFile, id)


@routes.get("/v1/bank_files/{id}/contents")
async def contents(ctx: Context, id: str) -> Download:
    """Download a bank file, byte for byte."""
    house = await house_of(ctx)
    file = await house.load(BankFile, id)
    async with ctx.runtime.pool.connection() as conn:
        data = await content(conn, house.book, file.id)
    return Download(_pieces(data), len(data), "application/octet-stream", file.name)


@routes.get("/v1/bank_files/{id}/lines", returns=FileLines)
async def lines(ctx: Context, id: str, params: ReadLines) -> FileLines:
    """Retrieve the lines of a bank file with what each says, and of which movement."""
    house = await house_of(ctx)
    file = await house.load(BankFile, id)
    async with ctx.runtime.pool.connection() as conn:
        data = await content(conn, house.book, file.id)
    texts = data.decode("utf-8", "replace").splitlines()
    said = await asyncio.to_thread(_read, ctx, file, data)
    first, last = params.starting_after + 1, params.starting_after + params.limit
    wanted = {at: said[at] for at in said if first <= at <= last}
    places = await _places(ctx, wanted, file.bank)
    shown = tuple(
        FileLine(
            number=at,
            says=tuple(_located(one, places) for one in wanted.get(at, ())),
            text=text[:LONGEST_LINE],
        )
        for at, text in enumerate(texts[first - 1 : last], first)
    )
    return FileLines(id=file.id, data=shown, has_more=last < len(texts), total=len(texts))


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), _PIECE):
        yield data[at : at + _PIECE]


def _read(ctx: Context, file: BankFile, data: bytes) -> Mapping[int, Sequence[Said]]:
    """Return what a file says, by line; InvalidRequest for one that no reader can read."""
    rail = engine_of(ctx).banks.rails.get(file.rail or "")
    try:
        if rail is not None and rail.recognize(data):
            return _by_line(_facts(rail.read(data).facts))
        if file.format in _STATEMENTS:
            return _by_line(_bookings(_STATEMENTS[file.format](data)))
    except FileRefused as refused:
        raise InvalidRequest(
            f"{file.id} can't be explained, because it can't be read: {refused}",
            code="file_unreadable",
        ) from refused
    return {}


def _bookings(statements: Iterable[Statement]) -> Iterator[tuple[int | None, Said]]:
    for statement in statements:
        for line in statement.lines:
            yield (
                line.line_no,
                Said(
                    "booking",
                    line.signed.amount,
                    line.code,
                    line.amount.currency,
                    None,
                    line.description,
                    line.customer_reference,
                ),
            )


def _facts(facts: Iterable[Fact]) -> Iterator[tuple[int | None, Said]]:
    for fact in facts:
        amount, currency = (
            (fact.amount.amount, fact.amount.currency) if fact.amount else (None,) * 2
        )
        name = fact.trace or fact.end_to_end_id
        yield fact.line, Said(fact.kind, amount, fact.code, currency, None, fact.reason, name)


def _by_line(told: Iterable[tuple[int | None, Said]]) -> dict[int, list[Said]]:
    found: dict[int, list[Said]] = defaultdict(list)
    for line, said in told:
        if line is not None:
            found[line].append(said)
    return found


async def _places(ctx: Context, said: Mapping[int, Sequence[Said]], bank: str) -> dict[str, Place]:
    names = sorted({one.reference for told in said.values() for one in told if one.reference})
    async with ctx.runtime.pool.connection() as conn:
        return await by_reference(conn, names, bank)


def _located(said: Said, places: Mapping[str, Place]) -> Said:
    place = places.get(said.reference)
    return said if place is None else replace(said, movement=place.id)
