"""A file as it is stored: the object, its bytes, and how both are made and read."""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import ClassVar

from msgspec import UNSET, Struct, UnsetType, field

from bezant.api.context import Context, created_of
from bezant.api.download import Download
from bezant.api.resource import Expands, Identified, Resource
from bezant.api.runtime import Runtime
from bezant.db.queries import load
from bezant.kernel.codec import base62, unix_seconds
from bezant.kernel.errors import InvalidRequest, NotFound
from bezant.resources.core.file_purposes import MEDIA_TYPES, PURPOSES, AnyPurpose, type_of
from bezant.resources.core.sortable import sortable
from bezant.store.feed import BOOK_DIGITS

QUERIES = load("bezant.resources.core", "files.sql")
NEVER = (1 << 62) - 1
_LONGEST_NAME = 255


class FileLink(Resource, tag="file_link"):
    """An address at which anybody may have a file, until it expires; times in Unix seconds."""

    expands: ClassVar[Expands] = {"file": ("file",)}
    filters: ClassVar[Mapping[str, str]] = {"file": "parent", "ends": "reference"}

    expired: bool = False
    expires_at: int | None = None
    file: str
    metadata: dict[str, str]
    url: str | None

    @property
    def ends(self) -> str:
        """When it expires, as a column has it."""
        return sortable(NEVER if self.expires_at is None else self.expires_at)


class FileLinks(Struct, tag_field="object", tag="list"):
    """The newest links to a file."""

    data: list[FileLink]
    has_more: bool
    url: str


class File(Identified, tag="file"):
    """A file that was uploaded, or made here; `size` in bytes, times in Unix seconds."""

    expands: ClassVar[Expands] = {"links.data.file": ("file",)}
    filters: ClassVar[Mapping[str, str]] = {"purpose": "type"}

    created: int
    expires_at: int | None
    filename: str | None
    links: FileLinks | UnsetType = UNSET
    purpose: AnyPurpose
    size: int
    heading: str | None = field(name="title", default=None)
    type: str | None
    url: str | None


def checked(purpose: str, data: bytes) -> str:
    """Return the type of bytes that are meant for a purpose. Raises InvalidRequest."""
    rule = PURPOSES[purpose]
    if not data:
        raise InvalidRequest("The file is empty.", code="parameter_invalid_empty", param="file")
    if len(data) > rule.most_bytes:
        raise InvalidRequest(
            f"The file has {len(data):,} bytes; for {purpose}, {rule.most_bytes:,} are taken.",
            code="file_too_large",
            param="file",
        )
    found = type_of(data, rule.types)
    if found is None:
        raise InvalidRequest(
            f"The file is of no type that {purpose} takes: send {' or '.join(rule.types)}.",
            code="file_type_unsupported",
            param="file",
        )
    return found


def made(ctx: Context, purpose: AnyPurpose, name: str, kind: str, size: int) -> File:
    """Return a new file without storing anything."""
    number = ctx.new_id("file")
    rule = PURPOSES[purpose]
    created = created_of(number)
    url = f"{ctx.runtime.config.public_url}/v1/files/{number}/contents"
    return File(
        id=number,
        created=created,
        expires_at=None if rule.stays_seconds is None else created + rule.stays_seconds,
        filename=_plain(name) or f"{number}.{kind}",
        purpose=purpose,
        size=size,
        type=kind,
        url=None if rule.private else url,
    )


def store(ctx: Context, file: File, parts: int = 0) -> File:
    """Store a file whose bytes are kept under its id, or in so many parts of it."""
    return ctx.create(file, event="file.created", hidden={"parts": parts})


def part_of(file: str, number: int) -> str:
    """Return under which name a part of a large file is kept."""
    return f"{file}.{number:06}"


def link_to(ctx: Context, file: File, expires_at: int | None, metadata: dict[str, str]) -> FileLink:
    """Store an address of a file; its last part is a secret."""
    if file.url is None:
        raise InvalidRequest(
            f"Files for {file.purpose} can't be linked to.", code="file_not_linkable", param="file"
        )
    if _gone(ctx.runtime, file):
        raise InvalidRequest(f"The file {file.id} has expired.", param="file")
    check_moment(ctx, expires_at)
    name = ctx.new_id("link")
    secret = "".join(ctx.runtime.ids.request_id().removeprefix("req_") for _ in range(2))
    token = base62(ctx.book.id, BOOK_DIGITS) + name.removeprefix("link_") + secret
    link = FileLink(
        id=name,
        created=created_of(name),
        expires_at=expires_at,
        file=file.id,
        livemode=ctx.livemode,
        metadata=metadata,
        url=f"{ctx.runtime.config.public_url}/links/{token}",
    )
    return ctx.create(link, hidden={"secret": secret})


def check_moment(ctx: Context, expires_at: int | None) -> None:
    """Refuse an end that has come already."""
    if expires_at is not None and expires_at <= unix_seconds(ctx.now()):
        raise InvalidRequest(
            "`expires_at` has to be in the future.",
            code="parameter_invalid_integer",
            param="expires_at",
        )


def download(runtime: Runtime, book: int, file: File, parts: int) -> Download:
    """Return the bytes of a file of a book; NotFound when it is private or has expired."""
    if file.url is None:
        raise NotFound(f"Files for {file.purpose} can't be downloaded.", param="id")
    if _gone(runtime, file):
        raise NotFound(f"The file {file.id} has expired, and its contents are gone.", param="id")
    names = [part_of(file.id, number) for number in range(parts)] or [file.id]
    media_type = MEDIA_TYPES[file.type or "txt"]
    return Download(_pieces(runtime, book, names), file.size, media_type, file.filename or file.id)


async def _pieces(runtime: Runtime, book: int, names: Sequence[str]) -> AsyncGenerator[bytes]:
    for name in names:
        async with runtime.pool.connection() as conn:
            row = await (await conn.execute(QUERIES.content, [book, name])).fetchone()
        assert row is not None, f"{name} is kept"
        yield row[0]


def _gone(runtime: Runtime, file: File) -> bool:
    return file.expires_at is not None and file.expires_at <= unix_seconds(runtime.clock.now())


def _plain(name: str) -> str:
    """Return a file's name without folders and without what no name has."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(sign for sign in last if sign.isprintable()).strip()[:_LONGEST_NAME]
