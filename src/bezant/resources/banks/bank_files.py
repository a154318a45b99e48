"""Bank files: every file that went to a bank or came from one, raw and explained line by line."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, BinaryIO, Literal, NamedTuple

from msgspec import Meta, Struct
from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.download import Download
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Params
from bezant.api.resource import Identified
from bezant.api.routes import Routes
from bezant.kernel.errors import FileRefused, InvalidRequest
from bezant.movement.bank_file import BankFile, FileBatch
from bezant.movement.contents import PIECE, opened, pieces_of, whole
from bezant.movement.engine import engine_of
from bezant.movement.rows import by_reference
from bezant.rail import Fact
from bezant.reconcile.bai2 import read_bai2
from bezant.reconcile.book import BankStatementLine, known_lines
from bezant.reconcile.camt import read_camt
from bezant.reconcile.mt940 import read_mt940
from bezant.reconcile.statement import Statement, fingerprints
from bezant.resources.banks.file_texts import facts, texts
from bezant.resources.banks.operator import house_of

MOST_SAID = 1_000
"""Things that one line says which are shown: some files are one line."""

_Reader = Callable[[BinaryIO, str], Sequence[Statement]]


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

    `movement` is the one that it speaks of, by `reference`; `batch` the part of our own file that
    it stands in. A booking has the `statement_line` that it became, with what explains that, by
    which rule, and which batches of a file of ours it shows.
    """

    kind: str
    amount: int | None
    code: str | None
    currency: str | None
    movement: str | None
    reason: str | None
    reference: str
    batch: str | None = None
    batches: tuple[str, ...] = ()
    explained_by: str | None = None
    rule: str | None = None
    statement_line: str | None = None


class FileLine(Struct, frozen=True):
    """A line of a file, its text cut after 500 characters, and what it says, if anything.

    `says_more` is true of a line that says more than the thousand things that are shown.
    """

    number: int
    says: tuple[Said, ...]
    says_more: bool
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


@routes.get("/v1/bank_files/{id}/batches", listing=True, returns=FileBatch)
async def batches(ctx: Context, id: str, params: ListParams) -> Page:
    """List the batches of a sent file that holds several, the last one first."""
    house = await house_of(ctx)
    file = await house.load(BankFile, id)
    return await page_of(house, FileBatch, "bfb", params, {"parent": file.id})


@routes.get("/v1/bank_files/{id}/contents")
async def contents(ctx: Context, id: str) -> Download:
    """Download a bank file, byte for byte."""
    house = await house_of(ctx)
    file = await house.load(BankFile, id)
    pieces = pieces_of(ctx.runtime.pool, house.book, file.id)
    return Download(pieces, file.size, "application/octet-stream", file.name)


@routes.get("/v1/bank_files/{id}/lines", returns=FileLines)
async def lines(ctx: Context, id: str, params: ReadLines) -> FileLines:
    """Retrieve the lines of a bank file with what each says, and what explains it."""
    house = await house_of(ctx)
    file = await house.load(BankFile, id)
    wanted = range(params.starting_after + 1, params.starting_after + params.limit + 1)
    with await opened(ctx.runtime.pool, house.book, file.id) as source:
        said = await asyncio.to_thread(_read, ctx, file, source, wanted)
        shown, total = await asyncio.to_thread(_texts, file, source, wanted)
    explained = await _explained(house, said, file.bank)
    data = tuple(
        FileLine(at, tuple(explained.get(at, ())), len(said.get(at, ())) > MOST_SAID, text)
        for at, text in shown.items()
    )
    return FileLines(id=file.id, data=data, has_more=wanted.stop <= total, total=total)


class _Heard(NamedTuple):
    """What a line says, and the fingerprint of a booking."""

    said: Said
    fingerprint: str = ""


_OnLines = Mapping[int, Sequence[_Heard]]


