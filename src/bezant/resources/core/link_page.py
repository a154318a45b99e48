"""`/links/…`: serves a linked file to anybody who has its address, while it lasts."""

import re
from hmac import compare_digest

import falcon
import falcon.asgi
from msgspec import Struct

from bezant.api.download import Download, deliver
from bezant.api.runtime import Runtime
from bezant.db.errors import Error
from bezant.kernel.codec import decode_json, from_base62, unix_seconds
from bezant.kernel.errors import NotFound
from bezant.kernel.ids import REQUEST_WIDTH, WIDTH
from bezant.kernel.log import get_logger
from bezant.resources.core import file as kept
from bezant.resources.core.file import QUERIES, FileLink
from bezant.store.feed import BOOK_DIGITS

_TOKEN = re.compile(
    rf"([0-9A-Za-z]{{{BOOK_DIGITS}}})([0-9A-Za-z]{{{WIDTH}}})([0-9A-Za-z]{{{2 * REQUEST_WIDTH}}})",
    re.ASCII,
)
_LAST_BOOK = (1 << 63) - 1

log = get_logger(__name__)


class _Hidden(Struct):
    secret: str = ""
    parts: int = 0


class LinkPage:
    """Answers a link: the file, or that there is none, which does not say why."""

    def __init__(self, runtime: Runtime) -> None:
        """Read over the runtime."""
        self._runtime = runtime

    async def on_get(
        self, _request: falcon.asgi.Request, response: falcon.asgi.Response, token: str
    ) -> None:
        """Send the file."""
        response.set_header("Cache-Control", "private, no-store")
        try:
            found = await self._find(token)
        except Error as problem:
            log.warning("file_link_failed", problem=str(problem))
            _say(response, falcon.HTTP_503, "The database is out of reach. Try again in a moment.")
            return
        if found is None:
            _say(response, falcon.HTTP_404, "There is no such file, or its link has expired.")
        else:
            deliver(response, found)

    async def _find(self, token: str) -> Download | None:
        parts = _TOKEN.fullmatch(token)
        if parts is None or (book := from_base62(parts[1])) > _LAST_BOOK:
            return None
        async with self._runtime.pool.connection() as conn:
            cursor = await conn.execute(QUERIES.link, [book, f"link_{parts[2]}"])
            row = await cursor.fetchone()
        if row is None or not compare_digest(decode_json(row[1], _Hidden).secret, parts[3]):
            return None
        link = decode_json(row[0], FileLink)
        now = unix_seconds(self._runtime.clock.now())
        if link.expires_at is not None and link.expires_at <= now:
            return None
        return await self._download(book, link.file)

    async def _download(self, book: int, name: str) -> Download | None:
        row = await self._runtime.reader.get(book, kept.File.kind(), name)
        assert row is not None, "a link leads to a file"
        assert row.hidden is not None, "a file says where its bytes are"
        file, parts = decode_json(row.body, kept.File), decode_json(row.hidden, _Hidden).parts
        try:
            return kept.download(self._runtime, book, file, parts)
        except NotFound:
            return None


def _say(response: falcon.asgi.Response, status: str, text: str) -> None:
    response.status = status
    response.content_type = falcon.MEDIA_TEXT
    response.text = f"{text}\n"
