"""Files: uploaded as multipart/form-data, listed, and had back by whoever has the key."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from bezant.api.context import Context
from bezant.api.download import Download
from bezant.api.multipart import Upload
from bezant.api.pages import ListParams, Page, page_of
from bezant.api.params import Metadata, Params, Timestamp, merged
from bezant.api.routes import Routes
from bezant.db.arrays import texts
from bezant.kernel.codec import decode_json, encode_json
from bezant.kernel.errors import InvalidRequest
from bezant.resources.core import file as kept
from bezant.resources.core.file import QUERIES, File, FileLink, FileLinks
from bezant.resources.core.file_links import seen
from bezant.resources.core.file_purposes import MOST_BYTES, AnyPurpose, Uploaded

_SHOWN = 10
_HEADS_BYTES = 1 << 16
"""What a multipart body has beside the file."""


class FileLinkData(Params):
    """Whether the file gets a link at once, and what that is made of."""

    create: bool
    expires_at: Timestamp | None = None
    metadata: Metadata | None = None


class CreateFile(Params):
    """A file, as it is, and what it is for."""

    file: Upload
    file_link_data: FileLinkData | None = None
    purpose: Uploaded


class ListFiles(ListParams):
    """By what files are listed."""

    purpose: AnyPurpose | None = None


routes = Routes(File, "/v1/files", listed=False, retrieved=False)


@routes.post("/v1/files", files=True, body_limit=MOST_BYTES + _HEADS_BYTES)
async def create(ctx: Context, params: CreateFile) -> File:
    """Upload a file of at most 16 MiB; each purpose takes some types and has a limit of its own."""
    upload, wanted = params.file, params.file_link_data
    kind = kept.checked(params.purpose, upload.data)
    file = kept.made(ctx, params.purpose, upload.name, kind, len(upload.data))
    ctx.keep(file.id, upload.data)
    kept.store(ctx, file)
    links: list[FileLink] = []
    if wanted is not None and wanted.create:
        links = [kept.link_to(ctx, file, wanted.expires_at, merged({}, wanted.metadata))]
    elif wanted is not None and (wanted.expires_at is not None or wanted.metadata):
        raise InvalidRequest(
            "A link is made only with file_link_data[create]=true.", param="file_link_data[create]"
        )
    return replace(file, links=_listed(file.id, links))


@routes.get("/v1/files", listing=True)
async def list_all(ctx: Context, params: ListFiles) -> Page:
    """List files with their newest links, newest first."""
    filters = {} if params.purpose is None else {"type": params.purpose}
    page = await page_of(ctx, File, "file", params, filters)
    files = [decode_json(body, File) for body in page.data]
    return Page([encode_json(each).decode() for each in await _linked(ctx, files)], page.has_more)


@routes.get("/v1/files/{id}")
async def retrieve(ctx: Context, file: File) -> File:
    """Retrieve a file with its newest links."""
    (linked,) = await _linked(ctx, [file])
    return linked


@routes.get("/v1/files/{id}/contents")
async def contents(ctx: Context, file: File) -> Download:
    """Download a file."""
    parts: int = ctx.hidden(file)["parts"]
    return kept.download(ctx.runtime, ctx.book.id, file, parts)


async def _linked(ctx: Context, files: Sequence[File]) -> list[File]:
    """Return files with their newest links, which one statement finds for all of them."""
    values = {"book": ctx.book.id, "files": texts([each.id for each in files]), "limit": _SHOWN + 1}
    found: defaultdict[str, list[FileLink]] = defaultdict(list)
    async with ctx.runtime.pool.connection() as conn:
        for name, body in await (await conn.execute(QUERIES.links, values)).fetchall():
            found[name].append(seen(ctx, decode_json(body, FileLink)))
    return [replace(each, links=_listed(each.id, found[each.id])) for each in files]


def _listed(file: str, links: list[FileLink]) -> FileLinks:
    url = f"/v1/file_links?file={file}"
    return FileLinks(data=links[:_SHOWN], has_more=len(links) > _SHOWN, url=url)