def _texts(file: BankFile, source: BinaryIO, wanted: range) -> tuple[dict[int, str], int]:
    """Return the lines that are wanted, and how many there are."""
    shown: dict[int, str] = {}
    total = 0
    for text in texts(source, file.format):
        total += 1
        if total in wanted:
            shown[total] = text
    return shown, total


def _read(ctx: Context, file: BankFile, source: BinaryIO, wanted: range) -> _OnLines:
    """Return what a file says in some lines; InvalidRequest for one that no reader can read."""
    rail = engine_of(ctx).banks.rails.get(file.rail or "")
    kind = file.format or ""
    try:
        if rail is not None and rail.recognize(source.read(PIECE)):
            return _on_lines(_facts(facts(source, rail, kind)), wanted)
        if reader := _STATEMENTS.get(kind):
            dialect = engine_of(ctx).banks.named(file.bank).mt940
            return _on_lines(_bookings(reader(source, dialect)), wanted)
    except FileRefused as refused:
        raise InvalidRequest(
            f"{file.id} can't be explained, because it can't be read: {refused}",
            code="file_unreadable",
        ) from refused
    return {}


def _camt(kind: str) -> _Reader:
    def read(source: BinaryIO, _: str) -> Sequence[Statement]:
        source.seek(0)
        return read_camt(source, kind)

    return read


_STATEMENTS: Mapping[str, _Reader] = {
    "bai2": lambda source, _: read_bai2(whole(source)),
    **{kind: _camt(kind) for kind in ("camt.052", "camt.053", "camt.054")},
    **{
        kind: lambda source, dialect: read_mt940(whole(source), dialect)
        for kind in ("mt940", "mt942")
    },
}


def _bookings(statements: Iterable[Statement]) -> Iterator[tuple[int | None, _Heard]]:
    for statement in statements:
        for line, name in zip(statement.lines, fingerprints(statement), strict=True):
            said = Said(
                "booking",
                line.signed.amount,
                line.code,
                line.amount.currency,
                None,
                line.description,
                line.customer_reference or line.end_to_end_id,
            )
            yield line.line_no, _Heard(said, name)


def _facts(found: Iterable[Fact]) -> Iterator[tuple[int | None, _Heard]]:
    for fact in found:
        amount, currency = (
            (fact.amount.amount, fact.amount.currency) if fact.amount else (None,) * 2
        )
        said = Said(
            fact.kind,
            amount,
            fact.code,
            currency,
            None,
            fact.reason,
            fact.trace or fact.end_to_end_id,
            fact.details.get("batch"),
        )
        yield fact.line, _Heard(said)


def _on_lines(told: Iterable[tuple[int | None, _Heard]], wanted: range) -> _OnLines:
    found: dict[int, list[_Heard]] = defaultdict(list)
    for line, said in told:
        if line is not None and line in wanted and len(found[line]) <= MOST_SAID:
            found[line].append(said)
    return found


async def _explained(house: Context, told: _OnLines, bank: str) -> dict[int, list[Said]]:
    """Return what lines say with the movements, statement lines and files that they lead to."""
    every = [one for heard in told.values() for one in heard[:MOST_SAID]]
    names = sorted({one.said.reference for one in every if one.said.reference})
    marks = sorted({one.fingerprint for one in every if one.fingerprint})
    async with house.runtime.pool.connection() as conn:
        places = await by_reference(conn, names, bank)
        known = await known_lines(conn, house.book, marks) if marks else {}
    booked = await house.load_many(BankStatementLine, list(known.values()))

    def shown(one: _Heard) -> Said:
        place, line = places.get(one.said.reference), booked.get(known.get(one.fingerprint, ""))
        said = one.said if place is None else replace(one.said, movement=place.id)
        if line is None:
            return said
        explained = {"explained_by": line.explained_by, "rule": line.rule, "batches": line.batches}
        return replace(said, statement_line=line.id, **explained)

    return {at: [shown(one) for one in heard[:MOST_SAID]] for at, heard in told.items()}
