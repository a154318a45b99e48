"""File links: addresses at which anybody may have a file, until they expire."""

import re
from typing import Annotated

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import (
    LAST_TIMESTAMP,
    Check,
    Emptyable,
    Metadata,
    Params,
    Timestamp,
    merged,
)
from bezant.api.routes import Routes
from bezant.kernel.codec import decode_json, encode_json, unix_seconds
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core.file import NEVER, File, FileLink, check_moment, link_to
from bezant.resources.core.sortable import sortable

NOW = "now"


def _end(text: str, param: str) -> str:
    if text == NOW or (re.fullmatch("[0-9]{1,12}", text) and int(text) <= LAST_TIMESTAMP):
        return text
    raise InvalidRequest(
        f"Invalid {param}: send `now`, a moment in Unix seconds, or an empty text.",
        code="parameter_invalid_integer",
        param=param,
    )


class CreateFileLink(Params):
    """Which file, and until when; without `expires_at` it does not expire."""

    expires_at: Timestamp | None = None
    file: str
    metadata: Metadata | None = None


class UpdateFileLink(Params):
    """What of a link can be changed; `now` ends it, an empty `expires_at` lets it never end."""

    expires_at: Emptyable[Annotated[str, Check(_end)]] | None = None
    metadata: Metadata | None = None


class ListFileLinks(ListParams):
    """By what links are listed."""

    expired: bool | None = None
    file: str | None = None


routes = Routes(FileLink, "/v1/file_links", listed=False, retrieved=False)


@routes.create
async def create(ctx: Context, params: CreateFileLink) -> FileLink:
    """Make a new address of a file."""
    file = await ctx.load(File, params.file, param="file")
    return link_to(ctx, file, params.expires_at, merged({}, params.metadata))


@routes.update
async def update(ctx: Context, link: FileLink, params: UpdateFileLink) -> FileLink:
    """Change when a link expires, or its metadata; one that has expired stays as it is."""
    if seen(ctx, link).expired:
        raise InvalidRequest(
            f"The file link {link.id} has expired and can't be changed: make another one.",
            code="file_link_expired",
        )
    expires_at = link.expires_at
    if params.expires_at == NOW:
        expires_at = unix_seconds(ctx.now())
    elif params.expires_at is not None:
        expires_at = int(params.expires_at) if params.expires_at else None
        check_moment(ctx, expires_at)
    metadata = merged(link.metadata, params.metadata)
    return seen(ctx, ctx.save(link, expires_at=expires_at, metadata=metadata))


@routes.get("/v1/file_links/{id}")
async def retrieve(ctx: Context, link: FileLink) -> FileLink:
    """Retrieve a link."""
    return seen(ctx, link)


@routes.get("/v1/file_links", listing=True)
async def list_all(ctx: Context, params: ListFileLinks) -> Page:
    """List links, newest first."""
    filters = {} if params.file is None else {"parent": params.file}
    now, ranges = unix_seconds(ctx.now()), dict[str, tuple[str, str]]()
    if params.expired is not None:
        ended = (sortable(0), sortable(now))
        ranges["reference"] = ended if params.expired else (sortable(now + 1), sortable(NEVER))
    page = await page_of(ctx, FileLink, "link", params, filters, ranges)
    links = [seen(ctx, decode_json(body, FileLink)) for body in page.data]
    return Page([encode_json(each).decode() for each in links], page.has_more)


def seen(ctx: Context, link: FileLink) -> FileLink:
    """Return a link as it is now: that it expires is nobody's act."""
    expired = link.expires_at is not None and link.expires_at <= unix_seconds(ctx.now())
    return replace(link, expired=expired) if expired != link.expired else link
