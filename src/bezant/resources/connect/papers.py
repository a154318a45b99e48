"""Files that are named as documents or pictures: each has to have been uploaded."""

from collections.abc import Iterator, Mapping
from typing import Any

from bezant.api.context import Context
from bezant.api.refusals import no_such
from bezant.resources.connect.person import TEST_FILES
from bezant.resources.core.file import File


def files_in(documents: Mapping[str, Any] | None, param: str) -> dict[str, str]:
    """Return the files of documents, and the parameters that name them."""
    return dict(_files(documents or {}, param))


def _files(documents: Mapping[str, Any], param: str) -> Iterator[tuple[str, str]]:
    for name, paper in documents.items():
        told: Mapping[str, Any] = paper or {}
        for at, file in enumerate(told.get("files") or ()):
            yield file, f"{param}[{name}][files][{at}]"
        sides: Mapping[str, str | None] = told.get("front_back") or {}
        for side, file in sides.items():
            if file:
                yield file, f"{param}[{name}][front_back][{side}]"


async def check_files(ctx: Context, named: Mapping[str, str]) -> None:
    """Refuse documents that nobody has uploaded; test mode knows some without an upload."""
    asked = [name for name in named if ctx.livemode or name not in TEST_FILES]
    if not asked:
        return
    found = await ctx.load_many(File, asked, book=ctx.platform_book)
    for name in asked:
        if name not in found:
            raise no_such("file upload", name, named[name])
